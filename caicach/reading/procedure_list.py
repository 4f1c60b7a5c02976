"""A list of procedures as decisions publish it (quyết định công bố), or as the catalogue is exported: .xlsx, .xls, .ods, .csv, .docx.

Pure, no Django. Columns in any order and wording, headings of one row or two; rows that stand alone say the field, the level, or
that what follows is ended. Papers, steps and cases stand in a cell of the procedure's row or in tables of their own.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from caicach.reading.document import Document, Paragraph, Table
from caicach.reading.dossier_grid import Value, read_grids, text_of
from caicach.reading.open import opened
from caicach.reading.sniff import kind_of
from caicach.rules.procedure_words import code_in, level_said
from caicach.rules.procedures import procedure_code
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import fold, key, nfc, sentence_case, squeeze

MOST = 2_000
"""procedures of one list"""
_LOOKED_AT = 40
"""rows of a table in which its heading is looked for"""

_HEADINGS: tuple[tuple[str, str], ...] = (
    ("decision_date", r"ngay (?:ky )?quyet dinh|ngay (?:ky|ban hanh)(?: quyet dinh)?"),
    ("decision_issuer", r"noi ban hanh|co quan ban hanh"),
    ("decision_number", r"(?:so )?quyet dinh(?: cong bo)?(?: so)?|so quyet dinh.*"),
    ("since", r"(?:ngay )?(?:ap dung|co hieu luc|hieu luc)(?: tu)?(?: ngay)?"),
    ("paper_originals", r"(?:so )?ban (?:chinh|goc)(?: .*)?"),
    ("paper_copies", r"(?:so )?ban sao(?: .*)?"),
    ("paper_when", r"chi khi"),
    ("paper_form", r"mau(?: so| don| giay to)?"),
    ("paper_reusable", r"lay lai duoc.*|tai su dung.*"),
    ("paper_name", r"(?:ten )?giay to(?: can nop)?|ten thanh phan(?: ho so)?"),
    ("step_office", r"don vi(?: thuc hien| xu ly)?|bo phan(?: thuc hien| xu ly)?|nguoi thuc hien"),
    ("step_share", r"phan thoi gian(?: .*)?|ty le thoi gian|ti le thoi gian"),
    ("step_name", r"(?:ten )?(?:buoc|cong viec)(?: thuc hien| xu ly)?|trinh tu"),
    ("case_name", r"(?:ten )?truong hop"),
    ("case_when", r"khi nao"),
    ("code", r"ma(?: so)?(?: (?:thu tuc|tthc|quoc gia|ho so tthc|csdl|cua).*)?|so ho so tthc|ma so tthc"),
    ("everyday", r"nguoi dan goi la|cach goi(?: thuong ngay)?"),
    ("name", r"ten (?:cua )?(?:cac )?(?:thu tuc|tthc)(?: .*)?|(?:cac |danh muc )?(?:thu tuc(?: hanh chinh)?|tthc)|ten"),
    ("field", r"(?:ten )?linh vuc(?: .*)?|nganh linh vuc"),
    ("level", r"cap(?: giai quyet| thuc hien| hanh chinh)?|cap tham quyen"),
    ("own_document", r"van ban (?:cua phuong|ve thoi han).*"),
    ("own", r"(?:thoi (?:han|gian) )?(?:cua phuong|phuong(?: nhan)?|sau (?:khi )?(?:cat|rut) ?(?:giam|ngan)?|cat giam(?: con)?|da (?:cat|rut) .*|cam ket)(?: .*)?|thoi (?:han|gian) (?:giai quyet )?(?:cua phuong|sau .*|da cat .*|cat giam|rut ngan)"),
    ("time_words", r"thoi han (?:nhu|theo) (?:van ban|nguyen van)(?: .*)?|thoi han nhu van ban ghi"),
    ("law", r"(?:tong )?(?:thoi (?:han|gian))(?: (?:giai quyet|theo luat|theo quy dinh|thuc hien|xu ly|phap dinh|luat dinh|theo quy dinh cua phap luat))*|theo luat|(?:so )?ngay giai quyet"),
    ("fee_status", r"tinh trang phi"),
    ("fee_words", r"muc thu(?: cach tinh)?|cach tinh phi"),
    ("fee_amount", r"so tien(?: dong)?"),
    ("fee", r"(?:muc )?(?:phi|le phi|phi le phi)(?: .*)?"),
    ("is_full", r"(?:dvc(?:tt)? |dich vu cong )?(?:truc tuyen )?toan trinh"),
    ("is_part", r"(?:dvc(?:tt)? |dich vu cong )?(?:truc tuyen )?mot phan"),
    ("is_post", r"(?:qua )?(?:(?:dich vu )?(?:buu chinh|buu dien)(?: cong ich)?|bcci)"),
    ("online", r"(?:muc do )?truc tuyen|muc do (?:dvc|dich vu cong).*"),
    ("channels", r"(?:nop o dau|cach thuc(?: thuc hien| nop)?|hinh thuc (?:nop|tiep nhan|thuc hien)|dia diem(?: thuc hien| tiep nhan)?|kenh (?:nop|tiep nhan)|noi nop)(?: .*)?"),
    ("who", r"ai duoc lam|doi tuong(?: .*)?|nguoi (?:nop|yeu cau).*"),
    ("result", r"ket qua(?: .*)?"),
    ("basis", r"can cu(?: .*)?|co so phap ly|van ban quy dinh.*|vbqppl.*"),
    ("conditions", r"(?:yeu cau )?dieu kien(?: .*)?"),
    ("legs", r"cac chang"),
    ("decides", r"co quan (?:giai quyet|thuc hien|co tham quyen|quyet dinh)(?: .*)?|tham quyen(?: .*)?|noi giai quyet"),
    ("papers", r"(?:thanh phan|ho so)(?: ho so)?(?: can nop| gom)?|thanh phan so luong ho so"),
    ("source", r"nguon(?: .*)?"),
    ("checked", r"(?:da )?doi chieu"),
    ("system", r"ho so nam o|noi giu ho so|he thong"),
    ("note", r"ghi chu"),
)  # fmt: skip
_ENDS = re.compile(r"\b(?:bai bo|huy bo|het hieu luc|khong con ap dung|thay the boi)\b")
_ORDINAL = re.compile(r"\s*(?:[IVXLC]+|[A-ZĐ])\s*[.)]?\s*")
"""what stands in the first column of a section's row: "II", "A." """
_NUMBERED = re.compile(r"^\s*(?:(?:[IVXLC]+|[A-ZĐ]|\d+)(?:\.\d+)*\s*[.)/:-]\s*)+")
_FIELD = re.compile(r"^\s*(?:(?:thủ tục hành chính|tthc)\s+)?(?:(?:trong|thuộc)\s+)?lĩnh vực\s*:?\s*", re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListedPart:
    """A row of another table that belongs to a procedure: a paper, a step or a case, as it is written. said: field → words."""

    place: str
    said: dict[str, str]


@dataclass(frozen=True, slots=True)
class ListedProcedure:
    """A procedure as the list has it. place: where it stands; said: field → words, only of columns that the list has and cells
    that are filled; papers, steps, cases: of tables of their own; ends: it stands among those that are ended."""

    place: str
    said: dict[str, str]
    ends: bool = False
    papers: tuple[ListedPart, ...] = ()
    steps: tuple[ListedPart, ...] = ()
    cases: tuple[ListedPart, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcedureList:
    """procedures in their order; left_out: places of rows that name none; lost: of parts whose procedure is not in the list."""

    procedures: tuple[ListedProcedure, ...]
    left_out: tuple[str, ...]
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with what stands above it. rows: (number, cells as texts)."""

    name: str
    above: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_procedures(path: Path, *, name: str) -> ProcedureList:
    """The procedures of a file. Raises Refusal catalogue.no-heading, catalogue.nothing-listed, catalogue.too-many, and those of
    `dossier_grid.read_grids` and of the reader of .docx."""
    with opened(path, name) as (stream, size):
        kind = kind_of(stream, name, size)
        stream.seek(0)
        if kind == "docx":
            from caicach.reading.docx import read_docx

            return listed(_of_document(read_docx(stream)))
        return listed(
            Sheet(grid.name, "", tuple((row.number, _texts(row.cells)) for row in grid.rows))
            for grid in read_grids(path, stream, size)
        )


def _texts(cells: Sequence[Value]) -> tuple[str, ...]:
    return tuple(map(_text, cells))


def _text(value: Value) -> str:
    if isinstance(value, float) and value != int(value) and 0 < value < 100 and len(f"{value:.9g}") > 4:
        return f"{value:.6f}"  # a code that Excel took for a number: 2.00072
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return f"{value:%d/%m/%Y}"
    return text_of(value)


def _of_document(document: Document) -> Iterable[Sheet]:
    above: list[str] = []
    count = 0
    for block in document.blocks:
        if isinstance(block, Paragraph):
            above.append(block.text)
        elif isinstance(block, Table):
            count += 1
            rows = tuple(
                (row.source.row or n, tuple(nfc(row.at(column)) for column in range(block.width)))
                for n, row in enumerate(block.rows, 1)
            )
            yield Sheet(f"bảng {count}", "\n".join(above), rows)
            above = []


# --- tables → procedures ---------------------------------------------------------------------------------------


def listed(sheets: Iterable[Sheet]) -> ProcedureList:
    """What these tables list. A procedure that stands in several tables, as in the annexes of a decision, is one: what a later
    one says besides is added. Raises Refusal catalogue.no-heading, catalogue.nothing-listed, catalogue.too-many."""
    found: list[ListedProcedure] = []
    parts: list[tuple[str, str, ListedPart]] = []
    left_out: list[str] = []
    has_heading = False
    every = list(sheets)
    where = _Where()
    columns: _Columns | None = None
    for sheet in every:
        place = f"{sheet.name}, dòng " if sheet.name and len(every) > 1 else "dòng "
        where.above(sheet)
        head = _heading(sheet.rows)
        if head is not None:
            start, columns = head
        elif columns is None or not _goes_on(sheet, columns):
            left_out += [f"{place}{number}" for number, cells in sheet.rows if any(map(key, cells))][:20]
            continue
        else:
            start = 0  # a table cut in two by a page
        has_heading = True
        kind = _kind(columns)
        for number, cells in sheet.rows[start:]:
            said = _said(columns, cells)
            lettered = [
                cell for cell in cells if re.search(r"[^\W\d_]", cell) and not _ORDINAL.fullmatch(cell)
            ]
            filled = {key(cell) for cell in lettered}
            if kind != "procedure":
                if procedure_code(said.get("code", "")):
                    parts.append((kind, said.pop("code"), ListedPart(f"{place}{number}", said)))
                elif filled:
                    left_out.append(f"{place}{number}")
                continue
            name = said.get("name", "")
            if not said.get("code") and (code := code_in(name)):
                said["code"] = code
                said["name"] = squeeze(re.sub(r"[\s(\[,;–-]*" + re.escape(code) + r"[\s)\]]*", " ", name))
            if not filled and not said.get("code"):
                continue
            is_numbered = any(re.fullmatch(r"\s*\d+\s*\.?\s*", cell) for cell in cells)
            if len(filled) == 1 and not procedure_code(said.get("code", "")) and not is_numbered:
                where.section(lettered[0])
                left_out.append(f"{place}{number}")
                continue
            if _is_heading(cells, columns) or not (said.get("code") or said.get("name")):
                left_out.append(f"{place}{number}")
                continue
            found.append(ListedProcedure(f"{place}{number}", where.told(said), where.ends or _is_ended(said)))
    if not has_heading:
        raise Refusal("catalogue.no-heading")
    if not found:
        raise Refusal("catalogue.nothing-listed")
    if len(found) > MOST:
        raise Refusal("catalogue.too-many", most=MOST, count=len(found))
    whole, lost = _with_parts(_merged(found), parts)
    return ProcedureList(tuple(whole), tuple(left_out), tuple(lost))


class _Where:
    """What the rows and lines above a procedure say of it."""

    def __init__(self) -> None:
        self.level, self.field, self.ends = "", "", False

    def above(self, sheet: Sheet) -> None:
        lines = [sheet.name, *sheet.above.splitlines()[-4:]]
        titled = [line for line in lines if re.search(r"thủ tục|tthc|danh mục", line, re.IGNORECASE)]
        if titled:
            self.ends = bool(_ENDS.search(key(titled[-1])))
        for line in lines:
            self._level(line)

    def section(self, text: str) -> None:
        words = squeeze(_NUMBERED.sub("", text)) or text
        if self._level(words):
            self.field, self.ends = "", bool(_ENDS.search(key(words)))
        elif _ENDS.search(key(words)):
            self.ends = True
        elif re.search(r"\b(?:moi ban hanh|sua doi|bo sung|duoc thay the|chuan hoa)\b", key(words)):
            self.ends = False
        elif not re.search(r"\b(?:tong|cong)\b", key(words)):
            self.field = sentence_case(_FIELD.sub("", words))[:120]

    def _level(self, text: str) -> bool:
        found = re.search(
            r"(?:cap|tham quyen(?: giai quyet)? cua(?: ubnd)?(?: cap)?) (tinh|xa|phuong|trung uong)\b",
            key(text),
        )
        found_words = f"cấp {found[1]}" if found else squeeze(_NUMBERED.sub("", text))
        level = level_said(found_words) if found or len(found_words) < 40 else None
        if level:
            self.level = level
        return level is not None

    def told(self, said: dict[str, str]) -> dict[str, str]:
        if self.level and "level" not in said:
            said["level"] = {"commune": "Cấp xã", "province": "Cấp tỉnh", "central": "Cấp trung ương"}.get(
                self.level, "Cơ quan khác"
            )
        if self.field and "field" not in said:
            said["field"] = self.field
        return said


def _is_ended(said: Mapping[str, str]) -> bool:
    return bool(re.fullmatch(r"(?:tthc |thu tuc )?(?:bi )?(?:bai bo|huy bo|het hieu luc)", key(said.get("note", ""))))  # fmt: skip


def _field(cell: str) -> str:
    """What a heading's cell names; "" for nothing that we ask."""
    words = key(re.sub(r"\([^)]*\)|\*", " ", cell)) or key(cell)
    return next((field for field, pattern in _HEADINGS if re.fullmatch(pattern, words)), "")


@dataclass(frozen=True, slots=True)
class _Columns:
    """fields: column → field; units: column → the unit that its heading names for bare figures."""

    fields: dict[int, str]
    units: dict[int, str]


def _heading(rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[int, _Columns] | None:
    """(how many rows there are up to the first one below the heading, its columns); None where no row names a procedure's column and another."""
    for at, (_, cells) in enumerate(rows[:_LOOKED_AT]):
        columns, heads = _columns(cells), list(cells)
        if len(columns) < 2 or not {"code", "name"} & set(columns.values()):
            continue
        after = at + 1
        if after < len(rows) and _is_second(rows[after][1], cells):
            below = rows[after][1]
            heads = [
                low if _field(low) else up
                for up, low in zip(cells, [*below, *[""] * len(cells)], strict=False)
            ]
            columns, after = _columns(heads), after + 1
        if after < len(rows) and _is_counting(rows[after][1]):
            after += 1
        times = {at: _unit(heads[at]) for at, field in columns.items() if field in ("law", "own")}
        return after, _Columns(columns, times)
    return None


def _unit(heading: str) -> str:
    words = key(heading)
    for told, unit in (
        ("ngay lam viec", "ngày làm việc"),
        ("gio", "giờ làm việc"),
        ("ngay", "ngày"),
        ("thang", "tháng"),
    ):
        if told in " ".join(re.findall(r"\(([^)]*)\)", fold(heading))) or (
            told != "ngay" and words.endswith(told)
        ):
            return unit
    return ""


def _columns(cells: Sequence[str]) -> dict[int, str]:
    columns: dict[int, str] = {}
    for at, cell in enumerate(cells):
        field = _field(cell)
        if field and field not in columns.values():
            columns[at] = field
    said = set(columns.values())
    if "step_name" not in said and "step_share" not in said:  # "Đơn vị" beside a procedure is who decides
        columns = {
            at: "decides" if field == "step_office" and "decides" not in said else field
            for at, field in columns.items()
        }
    return columns


def _is_second(cells: Sequence[str], above: Sequence[str]) -> bool:
    """Whether a row goes on with the heading above it: no code in it, and some of its cells are headings of ours."""
    if any(procedure_code(cell) or code_in(cell) for cell in cells) or not any(map(_field, cells)):
        return False
    return all(not key(low) or _field(low) or key(low) == key(up) for up, low in zip(above, cells, strict=False))  # fmt: skip


def _is_counting(cells: Sequence[str]) -> bool:
    """A row "(1) (2) (3)" under a heading."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return len(filled) > 2 and all(re.fullmatch(r"\(?[\dA-Z]{1,2}\)?", cell) for cell in filled)


def _is_heading(cells: Sequence[str], columns: _Columns) -> bool:
    """A heading said again on the next page."""
    named = [
        (cells[at], field)
        for at, field in columns.fields.items()
        if field in ("code", "name") and at < len(cells) and key(cells[at])
    ]
    return bool(named) and all(_field(cell) == field for cell, field in named)


def _goes_on(sheet: Sheet, columns: _Columns) -> bool:
    """Whether a table without a heading has the columns of the one before it."""
    code = next((at for at, field in columns.fields.items() if field == "code"), None)
    return code is not None and any(
        code < len(cells) and procedure_code(cells[code]) is not None for _, cells in sheet.rows
    )


def _kind(columns: _Columns) -> str:
    said = set(columns.fields.values())
    if "code" in said:
        if "paper_name" in said and ("name" not in said or said & {"paper_originals", "paper_copies"}):
            return "paper"
        if "step_share" in said:
            return "step"
        if "case_name" in said and ("name" not in said or "case_when" in said):
            return "case"
    return "procedure"


_LINES = frozenset(("everyday", "basis", "conditions", "legs", "papers", "paper_name"))


def _said(columns: _Columns, cells: Sequence[str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for at, field in columns.fields.items():
        text = cells[at] if at < len(cells) else ""
        if field == "code":
            text = re.sub(r"(?<=\d),(?=\d{6}\b)", ".", text)  # as a sheet of numbers shows it
        text = "\n".join(filter(None, map(squeeze, text.splitlines()))) if field in _LINES else squeeze(text)
        if field in ("law", "own") and re.fullmatch(r"\d{1,4}", text) and columns.units.get(at):
            text += f" {columns.units[at]}"
        if key(text):
            said[field] = text
    if "paper_name" in said and "name" in columns.fields.values() and _kind(columns) == "procedure":
        said["papers"] = said.pop("paper_name")
    return said


def _merged(found: Sequence[ListedProcedure]) -> list[ListedProcedure]:
    """One of each code, where what they say does not differ."""
    first: dict[str, int] = {}
    whole: list[ListedProcedure] = []
    for one in found:
        code = procedure_code(one.said.get("code", ""))
        at = first.get(code.base) if code else None
        if at is None:
            if code:
                first[code.base] = len(whole)
            whole.append(one)
            continue
        there = whole[at]
        fits = all(key(there.said[field]) == key(words) for field, words in one.said.items() if field in there.said and field != "code")  # fmt: skip
        if fits and one.ends == there.ends:
            whole[at] = replace(there, said={**one.said, **there.said})
        else:
            whole.append(one)
    return whole


def _with_parts(
    whole: Sequence[ListedProcedure], parts: Sequence[tuple[str, str, ListedPart]]
) -> tuple[list[ListedProcedure], list[str]]:
    of: dict[tuple[str, str], list[ListedPart]] = {}
    for kind, code, part in parts:
        of.setdefault((kind, _base(code)), []).append(part)
    answer, used = [], set()
    for one in whole:
        base = _base(one.said.get("code", ""))
        used.add(base)
        papers, steps, cases = (tuple(of.get((kind, base), ())) for kind in ("paper", "step", "case"))
        answer.append(replace(one, papers=papers, steps=steps, cases=cases))
    return answer, [part.place for (_, code), some in of.items() if code not in used for part in some]


def _base(text: str) -> str:
    code = procedure_code(text)
    return code.base if code else text
