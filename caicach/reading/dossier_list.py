"""A dossier list that another system exported → its rows in our own terms. Without Django, without a database.

from caicach.reading.dossier_list import read_dossiers
read_dossiers(Path("ho-so.xlsx")).rows[0].code
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

from caicach import data
from caicach.reading.dossier_columns import (
    APPLICANTS,
    MOMENTS,
    find_columns,
    find_heading,
    is_number_row,
    is_work,
    opens_another_table,
    read_moment,
    read_procedure_code,
    read_time,
    sample_of,
)
from caicach.reading.dossier_grid import Grid, GridRow, read_grids, text_of
from caicach.reading.open import opened
from caicach.rules.dossier_words import (
    Channel,
    DossierWords,
    Unlike,
    dossier_code,
    unlike_codes,
    words_from_rows,
)
from caicach.rules.moments import Moment, iso
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import key

_Meaning = TypeVar("_Meaning")
KEYS = (
    "code", "procedure_code", "procedure", "applicant", "received_at", "due_at", "resolved_at", "returned_at", "status",
    "channel",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListedDossier:
    """One dossier as the file says it; None where it does not. row and sheet: where it stands."""

    code: str | None = None
    procedure_code: str | None = None
    procedure: str | None = None
    applicant: str | None = None
    received_at: Moment | None = None
    due_at: Moment | None = None
    resolved_at: Moment | None = None
    returned_at: Moment | None = None
    status: int | None = None
    channel: Channel | None = None
    row: int = 0
    sheet: str = ""

    def to_json(self) -> dict[str, object]:
        """The keys of the contract; days and moments as ISO."""
        return {
            name: iso(value) if isinstance(value := getattr(self, name), dt.date) else value for name in KEYS
        }


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that is no dossier. why: total, signature, group, heading, numbers, note, empty, duplicate."""

    row: int
    why: str
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class DossierList:
    """columns: key → heading as written, of the first table that has it. Rows and skipped ones in the file's order.

    sheets: those that held dossiers; where there are several, a skipped row names its own.
    """

    columns: dict[str, str] = field(default_factory=dict)
    rows: tuple[ListedDossier, ...] = ()
    skipped: tuple[SkippedRow, ...] = ()
    sheets: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    """of every column of every table, each once"""
    unlike: dict[str, Unlike] = field(default_factory=dict)
    """heading → what its cells are, where they cannot be dossier codes"""

    def to_json(self) -> dict[str, object]:
        several = len(self.sheets) > 1
        return {
            "columns": self.columns,
            "rows": [row.to_json() for row in self.rows],
            "skipped": [
                {"row": skipped.row, "why": skipped.why, **({"sheet": skipped.sheet} if several else {})}
                for skipped in self.skipped
            ],
        }


@cache
def dossier_words() -> DossierWords:
    """The wordings of the data files, read once."""
    return words_from_rows(
        data.rows("dossier_headings"), data.rows("dossier_statuses"), data.rows("dossier_channels")
    )


@cache
def status_names() -> dict[int, str]:
    """The national name of each status: the first wording of its code."""
    names: dict[int, str] = {}
    for row in data.rows("dossier_statuses"):
        names.setdefault(int(row["code"]), row["words"])
    return names


def read_dossiers(
    path: Path, *, name: str | None = None, columns: Mapping[str, str] | None = None
) -> DossierList:
    """The dossiers of an exported list: .xlsx, .xls, .ods, .csv in any encoding, or a web page that calls itself .xls.
    columns: key → heading, where a person has said what this layout means.

    Raises Refusal dossiers.no-table, and file.missing, file.is-folder, file.unreadable, file.empty, file.too-large,
    file.encrypted, file.broken, file.macros, file.bomb, file.entities, file.too-many-rows, file.kind-unknown,
    file.no-sheet, file.memory. In this process and without limits of time: for strangers' files use
    `caicach.reading.sandbox.read_dossiers`.
    """
    with opened(path, name or path.name) as (stream, size):
        return list_of(read_grids(path, stream, size), columns)


