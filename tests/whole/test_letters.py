"""Every sign that we put on the screen is in the shipped font; one that is not comes out of another, or as a box.

The fonts are packed in a way that the standard library cannot open, so what they hold is written down here, for the
files with these hashes. A new font file fails the test until its signs are written down too.
"""

import ast
import hashlib
import html
import re
from pathlib import Path

import pytest

import caicach

PACKAGE = Path(caicach.__file__).parent
FONTS = {
    "be-vietnam-pro-400.woff2": "f4053d36737e00c39274a6f9eda01b26a24072b7a2d3710d2ba90b8455346c14",
    "be-vietnam-pro-600.woff2": "554517af90f95227f56d834971a46139bbaac75257fc456cca500d2d3b10d027",
    "be-vietnam-pro-700.woff2": "7f8b658f0b68ef997f629a4aad024dfb3bfe745d341db66509d244712be5e3e8",
}
RANGES = """
0020-007E 00A0-0107 010A-0113 0116-011B 011E-0121 0126-012B 012E-0131 0139-013A 013D-013E 0141-0144 0147-0148
014C-014D 0150-0155 0158-015B 015E-016B 016E-017E 01A0-01A1 01AF-01B0 0300-0303 0309 0323 1EA0-1EF9 2013-2014
2018-201A 201C-201E 2022 2026 2030 20AB 2212 2248 2260 2264-2265
"""
HELD = {
    chr(code)
    for first, last in re.findall(r"(\w+)(?:-(\w+))?", RANGES)
    for code in range(int(first, 16), int(last or first, 16) + 1)
}
PATTERNS = {
    f"reading/{name}.py" for name in ("cells", "dossier_columns", "dossier_grid", "lines", "ocr", "oldfonts", "pdf", "understand")
} | {"rules/deadlines.py", "rules/vntext.py"}  # fmt: skip
"""Modules whose odd signs are looked for in files, never shown."""


def shown():
    """(file, text) of what may come onto a screen: pages, scripts, styles, words in the code, names and titles."""
    for suffix in ("html", "js", "css"):
        for path in PACKAGE.rglob(f"*.{suffix}"):
            yield path, html.unescape(path.read_text())
    for name in ("demo_plan.csv", "offices.csv", "holidays.csv"):
        yield PACKAGE / "data" / name, (PACKAGE / "data" / name).read_text()
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text())
        said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
                yield path, node.value


def test_the_font_has_every_sign_on_the_screen():
    missing = set()
    for path, text in shown():
        name = path.relative_to(PACKAGE).as_posix()
        if name not in PATTERNS:
            missing |= {(name, sign) for sign in set(text) - HELD if ord(sign) > 31}
    assert not missing


def test_what_the_fonts_hold_is_written_down():
    folder = PACKAGE / "static" / "fonts"
    assert {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.woff2")
    } == FONTS


def test_the_list_of_signs_is_what_the_fonts_hold():
    opened = pytest.importorskip("fontTools.ttLib", reason="no reader of fonts here; the hashes stand in")
    pytest.importorskip("brotli")
    for name in FONTS:
        font = opened.TTFont(PACKAGE / "static" / "fonts" / name)
        assert {chr(code) for code in font.getBestCmap()} == HELD
