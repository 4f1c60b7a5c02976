"""What a careful clerk would notice. Every code, its severity and an example: docs/findings.md.

One finding for one cause, with all its places. A check looks at what was read and never changes it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import combinations

from rapidfuzz import fuzz

from caicach.reading.cells import has_markup
from caicach.reading.document import PageBreak, Table
from caicach.reading.plan import Finding, Mend, Severity
from caicach.reading.understood import ReadTask, Understood
from caicach.rules.deadlines import read_due
from caicach.rules.offices import Directory, is_everybody, is_group
from caicach.rules.targets import AMBIGUOUS as TARGET_AMBIGUOUS
from caicach.rules.targets import SUSPECT
from caicach.rules.vntext import fold, key, spelling, squeeze

CODES: dict[str, Severity] = {
    "document-number-mismatch": "error",
    "target-mismatch": "error",
    "deadline-missing": "error",
    "deadline-incomplete": "error",
    "deadline-impossible": "error",
    "deadline-ambiguous": "warning",
    "deadline-before-plan-date": "warning",
    "deadline-after-plan-year": "note",
    "deadline-unsuitable": "warning",
    "lead-missing": "error",
    "lead-not-specific": "warning",
    "office-incomplete": "warning",
    "office-unknown": "error",
    "office-spelled-differently": "note",
    "coordinator-missing": "note",
    "deliverable-missing": "warning",
    "near-duplicate-task": "warning",
    "same-work-two-offices": "warning",
    "body-task-without-row": "warning",
    "section-title-mismatch": "warning",
    "section-number-out-of-order": "warning",
    "section-count-missing": "note",
    "section-count-mismatch": "warning",
    "task-number-out-of-order": "note",
    "row-continued-across-page": "note",
    "ditto-carried": "note",
    "citation-without-year": "warning",
    "period-expired": "warning",
    "sum-mismatch": "error",
    "target-ambiguous": "warning",
    "number-format-suspect": "note",
    "suspected-misspelling": "note",
    "stray-markup": "note",
    "old-font": "note",
}


def _finding(
    code: str, places: Iterable[str], message: str, suggestion: str | None = None, mends: Iterable[Mend] = ()
) -> Finding:
    return Finding(code, CODES[code], ", ".join(dict.fromkeys(places)), message, suggestion, tuple(mends))


def check(whole: Understood) -> list[Finding]:
    """All findings, errors first, then in the order of the document."""
    found = [finding for look in _CHECKS for finding in look(whole)]
    order: dict[str, int] = {"error": 0, "warning": 1, "note": 2}
    return sorted(found, key=lambda finding: order[finding.severity])


# --- head and citations --------------------------------------------------------------------------------------------


def _document_number(whole: Understood) -> Iterator[Finding]:
    head, note = whole.head, whole.note
    if note is None:
        return
    differs = []
    if head.number and note.number and head.number != note.number:
        differs.append(f"số {note.number} thay vì {head.number}")
    if head.date and note.date and head.date != note.date:
        differs.append(f"ngày {note.date:%d/%m/%Y} thay vì {head.date:%d/%m/%Y}")
    if differs:
        day = f" ngày {head.date:%d/%m/%Y}" if head.date else ""
        yield _finding(
            "document-number-mismatch",
            ["head", "annex"],
            f"Phụ lục ghi kế hoạch khác: {', '.join(differs)}.",
            f"Lấy theo phần đầu: số {head.number}{day}",
            [Mend("head", "number", head.number)] if head.number else [],
        )


_CITED = re.compile(
    r"\b(Nghị định|Thông tư)\s+(?:số\s+)?(\d{1,4})/((?:NĐ|TT)\s?[-–]?\s?[A-ZĐ]+)\b(?:\s+ngày\s+(?:\d{1,2}[/.-]\d{1,2}[/.-]|\d{1,2} tháng \d{1,2} năm )(20\d\d))?"
)


def _texts(whole: Understood) -> Iterator[tuple[str, str]]:
    """(place, words) of everything: body items, then the tasks."""
    for item in whole.items:
        yield (f"body {item.path}" if item.path else "head"), item.text
    for task in whole.tasks:
        yield task.where, task.content


def _citations(whole: Understood) -> Iterator[Finding]:
    for place, text in _texts(whole):
        for found in _CITED.finditer(text):
            kind, number, symbol, year = found.groups()
            right = f"{kind} số {number}/{year}/{symbol}" if year else None
            yield _finding(
                "citation-without-year",
                [place],
                f"“{kind} số {number}/{symbol}” thiếu năm ban hành trong số hiệu.",
                right,
            )


_PERIOD = re.compile(
    r"(?:giai đoạn|thời kỳ|nhiệm kỳ|05 năm|5 năm)\s*(?:từ\s+|năm\s+)*(20\d\d)\s*(?:-|–|đến|tới)\s*(?:năm\s*)?(20\d\d)",
    re.IGNORECASE,
)


def _expired_periods(whole: Understood) -> Iterator[Finding]:
    for place, text in _texts(whole):
        for found in _PERIOD.finditer(text):
            if int(found[2]) < whole.year and not re.search(
                r"tổng kết|sơ kết|đánh giá|kết quả|kế thừa|báo cáo", text[: found.start()], re.IGNORECASE
            ):
                yield _finding(
                    "period-expired",
                    [place],
                    f"“{found[0]}” đã hết trước năm {whole.year} mà vẫn giao thực hiện.",
                )


# --- sections ------------------------------------------------------------------------------------------------------


def _section_numbers(whole: Understood) -> Iterator[Finding]:
    previous = ""
    for section in whole.annex.sections:
        if section.mended:
            yield _finding(
                "section-number-out-of-order", [section.number], f"Mục “{section.title}” in số {section.printed_number}{f', đứng sau mục {previous}' if previous else ''}; đã đọc là {section.number}.",
                f"Đánh lại số {section.number}.", [Mend(section.number, "number", section.number)],
            )  # fmt: skip
        previous = section.number


def _section_titles(whole: Understood) -> Iterator[Finding]:
    for index, (printed, right) in whole.titles.items():
        section = whole.annex.sections[index]
        yield _finding(
            "section-title-mismatch",
            [section.number],
            f"Phụ lục ghi “{printed}”, thân bài là “{right}”.",
            right,
            [Mend(section.number, "title", right)],
        )


def _section_counts(whole: Understood) -> Iterator[Finding]:
    sections = [
        (index, section) for index, section in enumerate(whole.annex.sections) if not section.indicator_table
    ]
    declared = [section for _index, section in sections if section.declared is not None]
    counts = Counter(task.raw.section for task in whole.tasks)
    for index, section in sections:
        found = counts[index]
        if section.declared is None:
            if declared and len(declared) * 2 >= len(sections):
                yield _finding(
                    "section-count-missing",
                    [section.number],
                    f"Mục {section.number} không ghi số nhiệm vụ như các mục khác; đếm được {found}.",
                    f"{found:02d} nhiệm vụ",
                )
        elif section.declared != found:
            yield _finding(
                "section-count-mismatch",
                [section.number],
                f"Mục {section.number} ghi {section.declared:02d} nhiệm vụ nhưng đếm được {found}.",
                f"{found:02d} nhiệm vụ",
            )


# --- rows ----------------------------------------------------------------------------------------------------------


def _joined_rows(whole: Understood) -> Iterator[Finding]:
    where = {id(task.raw): task.where for task in whole.tasks}
    cut: dict[str, str] = {}
    renumbered: dict[str, str] = {}
    for code, raws, words in whole.annex.slips:
        places = [where.get(id(raw), raw.number) for raw in raws]
        if code == "task-number-out-of-order":
            renumbered[places[0]] = words
        elif len(places) == 2:
            text = f"Phần cuối của {places[0]} (“{words}…”) nằm ở đầu dòng {places[1]} sau ngắt trang; đã nối lại."
            yield _finding(code, places, text)
        else:
            cut.setdefault(places[0], words)
    if cut:
        text = "; ".join(f"{place}: “{words}”" for place, words in list(cut.items())[:6] if words)
        yield _finding(
            "row-continued-across-page", cut, f"Dòng bị ngắt trang, phần sau đứng riêng; đã nối lại ({text})."
        )
    if renumbered:
        text = ", ".join(f"{place} in số {words}" for place, words in renumbered.items())
        yield _finding(
            "task-number-out-of-order", renumbered, f"Số nhiệm vụ sai thứ tự, đã đánh lại: {text}."
        )


def _dittos(whole: Understood) -> Iterator[Finding]:
    places = [task.where for task in whole.tasks if task.ditto]
    if places:
        yield _finding("ditto-carried", places, "Ô ghi “như trên”; đã lấy theo dòng ngay trên.")


def _markup(whole: Understood) -> Iterator[Finding]:
    places = []
    for task in whole.tasks:
        content = task.raw.get("content")
        quotes = sum(content.count(q) for q in '“"”')
        lead = task.raw.get("lead")
        if (
            task.raw.markup
            or has_markup(content)
            or (quotes % 2 and quotes)
            or re.search(r"-\s+-\s", lead)
            or "**" in content
        ):
            places.append(task.where)
    if places:
        yield _finding(
            "stray-markup",
            places,
            "Còn sót dấu của bản quét (thẻ danh sách, dấu ngoặc hay gạch lẻ); đã bỏ thẻ, hãy xem lại chữ.",
        )


# --- deadlines -----------------------------------------------------------------------------------------------------


def _deadlines(whole: Understood) -> Iterator[Finding]:
    words: dict[str, Callable[[str], str]] = {
        "deadline-incomplete": lambda text: f"Thời hạn chỉ ghi “{text}”, thiếu ngày.",
        "deadline-impossible": lambda text: f"Thời hạn “{text}” không có trong lịch.",
        "deadline-ambiguous": lambda text: f"Thời hạn “{text}” hiểu được nhiều cách hoặc không rõ mốc.",
    }
    missing: list[str] = []
    for task in whole.tasks:
        for code in task.due.findings:
            if code == "deadline-missing":
                if "due" in whole_columns(whole) and not (task.is_indicator and not task.raw.get("due")):
                    missing.append(task.where)
            elif code in words:
                suggestion = task.due.suggestion or (
                    _likely_deadline(task, whole) if code == "deadline-incomplete" else None
                )
                mends = [Mend(task.where, "due", suggestion)] if suggestion else []
                yield _finding(code, [task.where], words[code](task.due.due.text), suggestion, mends)
    if missing:
        yield _finding("deadline-missing", missing, "Không ghi thời hạn.")


def whole_columns(whole: Understood) -> set[str]:
    """The meanings that some table of the document has a column for."""
    return {
        meaning
        for columns in whole.annex.columns_of.values()
        for meaning in [
            *columns.at,
            *(["due"] if columns.quarters or columns.months or "end" in columns.at else []),
        ]
    }


def _likely_deadline(task: ReadTask, whole: Understood) -> str | None:
    """The deadline of the section's rows that want the same document, where they agree."""
    phrases = Counter(
        other.due.due.text
        for other in whole.tasks
        if other.section == task.section
        and other is not task
        and other.deliverables == task.deliverables
        and other.due.due.kind == "by"
    )
    if not phrases:
        return None
    phrase, count = phrases.most_common(1)[0]
    return phrase if count * 2 > sum(phrases.values()) else None


