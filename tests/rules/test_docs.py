"""Documents that must not drift from the code."""

from __future__ import annotations

import json
import re
from pathlib import Path

from caicach.reading.checks import CODES
from caicach.rules.clock_case import answer

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_finding_has_its_line_in_the_docs_with_its_severity():
    words = {"lỗi": "error", "xem": "warning", "ghi nhận": "note"}
    rows = re.findall(
        r"^\| `([a-z-]+)` \| (lỗi|xem|ghi nhận) \|", (DOCS / "findings.md").read_text(), re.MULTILINE
    )
    assert {code: words[severity] for code, severity in rows} == CODES


def test_the_example_of_the_clock_comes_out_as_it_is_written_there():
    asked, answered = map(
        json.loads, re.findall(r"```json\n(.*?)```", (DOCS / "clock.md").read_text(), re.DOTALL)
    )
    assert answer(asked) == answered


def test_no_lock_file_names_a_host():
    for lock in DOCS.parent.glob("requirements*.lock"):
        assert "://" not in lock.read_text(), lock
