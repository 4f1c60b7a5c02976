"""The real plan, where it lies beside this checkout: every field and every finding of the answer sheet."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from caicach.reading import read_plan
from tests.shared import shared

PLAN = shared("plans/rach-gia-2026/plan.txt")
pytestmark = pytest.mark.skipif(
    PLAN is None, reason="the real plan (plans/rach-gia-2026) is not beside this checkout"
)


def _against_the_answer_sheet(tmp_path: Path, *options: str) -> str:
    answer = tmp_path / "answer.json"
    assert PLAN is not None
    answer.write_text(json.dumps(read_plan(PLAN).to_json(), ensure_ascii=False))
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
