from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    name = "caicach.accounts"
    label = "accounts"

    def ready(self) -> None:
        from caicach.accounts import links, sessions

        user_logged_in.connect(sessions.begin)
        # `services.let_in` notes the last sign-in, by our clock and beside its event
        user_logged_in.disconnect(dispatch_uid="update_last_login")
        from caicach.exchange import services as exchange

        exchange.put_in(links.KIND, links.address_in_letter)
