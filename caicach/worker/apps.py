from django.apps import AppConfig


class WorkerConfig(AppConfig):
    name = "caicach.worker"
    label = "worker"
