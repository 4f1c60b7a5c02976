"""Random but plausible ward plans, and every layout and format they are met in.

`plan(seed)` gives the facts; `laid_out(plan, look)` gives paragraphs and grids as a person would type them;
`write_txt`, `write_docx`, … turn these into files. Words are invented: no sentence stands in a real plan.
"""

from __future__ import annotations

import dataclasses
import io
import random
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

YEAR = 2026

OFFICES = (
    "Văn phòng HĐND và UBND",
    "Phòng Kinh tế, Hạ tầng và Đô thị",
    "Phòng Văn hóa – Xã hội",
    "Trung tâm Phục vụ hành chính công",
    "Công an",
    "Ban Chỉ huy quân sự",
)
GROUPS = ("Các phòng, ban, ngành", "Trưởng các khu phố")
SPELLINGS = {
    "Văn phòng HĐND và UBND": (
        "Văn phòng HĐND và UBND",
        "Văn phòng HĐND - UBND",
        "Văn phòng HĐND và UBND phường",
    ),
    "Phòng Kinh tế, Hạ tầng và Đô thị": (
        "Phòng Kinh tế, Hạ tầng và Đô thị",
        "Phòng Kinh tế, Hạ tầng và Đô thị phường",
    ),
    "Phòng Văn hóa – Xã hội": ("Phòng Văn hóa – Xã hội", "Phòng Văn hóa - Xã hội"),
    "Trung tâm Phục vụ hành chính công": (
        "Trung tâm Phục vụ hành chính công",
        "Trung tâm phục vụ hành chính công",
    ),
    "Công an": ("Công an phường",),
    "Ban Chỉ huy quân sự": ("Ban Chỉ huy quân sự", "Ban Chỉ huy quân sự phường"),
}
DELIVERABLES = (
    "Kế hoạch",
    "Báo cáo",
    "Quyết định",
    "Công văn",
    "Tờ trình",
    "Thông báo",
    "Nghị quyết",
    "Biên bản",
)
DUES = (
    "Quý I/2026",
    "Quý II/2026",
    "Quý III/2026",
    "Quý IV/2026",
    "Trước ngày 30/6/2026",
    "Trước ngày 15/11/2026",
    "31/8/2026",
    "Tháng 5/2026",
    "Thường xuyên",
    "Hằng quý",
    "Hằng tháng",
    "Năm 2026",
    "Tháng 12/2026",
)
SECTION_TITLES = (
    "CÔNG TÁC CHỈ ĐẠO, ĐIỀU HÀNH",
    "CẢI CÁCH THỂ CHẾ",
    "CẢI CÁCH THỦ TỤC HÀNH CHÍNH",
    "CẢI CÁCH TỔ CHỨC BỘ MÁY",
    "CẢI CÁCH CHẾ ĐỘ CÔNG VỤ",
    "CẢI CÁCH TÀI CHÍNH CÔNG",
    "XÂY DỰNG CHÍNH QUYỀN SỐ",
)
WARDS = ("Hòa Bình", "Tân Lập", "Phú Sơn", "Vĩnh Thạnh", "Long Xuyên Đông")
_VERBS = (
    "Rà soát",
    "Cập nhật",
    "Xây dựng",
    "Tổ chức",
    "Kiểm tra",
    "Theo dõi",
    "Niêm yết",
    "Sắp xếp",
    "Hoàn thiện",
    "Đánh giá",
    "Tập huấn",
    "Tuyên truyền",
)
_OBJECTS = (
    "sổ theo dõi văn bản đến",
    "quy chế làm việc của cơ quan",
    "bảng niêm yết phí, lệ phí",
    "quy trình tiếp nhận hồ sơ đất đai",
    "danh mục hồ sơ lưu trữ",
    "lịch trực tiếp công dân",
    "phần mềm quản lý hộ tịch",
    "kho dữ liệu dùng chung",
    "nội quy phòng họp",
    "trang thông tin điện tử",
    "tổ công nghệ số cộng đồng",
    "sổ tay hướng dẫn người dân",
    "camera tại bộ phận tiếp nhận",
    "bản mô tả vị trí việc làm",
)
_TAILS = (
    "tại các khu phố",
    "trên địa bàn phường",
    "theo hướng dẫn của cấp trên",
    "gắn với sơ kết sáu tháng",
    "bảo đảm công khai, minh bạch",
    "để phục vụ người dân tốt hơn",
    "cho cán bộ và công chức",
    "kèm biểu mẫu đơn giản, dễ điền",
)
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Võ", "Đặng")
_MIDDLE = ("Văn", "Thị", "Minh", "Thanh", "Quốc")
_GIVEN = ("Bình", "Hạnh", "Khoa", "Lộc", "Tuyết", "Vinh", "Yến")


