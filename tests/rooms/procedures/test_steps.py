"""Steps on the form: added, taken away, moved, shared evenly, without a script; what else was typed stays, nothing is saved by it."""

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caicach.procedures import step_rows
from caicach.procedures.models import StepSpec, Version
from tests.rooms.procedures.conftest import entry

pytestmark = pytest.mark.django_db
FORM = "/thu-tuc/1.001193/sua/"


@pytest.fixture
def form(client, coordinator, publish):
    publish(entry())
    client.force_login(coordinator)
    return client


def fields(page):
    """What the form would send, as a browser reads it."""
    (form,) = [one for one in lxml.html.fromstring(page.content.decode()).xpath("//main//form[@method='post']") if one.xpath(".//input[@name='valid_from']")]  # fmt: skip
    return {name: value for name, value in form.form_values() if name != "csrfmiddlewaretoken"}


def steps(sent):
    rows = [(sent.get(f"buoc-{n}-name"), sent.get(f"buoc-{n}-share")) for n in range(int(sent["buoc-TOTAL_FORMS"]))]  # fmt: skip
    return [row for row in rows if row[0]]


def press(form, sent, what, **typed):
    page = form.post(FORM, {**sent, **typed, "viec": what})
    assert page.status_code == 200
    return fields(page), page.content.decode()


def test_arranged_and_only_then_saved(form):
    sent = fields(form.get(FORM))
    assert steps(sent) == [("Tiếp nhận", "40"), ("Ký", "60")]
    sent, _ = press(form, sent, "them-buoc", decision_number="31/QĐ", result="Giấy mới")
    assert int(sent["buoc-TOTAL_FORMS"]) == 3 and sent["result"] == "Giấy mới"
    sent, _ = press(form, sent, "len-3", **{"buoc-2-name": "Thẩm tra", "buoc-2-share": "30"})
    assert steps(sent) == [("Tiếp nhận", "40"), ("Thẩm tra", "30"), ("Ký", "60")]
    sent, shown = press(form, sent, "xuong-1")
    assert "Đang cộng lại: 130%" in shown and 'class="wrong"' not in shown
    sent, _ = press(form, sent, "chia-deu")
    assert steps(sent) == [("Thẩm tra", "34"), ("Tiếp nhận", "33"), ("Ký", "33")]
    sent, _ = press(form, sent, "bo-2")
    assert steps(sent) == [("Thẩm tra", "34"), ("Ký", "33")] and Version.objects.count() == 1
    wrong = form.post(FORM, sent)
    assert wrong.status_code == 422 and "67%" in wrong.content.decode()
    sent, _ = press(form, sent, "chia-deu")
    assert form.post(FORM, sent).status_code == 303
    made = Version.objects.order_by("-valid_from")[0]
    assert list(StepSpec.objects.filter(version=made).values_list("name", "share_percent")) == [("Thẩm tra", 50), ("Ký", 50)]  # fmt: skip
    assert made.result == "Giấy mới" and made.components.count() == 2 and made.cases.count() == 1


def test_the_first_button_saves(form):
    """Enter presses the first button of a form."""
    page = lxml.html.fromstring(form.get(FORM).content.decode())
    assert page.xpath("(//main//form[@method='post']//button)[1]/@name") == []


@given(st.integers(0, 40))
def test_even_shares_make_a_hundred(count):
    assert sum(step_rows.even(count)) == (100 if count else 0)


@given(
    st.lists(st.sampled_from("abc"), max_size=6),
    st.sampled_from(["len", "xuong", "bo", "x"]),
    st.integers(0, 9),
)
def test_no_row_is_lost_or_made(names, what, n):
    after = step_rows.arranged([{"name": name} for name in names], f"{what}-{n}")
    gone = 1 if what == "bo" and 1 <= n <= len(names) else 0
    assert len(after) == len(names) - gone and {row["name"] for row in after} <= set(names)


def test_an_empty_row_between_two_is_passed_over():
    rows = [{"name": "a"}, {"name": ""}, {"name": "b"}]
    assert [row["name"] for row in step_rows.arranged(rows, "len-3")] == ["b", "a"]
    assert [row["name"] for row in step_rows.arranged(rows, "bo-3")] == ["a"]
