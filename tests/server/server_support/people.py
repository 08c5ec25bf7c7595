"""Make accounts and records for tests, through the same actions as the server."""

import datetime as dt
import uuid
from typing import Any

from django.test import Client
from django.utils import timezone

from lodose.server.accounts.actions import open_account
from lodose.server.accounts.models import Role, User
from lodose.server.care.models import Grant
from lodose.server.records.actions import Receipt, make_check_in
from lodose.server.records.clock import today_of
from lodose.server.records.entries import Entry
from lodose.server.records.models import Outcome, Person
from lodose.server.records.suitability import Confirming, confirm
from lodose.trial.suitability import POINTS

PASSWORD = "long enough for anybody"


def make_person(username: str = "person", **options: Any) -> Person:
    """An account with a record that asks for pain and sleep."""
    user = open_account(username, password=PASSWORD, **options)
    person = Person.objects.get(user=user)
    Outcome.objects.create(
        person=person,
        name="pain",
        label="Pain, 0 to 10",
        instrument="pain-nrs",
        primary=True,
        position=1,
        mcid=1,
    )
    Outcome.objects.create(
        person=person, name="sleep", label="Sleep last night", better="higher", position=2
    )
    return person


def make_account(role: Role, username: str = "") -> User:
    """An account of a role, with a second factor where the role needs one."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    user = open_account(username or role.value, role=role, password=PASSWORD)
    TOTP.activate(user, generate_totp_secret())
    return user


def let_in(person: Person, prescriber: User) -> Grant:
    """The person lets a prescriber see the record."""
    return Grant.objects.create(person=person, prescriber=prescriber)


def signed_in(user: User | Person) -> Client:
    """A browser with a session of that account; it checks CSRF like a real one."""
    client = Client()
    client.force_login(
        user.user if isinstance(user, Person) else user,
        backend="lodose.server.accounts.backends.Accounts",
    )
    return client


def check_in(person: Person, day: dt.date | None = None, **content: Any) -> Receipt:
    """Make a check-in for today or another day."""
    content.setdefault("outcomes", {"pain": "5"})
    reason = content.pop("reason", "")
    entry = Entry(
        id=content.pop("id", None) or uuid.uuid4(),
        day=day or today_of(person),
        written_at=content.pop("written_at", None) or timezone.now(),
        source=content.pop("source", "page"),
        **content,
    )
    return make_check_in(person, entry, reason=reason)


def suits(person: Person) -> None:
    """A prescriber has confirmed that periods with and without the treatment suit."""
    everything = tuple(POINTS)
    confirm(person, Confirming(everything, agreed_with="Practice", agreed_on=today_of(person)))
