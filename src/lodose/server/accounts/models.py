"""Accounts, the devices they trust and the tokens of their programs."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What an account is for. One account has one role."""

    PERSON = "person", _("person")
    PRESCRIBER = "prescriber", _("prescriber")
    PHARMACIST = "pharmacist", _("pharmacist")
    RESEARCHER = "researcher", _("researcher")
    ADMINISTRATOR = "administrator", _("administrator")


# Who sees others' records, and who can open others' accounts.
SECOND_FACTOR_ROLES = frozenset(set(Role) - {Role.PERSON})


def digest(secret: str) -> str:
    """Return what is stored of a secret that is shown once: its SHA-256.

    Secrets made here have 256 random bits, so that a plain hash cannot be searched.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    """Return a new secret of 256 bits, safe in an address."""
    return secrets.token_urlsafe(32)


class User(AbstractUser):
    """An account. A person's record hangs on ``records.Person``, not here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first_name = None  # type: ignore[assignment]  # one name, as the account's owner writes it
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField(_("name"), max_length=80, blank=True)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.PERSON)
    language = models.CharField(max_length=8, blank=True)  # empty: as the browser prefers
    synthetic = models.BooleanField(default=False)

    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        """Constraints and order."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="known_role"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def shown_name(self) -> str:
        """Name for pages: what the owner wrote, else the user name."""
        return self.display_name or self.username


class TrustedDevice(models.Model):
    """A browser that may make and correct today's check-in, and read nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    token_hash = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)

    def is_valid(self, now: datetime) -> bool:
        """Whether the device may still check in."""
        return self.revoked_at is None and now < self.expires_at


class ApiToken(models.Model):
    """A personal token for programs; only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=80)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class SignInLink(models.Model):
    """A link that opens an account once: for first passwords and for the demonstration."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=16)  # "first-password" | "demonstration"
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class AccountInvitation(models.Model):
    """An administrator's invitation to open an account with a role; a person's has none."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    token_hash = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.PERSON)
    note = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


def in_days(days: int) -> datetime:
    """Return the moment so many days from now."""
    return timezone.now() + timedelta(days=days)
