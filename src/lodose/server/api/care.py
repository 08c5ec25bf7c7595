"""The care team: who may see the record, who looked, what they have seen."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Schema, Status
from pydantic import Field

from lodose.errors import LodoseError
from lodose.server.api.doors import Doors
from lodose.server.api.keys import person_of
from lodose.server.api.problems import conflict
from lodose.server.api.shapes import Done, Flag, Given, Page, PageNumber, Word, page_of
from lodose.server.audit.history import events_of
from lodose.server.audit.models import Event
from lodose.server.audit.words import say
from lodose.server.care.actions import (
    NOTE_LENGTH,
    invite,
    open_invitations,
    share_missed_days,
    withdraw_access,
    withdraw_invitation,
)
from lodose.server.care.attention import Item, attention_of
from lodose.server.care.models import Grant, Invitation
from lodose.server.care.team import access_ended, access_given
from lodose.server.care.wording import shown

doors = Doors("Care team")


class Access(Schema):
    """A prescriber's access."""

    id: uuid.UUID
    name: str
    given_at: datetime
    withdrawn_at: datetime | None


class InvitationShape(Schema):
    """A link that a prescriber could still use; the link itself is shown once, when it is made."""

    id: uuid.UUID
    note: str
    created_at: datetime
    expires_at: datetime


class NewInvitation(Given):
    """A link for one prescriber."""

    note: Annotated[Word, Field(max_length=NOTE_LENGTH)] = Field(
        "", description="For the person alone: which surgery the link is for."
    )


class Link(Schema):
    """The link, shown this once."""

    link: str


class Sharing(Given):
    """Whether missed check-ins are shown to the care team."""

    share: Flag


class Look(Schema):
    """Somebody read the record."""

    name: str
    what: str = Field(description="record, report or panel")
    at: datetime


class Line(Schema):
    """Something that happened, in one sentence."""

    at: datetime
    kind: str
    words: str


class SightShape(Schema):
    """Who saw it, and when."""

    name: str
    at: datetime


class Attention(Schema):
    """Something that needs a prescriber's attention."""

    kind: str
    key: str = Field(description="Names it for as long as it says the same.")
    day: date
    urgent: bool
    title: str
    text: str
    seen: list[SightShape]


@doors.get("/care/access", "read:care", answers={200: list[Access]})
def access(request: HttpRequest) -> Any:
    """List who may see the record now, then whose access ended lately."""
    person = person_of(request)
    return [_access(each) for each in (*access_given(person), *access_ended(person))]


@doors.delete("/care/access/{access}", "write:care", answers={200: Done})
def delete_access(request: HttpRequest, access: uuid.UUID) -> Any:
    """Withdraw a prescriber's access, from this moment on."""
    if not withdraw_access(person_of(request), access):
        raise Http404
    return {"done": True}


@doors.get("/care/invitations", "read:care", answers={200: list[InvitationShape]})
def invitations(request: HttpRequest) -> Any:
    """List the invitations that a prescriber could still use."""
    return [_invitation(each) for each in open_invitations(person_of(request))]


@doors.put("/care/invitations/{invitation}", "write:care", answers={201: Link}, conflicts=True)
def put_invitation(request: HttpRequest, invitation: uuid.UUID, given: NewInvitation) -> Any:
    """Make a link by which one prescriber may join, once.

    The id is made by you. The link is in this answer and nowhere else; sent again, 409.
    """
    try:
        secret = invite(person_of(request), invitation, given.note)
    except LodoseError:
        raise conflict(_("Too many invitations are open."), mend=_("Withdraw one first.")) from None
    if secret is None:
        raise conflict(
            _("That invitation was made before, and its link was shown then."),
            mend=_("Withdraw it and make another."),
        )
    link = request.build_absolute_uri(reverse("web:join-care", args=[secret]))
    return Status(201, {"link": link})


@doors.delete("/care/invitations/{invitation}", "write:care", answers={200: Done})
def delete_invitation(request: HttpRequest, invitation: uuid.UUID) -> Any:
    """Withdraw an open invitation."""
    if not withdraw_invitation(person_of(request), invitation):
        raise Http404
    return {"done": True}


@doors.get("/care/missed-days", "read:care", answers={200: Sharing})
def missed_days(request: HttpRequest) -> Any:
    """Read whether missed check-ins are shown to the care team."""
    return {"share": person_of(request).share_missed_days}


@doors.put("/care/missed-days", "write:care", answers={200: Sharing})
def put_missed_days(request: HttpRequest, given: Sharing) -> Any:
    """Choose whether missed check-ins are shown to the care team."""
    share_missed_days(person_of(request), given.share)
    return {"share": given.share}


@doors.get("/care/looks", "read:care", answers={200: Page[Look]})
def looks(request: HttpRequest, page: PageNumber = 1) -> Any:
    """List who looked at the record and when, the latest first."""
    events = events_of(person_of(request).chain_id, only_looks=True)
    return page_of(events, page, _look)


@doors.get("/care/attention", "read:care", answers={200: list[Attention]})
def own_attention(request: HttpRequest) -> Any:
    """Read what the care team is shown of you, and who has seen it."""
    person = person_of(request)
    return [attention_shape(each) for each in attention_of([person])[person.pk]]


@doors.get("/history", "read:care", "read:diary", answers={200: Page[Line]})
def history(request: HttpRequest, page: PageNumber = 1) -> Any:
    """Read what happened to the record, the latest first."""
    return page_of(
        events_of(person_of(request).chain_id),
        page,
        lambda event: {"at": event.at, "kind": event.kind, "words": say(event)},
    )


def attention_shape(item: Item) -> dict[str, Any]:
    """Return what needs attention, in words."""
    words = shown(item)
    return {
        "kind": item.kind,
        "key": item.key,
        "day": item.day,
        "urgent": item.is_urgent,
        "title": words.title,
        "text": words.text,
        "seen": [{"name": each.name, "at": each.at} for each in item.seen],
    }


def _access(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.pk,
        "name": grant.prescriber.shown_name,
        "given_at": grant.given_at,
        "withdrawn_at": grant.withdrawn_at,
    }


def _invitation(invitation: Invitation) -> dict[str, Any]:
    return {
        "id": invitation.pk,
        "note": invitation.note,
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
    }


def _look(event: Event) -> dict[str, Any]:
    details = event.details or {}
    return {"name": details.get("name", ""), "what": details.get("what", ""), "at": event.at}
