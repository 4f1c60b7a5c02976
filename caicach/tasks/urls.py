from django.urls import path

from caicach.tasks import views

app_name = "tasks"
_AT = "<int:year>/<slug:book>/<str:number>/"
urlpatterns = [
    path(_AT, views.detail, name="detail"),
    path(_AT + "tien-do/", views.report, name="report"),
    path(_AT + "nop/", views.hand_in, name="hand-in"),
    path(_AT + "san-pham/<int:position>/tep/", views.evidence, name="evidence"),
    path(_AT + "san-pham/<int:position>/duyet/", views.accept, name="accept"),
    path(_AT + "san-pham/<int:position>/tra-lai/", views.give_back, name="give-back"),
]