def _before_plan(whole: Understood) -> Iterator[Finding]:
    date = whole.head.date
    if date is None:
        return
    places = [
        task.where
        for task in whole.tasks
        if task.due.due.kind == "by" and task.due.due.end and task.due.due.end < date
    ]
    if places:
        yield _finding(
            "deadline-before-plan-date", places, f"Thời hạn đã qua khi kế hoạch được ký ({date:%d/%m/%Y})."
        )


def _after_year(whole: Understood) -> Iterator[Finding]:
    places = [
        task.where
        for task in whole.tasks
        if (end := task.due.due.end or max(task.due.due.dates, default=None)) and end.year > whole.year
    ]
    if places:
        yield _finding("deadline-after-plan-year", places, f"Thời hạn nằm sau năm {whole.year}.")


_ONE_DOCUMENT = re.compile(
    r"^(?:ke hoach|quyet dinh|nghi quyet|de an|chuong trinh|to trinh|quy che|phuong an|du an)\b"
)


def _unsuitable(whole: Understood) -> Iterator[Finding]:
    places = [
        task.where
        for task in whole.tasks
        if task.due.due.kind == "ongoing"
        and not task.due.due.start
        and len(task.deliverables) == 1
        and _ONE_DOCUMENT.match(fold(task.deliverables[0]))
        and " hoac " not in fold(task.deliverables[0])
    ]
    if places:
        yield _finding(
            "deadline-unsuitable",
            places,
            "Sản phẩm là một văn bản ban hành một lần nhưng thời hạn ghi “Thường xuyên”.",
            "Ghi ngày phải ban hành.",
        )


