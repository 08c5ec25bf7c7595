"""A prescriber's people in the order in which they need attention."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from lodose.server.accounts.models import User
from lodose.server.audit.chain import record
from lodose.server.audit.models import Event
from lodose.server.care.attention import KINDS, Item, attention_of
from lodose.server.records.models import Person


@dataclass(frozen=True, slots=True)
class Row:
    """One person on the panel: what is open for this prescriber, and how much was seen."""

    person: Person
    open: tuple[Item, ...]
    seen: int

    @property
    def is_urgent(self) -> bool:
        """Whether something open is a matter of safety."""
        return any(item.is_urgent for item in self.open)


def panel_of(people: Sequence[Person], prescriber_id: uuid.UUID, search: str = "") -> list[Row]:
    """Return the people whose name contains the search, the most pressing first."""
    wanted = search.strip().casefold()
    chosen = [each for each in people if wanted in each.user.shown_name.casefold()]
    attention = attention_of(chosen, timezone.now())
    rows = []
    for person in chosen:
        items = attention[person.pk]
        unseen = tuple(item for item in items if not item.is_seen_by(prescriber_id))
        rows.append(Row(person, unseen, len(items) - len(unseen)))
    return sorted(rows, key=_order)


def _order(row: Row) -> tuple[int, int, str]:
    if not row.open:
        return (len(KINDS), 0, row.person.user.shown_name.casefold())
    first = row.open[0]
    return (first.rank, -first.day.toordinal(), row.person.user.shown_name.casefold())


def note_looks(prescriber: User, rows: Sequence[Row]) -> None:
    """Keep that a prescriber read on the panel what needs attention, once a day for each person.

    A row without anything to read tells nothing and is not kept.
    """
    chains = {row.person.chain_id for row in rows if row.open}
    now = timezone.now()
    today = Event.objects.filter(
        chain_id__in=chains, kind="looked", at__gte=now.replace(hour=0, minute=0, second=0)
    ).values_list("chain_id", "details")
    known = {
        chain_id
        for chain_id, details in today
        if details and details.get("who") == str(prescriber.pk)
    }
    if not chains - known:
        return
    details = {"who": str(prescriber.pk), "name": prescriber.shown_name, "what": "panel"}
    with transaction.atomic():
        for chain_id in sorted(chains - known):  # one order for all, so that none waits in a ring
            record(chain_id, "looked", details)