def list_of(grids: Sequence[Grid], chosen: Mapping[str, str] | None = None) -> DossierList:
    """The dossiers of all sheets together, each code once. Raises Refusal dossiers.no-table."""
    headings: dict[str, None] = {}
    unlike: dict[str, Unlike] = {}
    words = dossier_words()
    columns: dict[str, str] = {}
    found: list[ListedDossier | SkippedRow] = []
    sheets: list[str] = []
    for grid in grids:
        tables = [
            _Table(grid, start, heading, end, words, chosen)
            for start, heading, end in _tables(grid.rows, words)
        ]
        if not tables:
            continue
        sheets.append(grid.name)
        above = 0
        for table in tables:
            carried = _Carried(channel=words.channel_alone(grid.name))
            carried.set_status(grid.name, words)
            carried.titles(grid.rows[above : table.start], words)
            above = table.last
            headings |= dict.fromkeys(table.columns.headings)
            unlike = {**table.unlike(), **unlike}
            for name, heading in table.columns.named().items():
                columns.setdefault(name, heading)
            found += table.read(carried)
    if not sheets:
        raise Refusal("dossiers.no-table")
    rows, skipped = _each_once(found)
    if "code" in columns:  # of this one every cell is known
        unlike.pop(columns["code"], None)
        if kind := unlike_codes(row.code for row in rows if row.code):
            unlike[columns["code"]] = kind
    return DossierList(
        {name: columns[name] for name in KEYS if name in columns},
        rows,
        skipped,
        tuple(sheets),
        tuple(headings),
        unlike,
    )


def _tables(rows: Sequence[GridRow], words: DossierWords) -> Iterator[tuple[int, int, int]]:
    """Each table of a sheet: index of its heading, of the row after that, of the row after its last."""
    heading = find_heading(rows, words)
    if heading is None:
        first = next((at for at, row in enumerate(rows) if _code_of(row)), None)
        if first is None or sum(_code_of(row) is not None for row in rows) * 2 < len(rows) - first:
            return
        heading = (max(0, first - 1), first)
    start, after = heading
    known = {_said(row) for row in rows[start:after]}
    at = after
    while at < len(rows):
        if opens_another_table(rows[at], words) and _said(rows[at]) not in known:
            again = find_heading(rows[at : at + 6], words)
            if again is not None and again[0] == 0 and not _same_heading(rows[at], rows[start:after]):
                yield start, after, at
                start, after = at, at + again[1]
                known |= {_said(row) for row in rows[start:after]}
                at = after
                continue
        at += 1
    yield start, after, len(rows)


def _said(row: GridRow) -> tuple[str, ...]:
    return tuple(text for cell in row.cells if (text := key(text_of(cell))))


def _same_heading(row: GridRow, heading: Sequence[GridRow]) -> bool:
    """Whether the words of a row are mostly those of a heading above, at the same columns."""
    same = filled = 0
    for column, cell in enumerate(row.cells):
        if text := key(text_of(cell)):
            filled += 1
            same += any(key(text_of(line.at(column))) == text for line in heading)
    return same * 10 >= filled * 7


def _code_of(row: GridRow) -> str | None:
    return next((code for cell in row.cells if isinstance(cell, str) and (code := _code_in(cell))), None)


@lru_cache(maxsize=4096)
def _code_in(text: str) -> str | None:
    return dossier_code(text) if any(letter.isdigit() for letter in text) else None


# ---- rows