# --- offices -------------------------------------------------------------------------------------------------------


def _leads(whole: Understood) -> Iterator[Finding]:
    without = [task.where for task in whole.tasks if not task.leads]
    if without and "lead" in whole_columns(whole) | (
        {"lead"} if "offices" in whole_columns(whole) else set()
    ):
        yield _finding("lead-missing", without, "Không có cơ quan chủ trì.")
    everybody = [
        task.where
        for task in whole.tasks
        if task.leads and all(is_everybody(mention.name) for mention in task.leads)
    ]
    if everybody:
        yield _finding(
            "lead-not-specific",
            everybody,
            "Giao cho mọi cơ quan chủ trì thì không ai chịu trách nhiệm chính.",
            "Chọn một cơ quan chủ trì.",
        )
    for task in whole.tasks:
        for mention in task.leads:
            if mention.short:
                yield _finding(
                    "office-incomplete", [task.where], f"Cơ quan chủ trì chỉ ghi “{mention.written}”; các dòng khác ghi “{mention.name}”.", mention.name, [Mend(task.where, "leads", "; ".join(m.name for m in task.leads))]
                )  # fmt: skip
    if whole.directory.own is not None:
        unknown: dict[str, list[str]] = defaultdict(list)
        for task in whole.tasks:
            for mention in task.leads:
                if (
                    not mention.group
                    and not is_group(mention.name)
                    and not whole.directory.in_ward(mention.name)
                ):
                    unknown[mention.name].append(task.where)
        for name, places in unknown.items():
            yield _finding("office-unknown", places, f"Phường, xã không có cơ quan “{name}” để giao chủ trì.")


