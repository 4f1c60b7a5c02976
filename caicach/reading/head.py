"""The plan's own facts: number, date, place, issuer, bases, signer, recipients, coordinating office."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass

from caicach.reading.document import Document, Paragraph, Source, Table
from caicach.reading.plan import Head
from caicach.rules.offices import Directory
from caicach.rules.vntext import fold, is_upper, squeeze

_NUMBER = re.compile(
    r"\b[Ss][ốỐôÔóo]\s*[:.]?\s*(\d{1,5}[a-z]?)?\s*[/.]?\s*/?\s*((?:20\d\d\s*/\s*)?[A-ZĐ]{1,6}\s*[-–]\s*[A-ZĐ][A-ZĐ&.\-–]*)"
)
_DATE = re.compile(
    r"ng[àaáả]y\s*(\d{1,2}|[.…\s]*)\s*th[áaàả]ng\s*(\d{1,2}|[.…\s]*)\s*n[ăaâ]m\s*(20\d\d)", re.IGNORECASE
)
_SIGNS_FOR = re.compile(r"\b(TM|KT|TL|TUQ|Q)\s*\.\s*[A-ZĐÀ-Ỹ][A-ZĐÀ-Ỹ ,\-–]+")
_TITLES = (
    "PHÓ CHỦ TỊCH", "CHỦ TỊCH", "CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG", "TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG", "GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "BÍ THƯ", "PHÓ BÍ THƯ", "TRƯỞNG BAN",
)  # fmt: skip
_NAME = re.compile(r"^[A-ZĐÀ-Ỹ][a-zà-ỹđ]+(?: [A-ZĐÀ-Ỹ][a-zà-ỹđ]*){1,5}$")
_UPPER_NAME = re.compile(r"^[A-ZĐÀ-Ỹ]{2,}(?: [A-ZĐÀ-Ỹ]+){1,4}$")
_PROPER = r"((?:[A-ZĐÀ-Ỹ][\wà-ỹ’'-]*|\d+)(?:\s(?:[A-ZĐÀ-Ỹ][\wà-ỹ’'-]*|\d+)){0,4})"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text outside the annex's tables; column tells lines of one cell from those of the cell beside it."""

    text: str
    source: Source
    bold: bool | None = None
    column: int = 0


@dataclass(frozen=True, slots=True)
class AnnexNote:
    """What the annex says of its plan: "(Kèm theo Kế hoạch số … ngày … của …)"."""

    number: str | None
    date: dt.date | None
    issuer: str | None


def lines_of(document: Document, used: set[int]) -> list[Line]:
    """All text but the annex's tables, line by line; cells of a head or signature table one below the other."""
    lines: list[Line] = []
    for index, block in enumerate(document.blocks):
        if isinstance(block, Paragraph):
            for text in block.text.split("\n"):
                pieces = [piece for piece in re.split(r"\t+| {4,}", text.strip()) if piece.strip()]
                lines.extend(
                    Line(squeeze(piece).strip("*"), block.source, block.bold, column)
                    for column, piece in enumerate(pieces)
                )
        elif isinstance(block, Table) and index not in used:
            by_column: dict[int, list[Line]] = {}
            for row in block.rows:
                for cell in row.cells:
                    if not cell.filled_down:
                        by_column.setdefault(cell.column, []).extend(
                            Line(squeeze(text), row.source, None, cell.column)
                            for text in cell.text.split("\n")
                            if text.strip()
                        )
            for column in sorted(by_column):
                lines.extend(by_column[column])
    return lines


def read_head(lines: list[Line], directory: Directory) -> tuple[Head, AnnexNote | None]:
    """The head from the lines around the annex. What only the annex's line names is taken from there."""
    annex_at = next(
        (
            n
            for n, line in enumerate(lines)
            if re.match(r"(?:phụ lục|phu luc|biểu|danh mục)\b", line.text.lower())
            and len(line.text) < 60
            and n > 5
        ),
        len(lines),
    )
    body = lines[:annex_at]
    note = _annex_note(lines)
    number = _number(body) or (note.number if note else None)
    date, place = _date_place(body)
    date = date or (note.date if note else None)
    issuer = _issuer(body, lines) or (note.issuer if note else None)
    signer, title, signs_for = _signature(body if annex_at > 8 else lines) if body else (None, None, None)
    if signer is None:
        signer, title, signs_for = _signature(lines)
    head = Head(
        number=number,
        date=date,
        place=place,
        year=_year(lines, date),
        issuer=issuer,
        legal_basis=tuple(_bases(body)),
        signer=signer,
        signer_title=title,
        signs_for=signs_for,
        recipients=tuple(_recipients(lines)),
        coordinating_office=_coordinating(body, directory),
    )
    return head, note


