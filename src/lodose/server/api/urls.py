"""Addresses of the API; what is not listed there is answered in its own shape of errors."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt

from lodose.server.api.application import api
from lodose.server.api.document import page
from lodose.server.api.problems import absent, answer_with


@csrf_exempt
def missing(request: HttpRequest) -> HttpResponse:
    """Answer for every address that is not there; it does nothing, so nothing guards it."""
    return answer_with(404, absent())


urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", page, name="api-page"),
    path("api/v1/", api.urls),
    re_path(r"^api/(?:.*)$", missing),
]
