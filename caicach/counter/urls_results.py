"""Addresses of results, among those of dossiers; the form of "return-result" stands before the one that every move has."""

from django.urls import path

from caicach.core import addresses  # noqa: F401 — "code" of the paths below
from caicach.counter import views_results

app_name = "results"
urlpatterns = [
    path("chua-nhan/", views_results.uncollected, name="uncollected"),
    path("chua-nhan/danh-sach.<slug:suffix>", views_results.uncollected_file, name="uncollected-file"),
    path("buu-chinh/", views_results.post, name="post"),
    path("buu-chinh/<int:year>/<int:page>/", views_results.post_list, name="post-list"),
    path("buu-chinh/<int:year>/<int:page>/danh-sach.pdf", views_results.post_paper, name="post-paper"),
    path("<code:code>/buoc/return-result/", views_results.hand_out, name="hand-out"),
]
