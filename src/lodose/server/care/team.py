"""Who has access to a record, and who looked when: what the person reads about it."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils import timezone

from lodose.server.audit.models import Event
from lodose.server.care.models import Grant
from lodose.server.records.models import Person

ENDED_SHOWN = 10
LOOKS_A_PAGE = 10


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody read the record: who, what of it ("record", "report"), when."""

    name: str
    what: str
    at: datetime


def access_given(person: Person) -> list[Grant]:
    """Return who may see the record now, the longest first."""
    return list(Grant.objects.filter(person=person, withdrawn_at=None).select_related("prescriber"))


def access_ended(person: Person) -> list[Grant]:
    """Return whose access ended, the latest first; a bounded list."""
    ended = Grant.objects.filter(person=person).exclude(withdrawn_at=None)
    return list(ended.select_related("prescriber").order_by("-withdrawn_at")[:ENDED_SHOWN])


def looks(person: Person, page: str | int | None = 1) -> Page[Look]:
    """Return who looked when, the latest first, from the person's chain of events."""
    events = Event.objects.filter(chain_id=person.chain_id, kind="looked").order_by("-sequence")
    found: Page[Any] = Paginator(events, LOOKS_A_PAGE).get_page(page)
    found.object_list = [_look(event) for event in found.object_list]
    return found


def _look(event: Event) -> Look:
    details = event.details or {}
    return Look(details.get("name", ""), details.get("what", ""), event.at)


def has_looked_lately(person: Person, prescriber_id: uuid.UUID) -> bool:
    """Whether the prescriber's reading of the record was kept within the last hour."""
    events = Event.objects.filter(
        chain_id=person.chain_id, kind="looked", at__gte=timezone.now() - timedelta(hours=1)
    )
    return any(
        (event.details or {}).get("who") == str(prescriber_id)
        and (event.details or {}).get("what") == "record"
        for event in events
    )
