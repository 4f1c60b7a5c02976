"""A task's status follows from dates and deliveries, in one place."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caicach.rules import task_status
from caicach.rules.amendment import Duty, compare
from caicach.rules.refusal import Refusal
from caicach.rules.task_status import GROUPS, OccurrenceFacts, TaskFacts, status

TODAY = dt.date(2026, 11, 23)


def on(month, day):
    return dt.date(2026, month, day)


def by(due_on, **other):
    start = other.pop("start", None)
    return TaskFacts("by", start=start, since=on(2, 3), occurrences=(OccurrenceFacts(due_on, **other),))


@pytest.mark.parametrize(
    ("facts", "code", "tone", "words"),
    [
        (by(on(2, 28)), "late", "late", "Trễ 268 ngày"),
        (by(on(11, 23)), "soon", "next", "Hạn hôm nay"),
        (by(on(12, 7)), "soon", "next", "Còn 14 ngày"),
        (by(on(12, 8)), "running", "next", "Còn 15 ngày"),
        (by(on(12, 31), start=on(12, 1)), "not-begun", "next", "Từ 01/12"),
        (by(on(6, 30), handed_in_on=on(6, 30)), "handed-in", "ok", "Chờ duyệt"),
        (by(on(6, 30), handed_in_on=on(6, 30), accepted=True), "done", "ok", "Xong"),
        (by(on(6, 30), handed_in_on=on(7, 3), accepted=True), "done", "ok", "Xong, trễ 3 ngày"),
        (by(on(12, 31), handed_in_on=on(11, 1), returned=True), "returned", "warn", "Bị trả lại"),
        (by(on(6, 30), handed_in_on=on(6, 1), returned=True), "late", "late", "Trễ 146 ngày"),
        (TaskFacts("ongoing", since=on(2, 3)), "silent", "warn", "Chưa có tin 9 tháng"),
        (TaskFacts("ongoing", since=on(2, 3), last_word_on=on(10, 24)), "running", "ok", "Đang thực hiện"),
        (
            TaskFacts("ongoing", since=on(2, 3), last_word_on=on(10, 23)),
            "silent",
            "warn",
            "Chưa có tin 31 ngày",
        ),
        (
            TaskFacts("ongoing", since=on(2, 3), last_word_on=on(10, 23), silent_days=31),
            "running",
            "ok",
            "Đang thực hiện",
        ),
        (
            TaskFacts("ongoing", last_word_on=on(11, 1), waits_for="Sở Nội vụ", waits_since=on(11, 2)),
            "waiting",
            "next",
            "Chờ Sở Nội vụ",
        ),
        (
            TaskFacts(
                "ongoing", last_word_on=on(11, 1), waits_for="Ban Tổ chức Tỉnh ủy", waits_since=on(11, 2)
            ),
            "waiting",
            "next",
            "Chờ từ 02/11",
        ),
        (
            TaskFacts("ongoing", since=on(2, 3), waits_for="Sở Nội vụ", waits_since=on(3, 2)),
            "silent",
            "warn",
            "Chưa có tin 9 tháng",
        ),
        (
            TaskFacts("ongoing", since=on(2, 3), last_word_on=on(9, 23)),
            "silent",
            "warn",
            "Chưa có tin 2 tháng",
        ),
        (TaskFacts("ongoing", start=on(12, 1)), "not-begun", "next", "Từ 01/12"),
        (
            TaskFacts("external", condition="theo thời gian Sở Nội vụ quy định"),
            "waiting-event",
            "next",
            "Chờ cấp trên",
        ),
        (TaskFacts("unknown"), "no-deadline", "warn", "Chưa có hạn"),
        (TaskFacts("unknown", waiting=True), "handed-in", "ok", "Chờ duyệt"),
        (TaskFacts("ongoing", set_aside=True), "set-aside", "next", "Đã rút"),
    ],
)
def test_each_state_has_its_word_and_tone(facts, code, tone, words):
    got = status(facts, today=TODAY)
    assert (got.code, got.tone, got.words) == (code, tone, words)


def test_of_several_days_the_earliest_owed_one_speaks():
    quarters = [on(3, 31), on(6, 30), on(9, 30), on(12, 31)]
    days = [
        OccurrenceFacts(day, day, accepted=day < on(9, 1)) if day < on(9, 1) else OccurrenceFacts(day)
        for day in quarters
    ]
    assert (
        status(TaskFacts("recurring", every="quarter", occurrences=tuple(days)), today=TODAY).words
        == "Trễ quý III"
    )
    months = tuple(OccurrenceFacts(on(m, 28)) for m in range(10, 13))
    assert (
        status(TaskFacts("recurring", every="month", occurrences=months), today=TODAY).words == "Trễ tháng 10"
    )


occurrence = st.builds(
    OccurrenceFacts,
    due_on=st.dates(on(1, 1), on(12, 31)),
    handed_in_on=st.none() | st.dates(on(1, 1), on(12, 31)),
    accepted=st.booleans(),
    returned=st.booleans(),
).filter(lambda o: not (o.accepted and o.returned) and (o.handed_in_on or not (o.accepted or o.returned)))
any_facts = st.builds(
    TaskFacts,
    kind=st.sampled_from(["ongoing", "by", "recurring", "external", "unknown"]),
    start=st.none() | st.dates(on(1, 1), on(12, 31)),
    since=st.just(on(2, 3)),
    here_since=st.none() | st.dates(on(1, 1), on(12, 31)),
    occurrences=st.lists(occurrence, max_size=4).map(
        lambda days: tuple(sorted(days, key=lambda o: o.due_on))
    ),
    last_word_on=st.none() | st.dates(on(1, 1), on(12, 31)),
    waiting=st.booleans(),
    returned=st.booleans(),
)


@given(any_facts, st.dates(on(1, 1), on(12, 31)))
def test_every_task_is_in_exactly_one_group_and_late_means_late(facts, today):
    got = status(facts, today=today)
    assert got.group in GROUPS and got.words
    owed = [o for o in facts.occurrences if not o.accepted and (o.handed_in_on is None or o.returned)]
    assert (got.group == "late") == any(o.due_on < today for o in owed)
    assert sum(task_status.tallies([got, got]).values()) == 2


@given(any_facts, st.dates(on(1, 1), on(11, 30)), st.integers(0, 30))
def test_waiting_never_mends_what_is_late(facts, today, days):
    if status(facts, today=today).group == "late":
        assert status(facts, today=today + dt.timedelta(days=days)).group == "late"


@given(any_facts, st.dates(on(1, 1), on(12, 31)), st.integers(1, 60))
def test_nothing_is_silent_from_before_anybody_could_write_here(facts, today, silent_days):
    got = status(facts, today=today, silent_days=silent_days)
    if got.code == "silent":
        assert got.days == min(
            (today - day).days for day in (facts.since, facts.here_since, facts.last_word_on) if day
        ) or (facts.start and got.days == (today - facts.start).days)
    if facts.here_since and (today - facts.here_since).days <= silent_days:
        assert got.code != "silent"


def test_only_what_was_handed_in_is_judged_and_only_once():
    with pytest.raises(Refusal, match="Chưa có sản phẩm"):
        task_status.check_acceptable(handed_in=False, judged=False)
    with pytest.raises(Refusal, match="đã được duyệt"):
        task_status.check_acceptable(handed_in=True, judged=True)
    task_status.check_acceptable(handed_in=True, judged=False)


lines = st.lists(
    st.tuples(
        st.sampled_from(["rà soát văn bản", "lập kế hoạch đào tạo", "đo thời gian chờ", "số hóa hồ sơ"]),
        st.sampled_from(["Quý I", "Thường xuyên"]),
    ),
    max_size=6,
).map(lambda rows: [Duty(n, f"I-{n}", f"{text} lần thứ {n}", due) for n, (text, due) in enumerate(rows)])


@given(lines, lines)
def test_every_line_of_both_sides_is_in_exactly_one_place(before, after):
    found = compare(before, after)
    pairs = [(c.before, c.after) for c in found.changed] + list(found.same)
    assert sorted([d.ref for d in found.dropped] + [old.ref for old, _ in pairs]) == [d.ref for d in before]
    assert sorted([d.ref for d in found.added] + [new.ref for _, new in pairs]) == [d.ref for d in after]


@given(lines)
def test_nothing_differs_from_itself(duties):
    found = compare(duties, duties)
    assert not (found.added or found.changed or found.dropped) and len(found.same) == len(duties)


def test_a_line_that_moved_is_changed_not_new():
    found = compare(
        [Duty(1, "II-3", "Công khai thủ tục ở trụ sở")],
        [Duty(2, "II-4", "Công khai thủ tục ở trụ sở phường")],
    )
    assert [d.field for d in found.changed[0].differences] == ["number", "content"]
