"""Whatever is typed into a form, the answer is a sentence of ours, never the framework's."""

import datetime as dt
from importlib import import_module
from pathlib import Path

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

import caicach
from caicach.accounts.forms import SignInForm
from caicach.core.fields import DayField
from caicach.core.http import day_of
from caicach.plans.forms import StartForm, UploadForm
from caicach.tasks import forms as task_forms
from caicach.tasks.forms import ReportForm

TASK_FORMS = [
    one for one in vars(task_forms).values() if isinstance(one, type) and issubclass(one, forms.Form)
]

VALUES = ("", "x" * 3000, "-5", "999", "1,5", "ba mươi", "a\x00b", "31/02/2026")


def said(form_class, name, value, language):
    with translation.override(language):
        files = {}
        if name == "file" and value:
            files = {"file": SimpleUploadedFile("rong.txt", b"")}
        form = form_class({name: value}, files)
        return [str(words) for words in form.errors.get(name, [])]


@pytest.mark.parametrize("form_class", [SignInForm, UploadForm, StartForm, *TASK_FORMS])
def test_the_words_are_ours(form_class):
    for name in form_class.base_fields:
        for value in VALUES:
            ours = said(form_class, name, value, "vi")
            assert ours == said(form_class, name, value, "en"), (
                name,
                value,
                "the framework's own words change",
            )


def test_a_percent_is_told_its_bounds():
    for value in ("-5", "140", "nhiều"):
        assert said(ReportForm, "percent", value, "vi") == ["Ghi từ 0 đến 100."]


def test_the_door_says_what_stands_behind_it(officer, client, db):
    page = client.get("/dang-nhap/").content.decode()
    assert "đọc kế hoạch cải cách hành chính" in page


def test_every_day_that_a_form_takes_may_be_typed_as_people_do():
    found = 0
    for path in Path(caicach.__file__).parent.glob("*/forms.py"):
        for form in vars(import_module(f"caicach.{path.parent.name}.forms")).values():
            if not (isinstance(form, type) and issubclass(form, forms.BaseForm)):
                continue
            for name, field in form.base_fields.items():
                if isinstance(field, forms.DateField):
                    assert isinstance(field, DayField), f"{form.__name__}.{name}"
                    for typed in ("27/11/2026", "27.11.2026", "27.11.26", "27-11-2026", "2026-11-27"):
                        assert field.clean(typed) == dt.date(2026, 11, 27)
                    with pytest.raises(forms.ValidationError, match="Ghi ngày như"):
                        field.clean("27.13.26")
                    found += 1
    assert found > 8
    assert day_of("27.11.26") == dt.date(2026, 11, 27) and day_of("27.11.1026") is None
