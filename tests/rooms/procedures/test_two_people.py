"""Two people at one procedure, or one who presses twice: nobody overwrites what they have not seen, nothing typed is lost."""

import threading

import lxml.html
import pytest
from django.db import connection
from django.test import Client

from caicach.history.models import Event
from caicach.procedures import queries, services, starter
from caicach.procedures.models import Procedure, Version
from caicach.rules.procedures import Span
from caicach.rules.refusal import Refusal
from tests.factories import rooms
from tests.rooms.procedures.conftest import AT, DECISION, entry
from tests.rooms.procedures.test_screens import form as whole

ONE = "/thu-tuc/1.001193/"


def typed(answer, **changed):
    """The form of a page as a browser would send it, with some fields changed."""
    form = max(
        lxml.html.fromstring(answer.content.decode()).xpath("//main//form[@method='post']"),
        key=lambda one: len(one.fields),
    )
    sent = {name: value for name, value in form.form_values() if name != "csrfmiddlewaretoken"}
    return {name: value for name, value in (sent | changed).items() if value is not None}


@pytest.fixture
def others(ward):
    """A second coordinator, signed in elsewhere."""
    client = Client()
    client.force_login(rooms.make_person(ward, "coordinator", office="Phòng Văn hóa – Xã hội", name="Lê Thị Kia"))  # fmt: skip
    return client


@pytest.mark.django_db
def test_slips_in_different_words_are_both_mended(as_coordinator, others, made):
    mine, theirs = as_coordinator.get(f"{ONE}sua-chu/"), others.get(f"{ONE}sua-chu/")
    assert others.post(f"{ONE}sua-chu/", typed(theirs, result="Giấy khai sinh", word="sót")).status_code == 303  # fmt: skip
    assert as_coordinator.post(f"{ONE}sua-chu/", typed(mine, decides="UBND phường", word="rõ")).status_code == 303  # fmt: skip
    made.refresh_from_db()
    assert (made.result, made.decides) == ("Giấy khai sinh", "UBND phường")


@pytest.mark.django_db
def test_the_same_words_are_told_with_both_and_sent_again_knowingly(as_coordinator, others, made):
    mine, theirs = as_coordinator.get(f"{ONE}sua-chu/"), others.get(f"{ONE}sua-chu/")
    others.post(f"{ONE}sua-chu/", typed(theirs, result="Của người kia", source="Nguồn kia", word="x"))
    answer = as_coordinator.post(f"{ONE}sua-chu/", typed(mine, result="Của tôi", word="vì sai"))
    page = answer.content.decode()
    assert answer.status_code == 409 and "Lê Thị Kia vừa sửa thủ tục này" in page
    assert "Bản vừa ghi: “Của người kia”" in page and 'value="Của tôi"' in page and 'value="vì sai"' in page
    assert 'value="Nguồn kia"' in page, "what the second left alone is what the first wrote"
    made.refresh_from_db()
    assert made.result == "Của người kia"
    assert as_coordinator.post(f"{ONE}sua-chu/", typed(answer)).status_code == 303
    made.refresh_from_db()
    assert (made.result, made.source) == ("Của tôi", "Nguồn kia")


@pytest.mark.django_db
def test_a_version_of_the_same_coming_day_is_not_replaced_unseen(as_coordinator, others, made):
    day = {"valid_from": "01/12/2026", "decision_number": "30/QĐ-UBND"}
    mine, theirs = as_coordinator.get(f"{ONE}sua/"), others.get(f"{ONE}sua/")
    sent = typed(theirs, **day, result="Của người kia", law_amount="7", at_counter=None) | {"giay-2-name": "Ảnh"}  # fmt: skip
    assert others.post(f"{ONE}sua/", sent).status_code == 303
    answer = as_coordinator.post(
        f"{ONE}sua/", typed(mine, **day, law_amount="5", field="Tư pháp") | {"ca-0-name": "Gấp"}
    )
    page = answer.content.decode()
    assert answer.status_code == 409 and "Lê Thị Kia vừa sửa thủ tục này" in page
    assert Version.objects.latest("valid_from").law == Span("working-day", 7), "the first's is there"
    assert "Bản vừa ghi: “7”" in page and 'value="Tư pháp"' in page and 'value="Gấp"' in page
    again = typed(answer)
    assert (again["law_amount"], again["result"], again["field"]) == ("5", "Của người kia", "Tư pháp")
    assert "at_counter" not in again and again["giay-2-name"] == "Ảnh" and again["ca-0-name"] == "Gấp"
    assert as_coordinator.post(f"{ONE}sua/", again).status_code == 303
    after = Version.objects.latest("valid_from")
    assert (after.law, after.result, after.field, after.at_counter) == (
        Span("working-day", 5), "Của người kia", "Tư pháp", False,
    )  # fmt: skip
    assert [one.name for one in after.components.all()] == ["Tờ khai", "Giấy chứng sinh", "Ảnh"]
    assert after.cases.get().name == "Gấp"


