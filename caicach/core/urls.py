from django.urls import path

from caicach.core import views

app_name = "core"
urlpatterns = [
    path("suc-khoe/", views.health, name="health"),
    path("kieu-dang/", views.style, name="style"),
]
