from django.apps import AppConfig


class CitizensConfig(AppConfig):
    name = "caicach.citizens"
    label = "citizens"

    def ready(self) -> None:
        from caicach.history import triggers

        triggers.guard("citizens_trace", may_lose=("reason",))