@dataclass(slots=True)
class _Carried:
    """What is said once for many rows: by a group's name, a filter above the table, a sheet's name."""

    status: int | None = None
    channel: Channel | None = None
    procedure: str | None = None
    procedure_code: str | None = None
    said: str = ""
    """the words that gave the status"""

    def set_status(self, text: str, words: DossierWords, *, least: int = 1) -> bool:
        """Whether a text is a status' name and nothing else; then it is kept."""
        status = words.status_alone(text)
        if status is None or status < least:
            return False
        self.status, self.said = status, text
        return True

    def titles(self, rows: Sequence[GridRow], words: DossierWords) -> None:
        """ "Trạng thái: Đang xử lý" above the heading, in one cell or two; "II. Hồ sơ đang giải quyết" as its title.

        A title "Hồ sơ đã tiếp nhận" says what happened to them once, not how they stand.
        """
        for row in rows:
            texts = list(dict.fromkeys(text for cell in row.cells if (text := text_of(cell))))
            if len(texts) == 1 and ":" not in texts[0]:
                self.set_status(texts[0], words, least=3)
                self.channel = words.channel_alone(texts[0]) or self.channel
            for at, text in enumerate(texts):
                label, sign, rest = text.partition(":")
                if sign and not rest.strip() and at + 1 < len(texts):
                    rest = texts[at + 1]
                means = words.exact_heading(label)[0] if sign and rest.strip() else ""
                if means == "status":
                    self.set_status(rest, words)
                elif means == "channel":
                    self.channel = words.channel_alone(rest) or self.channel

    def group(self, text: str, words: DossierWords) -> None:
        """What a group's name says for the rows below it."""
        if channel := words.channel_alone(text):
            self.channel = channel
        if self.set_status(text, words) or channel:
            return
        name = _NUMBERED.sub("", text)
        name = re.sub(
            r"\s*[:(-]?\s*(?:\d+ hồ sơ|\(\s*\d+\s*\)|:\s*\d+)\s*\)?\s*$", "", name, flags=re.IGNORECASE
        )
        found = read_procedure_code(name)
        label = re.match(
            r"(?:tên )?(?:thủ tục(?: hành chính)?|tthc)\s*:\s*", found[1] if found else name, re.IGNORECASE
        )
        if found or label:
            rest = found[1] if found else name
            self.procedure_code = found[0] if found else None
            self.procedure = rest[label.end() :] if label else rest
        elif is_work(name) and len(name.split()) > 2:  # "Chứng thực" alone is a field
            self.procedure, self.procedure_code = name, None
        else:
            self.procedure = self.procedure_code = None


_NUMBERED = re.compile(r"^\s*(?:[IVXLC]+|[A-Z]|\d{1,2}(?:\.\d{1,2})*)\s*[.)/:-]\s+")
_TOTAL = re.compile(
    r"tổng(?: cộng| số| hợp| chung| hồ sơ| toàn|\b(?! *công ty| *cục)|[:\d])|cộng(?:$|[:\s]*\d|\s*:| (?:dồn|hợp|chung|số|trang|nhóm|toàn|theo|chuyển|lũy|các))|tong (?:cong|so)|(?:lũy kế|số hồ sơ ?: ?\d)",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"(?:nguoi |can bo |cong chuc )?(?:lap (?:bieu|bang|danh sach|bao cao)|ky(?: ten| ghi ro| dong dau|$)|ghi ro ho)|nguoi (?:lap|bao cao|kiem tra|tong hop|ky)\b"
    r"|xac nhan cua |da ky$|.{0,60}\bngay (?:\d{1,2} )?thang (?:\d{1,2} )?nam(?: \d{4})?$|noi nhan"
)
_SIGNER = re.compile(
    r"(?:q |kt |tm |tl |tuq )?(?:thu truong|chu tich|pho chu tich|(?:pho )?giam doc|(?:pho )?truong phong|lanh dao|uy ban nhan dan|ubnd)\b|(?:kt|tm|tl|tuq|q) |xac nhan|ke toan|thu quy|phu trach|can bo|cong chuc|.{0,40}\bngay \d{1,2} \d{1,2} \d{4}$"
)
"""who signs; above the last dossier the same words name a group"""
_NOTE = re.compile(
    r"(?:ghi chu|luu y|chu thich|trang \d|page \d|nguon|xuat (?:luc|ngay)|ngay xuat|in (?:luc|ngay)|thoi gian xuat|het|danh sach nay|\* )"
)
_BLANKS = frozenset(
    {
        "-",
        "--",
        "—",
        "–",
        "...",
        "…",
        "n/a",
        "null",
        "none",
        "nan",
        "không có",
        "chưa có",
        "không",
        "(trống)",
        "#n/a",
        "undefined",
    }
)


