from django.urls import path

from caicach.plans import views, views_many, views_measures

app_name = "plans"
_DRAFT = "nap/<slug:token>/"
urlpatterns = [
    path("", views.plan_list, name="list"),
    path("nap/", views.upload, name="upload"),
    path("moi/", views.start, name="start"),
    path(_DRAFT, views.import_page, name="import"),
    path(_DRAFT + "tien-do/", views.state, name="state"),
    path(_DRAFT + "tep/", views.import_file, name="import-file"),
    path(_DRAFT + "trang/<int:page>.png", views.page_picture, name="page-picture"),
    path(_DRAFT + "ban-sach.<slug:suffix>", views.clean, name="clean"),
    path(_DRAFT + "o/", views.cell, name="cell"),
    path(_DRAFT + "dong/", views.row, name="row"),
    path(_DRAFT + "chi-tieu/", views.indicator, name="indicator"),
    path(_DRAFT + "dau/", views.head, name="head"),
    path(_DRAFT + "cho-xem/", views.finding, name="finding"),
    path(_DRAFT + "lui/", views.step_back, name="step-back"),
    path(_DRAFT + "doc-lai/", views.retry, name="retry"),
    path(_DRAFT + "thanh-sua-doi/", views.become_amendment, name="become-amendment"),
    path(_DRAFT + "nam/", views.set_year, name="set-year"),
    path(_DRAFT + "bo/", views.discard, name="discard"),
    path(_DRAFT + "thay-doi/", views.changes, name="changes"),
    path(_DRAFT + "ghep/", views.pair, name="pair"),
    path(_DRAFT + "thuc-hien/", views.effect, name="effect"),
    path("<int:year>/<slug:kind>/", views.ribbon, name="ribbon"),
    path("<int:year>/<slug:kind>/danh-sach.<slug:suffix>", views.list_file, name="list-file"),
    path("<int:year>/<slug:kind>/chi-tieu/<int:position>/", views_measures.measure, name="measure"),
    path("<int:year>/<slug:kind>/toan-canh/", views.overview, name="overview"),
    path("<int:year>/<slug:kind>/lan-nop/", views.pace, name="pace"),
    path("<int:year>/<slug:kind>/lan-nop/danh-sach.<slug:suffix>", views.pace_file, name="pace-file"),
    path("<int:year>/<slug:kind>/tuong/", views.wall, name="wall"),
    path("<int:year>/<slug:kind>/dieu-phoi/", views.coordinator, name="coordinator"),
    path("<int:year>/<slug:kind>/hoan-tac/", views.undo, name="undo"),
    path("<int:year>/<slug:kind>/tep/", views.plan_file, name="file"),
    path("<int:year>/<slug:kind>/nhieu-viec/", views_many.several, name="several"),
    path("<int:year>/<slug:kind>/da-lam/", views_many.done_already, name="done-already"),
    path("<int:year>/<slug:kind>/khep-nam/", views_many.year_end, name="year-end"),
    path("<int:year>/<slug:kind>/mo-lai/", views_many.open_again, name="open-again"),
]