def _clean_number(number: str, symbol: str) -> str:
    plain = re.sub(r"[\s.]+", "", symbol.replace("–", "-")).rstrip("-")
    return f"{number}/{plain}"


def _number(lines: list[Line]) -> str | None:
    for line in lines[:40]:
        found = _NUMBER.search(line.text)
        if found and not re.search(
            r"(?:kèm theo|căn cứ|thực hiện|theo)\b.*$", line.text[: found.start()], re.IGNORECASE
        ):
            return _clean_number(found[1], found[2]) if found[1] else None
    return None


def _day(found: re.Match[str]) -> dt.date | None:
    try:
        return dt.date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None


def _date_place(lines: list[Line]) -> tuple[dt.date | None, str | None]:
    for line in lines[:40]:
        found = _DATE.search(line.text)
        before = line.text[: found.start()] if found else ""
        if found and re.search(r",\s*$", before) and len(before) < 90:
            place = re.sub(
                r"^.*(?:[-–]\s*[A-ZĐ]{2,}|\s{2,}|\d)\s+(?=[A-ZĐÀ-Ỹ][a-zà-ỹ])", "", before.rstrip(" ,")
            )
            return _day(found), squeeze(place).lstrip("*_ ") or None
    return None, None


def _year(lines: list[Line], date: dt.date | None) -> int | None:
    """The plan's year: from its title, else the most named one in the titles, else the year it was signed."""
    for n, line in enumerate(lines[:60]):
        if re.fullmatch(r"KẾ HOẠCH|KE HOACH|QUYẾT ĐỊNH|CHƯƠNG TRÌNH", line.text.strip(" *:")) or re.match(
            r"KẾ HOẠCH\b", line.text
        ):
            title = " ".join(item.text for item in lines[n : n + 4])
            if found := re.search(r"năm\s+(20\d\d)", title, re.IGNORECASE):
                return int(found[1])
    years = Counter(
        int(year)
        for line in lines
        for year in re.findall(r"(?:KẾ HOẠCH|NĂM|năm)\s+(20\d\d)", line.text)
        if not _DATE.search(line.text)
    )
    if date and years.get(date.year + 1, 0) > years.get(date.year, 0):
        return date.year + 1
    if date:
        return date.year
    return years.most_common(1)[0][0] if years else None


def _issuer(body: list[Line], lines: list[Line]) -> str | None:
    text = "\n".join(line.text for line in lines)
    kinds = r"(phường|xã|đặc khu)"
    names = Counter(
        (kind, squeeze(name))
        for kind, name in re.findall(
            rf"(?:UBND|[ỦU]y ban nhân dân(?: \(UBND\))?|Ủy ban Nhân dân)\s+{kinds}\s+{_PROPER}", text
        )
    )
    head = [line.text for line in body[:25]]
    for n, line_text in enumerate(head):
        joined = f"{line_text} {head[n + 1] if n + 1 < len(head) else ''}"
        found = re.search(
            r"(?:ỦY|UỶ|ỦỶ|UY) BAN NHÂN DÂN\s+(PHƯỜNG|XÃ|ĐẶC KHU)\s+([A-ZĐÀ-Ỹ0-9 ’'-]+?)(?=\s*(?:CỘNG|Số|ĐỘC|$|\n)|\s{2,})",
            joined,
        ) or (re.search(r"\bUBND\s+(PHƯỜNG|XÃ|ĐẶC KHU)\s+([A-ZĐÀ-Ỹ0-9 ’'-]+)", line_text))
        if found:
            kind, name = found[1].lower(), squeeze(found[2])
            for known, proper in names:
                if known == kind and fold(proper) == fold(name):
                    return f"UBND {kind} {proper}"
            return f"UBND {kind} " + " ".join(word.capitalize() for word in name.split())
    if names:
        (kind, name), _count = names.most_common(1)[0]
        return f"UBND {kind} {name}"
    return None


