from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "caicach.organisation"
    label = "organisation"
