"""Which column of another system's dossier list is what: told by the headings and by the cells under them, together.

A heading may stand in one row, two or three, after titles and filters. Every column gets one meaning at most and every
meaning one column; the pairs are chosen so that all of them together fit best.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from caicach.reading.dossier_grid import GridRow, Value, text_of
from caicach.rules.dossier_words import Channel, DossierWords, dossier_code, plain, procedure_code
from caicach.rules.matching import best_assignment
from caicach.rules.moments import Moment, day_first, from_serial, moment_of, time_of
from caicach.rules.vntext import key

APPLICANTS = ("owner", "organisation", "person", "submitter")
"""in the order in which a row's applicant is taken from them"""
MOMENTS = ("received_at", "due_at", "resolved_at", "returned_at")
_TIMES = tuple(f"{name} time" for name in MOMENTS)
_ROLES = ("code", "procedure_code", "procedure", *APPLICANTS, *MOMENTS, *_TIMES, "status", "channel")

_LOOKED_AT = 80
"""filled rows of a sheet in which its heading is looked for"""
_SAMPLE = 300
_DEEPEST = 3
_NAME = re.compile(r"(?:[^\W\d_a-z][^\W\d_]*)(?: [^\W\d_a-z][^\W\d_]*){1,6}")
_WORK = re.compile(
    r"(?:thu tuc|dang ky|cap |chung thuc|xac nhan|xac dinh|lien thong|ho tro|tro cap|giai quyet|gia han|thay doi|cong nhan|hoa giai|cham dut|thong bao|dinh chinh|"
    r"chuyen |tach |xoa |cong bo|phe duyet|tham dinh|tiep nhan |thanh lap|huong |di chuyen|khai (?:sinh|tu)|ket hon|trich luc|bo sung ho tich|thuc hien|sua doi)"
)
_MARK = frozenset({"x", "v", "✓", "✔", "1", "co", "☑", "●"})


@dataclass(slots=True)
class Columns:
    """at: meaning → column. headings: of every column, as written, the rows of one joined by " / ".

    by_mark: columns named after a status or a channel in which a mark says that the row has it.
    month_first: the dates of the list are written as in the US. midnight: columns where 00:00 only fills a place.
    """

    at: dict[str, int] = field(default_factory=dict)
    headings: tuple[str, ...] = ()
    heading_rows: tuple[tuple[str, ...], ...] = ()
    statuses_by_mark: dict[int, int] = field(default_factory=dict)
    channels_by_mark: dict[int, Channel] = field(default_factory=dict)
    month_first: bool = False
    midnight: frozenset[int] = frozenset()

    def named(self) -> dict[str, str]:
        """For each key of a row the heading it was taken from; of two columns for one key both, joined by " + "."""
        told: dict[str, str] = {}
        applicant = next((name for name in APPLICANTS if name in self.at), None)
        for name in ("code", "procedure_code", "procedure", applicant, *MOMENTS, "status", "channel"):
            if name is not None and name in self.at:
                places = [self.at[name], *([self.at[f"{name} time"]] if f"{name} time" in self.at else [])]
                told["applicant" if name in APPLICANTS else name] = " + ".join(
                    self.headings[place] for place in places
                )
        for name, marked in (("status", self.statuses_by_mark), ("channel", self.channels_by_mark)):
            if marked and name not in told:
                told[name] = " + ".join(self.headings[place] for place in sorted(marked))
        return told

    def repeats(self, row: GridRow) -> bool:
        """Whether a row says the heading again, or one of its rows."""
        said = [key(text_of(cell)) for cell in row.cells]
        filled = sum(map(bool, said))
        if filled < 2:
            return False
        return any(
            sum(
                bool(text) and column < len(head) and text == head[column] for column, text in enumerate(said)
            )
            * 10
            >= filled * 7
            for head in self.heading_rows
        )


def is_work(text: str) -> bool:
    """Whether a text begins as procedures' names do: "Đăng ký …", "Cấp …"."""
    return bool(_WORK.match(key(text)))


def read_moment(value: Value, *, month_first: bool = False) -> Moment | None:
    """The day or moment of a cell: a real date, a text, Excel's number."""
    if isinstance(value, str):
        return moment_of(value, month_first=month_first)
    if isinstance(value, dt.datetime):
        return value.replace(second=0)
    if isinstance(value, dt.date):
        return value if 1990 <= value.year <= 2100 else None
    if isinstance(value, float):
        return from_serial(value) or (moment_of(text_of(value)) if value >= 1e7 else None)
    return None


