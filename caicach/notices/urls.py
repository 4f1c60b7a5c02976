from django.urls import path

from caicach.core import addresses  # noqa: F401 — "code" of the paths below
from caicach.notices import views

app_name = "notices"
urlpatterns = [
    path("ho-so/thong-bao/", views.told, name="told"),
    path("ho-so/thong-bao/gui-lai/", views.again, name="again"),
    path("ho-so/thong-bao/cach-bao/<code:code>/", views.agree, name="agree"),
    path("quay/cai-dat/thong-bao/", views.manner, name="manner"),
]
