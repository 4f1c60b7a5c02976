from django.apps import AppConfig


class CounterConfig(AppConfig):
    name = "caicach.counter"
    label = "counter"
