"""The command `caicach`. Reading and its checks run without Django; the rest loads it late.

Status: 0 done; 1 only where `--strict` or a check found an error; 2 wrong usage or input that cannot be read.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caicach import __version__
from caicach.rules.faults import why
from caicach.rules.refusal import Refusal

if TYPE_CHECKING:
    from rich.console import Console

    from caicach.core.backup import Facts
    from caicach.reading.dossier_list import DossierList
    from caicach.reading.plan import PlanReading


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; prints one line of Vietnamese on stderr for everything that is the person's to mend."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not _streams():
        return 2
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    if arguments[:1] == ["manage"]:  # its options are Django's own
        return _manage(arguments[1:])
    options = _parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        status = run(options)
        sys.stdout.flush()
        return status
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away: nothing to say, and no one to say it to
        return 0
    except OSError as error:
        print(Refusal("output.unwritable", why=why(error)), file=sys.stderr)
        with contextlib.suppress(OSError):
            os.dup2(
                os.open(os.devnull, os.O_WRONLY), 1
            )  # what is left unwritten must not be tried again at the end
        return 2
    except KeyboardInterrupt:
        return 130
    except Exception as fault:
        reason = _why_unwritten(fault)
        if reason is None:
            raise
        print(Refusal("database.unwritable", why=reason), file=sys.stderr)
        return 2


def _manage(arguments: Sequence[str]) -> int:
    from caicach.conf.manage import manage

    try:
        return manage(arguments)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 2


def _streams() -> bool:
    """Standard streams that the caller closed are opened on nothing, or a file would take their place; False without output."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        print(Refusal("output.unwritable", why="cửa ra đã đóng"), file=sys.stderr)
        return False
    return True


def _why_unwritten(fault: BaseException | None) -> str | None:
    """The database's reason in Vietnamese where it could not write, Django's own errors looked behind; None for any other
    fault."""
    while fault is not None:
        # as SQLite and PostgreSQL call it, asked without loading either
        name = getattr(fault, "sqlite_errorname", "") or getattr(fault, "sqlstate", "") or ""
        if name in ("SQLITE_FULL", "53100"):
            return "đĩa đã đầy"
        if name.startswith("SQLITE_IOERR"):
            return "đĩa đã đầy hoặc hỏng"
        if name.startswith("SQLITE_READONLY"):
            return "không có quyền ghi"
        fault = fault.__cause__ or fault.__context__
    return None


