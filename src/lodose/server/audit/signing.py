"""Sign the state of all chains, so that an end that was cut off or rewritten is noticed.

A chain shows by itself that an event in its middle was changed. Whoever can write the whole
database could still rewrite a chain from some event on, or drop its end. A signed head, kept with
the backups, fixes what every chain said at that moment; its key is not in the database.
"""

import hashlib
import uuid
from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from lodose.server.audit.chain import SERVER_CHAIN, Fault, verify
from lodose.server.audit.models import Chain, Event, SignedHead

_CONTEXT = b"lodose signed head 1\n"


def public_key() -> str:
    """Return the key that checks the signatures, as 64 hexadecimal digits."""
    return _key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def sign_heads() -> SignedHead:
    """Sign what every chain says now, and keep the signature.

    Returns
    -------
    SignedHead
        With ``digest`` over the last event of each chain, and ``signature`` by the server's key.
    """
    with transaction.atomic():
        _hold_events()
        last = Event.objects.aggregate(last=Max("id"))["last"] or 0
        heads = _heads(last)
        at = timezone.now()
        value = _digest(heads)
        return SignedHead.objects.create(
            at=at,
            last_event=last,
            chains=len(heads),
            digest=value,
            signature=_key().sign(_message(at.isoformat(), last, len(heads), value)).hex(),
        )


def verify_all() -> list[Fault]:
    """Return every place where a chain, or the newest signed head, does not hold."""
    faults = [fault for chain in Chain.objects.order_by("id").iterator() for fault in verify(chain)]
    return faults + _verify_heads()


def _verify_heads() -> list[Fault]:
    """Check each signature, and what the newest one covers."""
    faults: list[Fault] = []
    public = _key().public_key()
    newest: SignedHead | None = None
    for head in SignedHead.objects.order_by("id").iterator():
        if not _is_signed(public, head):
            faults.append(Fault(SERVER_CHAIN, 0, f"signed head {head.pk} was changed"))
        newest = head
    if newest is not None:
        heads = _heads(newest.last_event)
        if len(heads) != newest.chains or _digest(heads) != newest.digest:
            problem = f"events that signed head {newest.pk} covers were changed or are missing"
            faults.append(Fault(SERVER_CHAIN, 0, problem))
    return faults


def _is_signed(public: Ed25519PublicKey, head: SignedHead) -> bool:
    message = _message(head.at.isoformat(), head.last_event, head.chains, head.digest)
    try:
        public.verify(bytes.fromhex(head.signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _key() -> Ed25519PrivateKey:
    seed = hashlib.sha256(b"lodose audit key\n" + settings.CONFIG.key("audit").encode()).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def _message(at: str, last_event: int, chains: int, digest: str) -> bytes:
    return _CONTEXT + f"{at}\n{last_event}\n{chains}\n{digest}".encode("ascii")


def _heads(last_event: int) -> dict[uuid.UUID, tuple[int, str]]:
    """Return the last sequence and hash of every chain, up to an event."""
    heads: dict[uuid.UUID, tuple[int, str]] = {}
    rows: Iterable[tuple[uuid.UUID, int, str]] = (
        Event.objects.filter(id__lte=last_event)
        .order_by("id")
        .values_list("chain_id", "sequence", "hash")
        .iterator()
    )
    for chain, sequence, value in rows:
        if sequence > heads.get(chain, (0, ""))[0]:
            heads[chain] = (sequence, value)
    return heads


def _digest(heads: dict[uuid.UUID, tuple[int, str]]) -> str:
    value = hashlib.sha256()
    for chain in sorted(heads, key=str):
        sequence, event = heads[chain]
        value.update(f"{chain} {sequence} {event}\n".encode("ascii"))
    return value.hexdigest()


def _hold_events() -> None:
    """Wait for events that are being written: a number given out but not yet there would be lost.

    On SQLite the transaction is the only writer from its beginning.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Event._meta.db_table} IN SHARE MODE")
