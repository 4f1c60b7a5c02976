"""A list is taken over in pieces that hold nobody up, may be killed, and never put an older word over a newer one."""

import contextlib
import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from caicach.dossiers import jobs, queries, services, taking
from caicach.dossiers.models import Dossier, DossierClock, DossierList, Event, Layout
from caicach.history.models import Event as History
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.dossiers.conftest import AT, HEAD, ROWS, bring, csv

pytestmark = pytest.mark.django_db


def rows_with(state, n=None):
    return [[*row[:6], state if n in (None, at) else row[6]] for at, row in enumerate(ROWS)]


def again(row):
    jobs.read_list(row.pk)
    row.refresh_from_db()
    return row


def many(count):
    return [(f"H01.31.05-261102-{n:04}", *ROWS[0][1:]) for n in range(1000, 1000 + count)]


class Killed(Exception):
    pass


def test_a_dossier_that_the_ward_keeps_itself_is_nobody_elses_to_tell(ward, officer, known, as_officer):
    kept = Dossier.objects.order_by("pk").first()
    Dossier.objects.filter(pk=kept.pk).update(system="own", state="processing")
    row = bring(ward, officer, csv(rows_with("Đã trả kết quả")), token="danhsach0002")
    kept.refresh_from_db()
    assert (kept.state, row.counts["ours"], row.counts["changed"]) == ("processing", 1, 3)
    assert (
        "1 hồ sơ để nguyên, vì phường giữ chúng ở đây"
        in as_officer.get(f"/ho-so/nap/{row.token}/").content.decode()
    )


# --- in pieces --------------------------------------------------------------------------------------------------


def test_killed_between_two_pieces_it_goes_on_and_counts_each_row_once(ward, officer, known, monkeypatch):
    monkeypatch.setattr(taking, "BATCH", 4)
    row = services.upload(csv([*many(10), ROWS[0]]), ward=ward.pk, token="danhsach0050", by=officer.pk, at=AT)
    piece, pieces = taking._take, []

    def dies(*args, **kwargs):
        if len(pieces) == 2:
            raise Killed
        pieces.append(1)
        return piece(*args, **kwargs)

    monkeypatch.setattr(taking, "_take", dies)
    with pytest.raises(Killed):
        jobs.read_list(row.pk)
    row.refresh_from_db()
    assert (row.state, row.done, row.share, row.words) == ("taking", 8, 72, "Đã nhận 8 trên 11 dòng")
    assert Dossier.objects.count() == 5 + 8 and row.taken_at is None
    monkeypatch.setattr(taking, "_take", piece)
    again(row)
    assert (row.state, row.counts["new"], row.counts["same"]) == (DossierList.TAKEN, 10, 1)
    assert Event.objects.filter(facts__list=row.token).count() == 10
    assert History.objects.filter(code="dossiers.list-taken", object_id=row.pk).count() == 1


def test_how_far_it_is_stands_on_its_page(as_officer, ward, officer, known, monkeypatch):
    monkeypatch.setattr(taking, "let_go", lambda *_, **__: None)
    DossierList.objects.filter(pk=known.pk).update(state="taking", words="Đã nhận 8 trên 11 dòng", share=72)
    page = as_officer.get(f"/ho-so/nap/{known.token}/").content.decode()
    assert "Đang nhận danh sách" in page and "Đã nhận 8 trên 11 dòng" in page
    assert "HX-Redirect" not in as_officer.get(f"/ho-so/nap/{known.token}/trang-thai/")


def test_what_somebody_wrote_between_reading_and_writing_is_not_lost(ward, officer, known, monkeypatch):
    """A newer list of two tells of a dossier just as the older one has compared it."""
    older = services.upload(csv(rows_with("Đang xử lý", 4)), ward=ward.pk, token="danhsach0051", by=officer.pk, at=AT)  # fmt: skip
    newer = [[*row[:2], "Chủ Mới", *row[3:]] for row in rows_with("Đã trả kết quả", 4)]
    compare, between = taking._compare, []

    def slow(row, *args):
        found = compare(row, *args)
        if row.pk == older.pk and not between:
            between.append(bring(ward, officer, csv(newer), token="danhsach0052"))
        return found

    monkeypatch.setattr(taking, "_compare", slow)
    again(older)
    assert between[0].counts["changed"] == 5
    assert (older.counts["changed"], older.counts["left"]) == (0, 5)
    assert set(Dossier.objects.values_list("applicant", flat=True)) == {"Chủ Mới"}
    assert Dossier.objects.get(code=ROWS[4][0]).state == "returned"


