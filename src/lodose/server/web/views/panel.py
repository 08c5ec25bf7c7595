"""The prescriber's people."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path


@login_required
def panel(request: HttpRequest) -> HttpResponse:
    """Placeholder of the walking skeleton."""
    return render(request, "web/empty.html", {"place": "panel"})


routes: list[URLPattern] = [
    path("panel/", panel, name="panel"),
]
