"""The verdict and its report."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path


@login_required
def answer(request: HttpRequest) -> HttpResponse:
    """Placeholder of the walking skeleton."""
    return render(request, "web/empty.html", {"place": "answer"})


routes: list[URLPattern] = [
    path("answer/", answer, name="answer"),
]
