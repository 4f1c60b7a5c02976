from django.apps import AppConfig


class CounterConfig(AppConfig):
    name = "caicach.counter"
    label = "counter"

    def ready(self) -> None:
        from caicach.history import triggers

        triggers.guard("counter_money")