def _coordinators(whole: Understood) -> Iterator[Finding]:
    if "coordinator" not in whole_columns(whole):
        return
    without = [task.where for task in whole.tasks if not task.coordinators]
    if without and len(without) * 2 < len(whole.tasks):
        yield _finding("coordinator-missing", without, "Không ghi cơ quan phối hợp.")


def _spelled_differently(whole: Understood) -> Iterator[Finding]:
    ways: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for task in whole.tasks:
        for mention in [*task.leads, *task.coordinators]:
            if mention.known and not mention.misspelt:
                way = re.sub(r"[\s–—-]+|phuong$|xa$", "", fold(mention.written))
                ways[mention.name].setdefault(way, (squeeze(mention.written), task.where))
    several = {name: list(forms.values()) for name, forms in ways.items() if len(forms) > 1}
    if several:
        text = "; ".join(
            f"{name}: " + ", ".join(f"“{written}”" for written, _where in forms)
            for name, forms in several.items()
        )
        yield _finding(
            "office-spelled-differently",
            [where for forms in several.values() for _written, where in forms[1:]],
            f"Một cơ quan viết nhiều cách – {text}; đã đọc là một.",
        )


def _deliverables(whole: Understood) -> Iterator[Finding]:
    if "deliverable" not in whole_columns(whole):
        return
    without = [task.where for task in whole.tasks if not task.deliverables and not task.is_indicator]
    if without:
        yield _finding("deliverable-missing", without, "Không ghi sản phẩm phải giao.")


# --- likeness ------------------------------------------------------------------------------------------------------


_MOST_COMPARED = 1500


def _duplicates(whole: Understood) -> Iterator[Finding]:
    known = [
        (task, text := key(task.content), re.findall(r"\d+", text))
        for task in whole.tasks
        if not task.is_indicator
    ]
    known = sorted((item for item in known if len(item[1]) >= 25), key=lambda item: len(item[1]))
    if len(known) > _MOST_COMPARED:
        return  # every pair of thousands is no help to anybody
    order = {id(task): place for place, task in enumerate(whole.tasks)}
    for (a, text_a, numbers_a), (b, text_b, numbers_b) in combinations(known, 2):
        if len(text_a) * 10 < len(text_b) * 7 or numbers_a != numbers_b:
            continue
        likeness = fuzz.ratio(text_a, text_b, score_cutoff=85)
        if likeness < 85:
            continue
        if order[id(a)] > order[id(b)]:
            a, b = b, a
        same_lead = {m.name for m in a.leads} == {m.name for m in b.leads}
        if (
            same_lead
            and a.deliverables == b.deliverables
            and replace(a.due.due, text="") == replace(b.due.due, text="")
        ):
            yield _finding(
                "near-duplicate-task",
                [a.where, b.where],
                f"{a.where} và {b.where} gần như một việc: cùng sản phẩm, cơ quan chủ trì và thời hạn.",
                "Gộp hai dòng, hoặc nói rõ chỗ khác nhau.",
            )
        elif not same_lead and likeness >= 92:
            yield _finding(
                "same-work-two-offices",
                [a.where, b.where],
                f"{a.where} và {b.where} là cùng một việc nhưng giao cho hai cơ quan khác nhau.",
                "Chọn một cơ quan chủ trì, cơ quan kia phối hợp.",
            )


