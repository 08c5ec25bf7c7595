"""Add, change and remove what stands in lists: laboratory values, medicines, events.

Each writes its own event in the same transaction, with the old values; nothing is ever deleted.
"""

from copy import copy
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lodose.server.audit.chain import add_event, lock_chain
from lodose.server.audit.models import Chain
from lodose.server.records.entries import EntryError, spelt
from lodose.server.records.models import Laboratory, LifeEvent, Medicine
from lodose.server.records.screening_removed import (
    addition_of,
    ask_again,
    is_doubtful,
    is_slip,
    left_behind,
)
from lodose.server.records.screening_state import rescreen

Item = TypeVar("Item", Laboratory, Medicine, LifeEvent)

LONGEST_REASON = 200
_KINDS = {Laboratory: "laboratory", Medicine: "medicine", LifeEvent: "life-event"}
_NOT_CONTENT = {"id", "person", "removed_at"}


def content_of(item: Item) -> dict[str, Any]:
    """Return what an item says, as JSON values."""
    return {
        field.name: _plain(getattr(item, field.name))
        for field in item._meta.concrete_fields
        if field.name not in _NOT_CONTENT
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return spelt(value)
    return value.isoformat() if isinstance(value, date) else value


def add_item(item: Item) -> Item:
    """Write a new item into its person's record."""
    with transaction.atomic():
        chain = lock_chain(item.person.chain_id)
        item.save(force_insert=True)
        add_event(chain, f"{_KINDS[type(item)]}-added", _details(item))
        _screen_again(item, chain)
    return item


def change_item(item: Item, changed: dict[str, Any], *, reason: str) -> Item:
    """Correct an item; what it said before is kept in the event.

    Raises
    ------
    EntryError
        If no reason is given, or the item was removed. Nothing was written.
    """
    reason = _checked(reason)
    with transaction.atomic():
        chain = lock_chain(item.person.chain_id)
        fresh = _not_removed(item)
        before, old = content_of(fresh), copy(fresh)
        for name, value in changed.items():
            setattr(fresh, name, value)
        fresh.save()
        details = _details(fresh) | {"before": before, "reason": reason}
        details |= _corrected_away(old, fresh)
        add_event(chain, f"{_KINDS[type(item)]}-corrected", details)
        _screen_again(fresh, chain)
    return fresh


def remove_item(item: Item, *, reason: str) -> None:
    """Take an item out of the lists; the row and the reason are kept.

    Raises
    ------
    EntryError
        If no reason is given, or it was removed before. Nothing was written.
    """
    reason = _checked(reason)
    with transaction.atomic():
        chain = lock_chain(item.person.chain_id)
        fresh = _not_removed(item)
        fresh.removed_at = timezone.now()
        fresh.save(update_fields=["removed_at"])
        details = _details(fresh) | {"reason": reason} | _asked_again(fresh)
        add_event(chain, f"{_KINDS[type(item)]}-removed", details)
        _screen_again(fresh, chain)


def _asked_again(gone: Laboratory | Medicine | LifeEvent) -> dict[str, Any]:
    """Ask again whether the list is whole where it lost an opioid; what the event says of it."""
    if isinstance(gone, Medicine) and is_doubtful(gone) and ask_again(gone.person):
        return {"whole_asked_again": True}
    return {}


def _corrected_away(
    old: Laboratory | Medicine | LifeEvent, fresh: Laboratory | Medicine | LifeEvent
) -> dict[str, Any]:
    """Treat what a correction made another medicine as removed; what the event says of it."""
    if not isinstance(old, Medicine) or not isinstance(fresh, Medicine):
        return {}
    kept_its_name = old.name == fresh.name and is_doubtful(fresh)
    if fresh.opioid or kept_its_name:
        return {}
    said = _asked_again(old)
    gone = left_behind(old, fresh)
    if gone is not None:
        gone.removed_at = timezone.now()
        if not is_slip(gone, addition_of(old.person, [old]).get(str(old.pk))):
            gone.save(force_insert=True)
            said["kept_as_removed"] = str(gone.pk)
    return said


def _screen_again(item: Laboratory | Medicine | LifeEvent, chain: Chain) -> None:
    """Every change of a list is a change of what screening knows."""
    touched = item if isinstance(item, Medicine) else None
    rescreen(item.person, touched=touched, chain=chain)


def _checked(reason: str) -> str:
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= LONGEST_REASON:
        raise EntryError(
            {"reason": _("Say why, in %(most)d characters or fewer.") % {"most": LONGEST_REASON}}
        )
    return reason


def _not_removed(item: Item) -> Item:
    fresh = type(item)._default_manager.filter(pk=item.pk, removed_at=None).first()
    if fresh is None:
        raise EntryError({"reason": _("This was removed before.")})
    fresh.person = item.person
    return fresh


def _details(item: Item) -> dict[str, Any]:
    return {"item": str(item.pk), "content": content_of(item)}
