"""Settings of an account."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path


@login_required
def more(request: HttpRequest) -> HttpResponse:
    """Placeholder of the walking skeleton."""
    return render(request, "web/empty.html", {"place": "more"})


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Placeholder of the walking skeleton."""
    return render(request, "web/empty.html", {"place": "account"})


routes: list[URLPattern] = [
    path("more/", more, name="more"),
    path("account/", account, name="account"),
]