class _Parser(argparse.ArgumentParser):
    """Speaks Vietnamese, in its help and where the person goes wrong."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "add_help": False})
        self._positionals.title, self._optionals.title = "tham số", "tùy chọn"
        self.add_argument("-h", "--help", action="help", help="in lời chỉ dẫn này")

    def format_help(self) -> str:
        return super().format_help().replace("usage: ", "cách dùng: ", 1)

    def format_usage(self) -> str:
        return super().format_usage().replace("usage: ", "cách dùng: ", 1)

    def error(self, message: str) -> None:  # type: ignore[override]
        words = {
            "the following arguments are required: ": "thiếu: ",
            "unrecognized arguments: ": "không hiểu: ",
            "invalid choice: ": "không có lệnh ",
            "expected one argument": "cần một giá trị",
            "invalid int value: ": "không phải số nguyên: ",
            "ignored explicit argument ": "không nhận giá trị ",
            "argument ": "",
        }
        for english, vietnamese in words.items():
            message = message.replace(english, vietnamese)
        message = message.split(" (choose from")[0]
        print(f"{self.prog}: {message}. Xem: {self.prog} --help", file=sys.stderr)
        raise SystemExit(2)


def _path(text: str) -> Path:
    """A path that names something: "" would be the folder one stands in."""
    if not text:
        raise argparse.ArgumentTypeError("tên tệp trống")
    return Path(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError("cổng từ 1 đến 65535")
    return int(text)


def _check_year(year: int | None) -> None:
    """Raises Refusal usage.year."""
    if year is not None and not 1900 <= year <= 2200:
        raise Refusal("usage.year", year=year)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="caicach", description="Đọc, kiểm tra và theo dõi kế hoạch cải cách hành chính của phường, xã."
    )
    parser.add_argument("--version", action="version", version=f"caicach {__version__}", help="in số bản")
    commands = parser.add_subparsers(dest="command", required=True, metavar="LỆNH", parser_class=_Parser)

    read = commands.add_parser("read", help="đọc một kế hoạch và nói những chỗ cần xem")
    read.add_argument("file", type=_path, metavar="TỆP", help="tệp kế hoạch")
    read.add_argument("--json", action="store_true", help="in một đối tượng JSON")
    read.add_argument("--docx", type=_path, metavar="TỆP", help="ghi phụ lục đã làm sạch ra .docx")
    read.add_argument("--xlsx", type=_path, metavar="TỆP", help="ghi phụ lục đã làm sạch ra .xlsx")
    read.add_argument(
        "--offices",
        type=_path,
        metavar="TỆP",
        help="danh sách cơ quan của phường, mỗi dòng một tên (tên khác sau dấu |)",
    )
    read.add_argument("--year", type=int, metavar="NĂM", help="năm của kế hoạch khi văn bản không ghi")
    read.add_argument("--strict", action="store_true", help="kết thúc với mã 1 khi có lỗi")
    read.set_defaults(run=_read)

    due = commands.add_parser("due", help="xem một thời hạn được hiểu thế nào")
    due.add_argument("phrase", metavar="CÂU", help="câu chữ, hoặc - để đọc từ đầu vào, mỗi dòng một câu")
    due.add_argument(
        "--year", type=int, default=None, metavar="NĂM", help="năm của câu không ghi năm (mặc định: năm nay)"
    )
    due.add_argument("--json", action="store_true", help="in mỗi câu một đối tượng JSON")
    due.set_defaults(run=_due)

    target = commands.add_parser("target", help="xem một mức chỉ tiêu được hiểu thế nào")
    target.add_argument("phrase", metavar="CÂU", help="câu chữ, hoặc - để đọc từ đầu vào, mỗi dòng một câu")
    target.add_argument(
        "--year", type=int, default=None, metavar="NĂM", help="không dùng tới; có để giống lệnh due"
    )
    target.add_argument("--json", action="store_true", help="in mỗi câu một đối tượng JSON")
    target.set_defaults(run=_target)

    clock = commands.add_parser("clock", help="tính thời hạn của hồ sơ từ các việc đã xảy ra")
    clock.add_argument(
        "file", metavar="TỆP", help="tệp JSON có một hồ sơ hoặc một danh sách, hoặc - để đọc từ đầu vào"
    )
    clock.add_argument("--words", action="store_true", help="nói cách tính thành một câu, thay cho JSON")
    clock.set_defaults(run=_clock)

    dossiers = commands.add_parser("dossiers", help="danh sách hồ sơ của hệ thống khác")
    of_dossiers = dossiers.add_subparsers(
        dest="dossiers_command", required=True, metavar="LỆNH", parser_class=_Parser
    )
    listed = of_dossiers.add_parser(
        "read", help="đọc một danh sách hồ sơ xuất từ hệ thống khác, không đụng tới cơ sở dữ liệu"
    )
    listed.add_argument("file", type=_path, metavar="TỆP", help="tệp .xlsx, .xls, .ods hoặc .csv")
    listed.add_argument("--json", action="store_true", help="in một đối tượng JSON")
    listed.set_defaults(run=_read_dossiers)

    serve = commands.add_parser("serve", help="chạy máy chủ web và việc nền")
    serve.add_argument("--port", type=_port, default=8000, metavar="CỔNG", help="mặc định 8000")
    serve.set_defaults(run=_serve)
    prepare = commands.add_parser(
        "prepare",
        help="chỉ chuẩn bị, như serve lúc bắt đầu: cơ sở dữ liệu, phường mẫu (trừ khi CAICACH_DEMO=0), tệp tĩnh",
    )
    prepare.set_defaults(run=_prepare)
    commands.add_parser("worker", help="chỉ chạy việc nền").set_defaults(run=_worker)
    commands.add_parser("check", help="nói bằng lời cài đặt này có gì chưa ổn").set_defaults(run=_check)
    backup = commands.add_parser(
        "backup", help="sao lưu cơ sở dữ liệu và tệp vào một tệp, trong khi vẫn chạy"
    )
    backup.add_argument("file", type=_path, metavar="TỆP", help="tệp .tar chưa có")
    backup.add_argument(
        "--verify",
        action="store_true",
        help="không sao lưu: đọc lại một bản sao lưu và đối chiếu mã kiểm tra",
    )
    backup.set_defaults(run=_backup)
    restore = commands.add_parser("restore", help="khôi phục từ một bản sao lưu, khi máy chủ đã dừng")
    restore.add_argument("file", type=_path, metavar="TỆP", help="bản sao lưu")
    restore.add_argument(
        "--replace", action="store_true", help="thay cơ sở dữ liệu đang có; bản đang có được giữ lại"
    )
    restore.set_defaults(run=_restore)
    commands.add_parser(
        "upgrade", help="sao lưu, nâng cấp cơ sở dữ liệu, kiểm tra; lỗi thì trả về như trước"
    ).set_defaults(run=_upgrade)
    copying = commands.add_parser(
        "copy-database", help="chép cơ sở dữ liệu đang dùng sang một cơ sở dữ liệu khác, còn trống"
    )
    copying.add_argument(
        "url", metavar="ĐỊA_CHỈ", help="như DATABASE_URL; - để đọc từ đầu vào, cho mật khẩu không hiện ra"
    )
    copying.set_defaults(run=_copy_database)
    commands.add_parser("manage", help="lệnh quản trị của Django")
    return parser


# --- reading -------------------------------------------------------------------------------------------------------


def _read(options: argparse.Namespace) -> int:
    from caicach.reading.sandbox import read

    _check_year(options.year)
    offices = _office_list(options.offices) if options.offices else None
    taken = [options.file]
    for out in (options.docx, options.xlsx):
        if out is not None and any(os.path.realpath(out) == os.path.realpath(other) for other in taken):
            raise Refusal("output.over-input", name=str(out))
        taken += [out] if out is not None else []
        if out is not None and not out.absolute().parent.is_dir():
            raise Refusal("file.missing", name=str(out.parent))
    with _progress() as progress:
        reading = read(
            options.file, name=options.file.name, offices=offices, year=options.year, progress=progress,
            meanwhile=None if options.json else _load_table,
        )  # fmt: skip
    if options.docx:
        from caicach.writing.docx import annex_docx

        _write(options.docx, annex_docx(reading))
    if options.xlsx:
        from caicach.writing.xlsx import annex_xlsx

        _write(options.xlsx, annex_xlsx(reading))
    if options.json:
        json.dump(reading.to_json(), sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        _print_reading(reading, options.file.name)
    errors = any(finding.severity == "error" for finding in reading.findings)
    return 1 if options.strict and errors else 0


def _office_list(path: Path) -> list[str]:
    if not path.is_file():
        raise Refusal("file.missing", name=str(path))
    try:
        with path.open("rb") as file:
            data = file.read((1 << 20) + 1)
        if len(data) > 1 << 20:
            raise Refusal("offices.no-list", name=str(path), most=_MOST_OFFICES)
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal("file.not-text", name=str(path)) from None
    except OSError:
        raise Refusal("file.unreadable", name=str(path)) from None
    if "\0" in text:
        raise Refusal("file.not-text", name=str(path))
    names = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if len(names) > _MOST_OFFICES or any(len(name) > 200 for name in names):
        raise Refusal("offices.no-list", name=str(path), most=_MOST_OFFICES)
    return names


_MOST_OFFICES = 1000


def _write(path: Path, data: bytes) -> None:
    """Beside its place first, so that a full disk leaves no half file."""
    try:
        path = path.resolve(strict=path.is_symlink() and path.exists())  # a link stays one
    except (OSError, RuntimeError) as error:
        raise Refusal("file.unwritable", name=str(path), why="liên kết vòng") from error
    if path.exists() and not path.is_file():  # a pipe, a device: written into, never replaced
        try:
            path.write_bytes(data)
        except OSError as error:
            raise Refusal("file.unwritable", name=str(path), why=why(error)) from None
        return
    part = path.with_name(f".caicach-{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Refusal("file.unwritable", name=str(path), why=why(error)) from None


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[float, str], None] | None]:
    """A bar on stderr, only for a person (a terminal) and only when reading takes longer than a moment."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("Đang đọc …", total=1.0)
        yield lambda share, words: bar.update(task, completed=share, description=words)


