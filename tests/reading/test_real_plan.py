"""The real plan, where it lies beside this checkout: every field and every finding of the answer sheet."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from caicach.reading import read_plan
from caicach.reading.document import Paragraph, Table
from caicach.reading.open import extract
from tests.reading import generator as gen
from tests.reading.test_formats import needs_fonts, needs_libreoffice, needs_tesseract
from tests.shared import shared

PLAN = shared("plans/rach-gia-2026/plan.txt")
pytestmark = pytest.mark.skipif(
    PLAN is None, reason="the real plan (plans/rach-gia-2026) is not beside this checkout"
)


def _against_the_answer_sheet(tmp_path: Path, *options: str, plan: Path | None = PLAN) -> str:
    answer = tmp_path / "answer.json"
    assert plan is not None
    answer.write_text(json.dumps(read_plan(plan).to_json(), ensure_ascii=False))
    scorer, sheet = shared("plans/score.py"), shared("plans/rach-gia-2026/expected.json")
    done = subprocess.run(
        [sys.executable, str(scorer), str(sheet), str(answer), "--show", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def test_every_field_is_as_a_careful_person_reads_it(tmp_path):
    assert "(100.0%)" in _against_the_answer_sheet(tmp_path)


def test_no_more_than_twelve_findings_beyond_the_answer_sheet():
    sheet = json.loads(shared("plans/rach-gia-2026/expected.json").read_text())
    known = {finding["code"] for finding in sheet["findings"]}
    beyond = [finding.code for finding in read_plan(PLAN).findings if finding.code not in known]
    assert len(beyond) <= 12, beyond


def test_every_error_of_the_real_plan_can_be_settled_by_one_click():
    errors = [finding for finding in read_plan(PLAN).findings if finding.severity == "error"]
    assert errors and all(finding.mends for finding in errors), [f.code for f in errors if not f.mends]


def test_the_command_says_so_too():
    done = subprocess.run(
        [sys.executable, "-m", "caicach", "read", str(PLAN), "--strict"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "76 nhiệm vụ, 27 chỉ tiêu" in done.stdout
    assert done.stderr == ""


def _laid_out() -> gen.Laid:
    """The real plan's own words and tables, page by page, ready to be written in another format."""
    assert PLAN is not None
    laid: gen.Laid = []
    for block in extract(PLAN).blocks:
        if isinstance(block, Paragraph):
            laid.append(gen.Para(block.text, centred=block.centred, bold=block.bold))
        elif isinstance(block, Table):
            rows = [
                [gen.GridCell(cell.text, cell.column, cell.span) for cell in row.cells] for row in block.rows
            ]
            laid.append(gen.Grid(rows, block.width, heading=1))
    return laid


def _share(tmp_path: Path, name: str, data: bytes, *options: str) -> float:
    """The share of the answer sheet's fields that are read in these bytes."""
    path = tmp_path / name
    path.write_bytes(data)
    said = _against_the_answer_sheet(tmp_path, *options, plan=path)
    found = re.search(r"\((\d+\.\d+)%\)", said)
    assert found, said
    print(said)
    return float(found[1])


def test_in_word(tmp_path):
    assert _share(tmp_path, "plan.docx", gen.write_docx(_laid_out())) >= 99


@pytest.mark.parametrize("table", ["pipes", "aligned"])
def test_in_other_text(tmp_path, table):
    assert _share(tmp_path, "plan.txt", gen.write_text(_laid_out(), table=table)) >= 99


@pytest.mark.parametrize("sheets", [1, 3])
def test_in_excel(tmp_path, sheets):
    assert _share(tmp_path, "plan.xlsx", gen.write_xlsx(_laid_out(), sheets=sheets)) >= 99


@needs_fonts
def test_in_pdf(tmp_path):
    assert _share(tmp_path, "plan.pdf", gen.write_pdf(_laid_out())) >= 97


@needs_libreoffice
@pytest.mark.parametrize("kind", ["pdf", "doc", "odt"])
def test_as_an_office_saves_it(tmp_path, kind):
    data = gen.converted(gen.write_docx(_laid_out()), "docx", kind, tmp_path)
    assert _share(tmp_path, f"plan.{kind}", data) >= 97


@needs_fonts
@needs_tesseract
@pytest.mark.soak
def test_as_a_noisy_scan(tmp_path):
    pictures = gen.scanned(gen.write_pdf(_laid_out()), skew=-0.7, seed=5)
    assert _share(tmp_path, "plan.pdf", gen.write_scan(pictures, "pdf"), "--loose") >= 85


@needs_fonts
@needs_tesseract
@pytest.mark.slow
def test_its_first_rows_as_a_noisy_scan(tmp_path):
    """A part of the one above, which takes more than a minute: each field as the same rows give it without the scanner."""
    laid = _laid_out()
    grids = [n for n, one in enumerate(laid) if isinstance(one, gen.Grid)]
    pdf = gen.write_pdf(laid[grids[0] - 4 : grids[4]])
    scan = gen.write_scan(gen.scanned(pdf, skew=-0.7, seed=5), "pdf")
    fields = []
    for name, data in (("plain.pdf", pdf), ("scan.pdf", scan)):
        (tmp_path / name).write_bytes(data)
        tasks = read_plan(tmp_path / name).to_json()["tasks"]
        fields.append(
            {
                (task["section"], task["number"], key): str(task[key])
                for task in tasks
                for key in task
                if key != "source"
            }
        )
    plain, scanned = fields
    like = sum(fuzz.ratio(text, scanned.get(place, "")) >= 85 for place, text in plain.items())
    assert len(plain) > 100 and like / len(plain) >= 0.85, f"{like} of {len(plain)}"
