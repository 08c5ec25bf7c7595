"""The only way from an account to somebody's rows.

Absent and forbidden look the same from outside: every function raises ``Http404``. Pages and API
call these and never ``.objects``; a test holds that.
"""

import uuid
from typing import Any, TypeVar

from django.http import Http404

from lodose.server.accounts.lookups import find_account
from lodose.server.accounts.models import Role, User
from lodose.server.audit.chain import record
from lodose.server.care.models import Grant
from lodose.server.records.models import (
    CheckIn,
    Laboratory,
    LifeEvent,
    Medicine,
    Person,
    Trial,
)

Item = TypeVar("Item", Laboratory, Medicine, LifeEvent)


def own_person(user: Any) -> Person:
    """Return the record of a person's own account."""
    if not user.is_authenticated or user.role != Role.PERSON:
        raise Http404
    # Read along with the account by `accounts.backends`, else looked up now.
    person: Person | None = getattr(user, "person", None)
    if person is None:
        raise Http404
    return person


def access_person(user: Any, person_id: uuid.UUID, *, looked_at: str = "") -> Person:
    """Return a person's record to themselves or to a prescriber whom they let in.

    Parameters
    ----------
    user : User
        Who asks.
    person_id : uuid.UUID
        Whose record.
    looked_at : str
        What of it is read ("record", "report"): kept in the person's chain, so that they see who
        looked when. Their own reading is not kept.
    """
    if not user.is_authenticated:
        raise Http404
    person = Person.objects.select_related("user").filter(pk=person_id).first()
    if person is None:
        raise Http404
    if user.role == Role.PERSON and person.user_id == user.pk:
        return person
    if (
        user.role == Role.PRESCRIBER
        and Grant.objects.filter(person=person, prescriber=user, withdrawn_at=None).exists()
    ):
        if looked_at:
            record(
                person.chain_id,
                "looked",
                {"who": str(user.pk), "name": user.shown_name, "what": looked_at},
            )
        return person
    raise Http404


def access_check_in(user: Any, check_in_id: uuid.UUID) -> CheckIn:
    """Return a check-in of the person's own record."""
    person = own_person(user)
    check_in = CheckIn.objects.filter(person=person, pk=check_in_id).first()
    if check_in is None:
        raise Http404
    check_in.person = person
    return check_in


def access_trial(user: Any, trial_id: uuid.UUID) -> Trial:
    """Return a trial of the person's own record."""
    person = own_person(user)
    trial = Trial.objects.filter(person=person, pk=trial_id).first()
    if trial is None:
        raise Http404
    trial.person = person
    return trial


def access_laboratory(user: Any, item_id: uuid.UUID) -> Laboratory:
    """Return a laboratory value of the person's own record that was not removed."""
    return _access_item(Laboratory, user, item_id)


def access_medicine(user: Any, item_id: uuid.UUID) -> Medicine:
    """Return another medicine of the person's own record that was not removed."""
    return _access_item(Medicine, user, item_id)


def access_life_event(user: Any, item_id: uuid.UUID) -> LifeEvent:
    """Return an event of the person's own record that was not removed."""
    return _access_item(LifeEvent, user, item_id)


def _access_item(kind: type[Item], user: Any, item_id: uuid.UUID) -> Item:
    person = own_person(user)
    item = kind._default_manager.filter(person=person, pk=item_id, removed_at=None).first()
    if item is None:
        raise Http404
    item.person = person
    return item


def people_of(user: Any) -> list[Person]:
    """Return the people who let this prescriber in, and nobody else."""
    if not user.is_authenticated or user.role != Role.PRESCRIBER:
        raise Http404
    return list(
        Person.objects.filter(grants__prescriber=user, grants__withdrawn_at=None)
        .select_related("user")
        .distinct()
    )


def access_prescriber(user: Any) -> User:
    """Return the account itself if it is a prescriber's: the pages of that role begin here."""
    if not isinstance(user, User) or user.role != Role.PRESCRIBER:
        raise Http404
    return user


def own_administration(user: Any) -> User:
    """Return the administrator who asks; there is no such page for anybody else."""
    if not isinstance(user, User) or user.role != Role.ADMINISTRATOR:
        raise Http404
    return user


def access_account(user: Any, account_id: uuid.UUID) -> User:
    """Return an account to an administrator: its name and role, never its record."""
    own_administration(user)
    account = find_account(account_id)
    if account is None:
        raise Http404
    return account