@dataclass(frozen=True)
class Task:
    number: str
    content: str
    deliverables: tuple[str, ...]
    leads: tuple[str, ...]
    coordinators: tuple[str, ...]
    due: str


@dataclass(frozen=True)
class Section:
    number: str
    title: str
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Plan:
    number: str
    date: str
    """ISO"""
    ward: str
    signer: str
    sections: tuple[Section, ...]

    @property
    def tasks(self) -> list[tuple[Section, Task]]:
        return [(section, task) for section in self.sections for task in section.tasks]


ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")


def plan(seed: int, *, sections: int | None = None, tasks: int | None = None) -> Plan:
    rng = random.Random(seed)
    titles = rng.sample(SECTION_TITLES, sections or rng.randint(3, 5))
    contents: set[str] = set()
    made = []
    running = rng.random() < 0.3
    count = 0
    for index, title in enumerate(titles):
        rows = []
        for at in range(tasks or rng.randint(2, 7)):
            count += 1
            content = _content(rng)
            while content in contents:
                content = _content(rng)
            contents.add(content)
            leads = tuple(rng.sample(OFFICES, 2 if rng.random() < 0.12 else 1))
            others = [office for office in OFFICES if office not in leads]
            coordinators = (
                (rng.choice(GROUPS),) if rng.random() < 0.5 else tuple(rng.sample(others, rng.randint(1, 2)))
            )
            rows.append(
                Task(
                    str(count if running else at + 1),
                    content,
                    tuple(rng.sample(DELIVERABLES, 1 if rng.random() < 0.7 else 2)),
                    leads,
                    coordinators,
                    rng.choice(DUES),
                )
            )
        made.append(Section(ROMAN[index], title, tuple(rows)))
    return Plan(
        number=f"{rng.randint(10, 199)}/KH-UBND",
        date=f"{YEAR}-01-{rng.randint(10, 28)}",
        ward=rng.choice(WARDS),
        signer=f"{rng.choice(_FAMILY)} {rng.choice(_MIDDLE)} {rng.choice(_GIVEN)}",
        sections=tuple(made),
    )


def _content(rng: random.Random) -> str:
    text = f"{rng.choice(_VERBS)} {rng.choice(_OBJECTS)} {rng.choice(_TAILS)}"
    if rng.random() < 0.4:
        text += f", {rng.choice(_VERBS).lower()} {rng.choice(_OBJECTS)} {rng.choice(_TAILS)}"
    return text


# ---- looks


HEADINGS = {
    "number": ("STT", "TT", "Số TT"),
    "content": ("Nội dung", "Nội dung nhiệm vụ", "Nhiệm vụ", "Nội dung công việc"),
    "deliverable": ("Sản phẩm", "Sản phẩm hoàn thành", "Kết quả/Sản phẩm", "Sản phẩm đầu ra"),
    "lead": ("Cơ quan chủ trì", "Đơn vị chủ trì", "Chủ trì", "Cơ quan, đơn vị chủ trì"),
    "coordinator": ("Cơ quan phối hợp", "Đơn vị phối hợp", "Phối hợp"),
    "due": ("Thời gian hoàn thành", "Thời hạn", "Thời gian thực hiện", "Tiến độ hoàn thành"),
    "note": ("Ghi chú",),
}
ORDERS = (
    ("number", "content", "deliverable", "lead", "coordinator", "due", "note"),
    ("number", "content", "lead", "coordinator", "deliverable", "due"),
    ("number", "content", "due", "deliverable", "lead", "coordinator", "note"),
    ("number", "content", "lead", "coordinator", "due", "deliverable"),
)


