import datetime as dt

import pytest

from caicach.core.clock import noon
from caicach.procedures import services
from caicach.procedures.services import Decision, Entry, Paper, Step, Variant
from caicach.rules.procedures import Span
from tests.factories import rooms

AT, SINCE = noon(rooms.TODAY), dt.date(2025, 7, 1)
DECISION = Decision("12/QĐ-UBND", dt.date(2025, 6, 20), "UBND tỉnh Thử")


def entry(code="1.001193", name="Đăng ký khai sinh", **other):
    facts = {
        "everyday_words": "làm giấy khai sinh cho con\n\n  sinh con ", "field": "Hộ tịch", "law": Span("working-day", 10), "fee_status": "free",
        "components": (Paper("Tờ khai"), Paper("Giấy chứng sinh", 0, 2, "đang có", "Mẫu 01", True)),
        "steps": (Step("Tiếp nhận", 40), Step("Ký", 60)), "cases": (Variant("Quá hạn", "sau 60 ngày", None, "known", "Theo nghị quyết"),),
    }  # fmt: skip
    return Entry(code, name, **{**facts, **other})


def many(count):
    return [entry(f"1.{n:06}", f"Thủ tục thứ {n}", field=f"Lĩnh vực {n % 3}") for n in range(1, count + 1)]


@pytest.fixture
def publish(ward, coordinator):
    def go(*entries, since=SINCE, ends=(), today=rooms.TODAY, decision=DECISION, **other):
        return services.publish(
            ward=ward.pk, decision=decision, valid_from=since, brings=entries or [entry()], ends=ends, by=coordinator.pk, at=AT, today=today,
            **other,
        )  # fmt: skip

    return go


@pytest.fixture
def made(publish):
    return publish()[0]