_CONTACT = re.compile(
    r"[\s,;(/–-]*(?:\b(?:sđt|đt|số điện thoại|điện thoại|đtdđ|cccd|cmnd|số cccd|email|địa chỉ|đ/c|ngày sinh|sinh năm)\s*[:.].*|\b\d[\d. ]{7,}\)?\s*$)",
    re.IGNORECASE | re.DOTALL,
)
"""what some systems write behind the applicant's name"""


class _Table:
    """One table of a sheet: its columns, and its rows one after the other."""

    def __init__(
        self,
        grid: Grid,
        start: int,
        heading: int,
        end: int,
        words: DossierWords,
        chosen: Mapping[str, str] | None,
    ) -> None:
        """start, heading, end: indices of the heading's first row, of the row after it, of the row after the last.

        self.last: index of the row after the last dossier; what follows may be the title of the next table.
        """
        self.grid, self.start, self.words = grid, start, words
        self.body = grid.rows[heading:end]
        self.columns = find_columns(grid.rows[start:heading], self.body, words, chosen)
        self.first_number = grid.rows[heading - 1].number + 1 if heading else 1
        self.signed = False
        self._last = self._last_dossier()
        self.last = heading + sum(row.number <= self._last for row in self.body)
        self.by_channel = self._are_channels()

    def unlike(self) -> dict[str, Unlike]:
        """The headings whose cells cannot be codes, by some rows from the whole length of the table."""
        rows = sample_of(self.body, self.columns)
        told: dict[str, Unlike] = {}
        for column, heading in enumerate(self.columns.headings):
            kind = unlike_codes(text_of(row.at(column)) for row in rows)
            if kind and heading not in self.columns.headings[:column]:
                told[heading] = kind
        return told

    def _last_dossier(self) -> int:
        """The number of the last row with a code or a date where one is looked for; below it stand totals and signatures."""
        dated = [self.columns.at[name] for name in MOMENTS if name in self.columns.at]
        return next(
            (
                row.number
                for row in reversed(self.body)
                if _code_of(row)
                or (len(_said(row)) > 2 and any(read_moment(row.at(column)) is not None for column in dated))
            ),
            0,
        )

    def _are_channels(self) -> bool:
        """Whether the names of the groups are ways to file: all of them read as one, and they differ or name one plainly."""
        if "channel" in self.columns.at:
            return False
        names = {
            texts.pop()
            for row in self.body
            if row.number < self._last
            and len(texts := {text for cell in row.cells if (text := text_of(cell))}) == 1
        }
        names = {_NUMBERED.sub("", name) for name in names if not _code_in(name) and not _TOTAL.match(name)}
        channels = {self.words.channel(name) for name in names}
        return None not in channels and (len(channels) > 1 or any(map(self.words.channel_alone, names)))

    def read(self, carried: _Carried) -> Iterator[ListedDossier | SkippedRow]:
        """Every row from the heading on, blank ones too; carried learns from the groups."""
        expected = self.first_number
        for row in self.body:
            for blank in range(expected, min(row.number, expected + 1000)):
                yield SkippedRow(blank, "empty", self.grid.name)
            expected = row.number + 1
            yield self._row(row, carried)

    def _row(self, row: GridRow, carried: _Carried) -> ListedDossier | SkippedRow:
        texts = list(dict.fromkeys(text for cell in row.cells if (text := text_of(cell))))
        has_code = _code_of(row) is not None
        if not has_code and (why := self._plainly_not(row, texts)):
            return SkippedRow(row.number, why, self.grid.name)
        dossier = self._dossier(row, carried)
        if self._is_dossier(dossier, texts):
            self.signed = False
            return dossier
        why = self._why_not(row, texts, carried)
        return SkippedRow(row.number, why, self.grid.name)

    def _plainly_not(self, row: GridRow, texts: list[str]) -> str | None:
        """What a row without a code is by its words or its shape, before its cells are looked at."""
        if self.columns.repeats(row):
            return "heading"
        if is_number_row(row):
            return "numbers"
        if any(_TOTAL.match(_NUMBERED.sub("", text)) for text in texts[:2]):
            named = self._text(row, *APPLICANTS)
            if len(texts) < 5 or not named or _TOTAL.match(named):
                return "total"
        return None

    def _is_dossier(self, dossier: ListedDossier, texts: list[str]) -> bool:
        if len(texts) < 2 and not (dossier.code and dossier_code(dossier.code)):
            return False
        if dossier.code and dossier_code(dossier.code):
            return True
        if any(_SIGNATURE.match(key(text)) for text in texts) and len(texts) < 4:
            return False
        moments = sum(getattr(dossier, name) is not None for name in MOMENTS)
        own = {"applicant", *({"procedure", "procedure_code"} & self.columns.at.keys())}  # not a group's
        said = sum(getattr(dossier, name) is not None for name in own)
        if dossier.code and any(letter.isdigit() for letter in dossier.code):
            return moments + said >= 2
        return moments >= 1 and said >= 1 and len(texts) >= 3

    def _why_not(self, row: GridRow, texts: list[str], carried: _Carried) -> str:
        keys = [key(text) for text in texts]
        ended = row.number > self._last
        if any(_SIGNATURE.match(text) or (ended and _SIGNER.match(text)) for text in keys):
            self.signed = True
            return "signature"
        if self.signed:
            return "signature"
        if _NOTE.match(keys[0]) or texts[0].startswith("*"):
            return "note"
        words = [text for text in texts if not re.fullmatch(r"[\d.,()\s%]+|[IVXLC]+\.?|[A-Z][.)]?", text)]
        if len(words) == 1 and len(words[0]) <= 250 and row.number < self._last:
            name = words[0]
            if self.by_channel:
                carried.channel = self.words.channel(_NUMBERED.sub("", name))
            else:
                carried.group(name, self.words)
            return "group"
        return "note" if words else "numbers"

    # ---- cells

    def _dossier(self, row: GridRow, carried: _Carried) -> ListedDossier:
        at = self.columns.at
        code_text = self._text(row, "code")
        code = _code(code_text)
        number, procedure = self._procedure(row, carried)
        if procedure is None and code_text and code and "procedure" not in at and "\n" in code_text:
            procedure = " ".join(line for line in code_text.split("\n") if not dossier_code(line)) or None
        moments = {name: self._moment(row, name) for name in MOMENTS}
        return ListedDossier(
            code=code,
            procedure_code=number,
            procedure=procedure,
            applicant=self._applicant(row),
            **moments,
            status=self._status(row, carried, moments["returned_at"]),
            channel=self._channel(row, carried),
            row=row.number,
            sheet=self.grid.name,
        )

    def _text(self, row: GridRow, *names: str) -> str | None:
        """The words under the first of these meanings that says something, lines kept."""
        for name in names:
            if name in self.columns.at:
                text = text_of(row.at(self.columns.at[name]))
                if text and text.casefold() not in _BLANKS:
                    return text
        return None

    def _procedure(self, row: GridRow, carried: _Carried) -> tuple[str | None, str | None]:
        at = self.columns.at
        number: str | None = None
        if "procedure_code" in at:
            value = row.at(at["procedure_code"])
            found = read_procedure_code(value)
            number = found[0] if found else self._line(text_of(value))
            if found and found[1] and "procedure" not in at:
                return number, found[1]
        text = self._line(self._text(row, "procedure"))
        if text is not None:
            if found := read_procedure_code(text):
                return number or found[0], found[1] or None
            return number, text
        if "procedure" not in at and "procedure_code" not in at:
            return carried.procedure_code, carried.procedure
        return number, None

    def _line(self, text: str | None) -> str | None:
        """A text on one line, None for what only fills a place."""
        line = " ".join((text or "").split())
        return None if not line or line.casefold() in _BLANKS else line

    def _applicant(self, row: GridRow) -> str | None:
        for name in APPLICANTS:
            text = self._text(row, name)
            if text is None:
                continue
            lines = text.split("\n")
            text = "\n".join(itertools.takewhile(lambda line: not _CONTACT.search(line), lines)) or lines[0]
            text = _CONTACT.sub("", text)
            if any(letter.isalpha() for letter in text):
                return self._line(text)
        return None

    def _moment(self, row: GridRow, name: str) -> Moment | None:
        at = self.columns.at.get(name)
        if at is None:
            return None
        moment = read_moment(row.at(at), month_first=self.columns.month_first)
        if isinstance(moment, dt.datetime):
            return moment.date() if at in self.columns.midnight and moment.time() == dt.time() else moment
        beside = self.columns.at.get(f"{name} time")
        if moment is not None and beside is not None and (time := read_time(row.at(beside))) is not None:
            return dt.datetime.combine(moment, time)
        return moment

    def _status(self, row: GridRow, carried: _Carried, returned: Moment | None) -> int | None:
        text = self._text(row, "status")
        if text is None and self.columns.statuses_by_mark:
            return _marked(row, self.columns.statuses_by_mark)
        if text is None and "status" not in self.columns.at:
            text, status = carried.said, carried.status
        else:
            status = self.words.status(text) if text else None
        if status == 9 and returned is not None and self.words.is_open_ended(text or ""):
            return 10
        return status

    def _channel(self, row: GridRow, carried: _Carried) -> Channel | None:
        if (text := self._text(row, "channel")) is not None:
            return self.words.channel(text)
        if self.columns.channels_by_mark:
            return _marked(row, self.columns.channels_by_mark)
        return None if "channel" in self.columns.at else carried.channel


