"""`caicach worker`: takes jobs until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
import traceback
from types import FrameType

log = logging.getLogger("caicach.worker")
IDLE_SECONDS = 0.5


def work() -> int:
    """Run jobs one after another until INT or TERM; the running one is finished first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caicach.conf.settings")
    import django

    django.setup()
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("jobs")
    stop = threading.Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    from django.db import DatabaseError, close_old_connections

    from caicach.core import heartbeat

    parent = os.getppid()
    beaten = looked = 0.0
    while not stop.is_set():
        if time.monotonic() - beaten > 5:
            heartbeat.beat()
            beaten = time.monotonic()
            if os.environ.get("CAICACH_WITH_PARENT") and os.getppid() != parent:
                break  # the command that started us is gone
        try:
            if time.monotonic() - looked > 60:
                from caicach.worker.services import look_at_clock

                looked = time.monotonic()
                look_at_clock()
            worked = run_one()
        except DatabaseError:
            log.exception("hàng đợi không đọc được")
            close_old_connections()
            worked = False
            stop.wait(5)
        if not worked:
            stop.wait(IDLE_SECONDS)
    return 0


def run_one() -> bool:
    """Take and run one job; whether there was one. A fault is written down and tried again, never raised."""
    from caicach.worker import services

    taken = services.take()
    if taken is None:
        return False
    with _renewing(taken):
        try:
            services.function_of(taken.name)(**taken.arguments)
        except Exception as fault:
            log.error("việc nền lỗi", exc_info=fault, extra={"job": taken.name, "attempt": taken.attempts})
            services.fail(taken, "".join(traceback.format_exception(fault)[-3:]))
            return True
    services.finish(taken)
    return True


class _renewing:
    """Renews the lease from a thread of its own while the job runs."""

    def __init__(self, taken: object) -> None:
        self.taken = taken
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> None:
        from django.conf import settings
        from django.db import connection

        # A database in memory (tests) belongs to one connection; jobs there are short.
        in_memory = connection.vendor == "sqlite" and connection.is_in_memory_db()  # type: ignore[attr-defined]
        self.every = max(0.5, settings.JOB_LEASE_SECONDS / 3)
        self.started = not in_memory
        if self.started:
            self.thread.start()

    def _run(self) -> None:
        from django.db import DatabaseError, connection

        from caicach.core import heartbeat
        from caicach.worker import services

        while not self.done.wait(self.every):
            heartbeat.beat()
            try:
                services.renew(self.taken)  # type: ignore[arg-type]
            except DatabaseError:
                log.warning("chưa gia hạn được việc nền")
        connection.close()

    def __exit__(self, *_: object) -> None:
        self.done.set()
        if self.started:
            self.thread.join(timeout=15)