@dataclass(frozen=True)
class Look:
    """How a plan is typed. sections: "columns" (I | title), "merged" (one wide cell)."""

    order: tuple[str, ...] = ORDERS[0]
    headings: dict[str, str] = field(
        default_factory=lambda: {key: words[0] for key, words in HEADINGS.items()}
    )
    sections: str = "columns"
    counts: bool = True
    two_row_heading: bool = False
    merge_leads: bool = False
    lead_separator: str = "; "
    capitals: bool = False


def look(seed: int, **changes: object) -> Look:
    rng = random.Random(seed * 7 + 1)
    order = rng.choice(ORDERS)
    made = Look(
        order=order,
        headings={key: rng.choice(words) for key, words in HEADINGS.items()},
        sections=rng.choice(("columns", "merged")),
        counts=rng.random() < 0.6,
        two_row_heading=rng.random() < 0.4 and order.index("coordinator") == order.index("lead") + 1,
        merge_leads=rng.random() < 0.4,
        lead_separator=rng.choice(("; ", ";\n", "\n")),
        capitals=rng.random() < 0.5,
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


@dataclass
class GridCell:
    """A cell at `column`; covered cells (by a wide or deep one) are not listed."""

    text: str
    column: int
    span: int = 1
    down: int = 1
    bold: bool = False


@dataclass
class Grid:
    rows: list[list[GridCell]]
    width: int
    heading: int
    """rows of the heading"""


@dataclass
class Para:
    text: str
    centred: bool = False
    bold: bool = False


@dataclass
class Pair:
    """Two columns side by side without lines: the head, the signature."""

    left: list[str]
    right: list[str]


Laid = list[Para | Pair | Grid]


def laid_out(made: Plan, how: Look, seed: int = 0) -> Laid:
    rng = random.Random(seed * 13 + 5)
    _, month, day = made.date.split("-")
    ward = made.ward.upper()
    return [
        Pair(
            ["ỦY BAN NHÂN DÂN", f"PHƯỜNG {ward}", "", f"Số: {made.number}"],
            [
                "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                "Độc lập - Tự do - Hạnh phúc",
                "",
                f"{made.ward}, ngày {day} tháng {month} năm {YEAR}",
            ],
        ),
        Para("KẾ HOẠCH", centred=True, bold=True),
        Para(f"Công tác cải cách hành chính năm {YEAR}", centred=True, bold=True),
        Para(
            "Căn cứ Kế hoạch số 41/KH-UBND ngày 05 tháng 01 năm 2026 của Ủy ban nhân dân tỉnh về cải cách hành chính;"
        ),
        Para(f"Ủy ban nhân dân phường {made.ward} ban hành Kế hoạch cải cách hành chính năm {YEAR} như sau:"),
        Para("I. MỤC ĐÍCH, YÊU CẦU", bold=True),
        Para("1. Mục đích"),
        Para(
            "- Giúp người dân làm thủ tục nhanh hơn, ít phải đi lại; công việc của cơ quan rõ người, rõ hạn."
        ),
        Para("II. TỔ CHỨC THỰC HIỆN", bold=True),
        Para(
            "Các cơ quan, đơn vị căn cứ phụ lục kèm theo để thực hiện và báo cáo kết quả về Ủy ban nhân dân phường./."
        ),
        Pair(
            ["Nơi nhận:", "- Như trên;", "- Lưu: VT."],
            ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "", "", made.signer],
        ),
        Para("PHỤ LỤC", centred=True, bold=True),
        Para(f"NHIỆM VỤ CẢI CÁCH HÀNH CHÍNH NĂM {YEAR}", centred=True, bold=True),
        annex(made, how, rng),
    ]


def annex(made: Plan, how: Look, rng: random.Random) -> Grid:
    width = len(how.order)
    rows = _heading(how)
    heading = len(rows)
    for section in made.sections:
        title = section.title + (f" ({len(section.tasks):02d} nhiệm vụ)" if how.counts else "")
        if how.sections == "merged":
            rows.append([GridCell(f"{section.number}. {title}", 0, span=width, bold=True)])
        else:
            rows.append(
                [
                    GridCell(section.number, 0, bold=True),
                    GridCell(title, 1, bold=True),
                    *(GridCell("", column) for column in range(2, width)),
                ]
            )
        first = len(rows)
        rows.extend(
            [GridCell(_written(task, key, how, rng), column) for column, key in enumerate(how.order)]
            for task in section.tasks
        )
        if how.merge_leads:
            _merge_equal(rows, first, section.tasks, how.order.index("lead"))
    return Grid(rows, width, heading)


