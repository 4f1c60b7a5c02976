"""A list as the file that somebody asked for."""

from __future__ import annotations

import datetime as dt

from caicach.rules.vntext import key
from caicach.writing.lists import Listing

SUFFIXES = ("xlsx", "docx")
"""What a list can be asked for as."""


def file_of(listing: Listing, suffix: str, name: str, *, today: dt.date) -> tuple[bytes, str]:
    """The file's bytes and its name: "cchc-2026-tre-han-24-11-2026.xlsx". suffix: one of SUFFIXES."""
    words = key(name).replace(" ", "-")[:80].strip("-")
    # each library comes when the first file of its kind is asked for: no server starts with them
    if suffix == "docx":
        from caicach.writing.list_docx import list_docx as write
    else:
        from caicach.writing.list_xlsx import list_xlsx as write
    return write(listing), f"{words}-{today:%d-%m-%Y}.{suffix}"
