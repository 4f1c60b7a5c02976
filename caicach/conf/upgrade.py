"""`caicach upgrade`: backup, migrations, check; and the way back where one of them fails."""

from __future__ import annotations

import sys
from pathlib import Path

from caicach.rules.refusal import Refusal


def upgrade() -> int:
    """Bring database and static files to this version of the code. 1 where something is left to be mended.

    A backup is made first; a migration that fails puts the database back as it was, row by row. While somebody else
    prepares the database it waits. Raises Refusal backup.running, upgrade.failed, and what making the backup and `alone` raise.
    """
    from caicach.conf.alone import alone
    from caicach.conf.manage import setup

    setup()
    with alone():
        return _upgrade()


def _upgrade() -> int:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from caicach.conf.check import check
    from caicach.conf.prepare import collect_static
    from caicach.core import backup, heartbeat, tables

    if heartbeat.is_fresh():
        raise Refusal("backup.running")
    executor = MigrationExecutor(connection)
    steps = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if steps and executor.loader.applied_migrations:
        kept = _backup_before()
        _say(f"Đã sao lưu vào {kept}")
    else:
        kept = None
    try:
        if steps:
            _say(f"Đang nâng cấp cơ sở dữ liệu, {len(steps)} bước …")
            tables.bring_up()
    except Exception as fault:
        if kept is None:
            raise
        _say("Nâng cấp không xong; đang trả cơ sở dữ liệu về như trước …")
        backup.restore(kept, replace=True)
        reason = str(fault).strip().splitlines()
        raise Refusal(
            "upgrade.failed", why=(reason[0] if reason else type(fault).__name__)[:200], kept=str(kept)
        ) from fault
    collect_static()
    _say("Cơ sở dữ liệu đúng phiên bản." if not steps else "Đã nâng cấp.")
    return check(is_stopped=True)


def _backup_before() -> Path:
    from django.conf import settings

    from caicach.core import backup, clock

    now = clock.local(clock.now())
    place = backup.folder() or Path(settings.DATA) / "backups"
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"truoc-nang-cap-{now:%Y-%m-%d-%H%M%S}.tar"
    backup.backup(path, at=now)
    return path


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()