def _heading(how: Look) -> list[list[GridCell]]:
    words = [how.headings[key].upper() if how.capitals else how.headings[key] for key in how.order]
    if not how.two_row_heading:
        return [[GridCell(word, column, bold=True) for column, word in enumerate(words)]]
    lead = how.order.index("lead")
    top = [
        GridCell(word, column, down=2, bold=True)
        for column, word in enumerate(words)
        if column not in (lead, lead + 1)
    ]
    top.insert(lead, GridCell("Phân công thực hiện", lead, span=2, bold=True))
    return [top, [GridCell("Chủ trì", lead, bold=True), GridCell("Phối hợp", lead + 1, bold=True)]]


def _written(task: Task, key: str, how: Look, rng: random.Random) -> str:
    match key:
        case "number":
            return task.number
        case "content":
            return task.content
        case "deliverable":
            return ", ".join(task.deliverables)
        case "lead":
            return how.lead_separator.join(rng.choice(SPELLINGS[office]) for office in task.leads)
        case "coordinator":
            return how.lead_separator.join(
                rng.choice(SPELLINGS[office]) if office in SPELLINGS else office
                for office in task.coordinators
            )
        case "due":
            return task.due
    return ""


def _merge_equal(rows: list[list[GridCell]], first: int, tasks: tuple[Task, ...], column: int) -> None:
    """Neighbours with the same leads share one cell, as people type it."""
    at = 0
    while at < len(tasks):
        end = at + 1
        while end < len(tasks) and tasks[end].leads == tasks[at].leads:
            end += 1
        if end - at > 1:
            next(cell for cell in rows[first + at] if cell.column == column).down = end - at
            for row in rows[first + at + 1 : first + end]:
                row[:] = [cell for cell in row if cell.column != column]
        at = end


# ---- text


def flat(grid: Grid) -> list[list[str]]:
    """The grid as plain rows; merged text stands in its first place only."""
    rows = [[""] * grid.width for _ in grid.rows]
    for row, cells in zip(rows, grid.rows, strict=True):
        for cell in cells:
            row[cell.column] = cell.text.replace("\n", " ")
    return rows


def write_text(laid: Laid, *, table: str = "tabs") -> bytes:
    """.txt or .md; table: "tabs", "pipes", "aligned". Two-row headings and merged cells do not exist in text."""
    out: list[str] = []
    for part in laid:
        if isinstance(part, Para):
            out += [part.text, ""]
        elif isinstance(part, Pair):
            out += [line for line in (*part.left, *part.right) if line] + [""]
        elif table == "tabs":
            out += ["\t".join(row) for row in flat(part)]
        elif table == "pipes":
            rows = ["| " + " | ".join(row) + " |" for row in flat(part)]
            rows.insert(1, "|" + "---|" * part.width)
            out += rows
        else:
            rows_ = flat(part)
            widths = [
                max(len(row[column]) for row in rows_ if sum(map(bool, row)) > 1) + 3
                for column in range(part.width)
            ]
            out += [
                "".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
                for row in rows_
            ]
    return "\n".join(out).encode()


# ---- Word


