"""Calendar, corrections, laboratory, medicines, events."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path


@login_required
def diary(request: HttpRequest) -> HttpResponse:
    """Placeholder of the walking skeleton."""
    return render(request, "web/empty.html", {"place": "diary"})


routes: list[URLPattern] = [
    path("diary/", diary, name="diary"),
]