_STOP_WORDS = frozenset(
    fold(
        "thực hiện tốt tiếp tục triển khai nâng cao tăng cường đẩy mạnh công tác các của và theo quy định trên địa bàn phường xã cho về trong với được đến có là nhằm phát huy hiệu quả chất lượng cơ quan đơn vị "
        "ubnd hđnd cán bộ công chức viên chức nhiệm vụ kế hoạch năm chỉ đạo tổ chức những này khi việc để từ tại đối hoặc nhất một số hai đúng kịp thời thường xuyên bảo đảm đảm thuộc trực hướng dẫn tỉnh trung ương "
        "người dân doanh nghiệp quản lý nhà nước hành chính ban ngành phòng cải cách nghị định số ngày chính phủ thông tư bộ trưởng"
    ).split()
)
# Points of the body that name a duty of their own, whatever words surround it, folded.
_DUTY_NAMES = re.compile(
    r"doi thoai (?:voi )?(?:doanh nghiep|nguoi dan|nhan dan|cong dan)?|vi tri viec lam|kien nghi (?:sau|cua) (?:thanh tra|kiem tra|kiem toan)|sau thanh tra|tinh gian bien che|giai ngan von|thi dua|cong khai tai san|"
    r"to cong nghe so|chu ky so|tiep cong dan|sang kien|de an 06|doi thoai"
)


def _body_without_row(whole: Understood) -> Iterator[Finding]:
    """Duties named in the body that no row of the annex takes up: by the names of duties, told in a word or two each."""
    if not whole.tasks:
        return
    rows = (
        " ".join(key(task.content) for task in whole.tasks)
        + " "
        + " ".join(key(measured.name) for measured in whole.measured)
    )
    places: list[str] = []
    names: list[str] = []
    fresh: dict[str, str] = {}
    """what a row would say → its section"""
    for item in whole.items:
        if (
            item.level < 4
            or not re.match(r"(?:I{1,3}|IV|V)\.\d", item.path)
            or "tổ chức thực hiện" in item.text.lower()
        ):
            continue
        for found in _DUTY_NAMES.finditer(key(item.text)):
            name = found[0].strip()
            core = [word for word in name.split() if word not in _STOP_WORDS]
            if (
                name in rows
                or (name == "vi tri viec lam" and "de an vi tri" in rows)
                or _taken_up(core, rows)
            ):
                if not (
                    name == "vi tri viec lam"
                    and "de an vi tri viec lam" in key(item.text)
                    and "de an vi tri" not in rows
                ):
                    continue
            words = _shown(item.text, name)
            if not any(fold(words) in fold(other) for other in names):
                names.append(words)
                places.append(f"body {item.path}")
                fresh.setdefault(item.text.rstrip(" .;"), _section_for(item.path, whole))
    if names:
        yield _finding(
            "body-task-without-row",
            places,
            "Thân bài giao nhưng phụ lục không có dòng nào: "
            + "; ".join(f"“{name}”" for name in names)
            + ".",
            "Thêm dòng vào phụ lục với cơ quan chủ trì và thời hạn.",
            [Mend(section, "row", text) for text, section in fresh.items() if section],
        )


def _section_for(path: str, whole: Understood) -> str:
    """The annex's section that bears the heading of this part of the body; its last one where none is like it."""
    headings = {item.path: key(item.text) for item in whole.items if item.level < 4}
    over = [headings[path[:end]] for end in range(len(path), 0, -1) if path[:end] in headings]
    likeness = [
        (fuzz.ratio(heading, key(section.title)), section.number)
        for heading in over
        for section in whole.annex.sections
    ]
    share, number = max(likeness, default=(0.0, ""), key=lambda pair: pair[0])
    return number if share >= 60 else next((s.number for s in reversed(whole.annex.sections)), "")


def _taken_up(core: list[str], rows: str) -> bool:
    return bool(core) and " ".join(core) in rows


def _shown(text: str, name: str) -> str:
    """The words of the text that were matched folded."""
    words = text.split()
    folded = [key(word) for word in words]
    wanted = name.split()
    for place in range(len(words)):
        if " ".join(folded[place : place + len(wanted)]).split()[: len(wanted)] == wanted:
            return " ".join(words[place : place + len(wanted)]).strip(" ,.;")
    return name


