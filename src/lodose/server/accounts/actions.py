"""Changes of accounts, devices and tokens; each writes its own event."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from lodose.errors import LodoseError
from lodose.server.accounts.events import record_security
from lodose.server.accounts.models import (
    AccountInvitation,
    ApiToken,
    Role,
    SignInLink,
    TrustedDevice,
    User,
    digest,
    in_days,
    new_secret,
)
from lodose.server.audit.chain import record, start_chain
from lodose.server.records.models import Person

FIRST_PASSWORD = "first-password"  # noqa: S105  # a purpose, no secret
DEMONSTRATION = "demonstration"


def open_record(user: User, *, time_zone: str = "UTC", synthetic: bool = False) -> Person:
    """Make the record of a person's account, with its chain of events."""
    with transaction.atomic():
        chain = start_chain("person")
        person = Person.objects.create(
            user=user, chain_id=chain.pk, time_zone=time_zone, synthetic=synthetic
        )
        record(chain.pk, "record-opened", {"person": str(person.pk)})
    return person


def open_account(
    username: str,
    *,
    role: str = Role.PERSON,
    display_name: str = "",
    password: str | None = None,
    email: str = "",
    time_zone: str = "UTC",
    synthetic: bool = False,
) -> User:
    """Open an account; a person's gets an empty record.

    Raises
    ------
    LodoseError
        If the user name is taken or the role unknown. Nothing was written.
    """
    if role not in Role.values:
        raise LodoseError(f"There is no role '{role}'. Mend: one of {', '.join(Role.values)}.")
    if User.objects.filter(username__iexact=username).exists():
        raise LodoseError(f"The user name '{username}' is taken. Mend: choose another.")
    with transaction.atomic():
        user = User(
            username=username,
            role=role,
            display_name=display_name,
            email=email,
            synthetic=synthetic,
        )
        user.set_password(password) if password else user.set_unusable_password()
        user.save()
        if role == Role.PERSON:
            open_record(user, time_zone=time_zone, synthetic=synthetic)
        record_security(user, "account-opened", role=role)
    return user


def make_sign_in_link(user: User, purpose: str, *, hours: int = 24) -> str:
    """Return the secret of a link that opens the account once.

    Parameters
    ----------
    user : User
        Whose account.
    purpose : str
        "first-password": whoever uses it chooses a new password. "demonstration": signs in.
    hours : int
        How long it holds.
    """
    secret = new_secret()
    with transaction.atomic():
        SignInLink.objects.create(
            user=user,
            purpose=purpose,
            token_hash=digest(secret),
            expires_at=timezone.now() + timedelta(hours=hours),
        )
        record_security(user, "sign-in-link-made", purpose=purpose)
        _tell_person(user, "sign-in-link-made")
    return secret


def find_sign_in_link(token_hash: str) -> SignInLink | None:
    """Return a link that still holds, without spending it: link scanners look too."""
    return (
        SignInLink.objects.select_related("user")
        .filter(
            token_hash=token_hash,
            used_at=None,
            expires_at__gt=timezone.now(),
            user__is_active=True,
        )
        .first()
    )


def use_sign_in_link(secret: str) -> tuple[User, str] | None:
    """Return the account and the purpose of a link, and spend it; None if it does not hold."""
    return spend_sign_in_link(digest(secret))


def spend_sign_in_link(token_hash: str) -> tuple[User, str] | None:
    """Do what ``use_sign_in_link`` does, for who kept only the hash of the secret."""
    with transaction.atomic():
        link = find_sign_in_link(token_hash)
        if link is not None and link.purpose == DEMONSTRATION and settings.DEMONSTRATION:
            return link.user, link.purpose  # holds as long as the demonstration does
        # One statement decides between two visitors with the same link.
        if link is None or not SignInLink.objects.filter(pk=link.pk, used_at=None).update(
            used_at=timezone.now()
        ):
            return None
        if link.purpose == FIRST_PASSWORD:
            # Ends every session of the old password, and asks for a new one.
            link.user.set_unusable_password()
            link.user.save(update_fields=["password"])
            end_tokens_and_devices(link.user)
        record_security(link.user, "sign-in-link-used", purpose=link.purpose)
        _tell_person(link.user, "sign-in-link-used")
    return link.user, link.purpose


