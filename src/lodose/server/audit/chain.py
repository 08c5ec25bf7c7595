"""Add events to a chain and verify it.

The hash of the previous event is read and the new one written inside one transaction that holds
the chain's row (SQLite: a transaction that began as a writer), so that a chain never forks.
"""

import hashlib
import hmac
import json
import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from lodose.server.audit.models import Chain, Event
from lodose.server.prepared import insert, stored

# The chain of what concerns no single person: sign-ins, accounts, settings.
SERVER_CHAIN = uuid.UUID(int=1)


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where a chain does not verify."""

    chain: uuid.UUID
    sequence: int
    problem: str


def start_chain(subject: str, chain_id: uuid.UUID | None = None) -> Chain:
    """Make a chain with a salt of its own."""
    return Chain.objects.create(
        id=chain_id or uuid.uuid4(),
        subject=subject,
        salt=secrets.token_bytes(32),
        created_at=timezone.now(),
    )


def lock_chain(chain_id: uuid.UUID) -> Chain:
    """Return the chain, held until the surrounding transaction ends.

    Raises
    ------
    Chain.DoesNotExist
        If there is none.
    """
    connection = _in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_lock_statement(connection), [stored(Chain, "id", chain_id)])
        row = cursor.fetchone()
    if row is None:
        raise Chain.DoesNotExist(f"There is no chain {chain_id}.")
    return Chain.from_db(connection.alias, ["id", *_LOCKED], [chain_id, *row])


# Every change of a record passes here. Django would put these three statements together anew each
# time, which took longer than running them; tables, columns and values are still the models' own.
_LOCKED = ("subject", "salt", "length", "head")


def _in_transaction() -> BaseDatabaseWrapper:
    connection: BaseDatabaseWrapper = transaction.get_connection()
    if not connection.in_atomic_block:
        raise RuntimeError("A chain is only ever held and added to inside a transaction.")
    return connection


def _lock_statement(connection: BaseDatabaseWrapper) -> str:
    # SQLite has no lock of a row: there the transaction is the only writer from its beginning.
    end = " FOR UPDATE" if connection.features.has_select_for_update else ""
    columns = ", ".join(_LOCKED)
    return f"SELECT {columns} FROM {Chain._meta.db_table} WHERE id = %s{end}"  # noqa: S608


def _insert(event: Event, connection: BaseDatabaseWrapper) -> None:
    insert(event)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Chain._meta.db_table} SET length = %s, head = %s WHERE id = %s",  # noqa: S608
            [event.sequence, event.hash, stored(Chain, "id", event.chain_id)],
        )


def add_event(chain: Chain, kind: str, details: dict[str, Any]) -> Event:
    """Add an event to a chain that ``lock_chain`` holds.

    Parameters
    ----------
    chain : Chain
        As ``lock_chain`` returned it, in this transaction.
    kind : str
        Short fixed name: "check-in-made".
    details : dict
        JSON values. They are hashed with the chain's salt, and kept until the subject goes.
    """
    connection = _in_transaction()
    if chain.salt is None:
        raise RuntimeError(f"Chain {chain.pk} has ended.")
    now = timezone.now()
    sequence = chain.length + 1
    keyed = keyed_hash(bytes(chain.salt), details)
    value = event_hash(chain.id, sequence, now.isoformat(), kind, keyed, chain.head)
    event = Event(
        chain_id=chain.pk,
        sequence=sequence,
        at=now,
        kind=kind,
        keyed_hash=keyed,
        previous=chain.head,
        hash=value,
        details=details,
    )
    _insert(event, connection)
    chain.length, chain.head = sequence, value
    return event


def record(chain_id: uuid.UUID, kind: str, details: dict[str, Any]) -> Event:
    """Lock the chain and add an event, in the surrounding transaction or one of its own."""
    with transaction.atomic():
        return add_event(lock_chain(chain_id), kind, details)


def record_for_server(kind: str, details: dict[str, Any]) -> Event:
    """Add an event that concerns no single person."""
    with transaction.atomic():
        Chain.objects.get_or_create(
            pk=SERVER_CHAIN,
            defaults={
                "subject": "server",
                "salt": secrets.token_bytes(32),
                "created_at": timezone.now(),
            },
        )
        return add_event(lock_chain(SERVER_CHAIN), kind, details)


def end_chain(chain_id: uuid.UUID) -> None:
    """Forget what a chain was about: a tombstone, then no salt and no details.

    What is left still verifies, and is joined to nobody.
    """
    with transaction.atomic():
        chain = lock_chain(chain_id)
        add_event(chain, "deleted", {})
        Event.objects.filter(chain_id=chain.pk).update(details=None)
        Chain.objects.filter(pk=chain.pk).update(salt=None, ended_at=timezone.now())


def keyed_hash(salt: bytes, details: dict[str, Any]) -> str:
    """Return HMAC-SHA-256 of the details in their one spelling."""
    text = json.dumps(details, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(salt, text.encode("ascii"), hashlib.sha256).hexdigest()


def verify(chain: Chain) -> list[Fault]:
    """Return where a chain does not hold: a gap, a changed event, a changed detail, a cut end."""
    faults: list[Fault] = []
    previous, expected = "", 1
    for event in chain.events.order_by("sequence").iterator():
        if event.sequence != expected:
            faults.append(Fault(chain.pk, expected, "an event is missing"))
            expected = event.sequence
        value = event_hash(
            chain.pk,
            event.sequence,
            event.at.isoformat(),
            event.kind,
            event.keyed_hash,
            event.previous,
        )
        if event.previous != previous or event.hash != value:
            faults.append(Fault(chain.pk, event.sequence, "the event was changed"))
        if chain.salt is not None and (
            event.details is None
            or keyed_hash(bytes(chain.salt), event.details) != event.keyed_hash
        ):
            faults.append(Fault(chain.pk, event.sequence, "the details were changed"))
        previous, expected = event.hash, expected + 1
    if chain.length != expected - 1 or chain.head != previous:
        faults.append(Fault(chain.pk, chain.length, "the end of the chain is missing"))
    return faults


def event_hash(
    chain_id: uuid.UUID, sequence: int, at: str, kind: str, keyed: str, previous: str
) -> str:
    """Return the hash of an event: over its place, moment, kind, content and predecessor."""
    text = json.dumps([str(chain_id), sequence, at, kind, keyed, previous], separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
