from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "caicach.exchange"
    label = "exchange"
