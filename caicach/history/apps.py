from django.apps import AppConfig
from django.db.models.signals import post_migrate


class HistoryConfig(AppConfig):
    name = "caicach.history"
    label = "history"

    def ready(self) -> None:
        from caicach.history import triggers

        post_migrate.connect(triggers.install, dispatch_uid="history-triggers")
