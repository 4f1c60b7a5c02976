"""Files with bytes changed, cut and repeated: read, or refused; never anything else, never for long."""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caicach.reading.open import extract
from caicach.rules.refusal import Refusal
from tests.reading import generator as gen

KINDS = ("txt", "docx", "xlsx", "pdf")


@lru_cache
def original(kind: str) -> bytes:
    laid = gen.laid_out(gen.plan(3, sections=2, tasks=3), gen.look(3))
    if kind == "txt":
        return gen.write_text(laid)
    return {"docx": gen.write_docx, "xlsx": gen.write_xlsx, "pdf": gen.write_pdf}[kind](laid)


@lru_cache
def inner(kind: str) -> tuple[str, bytes]:
    """The main XML part of an office file, to be changed and packed again."""
    import io
    import zipfile

    name = {"docx": "word/document.xml", "xlsx": "xl/worksheets/sheet1.xml"}[kind]
    with zipfile.ZipFile(io.BytesIO(original(kind))) as archive:
        return name, archive.read(name)


def repacked(kind: str, body: bytes) -> bytes:
    import io
    import zipfile

    name, _ = inner(kind)
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(original(kind))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry, body if entry.filename == name else old.read(entry))
    return out.getvalue()


@st.composite
def changes(draw) -> list[tuple[str, float, bytes]]:
    """(what, where as a share of the file, bytes)"""
    return draw(
        st.lists(
            st.tuples(
                st.sampled_from(["set", "cut", "insert", "repeat"]),
                st.floats(0, 0.9999),
                st.binary(min_size=1, max_size=12),
            ),
            min_size=1,
            max_size=6,
        )
    )


def changed(data: bytes, steps: list[tuple[str, float, bytes]]) -> bytes:
    for what, where, piece in steps:
        at = int(len(data) * where)
        if what == "set":
            data = data[:at] + piece + data[at + len(piece) :]
        elif what == "cut":
            data = data[:at] + data[at + 40 * len(piece) :]
        elif what == "insert":
            data = data[:at] + piece + data[at:]
        else:
            data = data[:at] + data[at : at + 300] * 3 + data[at:]
    return data


def read_or_refused(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    start = time.monotonic()
    try:
        document = extract(path)
        assert document.kind
    except Refusal as refusal:
        assert str(refusal)
    assert time.monotonic() - start < 5


SLOW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("kind", KINDS)
@given(steps=changes())
@SLOW
def test_changed_bytes(tmp_path, kind, steps):
    if kind == "pdf" and not gen.has_fonts():
        pytest.skip("fonts-croscore is not installed")
    read_or_refused(tmp_path / f"plan.{kind}", changed(original(kind), steps))


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
@given(steps=changes())
@SLOW
def test_changed_xml_inside(tmp_path, kind, steps):
    read_or_refused(tmp_path / f"plan.{kind}", repacked(kind, changed(inner(kind)[1], steps)))
