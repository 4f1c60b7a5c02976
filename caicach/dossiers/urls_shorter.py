from django.urls import path

from caicach.core import addresses  # noqa: F401 — "procedure" of the path below
from caicach.dossiers import views_shorter

app_name = "shorter"
urlpatterns = [path("<procedure:procedure>/neu-cat/", views_shorter.shorter, name="page")]