def _bases(lines: list[Line]) -> list[str]:
    """What stands after "Căn cứ" or "Thực hiện" before the plan is decreed."""
    bases: list[str] = []
    for line in lines[:80]:
        text = line.text
        if re.match(r"(?:I|1|A|Phần (?:I|thứ nhất))\s*[.)]?\s*\S", text) and is_upper(text[2:12]):
            break
        if re.match(r"(?:-\s*)?(?:Căn cứ|Thực hiện|Theo)\s", text) and not re.match(r"Thực hiện các", text):
            for part in re.split(r";\s*(?=(?:căn cứ|thực hiện)\b)", text, flags=re.IGNORECASE):
                part = re.sub(
                    r"^(?:-\s*)?(?:căn cứ|thực hiện|theo)\s+(?:vào\s+)?",
                    "",
                    part.strip(),
                    flags=re.IGNORECASE,
                )
                part, decreed = (
                    re.split(
                        r"[,;.]\s*(?=(?:UBND|Ủy ban|Uỷ ban)[^;]*\b(?:ban hành|xây dựng)\b)", part, maxsplit=1
                    )[0],
                    "như sau" in part.lower(),
                )
                bases.append(part.strip(" ;.,"))
                if decreed:
                    return bases
        elif re.search(r"như sau\s*[:.]?$", text):
            break
    return bases


def _signature(lines: list[Line]) -> tuple[str | None, str | None, str | None]:
    """Signer, title in capitals, and for whom: the last such block of the lines."""
    best: tuple[str | None, str | None, str | None] = (None, None, None)
    for n, line in enumerate(lines):
        found = _SIGNS_FOR.search(line.text)
        title_line = next(
            (
                title
                for title in _TITLES
                if line.text.strip(" *.").endswith(title) and is_upper(line.text.strip(" *"))
            ),
            None,
        )
        if not found and not title_line:
            continue
        signs_for: list[str] = []
        title: str | None = None
        name: str | None = None
        for later in lines[n : n + 16]:
            text = later.text.strip(" *")
            if re.match(r"(?:phụ lục|PHỤ LỤC)", text):
                break
            marks = [squeeze(m[0]).rstrip(" ,-") for m in _SIGNS_FOR.finditer(text)]
            rest = _SIGNS_FOR.sub(" ", text).strip() if marks else text
            if marks:
                own = marks[0]
                # "KT. CHỦ TỊCH PHÓ CHỦ TỊCH" on one line: the title is its end
                inner = re.match(
                    r"((?:KT|TL|TUQ)\s*\.\s*(?:CHỦ TỊCH|CHÁNH VĂN PHÒNG|TRƯỞNG PHÒNG|GIÁM ĐỐC))\s+(.+)$", own
                ) or re.match(
                    r"(TM\s*\.\s*(?:ỦY|UỶ) BAN NHÂN DÂN)\s+((?:KT\..*|CHỦ TỊCH|PHÓ CHỦ TỊCH))$", own
                )
                if inner:
                    own, title = inner[1], inner[2]
                signs_for.append(own)
            whole = next(
                (
                    t
                    for t in sorted(_TITLES, key=len, reverse=True)
                    if rest == t or re.search(rf"(?:^|[;.]\s*|\s{{2,}}){t}$", rest)
                ),
                None,
            )
            if whole:
                title = whole
            candidate = re.sub(r"^(?:\(?(?:đã ký|Đã ký|ký tên[^)]*)\)?)\s*", "", rest)
            candidate = re.split(r"[;:]\s*", candidate)[-1].strip(" .*")
            if (
                title
                and not marks
                and not whole
                and (_NAME.match(candidate) or (_UPPER_NAME.match(candidate) and candidate not in _TITLES))
            ):
                if fold(candidate).startswith(
                    (
                        "noi nhan",
                        "luu",
                        "phu luc",
                        "so noi",
                        "uy ban",
                        "phong ",
                        "van phong",
                        "trung tam",
                        "cong an",
                        "ban ",
                    )
                ):
                    continue
                name = (
                    candidate
                    if not candidate.isupper()
                    else " ".join(word.capitalize() for word in candidate.split())
                )
                break
        if title:
            special = next((mark for mark in signs_for if not mark.startswith("TM")), None)
            best = (name, title, special or (signs_for[0] if signs_for else None))
            if name:
                return best
    return best