# --- indicators ----------------------------------------------------------------------------------------------------


def _targets(whole: Understood) -> Iterator[Finding]:
    contents = {task.where: task.content for task in whole.tasks}
    for listed, annexed in whole.pairs:
        a, b = listed.target, annexed.target
        if a.value is None or b.value is None or (a.value == b.value and a.comparator == b.comparator):
            continue
        if (
            a.value == b.value
            and {a.comparator, b.comparator} <= {"=", ">=", "<="}
            and "=" in (a.comparator, b.comparator)
        ):
            continue
        mine, theirs = _figure(a.target, a.unit), _figure(b.target, b.unit)
        yield _finding(
            "target-mismatch",
            [f"body {listed.body_path}", annexed.task or "annex"],
            f"Một chỉ tiêu có hai mức: thân bài {mine}, phụ lục {theirs}.",
            f"Lấy mức của phụ lục: {theirs}",
            [Mend(annexed.task, "content", contents[annexed.task])] if annexed.task in contents else [],
        )
    for measured in whole.measured:
        place = measured.task or (f"body {measured.body_path}" if measured.body_path else "annex")
        if TARGET_AMBIGUOUS in measured.target.findings:
            yield _finding(
                "target-ambiguous",
                [place],
                f"Mức của chỉ tiêu “{measured.name[:80]}” không đọc được thành một con số.",
                measured.target.suggestion,
            )
    suspects = [measured for measured in whole.measured if SUSPECT in measured.target.findings]
    if suspects:
        yield _finding(
            "number-format-suspect", [m.task or (f"body {m.body_path}" if m.body_path else "annex") for m in suspects],
            "Con số viết theo kiểu nước ngoài: " + "; ".join(f"“{m.text[-60:]}” đã đọc là {_figure(m.target.target, m.target.unit)}" for m in suspects[:5]) + ".",
        )  # fmt: skip


def _figure(value: str | None, unit: str | None) -> str:
    shown = (value or "").replace(".", ",")
    return f"{shown}{unit}" if unit in ("%", "‰") else f"{shown} {unit or ''}".strip()


def _sums(whole: Understood) -> Iterator[Finding]:
    for measured in whole.measured:
        if (
            len(measured.parts) >= 2
            and measured.target.value is not None
            and measured.target.comparator == "="
        ):
            total = sum(measured.parts, Decimal(0))
            if total != measured.target.value and measured.target.unit != "%":
                place = f"body {measured.body_path}" if measured.body_path else measured.task or "annex"
                yield _finding(
                    "sum-mismatch",
                    [place],
                    f"Các phần cộng lại được {_figure(str(total), measured.target.unit)}, không bằng tổng {_figure(measured.target.target, measured.target.unit)}.",
                )


# --- spelling ------------------------------------------------------------------------------------------------------

# Slips that scans and hurried typing make in such papers: (as it stands, as it should be).
_SLIPS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), right)
    for pattern, right in (
        (r"\b[Pp]hần đầu(?= (?:đạt|thực|hoàn|tăng|giảm|đến|xây|có|duy))", "phấn đấu"),
        (r"\bCông [Dd]ịch vụ công\b", "Cổng Dịch vụ công"),
        (r"\bCông thông tin điện tử\b", "Cổng thông tin điện tử"),
        (r"\b[Tt]rường (?:các )?(?:khu phố|ấp|thôn)\b", "Trưởng khu phố"),
        (r"\bHDND\b", "HĐND"),
        (r"\bUNBD\b|\bUBDN\b|\bUNND\b", "UBND"),
        (r"\bGIẠN\b|\bgiạn\b", "gian"),
        (r"\bTRONG TÂM\b|\b[Tt]rong tâm\b", "trọng tâm"),
        (r"\bphươn (?=án|pháp|thức|hướng)", "phương"),
        (r"\bNĐ CP\b|\bND-CP\b|\bNĐ-CF\b", "NĐ-CP"),
        (r"\bthực số hóa\b", "thực hiện số hóa"),
        (r"\b[Tt]uyên,? chọn (?=và gọi)", "tuyển chọn"),
        (r"\b[Ss]ữa đổi\b", "sửa đổi"),
        (r"\b[Bb]ổ xung\b", "bổ sung"),
        (r"\b[Ss]ử lý\b", "xử lý"),
        (r"\b[Kk]ỹ (?:luật|cương)\b", "kỷ luật, kỷ cương"),
        (r"\b[Rr]à xoát\b", "rà soát"),
        (r"\b[Xx]ắp xếp\b", "sắp xếp"),
        (r"\b[Hh]ổ trợ\b", "hỗ trợ"),
        (r"\b[Tt]hũ tục\b|\b[Tt]hủ tuc\b", "thủ tục"),
        (r"\b[Tt]rể hạn\b", "trễ hạn"),
        (r"\b[Cc]hử ký\b", "chữ ký"),
        (r"\b[Gg]ải quyết\b", "giải quyết"),
    )
)


