from django.urls import path

from caicach.desk import pages, views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("viec-cua-toi/", views.my_work, name="my-work"),
    path("tim/", pages.search, name="search"),
]
