"""What this is, before anybody signs in; where each role arrives; what to do in danger."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from lodose.server.accounts.models import Role

_HOMES: dict[str, str] = {
    Role.PERSON: "web:today",
    Role.PRESCRIBER: "web:panel",
}


def front(request: HttpRequest) -> HttpResponse:
    """The front page."""
    return render(request, "web/front.html", {"place": "front"})


def red_flags(request: HttpRequest) -> HttpResponse:
    """What to do now when something is wrong: no account, no script, nothing saved."""
    return render(request, "web/red_flags.html", {"place": "red-flags"})


def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, where, and how to be rid of it."""
    return render(request, "web/privacy.html", {"place": "privacy"})


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Send each role to the place where its day begins."""
    place = _HOMES.get(request.user.role)  # type: ignore[union-attr]  # login_required
    return redirect(place) if place else render(request, "web/empty.html", {"place": "home"})


routes = [
    path("", front, name="front"),
    path("red-flags/", red_flags, name="red-flags"),
    path("privacy/", privacy, name="privacy"),
    path("home/", home, name="home"),
]
