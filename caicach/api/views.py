"""A person's tokens: made, shown once, ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from caicach.api import services
from caicach.api.forms import TokenForm
from caicach.core import clock, origin
from caicach.core.http import may, put_refusal, see_other, ward_request
from caicach.rules.refusal import Refusal


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may("desk.see")
def tokens(request: HttpRequest) -> HttpResponse:
    """The list, and a new one, whose secret stands on the answer to the POST and nowhere else."""
    actor = ward_request(request).actor
    form = TokenForm(request.POST or None)
    secret, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                secret = services.make(
                    person=actor.person_id, post=actor.post_id, ward=actor.ward_id, name=form.cleaned_data["name"],
                    nonce=request.POST.get("nonce", "")[:64] or services.new_nonce(), at=clock.now(), address=origin.address_of(request),
                )  # fmt: skip
            except Refusal as refusal:
                status = put_refusal(form, refusal)
            else:
                form, status = TokenForm(), 200
    return render(
        request,
        "api/tokens.html",
        {
            "form": form,
            "secret": secret,
            "rows": services.tokens_of(actor.person_id),
            "nonce": services.new_nonce(),
        },
        status=status,
    )


@require_POST
@may("desk.see")
def end_token(request: HttpRequest, position: int) -> HttpResponse:
    """The nth that was ever made opens nothing any more."""
    actor = ward_request(request).actor
    token, address = services.token_for(actor.person_id, position), origin.address_of(request)
    services.end(token, by=actor.person_id, ward=actor.ward_id, at=clock.now(), address=address)
    messages.success(request, "Mã ấy không dùng được nữa.")
    return see_other(reverse("api-tokens:list"))
