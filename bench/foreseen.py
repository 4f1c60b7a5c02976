"""Of those forecast to become late by Friday, how many were: the Mondays of a simulated year, looked at again.

`CAICACH_DATA=… CAICACH_TODAY=2026-11-23 python -m bench.foreseen` after `caicach manage simulate_year --dossiers 5000 --own`. What had
not happened yet on such a Monday is not known to the forecast; what was taken in later is not there.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import Counter
from random import Random


def main(weeks: int = 40) -> None:
    from caicach.conf.manage import setup

    setup()
    from caicach.core import clock
    from caicach.dossiers import moves, pace
    from caicach.dossiers.models import Dossier, Event
    from caicach.organisation.models import Ward
    from caicach.organisation.queries import work_time
    from caicach.rules import forecast as rule
    from caicach.rules.dossier_clock import read
    from caicach.rules.dossier_moves import replay

    ward = Ward.objects.order_by("pk").first()
    assert ward is not None
    time, today = work_time(ward.pk), clock.today()
    events: dict[int, list[Event]] = {}
    for one in Event.objects.filter(ward_id=ward.pk).order_by("dossier_id", "id"):
        events.setdefault(one.dossier_id, []).append(one)
    dossiers = {one.pk: one for one in Dossier.objects.filter(ward_id=ward.pk)}
    shares = pace._shares(ward.pk, today - dt.timedelta(days=800))
    naive = {pk: [pace._naive(one.at) for one in rows] for pk, rows in events.items()}
    tally: Counter[str] = Counter()
    by_share: Counter[tuple[int, bool]] = Counter()
    for week in range(1, weeks + 1):
        day = today - dt.timedelta(days=today.weekday() + 7 * week)
        now = dt.datetime.combine(day, dt.time(7))
        until = rule.week_end(time, day)
        end, since = time.close_of(until), time.nth_day(day, -pace.DAYS)
        passes, opened, was = [], [], {}
        first = now
        for pk, rows in events.items():
            known = rows[: bisect_right(naive[pk], now)]
            if not known or (term := moves.term_of(known)) is None:
                continue
            state, told = replay(moves._steps(known))
            shown = read(time, term, told, now)
            dossier = dossiers[pk]
            came = naive[pk][0]
            heard = [
                (pk, one.code, one.at, one.facts.get("office"), one.facts.get("amount"))
                for one in known
                if one.code in pace._TOLD
            ]
            _, turns = next(pace.heard(heard, time))
            kind = dossier.procedure_code
            if state in ("resolved", "returned"):
                done = next(at for at, one in zip(naive[pk], rows, strict=True) if one.code == "resolve")
                if done.date() >= since and done > came and shown.due:
                    first = min(first, done)
                    whole = turns.promised(0, time.between(done, shown.due))
                    passes += [
                        rule.Pass(
                            kind,
                            one.office,
                            one.minutes,
                            shares.allotted(dossier.version_id, one.office, whole),
                        )
                        for one in turns.ended
                    ]
            elif state in ("accepted", "processing") and shown.due:
                turn = turns.now(now)
                left = (
                    time.between(now, shown.due) if shown.due > now else -max(1, time.between(shown.due, now))
                )
                whole = turns.promised(turn.minutes, left)
                opened.append(
                    rule.Open(
                        pk,
                        kind,
                        turn.office,
                        left,
                        turn.minutes,
                        shares.allotted(dossier.version_id, turn.office, whole),
                    )
                )
                by_end = rows[: bisect_right(naive[pk], end)]
                after = replay(moves._steps(by_end))
                result = read(time, term, after[1], end)
                # the promise of that Monday, broken by the end: settled after it, put off or still lying there
                settled = next(
                    (
                        at
                        for at, one in zip(naive[pk], rows, strict=True)
                        if one.code == "resolve" and at <= end
                    ),
                    None,
                )
                was[pk] = (
                    left >= 0
                    and shown.due <= end
                    and result.state not in ("ended", "paused")
                    and (settled is None or settled > shown.due)
                )
        hands = {one.office: 1 for one in opened}
        found = rule.forecast(
            opened,
            rule.Pace(passes, max(1, time.between(first, now)), hands),
            time.between(now, end),
            Random(f"{ward.pk}:{day}").random,
        )
        said = {one.id: one.percent for one in found.dossiers}
        tally["enough"] += found.enough
        for pk, is_late in was.items():
            percent = said.get(pk, 0)
            is_said = percent >= rule.LIKELY
            tally["open"] += 1
            tally["said"] += is_said
            tally["late"] += is_late
            tally["right"] += is_said and is_late
            by_share[(min(90, percent // 10 * 10), is_late)] += 1
        tally["expected x10"] += round(sum(one.coming for one in found.offices) * 10)
    print(dict(tally))
    for tens in range(0, 100, 10):
        yes, no = by_share[(tens, True)], by_share[(tens, False)]
        if yes + no:
            print(f"{tens:>3} %: {yes + no:>6} dossiers, late {100 * yes / (yes + no):.0f} %")


if __name__ == "__main__":
    main()
