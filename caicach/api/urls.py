from typing import cast

from django.urls import URLPattern, path

from caicach.api import views
from caicach.api.endpoints import api
from caicach.rules.rights import PUBLIC

app_name = "api-tokens"
urlpatterns = [
    path("", views.tokens, name="list"),
    path("<int:position>/thoi/", views.end_token, name="end"),
]

patterns = cast(list[URLPattern], api.urls[0])
for _one in patterns:  # the table of rights names them, and the token says who asks
    is_open = _one.name in ("api-root", "openapi-json")
    setattr(_one.callback, "action", PUBLIC if is_open else "api.use")  # noqa: B010 — no view of ours is behind it
v1 = (patterns, "ninja", "api")
__all__ = ["urlpatterns", "v1"]
