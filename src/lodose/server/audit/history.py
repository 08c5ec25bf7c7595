"""A person's own chain, as its owner reads it."""

import uuid

from django.db.models import QuerySet

from lodose.server.audit.models import Event

LOOKS = "looks"


def events_of(chain_id: uuid.UUID, *, only_looks: bool = False) -> QuerySet[Event]:
    """Return the events of a chain, newest first.

    Parameters
    ----------
    chain_id : uuid.UUID
        The person's chain.
    only_looks : bool
        Only who looked at the record.
    """
    events = Event.objects.filter(chain_id=chain_id).order_by("-sequence")
    return events.filter(kind="looked") if only_looks else events
