"""What a program sends: each id stands for one content, now and whenever it is sent again.

A page that is sent again with other answers is somebody who went back; a program that does so is
mistaken, and is told.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lodose.server.audit.chain import lock_chain
from lodose.server.records.actions import Receipt, entry_of, make_check_in
from lodose.server.records.calendar_view import written_on
from lodose.server.records.days import entry_on
from lodose.server.records.entries import Entry, EntryError, check_entry
from lodose.server.records.models import CheckIn, Person
from lodose.server.records.plans import plan_of

LATE = "late"  # the reason under which ``make_check_in`` keeps what did not replace anything


class OtherContentError(Exception):
    """The id is known with another content, or the day has another entry; nothing was written."""

    def __init__(self, problem: str, standing: CheckIn) -> None:
        self.problem, self.standing = problem, standing
        super().__init__(problem)


def send_check_in(person: Person, entry: Entry, *, back_fill_days: int) -> Receipt:
    """Write a day's first entry, once however often it is sent; a skipped day may be filled.

    Raises
    ------
    EntryError
        Naming the fields that cannot be. Nothing was written.
    OtherContentError
        If the id or the day is taken by something else. Nothing was written.
    """
    plan = plan_of(person, entry.day, with_dose=False)
    with transaction.atomic():
        lock_chain(person.chain_id)
        standing = entry_on(person, entry.day)
        is_known = standing is not None and _sent_as(standing, entry.id) is not None
        if standing is not None and not is_known and not standing.skipped:
            check_entry(entry, plan.questions, sealed=plan.sealed)
            raise OtherContentError(_("That day has an entry already."), standing)
        if standing is not None and is_known:
            # What was sent before is compared as it was asked then.
            plan = written_on(person, entry.day).plan
            _compare(standing, check_entry(entry, plan.questions, sealed=plan.sealed))
            return Receipt(standing, "unchanged")
        return make_check_in(person, entry, back_fill_days=back_fill_days, plan=plan)


def send_correction(check_in: CheckIn, entry: Entry, reason: str) -> Receipt:
    """Correct an entry under an id of its own, once however often it is sent.

    Raises
    ------
    EntryError
        Naming the fields that cannot be. Nothing was written.
    OtherContentError
        If that id stands for another content. Nothing was written.
    """
    person = check_in.person
    if not reason.strip():
        raise EntryError({"reason": _("Say why you change it; the old entry is kept beside.")})
    with transaction.atomic():
        lock_chain(person.chain_id)
        written = written_on(person, check_in.day)
        plan, standing = written.plan, written.check_in or check_in
        if _sent_as(standing, entry.id) is not None:
            _compare(standing, check_entry(entry, plan.questions, sealed=plan.sealed))
            return Receipt(standing, "unchanged")
        return make_check_in(person, entry, reason=reason, plan=plan)


def _compare(standing: CheckIn, entry: Entry) -> None:
    if _sent_as(standing, entry.id) != entry.content():
        raise OtherContentError(_("Something else was sent under this id."), standing)


def _sent_as(check_in: CheckIn, entry_id: UUID) -> dict[str, Any] | None:
    """Return what was sent under an id, None if nothing was.

    Version n keeps what stood before the correction whose id it carries; what that correction
    said is in version n + 1, or still stands.
    """
    if check_in.pk == entry_id and check_in.revision == 1:
        return entry_of(check_in).content()
    versions = list(check_in.versions.exclude(reason=LATE))
    contents = {each.revision: each.content for each in versions}
    contents[check_in.revision] = entry_of(check_in).content()
    if check_in.pk == entry_id:
        return contents.get(1)
    for each in versions:
        if each.entry_id == entry_id:
            return contents.get(each.revision + 1)
    return None
