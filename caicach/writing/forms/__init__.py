"""The official forms as PDF: facts in, a file out, the same bytes for the same facts.

Facts go in as data, never as markup: what a citizen is called cannot become a command of the typesetter.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

import segno

if TYPE_CHECKING:
    from typst import Compiler

FORMS = {
    "01": "receipt", "02": "letter", "03": "letter", "04": "letter", "05": "letter", "06": "sheet", "07": "book", "08": "letter", "09": "paid", "10": "lines", "11": "lines", "12": "spare",
}  # fmt: skip
_turn = Lock()
"""a kept compiler does one paper at a time; each takes a few milliseconds"""


def form(
    number: str,
    facts: Mapping[str, object],
    *,
    again: str = "",
    kind: Literal["pdf", "png"] = "pdf",
    page: int = 1,
) -> bytes:
    """The form of this number. again: the mark of a reprint ("Bản in lại 14:05 23/11/2026"); kind "png": one page of it. Raises
    IndexError for a page that it does not have."""
    said = json.dumps({**facts, "again": again}, ensure_ascii=False)
    with _turn:
        made: Any = _compiler(FORMS[number]).compile(
            sys_inputs={"facts": said}, format=kind, ppi=170.0 if kind == "png" else None, pdf_tags=False
        )
    if not isinstance(made, list):
        made = [made]
    return bytes(made[page - 1 if kind == "png" else 0])


def qr(address: str) -> str:
    """The code of an address, as SVG for a form."""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=1, xmldecl=False)
    return out.getvalue().decode()


@cache
def _compiler(name: str) -> Compiler:
    # loaded at first need: the wheel is large, and most processes never print
    from typst import Compiler

    with as_file(files(__name__)) as forms, as_file(files("caicach.writing") / "fonts") as fonts:
        return Compiler(
            str(forms / f"{name}.typ"), root=str(forms), font_paths=[str(fonts)], ignore_system_fonts=True
        )
