import datetime as dt

import pytest

from caicach.citizens.services import Facts
from caicach.core.clock import noon
from caicach.counter import services
from caicach.counter.models import Desk
from caicach.counter.services import Asked, Person
from caicach.procedures import services as procedures
from caicach.procedures.services import Decision, Entry, Paper, Step
from caicach.rules.procedures import Span
from tests.factories import rooms

AT = noon(rooms.TODAY)
NUMBER, OTHER, PHONE = "000190012345", "000090054321", "0000012345"
UNIT = "H01.31.05"
BIRTH, COPY, PERMIT = "1.001193", "2.000815", "1.013225"


def lan(**other):
    return Facts(
        **{"name": "Nguyễn Thị Lan", "number": NUMBER, "phone": PHONE, "address": "Khu phố 3", **other}
    )


def asked(procedure=BIRTH, **other):
    return Asked(**{"procedure": procedure, "owner": Person(lan()), "parts": frozenset({1, 2}), **other})


@pytest.fixture
def desk(ward):
    return make_desk(ward)


def make_desk(ward):
    """A ward that keeps its own dossiers, with three procedures."""
    Desk.objects.create(ward=ward, unit=UNIT, document="15/QĐ-UBND", name="Bộ phận Một cửa phường Thử", address="Số 1, đường Thử", phone="0000 000 000")  # fmt: skip
    papers = (Paper("Tờ khai"), Paper("Giấy chứng sinh", reusable=True), Paper("Văn bản ủy quyền", required_when="người khác nộp thay"))  # fmt: skip
    place = ward.offices.get(name="Văn phòng HĐND và UBND")
    procedures.publish(
        ward=ward.pk, decision=Decision("12/QĐ-UBND"), valid_from=dt.date(2025, 7, 1), by=None, at=AT, today=rooms.TODAY,
        brings=[
            Entry(BIRTH, "Đăng ký khai sinh", everyday_words="làm giấy khai sinh cho con", law=Span("working-day", 5), fee_status="free",
                  system="own", components=papers, steps=(Step("Thẩm tra", 60, place.pk), Step("Ký", 40))),
            Entry(COPY, "Chứng thực bản sao từ bản chính", everyday_words="photo công chứng", law=Span("same-day", 0), fee_status="known",
                  fee_amount=2000, system="own", components=(Paper("Bản chính"),)),
            Entry(PERMIT, "Cấp giấy phép xây dựng", law=Span("working-day", 10), components=(Paper("Đơn"),)),
        ],
    )  # fmt: skip
    return ward


@pytest.fixture
def accept(desk, officer):
    def go(one=None, *, token="phieumot0001", at=AT):
        return services.accept(one or asked(), ward=desk.pk, token=token, by=officer.pk, at=at)

    return go