def write_docx(
    laid: Laid,
    *,
    auto_numbers: bool = False,
    tracked: bool = False,
    nested: bool = False,
    pieces: int = 1,
) -> bytes:
    """.docx; auto_numbers: STT as an automatic list; tracked: insertions and deletions not yet accepted; nested: the
    annex stands inside a frame table; pieces: the annex cut into so many tables with the heading repeated."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    document = docx.Document()

    def element(tag: str, **attributes: str):  # type: ignore[no-untyped-def]
        made = OxmlElement(tag)
        for key, value in attributes.items():
            made.set(qn("w:" + key), value)
        return made

    def numbered(paragraph, num_id: str) -> None:  # type: ignore[no-untyped-def]
        ppr = paragraph._p.get_or_add_pPr()
        num_pr = element("w:numPr")
        num_pr.append(element("w:ilvl", val="0"))
        num_pr.append(element("w:numId", val=num_id))
        ppr.append(num_pr)

    def new_list(start: int) -> str:
        root = document.part.numbering_part.element
        number = str(900 + len(root))
        abstract = element("w:abstractNum", abstractNumId=number)
        level = element("w:lvl", ilvl="0")
        for tag, value in (("w:start", str(start)), ("w:numFmt", "decimal"), ("w:lvlText", "%1.")):
            level.append(element(tag, val=value))
        abstract.append(level)
        root.insert(0, abstract)
        num = element("w:num", numId=number)
        num.append(element("w:abstractNumId", val=number))
        root.append(num)
        return number

    def fill(cell, text: str, bold: bool) -> None:  # type: ignore[no-untyped-def]
        lines = text.split("\n")
        cell.paragraphs[0].add_run(lines[0]).bold = bold
        for line in lines[1:]:
            cell.add_paragraph(line)

    def track(paragraph) -> None:  # type: ignore[no-untyped-def]
        """The second half of the first run was inserted, and words that are gone stand deleted between."""
        run = paragraph.runs[0]
        text = run.text
        if len(text) < 8:
            return
        run.text = text[: len(text) // 2]
        deleted = element("w:del", id="1", author="x", date="2026-01-01T00:00:00Z")
        gone = element("w:r")
        words = element("w:delText")
        words.text = "bỏ đoạn này"
        gone.append(words)
        deleted.append(gone)
        inserted = element("w:ins", id="2", author="x", date="2026-01-01T00:00:00Z")
        new = element("w:r")
        words = element("w:t")
        words.text = text[len(text) // 2 :]
        words.set(qn("xml:space"), "preserve")
        new.append(words)
        inserted.append(new)
        run._r.addnext(inserted)
        run._r.addnext(deleted)

    def add_grid(part: Grid, holder) -> None:  # type: ignore[no-untyped-def]
        cut = in_pieces(part, pieces)
        for piece in cut:
            rows = piece.rows
            table = holder.add_table(rows=len(rows), cols=part.width)
            if holder is document:
                table.style = "Table Grid"
            num_id = None
            last = 0
            grid = [list(row.cells) for row in table.rows]
            for at, cells in enumerate(rows):
                for cell in cells:
                    target = grid[at][cell.column]
                    if cell.span > 1 or cell.down > 1:
                        target = target.merge(grid[at + cell.down - 1][cell.column + cell.span - 1])
                    is_number = (
                        auto_numbers and at >= part.heading and cell.column == 0 and cell.text.isdigit()
                    )
                    if is_number:
                        if num_id is None or int(cell.text) != last + 1:
                            num_id = new_list(int(cell.text))
                        last = int(cell.text)
                        numbered(target.paragraphs[0], num_id)
                    else:
                        fill(target, cell.text, cell.bold)
                        if tracked and at % 3 == 2 and not cell.bold and cell.column == 1:
                            track(target.paragraphs[0])
            if piece is not cut[-1]:
                document.add_page_break()

    for part in laid:
        if isinstance(part, Para):
            paragraph = document.add_paragraph()
            paragraph.add_run(part.text).bold = part.bold
            if part.centred:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif isinstance(part, Pair):
            table = document.add_table(rows=1, cols=2)
            fill(table.cell(0, 0), "\n".join(part.left), False)
            fill(table.cell(0, 1), "\n".join(part.right), False)
        elif nested:
            frame = document.add_table(rows=1, cols=1)
            add_grid(part, frame.cell(0, 0))
            frame.cell(0, 0).add_paragraph()
        else:
            add_grid(part, document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def in_pieces(grid: Grid, pieces: int) -> list[Grid]:
    """The table cut into about so many, each with the heading repeated."""
    body = grid.rows[grid.heading :]
    starts = _uncut_starts(body, -(-len(body) // pieces))
    return [
        dataclasses.replace(grid, rows=grid.rows[: grid.heading] + body[start:end])
        for start, end in zip(starts, [*starts[1:], len(body)], strict=True)
    ]


def _uncut_starts(body: list[list[GridCell]], size: int) -> list[int]:
    """Row numbers at which a table may be cut without cutting a merged cell."""
    starts = [0]
    for at in range(1, len(body)):
        covered = any(cell.down > at - row for row in range(at) for cell in body[row])
        if at - starts[-1] >= size and not covered:
            starts.append(at)
    return starts


# ---- Excel


def write_xlsx(laid: Laid, *, dates: bool = False, sheets: int = 1) -> bytes:
    """.xlsx; dates: deadlines that are a day stand as real dates; sheets: the sections spread over so many sheets."""
    import datetime as dt
    import re

    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Phụ lục"
    row = 1
    for part in laid:
        if isinstance(part, Para):
            sheet.cell(row, 1, part.text)
            if part.centred:
                sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=7)
            row += 1
        elif isinstance(part, Pair):
            for at in range(max(len(part.left), len(part.right))):
                if at < len(part.left) and part.left[at]:
                    sheet.cell(row, 1, part.left[at])
                if at < len(part.right) and part.right[at]:
                    sheet.cell(row, 5, part.right[at])
                row += 1
        else:
            cuts = [part.heading] + [
                at for at, cells in enumerate(part.rows) if at > part.heading and cells[0].bold
            ]
            per_sheet = -(-len(cuts) // sheets)
            groups = [cuts[at : at + per_sheet] for at in range(0, len(cuts), per_sheet)]
            for index, group in enumerate(groups):
                if index:
                    sheet = book.create_sheet(f"Tiếp {index}")
                    row = 2
                end = groups[index + 1][0] if index + 1 < len(groups) else len(part.rows)
                for cells in part.rows[: part.heading] + part.rows[group[0] : end]:
                    for cell in cells:
                        value: object = cell.text
                        if cell.text.isdigit():
                            value = int(cell.text)
                        elif dates and (day := re.fullmatch(r"(\d+)/(\d+)/(\d{4})", cell.text)):
                            value = dt.date(int(day[3]), int(day[2]), int(day[1]))
                        sheet.cell(row, cell.column + 1, value or None)
                        if cell.span > 1 or cell.down > 1:
                            sheet.merge_cells(
                                start_row=row,
                                start_column=cell.column + 1,
                                end_row=row + cell.down - 1,
                                end_column=cell.column + cell.span,
                            )
                    row += 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# ---- PDF and scans

_FONTS = Path("/usr/share/fonts/truetype/croscore")


def has_fonts() -> bool:
    return (_FONTS / "Tinos-Regular.ttf").is_file()


RULED = {
    "grid": [("GRID", (0, 0), (-1, -1))],
    "rows": [("LINEABOVE", (0, 0), (-1, 0)), ("LINEBELOW", (0, 0), (-1, -1))],
    "columns": [
        ("BOX", (0, 0), (-1, -1)),
        ("INNERGRID", (0, 0), (-1, 0)),
        ("LINEBEFORE", (1, 0), (-1, -1)),
    ],
    "none": [],
    "book": [
        ("LINEABOVE", (0, 0), (-1, 0)),
        ("LINEBELOW", (0, 0), (-1, 0)),
        ("LINEBELOW", (0, -1), (-1, -1)),
    ],
    "heading": [("GRID", (0, 0), (-1, 0))],
}
"""which lines of a table are drawn: all, those between rows, those between columns (and round the heading), none; as
in books (over and under the heading, at the end), those round the heading's cells"""


