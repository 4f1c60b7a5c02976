"""What was put in is what is read, in every format and layout."""

from __future__ import annotations

from shutil import which

import pytest

from caicach.reading import read_plan
from tests.reading import generator as gen
from tests.reading.scorer import score

needs_fonts = pytest.mark.skipif(not gen.has_fonts(), reason="fonts-croscore is not installed")
needs_tesseract = pytest.mark.skipif(which("tesseract") is None, reason="tesseract-ocr is not installed")
needs_libreoffice = pytest.mark.skipif(
    which("soffice") is None, reason="libreoffice-writer-nogui is not installed"
)

PLAIN = {"two_row_heading": False, "merge_leads": False, "lead_separator": "; "}
"""text knows neither merged cells nor lines inside a cell"""


def read_back(tmp_path, plan, name: str, data: bytes, *, loose: bool = False):
    path = tmp_path / name
    path.write_bytes(data)
    return score(read_plan(path, year=gen.YEAR), plan, loose=loose)


def made(seed: int, **changes):
    plan = gen.plan(seed)
    return plan, gen.laid_out(plan, gen.look(seed, **changes), seed)


SEEDS = range(20, 26)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("table", ["tabs", "pipes"])
def test_text(tmp_path, seed, table):
    plan, laid = made(seed, **PLAIN)
    result = read_back(
        tmp_path, plan, "plan.md" if table == "pipes" else "plan.txt", gen.write_text(laid, table=table)
    )
    assert result.wrong == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "how",
    [{}, {"auto_numbers": True}, {"tracked": True}, {"nested": True}, {"pieces": 3}],
    ids=["plain", "auto-numbers", "tracked", "nested", "broken-by-pages"],
)
def test_word(tmp_path, seed, how):
    plan, laid = made(seed)
    assert read_back(tmp_path, plan, "plan.docx", gen.write_docx(laid, **how)).wrong == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("how", [{}, {"dates": True}, {"sheets": 2}], ids=["plain", "dates", "sheets"])
def test_excel(tmp_path, seed, how):
    plan, laid = made(seed)
    assert read_back(tmp_path, plan, "plan.xlsx", gen.write_xlsx(laid, **how)).wrong == []


@needs_fonts
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("landscape", [True, False], ids=["across", "upright"])
def test_pdf(tmp_path, seed, landscape):
    plan, laid = made(seed)
    result = read_back(tmp_path, plan, "plan.pdf", gen.write_pdf(laid, landscape=landscape))
    assert result.share >= 0.97, result.wrong


@needs_fonts
@pytest.mark.parametrize("seed", [*SEEDS, 50, 51, 52])
@pytest.mark.parametrize("ruled", ["rows", "columns", "none"])
def test_pdf_whose_lines_are_not_all_drawn(tmp_path, seed, ruled):
    plan, laid = made(seed, merge_leads=False)  # merged cells cannot be seen without lines
    result = read_back(tmp_path, plan, "plan.pdf", gen.write_pdf(laid, ruled=ruled))
    assert result.share >= 0.97, result.wrong


@needs_fonts
@pytest.mark.parametrize("seed", [20, 22, 23, 25])
@pytest.mark.parametrize("ruled", ["book", "heading"])
def test_pdf_with_a_few_lines_here_and_there(tmp_path, seed, ruled):
    plan, laid = made(seed, merge_leads=False, two_row_heading=False)
    result = read_back(tmp_path, plan, "plan.pdf", gen.write_pdf(laid, ruled=ruled))
    assert result.share >= 0.97, result.wrong


@needs_fonts
@pytest.mark.parametrize("seed", SEEDS)
def test_pdf_of_tables_that_touch(tmp_path, seed):
    """The annex in several tables, each with columns of its own widths, right below each other."""
    plan, laid = made(seed)
    apart = [
        piece for part in laid for piece in (gen.in_pieces(part, 4) if isinstance(part, gen.Grid) else [part])
    ]
    result = read_back(tmp_path, plan, "plan.pdf", gen.write_pdf(apart))
    assert result.share >= 0.97, result.wrong


@needs_fonts
@needs_tesseract
@pytest.mark.parametrize("seed", [31, 32])
def test_noisy_scan(tmp_path, seed):
    plan, laid = made(seed)
    pictures = gen.scanned(gen.write_pdf(laid), skew=0.8 if seed % 2 else -1.1, seed=seed)
    result = read_back(tmp_path, plan, "plan.pdf", gen.write_scan(pictures, "pdf"), loose=True)
    assert result.share >= 0.85, result.wrong


@needs_fonts
@needs_tesseract
@pytest.mark.parametrize(("kind", "turn"), [("png", 0), ("jpg", 90)])
def test_picture_of_one_page_even_turned(tmp_path, kind, turn):
    plan = gen.plan(41, sections=2, tasks=2)
    laid = [part for part in gen.laid_out(plan, gen.look(41)) if isinstance(part, gen.Grid)]
    pictures = gen.scanned(gen.write_pdf(laid), noise=6, turn=turn)
    path = tmp_path / f"plan.{kind}"
    path.write_bytes(gen.write_scan(pictures, kind))
    result = score(read_plan(path, year=gen.YEAR), plan, loose=True, head=False)
    assert result.share >= 0.85, result.wrong


@needs_libreoffice
@pytest.mark.parametrize("kind", ["doc", "odt"])
def test_old_office_files(tmp_path, kind):
    plan, laid = made(51)
    data = gen.converted(gen.write_docx(laid), "docx", kind, tmp_path)
    assert read_back(tmp_path, plan, f"ke-hoach.{kind}", data).wrong == []


@pytest.mark.soak
@needs_fonts
@needs_tesseract
@pytest.mark.parametrize("seed", range(100, 140))
def test_every_format_at_length(tmp_path, seed):
    plan, laid = made(seed)
    _, plain = made(seed, **PLAIN)
    for name, data in (
        ("a.txt", gen.write_text(plain)),
        ("a.md", gen.write_text(plain, table="pipes")),
        ("a.docx", gen.write_docx(laid)),
        ("a.xlsx", gen.write_xlsx(laid)),
    ):
        assert read_back(tmp_path, plan, name, data).share >= 0.97, name
    pdf = gen.write_pdf(laid)
    assert read_back(tmp_path, plan, "a.pdf", pdf).share >= 0.97
    assert (
        read_back(
            tmp_path, plan, "b.pdf", gen.write_scan(gen.scanned(pdf, seed=seed), "pdf"), loose=True
        ).share
        >= 0.85
    )
