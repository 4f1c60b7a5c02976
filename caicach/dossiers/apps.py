from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "caicach.dossiers"
    label = "dossiers"

    def ready(self) -> None:
        from caicach.dossiers import jobs  # noqa: F401  its jobs are known to the queue
        from caicach.history import triggers

        triggers.guard("dossiers_event")
