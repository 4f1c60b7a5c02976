"""Setting a ward up, step by step: what is there already, the usual offices, the first people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from caicach import data
from caicach.accounts import links, people
from caicach.accounts.queries import people_of
from caicach.accounts.services import first_password, taken_names
from caicach.exchange import services as exchange
from caicach.organisation import structure
from caicach.organisation.queries import WardFacts, confirmed_years, tree, ward_facts
from caicach.organisation.services import Office, Ward
from caicach.rules.offices import office_key
from caicach.rules.refusal import Refusal
from caicach.rules.rights import ADMINISTRATOR, COORDINATOR

KINDS = {"phuong": "Phường", "xa": "Xã", "dac-khu": "Đặc khu"}
NEIGHBOURHOODS = ("Khu phố", "Ấp", "Thôn", "Tổ dân phố")
MOST_NEIGHBOURHOODS = 200
NEXT_YEAR_FROM = 10
"""The month from which next year's calendar is wanted: the days off at Tết are mostly made known in the year's last quarter."""


@dataclass(frozen=True, slots=True)
class Step:
    """state: "done", "part", "now", "later" or "skip"; said: what is there."""

    number: int
    title: str
    address: str
    state: str
    said: str

    @property
    def tone(self) -> str:
        return {"done": "ok", "part": "warn", "now": "next"}.get(self.state, "plain")

    @property
    def words(self) -> str:
        return {"done": "Xong", "part": "Đang dở", "now": "Bước này"}.get(self.state, "")


@dataclass(frozen=True, slots=True)
class SetUp:
    """ward: None before it is founded. is_ready: what must be there is there. next: the one step to go on with."""

    ward: WardFacts | None
    steps: tuple[Step, ...]
    is_ready: bool

    @property
    def next(self) -> Step | None:
        return next((step for step in self.steps if step.state in ("now", "part")), None)


def page(ward: int, *, today: dt.date) -> SetUp:
    """Where setting a ward up stands. At most four queries."""
    facts = ward_facts(ward) if ward else None
    offices = [one.office for one in tree(ward)[0]] if ward else []
    years = confirmed_years(ward) if ward else {}
    roles = {row.role for row in people_of(ward, on=today)} if ward else set()
    hoods = sum(one.kind == Office.NEIGHBOURHOOD for one in offices)
    real = sum(one.kind == Office.OFFICE and not one.is_group for one in offices)
    there = sorted({today.year, today.year + 1} & set(years))
    # what is wanted of the calendar so far; next year's can't be looked at before it is decided
    is_now = today.year in years and (today.month < NEXT_YEAR_FROM or not data.is_decided(today.year + 1))
    calendar = f"Đã xác nhận {', '.join(map(str, there))}." if there else ""
    if today.year + 1 not in years:
        calendar = f"{calendar} {next_year_words(today)}".strip()
    named = [
        words for role, words in ((ADMINISTRATOR, "quản trị"), (COORDINATOR, "điều phối")) if role in roles
    ]
    rows: list[tuple[str, str, str, str]] = [
        ("Quản trị máy chủ", "", "done", "Tài khoản của anh/chị."),
        ("Phường, xã", "/bat-dau/phuong/", "done" if facts else "", f"{facts.name}, {facts.province}" if facts else ""),
        ("Đơn vị, khu phố", "/bat-dau/don-vi/", "done" if real else "",
         f"{real} đơn vị" + (f", {hoods} khu phố" if hoods else "") if real else ""),
        ("Lịch làm việc", f"/lich-lam-viec/?nam={today.year if today.year not in years else today.year + 1}",
         "done" if len(there) == 2 or is_now else "part" if there else "", calendar),
        ("Thư điện tử", "/bat-dau/thu/", "done" if exchange.is_on() else "skip",
         "Đã cài máy chủ thư." if exchange.is_on() else "Chưa cài; mật khẩu đi bằng phiếu."),
        ("Người đầu tiên", "/bat-dau/nguoi/", "done" if len(named) == 2 else "part" if named else "",
         f"Đã có {' và '.join(named)}." if named else ""),
    ]  # fmt: skip
    steps, is_next = [], True
    for number, (title, address, state, said) in enumerate(rows, start=1):
        if state in ("", "part") and is_next:
            state, is_next = state or "now", False
        steps.append(Step(number, title, address if ward or number == 2 else "", state or "later", said))
    return SetUp(facts, tuple(steps), bool(real) and len(named) == 2)


def next_year_words(today: dt.date) -> str:
    """When next year's calendar will be wanted."""
    if today.month >= NEXT_YEAR_FROM:
        if not data.is_decided(today.year + 1):
            return f"Lịch {today.year + 1}: xác nhận khi có thông báo nghỉ lễ, Tết, trước 31/12/{today.year}."
        return f"Lịch {today.year + 1} cần xác nhận trước 31/12/{today.year}."
    return f"Lịch {today.year + 1}: từ tháng {NEXT_YEAR_FROM}/{today.year}, khi có thông báo nghỉ lễ, Tết."


