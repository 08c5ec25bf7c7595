"""Changes of who may see a record, and what was seen; each writes its own event."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from lodose.errors import LodoseError
from lodose.server.accounts.models import Role, User, digest, new_secret
from lodose.server.audit.chain import add_event, lock_chain
from lodose.server.care.models import Grant, Invitation, Seen
from lodose.server.records.models import Person
from lodose.server.records.screening import end_overrides_of

INVITATION_DAYS = 14
MOST_OPEN_INVITATIONS = 10
NOTE_LENGTH = 80


def invite(person: Person, invitation_id: uuid.UUID, note: str = "") -> str | None:
    """Return the secret of a link by which one prescriber may join, once.

    Parameters
    ----------
    person : Person
        Who lets somebody see the record.
    invitation_id : uuid.UUID
        Made by the form, so that sending it twice makes one invitation.
    note : str
        For the person alone: which surgery the link is for.

    Returns
    -------
    str or None
        None if this form was sent before: a link is shown once and only its hash is kept.

    Raises
    ------
    LodoseError
        If too many invitations are open. Nothing was written.
    """
    secret = new_secret()
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        if Invitation.objects.filter(pk=invitation_id).exists():
            return None
        if len(open_invitations(person)) >= MOST_OPEN_INVITATIONS:
            raise LodoseError(
                f"{MOST_OPEN_INVITATIONS} invitations are open. Mend: withdraw one first."
            )
        invitation = Invitation.objects.create(
            id=invitation_id,
            person=person,
            token_hash=digest(secret),
            note=note.replace("\x00", "").strip()[:NOTE_LENGTH],
            expires_at=timezone.now() + timedelta(days=INVITATION_DAYS),
        )
        add_event(chain, "care-invited", {"invitation": str(invitation.pk)})
    return secret


def open_invitations(person: Person) -> list[Invitation]:
    """Return the invitations that a prescriber could still use."""
    return list(
        Invitation.objects.filter(
            person=person, used_at=None, withdrawn_at=None, expires_at__gt=timezone.now()
        ).order_by("created_at")
    )


def withdraw_invitation(person: Person, invitation_id: uuid.UUID) -> bool:
    """End an open invitation; False if the person has no such one."""
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        changed = Invitation.objects.filter(
            person=person, pk=invitation_id, used_at=None, withdrawn_at=None
        ).update(withdrawn_at=timezone.now())
        if changed:
            add_event(chain, "care-invitation-withdrawn", {"invitation": str(invitation_id)})
    return bool(changed)


def invitation_of(secret: str) -> Invitation | None:
    """Return the invitation that a link names, if it still holds; its person comes with it."""
    return (
        Invitation.objects.select_related("person__user")
        .filter(
            token_hash=digest(secret),
            used_at=None,
            withdrawn_at=None,
            expires_at__gt=timezone.now(),
            person__user__is_active=True,
        )
        .first()
    )


def accept(prescriber: User, secret: str) -> Grant | None:
    """Let a prescriber in by an invitation and spend it; None if it does not hold.

    A prescriber who has access already keeps it, and the invitation stays open for another.
    """
    if prescriber.role != Role.PRESCRIBER:
        return None
    found = invitation_of(secret)
    if found is None:
        return None
    with transaction.atomic():
        # The chain's lock comes first: of two who press at once, one finds the link spent.
        chain = lock_chain(found.person.chain_id)
        invitation = invitation_of(secret)
        if invitation is None:
            return None
        known = Grant.objects.filter(
            person=invitation.person, prescriber=prescriber, withdrawn_at=None
        ).first()
        if known is not None:
            return known
        invitation.used_at = timezone.now()
        invitation.save(update_fields=["used_at"])
        grant = Grant.objects.create(person=invitation.person, prescriber=prescriber)
        add_event(
            chain,
            "care-joined",
            {
                "grant": str(grant.pk),
                "who": str(prescriber.pk),
                "name": prescriber.shown_name,
                "invitation": str(invitation.pk),
            },
        )
    return grant


def withdraw_access(person: Person, grant_id: uuid.UUID) -> bool:
    """End a prescriber's access at once; False if the person gave no such access."""
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        grant = (
            Grant.objects.select_related("prescriber")
            .filter(person=person, pk=grant_id, withdrawn_at=None)
            .first()
        )
        if grant is None:
            return False
        grant.withdrawn_at = timezone.now()
        grant.save(update_fields=["withdrawn_at"])
        add_event(
            chain,
            "care-withdrawn",
            {"grant": str(grant.pk), "name": grant.prescriber.shown_name, "by": "person"},
        )
        # Nobody answers for a decision against a contraindication any more.
        end_overrides_of(person, grant.prescriber, chain)
    return True


def share_missed_days(person: Person, share: bool) -> None:
    """Choose whether the care team is told of missed check-ins."""
    if person.share_missed_days == share:
        return
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        Person.objects.filter(pk=person.pk).update(share_missed_days=share)
        add_event(chain, "missed-days-shared" if share else "missed-days-kept", {})
    person.share_missed_days = share


def mark_seen(prescriber: User, person: Person, key: str) -> bool:
    """Note that a prescriber has seen what needed attention; False if it was noted before."""
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        details: dict[str, Any] = {"item": key, "who": str(prescriber.pk)}
        _, is_new = Seen.objects.get_or_create(person=person, prescriber=prescriber, item=key)
        if is_new:
            add_event(chain, "attention-seen", details | {"name": prescriber.shown_name})
    return is_new
