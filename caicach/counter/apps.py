from django.apps import AppConfig


class CounterConfig(AppConfig):
    name = "caicach.counter"
    label = "counter"

    def ready(self) -> None:
        from caicach.citizens import services as citizens
        from caicach.counter import anonymising, jobs  # its jobs are known to the queue from here on
        from caicach.dossiers import forgetting
        from caicach.history import triggers

        triggers.guard("counter_money", may_lose=("note", "reason"))
        forgetting.tell(anonymising.forget)
        citizens.tell_anonymised(anonymising.forget_attempts)
        assert jobs
