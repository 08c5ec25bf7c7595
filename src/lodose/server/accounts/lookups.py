"""What an account has: devices, tokens; and whom a program's token speaks for."""

import uuid
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from lodose.server.accounts.models import (
    SECOND_FACTOR_ROLES,
    AccountInvitation,
    ApiToken,
    TrustedDevice,
    User,
    digest,
)

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """Whom a personal token speaks for, and what it may do."""

    user: User
    scopes: frozenset[str]


def lacks_second_factor(user: User) -> bool:
    """Whether the account must set up a second factor before it may do anything."""
    return (
        user.role in SECOND_FACTOR_ROLES
        and not settings.DEMONSTRATION
        and not is_mfa_enabled(user, FACTORS)
    )


def token_holder(secret: str) -> TokenHolder | None:
    """Return whom a token speaks for; None if it is unknown, ended, or its account may not act.

    Parameters
    ----------
    secret : str
        As it came in the request's header.
    """
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("user")
        .filter(
            token_hash=digest(secret), revoked_at=None, expires_at__gt=now, user__is_active=True
        )
        .first()
    )
    if token is None or lacks_second_factor(token.user):
        return None
    if token.last_used_on != now.date():  # one write a day
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=now.date())
    return TokenHolder(token.user, frozenset(token.scopes))


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """Return the tokens that still work, newest first."""
    return user.tokens.filter(revoked_at=None, expires_at__gt=timezone.now()).order_by(
        "-created_at"
    )


def devices_of(user: User) -> QuerySet[TrustedDevice]:
    """Return the devices that may still check in, newest first."""
    return user.devices.filter(revoked_at=None, expires_at__gt=timezone.now()).order_by(
        "-created_at"
    )


def all_accounts() -> QuerySet[User]:
    """Return every account for the administrator: names, roles, days; nothing of a record."""
    return User.objects.order_by("role", "username").only(
        "username", "display_name", "role", "last_login", "is_active", "synthetic"
    )


def find_account(account_id: uuid.UUID) -> User | None:
    """Return an account by its id."""
    return User.objects.filter(pk=account_id).first()


def open_invitations() -> QuerySet[AccountInvitation]:
    """Return the invitations that still hold."""
    return AccountInvitation.objects.filter(used_at=None, expires_at__gt=timezone.now()).order_by(
        "-created_at"
    )