def set_active(user: User, active: bool) -> None:
    """Close an account to its owner, or open it again; its data stays as it is."""
    with transaction.atomic():
        user.is_active = active
        user.save(update_fields=["is_active"])
        record_security(user, "account-reactivated" if active else "account-deactivated")


def rename_account(user: User, *, display_name: str, language: str) -> None:
    """Write the name and the language that the owner chose."""
    with transaction.atomic():
        user.display_name, user.language = display_name, language
        user.save(update_fields=["display_name", "language"])
        # Which settings, not what they say: a name has no place in an event.
        _record(user, "settings-changed", {"what": ["name", "language"]})


def set_time_zone(person: Person, time_zone: str) -> None:
    """Write the zone in which the person's days begin and end."""
    with transaction.atomic():
        before = person.time_zone
        person.time_zone = time_zone
        person.save(update_fields=["time_zone"])
        record(person.chain_id, "time-zone-changed", {"before": before, "after": time_zone})


def trust_device(user: User, label: str) -> str:
    """Let a browser check in without signing in; return its secret for the cookie."""
    secret = new_secret()
    with transaction.atomic():
        device = TrustedDevice.objects.create(
            user=user,
            token_hash=digest(secret),
            label=label[:80],
            expires_at=in_days(settings.DEVICE_DAYS),
        )
        _record(user, "device-trusted", {"device": str(device.pk)})
    return secret


def revoke_device(user: User, device_id: Any) -> bool:
    """End a device's trust; False if the account has no such device."""
    with transaction.atomic():
        changed = TrustedDevice.objects.filter(user=user, pk=device_id, revoked_at=None).update(
            revoked_at=timezone.now()
        )
        if changed:
            _record(user, "device-revoked", {"device": str(device_id)})
    return bool(changed)


def make_token(user: User, label: str, scopes: list[str], *, days: int = 90) -> str:
    """Make a personal token for programs; return its secret, which is shown once."""
    secret = f"lodose_{new_secret()}"
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user,
            token_hash=digest(secret),
            label=label[:80],
            scopes=sorted(set(scopes)),
            expires_at=in_days(days),
        )
        _record(user, "token-made", {"token": str(token.pk), "scopes": token.scopes})
    return secret


def revoke_token(user: User, token_id: Any) -> bool:
    """End a token; False if the account has no such token."""
    with transaction.atomic():
        changed = ApiToken.objects.filter(user=user, pk=token_id, revoked_at=None).update(
            revoked_at=timezone.now()
        )
        if changed:
            _record(user, "token-revoked", {"token": str(token_id)})
    return bool(changed)


def end_tokens_and_devices(user: User) -> None:
    """End what opens the account beside its password, once that was lost: a stranger may have it.

    Somebody who merely changes their password keeps them, and finds them listed.
    """
    with transaction.atomic():
        for token in ApiToken.objects.filter(user=user, revoked_at=None):
            revoke_token(user, token.pk)
        for device in TrustedDevice.objects.filter(user=user, revoked_at=None):
            revoke_device(user, device.pk)


def invite_account(invited_by: User | None, role: str, note: str = "", *, days: int = 7) -> str:
    """Return the secret of a link that lets somebody open an account with a role."""
    if role not in Role.values:
        raise LodoseError(f"There is no role '{role}'. Mend: one of {', '.join(Role.values)}.")
    secret = new_secret()
    with transaction.atomic():
        AccountInvitation.objects.create(
            invited_by=invited_by,
            token_hash=digest(secret),
            role=role,
            note=note[:80],
            expires_at=in_days(days),
        )
        record_security(invited_by, "account-invited", role=role)
    return secret


def _tell_person(user: User, kind: str) -> None:
    """Write into the person's own chain too: whoever makes such a link could use it."""
    person = Person.objects.filter(user=user).only("chain_id").first()
    if person is not None:
        record(person.chain_id, kind, {})


def _record(user: User, kind: str, details: dict[str, Any]) -> None:
    """Write into the person's chain where the account has one, else into the server's."""
    person = Person.objects.filter(user=user).only("chain_id").first()
    if person is None:
        record_security(user, kind, **details)
    else:
        record(person.chain_id, kind, details)
