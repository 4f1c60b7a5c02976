"""What is written is read back as the same plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from caicach.reading import read_plan
from caicach.writing.docx import annex_docx
from caicach.writing.xlsx import annex_xlsx
from tests.reading.generator import YEAR, laid_out, look, plan, write_docx
from tests.reading.scorer import score

WRITERS = {"docx": annex_docx, "xlsx": annex_xlsx}


@pytest.fixture(scope="module", params=[11, 12, 13])
def made(request, tmp_path_factory):
    made = plan(request.param)
    path = tmp_path_factory.mktemp("plan") / "ke-hoach.docx"
    path.write_bytes(write_docx(laid_out(made, look(request.param), request.param)))
    return made, read_plan(path, year=YEAR)


@pytest.mark.parametrize("kind", WRITERS)
def test_the_written_annex_reads_back_the_same(made, kind, tmp_path):
    plan_made, reading = made
    path = tmp_path / f"phu-luc.{kind}"
    path.write_bytes(WRITERS[kind](reading))
    again = read_plan(path, year=YEAR)
    result = score(again, plan_made, head=False)
    assert result.wrong == []
    assert again.head.number == reading.head.number


def test_a_text_that_looks_like_a_formula_stays_a_text(made, tmp_path):
    _, reading = made
    task = replace(reading.tasks[0], content="=1+1", note='=HYPERLINK("x")\x07')
    path = tmp_path / "phu-luc.xlsx"
    path.write_bytes(annex_xlsx(replace(reading, tasks=(task, *reading.tasks[1:]))))
    import openpyxl

    cells = [cell for row in openpyxl.load_workbook(path).worksheets[0] for cell in row if cell.value]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(cell.value == "=1+1" for cell in cells)
