from django.urls import path

from caicach.core import addresses  # noqa: F401 — "code" of the paths below
from caicach.counter import views, views_attempts, views_money, views_spares

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
    path("chua-nhan-duoc/", views_attempts.of_year, name="attempts"),
    path("chua-nhan-duoc/<slug:token>/", views_attempts.attempt, name="attempt"),
    path("chua-nhan-duoc/<slug:token>/phieu.<slug:suffix>", views_attempts.attempt_file, name="attempt-file"),
    path("du-phong/", views_spares.spare_list, name="spares"),
    path("du-phong/phieu.pdf", views_spares.sheets, name="spares-file"),
    path("du-phong/<slug:slip>/hong/", views_spares.spoil, name="spare-spoil"),
    path("so/", views.book, name="book"),
    path("so/to.pdf", views.book_file, name="book-file"),
    path("tien/<code:code>/", views_money.money, name="money"),
    path("chot-tien/", views_money.cash_up, name="cash"),
    path("chot-tien/ca-phuong/", views_money.everybody, name="cash-all"),
    path("chot-tien/ca-phuong.<slug:suffix>", views_money.everybody_file, name="cash-file"),
    path("chot-tien/<slug:token>/", views_money.one_cash_up, name="cash-one"),
    path("chot-tien/<slug:token>/bien-ban.pdf", views_money.paper, name="cash-paper"),
    path("chot-tien/<slug:token>/mo-lai/", views_money.reopen, name="cash-reopen"),
    path("<slug:token>/giay-tiep-nhan.<slug:suffix>", views.receipt, name="receipt"),
    path("<slug:token>/", views.taken, name="taken"),
    path("<slug:token>/huy/", views.void, name="void"),
]
