"""What a start needs before the first answer: the database brought up to date, the demo ward, the static files; and what
it says to the person who started it. Done in a process of its own, so that the one that only watches stays small."""

from __future__ import annotations

import hashlib
import sys
import warnings
from pathlib import Path

from caicach.conf.alone import alone
from caicach.conf.manage import setup


def is_prepared() -> bool:
    """Whether nothing is left to prepare: asked with the settings alone, so that a second start need not load all models
    before its web part begins to. In doubt it is not."""
    from django.conf import settings
    from django.db import DatabaseError, connection

    ours = {(path.parent.parent.name, path.stem) for path in settings.PACKAGE.glob("*/migrations/[0-9]*.py")}
    try:
        with warnings.catch_warnings(), connection.cursor() as cursor:
            # Django warns that no model is loaded: that is why it is asked so
            warnings.simplefilter("ignore", RuntimeWarning)
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = set(cursor.fetchall())
            cursor.execute("SELECT 1 FROM organisation_ward LIMIT 1")
            is_peopled = cursor.fetchone() is not None
    except DatabaseError:
        return False
    # Django's own migrations are of the version that the static files were gathered with
    return ours <= applied and (is_peopled or not settings.DEMO) and _static_stamp() == _gathered_stamp()


def prepare() -> None:
    """Do what `is_prepared` found missing, each thing said as it begins. Of two starts at once the second waits, and finds it
    done. Raises what `alone` does."""
    with alone():
        _prepare()


def _prepare() -> None:
    from django.conf import settings

    from caicach.core import clock, tables
    from caicach.organisation import services as organisation

    if tables.steps_left():
        _say("Chuẩn bị cơ sở dữ liệu …")
        tables.bring_up()
    if settings.DEMO and organisation.is_empty():
        from caicach.desk import demo

        _say("Tạo phường mẫu …")
        demo.make_both(today=clock.today())
    collect_static()


def collect_static() -> None:
    """Gather the static files again where they or the packages that bring some have changed."""
    from django.conf import settings
    from django.core.management import call_command

    stamp = _static_stamp()
    if stamp == _gathered_stamp():
        return
    _say("Gom các tệp tĩnh …")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    kept = Path(settings.STATIC_ROOT) / ".stamp"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(stamp)


def _static_stamp() -> str:
    """What the static files follow from."""
    import django
    import django_htmx
    from django.conf import settings

    facts = [django.__version__, str(Path(django_htmx.__file__).stat().st_mtime_ns)]
    for path in sorted(Path(settings.STATICFILES_DIRS[0]).rglob("*")):
        facts.append(f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}")
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _gathered_stamp() -> str:
    """The stamp with which they were gathered last; "" for never."""
    from django.conf import settings

    kept = Path(settings.STATIC_ROOT) / ".stamp"
    return kept.read_text() if kept.exists() else ""


def greet(site: str) -> None:
    """Say who may sign in to the demo ward, or how the first person comes in. site: where it is reached."""
    setup()
    from django.conf import settings

    if settings.DEMO:
        from caicach.desk.demo import EMPTY_WARD, PASSWORD, WARD, sign_ins

        for name, about in (
            (WARD, f"Phường mẫu, mật khẩu {PASSWORD}"),
            (EMPTY_WARD, f"{EMPTY_WARD}, chưa có kế hoạch, để thử tệp của mình"),
        ):
            if people := sign_ins(name):
                _say(f"{about}: {', '.join(f'{user} ({role})' for user, role in people)}")
    code = None if settings.DEMO else _first_code()
    if code:
        _say(f"Chưa có ai. Mở {site}/bat-dau/ và nhập mã (dùng một lần): {code}")


def _first_code() -> str | None:
    from caicach.accounts import first_start
    from caicach.core import clock

    return first_start.new_code(at=clock.now())


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()
