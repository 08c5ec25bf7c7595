"""Doses and periods."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path


@login_required
def treatment(request: HttpRequest) -> HttpResponse:
    """Placeholder of the walking skeleton."""
    return render(request, "web/empty.html", {"place": "treatment"})


routes: list[URLPattern] = [
    path("treatment/", treatment, name="treatment"),
]
