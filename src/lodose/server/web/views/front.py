"""What this is, before anybody signs in; where each role arrives; what to do in danger."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from lodose.server.access import own_person
from lodose.server.accounts.models import Role
from lodose.server.records.outcomes import primary_of
from lodose.server.web.evidence import written_claims
from lodose.server.web.forms.check_in_page import red_flag_choices

_HOMES: dict[str, str] = {
    Role.PERSON: "web:today",
    Role.PRESCRIBER: "web:panel",
    Role.ADMINISTRATOR: "web:administration",
}


def front(request: HttpRequest) -> HttpResponse:
    """What this is, what is known of the six claims, and how to begin."""
    context = {
        "place": "front",
        "claims": written_claims(),
        "open_to_all": settings.SIGN_UP == "open",
    }
    return render(request, "web/front.html", context)


def red_flags(request: HttpRequest) -> HttpResponse:
    """What to do now when something is wrong: no account, no script, nothing saved."""
    context = {
        "place": "red-flags",
        "flags": red_flag_choices(),
        "emergency": settings.EMERGENCY_NUMBER or _("your emergency number"),
    }
    return render(request, "web/red_flags.html", context)


def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, where, and how to be rid of it."""
    return render(request, "web/privacy.html", {"place": "privacy"})


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Send each role to the place where its day begins."""
    role = request.user.role  # type: ignore[union-attr]  # login_required
    place = _HOMES.get(role)
    if role == Role.PERSON and primary_of(own_person(request.user)) is None:
        place = "web:start"
    return redirect(place) if place else render(request, "web/nothing_here.html", {"place": "home"})


routes = [
    path("", front, name="front"),
    path("red-flags/", red_flags, name="red-flags"),
    path("privacy/", privacy, name="privacy"),
    path("home/", home, name="home"),
]
