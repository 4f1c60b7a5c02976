from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from caicach.core import clock


def _begin(sender: object, request: HttpRequest, **_: object) -> None:
    """From here on the session counts how long it lies unused."""
    request.session["seen"] = clock.now().isoformat()


class AccountsConfig(AppConfig):
    name = "caicach.accounts"
    label = "accounts"

    def ready(self) -> None:
        user_logged_in.connect(_begin)
        # `services.let_in` notes the last sign-in, by our clock and beside its event
        user_logged_in.disconnect(dispatch_uid="update_last_login")
        from caicach.accounts import links
        from caicach.exchange import services as exchange

        exchange.put_in(links.KIND, links.address_in_letter)
