"""Accounts of a clinic, for the administrator: who may sign in, and nothing of anybody's record."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lodose.server.access import access_account, own_administration
from lodose.server.accounts.actions import (
    FIRST_PASSWORD,
    invite_account,
    make_sign_in_link,
    set_active,
)
from lodose.server.accounts.forms import InvitationForm
from lodose.server.accounts.lookups import all_accounts, open_invitations

PAGE = 50


@login_required
def administration(request: HttpRequest) -> HttpResponse:
    """List accounts; invite somebody, and show the link once."""
    administrator = own_administration(request.user)
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        secret = invite_account(administrator, given["role"], given["note"])
        link = request.build_absolute_uri(reverse("web:join", args=[secret]))
        shown = {"place": "home", "link": link, "kind": "invitation"}
        return render(request, "web/administration_link.html", shown)
    context = {
        "place": "home",
        "form": form,
        "page": Paginator(all_accounts(), PAGE).get_page(request.GET.get("page")),
        "invitations": open_invitations()[:PAGE],
    }
    return render(request, "web/administration.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def switch(request: HttpRequest, account: uuid.UUID) -> HttpResponse:
    """Close an account to its owner, or open it again."""
    user = access_account(request.user, account)
    if user == request.user:
        messages.error(request, _("Your own account stays open: somebody has to keep the others."))
        return redirect("web:administration")
    wanted = request.POST.get("active")
    if wanted not in {"yes", "no"}:
        raise Http404
    set_active(user, wanted == "yes")
    said = (
        _("%(name)s can sign in again.") if user.is_active else _("%(name)s can no longer sign in.")
    )
    messages.success(request, said % {"name": user.shown_name})
    return redirect("web:administration")


@login_required
@require_POST
def first_password(request: HttpRequest, account: uuid.UUID) -> HttpResponse:
    """Make a link by which the owner of an account chooses a new password."""
    user = access_account(request.user, account)
    secret = make_sign_in_link(user, FIRST_PASSWORD)
    link = request.build_absolute_uri(reverse("web:enter-link", args=[secret]))
    context = {"place": "home", "link": link, "kind": "password", "account": user}
    return render(request, "web/administration_link.html", context)


routes: list[URLPattern] = [
    path("administration/", administration, name="administration"),
    path("administration/<uuid:account>/active/", switch, name="administration-active"),
    path("administration/<uuid:account>/password/", first_password, name="administration-password"),
]