def read_time(value: Value) -> dt.time | None:
    """The time of day of a cell that names nothing else."""
    if isinstance(value, dt.time):
        return value.replace(second=0, microsecond=0)
    if isinstance(value, float) and 0 < value < 1:
        minutes = round(value * 86400) // 60
        return dt.time(minutes // 60 % 24, minutes % 60)
    return time_of(value) if isinstance(value, str) else None


def is_number_row(row: GridRow) -> bool:
    """(1) (2) (3) … or A B C: a row that numbers the columns."""
    texts = [re.sub(r"[().\[\]\s]", "", text_of(cell)) for cell in row.cells]
    texts = [text for text in texts if text]
    if len(texts) < 3:
        return False
    numbers = [int(text) for text in texts if text.isdecimal() and len(text) < 3]
    letters = [text for text in texts if re.fullmatch(r"[A-Z]", text)]
    return len(numbers) + len(letters) == len(texts) and (
        numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        if numbers
        else letters[:2] == ["A", "B"]
    )


# ---- where the heading stands


def find_heading(rows: Sequence[GridRow], words: DossierWords) -> tuple[int, int] | None:
    """The index of the heading's first row and of the first row after it; None where no row is one."""
    best: tuple[float, int, int] | None = None
    for first in range(min(_LOOKED_AT, len(rows))):
        for depth in range(1, _DEEPEST + 1):
            chosen = rows[first : first + depth]
            if len(chosen) < depth or not all(_may_be_heading(row) for row in chosen):
                break
            if depth > 1 and any(len({text_of(cell) for cell in row.cells} - {""}) < 2 for row in chosen):
                break
            weight = _weight(chosen, words) - 12 * (depth - 1)
            if weight > 0 and (best is None or weight > best[0] + 1e-6):
                best = (weight, first, first + depth)
    if best is None:
        return None
    _weight_of_it, first, after = best
    while after - first < _DEEPEST and after < len(rows):
        upper, lower = rows[after - 1], rows[after]
        if not (_goes_on(upper, lower) or _names_one(upper, lower, words)):
            break
        after += 1
    while first and _shares_cells(rows[first - 1], rows[first]) and after - first < _DEEPEST:
        first -= 1
    return first, after


def _shares_cells(upper: GridRow, lower: GridRow) -> bool:
    """Whether cells of the row above are merged down into a row: then both are the heading."""
    if len({text_of(cell) for cell in upper.cells} - {""}) < 2:
        return False
    return sum(cell != "" and cell == upper.at(column) for column, cell in enumerate(lower.cells)) >= 2


def _goes_on(upper: GridRow, lower: GridRow) -> bool:
    """Whether a row names the columns under the groups of the row above: its words stand nowhere else."""
    if not _may_be_heading(lower) or is_number_row(lower):
        return False
    fresh = 0
    for column in range(max(len(upper.cells), len(lower.cells))):
        above, text = text_of(upper.at(column)), text_of(lower.at(column))
        if not text or text == above:
            continue
        left = text_of(upper.at(column - 1)) if column else ""
        right = text_of(upper.at(column + 1))
        grouped = not above or above == left or right in ("", above)
        if not grouped or len(text) > 50 or not any(letter.isalpha() for letter in text):
            return False
        fresh += 1
    return fresh >= 2


def _names_one(upper: GridRow, lower: GridRow, words: DossierWords) -> bool:
    """Whether a row names the one column under a group of one: "Tiếp nhận" under "Thời gian", and nothing else."""
    said = [(column, text) for column, cell in enumerate(lower.cells) if (text := text_of(cell))]
    fresh = [(column, text) for column, text in said if text != text_of(upper.at(column))]
    if len(fresh) != 1 or (len(said) > 1 and len(said) < 3):
        return False
    column, text = fresh[0]
    above = text_of(upper.at(column))
    return (
        bool(above)
        and words.exact_heading(text)[0] not in ("", "other")
        and words.exact_heading(above)[0] in ("", "other")
    )


def opens_another_table(row: GridRow, words: DossierWords) -> bool:
    """Whether a row far below is a heading of its own, by the very wordings (cheap: asked of every row)."""
    texts = [text for cell in row.cells if isinstance(cell, str) and (text := cell)]
    if len(set(texts)) < 3 or any(len(text) > 60 for text in texts):
        return False
    if not _may_be_heading(row):
        return False
    means = [words.exact_heading(text)[0] for text in texts]
    known = {meaning for meaning in means if meaning and meaning != "other"}
    return len(known) >= 3 and sum(map(bool, means)) * 2 > len(means)


def _may_be_heading(row: GridRow) -> bool:
    """Words only: no code of a dossier, no date (the numbers of a numbered heading do no harm)."""
    for cell in row.cells:
        if isinstance(cell, dt.date | dt.time):
            return False
        if isinstance(cell, str) and any(letter.isdigit() for letter in cell):
            if dossier_code(cell) or (len(cell) < 40 and moment_of(cell) is not None):
                return False
    return True


def _weight(rows: Sequence[GridRow], words: DossierWords) -> float:
    best: dict[str, float] = {}
    filled = 0
    for parts in _parts(rows):
        if not parts:
            continue
        filled += 1
        means, weight = _meaning(parts, words)
        if means and means != "other":
            best[means] = max(best.get(means, 0.0), weight)
    people, moments = best.keys() & set(APPLICANTS), best.keys() & set(MOMENTS)
    if len(best) < 2 or not ("code" in best or (people and moments)):
        return 0.0
    if len(best) == 2 and max(best.values()) < 100:
        return 0.0
    return sum(best.values()) if len(best) * 4 >= filled else 0.0


def _parts(rows: Sequence[GridRow]) -> list[tuple[str, ...]]:
    """The words over each column, from above; a group's name also over the columns right of it that have their own word below."""
    width = max(len(row.cells) for row in rows)
    lines = [[text_of(row.at(column)) for column in range(width)] for row in rows]
    for upper, line in enumerate(lines[:-1]):
        own = list(line)
        for column in range(1, width):
            below = [lines[deep][column] for deep in range(upper + 1, len(lines))]
            if not own[column] and any(below) and lines[-1][column] != "" and line[column - 1]:
                left = [lines[deep][column - 1] for deep in range(upper + 1, len(lines))]
                if any(text and text != line[column - 1] for text in left):
                    line[column] = line[column - 1]
    found: list[tuple[str, ...]] = []
    for column in range(width):
        parts: list[str] = []
        for line in lines:
            text = " ".join(line[column].split())
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        found.append(tuple(parts))
    return found


def _meaning(parts: Sequence[str], words: DossierWords) -> tuple[str, float]:
    """What a heading of one row or several means: its rows together first, then the lowest alone."""
    if not parts:
        return "", 0.0
    if len(parts) > 1:
        for joined in (
            " ".join(parts),
            " ".join(reversed(parts)),
            " ".join(parts[-2:]),
            " ".join(reversed(parts[-2:])),
        ):
            found = words.exact_heading(joined)
            if found[0]:
                return found
        lowest = words.heading(parts[-1])
        if lowest[0] and lowest[1] >= 85:
            return lowest
        joined_means = words.heading(" ".join(parts))
        return max((lowest, joined_means), key=lambda one: (one[0] not in ("", "other"), one[1]))
    return words.heading(parts[0])


# ---- what the cells say


@dataclass(slots=True)
class _Profile:
    """Shares (0 to 1) of the filled cells of a column that are …"""

    filled: int = 0
    code: float = 0.0
    procedure: float = 0.0
    with_procedure: float = 0.0
    moment: float = 0.0
    time: float = 0.0
    status: float = 0.0
    channel: float = 0.0
    figures: float = 0.0
    names: float = 0.0
    """words in capitals without a figure, as people's names are written"""
    works: float = 0.0
    """texts that begin as procedures' names do"""
    marks: float = 0.0
    received: float = 0.0
    """dates that are the code's own date"""
    distinct: int = 0


@lru_cache(maxsize=65536)
def _cached_code(text: str) -> str | None:
    return dossier_code(text)


def read_procedure_code(value: Value) -> tuple[str, str] | None:
    """The procedure code of a cell and what else stands there. Excel may have kept 1.001190 as a figure."""
    if isinstance(value, float):
        return (f"{value:.6f}", "") if 1 < value < 10 and value != int(value) else None
    return procedure_code(value) if isinstance(value, str) else None


def _profile(values: Sequence[Value], codes: Sequence[str | None], words: DossierWords) -> _Profile:
    filled = [(value, code) for value, code in zip(values, codes, strict=True) if value != ""]
    if not filled:
        return _Profile()
    profile = _Profile(filled=len(filled), distinct=len({text_of(value) for value, _ in filled}))
    one = 1 / len(filled)
    dated = same = 0
    for value, code in filled:
        text = text_of(value)
        profile.code += one * (_cached_code(text) is not None)
        if found := read_procedure_code(value):
            profile.procedure += one * (not found[1])
            profile.with_procedure += one * bool(found[1])
        moment = read_moment(value) or read_moment(value, month_first=True)
        profile.moment += one * (moment is not None)
        profile.time += one * (read_time(value) is not None)
        digits = sum(letter.isdigit() for letter in text)
        profile.figures += one * (digits * 2 > len(text))
        profile.names += one * bool(_NAME.fullmatch(text))
        profile.works += one * is_work(text)
        profile.marks += one * (text.casefold() in _MARK)
        if len(text) <= 90:
            profile.status += one * (words.status(text) is not None)
            profile.channel += one * (words.channel(text) is not None)
        if code and moment:
            day = moment.date() if isinstance(moment, dt.datetime) else moment
            dated += 1
            same += f"{day:%y%m%d}" == code.split("-")[1]
    profile.received = same / dated if dated >= 3 else 0.0
    return profile


def _score(role: str, means: str, weight: float, profile: _Profile, *, has_codes: bool) -> float:
    """How well a column carries a meaning, about 0 to 150; 0: it does not."""
    named = weight if means == role else 0.0
    if role == "code":
        if profile.procedure > 0.5 or profile.moment > 0.5:
            return 0.0
        if has_codes or profile.code:
            return 0.3 * named + 100 * profile.code if profile.code >= 0.3 else 0.0
        return named * (0.6 if profile.filled == 0 else 1.0)
    if role == "procedure_code":
        if profile.procedure >= 0.3:
            return 0.3 * named + 80 * profile.procedure
        if profile.filled == 0 or (not profile.with_procedure and not profile.code and not profile.moment):
            return 0.4 * named
        return 0.0
    if role == "procedure":
        if profile.moment > 0.5 or profile.code > 0.5 or profile.procedure > 0.5 or profile.figures > 0.5:
            return 0.0
        if profile.with_procedure >= 0.5:
            return named + 60
        return named or (35 * profile.works if not means and profile.works >= 0.6 else 0.0)
    if role in APPLICANTS:
        if profile.moment > 0.5 or profile.code > 0.5 or profile.figures > 0.5:
            return 0.0
        unnamed = role == "person" and not means and profile.names >= 0.7 and profile.works < 0.3
        return named or (30 * profile.names if unnamed and profile.distinct > 2 else 0.0)
    if role in MOMENTS:
        if not named and not means and role == "received_at" and profile.received >= 0.9:
            return 50.0
        if not named or (profile.filled and profile.moment < (0.05 if named >= 90 else 0.4)):
            return 0.0
        fit = 0.5 + 0.5 * profile.moment
        return named * fit + (40 if role == "received_at" and profile.received >= 0.8 else 0)
    share = profile.status if role == "status" else profile.channel
    if profile.filled == 0:
        return named * 0.6
    if share < 0.3 or (profile.figures > 0.5 and not named):
        return 0.0
    if named:
        return named * (0.4 + 0.6 * share)
    return (
        50 * share
        if share >= 0.8 and profile.distinct <= 15 and means in ("", "procedure", "person")
        else 0.0
    )


# ---- all of it together


def find_columns(
    heading: Sequence[GridRow],
    body: Sequence[GridRow],
    words: DossierWords,
    chosen: Mapping[str, str] | None = None,
) -> Columns:
    """The meaning of each column under this heading (which may be none: then by the cells alone). chosen: key → heading, as
    a person has said; what is not in it, the list does not say."""
    width = max((len(row.cells) for row in [*heading, *body[:_SAMPLE]]), default=0)
    parts = _parts(heading) if heading else []
    parts += [()] * (width - len(parts))
    scores = [[0.0] * width for _ in _ROLES]
    columns = Columns(
        headings=tuple(" / ".join(part) or f"(cột {_letters(at)})" for at, part in enumerate(parts)),
        heading_rows=tuple(tuple(key(text_of(cell)) for cell in row.cells) for row in heading),
    )
    sample = sample_of(body, columns)
    codes = [
        next((code for cell in row.cells if (code := _cached_code(text_of(cell)))), None) for row in sample
    ]
    profiles = [_profile([row.at(column) for row in sample], codes, words) for column in range(width)]
    has_codes = any(profile.code >= 0.5 for profile in profiles)
    for column, profile in enumerate(profiles):
        if _is_marked(columns, column, parts[column], profile, words):
            continue
        means, weight = _meaning(parts[column], words)
        if profile.time > 0.5 and profile.moment < 0.3:
            means, weight = _meaning([_as_day(part) for part in parts[column]], words)
            if means in MOMENTS:
                scores[_ROLES.index(f"{means} time")][column] = weight * profile.time
            continue
        for index, role in enumerate(_ROLES):
            if role not in _TIMES:
                # the left one of two that are worth the same
                scores[index][column] = (
                    _score(role, means, weight, profile, has_codes=has_codes) - column * 1e-4
                )
    for index, at in enumerate(best_assignment(scores)):
        if at is not None:
            columns.at[_ROLES[index]] = at
    for name in MOMENTS:
        if f"{name} time" in columns.at and name not in columns.at:
            del columns.at[f"{name} time"]
    if chosen is not None:
        _choose(columns, chosen)
    _settle_dates(columns, body)
    return columns


def _choose(columns: Columns, chosen: Mapping[str, str]) -> None:
    """What a person has said goes before what was guessed; where both say the same, the guess knows more (a time beside a day)."""
    guessed = columns.named()
    for name in ("code", "procedure_code", "procedure", "applicant", *MOMENTS, "status", "channel"):
        wanted = chosen.get(name, "")
        if wanted == guessed.get(name, ""):
            continue
        for role in APPLICANTS if name == "applicant" else (name, f"{name} time"):
            columns.at.pop(role, None)
        if name == "status":
            columns.statuses_by_mark.clear()
        elif name == "channel":
            columns.channels_by_mark.clear()
        if wanted in columns.headings:
            columns.at[APPLICANTS[0] if name == "applicant" else name] = columns.headings.index(wanted)


def _letters(column: int) -> str:
    """How Excel names a column: 0 → "A", 27 → "AB"."""
    name = ""
    while column >= 0:
        name = chr(65 + column % 26) + name
        column = column // 26 - 1
    return name


def sample_of(body: Sequence[GridRow], columns: Columns) -> list[GridRow]:
    """Rows that look like dossiers, from the whole length of the table."""
    step = max(1, len(body) // _SAMPLE)
    return [
        row
        for row in body[::step]
        if len({text_of(cell) for cell in row.cells} - {""}) > 2
        and not columns.repeats(row)
        and not is_number_row(row)
    ]


def _as_day(text: str) -> str:
    """The heading of a time of day as that of its day: "Giờ nhận" → "ngay nhan"."""
    return " ".join("ngay" if word == "gio" else word for word in plain(text).split())


def _is_marked(
    columns: Columns, column: int, parts: Sequence[str], profile: _Profile, words: DossierWords
) -> bool:
    """A column "Trực tuyến" in which an x stands."""
    if not parts or (profile.filled and profile.marks < 0.8):
        return False
    upper = words.heading(" ".join(parts[:-1]))[0] if len(parts) > 1 else ""
    channel, status = words.channel_alone(parts[-1]), words.status_alone(parts[-1])
    if channel and upper in ("channel", "") and (profile.filled or upper):
        columns.channels_by_mark[column] = channel
        return True
    if status and upper in ("status", "") and profile.filled:
        columns.statuses_by_mark[column] = status
        return True
    return False


def _settle_dates(columns: Columns, body: Sequence[GridRow]) -> None:
    """In which order days and months stand, and where midnight only fills the place of a time."""
    proofs: list[bool] = []
    midnight: set[int] = set()
    for name in MOMENTS:
        if name not in columns.at:
            continue
        at = columns.at[name]
        texts = [text for row in body if isinstance(text := row.at(at), str) and text]
        if (proof := day_first(texts)) is not None:
            proofs.append(proof)
        written = [moment for text in texts if isinstance(moment := moment_of(text), dt.datetime)]
        if written and all(moment.time() == dt.time() for moment in written):
            midnight.add(at)
    columns.month_first = bool(proofs) and not any(proofs)
    columns.midnight = frozenset(midnight)
