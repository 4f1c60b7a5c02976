from django.urls import path, register_converter
from django.urls.converters import StringConverter

from caicach.dossiers import views, views_moves


class _Code(StringConverter):
    """A dossier's code: most are letters, digits, dots and a dash, but other systems write others."""

    regex = r"[^\x00-\x1f]+?"


register_converter(_Code, "code")

app_name = "dossiers"
urlpatterns = [
    path("", views.board, name="board"),
    path("danh-sach.<slug:suffix>", views.board_file, name="board-file"),
    path("nap/", views.upload, name="upload"),
    path("nap/<slug:token>/", views.listed, name="list"),
    path("nap/<slug:token>/trang-thai/", views.list_state, name="list-state"),
    path("<code:code>/buoc/<slug:move>/", views_moves.step, name="move"),
    path("<code:code>/", views.detail, name="detail"),
]
