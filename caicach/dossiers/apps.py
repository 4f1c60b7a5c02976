from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "caicach.dossiers"
    label = "dossiers"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from caicach.dossiers import found, jobs  # its jobs are known to the queue from here on
        from caicach.history import triggers

        triggers.guard("dossiers_event")
        assert jobs
        post_migrate.connect(found.install, sender=self)