def _spelling(whole: Understood) -> Iterator[Finding]:
    slips: dict[str, str] = {}
    places: list[str] = []

    def note(place: str, wrong: str, right: str) -> None:
        wrong = wrong.strip(" ,.;")
        if wrong.casefold() not in {known.casefold() for known in slips}:
            slips[wrong] = right
        if place not in places:
            places.append(place)

    for item in whole.lines:
        for pattern, right in _SLIPS:
            if found := pattern.search(item.text):
                note("body", found[0], right)
    for task in whole.tasks:
        for words in task.raw.cells.values():
            for pattern, right in _SLIPS:
                if found := pattern.search(words):
                    note(task.where, found[0], right)
        for mention in [*task.leads, *task.coordinators]:
            if mention.misspelt:
                note(task.where, mention.written, mention.name)
        if "suspected-misspelling" in task.due.findings:
            note(task.where, task.due.due.text, "đọc theo nghĩa")
    _heading_slips(whole, note)
    _name_slips(whole, note)
    for listed, annexed in whole.pairs:
        for a, b in zip(listed.name.split(), annexed.name.split(), strict=False):
            if fold(a) == fold(b) and spelling(a.strip(",.;")) != spelling(b.strip(",.;")):
                note(f"body {listed.body_path}", a.strip(",."), b.strip(",."))
    if slips:
        text = "; ".join(f"“{wrong}” nên là “{right}”" for wrong, right in slips.items())
        yield _finding(
            "suspected-misspelling",
            places,
            f"Có thể sai chính tả hoặc do máy quét: {text}.",
            mends=[
                Mend(task.where, "content", mended)
                for task in whole.tasks
                if (mended := _spelt(task.content)) != task.content
            ],
        )


def _spelt(text: str) -> str:
    """The text with the words put right that are never spelt so; a capital stays one."""
    for pattern, right in _SLIPS:
        text = pattern.sub(partial(_cased, right), text)
    return text


def _cased(right: str, wrong: re.Match[str]) -> str:
    return right[:1].upper() + right[1:] if wrong[0][:1].isupper() else right


def _heading_slips(whole: Understood, note: Callable[[str, str, str], None]) -> None:
    """Words of a repeated heading that lost a mark against the first one."""
    first: dict[int, str] = {}
    for block in whole.document.blocks:
        if isinstance(block, PageBreak) or not isinstance(block, Table):
            continue
        for cell in block.rows[0].cells:
            text = squeeze(cell.text)
            known = first.setdefault(cell.column, text)
            if (
                text != known
                and fold(text) == fold(known)
                and spelling(text.replace(" ", "")) != spelling(known.replace(" ", ""))
            ):
                note("annex", text, known)


def _name_slips(whole: Understood, note: Callable[[str, str, str], None]) -> None:
    """The ward's own name written with other marks than in its head."""
    name = re.sub(r"^UBND \S+ ", "", whole.head.issuer or "")
    if len(name) < 4 or " " not in name:
        return
    pattern = re.compile(r"(?<!\w)" + r"\s".join(r"\w" * len(word) for word in name.split()) + r"(?!\w)")
    for line in whole.lines:
        for found in pattern.finditer(line.text):
            if (
                fold(found[0]) == fold(name)
                and found[0] != name
                and not found[0].isupper()
                and found[0] != name.lower()
            ):
                note("annex" if "kèm theo" in line.text.lower() else "body", found[0], name)


def _old_fonts(whole: Understood) -> Iterator[Finding]:
    for code in whole.document.notes:
        if code.startswith("old-font"):
            font = "TCVN3 (ABC)" if "tcvn3" in code else "VNI"
            yield _finding(
                "old-font",
                ["head"],
                f"Văn bản dùng bảng mã cũ {font}; đã chuyển sang Unicode, hãy xem lại chữ.",
            )


