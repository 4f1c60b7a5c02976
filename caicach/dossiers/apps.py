from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "caicach.dossiers"
    label = "dossiers"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from caicach.citizens import services as citizens
        from caicach.dossiers import forgetting, found, jobs  # its jobs are known to the queue from here on
        from caicach.history import triggers

        triggers.guard("dossiers_event", may_lose=("facts", "word"))
        assert jobs
        citizens.tell_anonymised(forgetting.forget_citizen)
        post_migrate.connect(found.install, sender=self)
