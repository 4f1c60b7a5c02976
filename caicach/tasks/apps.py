from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "caicach.tasks"
    label = "tasks"
