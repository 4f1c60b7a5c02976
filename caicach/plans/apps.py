from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "caicach.plans"
    label = "plans"

    def ready(self) -> None:
        from caicach.history import triggers
        from caicach.plans import jobs  # noqa: F401  its jobs are known to the queue
        from caicach.plans.measured import of_task
        from caicach.tasks.fed import tell

        triggers.guard("plans_monthfigure")
        tell(of_task)
