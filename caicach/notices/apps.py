from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "caicach.notices"
    label = "notices"

    def ready(self) -> None:
        from caicach.citizens import services as citizens
        from caicach.dossiers import asides
        from caicach.exchange import services as exchange
        from caicach.notices import (
            jobs,  # noqa: F401  its jobs are known to the queue
            queries,
            services,
        )

        exchange.put_in(services.LINK, services.address_in_notice)
        citizens.tell_anonymised(services.forget_citizen)
        asides.tell(queries.aside)
