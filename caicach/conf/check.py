"""`caicach check`: says in words what is wrong with an installation."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator

LEAST_FREE_MIB = 500


def check(*, is_stopped: bool = False) -> int:
    """Look at settings, database, disk, worker and tools; print a line each. 1 when something must be mended.

    is_stopped: web and worker are not running, and should not be.
    """
    from caicach.conf.manage import setup

    setup()
    wrong = 0
    for is_wrong, words in _findings(is_stopped=is_stopped):
        wrong += is_wrong
        sys.stdout.write(f"{'LỖI ' if is_wrong else 'Được'}  {words}\n")
    sys.stdout.write(f"{wrong} chỗ cần sửa.\n" if wrong else "Mọi thứ ổn.\n")
    return 1 if wrong else 0


def _findings(*, is_stopped: bool) -> Iterator[tuple[bool, str]]:
    yield from _settings()
    yield from _database()
    yield from _second_factor()
    yield from _provider()
    yield from _disk()
    if not is_stopped:
        yield from _worker()
    yield from _backups()
    yield from _tools()
    yield from _mail()
    yield from _messages()
    yield from _watched()


def _settings() -> Iterator[tuple[bool, str]]:
    from django.conf import settings
    from django.core.checks import run_checks

    problems = [p for p in run_checks() if p.is_serious()]
    for problem in problems:
        yield True, f"Cài đặt: {problem.msg}"
    if not problems:
        yield False, "Cài đặt đọc được."
    if settings.DEBUG:
        yield True, "CAICACH_DEBUG đang bật. Chỉ dùng khi viết phần mềm; hãy bỏ đi."
    if settings.TODAY:
        yield (
            True,
            f"CAICACH_TODAY đang giữ ngày ở {settings.TODAY:%d/%m/%Y}. Chỉ dùng để trình bày; hãy bỏ đi.",
        )
    if not 5 <= settings.DIGEST_HOUR <= 20:
        yield (
            True,
            f"CAICACH_DIGEST_HOUR={settings.DIGEST_HOUR}: thư chỉ đi từ 5 đến 20 giờ. Hãy đặt một số trong khoảng ấy.",
        )
    if not settings.SECURE and settings.BIND not in ("127.0.0.1", "localhost"):
        yield (
            True,
            "Máy chủ mở ra mạng mà không có HTTPS. Hãy đặt sau một proxy HTTPS và đặt CAICACH_HTTPS=1.",
        )


def _database() -> Iterator[tuple[bool, str]]:
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        behind = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as fault:
        yield (
            True,
            f"Không nối được cơ sở dữ liệu ({type(fault).__name__}). Hãy xem lại DATABASE_URL và máy chủ PostgreSQL.",
        )
        return
    if behind:
        yield True, f"Cơ sở dữ liệu thiếu {behind} bước nâng cấp. Hãy chạy: caicach manage migrate"
        return
    yield False, f"Cơ sở dữ liệu {connection.vendor} nối được và đúng phiên bản."
    from caicach.worker import services as queue

    failed = queue.failed_count()
    if failed:
        yield True, f"{failed} việc nền đã lỗi nhiều lần và đang chờ người xem."


def _second_factor() -> Iterator[tuple[bool, str]]:
    """Who needs a second factor, and whether all secrets can be opened."""
    from django.conf import settings
    from django.db import DatabaseError

    from caicach.accounts import second
    from caicach.rules import rights

    unknown = [role for role in settings.SECOND_FACTOR_ROLES if role not in rights.ROLES]
    known = [rights.ROLES[role] for role in settings.SECOND_FACTOR_ROLES if role in rights.ROLES]
    if unknown:
        names = ", ".join(rights.ROLES)
        yield (
            True,
            f"CAICACH_SECOND_FACTOR ghi vai không có: {', '.join(unknown)}. Các vai là: {names}.",
        )
    if known:
        yield False, f"Mã hai lớp bắt buộc với: {', '.join(known)}."
    elif not unknown:
        yield False, "Mã hai lớp: không bắt buộc với ai. Nên đặt CAICACH_SECOND_FACTOR=administrator,system"
    try:
        lost = second.unopenable_count()
    except DatabaseError:  # what is wrong with the database is said above
        return
    if lost:
        yield (
            True,
            f"{lost} người có mã hai lớp không đọc được với khóa hiện nay. Hãy đặt lại CAICACH_SECRET_KEY cũ, "
            "hoặc đặt lại cách đăng nhập cho họ.",
        )


def _provider() -> Iterator[tuple[bool, str]]:
    """Asks the provider who it is, if there is one in the settings."""
    from urllib.parse import urlsplit

    from django.conf import settings

    from caicach.accounts import provider
    from caicach.rules.refusal import Refusal

    needed = {
        "CAICACH_OIDC_ISSUER": settings.OIDC_ISSUER,
        "CAICACH_OIDC_CLIENT_ID": settings.OIDC_CLIENT_ID,
        "CAICACH_OIDC_CLIENT_SECRET": settings.OIDC_CLIENT_SECRET,
    }
    missing = [name for name, value in needed.items() if not value]
    if len(missing) == len(needed):
        if settings.OIDC_BY_EMAIL or settings.OIDC_ACR:
            yield True, "Có CAICACH_OIDC_BY_EMAIL hoặc CAICACH_OIDC_ACR mà chưa có CAICACH_OIDC_ISSUER."
        return
    if missing:
        yield True, f"Đăng nhập qua tài khoản tỉnh còn thiếu {', '.join(missing)}, nên chưa hiện ra."
        return
    parts = urlsplit(settings.OIDC_ISSUER)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1"):
        yield True, "CAICACH_OIDC_ISSUER phải là một địa chỉ https://."
        return
    try:
        provider.look()
    except Refusal as refusal:
        what = {
            "provider.down": "Không nối được nhà cung cấp đăng nhập. Hãy xem lại CAICACH_OIDC_ISSUER và mạng.",
            "provider.wrong": "Nhà cung cấp đăng nhập không nói đúng tên mình. CAICACH_OIDC_ISSUER phải trùng từng chữ với “issuer” của họ.",
        }
        yield True, what[refusal.code]
    else:
        yield False, f"Nhà cung cấp đăng nhập nối được: {settings.OIDC_NAME}."


def _disk() -> Iterator[tuple[bool, str]]:
    from django.conf import settings

    from caicach.rules.faults import why

    try:
        settings.FILES.mkdir(parents=True, exist_ok=True)
        probe = settings.FILES / ".thu"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as fault:
        yield True, f"Không ghi được vào thư mục dữ liệu CAICACH_DATA ({why(fault)})."
        return
    free = shutil.disk_usage(settings.DATA).free // 2**20
    low = free < LEAST_FREE_MIB
    yield low, f"Còn {free} MiB trống cho dữ liệu." + (" Hãy dọn hoặc thêm đĩa." if low else "")


def _worker() -> Iterator[tuple[bool, str]]:
    from caicach.core import heartbeat

    age = heartbeat.age_seconds()
    if age is None:
        yield True, "Việc nền chưa từng chạy. Hãy chạy: caicach worker (caicach serve tự chạy)."
    elif age > heartbeat.STALE_SECONDS:
        yield True, f"Việc nền im lặng {age} giây. Hãy chạy lại: caicach worker"
    else:
        yield False, "Việc nền đang chạy."


def _backups() -> Iterator[tuple[bool, str]]:
    from django.conf import settings

    from caicach.core import backup, clock

    if settings.BACKUPS is None:
        yield True, "Không có sao lưu hằng đêm. Hãy đặt CAICACH_BACKUPS, hoặc tự sao lưu bằng caicach backup."
        return
    last = backup.last_good()
    if last is None:
        yield (
            False,
            f"Chưa có bản sao lưu nào; bản đầu được làm sau {settings.BACKUP_HOUR} giờ sáng, ở {settings.BACKUPS}.",
        )
    elif (clock.now() - last).days >= 2:
        yield (
            True,
            f"Bản sao lưu gần nhất đã {(clock.now() - last).days} ngày. Hãy xem việc nền có chạy không.",
        )
    else:
        yield False, f"Bản sao lưu gần nhất: {clock.local_day(last):%d/%m/%Y}."


def _tools() -> Iterator[tuple[bool, str]]:
    for program, words in (("tesseract", "đọc bản quét"), ("soffice", "đọc .doc và .odt")):
        found = shutil.which(program)
        yield False, f"{program}: {'có' if found else 'không có'} ({words})."


def _messages() -> Iterator[tuple[bool, str]]:
    """The ways of short messages; asks no gateway anything."""
    from caicach.exchange import messages

    for channel, name in messages.CHANNELS.items():
        words, is_fault = messages.way_words(channel)
        yield is_fault, f"{name}: {words}"
    if stuck := messages.failed_count():
        yield True, f"{stuck} tin nhắn không gửi được hoặc không rõ đã tới chưa."


def _watched() -> Iterator[tuple[bool, str]]:
    """The folder into which lists are laid, if there is one in the settings."""
    from django.conf import settings
    from django.db import DatabaseError

    from caicach.dossiers import watched

    if settings.WATCHED is None:
        return
    try:
        found = watched.problems()
    except DatabaseError:  # what is wrong with the database is said above
        return
    for words in found:
        yield True, words
    if not found:
        yield False, f"Thư mục theo dõi đọc được: {settings.WATCHED}."


def _mail() -> Iterator[tuple[bool, str]]:
    """Connects to the mail server, if there is one in the settings; sends nothing."""
    import smtplib

    from django.conf import settings

    from caicach.exchange import services as exchange

    if not exchange.is_on():
        yield False, "Thư điện tử: chưa cài đặt (CAICACH_MAIL), lời nhắc chỉ hiện trên màn hình."
        return
    try:
        exchange.connect().quit()
    except (OSError, smtplib.SMTPException) as fault:
        yield True, f"Không nối được máy chủ thư ({type(fault).__name__}). Hãy xem lại CAICACH_MAIL."
    else:
        yield False, "Máy chủ thư nối được."
    if not settings.SITE:
        yield False, "Thư chưa có đường dẫn về phần mềm. Hãy đặt CAICACH_SITE."
    stuck = exchange.failed_count()
    if stuck:
        yield True, f"{stuck} thư không gửi được hoặc không rõ đã tới chưa."
