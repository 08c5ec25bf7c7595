"""Pages for what is not there and for what went wrong; none repeats what was sent."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Absent and forbidden look the same."""
    return render(request, "web/missing.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """An unexpected fault: the page needs no session and no database, which may be the fault."""
    return HttpResponse(render_to_string("web/failed.html"), status=500)


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form was sent without the token that shows it came from here."""
    return render(request, "web/expired.html", status=403)