def _recipients(lines: list[Line]) -> list[str]:
    start = next(
        (n for n, line in enumerate(lines) if re.match(r"N[ơo]i nh[ậâạa]n\s*:?", line.text, re.IGNORECASE)),
        None,
    )
    if start is None:
        return []
    found: list[str] = []
    column = lines[start].column
    first = re.sub(r"^N[ơo]i nh[ậâạa]n\s*:?\s*", "", lines[start].text, flags=re.IGNORECASE)
    texts = ([Line(first, lines[start].source, None, column)] if first else []) + lines[
        start + 1 : start + 45
    ]
    for line in texts:
        text = _SIGNS_FOR.split(line.text)[0].strip()
        text = re.sub(r"\s{3,}.*$", "", text)
        bulleted = re.match(r"[-–+•]\s*", text)
        if re.match(r"(?:phụ lục|kế hoạch|biểu)\b", text, re.IGNORECASE) and not bulleted:
            break
        if bulleted:
            text = text[bulleted.end() :]
            for title in _TITLES:
                text = re.sub(rf"[;.]\s+{title}.*$", "", text)
            found.append(text.strip(" ;.,"))
            if re.match(r"lưu\b", text, re.IGNORECASE):
                break
        elif (
            found
            and text
            and line.column == column
            and not is_upper(text)
            and not _NAME.match(text)
            and not re.search(r"[;.]$", found[-1])
        ):
            found[-1] = f"{found[-1]} {text.strip(' ;.,')}" if text[:1].islower() else found[-1]
    return [text for text in found if text]


def _coordinating(lines: list[Line], directory: Directory) -> str | None:
    """Who follows, urges and sums up: named in the part on carrying out the plan."""
    votes: Counter[str] = Counter()
    offices = r"((?:P|p)hòng|(?:V|v)ăn phòng|(?:T|t)rung tâm|(?:B|b)an)"
    patterns = (
        (
            3,
            rf"(?:Giao|giao|Đề nghị)\s+(?:cho\s+)?{offices}[^.]{{3,90}}?(?=\s+(?:là|làm|chủ trì|theo dõi|đôn đốc|tham mưu|chịu trách nhiệm|có trách nhiệm|phối hợp|tổng hợp|hướng dẫn|:))",
        ),
        (2, rf"\((?:qua|thông qua)\s+{offices}[^)]+\)"),
        (
            2,
            rf"(?:qua|về|gửi về|gửi)\s+{offices}[^.;()]{{3,80}}?(?=\s*(?:để|tổng hợp|trước|\)|;|\.|,\s+(?:trước|để)))",
        ),
        (
            2,
            rf"{offices}[^.;:]{{3,90}}?(?=\s+(?:là (?:cơ quan |đơn vị )?(?:đầu mối|thường trực)|(?:chủ trì|có trách nhiệm|chịu trách nhiệm)[^.]*(?:theo dõi|đôn đốc|tổng hợp)))",
        ),
        (
            1,
            rf"^\s*(?:\d+[.)]|[a-z]\)|-)?\s*{offices}[^.:]{{3,80}}?(?=\s*[:.]?\s*(?:theo dõi|đôn đốc|hướng dẫn|tham mưu|tổng hợp))",
        ),
    )
    for line in lines:
        follows = re.search(r"theo dõi|đôn đốc|tổng hợp|đầu mối|thường trực|qua ", line.text)
        if not follows:
            continue
        for weight, pattern in patterns:
            for found in re.finditer(pattern, line.text):
                words = re.sub(
                    r"^(?:giao|đề nghị|\(?(?:thông )?qua|gửi về|về|gửi)\s+(?:cho\s+)?|[()]",
                    "",
                    found[0].strip(),
                    flags=re.IGNORECASE,
                )
                words = re.sub(r"^(?:\d+[.)]|[a-z]\)|-)\s*", "", words)
                mentions = [mention for mention in directory.mentions(words) if mention.known]
                if mentions:
                    votes[mentions[0].name] += weight
    return votes.most_common(1)[0][0] if votes else None


def _annex_note(lines: list[Line]) -> AnnexNote | None:
    text = " ".join(line.text for line in lines)
    found = re.search(r"\(?\s*[KkBb][èe]m theo\s+(?:K[ếêe] hoạch|Quyết định|Công văn)?\s*(.{0,220})", text)
    if not found:
        return None
    words = found[1].split(")")[0]
    number = _NUMBER.search(words)
    day = _DATE.search(words)
    if not day and (short := re.search(r"ngày\s*(\d{1,2})[/.-](\d{1,2})[/.-](20\d\d)", words)):
        day = short
    issuer = re.search(rf"(?:UBND|[ỦU][ỷy] ban nhân dân)\s+(phường|xã|đặc khu)\s+{_PROPER}", words)
    return AnnexNote(
        _clean_number(number[1], number[2]) if number and number[1] else None,
        _day(day) if day else None,
        f"UBND {issuer[1]} {issuer[2]}" if issuer else None,
    )
