"""One chain of events for each person (or trial, or the server), in the order it happened.

An event says its kind, when, and a hash of what happened keyed with the chain's salt. Deleting a
person deletes the salt and every detail: what is left says that something of a kind happened,
cannot be joined to anybody, and still verifies.
"""

import uuid
from typing import ClassVar

from django.db import models


class Chain(models.Model):
    """The head of a chain: where the next event is added, inside the same transaction."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.CharField(max_length=16)  # "person" | "server"
    salt = models.BinaryField(null=True)  # gone once the subject was deleted
    length = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, default="")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class Event(models.Model):
    """One event. Rows are only ever added; ``details`` goes when the subject is deleted."""

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    keyed_hash = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    details = models.JSONField(null=True)

    class Meta:
        """Constraints and order."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["chain", "sequence"], name="one_event_a_place"),
        ]
        indexes: ClassVar = [models.Index(fields=["chain", "kind", "at"])]

    def __str__(self) -> str:
        return f"{self.chain_id} {self.sequence} {self.kind}"


class SignedHead(models.Model):
    """The state of all chains at a moment, signed with the server's key."""

    at = models.DateTimeField()
    last_event = models.PositiveBigIntegerField()  # the newest event that the digest covers
    chains = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.digest[:12]}"