@pytest.mark.django_db
def test_papers_that_both_changed_are_told(as_coordinator, others, made):
    day = {"valid_from": "01/12/2026", "decision_number": "30/QĐ-UBND"}
    mine, theirs = as_coordinator.get(f"{ONE}sua/"), others.get(f"{ONE}sua/")
    others.post(f"{ONE}sua/", typed(theirs, **day) | {"giay-2-name": "Ảnh"})
    answer = as_coordinator.post(f"{ONE}sua/", typed(mine, **day) | {"giay-2-name": "Đơn"})
    assert answer.status_code == 409
    assert "Giấy tờ vừa được ghi là: Tờ khai; Giấy chứng sinh; Ảnh" in answer.content.decode()
    assert typed(answer)["giay-2-name"] == "Đơn"


@pytest.mark.django_db
def test_the_wards_time_of_two_is_told(as_coordinator, others, made):
    def page(who):
        forms = lxml.html.fromstring(who.get(ONE).content.decode()).xpath(f"//form[@action='{ONE}thoi-han/']")
        return {name: value for name, value in forms[0].form_values() if name != "csrfmiddlewaretoken"}

    mine, theirs = page(as_coordinator), page(others)
    day = {"own_unit": "working-day", "since": "01/12/2026"}
    assert others.post(f"{ONE}thoi-han/", theirs | day | {"own_amount": "6"}).status_code == 303
    answer = as_coordinator.post(f"{ONE}thoi-han/", mine | day | {"own_amount": "5"})
    assert answer.status_code == 409 and "Bản vừa ghi: “6”" in answer.content.decode()
    assert Version.objects.latest("valid_from").own == Span("working-day", 6)
    assert as_coordinator.post(f"{ONE}thoi-han/", typed(answer)).status_code == 303
    assert Version.objects.latest("valid_from").own == Span("working-day", 5)


@pytest.mark.django_db
def test_a_version_that_was_replaced_meanwhile_is_told(as_coordinator, publish, coordinator, monkeypatch):
    since = rooms.TODAY.replace(month=12)
    publish(since=since)
    gone = Version.objects.select_related("procedure").get()
    publish(entry(name="Tên mới"), since=since)
    for verb in (
        lambda: services.mend(gone, {"name": "X"}, word="y", by=coordinator.pk, at=AT),
        lambda: services.check(gone, against="y", by=coordinator.pk, at=AT),
    ):
        with pytest.raises(Refusal) as told:
            verb()
        assert told.value.code == "procedure.changed-meanwhile"
    page = queries.procedure_page
    first = []

    def late(*args, **kwargs):
        found = page(*args, **kwargs)
        if not first:
            first.append(1)
            object.__setattr__(found, "version", gone)
        return found

    for address, sent in (
        ("doi-chieu/", {"against": "QĐ 1"}),
        ("sua-chu/", {"name": "Tên của tôi", "word": "sai"}),
    ):
        first.clear()
        monkeypatch.setattr(queries, "procedure_page", late)
        answer = as_coordinator.post(f"{ONE}{address}", sent)
        assert answer.status_code == 409, address
        assert all(f'value="{value}"' in answer.content.decode() for value in sent.values()), address


# --- at the very same moment ------------------------------------------------------------------------------------


def together(*acts):
    """Each act on its own connection, all at once; what each gave, a Refusal by its code."""
    gate, gave = threading.Barrier(len(acts)), [None] * len(acts)

    def run(n, act):
        gate.wait()
        try:
            gave[n] = act()
        except Refusal as refusal:
            gave[n] = refusal.code
        except Exception as error:  # noqa: BLE001  told below, in the test's own thread
            gave[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return gave


@pytest.fixture
def alone(transactional_db):
    if connection.vendor == "sqlite":
        pytest.skip("the tests' SQLite lies in memory, where nobody waits for the one writer")
    ward = rooms.make_ward()
    return ward, rooms.make_person(ward, "coordinator", office="Phòng Văn hóa – Xã hội")


def test_the_common_ones_asked_for_four_times_at_once_are_there_once(alone):
    ward, person = alone

    def act():
        return services.add_suggested(ward.pk, starter.entries(), by=person.pk, at=AT, today=rooms.TODAY)

    assert sorted(together(act, act, act, act)) == [0, 0, 0, len(starter.entries())]
    assert Procedure.objects.count() == len(starter.entries())


@pytest.mark.parametrize("tokens, more", [(["thutuc000001"] * 4, 303), ([f"thutuc00000{n}" for n in range(4)], 422)])  # fmt: skip
def test_one_code_sent_four_times_at_once_is_one_procedure(alone, tokens, more):
    _, person = alone

    def act(token):
        def send():
            client = Client(raise_request_exception=False)
            client.force_login(person)
            return client.post("/thu-tuc/moi/", whole(code="1.001193", token=token)).status_code

        return send

    assert sorted(together(*map(act, tokens))) == [303, more, more, more]
    assert Version.objects.count() == 1 and Event.objects.filter(code="procedure.published").count() == 1


def test_one_code_given_to_two_at_once_is_given_to_one(alone):
    ward, person = alone
    made = services.publish(
        ward=ward.pk, decision=DECISION, valid_from=rooms.SIGNED, brings=[entry("TAM-1"), entry("TAM-2")], by=person.pk, at=AT, today=rooms.TODAY
    )  # fmt: skip

    def act(version):
        return lambda: services.give_code(version.procedure, "1.013967", by=person.pk, at=AT).code

    assert sorted(together(*map(act, made))) == ["1.013967", "procedure.code-taken"]
