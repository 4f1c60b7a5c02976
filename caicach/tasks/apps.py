from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "caicach.tasks"
    label = "tasks"

    def ready(self) -> None:
        from caicach.accounts.queries import count_left, count_new
        from caicach.tasks.handovers import open_counts
        from caicach.tasks.notices import unseen_of_post

        count_new(unseen_of_post)
        count_left(open_counts)