def test_comparing_holds_nothing_and_each_piece_commits_for_itself(ward, officer, known, monkeypatch):
    monkeypatch.setattr(taking, "BATCH", 3)
    outside = len(connection.savepoint_ids)
    seen = []

    def told(name, function):
        def inner(*args, **kwargs):
            seen.append((name, len(connection.savepoint_ids) - outside))
            return function(*args, **kwargs)

        return inner

    monkeypatch.setattr(taking, "_compare", told("compare", taking._compare))
    monkeypatch.setattr(taking, "_write", told("write", taking._write))
    bring(ward, officer, csv(many(7)), token="danhsach0053")
    assert seen == [("compare", 0), ("write", 1)] * 3


@pytest.mark.parametrize("pieces", [1, 3])
def test_two_workers_at_one_list_take_it_over_once(ward, officer, known, monkeypatch, pieces):
    """The lease of one ran out, and another went on from the same row, so far or to the end; the first then finds it so."""
    monkeypatch.setattr(taking, "BATCH", 2)
    row = services.upload(csv(many(6)), ward=ward.pk, token="danhsach0054", by=officer.pk, at=AT)
    compare, compared = taking._compare, []

    def slow(*args):
        found = compare(*args)
        compared.append(1)
        if len(compared) == 1:
            with contextlib.suppress(Killed):
                jobs.read_list(row.pk)
        elif len(compared) == 2 + pieces:
            raise Killed
        return found

    monkeypatch.setattr(taking, "_compare", slow)
    again(row)
    assert row.done == 2 * pieces, "what it had compared is not written a second time"
    monkeypatch.setattr(taking, "_compare", compare)
    again(row)
    assert (row.state, row.counts["new"], row.counts["same"]) == (DossierList.TAKEN, 6, 0)
    assert Event.objects.filter(facts__list=row.token).count() == 6


def test_what_cannot_be_gone_on_with_is_said_with_what_is_there(ward, officer, known):
    DossierList.objects.filter(pk=known.pk).update(state="taking", done=1200)
    services.give_up_reading(known.pk, at=AT)
    known.refresh_from_db()
    assert known.state == DossierList.REFUSED and "1.200 dòng" in known.refusal


# --- older and newer --------------------------------------------------------------------------------------------


def test_an_older_export_brought_later_moves_nothing_back_until_somebody_says_so(
    as_officer, ward, officer, coordinator, known
):
    bring(ward, officer, csv(rows_with("Đã trả kết quả")), token="danhsach0020")
    assert Dossier.objects.filter(state="returned").count() == 5
    row = bring(ward, officer, csv([*ROWS, *many(1)]), token="danhsach0021")
    assert (row.state, row.counts["back"], row.counts["new"]) == (DossierList.TAKEN, 4, 1)
    assert Dossier.objects.filter(state="returned").count() == 5
    page = as_officer.get(f"/ho-so/nap/{row.token}/").content.decode()
    assert "Lùi trạng thái, chưa nhận" in page and "đang là đã trả kết quả, tệp nói đang giải quyết" in page
    as_officer.force_login(coordinator)
    for _ in range(2):  # a double click
        assert as_officer.post(f"/ho-so/nap/{row.token}/lui/").status_code == 303
    again(row)
    assert (row.counts["back"], row.counts["changed"]) == (0, 4)
    assert Dossier.objects.filter(state="returned").count() == 1
    assert {one.by for one in Event.objects.filter(facts__list=row.token, code="listed-anew")} == {
        coordinator
    }
    assert as_officer.post(f"/ho-so/nap/{row.token}/lui/").status_code == 422
    # brought once more, the same file is read again and nothing is back any more
    assert bring(ward, officer, csv([*ROWS, *many(1)]), token="danhsach0022").counts["back"] == 0


def test_a_list_without_states_never_moves_one_back(ward, officer, known):
    head = HEAD[:5]
    rows = [(*row[:4], "30/11/2026") for row in ROWS]
    row = bring(ward, officer, csv(rows, head), token="danhsach0055")
    services.choose(row, row.columns, by=officer.pk, at=AT)
    again(row)
    assert row.counts["back"] == 0 and row.counts["changed"] == 5
    assert sorted(Dossier.objects.values_list("state", flat=True)) == [
        "processing", "processing", "resolved", "returned", "supplement-wait",
    ]  # fmt: skip


