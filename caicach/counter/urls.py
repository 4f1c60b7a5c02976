from django.urls import path

from caicach.counter import views

app_name = "counter"
urlpatterns = [
    path("", views.take_in, name="take-in"),
    path("thu-tuc/", views.procedures, name="procedures"),
    path("nhap/", views.keep, name="keep"),
    path("nhap/<slug:token>/", views.draft, name="draft"),
    path("cai-dat/", views.desk, name="desk"),
    path("so/", views.book, name="book"),
    path("so/to.pdf", views.book_file, name="book-file"),
    path("<slug:token>/giay-tiep-nhan.<slug:suffix>", views.receipt, name="receipt"),
    path("<slug:token>/", views.taken, name="taken"),
    path("<slug:token>/huy/", views.void, name="void"),
]
