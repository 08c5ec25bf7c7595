"""Accounts from the server's own terminal. Never prints or reads health data."""

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from lodose.errors import LodoseError
from lodose.server.accounts.actions import make_sign_in_link, open_account, set_active
from lodose.server.accounts.models import ApiToken, SignInLink, TrustedDevice, User
from lodose.server.operations.addresses import sign_in_address


def find(name: str) -> User:
    """Return the account of that user name.

    Raises
    ------
    LodoseError
        If there is none.
    """
    user = User.objects.filter(username__iexact=name).first()
    if user is None:
        raise LodoseError(
            f"There is no account '{name}'. Mend: lodose account list shows the names."
        )
    return user


def add(name: str, role: str, *, password: str | None = None) -> User:
    """Open an account."""
    from django.conf import settings

    return open_account(name, role=role, password=password, time_zone=settings.CONFIG.time_zone)


def first_password_link(name: str) -> str:
    """Return the address under which the owner of an account chooses a password."""
    user = find(name)
    if not user.is_active:
        raise LodoseError(f"The account '{name}' is closed. Mend: lodose account enable {name}")
    return sign_in_address(make_sign_in_link(user, "first-password"))


def listed() -> list[tuple[str, str, str, str, str]]:
    """Return name, role, whether open, second factor and first day of each account."""
    return [
        (
            user.username,
            user.role,
            "yes" if user.is_active else "no",
            "yes" if is_mfa_enabled(user) else "no",
            f"{user.date_joined:%Y-%m-%d}",
        )
        for user in User.objects.order_by("date_joined")
    ]


def disable(name: str) -> None:
    """Close an account and end everything that is signed in with it."""
    user, now = find(name), timezone.now()
    with transaction.atomic():
        set_active(user, False)
        TrustedDevice.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
        ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
        SignInLink.objects.filter(user=user, used_at=None).update(used_at=now)
        for session in Session.objects.iterator():
            if session.get_decoded().get("_auth_user_id") == str(user.pk):
                session.delete()


def enable(name: str) -> None:
    """Open a closed account again."""
    set_active(find(name), True)