_SEVERITY = {"error": ("Lỗi", "bold red"), "warning": ("Xem", "yellow"), "note": ("Ghi nhận", "dim")}


def _load_table() -> None:
    """What a table is printed with, loaded while the file is read."""
    import rich.console
    import rich.table  # noqa: F401

    import caicach.rules.formats  # noqa: F401


def _console() -> Console:
    """Where tables are printed: as wide as the terminal, 160 letters where there is none."""
    from rich.console import Console

    class _Console(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # as of any other output: `main` knows what to do

    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else 160
    return _Console(width=width, highlight=False)


def _print_reading(reading: PlanReading, name: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from caicach.rules.formats import number, place_in_words

    console = _console()
    head = reading.head
    facts = [
        f"Kế hoạch số {head.number}" if head.number else "Kế hoạch (không rõ số)",
        f"{head.date:%d/%m/%Y}" if head.date else "",
        head.issuer or "",
        f"năm {head.year}" if head.year else "",
    ]
    console.print(Text(" · ".join(fact for fact in facts if fact), style="bold"))
    signed = " ".join(part for part in (head.signs_for, head.signer_title, head.signer) if part)
    for label, value in (
        ("Ký", signed),
        ("Căn cứ", "; ".join(head.legal_basis)),
        ("Đầu mối", head.coordinating_office or ""),
    ):
        if value:
            console.print(Text(f"{label}: {value}"))
    console.print(
        Text(
            f"{name}: đọc được {len(reading.tasks)} nhiệm vụ, {len(reading.indicators)} chỉ tiêu, {len(reading.findings)} chỗ cần xem."
        )
    )
    for section in reading.sections or (None,):
        tasks = [task for task in reading.tasks if section is None or task.section == section.number]
        if not tasks:
            continue
        title = f"{section.number}. {section.title}" if section else "Nhiệm vụ"
        table = Table(title=Text(title, style="bold"), title_justify="left", show_lines=False, expand=True)
        table.add_column("Số", no_wrap=True)
        table.add_column("Nhiệm vụ", ratio=6)
        table.add_column("Sản phẩm", ratio=2)
        table.add_column("Chủ trì", ratio=3)
        table.add_column("Phối hợp", ratio=2)
        table.add_column("Thời hạn", ratio=2)
        for task in tasks:
            table.add_row(
                task.number,
                Text(task.content),
                Text(", ".join(task.deliverables)),
                Text("; ".join(task.leads)),
                Text("; ".join(task.coordinators)),
                Text(task.due.text),
            )
        console.print(table)
    if reading.indicators:
        table = Table(title=Text("Chỉ tiêu", style="bold"), title_justify="left", expand=True)
        for heading, ratio in (("Chỉ tiêu", 6), ("Mức", 2), ("Chủ trì", 3)):
            table.add_column(heading, ratio=ratio)
        for line in reading.indicators:
            sign = {">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< "}.get(line.comparator or "", "")
            unit = "" if line.unit is None else line.unit if line.unit in ("%", "‰") else f" {line.unit}"
            figure = f"{sign}{number(line.target) if line.target else '?'}{unit}"
            table.add_row(Text(line.name), Text(figure), Text(line.lead or ""))
        console.print(table)
    for finding in reading.findings:
        word, style = _SEVERITY[finding.severity]
        hint = f" Gợi ý: {finding.suggestion}" if finding.suggestion else ""
        console.print(
            Text.assemble(
                (f"{word:<9}", style),
                f"{', '.join(map(place_in_words, finding.where.split(', ')))}: {finding.message}{hint}",
                (f"  [{finding.code}]", "dim"),
            )
        )


# --- a dossier list of another system -------------------------------------------------------------------------------


def _read_dossiers(options: argparse.Namespace) -> int:
    from caicach.reading.sandbox import read_dossiers

    found = read_dossiers(options.file, name=options.file.name)
    if options.json:
        json.dump(found.to_json(), sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        _print_dossiers(found, options.file.name)
    return 0


_SHOWN_DOSSIERS = 10
_SHOWN_SKIPPED = 20


def _print_dossiers(found: DossierList, name: str) -> None:
    from collections import Counter

    from rich.table import Table
    from rich.text import Text

    from caicach.reading.dossier_list import KEYS, status_names
    from caicach.rules.formats import CHANNELS, DOSSIER_KEYS, SKIPPED, moment, number
    from caicach.rules.vntext import cut

    console = _console()
    empty = sum(skipped.why == "empty" for skipped in found.skipped)
    told = [skipped for skipped in found.skipped if skipped.why != "empty"]
    console.print(
        Text(
            f"{name}: đọc được {number(str(len(found.rows)))} hồ sơ, bỏ qua {number(str(len(told)))} dòng",
            style="bold",
        )
        + (Text(f" và {number(str(empty))} dòng trống") if empty else Text(""))
    )
    table = Table(title=Text("Hiểu cột nào là gì", style="bold"), title_justify="left")
    table.add_column("Ta gọi là", no_wrap=True)
    table.add_column("Đầu cột trong tệp")
    for key in KEYS:
        heading = found.columns.get(key)
        table.add_row(
            DOSSIER_KEYS[key], Text(heading) if heading else Text("không có trong tệp", style="dim")
        )
    console.print(table)
    statuses = Counter(status_names().get(row.status or 0, "không rõ") for row in found.rows)
    channels = Counter(CHANNELS.get(row.channel or "", "không rõ") for row in found.rows)
    for title, counted in (("Trạng thái", statuses), ("Kênh nộp", channels)):
        if found.rows:
            words = "; ".join(f"{word} {number(str(many))}" for word, many in counted.most_common())
            console.print(Text(f"{title}: {words}"))
    table = Table(title=Text("Những hồ sơ đầu tiên", style="bold"), title_justify="left", expand=True)
    for key in KEYS:
        if any(getattr(row, key) is not None for row in found.rows[:_SHOWN_DOSSIERS]):
            table.add_column(
                DOSSIER_KEYS[key], ratio=3 if key == "procedure" else 2 if key == "applicant" else None
            )
    shown = [column.header for column in table.columns]
    for row in found.rows[:_SHOWN_DOSSIERS]:
        cells = {
            **{key: str(getattr(row, key) or "") for key in ("code", "procedure_code", "applicant")},
            "procedure": cut(row.procedure or "", 60),
            **{
                key: moment(getattr(row, key))
                for key in ("received_at", "due_at", "resolved_at", "returned_at")
            },
            "status": status_names().get(row.status or 0, ""),
            "channel": CHANNELS.get(row.channel or "", ""),
        }
        table.add_row(*(Text(cells[key]) for key in KEYS if DOSSIER_KEYS[key] in shown))
    if found.rows:
        console.print(table)
    for skipped in told[:_SHOWN_SKIPPED]:
        place = f"{skipped.sheet}, dòng {skipped.row}" if len(found.sheets) > 1 else f"dòng {skipped.row}"
        console.print(Text(f"Bỏ qua {place}: {SKIPPED[skipped.why]}"))
    if len(told) > _SHOWN_SKIPPED:
        console.print(Text(f"… và {number(str(len(told) - _SHOWN_SKIPPED))} dòng nữa (xem hết: --json)"))


# --- one phrase ----------------------------------------------------------------------------------------------------


def _phrases(phrase: str) -> Iterator[str]:
    if phrase != "-":
        yield phrase
        return
    for line in sys.stdin:
        yield line.rstrip("\r\n")


def _due(options: argparse.Namespace) -> int:
    from caicach.data import work_calendar
    from caicach.rules.deadlines import occurrences, read_due

    year = options.year or dt.date.today().year  # noqa: DTZ011 - the machine's day, as its user sees it
    _check_year(year)
    for phrase in _phrases(options.phrase):
        reading = read_due(phrase, year)
        days = occurrences(reading.due, year, work_calendar())
        if options.json:
            answer = {
                **reading.due.to_json(),
                "occurrences": [day.to_json() for day in days],
                "findings": list(reading.findings),
            }
            print(json.dumps(answer, ensure_ascii=False), flush=options.phrase == "-")
        else:
            from caicach.rules.formats import due_in_words

            print(due_in_words(reading, days))
    return 0


def _target(options: argparse.Namespace) -> int:
    from caicach.rules.targets import read_target

    for phrase in _phrases(options.phrase):
        target = read_target(phrase)
        if options.json:
            print(json.dumps(target.to_json(), ensure_ascii=False), flush=options.phrase == "-")
        else:
            from caicach.rules.formats import target_in_words

            print((f"“{phrase}”: " if options.phrase == "-" else "") + target_in_words(target))
    return 0


# --- a dossier's clock ---------------------------------------------------------------------------------------------


def _clock(options: argparse.Namespace) -> int:
    from caicach.rules.clock_case import answer, answer_in_words

    say: Callable[..., Any] = answer_in_words if options.words else answer
    try:
        text = sys.stdin.buffer.read() if options.file == "-" else _path(options.file).read_bytes()
        asked = json.loads(text)
    except FileNotFoundError:
        raise Refusal("file.missing", name=options.file) from None
    except IsADirectoryError:
        raise Refusal("file.is-folder", name=options.file) from None
    except PermissionError:
        raise Refusal("file.unreadable", name=options.file) from None
    except (ValueError, RecursionError):
        raise Refusal("clock.no-json", name=options.file) from None
    if isinstance(asked, list):
        answers: Any = [say(case, f"[{n}].") for n, case in enumerate(asked)]
    else:
        answers = say(asked)
    if options.words:
        print("\n".join(answers if isinstance(answers, list) else [answers]))
    else:
        print(json.dumps(answers, ensure_ascii=False, indent=1))
    return 0


# --- the installation ----------------------------------------------------------------------------------------------


def _serve(options: argparse.Namespace) -> int:
    from caicach.conf.serve import serve

    return serve(options.port)


def _prepare(options: argparse.Namespace) -> int:
    from caicach.conf.manage import setup

    setup()
    from caicach.conf.prepare import prepare

    prepare()
    return 0


def _worker(options: argparse.Namespace) -> int:
    from caicach.conf.manage import setup

    setup()
    from caicach.worker.loop import work

    return work() or 0


def _backup(options: argparse.Namespace) -> int:
    from caicach.conf.manage import setup

    setup()
    from caicach.core import backup, clock

    with _progress() as progress:
        if options.verify:
            facts = backup.verify(options.file, progress=progress)
        else:
            facts = backup.backup(options.file, at=clock.local(clock.now()), progress=progress)
    verb = "Bản sao lưu lành" if options.verify else "Đã sao lưu"
    print(f"{verb}: {_backup_words(facts)}")
    return 0


def _restore(options: argparse.Namespace) -> int:
    from caicach.conf.manage import setup

    setup()
    from caicach.conf.alone import alone
    from caicach.core import backup

    with alone(), _progress() as progress:
        facts = backup.restore(options.file, replace=options.replace, progress=progress)
    print(f"Đã khôi phục: {_backup_words(facts)}. Chạy tiếp: caicach upgrade, rồi khởi động lại.")
    return 0


def _upgrade(options: argparse.Namespace) -> int:
    from caicach.conf.upgrade import upgrade

    return upgrade()


def _copy_database(options: argparse.Namespace) -> int:
    from caicach.conf.manage import setup

    setup()
    from caicach.core.copying import copy_database
    from caicach.rules.formats import number

    url = sys.stdin.readline().strip() if options.url == "-" else options.url
    with _progress() as progress:
        rows = copy_database(url, progress=progress)
    print(
        f"Đã chép và đối chiếu {number(str(rows))} dòng. Đặt DATABASE_URL rồi khởi động lại; tệp ở CAICACH_DATA/files vẫn dùng chung."
    )
    return 0


def _backup_words(facts: Facts) -> str:
    from caicach.rules.formats import number

    size = number(str(max(1, facts.bytes // (1 << 20))))
    return f"{facts.made_at:%H:%M %d/%m/%Y}, {facts.database}, {number(str(facts.files))} tệp, {size} MiB"


def _check(options: argparse.Namespace) -> int:
    from caicach.conf.check import check

    return check()
