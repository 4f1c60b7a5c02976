from django.urls import path

from caicach.reminders import views

app_name = "reminders"
urlpatterns = [path("", views.choice, name="choice")]
