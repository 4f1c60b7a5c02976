"""A simulated year written into a ward: for measuring, for practice, as test data. The lives are `lives`'; numbers,
promises, events and clocks are made by what makes the real ones, only many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from caicach import data
from caicach.accounts.queries import colleagues
from caicach.citizens import services as citizens
from caicach.citizens.queries import by_numbers
from caicach.citizens.services import Facts
from caicach.core import trip
from caicach.counter import numbers, queries, services
from caicach.counter.lives import Kind, Life, Shares, Year, born_of, name_of, number_of, phone_of
from caicach.counter.models import Running
from caicach.counter.services import Asked, Person
from caicach.dossiers import moves
from caicach.dossiers.intake import Dossier
from caicach.organisation.queries import hours_on, offices, row_of, work_time
from caicach.procedures.queries import Standing, standing
from caicach.procedures.services import keep_at
from caicach.rules.dossier_clock import Term
from caicach.rules.dossier_moves import MOVES, after
from caicach.rules.moments import iso
from caicach.rules.refusal import Refusal

A_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class _Hands:
    """Who moves it: at the counter, in an office, for the ward."""

    office: int
    name: str
    officer: int
    leader: int


def simulate(
    ward: int,
    *,
    count: int,
    seed: int,
    since: dt.date,
    until: dt.date,
    told: Callable[[int], None] = lambda done: None,
) -> int:
    """Write so many dossiers from the seed; how many are new. Stopped and said again it goes on where it stopped: the same seed and
    count is the same year. told: hears how many are there after each thousand.

    Raises Refusal simulated.no-procedures, simulated.no-people, simulated.real where the ward has dossiers of its own.
    """
    mark = f"{_MARK}{seed:x}x{count:x}x"
    if Dossier.objects.filter(ward_id=ward).exclude(token__startswith=_MARK).exists():
        raise Refusal("simulated.real")
    time, shares = work_time(ward), Shares(_shares())
    desk = queries.settings_of(ward)
    found = [one for one in standing(ward, day=until) if one.version.at_counter and queries.unit_of(one.version.system, desk)]  # fmt: skip
    if not found:
        raise Refusal("simulated.no-procedures")
    counting = hours_on(ward, until).counting
    terms = [queries.term_of(one.version, None, counting) for one in found]
    kinds = [Kind(_share(one.version.procedure.code, shares), term) for one, term in zip(found, terms, strict=True)]  # fmt: skip
    year = Year(kinds, shares, time, data.limits(), since, until, seed)
    there = Dossier.objects.filter(ward_id=ward, token__startswith=mark).count()
    maker = _Maker(ward, mark, found, terms, _hands(ward))
    done = there
    lives = islice(enumerate(year.lives(count)), there, None)
    while batch := list(islice(lives, A_BATCH)):
        maker.write(batch)
        done += len(batch)
        told(done)
    return done - there


def keep_here(ward: int, *, at: dt.datetime, today: dt.date) -> None:
    """A ward for practice keeps the dossiers of every procedure of its counter itself. Raises Refusal simulated.real."""
    if Dossier.objects.filter(ward_id=ward).exclude(token__startswith=_MARK).exists():
        raise Refusal("simulated.real")
    by = _hands(ward).leader
    desk = queries.settings_of(ward)
    said = {name: getattr(desk, name) for name in ("name", "address", "phone")}
    services.set_desk(
        {**said, "unit": desk.unit or "H00.00.00", "document": desk.document or "Phường tập, hồ sơ giả định"},
        ward=ward,
        by=by,
        at=at,
    )
    codes = {one.version.procedure.code: "own" for one in standing(ward, day=today) if one.version.at_counter}
    keep_at(ward, codes, by=by, at=at, today=today)


_MARK = "namgiadinh"
"""how the tokens of simulated dossiers begin"""


def _shares() -> dict[str, float]:
    return {row["name"]: float(row["value"]) for row in data.rows("simulated_year")}


def _share(code: str, shares: Shares) -> float:
    return shares.of.get(f"share:{code}", shares.of["share-other"])


def _hands(ward: int) -> _Hands:
    people = colleagues(ward)
    places = {one.id: one.name for one in offices(ward)}
    officer = next((one for one in people if one.office_id in places), None)
    leader = next((one for one in people if one.office_id is None), officer)
    if officer is None or leader is None or officer.office_id is None:
        raise Refusal("simulated.no-people")
    return _Hands(officer.office_id, places[officer.office_id], officer.id, leader.id)


class _Maker:
    """What stays the same while a year is written."""

    def __init__(
        self, ward: int, mark: str, found: Sequence[Standing], terms: Sequence[Term | None], hands: _Hands
    ) -> None:
        self.ward, self.mark, self.found, self.terms, self.hands = ward, mark, found, terms, hands
        self.time, self.desk = work_time(ward), queries.settings_of(ward)
        self.calendar = row_of(ward).values_list("calendar_version", flat=True).get()
        self.zone = timezone.get_default_timezone()

    @transaction.atomic
    def write(self, batch: Sequence[tuple[int, Life]]) -> None:
        """A thousand lives with their people, all or nothing."""
        people = self._people(batch)
        last = self._running(batch)
        ids: Iterator[int | None] = iter([None] * len(batch))
        if statement := trip.reserve(Dossier, len(batch)):
            ids = (pk for (pk,) in trip.send(statement)[0])
        rows = [self._rows(n, life, people, last, next(ids)) for n, life in batch]
        later: list[list[Any]] = [self._moved(made, life) for made, (_, life) in zip(rows, batch, strict=True)]  # fmt: skip
        trip.put(
            [one.taken.dossier for one in rows], [one.taken.clock for one in rows],
            [event for one, more in zip(rows, later, strict=True) for event in [*one.taken.events, *more]],
            [part for one in rows for part in one.parts], [one.line for one in rows], [one.fee for one in rows],
        )  # fmt: skip
        for series, number in last.items():
            Running.objects.filter(ward_id=self.ward, series=series).update(last=number)

    def _moment(self, at: dt.datetime) -> dt.datetime:
        return at.replace(tzinfo=self.zone)

    def _people(self, batch: Sequence[tuple[int, Life]]) -> dict[int, Any]:
        """Person → their row; those who come for the first time are written, with how they became known."""
        wanted: dict[int, dt.datetime] = {}
        for _, life in batch:
            for one in (life.owner, life.bringer):
                if one is not None:
                    wanted.setdefault(one, self._moment(life.at))
        names = {number_of(one): one for one in wanted}
        found = {names[number]: row for number, row in by_numbers(self.ward, names).items()}
        new: list[Any] = []
        traces: list[Any] = []
        for one, at in wanted.items():
            if one not in found:
                facts = Facts(
                    name_of(one), number=number_of(one), phone=phone_of(one), born=born_of(one), address="Khu phố 3",
                )  # fmt: skip
                row, trace = citizens.met((), facts, ward=self.ward, by=self.hands.officer, at=at)
                found[one] = row
                new.append(row)
                traces.append(trace)
        trip.put(new)
        for row, trace in zip(new, traces, strict=True):
            trace.citizen = row
        trip.put(traces)
        return found

    def _running(self, batch: Sequence[tuple[int, Life]]) -> dict[str, int]:
        """The series that these need, held, each with its last number."""
        series = set()
        for _, life in batch:
            series.add(numbers.series_of(self._unit(life), life.at.date()))
            series.add(f"so-{life.at.year}")
        Running.objects.bulk_create(
            [Running(ward_id=self.ward, series=one, last=0) for one in sorted(series)], ignore_conflicts=True
        )
        held = Running.objects.select_for_update().filter(ward_id=self.ward, series__in=series)
        return dict(held.order_by("series").values_list("series", "last"))

    def _unit(self, life: Life) -> str:
        return queries.unit_of(self.found[life.kind].version.system, self.desk)

    def _rows(
        self, n: int, life: Life, people: dict[int, Any], last: dict[str, int], pk: int | None
    ) -> services.Rows:
        of, term, at = self.found[life.kind], self.terms[life.kind], self._moment(life.at)
        unit, day = self._unit(life), life.at.date()
        series, book = numbers.series_of(unit, day), f"so-{day.year}"
        last[series] += 1
        last[book] += 1
        named = Person(Facts(""))  # who it is says `people`
        asked = Asked(
            of.version.procedure.code, named, named if life.bringer is not None else None,
            authority="Giấy ủy quyền" if life.bringer is not None else "", all_parts=True, at_once=life.at_once,
        )  # fmt: skip
        return services.draw_up(
            asked, of.version, of.steps, services.parts_of(of.components, asked, (), self.ward),
            services.fee_of(of.version, None, asked), queries.promised(term, at=at, ward=self.ward, calendar=self.calendar),
            [people[one] for one in (life.owner, life.bringer) if one is not None], unit=unit, code=numbers.code_of(series, last[series]),
            line=(day.year, last[book]), term=term, time=self.time, token=f"{self.mark}{n}", pk=pk, ward=self.ward,
            by=self.hands.officer, at=at,
        )  # fmt: skip

    def _moved(self, rows: services.Rows, life: Life) -> list[Any]:
        """What happened to it later."""
        dossier, events = rows.taken.dossier, list(rows.taken.events)
        dossier.clock = rows.taken.clock
        for one in life.moves:
            if one.move == "transfer" and dossier.state == "processing":
                continue  # to the office of the first step, when it came in
            dossier.state = after(dossier.state, one.move, word=one.word)  # type: ignore[arg-type]
            signs = MOVES[one.move].action in ("dossier.sign", "dossier.head")
            by = self.hands.leader if signs else self.hands.officer
            events.append(
                moves.made(
                    dossier, one.move, self._facts(one.move, one.amount, one.outcome, dossier, one.at), events, word=one.word, by=by,
                    at=self._moment(one.at), time=self.time,
                )
            )  # fmt: skip
        return events[len(rows.taken.events) :]

    def _facts(
        self, move: str, amount: int, outcome: str, dossier: Dossier, at: dt.datetime
    ) -> dict[str, Any]:
        match move:
            case "transfer":
                return {"office": self.hands.office, "office_name": self.hands.name, "person": None, "person_name": ""}  # fmt: skip
            case "extend":
                return {"amount": amount, "before": iso(dossier.moment("due"))}
            case "resolve":
                return {"outcome": outcome, "document": f"{dossier.pk or 0}/KQ", "signed_on": at.date().isoformat()}  # fmt: skip
            case "return-result":
                return {"collector": dossier.applicant, "proof": "Căn cước"}
            case _:
                return {}
