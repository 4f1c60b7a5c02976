from django.urls import path

from caicach.core import addresses  # noqa: F401 — "procedure" of the paths below
from caicach.procedures import views, views_lists, views_manage, views_public

app_name = "procedures"
urlpatterns = [
    path("thu-tuc/", views.catalogue, name="catalogue"),
    path("thu-tuc/danh-sach.<slug:suffix>", views.catalogue_file, name="catalogue-file"),
    path("thu-tuc/danh-muc.<slug:suffix>", views_lists.whole, name="whole"),
    path("thu-tuc/nap/", views_lists.upload, name="list-upload"),
    path("thu-tuc/nap/<slug:token>/", views_lists.show, name="list"),
    path("thu-tuc/nap/<slug:token>/dong/", views_lists.row, name="list-row"),
    path("thu-tuc/nap/<slug:token>/bo-qua/", views_lists.leave, name="list-leave"),
    path("thu-tuc/nap/<slug:token>/bo/", views_lists.drop, name="list-drop"),
    path("thu-tuc/nap/<slug:token>/ghi/", views_lists.take, name="list-take"),
    path("thu-tuc/cat-giam/", views.cut, name="cut"),
    path("thu-tuc/cat-giam/danh-sach.<slug:suffix>", views.cut_file, name="cut-file"),
    path("thu-tuc/noi-giu/", views_manage.kept, name="kept"),
    path("thu-tuc/moi/", views_manage.new, name="new"),
    path("thu-tuc/goi-y/", views_manage.suggested, name="suggested"),
    path("thu-tuc/<procedure:procedure>/", views.detail, name="detail"),
    path("thu-tuc/<procedure:procedure>/niem-yet/", views.notice, name="notice"),
    path("thu-tuc/<procedure:procedure>/sua/", views_manage.change, name="change"),
    path("thu-tuc/<procedure:procedure>/thoi-han/", views_manage.time, name="time"),
    path("thu-tuc/<procedure:procedure>/sua-chu/", views_manage.mend, name="mend"),
    path("thu-tuc/<procedure:procedure>/doi-chieu/", views_manage.check, name="check"),
    path("thu-tuc/<procedure:procedure>/het/", views_manage.end, name="end"),
    path("cong-khai/<slug:ward>/thu-tuc/", views_public.catalogue, name="public"),
    path("cong-khai/<slug:ward>/thu-tuc/<procedure:procedure>/", views_public.detail, name="public-one"),
]
