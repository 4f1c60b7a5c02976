"""Writing the letters of a ward, and what a person wants of them."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from caicach.accounts.queries import colleagues
from caicach.desk.queries import WardDesk, ward_desk
from caicach.dossiers.queries import nearing
from caicach.exchange.services import Draft, write
from caicach.organisation.queries import offices, ward_calendar
from caicach.reminders import queries
from caicach.reminders.models import Choice
from caicach.reminders.picture import bars_png
from caicach.rules.refusal import Refusal
from caicach.tasks import notices

MONDAY = 0


@transaction.atomic
def choose(person: int, *, daily: bool, weekly: bool, hour: int) -> None:
    """What a person wants to be sent, and from which hour on. Raises Refusal reminders.hour."""
    if not queries.FIRST_HOUR <= hour <= queries.LAST_HOUR:
        raise Refusal("reminders.hour", "hour")
    Choice.objects.update_or_create(
        person_id=person, defaults={"daily": daily, "weekly": weekly, "hour": hour}
    )


def write_letters(ward: int, *, today: dt.date, hour: int, at: dt.datetime) -> int:
    """The letters that are due in a ward by this hour, each written once a day; how many are new.

    None on a day off, none that says nothing, none to somebody without an address. The week's goes out on its first
    working day. Seventeen queries, whatever the number of people.
    """
    calendar = ward_calendar(ward).work
    if not calendar.is_working(today):
        return 0
    people = [one for one in colleagues(ward) if one.email]
    choices = queries.chosen([one.id for one in people])
    due = [one for one in people if choices[one.id].hour <= hour]
    if not due:
        return 0
    facts = ward_desk(ward, today=today, people=[one.id for one in due], calendar=calendar)
    near = nearing(ward, now=at)
    shorts = {one.id: one.short for one in offices(ward) if not one.is_group}
    monday = today - dt.timedelta(days=today.weekday())
    first_day = next(day for n in range(7) if calendar.is_working(day := monday + dt.timedelta(days=n)))
    drafts: dict[str, Draft] = {}
    for one in due:
        work = queries.desk_for(facts, one.id, one.office_id, one.role)
        near_by = queries.nearing_for(near, one.role, one.office_id)
        letter = queries.daily(one.name, work, today=today, nearing=near_by)
        if letter and choices[one.id].daily:
            key = f"daily:{today}:{ward}:{one.id}"
            drafts.setdefault(
                key, _draft(key, one.email, one.name, letter.subject, "daily", {"page": letter})
            )
        week = queries.weekly(one.name, one.role, one.office_id, facts, shorts, today=today)
        if week and choices[one.id].weekly and today == first_day:
            key = f"weekly:{today}:{ward}:{one.id}"
            picture = bars_png([counts for _, counts in week.rows])
            context = {"page": week, "groups": queries.GROUP_NAMES}
            drafts.setdefault(key, _draft(key, one.email, one.name, week.subject, "weekly", context, picture))
    return write(list(drafts.values()), ward=ward, at=at, job=f"{ward}:{today}:{hour}")


def tell_leaders(ward: int, *, today: dt.date, at: dt.datetime) -> int:
    """A word to the leaders when something important is silent; once for each silence. How many tasks."""
    calendar = ward_calendar(ward).work
    if not calendar.is_working(today):
        return 0
    facts: WardDesk = ward_desk(ward, today=today, people=[], calendar=calendar)
    limit = settings.SILENT_DAYS
    silent = [
        view
        for view in facts.views
        if view.status.code == "silent"
        and (view.task.source != "plan" or (view.status.days or 0) >= 2 * (view.task.silent_days or limit))
    ]
    return notices.tell_silent(
        ward, [(view.task, view.status.words, view.status.days or 0) for view in silent], at=at
    )


def _draft(
    key: str, address: str, name: str, subject: str, template: str, context: dict[str, object],
    picture: bytes | None = None,
) -> Draft:  # fmt: skip
    context = {**context, "site": settings.SITE}
    return Draft(
        key=key,
        address=address,
        name=name,
        subject=subject,
        text=render_to_string(f"letters/{template}.txt", context),
        html=render_to_string(f"letters/{template}.html", context),
        picture=picture,
    )
