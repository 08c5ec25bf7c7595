"""An opioid that was taken out of the list: it stops for a while, as one that ended lately does.

Else whoever is stopped by a medicine could start at once by removing it.
"""

from datetime import date, timedelta

from django.utils import timezone

from lodose.screening import Finding
from lodose.screening.medicines import read
from lodose.server.audit.models import Event
from lodose.server.records.before_models import BeforeStart
from lodose.server.records.clock import day_of
from lodose.server.records.models import Medicine, Person
from lodose.server.records.screening_facts import LATELY, is_opioid, named
from lodose.server.records.screening_rules import removed_rule

# What goes as soon as it came was mistyped: the question whether the list is whole is enough.
A_SLIP = timedelta(hours=1)


def is_doubtful(medicine: Medicine) -> bool:
    """Whether a medicine is an opioid, or nobody knows that it is none."""
    return medicine.opioid is not False or is_opioid(medicine.name)


def ask_again(person: Person) -> bool:
    """Take back the word that the list of medicines is whole; whether it stood."""
    told = BeforeStart.objects.filter(person=person).exclude(medicines_whole_at=None)
    return told.update(medicines_whole_at=None) > 0


def left_behind(before: Medicine, after: Medicine) -> Medicine | None:
    """Return the opioid that a correction made another medicine, as one that was removed.

    A name that only may have been an opioid's is asked for by the pages: its correction is the
    answer. None as well where the entry is as new as a slip.
    """
    if not before.opioid or after.opioid or is_opioid(after.name):
        return None
    gone = Medicine(person=before.person)
    for field in ("name", "dose", "first_day", "last_day", "opioid", "regular", "last_dose"):
        setattr(gone, field, getattr(before, field))
    return gone


def is_slip(medicine: Medicine, added: Event | None) -> bool:
    """Whether a removed medicine was in the list for so short a time that it was mistyped."""
    if added is None or medicine.removed_at is None:
        return False
    return medicine.removed_at - added.at <= A_SLIP


def addition_of(person: Person, medicines: list[Medicine]) -> dict[str, Event]:
    """Return the event by which each medicine came into the list."""
    if not medicines:
        return {}
    added = Event.objects.filter(
        chain_id=person.chain_id,
        kind="medicine-added",
        details__item__in=[str(each.pk) for each in medicines],
    )
    return {(each.details or {})["item"]: each for each in added}


def removed_lately(person: Person, on: date) -> tuple[Finding, ...]:
    """Return the stop for opioids that were removed lately and do not stand in the list again."""
    mine = Medicine.objects.filter(person=person)
    since = timezone.now() - LATELY - timedelta(days=2)
    days = {
        each: day_of(person, each.removed_at)
        for each in mine.filter(removed_at__gte=since).order_by("name", "pk")
        if each.removed_at is not None
    }
    gone = [each for each, day in days.items() if _stops(each, day, on)]
    if not gone:
        return ()
    listed = {
        name.casefold() for name in mine.filter(removed_at=None).values_list("name", flat=True)
    }
    added = addition_of(person, gone)
    told = {
        named(each): days[each]
        for each in gone
        if each.name.casefold() not in listed and not is_slip(each, added.get(str(each.pk)))
    }
    return (Finding(removed_rule(told), tuple(told)),) if told else ()


def _stops(medicine: Medicine, removed: date, on: date) -> bool:
    """Whether what was removed on a day had stopped a start until then, and still does."""
    if on - removed > LATELY:
        return False
    if medicine.last_day is not None and removed - medicine.last_day > LATELY:
        return False
    if medicine.opioid or is_opioid(medicine.name):
        return True
    unclear = read(medicine.name).unclear
    return medicine.opioid is None and unclear is not None and unclear.maybe_opioid