# --- offices --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Usual:
    """An office that wards usually have. there: the ward has it already."""

    key: str
    name: str
    short: str
    is_group: bool
    is_ticked: bool
    there: bool


def usual_offices(ward: WardFacts) -> list[Usual]:
    """The usual offices of a ward of its kind, those that it has marked. One query."""
    own = {
        office_key(name)
        for one in tree(ward.id)[0]
        for name in (one.office.name, *one.office.aliases.split("\n"))
    }
    return [
        Usual(
            str(n), row["name"], row["short"], bool(row["group"]), bool(row["ticked"]), office_key(row["name"]) in own
        )
        for n, row in enumerate(data.rows("usual_offices"))
        if ward.kind in row["for"].split("|")
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """An office that was ticked: what it is usually called, and what the ward calls it."""

    usual: str
    name: str
    short: str
    is_group: bool


@transaction.atomic
def open_offices(
    ward: int, wanted: Sequence[Wanted], neighbourhoods: Sequence[str], *, by: int, at: dt.datetime
) -> tuple[int, int, int]:
    """The offices and neighbourhoods at once; how many offices, names for several of them, neighbourhoods. What is there
    already is left as it is.

    Raises Refusal set-up.too-many, office.name-taken for two of one name.
    """
    if len(neighbourhoods) > MOST_NEIGHBOURHOODS:
        raise Refusal("set-up.too-many", "until", most=MOST_NEIGHBOURHOODS)
    spellings = {row["name"]: row["aliases"].split("|") for row in data.rows("offices")}
    for one in wanted:
        names = [name for name in (one.usual, *spellings.get(one.usual, ())) if name and name != one.name]
        structure.open_office(
            ward=ward, name=one.name, short=one.short, kind=Office.OFFICE, parent=None, aliases=names, since=None,
            by=by, at=at, is_group=one.is_group,
        )  # fmt: skip
    there = {office_key(one.office.name) for one in tree(ward)[0]}
    new = [name for name in dict.fromkeys(neighbourhoods) if office_key(name) not in there]
    for name in new:
        structure.open_office(
            ward=ward, name=name, short="", kind=Office.NEIGHBOURHOOD, parent=None, aliases=(), since=None, by=by,
            at=at,
        )  # fmt: skip
    groups = sum(one.is_group for one in wanted)
    return len(wanted) - groups, groups, len(new)


# --- people ---------------------------------------------------------------------------------------------------


def admit(
    ward: Ward, rows: Mapping[str, Mapping[str, str]], *, offices: Mapping[int, Office], nonce: str, by_letter: bool,
    by: int, at: dt.datetime, today: dt.date,
) -> tuple[list[int], list[int]]:  # fmt: skip
    """The first people, by role: {"administrator": {full_name, office, title, email}}. Who is left empty is left out.

    by_letter: whoever has an address is invited by a letter instead of a slip. Who gets a slip, who a letter.
    Raises Refusal set-up.nobody, link.no-mail.
    """
    if by_letter and not links.is_on():
        raise Refusal("link.no-mail")
    taken = taken_names()
    made: list[tuple[str, str, Mapping[str, str], str]] = []
    for role, facts in rows.items():
        if facts["full_name"]:
            name = people.propose_user_name(facts["full_name"], taken)
            taken.add(name)
            is_invited = by_letter and bool(facts["email"])
            made.append(
                (role, name, facts, make_password(None if is_invited else first_password(nonce, name)))
            )
    if not made:
        raise Refusal("set-up.nobody")
    with_slip, invited = [], []
    with transaction.atomic():
        for role, name, facts, hashed in made:
            person = people.admit(
                ward=ward, user_name=name, full_name=facts["full_name"], role=role,
                office=offices.get(int(facts["office"] or 0)), title=facts["title"], since=today, email=facts["email"],
                password_hash=hashed, by=by, at=at,
            )  # fmt: skip
            if by_letter and person.email:
                links.invite(person, ward=ward.pk, by=by, at=at)
                invited.append(person.pk)
            else:
                with_slip.append(person.pk)
    return with_slip, invited


# --- mail -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What the environment says, without the password."""

    server: str
    user: str
    sender: str
    site: str


def mail_facts() -> MailFacts | None:
    """None where no mail server is named."""
    if not exchange.is_on():
        return None
    parts = urlsplit(settings.MAIL_URL)
    port = f":{parts.port}" if parts.port else ""
    return MailFacts(
        f"{parts.scheme}://{parts.hostname}{port}", parts.username or "", settings.MAIL_FROM, settings.SITE
    )
