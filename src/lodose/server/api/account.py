"""The account: its settings, devices, tokens, and everything that is kept.

Tokens are made, and accounts deleted, on a page only: both ask for a fresh sign-in.
"""

import uuid
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import available_timezones

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field

from lodose.server.access import own_person
from lodose.server.accounts.actions import (
    rename_account,
    revoke_device,
    revoke_token,
    set_time_zone,
)
from lodose.server.accounts.lookups import devices_of, tokens_of
from lodose.server.accounts.models import ApiToken, Role, TrustedDevice, User
from lodose.server.api.days import as_file
from lodose.server.api.doors import Doors
from lodose.server.api.keys import person_of, user_of
from lodose.server.api.problems import RefusalError
from lodose.server.api.shapes import Done, Given, Page, PageNumber, Text, Word, page_of
from lodose.server.records.everything import archive_name, everything_of
from lodose.server.records.outcomes import settle_in

doors = Doors("Account")


class Account(Schema):
    """Whose token this is."""

    user_name: str
    name: str = Field(description="As they want to be called.")
    role: str
    language: str = Field(description="Empty: as the browser prefers.")
    time_zone: str | None = Field(description="Of a person's record; null for other roles.")
    hopes: str | None = Field(description="What a person hopes for; null for other roles.")


class Changes(Given):
    """What is changed; what is left out stays."""

    name: Annotated[Text, Field(max_length=80)] | None = None
    language: Word | None = Field(None, description="en, de, or empty: as the browser prefers.")
    time_zone: Annotated[Text, Field(max_length=64)] | None = Field(
        None, description="Europe/Berlin. Entries that are made keep their day."
    )
    hopes: Text | None = None


class Device(Schema):
    """A browser that may check in without signing in."""

    id: uuid.UUID
    label: str
    created_at: datetime
    expires_at: datetime
    last_used_on: date | None


class TokenShape(Schema):
    """A token for a program; its secret is shown once, when it is made."""

    id: uuid.UUID
    label: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_on: date | None


@doors.get("/account", "read:account", answers={200: Account})
def account(request: HttpRequest) -> Any:
    """Read whose token this is."""
    return _account(user_of(request))


@doors.patch("/account", "write:account", answers={200: Account})
def patch_account(request: HttpRequest, changes: Changes) -> Any:
    """Change name, language, time zone or hopes."""
    user = user_of(request)
    _check(user, changes)
    with transaction.atomic():
        if changes.name is not None or changes.language is not None:
            rename_account(
                user,
                display_name=user.display_name if changes.name is None else changes.name.strip(),
                language=user.language if changes.language is None else changes.language,
            )
        if user.role == Role.PERSON:
            person = own_person(user)
            if changes.hopes is not None:
                settle_in(person, time_zone=person.time_zone, hopes=changes.hopes)
            if changes.time_zone not in {None, person.time_zone}:
                set_time_zone(person, str(changes.time_zone))
    return _account(user)


@doors.get("/account/devices", "read:account", answers={200: Page[Device]})
def devices(request: HttpRequest, page: PageNumber = 1) -> Any:
    """List the browsers that may check in without signing in."""
    return page_of(devices_of(person_of(request).user), page, _device)


@doors.delete("/account/devices/{device}", "write:account", answers={200: Done})
def delete_device(request: HttpRequest, device: uuid.UUID) -> Any:
    """End a device's permission."""
    if not revoke_device(person_of(request).user, device):
        raise Http404
    return {"done": True}


@doors.get("/account/tokens", "read:account", answers={200: Page[TokenShape]})
def tokens(request: HttpRequest, page: PageNumber = 1) -> Any:
    """List the tokens that work. New ones are made on a page, under Account, Tokens."""
    return page_of(tokens_of(user_of(request)), page, _token)


@doors.delete("/account/tokens/{token}", "write:account", answers={200: Done})
def delete_token(request: HttpRequest, token: uuid.UUID) -> Any:
    """End a token, also the one that asks."""
    if not revoke_token(user_of(request), token):
        raise Http404
    return {"done": True}


@doors.get(
    "/everything.zip",
    "read:diary",
    "read:answer",
    "read:treatment",
    "read:care",
    "read:account",
    answers={200: None},
    kind="application/zip",
)
def everything(request: HttpRequest) -> Any:
    """Download everything that is kept about the person.

    Deleting everything is a page, More, Delete everything: it asks for a fresh sign-in.
    """
    person = person_of(request)
    return as_file(archive_name(person), everything_of(person), "application/zip")


def _check(user: User, changes: Changes) -> None:
    problems: dict[str, str] = {}
    if changes.language not in {None, "", *dict(settings.LANGUAGES)}:
        known = ", ".join(dict(settings.LANGUAGES))
        problems["language"] = _("It is not one of: %(expected)s.") % {"expected": known}
    if changes.time_zone is not None and changes.time_zone not in available_timezones():
        problems["time_zone"] = _("Write a zone such as Europe/Berlin.")
    if user.role != Role.PERSON:
        record = {"time_zone": changes.time_zone, "hopes": changes.hopes}
        given = [name for name, value in record.items() if value is not None]
        problems.update(dict.fromkeys(given, _("Only a person's record has this.")))
    if problems:
        raise RefusalError(422, _("Nothing was written."), fields=problems)


def _account(user: User) -> dict[str, Any]:
    person = own_person(user) if user.role == Role.PERSON else None
    return {
        "user_name": user.username,
        "name": user.display_name,
        "role": user.role,
        "language": user.language,
        "time_zone": person and person.time_zone,
        "hopes": person and person.hopes,
    }


def _device(device: TrustedDevice) -> dict[str, Any]:
    return {
        "id": device.pk,
        "label": device.label,
        "created_at": device.created_at,
        "expires_at": device.expires_at,
        "last_used_on": device.last_used_on,
    }


def _token(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.pk,
        "label": token.label,
        "scopes": token.scopes,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_on": token.last_used_on,
    }
