"""Who may see a record: the person lets prescribers in and sends them away."""

import uuid

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lodose.errors import LodoseError
from lodose.server.access import own_person
from lodose.server.accounts.models import Role
from lodose.server.care.actions import (
    INVITATION_DAYS,
    NOTE_LENGTH,
    accept,
    invitation_of,
    invite,
    open_invitations,
    share_missed_days,
    withdraw_access,
    withdraw_invitation,
)
from lodose.server.care.attention import attention_of
from lodose.server.care.team import access_ended, access_given, looks
from lodose.server.care.wording import shown
from lodose.server.records.models import Person


@login_required
@require_GET
def care(request: HttpRequest) -> HttpResponse:
    """Show who has access, who looked, and what they have seen."""
    return _care_page(request, own_person(request.user))


def _care_page(
    request: HttpRequest, person: Person, *, problem: str = "", note: str = ""
) -> HttpResponse:
    given = access_given(person)
    items = attention_of([person])[person.pk] if given else []
    context = {
        "place": "more",
        "person": person,
        "zone": person.time_zone,
        "given": given,
        "ended": access_ended(person),
        "invitations": open_invitations(person),
        "looks": looks(person, request.GET.get("page")),
        "items": [shown(item) for item in items if item.is_urgent],
        "invitation_id": uuid.uuid4(),
        "days": INVITATION_DAYS,
        "note": note,
        "note_length": NOTE_LENGTH,
        "problem": problem,
    }
    return render(request, "web/care.html", context, status=422 if problem else 200)


@login_required
@require_POST
def invite_prescriber(request: HttpRequest) -> HttpResponse:
    """Make a link and show it, this once: only its hash is kept.

    Shown by the answer to the form itself, since a redirect would have to keep the secret.
    """
    person = own_person(request.user)
    note = request.POST.get("note", "").strip()
    if len(note) > NOTE_LENGTH:
        problem = _("Write %(most)d characters or fewer.") % {"most": NOTE_LENGTH}
        return _care_page(request, person, problem=problem, note=note)
    try:
        secret = invite(person, uuid.UUID(request.POST.get("id", "")), note)
    except ValueError:
        raise Http404 from None
    except LodoseError:
        problem = _("Too many invitations are open. Withdraw one first.")
        return _care_page(request, person, problem=problem, note=note)
    if secret is None:
        messages.info(
            request,
            _("A link is shown once. If you did not keep it, withdraw it and make a new one."),
        )
        return redirect("web:care")
    link = request.build_absolute_uri(reverse("web:join-care", args=[secret]))
    context = {
        "place": "more",
        "link": link,
        "picture": segno.make(link, error="m").svg_data_uri(scale=6, border=4),
        "days": INVITATION_DAYS,
    }
    return render(request, "web/care_invitation.html", context)


@login_required
@require_POST
def end_invitation(request: HttpRequest, invitation: uuid.UUID) -> HttpResponse:
    """Withdraw an open invitation."""
    if not withdraw_invitation(own_person(request.user), invitation):
        raise Http404
    messages.success(request, _("The invitation is withdrawn. Its link no longer works."))
    return redirect("web:care")


@login_required
@require_POST
def end_access(request: HttpRequest, grant: uuid.UUID) -> HttpResponse:
    """Withdraw a prescriber's access, at once."""
    if not withdraw_access(own_person(request.user), grant):
        raise Http404
    messages.success(request, _("Access is withdrawn, from this moment on."))
    return redirect("web:care")


@login_required
@require_POST
def choose_missed_days(request: HttpRequest) -> HttpResponse:
    """Choose whether missed check-ins are shown to the care team."""
    share = request.POST.get("share") == "yes"
    share_missed_days(own_person(request.user), share)
    if share:
        messages.success(request, _("Your care team is shown missed check-ins."))
    else:
        messages.success(request, _("Your care team is not shown missed check-ins."))
    return redirect("web:care")


@require_http_methods(["GET", "HEAD", "POST"])
def join_care(request: HttpRequest, token: str) -> HttpResponse:
    """Let a prescriber accept an invitation.

    Whoever is no prescriber reads the same guidance whatever the link is; to a prescriber every
    link that does not hold looks the same.
    """
    user = request.user
    if not user.is_authenticated or user.role != Role.PRESCRIBER:
        context = {"place": "", "signed_in": user.is_authenticated, "next": request.path}
        status = 403 if request.method == "POST" else 200
        return render(request, "web/care_join_guidance.html", context, status=status)
    if request.method == "POST":
        grant = accept(user, token)
        if grant is not None:
            messages.success(request, _("The record is now among your people."))
            return redirect("web:person", grant.person_id)
    invitation = None if request.method == "POST" else invitation_of(token)
    if invitation is None:
        return render(request, "web/care_join_gone.html", {"place": "panel"}, status=404)
    context = {"place": "panel", "name": invitation.person.user.shown_name}
    return render(request, "web/care_join.html", context)


routes = [
    path("care/", care, name="care"),
    path("care/invite/", invite_prescriber, name="care-invite"),
    path("care/missed-days/", choose_missed_days, name="care-missed-days"),
    path("care/invitations/<uuid:invitation>/end/", end_invitation, name="care-invitation-end"),
    path("care/access/<uuid:grant>/end/", end_access, name="care-access-end"),
    path("join/care/<str:token>/", join_care, name="join-care"),
]
