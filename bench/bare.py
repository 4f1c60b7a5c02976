"""The limit beside our pages: a bare Django list of twenty rows, same server, same database kind, no sign-in."""

from __future__ import annotations

import os

import django
from django.conf import settings

from bench.measure import database_settings

if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        DATABASES={"default": database_settings(os.environ["BARE_DATABASE"])},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        SECRET_KEY="bench",
    )
    django.setup()

from django.core.handlers.wsgi import WSGIHandler
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path


class Item(models.Model):
    """A row with what a list shows."""

    title = models.CharField(max_length=200)
    office = models.CharField(max_length=80)
    due_on = models.DateField()

    class Meta:
        app_label = "bench"


PAGE = engines["django"].from_string(
    "<!doctype html><title>x</title><table>{% for item in items %}<tr><td>{{ item.pk }}<td>{{ item.title }}<td>{{ item.office }}<td>{{ item.due_on }}{% endfor %}</table>"
)


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE.render({"items": Item.objects.order_by("-pk")[:20]}, request))


def insert(request: HttpRequest) -> HttpResponse:
    """One row of about 1 KB by the ORM: the least that a page that keeps something does."""
    Item.objects.create(title=request.POST["title"], office="x" * 80, due_on="2026-11-23")
    return HttpResponse(status=303)


urlpatterns = [path("", page), path("insert", insert)]
application = WSGIHandler()


def fill() -> None:
    """A thousand rows to list twenty of."""
    import datetime as dt

    from django.db import connection

    with connection.schema_editor() as editor:
        editor.create_model(Item)
    Item.objects.bulk_create(
        Item(title=f"Việc {n}", office="Văn phòng", due_on=dt.date(2026, 1 + n % 12, 1)) for n in range(1000)
    )


if __name__ == "__main__":
    fill()
