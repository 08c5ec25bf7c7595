"""Links by which somebody joins, or signs in once. Looking at one spends nothing."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from lodose.server.accounts.actions import (
    DEMONSTRATION,
    FIRST_PASSWORD,
    find_sign_in_link,
    spend_sign_in_link,
)
from lodose.server.accounts.invitations import keep_invitation
from lodose.server.accounts.models import digest

_LINK = "sign-in-link"


@require_GET
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Keep an invitation for the sign-up form, or say plainly that it does not hold."""
    if keep_invitation(request, token) is None:
        return _spent(request)
    if request.user.is_authenticated:
        return render(request, "web/join_signed_in.html", {"place": "join"})
    return redirect("account_signup")


@require_GET
def spent(request: HttpRequest) -> HttpResponse:
    """Say so to whoever was late with the form of an invitation."""
    return _spent(request)


def _spent(request: HttpRequest) -> HttpResponse:
    """The link was used, has run out or never was: all look the same."""
    return render(request, "web/join_spent.html", {"place": "join"}, status=410)


@never_cache
@require_http_methods(["GET", "POST"])
def enter_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Move the secret from the address into the session: no referrer and no history holds it."""
    request.session[_LINK] = digest(token)
    return enter(request) if request.method == "POST" else redirect("web:enter")


@never_cache
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Show one button; only pressing it spends the link. A second factor is still asked for."""
    token_hash = request.session.get(_LINK, "")
    link = find_sign_in_link(token_hash)
    if link is None or (link.purpose == DEMONSTRATION and not settings.DEMONSTRATION):
        request.session.pop(_LINK, None)
        return _spent(request)
    if request.method == "GET":
        first = link.purpose == FIRST_PASSWORD
        return render(request, "web/join_enter.html", {"place": "join", "first_password": first})
    found = spend_sign_in_link(token_hash)
    if found is None:
        return _spent(request)
    user, purpose = found
    # Whatever this browser was before, it begins anew.
    request.session.flush()
    there = reverse("account_set_password" if purpose == FIRST_PASSWORD else "web:home")
    record_authentication(request, user, method="link")
    login = Login(user=user, redirect_url=there, email_verification="none")
    response: HttpResponse = perform_login(request, login)
    return response


routes = [
    path("join/spent/", spent, name="join-spent"),
    path("join/<str:token>/", join, name="join"),
    path("enter/", enter, name="enter"),
    path("enter/<str:token>/", enter_by_link, name="enter-link"),
]