def test_headings_chosen_anew_on_an_older_list_leave_what_newer_lists_told(as_officer, ward, officer):
    head = (*HEAD[:2], "Người liên hệ", *HEAD[3:], "Chủ hồ sơ")
    rows = [(*row[:2], "Người Khác", *row[3:], row[2]) for row in ROWS]
    old = bring(ward, officer, csv(rows, head), token="danhsach0056")
    wrong = old.columns | {"applicant": "Người liên hệ"}
    services.choose(old, wrong, by=officer.pk, at=AT)
    again(old)
    newer = [[*row[:6], "Đã trả kết quả", "Chủ Rất Mới"] for row in rows[:2]]
    bring(ward, officer, csv(newer, head), token="danhsach0057")
    services.choose(old, wrong | {"applicant": "Chủ hồ sơ"}, by=officer.pk, at=AT)
    again(old)
    assert (old.counts["left"], old.counts["changed"]) == (2, 3)
    assert set(Dossier.objects.filter(state="returned").values_list("code", flat=True)) >= {
        rows[0][0],
        rows[1][0],
    }
    assert Dossier.objects.get(code=rows[2][0]).applicant == "Lê Hoàng Ví Dụ"
    page = as_officer.get(f"/ho-so/nap/{old.token}/").content.decode()
    assert "2 hồ sơ để nguyên, vì danh sách nạp sau đã nói về chúng" in page


def test_headings_chosen_anew_compare_with_what_was_known_before_the_list(ward, officer, known):
    """A promise and a state read from the wrong columns are gone, also where the right columns say nothing of them."""
    head = (*HEAD, "Ngày sinh", "Ghi chú")
    rows = [(*row, "01/02/2030", "Đã trả kết quả") for row in ROWS]
    row = bring(ward, officer, csv(rows, head), token="danhsach0058")
    services.choose(row, row.columns | {"due_at": "Ngày sinh", "status": "Ghi chú"}, by=officer.pk, at=AT)
    again(row)
    one = Dossier.objects.get(code=ROWS[1][0])
    assert (one.due_on, one.due_time, one.state) == (dt.date(2030, 2, 1), None, "returned")
    right = {k: v for k, v in row.columns.items() if k != "due_at"} | {"status": "Trạng thái"}
    services.choose(row, right, by=officer.pk, at=AT)
    again(row)
    one.refresh_from_db()
    assert (one.moment("due"), one.state) == (dt.datetime(2026, 11, 24, 17), "processing")
    assert row.counts["back"] == 0


# --- by mistake -------------------------------------------------------------------------------------------------


@pytest.fixture
def wrong(ward, officer, known):
    """A list whose codes were looked for in the wrong column: the number in the ward's own book."""
    head = ("Số trong sổ", *HEAD)
    rows = [(f"SO-{n}/2026", f"H01.31.05-26110{n}-0077", *ROWS[0][1:]) for n in range(1, 5)]
    rows.append(("SO-9/2026", *ROWS[0][:2], "Tên Sửa", *ROWS[0][3:]))
    row = bring(ward, officer, csv(rows, head), token="danhsach0060")
    services.choose(row, row.columns | {"code": "Số trong sổ"}, by=officer.pk, at=AT)
    return again(row)


def test_dossiers_of_a_wrong_code_column_are_set_aside_and_count_nowhere(as_officer, ward, officer, wrong):
    assert Dossier.objects.filter(code__startswith="SO-").count() == 5
    services.choose(wrong, wrong.columns | {"code": "Mã hồ sơ"}, by=officer.pk, at=AT)
    again(wrong)
    assert (wrong.counts["new"], wrong.counts["changed"], wrong.counts["aside"]) == (4, 1, 5)
    false = Dossier.objects.filter(code__startswith="SO-")
    assert set(false.values_list("set_aside", flat=True)) == {True}
    board = queries.board(ward.pk, now=AT, group="tat-ca")
    assert {one.group: one.count for one in board.tallies}["tat-ca"] == 9
    for group in queries.GROUPS:
        for asked in ("", "SO-1/2026", "so 1"):
            shown = queries.export_rows(ward.pk, now=AT, group=group, asked=asked, most=99)
            assert not [one for one in shown if one.dossier.code.startswith("SO-")], group
    assert queries.promises(ward.pk, now=AT).late == 5
    page = as_officer.get(false[0].address).content.decode()
    assert "Bỏ ra, vì danh sách nhận nhầm" in page and "bỏ ra, vì danh sách nhận nhầm" in page
    listed = as_officer.get(f"/ho-so/nap/{wrong.token}/").content.decode()
    assert "5 hồ sơ mà chỉ danh sách này đưa vào" in listed


