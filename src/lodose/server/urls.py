"""Every address of the server."""

from django.conf import settings
from django.urls import include, path

from lodose.server.web.views.languages import choose_language

urlpatterns = [
    path("accounts/", include("lodose.server.accounts.urls")),
    path("language/", choose_language, name="set_language"),
    path("", include("lodose.server.api.urls")),
    path("", include("lodose.server.web.urls")),
]
if settings.ADMIN_SITE:
    from lodose.server.operations.admin import site

    urlpatterns.insert(0, path("site-administration/", site.urls))

handler404 = "lodose.server.web.views.errors.missing"
handler500 = "lodose.server.web.views.errors.failed"
