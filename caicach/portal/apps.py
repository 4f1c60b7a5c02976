from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "caicach.portal"
    label = "portal"