def test_what_a_newer_list_told_of_is_not_set_aside(ward, officer, wrong):
    rows = [("SO-1/2026", "H01.31.05-261101-0077", *ROWS[0][1:])]
    newer = bring(ward, officer, csv(rows, ("Số trong sổ", *HEAD)), token="danhsach0061")
    assert newer.counts["same"] == 1
    services.choose(wrong, wrong.columns | {"code": "Mã hồ sơ"}, by=officer.pk, at=AT)
    again(wrong)
    assert wrong.counts["aside"] == 4 and not Dossier.objects.get(code="SO-1/2026").set_aside


def test_what_an_officer_has_gone_on_with_is_not_set_aside(ward, officer, wrong):
    one = Dossier.objects.get(code="SO-1/2026")
    Event.objects.create(ward=ward, dossier=one, at=AT, code="hand-over", state=one.state)
    services.choose(wrong, wrong.columns | {"code": "Mã hồ sơ"}, by=officer.pk, at=AT)
    assert again(wrong).counts["aside"] == 4
    one.refresh_from_db()
    assert not one.set_aside


def test_a_list_is_dropped_and_brought_again(as_officer, ward, officer, wrong):
    before = {one.code: (one.applicant, one.state) for one in Dossier.objects.exclude(code__startswith="SO-")}
    rows = [(*one[:2], "Chủ Sửa", *one[3:]) for one in [*ROWS, *many(3)]]
    row = bring(ward, officer, csv(rows), token="danhsach0062")
    assert (row.counts["changed"], row.counts["new"]) == (5, 3)
    assert as_officer.post(f"/ho-so/nap/{row.token}/bo/").status_code == 303
    assert "Đang bỏ danh sách" in as_officer.get(f"/ho-so/nap/{row.token}/").content.decode()
    for _ in range(2):
        jobs.drop_list(row.pk)
    row.refresh_from_db()
    assert row.state == DossierList.DROPPED
    there = Dossier.objects.exclude(code__startswith="SO-").filter(set_aside=False)
    assert {one.code: (one.applicant, one.state) for one in there} == before
    assert Dossier.objects.filter(set_aside=True).count() == 3
    assert "Đã bỏ ho-so.csv" in as_officer.get(f"/ho-so/nap/{row.token}/").content.decode()
    assert as_officer.post(f"/ho-so/nap/{row.token}/bo/").status_code == 303
    # again: its headings are asked for once more, and all is there
    back = bring(ward, officer, csv(rows), token="danhsach0063")
    assert back.state == DossierList.REVIEW and back.counts["new"] == 3
    services.choose(back, back.columns, by=officer.pk, at=AT)
    again(back)
    assert Dossier.objects.filter(set_aside=True).count() == 0 and back.counts["changed"] == 5
    story = queries.dossier_page(ward.pk, many(1)[0][0], now=AT).story
    assert [one.what for one in story] == [
        "nhận từ danh sách", "bỏ ra, vì danh sách nhận nhầm", "nhận từ danh sách",
    ]  # fmt: skip


def test_what_an_officer_did_before_a_list_does_not_keep_what_the_list_says(ward, officer, known):
    one = Dossier.objects.get(code=ROWS[0][0])
    Event.objects.create(ward=ward, dossier=one, at=AT, code="hand-over", state=one.state)
    row = bring(ward, officer, csv([(*ROWS[0][:2], "Tên Nhầm", *ROWS[0][3:])]), token="danhsach0067")
    one.refresh_from_db()
    assert one.applicant == "Tên Nhầm"
    services.drop(row, by=officer.pk, at=AT)
    jobs.drop_list(row.pk)
    one.refresh_from_db()
    assert (one.applicant, one.set_aside) == (ROWS[0][2], False)


def test_a_dropped_list_leaves_what_came_in_at_the_counter(ward, officer, known):
    facts = {
        "code": "H01.31.05-261102-0777",
        "procedure": ROWS[0][1],
        "applicant": ROWS[0][2],
        "state": "processing",
    }
    one = Dossier.objects.create(ward=ward, received_on=rooms.TODAY, token="phieumot0001", **facts)
    DossierClock.objects.create(dossier=one, ward=ward)
    row = bring(ward, officer, csv([(one.code, ROWS[0][1], "Tên Nhầm", *ROWS[0][3:])]), token="danhsach0068")
    one.refresh_from_db()
    assert (one.applicant, one.told_in) == ("Tên Nhầm", row)
    services.drop(row, by=officer.pk, at=AT)
    jobs.drop_list(row.pk)
    one.refresh_from_db()
    assert (one.applicant, one.set_aside, one.told_in) == (ROWS[0][2], False, None)


