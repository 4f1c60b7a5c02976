"""What the catalogue's views share."""

from __future__ import annotations

from django.http import HttpRequest

from caicach.core.http import ward_request
from caicach.rules import rights


def asked_of(request: HttpRequest) -> str:
    """The words that an address asks for."""
    return " ".join(request.GET.get("tim", "").split())[:100]


def tabs(request: HttpRequest, here: str) -> dict[str, object]:
    """What the pages of the one-stop shop share: who may see the dossiers beside them, who may change the catalogue."""
    role = ward_request(request).actor.role
    return {
        "tab": here,
        "may_see_dossiers": rights.allows("dossier.see", role),
        "may_manage": rights.allows("procedure.manage", role),
    }
