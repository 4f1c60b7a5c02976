"""All addresses: Vietnamese without accents, numbers that people know, no row ids."""

from django.urls import include, path

from caicach.api import urls as api_urls

urlpatterns = [
    path("", include("caicach.desk.urls")),
    path("", include("caicach.accounts.urls")),
    path("", include("caicach.core.urls")),
    path("nhac-viec/", include("caicach.reminders.urls")),
    path("ma-truy-cap/", include("caicach.api.urls")),
    path("api/v1/", api_urls.v1),
    path("ke-hoach/", include("caicach.plans.urls")),
    path("ho-so/", include("caicach.counter.urls_results")),
    path("", include("caicach.notices.urls")),
    path("ho-so/", include("caicach.dossiers.urls")),
    path("quay/", include("caicach.counter.urls")),
    path("", include("caicach.portal.urls")),
    path("thu-tuc/", include("caicach.dossiers.urls_shorter")),
    path("", include("caicach.procedures.urls")),
    path("", include("caicach.tasks.urls")),
]

handler400 = "caicach.core.http.bad_request"
handler403 = "caicach.core.http.forbidden"
handler404 = "caicach.core.http.not_found"
handler500 = "caicach.core.http.server_fault"
