from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "caicach.reminders"
    label = "reminders"
