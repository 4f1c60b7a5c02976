"""What the papers say is there, is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_setting_read_is_in_the_table_and_the_other_way_round():
    read = set(
        re.findall(r'"((?:CAICACH_[A-Z_]+)|DATABASE_URL)"', (ROOT / "caicach/conf/settings.py").read_text())
    )
    told = set(
        re.findall(
            r"^\| `((?:CAICACH_[A-Z_]+)|DATABASE_URL)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE
        )
    )
    assert read == told


def test_links_of_the_papers_lead_somewhere():
    papers = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    for paper in papers:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", paper.read_text()):
            assert (paper.parent / target).exists(), f"{paper.name}: {target}"