def test_dropping_that_is_killed_goes_on(ward, officer, known, monkeypatch):
    monkeypatch.setattr(taking, "BATCH", 2)
    services.drop(known, by=officer.pk, at=AT)
    piece, pieces = taking._let_go, []

    def dies(*args, **kwargs):
        if pieces:
            raise Killed
        pieces.append(1)
        return piece(*args, **kwargs)

    monkeypatch.setattr(taking, "_let_go", dies)
    with pytest.raises(Killed):
        jobs.drop_list(known.pk)
    assert Dossier.objects.filter(set_aside=True).count() == 2
    monkeypatch.setattr(taking, "_let_go", piece)
    jobs.drop_list(known.pk)
    assert Dossier.objects.filter(set_aside=True).count() == 5
    assert Event.objects.filter(code="listed-by-mistake").count() == 5


def test_a_list_that_is_looked_at_is_dropped_at_once(as_officer, ward, officer):
    row = bring(ward, officer)
    assert "Bỏ danh sách này" in as_officer.get(f"/ho-so/nap/{row.token}/").content.decode()
    assert as_officer.post(f"/ho-so/nap/{row.token}/bo/").status_code == 303
    row.refresh_from_db()
    assert row.state == DossierList.DROPPED and not Layout.objects.exists()
    with pytest.raises(Refusal) as told:
        services.choose(row, row.columns, by=officer.pk, at=AT)
    assert told.value.code == "dossiers.list-settled"


def test_a_list_that_is_being_read_is_not_dropped(ward, officer):
    row = services.upload(csv(), ward=ward.pk, token="danhsach0064", by=officer.pk, at=AT)
    with pytest.raises(Refusal) as told:
        services.drop(row, by=officer.pk, at=AT)
    assert told.value.code == "dossiers.list-settled"


@pytest.mark.parametrize(
    "heading, what",
    [("STT", "số thứ tự"), ("Chủ hồ sơ", "tên hoặc chữ"), ("Ngày tiếp nhận", "ngày giờ")],
)
def test_a_column_that_holds_no_codes_is_refused(as_officer, ward, officer, heading, what):
    rows = [(str(n), *row) for n, row in enumerate(ROWS, 1)]
    row = bring(ward, officer, csv(rows, ("STT", *HEAD)), token="danhsach0065")
    chosen = {name: head for name, head in row.columns.items() if head != heading} | {"code": heading}
    answer = as_officer.post(f"/ho-so/nap/{row.token}/", chosen)
    assert answer.status_code == 422
    assert f"Cột “{heading}” gồm {what}, không phải mã hồ sơ" in answer.content.decode()
    assert not Layout.objects.exists() and not Dossier.objects.exists()


def test_a_known_layout_with_no_codes_in_it_takes_nothing_over(as_officer, ward, officer, known):
    row = bring(ward, officer, csv([(str(n), *row[1:]) for n, row in enumerate(ROWS, 1)]), token="danhsach0066")  # fmt: skip
    assert row.state == DossierList.REVIEW and Dossier.objects.count() == 5
    page = as_officer.get(f"/ho-so/nap/{row.token}/").content.decode()
    assert "gồm số thứ tự, không phải mã hồ sơ" in page


# --- who, and in which order ------------------------------------------------------------------------------------


def test_who_says_what_the_headings_mean_is_who_took_it_over(ward, officer, coordinator):
    row = bring(ward, officer)
    services.choose(row, row.columns, by=coordinator.pk, at=AT)
    again(row)
    assert {one.by for one in Event.objects.all()} == {coordinator}
    assert History.objects.get(code="dossiers.list-taken").actor == coordinator


def test_those_without_a_promise_come_last_on_every_database(ward, officer, known):
    bring(ward, officer, csv([(many(1)[0][0], *ROWS[0][1:4], "", "", "Đang xử lý")]), token="danhsach0067")
    rows = queries.export_rows(ward.pk, now=AT, group="dang-giai-quyet", asked="", most=9)
    assert [one.dossier.due_on for one in rows] == [dt.date(2026, 11, 5), dt.date(2026, 11, 24), None]


def test_a_list_of_an_unknown_kind_is_told_which_kinds_there_are(ward, officer):
    row = bring(ward, officer, SimpleUploadedFile("ho-so.bin", bytes(range(256)) * 9), token="danhsach0068")
    assert row.state == DossierList.REFUSED
    assert ".xlsx, .xls, .ods hoặc .csv" in row.refusal and ".docx" not in row.refusal


def test_the_most_urgent_are_found_by_their_index(ward, known):
    """A hundred thousand dossiers lie behind: what is late, or under way, is not looked for among them."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads a small table whole, whatever there is")
    for group in ("tre", "sap-tre", "dang-giai-quyet"):
        plan = queries._group(ward.pk, group, AT).explain()
        assert "dossiers_under_way" in plan, (group, plan)