_CHECKS: tuple[Callable[[Understood], Iterator[Finding]], ...] = (
    _document_number, _targets, _sums, _deadlines, _leads, _before_plan, _unsuitable, _deliverables, _duplicates, _section_titles, _section_numbers, _section_counts,
    _citations, _expired_periods, _body_without_row, _after_year, _joined_rows, _dittos, _coordinators, _spelled_differently, _spelling, _markup, _old_fonts,
)  # fmt: skip


# --- one cell, typed by a person -----------------------------------------------------------------------------------

CELL_CODES: dict[str, frozenset[str]] = {
    "due": frozenset(
        {"deadline-missing", "deadline-incomplete", "deadline-impossible", "deadline-ambiguous", "deadline-after-plan-year", "deadline-before-plan-date"}
    ),
    "leads": frozenset({"lead-missing", "lead-not-specific", "office-incomplete", "office-unknown"}),
    "deliverables": frozenset({"deliverable-missing"}),
}  # fmt: skip
"""What a cell of a row can have, by its field: a new text in it settles these, or raises them."""


def check_cell(
    field: str,
    value: str,
    *,
    where: str,
    year: int,
    directory: Directory,
    is_indicator: bool,
    signed: dt.date | None = None,
) -> list[Finding]:
    """The findings of one cell as it is now; [] for a field that is not checked by itself. signed: the plan's date."""
    if field == "due":
        return _check_due(value, where, year, is_indicator, signed)
    if field == "leads":
        return _check_leads(value, where, directory)
    if field == "deliverables" and not value.strip() and not is_indicator:
        return [_finding("deliverable-missing", [where], "Không ghi sản phẩm phải giao.")]
    return []


def _check_due(
    value: str, where: str, year: int, is_indicator: bool, signed: dt.date | None
) -> list[Finding]:
    reading = read_due(value, year)
    words = {
        "deadline-missing": "Không ghi thời hạn.",
        "deadline-incomplete": f"Thời hạn chỉ ghi “{value}”, thiếu ngày.",
        "deadline-impossible": f"Thời hạn “{value}” không có trong lịch.",
        "deadline-ambiguous": f"Thời hạn “{value}” hiểu được nhiều cách hoặc không rõ mốc.",
    }
    found = []
    for code in reading.findings:
        if code in words and not (code == "deadline-missing" and is_indicator):
            mends = [Mend(where, "due", reading.suggestion)] if reading.suggestion else []
            found.append(_finding(code, [where], words[code], reading.suggestion, mends))
    end = reading.due.end or max(reading.due.dates, default=None)
    if end and end.year > year:
        found.append(_finding("deadline-after-plan-year", [where], f"Thời hạn nằm sau năm {year}."))
    if signed and reading.due.kind == "by" and reading.due.end and reading.due.end < signed:
        words_before = f"Thời hạn đã qua khi kế hoạch được ký ({signed:%d/%m/%Y})."
        found.append(_finding("deadline-before-plan-date", [where], words_before))
    return found


def _check_leads(value: str, where: str, directory: Directory) -> list[Finding]:
    mentions = directory.mentions(value)
    if not mentions:
        return [_finding("lead-missing", [where], "Không có cơ quan chủ trì.")]
    if all(is_everybody(mention.name) for mention in mentions):
        return [
            _finding(
                "lead-not-specific",
                [where],
                "Giao cho mọi cơ quan chủ trì thì không ai chịu trách nhiệm chính.",
                "Chọn một cơ quan chủ trì.",
            )
        ]
    found = [
        _finding("office-incomplete", [where], f"Cơ quan chủ trì chỉ ghi “{mention.written}”.")
        for mention in mentions
        if mention.short
    ]
    found += [
        _finding("office-unknown", [where], f"Không có cơ quan “{m.written}”; gần nhất là “{m.name}”.", m.name, [Mend(where, "leads", value.replace(m.written, m.name))])
        for m in mentions
        if m.misspelt
    ]  # fmt: skip
    unknown = [
        mention.name
        for mention in mentions
        if not (
            mention.group
            or mention.short
            or mention.misspelt
            or is_group(mention.name)
            or directory.in_ward(mention.name)
        )
    ]
    found += [
        _finding("office-unknown", [where], f"Phường, xã không có cơ quan “{name}” để giao chủ trì.")
        for name in unknown[:1]
    ]
    return found
