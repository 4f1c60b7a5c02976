from django.urls import path

from caicach.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("viec-cua-toi/", views.my_work, name="my-work"),
    path("viec-cua-toi/tiep/", views.next_task, name="next"),
    path("viec-cua-toi/da-xem/", views.see_all, name="see-all"),
]
