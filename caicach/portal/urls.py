from django.urls import path

from caicach.portal import views

app_name = "portal"
urlpatterns = [
    path("tra-cuu/", views.ask, name="ask"),
    path("tra-cuu/<str:lookup>/", views.opened, name="opened"),
    path("tra-cuu/<str:lookup>/thoi-bao/", views.stop, name="stop"),
    path("rieng-tu/", views.privacy, name="privacy"),
]
