"""Other medicines, and the word of warning where one is an opioid."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lodose.server.records.clock import today_of
from lodose.server.records.entries import EntryError
from lodose.server.records.items import add_item, change_item
from lodose.server.records.models import Medicine, Person
from lodose.server.records.opioids import near, recognise
from lodose.server.spoken import said_day

LONGEST_NAME, LONGEST_DOSE, LONGEST_NOTE = 120, 80, 200
EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Taken:
    """Another medicine as somebody wrote it.

    ``opioid`` is what the person says of it, None where they did not say; a name that is
    recognised counts whatever they say.
    """

    name: str
    dose: str = ""
    first_day: date | None = None
    last_day: date | None = None
    disease_modifying: bool = False
    note: str = ""
    opioid: bool | None = None


def medicines_of(person: Person) -> list[Medicine]:
    """Return the medicines of a record: those still taken first, then by name."""
    today = today_of(person)
    found = list(Medicine.objects.filter(person=person, removed_at=None))
    for each in found:
        each.person = person
    return sorted(found, key=lambda each: (is_past(each, today), each.name.casefold()))


def is_past(medicine: Medicine, today: date) -> bool:
    """Whether a medicine is taken no more."""
    return medicine.last_day is not None and medicine.last_day < today


def acts_in_the_gut(medicine: Medicine) -> bool:
    """Whether it is an opioid of the gut, which may work less beside the treatment."""
    found = recognise(medicine.name)
    return found is not None and found.kind == "gut"


def add_medicine(person: Person, taken: Taken) -> Medicine:
    """Write another medicine.

    Raises
    ------
    EntryError
        Naming the fields that cannot be; under "opioid" where a name looks like an opioid's and
        the person has not said whether it is one. Nothing was written.
    """
    return add_item(Medicine(person=person, **check_medicine(person, taken)))


def change_medicine(item: Medicine, taken: Taken, *, reason: str) -> Medicine:
    """Correct another medicine; raises as ``add_medicine`` does."""
    return change_item(item, check_medicine(item.person, taken), reason=reason)


def check_medicine(person: Person, taken: Taken) -> dict[str, Any]:
    """Return the fields of a medicine that can be written, or raise ``EntryError``."""
    problems: dict[str, str] = {}
    name, dose = " ".join(taken.name.split()), " ".join(taken.dose.split())
    for field, text, most in (
        ("name", name, LONGEST_NAME),
        ("dose", dose, LONGEST_DOSE),
        ("note", taken.note.strip(), LONGEST_NOTE),
    ):
        if len(text) > most:
            problems[field] = _("Write %(most)d characters or fewer.") % {"most": most}
    if not name:
        problems["name"] = _("Write the name of the medicine.")
    problems |= _check_days(person, taken.first_day, taken.last_day)
    known = recognise(name)
    opioid = bool(taken.opioid) or (known is not None and known.kind == "opioid")
    if known is None and taken.opioid is None:
        maybe = near(name)
        if maybe is not None:
            problems["opioid"] = _(
                "Did you mean %(name)s? Correct the name, or say whether this is an opioid."
            ) % {"name": maybe.name}
    if problems:
        raise EntryError(problems)
    return {
        "name": name,
        "dose": dose,
        "first_day": taken.first_day,
        "last_day": taken.last_day,
        "disease_modifying": taken.disease_modifying,
        "opioid": opioid,
        "note": taken.note.strip(),
    }


def _check_days(person: Person, first: date | None, last: date | None) -> dict[str, str]:
    for field, day in (("first_day", first), ("last_day", last)):
        if day is not None and day < EARLIEST:
            return {field: _("Check the year of %(day)s.") % {"day": said_day(day)}}
    if first is not None and first > today_of(person):
        return {"first_day": _("%(day)s has not come yet.") % {"day": said_day(first)}}
    if first is not None and last is not None and last < first:
        return {"last_day": _("The last day is before the first.")}
    return {}
