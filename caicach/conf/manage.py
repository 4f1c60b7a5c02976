"""Django's own commands: `caicach manage migrate`, `caicach manage demo`, …"""

from __future__ import annotations

import os
from collections.abc import Sequence


def setup() -> None:
    """Make Django ready in this process; what it writes (database, files, backups) is its own user's only."""
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caicach.conf.settings")
    import django

    django.setup()


def manage(argv: Sequence[str]) -> int:
    """Run one management command; argv without the program's name. Migrating waits for who else prepares the database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caicach.conf.settings")
    if argv[:1] == ["migrate"]:
        from caicach.conf.alone import alone

        setup()
        with alone():
            return _execute(argv)
    return _execute(argv)


def _execute(argv: Sequence[str]) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["caicach manage", *argv])
    return 0
