from django.urls import path

from caicach.core import addresses  # noqa: F401 — "code" of the paths below
from caicach.counter import views

app_name = "counter"
urlpatterns = [
    path("", views.take_in, name="take-in"),
    path("thu-tuc/", views.procedures, name="procedures"),
    path("nhap/", views.keep, name="keep"),
    path("nhap/<slug:token>/", views.draft, name="draft"),
    path("cai-dat/", views.desk, name="desk"),
    path("cai-dat/loi-van/", views.wording, name="wording"),
    path("cai-dat/loi-van/xem.png", views.wording_picture, name="wording-picture"),
    path("giay/<code:code>/<int:nth>.<slug:suffix>", views.paper_file, name="paper-file"),
    path("giay/<code:code>/<int:nth>/", views.paper, name="paper"),
    path("so/", views.book, name="book"),
    path("so/to.pdf", views.book_file, name="book-file"),
    path("<slug:token>/giay-tiep-nhan.<slug:suffix>", views.receipt, name="receipt"),
    path("<slug:token>/", views.taken, name="taken"),
    path("<slug:token>/huy/", views.void, name="void"),
]
