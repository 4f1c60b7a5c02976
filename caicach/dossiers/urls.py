from django.urls import path

from caicach.core import addresses  # noqa: F401 — "code" of the paths below
from caicach.dossiers import (
    views,
    views_ahead,
    views_apart,
    views_drafts,
    views_figures,
    views_moves,
    views_pace,
    views_signing,
)

app_name = "dossiers"
urlpatterns = [
    path("", views.board, name="board"),
    path("danh-sach.<slug:suffix>", views.board_file, name="board-file"),
    path("nap/", views.upload, name="upload"),
    path("nap/<slug:token>/", views.listed, name="list"),
    path("nap/<slug:token>/bo/", views.drop, name="list-drop"),
    path("nap/<slug:token>/lui/", views.take_back, name="list-back"),
    path("nap/<slug:token>/trang-thai/", views.list_state, name="list-state"),
    path("sap-tre/", views_ahead.ahead, name="ahead"),
    path("sap-tre/xin-loi/", views_ahead.apologise, name="apologise"),
    path("du-bao/", views_pace.forecast, name="forecast"),
    path("doi-chieu/", views_apart.apart, name="apart"),
    path("doi-chieu/danh-sach.<slug:suffix>", views_apart.apart_file, name="apart-file"),
    path("so-lieu/", views_figures.behind, name="figure"),
    path("ky/", views_signing.sign, name="sign"),
    path("giao-lai/", views_signing.hand_on, name="hand-on"),
    path("<code:code>/buoc/<slug:move>/", views_moves.step, name="move"),
    path("<code:code>/du-thao/", views_drafts.lay, name="draft"),
    path("<code:code>/du-thao/tep/", views_drafts.file, name="draft-file"),
    path("<code:code>/du-thao/<int:nth>.png", views_drafts.page, name="draft-page"),
    path("<code:code>/chang/<int:nth>/", views_moves.leg, name="leg"),
    path("<code:code>/ma-cua-tinh/", views.learn_code, name="learn-code"),
    path("<code:code>/", views.detail, name="detail"),
]
