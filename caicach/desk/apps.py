from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "caicach.desk"
    label = "desk"