def _marked(row: GridRow, marks: Mapping[int, _Meaning]) -> _Meaning | None:
    """What the first marked column of a row stands for."""
    return next((meaning for column, meaning in marks.items() if row.at(column) != ""), None)


def _code(text: str | None) -> str | None:
    """The dossier code in its usual form; one of another kind as it is written."""
    if text is None:
        return None
    return dossier_code(text) or " ".join(text.split())


def _each_once(
    found: Sequence[ListedDossier | SkippedRow],
) -> tuple[tuple[ListedDossier, ...], tuple[SkippedRow, ...]]:
    """Every code once: of rows that say the same the first, of rows that differ the last stands."""
    kept: dict[str, int] = {}
    items: list[ListedDossier | SkippedRow] = list(found)
    for at, item in enumerate(items):
        if not isinstance(item, ListedDossier) or item.code is None:
            continue
        before = kept.get(item.code)
        if before is None:
            kept[item.code] = at
            continue
        other = items[before]
        assert isinstance(other, ListedDossier)
        dropped = at if item.to_json() == other.to_json() else before
        gone = items[dropped]
        assert isinstance(gone, ListedDossier)
        items[dropped] = SkippedRow(gone.row, "duplicate", gone.sheet)
        kept[item.code] = at + before - dropped
    return (
        tuple(item for item in items if isinstance(item, ListedDossier)),
        tuple(item for item in items if isinstance(item, SkippedRow)),
    )
