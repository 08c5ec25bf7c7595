"""Who may see a record, by whose leave, and what was seen."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from lodose.server.records.models import Person


class Grant(models.Model):
    """A person lets a prescriber see their record, until they withdraw it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="grants")
    prescriber = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants"
    )
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """Constraints and order."""

        ordering: ClassVar = ["given_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "prescriber"],
                condition=models.Q(withdrawn_at=None),
                name="one_grant_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Invitation(models.Model):
    """A link by which one prescriber may join a person's care team, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    note = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class Seen(models.Model):
    """A prescriber has seen something that needs attention; the person reads when."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="seen")
    prescriber = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    item = models.CharField(max_length=80)  # "severe-side-effect:2026-03-01"
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """Constraints and order."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "prescriber", "item"], name="seen_once_by_each"
            ),
        ]

    def __str__(self) -> str:
        return self.item
