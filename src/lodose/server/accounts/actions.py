"""Changes of accounts, devices and tokens; each writes its own event."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from lodose.errors import LodoseError
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
from lodose.server.audit.chain import record, record_for_server, start_chain
from lodose.server.records.models import Person


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
        record_for_server("account-opened", {"account": str(user.pk), "role": role})
    return user


def make_sign_in_link(user: User, purpose: str, *, hours: int = 24) -> str:
    """Return the secret of a link that opens the account once."""
    secret = new_secret()
    SignInLink.objects.create(
        user=user,
        purpose=purpose,
        token_hash=digest(secret),
        expires_at=timezone.now() + timedelta(hours=hours),
    )
    record_for_server("sign-in-link-made", {"account": str(user.pk), "purpose": purpose})
    return secret


def use_sign_in_link(secret: str) -> tuple[User, str] | None:
    """Return the account and the purpose of a link, and spend it; None if it does not hold."""
    with transaction.atomic():
        link = (
            SignInLink.objects.select_for_update()
            .select_related("user")
            .filter(token_hash=digest(secret), used_at=None, expires_at__gt=timezone.now())
            .first()
        )
        if link is None:
            return None
        link.used_at = timezone.now()
        link.save(update_fields=["used_at"])
        record_for_server("sign-in-link-used", {"account": str(link.user_id)})
    return link.user, link.purpose


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


def invite_account(invited_by: User | None, role: str, note: str = "", *, days: int = 7) -> str:
    """Return the secret of a link that lets somebody open an account with a role."""
    if role not in Role.values:
        raise LodoseError(f"There is no role '{role}'. Mend: one of {', '.join(Role.values)}.")
    secret = new_secret()
    AccountInvitation.objects.create(
        invited_by=invited_by,
        token_hash=digest(secret),
        role=role,
        note=note[:80],
        expires_at=in_days(days),
    )
    record_for_server("account-invited", {"role": role})
    return secret


def _record(user: User, kind: str, details: dict[str, Any]) -> None:
    """Write into the person's chain where the account has one, else into the server's."""
    person = Person.objects.filter(user=user).only("chain_id").first()
    if person is None:
        record_for_server(kind, {**details, "account": str(user.pk)})
    else:
        record(person.chain_id, kind, details)