def write_pdf(laid: Laid, *, landscape: bool = True, size: int = 12, ruled: str = "grid") -> bytes:
    """.pdf with the heading of its tables repeated on each page, in Tinos; ruled: a key of RULED."""
    from reportlab.lib import colors, pagesizes
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

    pdfmetrics.registerFont(TTFont("Tinos", _FONTS / "Tinos-Regular.ttf"))
    pdfmetrics.registerFont(TTFont("Tinos-Bold", _FONTS / "Tinos-Bold.ttf"))
    plain = ParagraphStyle("plain", fontName="Tinos", fontSize=size, leading=size * 1.2)
    bold = ParagraphStyle("bold", parent=plain, fontName="Tinos-Bold")
    body = ParagraphStyle("body", parent=plain, firstLineIndent=28, alignment=4, spaceAfter=5)
    middle = ParagraphStyle("middle", parent=bold, alignment=1, spaceAfter=4)
    centre = ParagraphStyle("centre", parent=plain, alignment=1)
    shape = pagesizes.landscape(pagesizes.A4) if landscape else pagesizes.A4
    width = shape[0] - 110

    def text(words: str, style: ParagraphStyle) -> Paragraph:
        return Paragraph(words.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br/>"), style)

    story: list[object] = []
    for part in laid:
        if isinstance(part, Para):
            story.append(text(part.text, middle if part.centred else body))
        elif isinstance(part, Pair):
            lines = max(len(part.left), len(part.right))
            rows = [
                [
                    text(side[at] if at < len(side) else "", centre if side is part.right else plain)
                    for side in (part.left, part.right)
                ]
                for at in range(lines)
            ]
            story += [Table(rows, colWidths=[width * 0.42, width * 0.58]), Spacer(1, 8)]
        else:
            shares = _shares(part)
            styles: list[tuple[object, ...]] = [
                *((*lines, 0.5, colors.black) for lines in RULED[ruled]),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE" if ruled in ("grid", "rows") else "TOP"),
            ]
            rows_: list[list[object]] = []
            for at, cells in enumerate(part.rows):
                row: list[object] = [""] * part.width
                for cell in cells:
                    row[cell.column] = text(cell.text, bold if cell.bold else plain) if cell.text else ""
                    if cell.span > 1 or cell.down > 1:
                        styles.append(
                            ("SPAN", (cell.column, at), (cell.column + cell.span - 1, at + cell.down - 1))
                        )
                        if cell.down > 1 and at >= part.heading:
                            styles.append(("NOSPLIT", (0, at), (-1, at + cell.down - 1)))
                rows_.append(row)
            story.append(
                LongTable(
                    rows_,
                    colWidths=[width * share for share in shares],
                    repeatRows=part.heading,
                    style=TableStyle(styles),
                )
            )
    out = io.BytesIO()
    SimpleDocTemplate(
        out, pagesize=shape, leftMargin=60, rightMargin=50, topMargin=50, bottomMargin=45
    ).build(story)
    return out.getvalue()


def _shares(grid: Grid) -> list[float]:
    longest = [1.0] * grid.width
    for cells in grid.rows:
        for cell in cells:
            if cell.span == 1 and not (
                cell.bold and cell.column > 0 and len(cells) == grid.width and cells[0].text in ROMAN
            ):
                longest[cell.column] = max(longest[cell.column], len(cell.text) ** 0.6, 5.5)
    return [value / sum(longest) for value in longest]


def scanned(
    pdf: bytes, *, skew: float = 0.6, noise: float = 10.0, seed: int = 1, dpi: int = 200, turn: int = 0
) -> list[object]:
    """The pages of a PDF as a worn scanner gives them (grey Pillow pictures): turned, blurred, speckled."""
    import numpy as np
    import pypdfium2
    from PIL import Image, ImageFilter

    rng = np.random.default_rng(seed)
    pictures = []
    with pypdfium2.PdfDocument(pdf) as book:
        for page in book:
            picture = page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
            picture = picture.rotate(skew, Image.Resampling.BICUBIC, fillcolor=255).filter(
                ImageFilter.GaussianBlur(0.6)
            )
            grey = np.asarray(picture, dtype=float) * 0.9 + 12
            grey += rng.normal(0, noise, grey.shape)
            specks = rng.random(grey.shape)
            grey[specks < 0.0004] = 0
            grey[specks > 0.9996] = 255
            picture = Image.fromarray(np.clip(grey, 0, 255).astype("uint8"))
            pictures.append(picture.rotate(turn, expand=True) if turn else picture)
    return pictures


def write_scan(pictures: list[object], kind: str) -> bytes:
    """kind: "pdf" (all pages), "png" or "jpg" (the first)."""
    out = io.BytesIO()
    first, *others = pictures
    if kind == "pdf":
        first.save(out, "PDF", save_all=True, append_images=others, resolution=200, quality=82)  # type: ignore[attr-defined]
    else:
        first.save(out, "PNG" if kind == "png" else "JPEG", quality=85)  # type: ignore[attr-defined]
    return out.getvalue()


# ---- LibreOffice


def converted(data: bytes, source: str, target: str, folder: Path) -> bytes:
    """The file in another format, by LibreOffice."""
    path = folder / f"plan.{source}"
    path.write_bytes(data)
    subprocess.run(
        [
            "soffice",
            "--headless",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--convert-to",
            target,
            "--outdir",
            folder / "out",
            path,
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return (folder / "out" / f"plan.{target}").read_bytes()
