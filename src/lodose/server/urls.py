"""Every address of the server."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("lodose.server.api.urls")),
    path("", include("lodose.server.web.urls")),
]

handler404 = "lodose.server.web.views.errors.missing"
handler500 = "lodose.server.web.views.errors.failed"
