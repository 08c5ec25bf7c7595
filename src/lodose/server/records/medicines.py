"""Other medicines, and the word of warning where one is an opioid."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lodose.screening import near, recognise
from lodose.screening.medicines import read
from lodose.server.records.clock import today_of
from lodose.server.records.entries import EntryError
from lodose.server.records.items import add_item, change_item
from lodose.server.records.models import Medicine, Person
from lodose.server.spoken import said_day

LONGEST_NAME, LONGEST_DOSE, LONGEST_NOTE = 120, 80, 200
EARLIEST = date(1900, 1, 1)
# Every change screens all of them again; nobody takes as many.
MOST_MEDICINES = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """Another medicine as somebody wrote it.

    ``opioid`` is what the person says of it, None where they did not say; a name that is
    recognised counts whatever they say. ``regular`` says of an opioid whether it was taken day
    after day; ``last_dose`` when what is taken only as needed was taken last; ``as_typed`` insists
    on a name that was not understood.
    """

    name: str
    dose: str = ""
    first_day: date | None = None
    last_day: date | None = None
    disease_modifying: bool = False
    note: str = ""
    opioid: bool | None = None
    regular: bool | None = None
    last_dose: date | None = None
    as_typed: bool = False


class UnknownNameError(EntryError):
    """A name is not known: it can be insisted on by ``as_typed``, and stays not understood."""


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
        Naming the fields that cannot be; under "opioid" where a name may be an opioid's and the
        person has not said whether it is one; under "name" where nobody knows it. Nothing was
        written.
    """
    checked = check_medicine(person, taken)
    if Medicine.objects.filter(person=person, removed_at=None).count() >= MOST_MEDICINES:
        raise EntryError(
            {
                "name": _("There are %(most)d medicines already. Remove what is over first.")
                % {"most": MOST_MEDICINES}
            }
        )
    return add_item(Medicine(person=person, **checked))


def change_medicine(item: Medicine, taken: Taken, *, reason: str) -> Medicine:
    """Correct another medicine; raises as ``add_medicine`` does."""
    checked = check_medicine(item.person, taken, kept_name=item.name)
    return change_item(item, checked, reason=reason)


def check_medicine(person: Person, taken: Taken, *, kept_name: str = "") -> dict[str, Any]:
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
    problems |= _check_days(person, taken)
    asked = _ask_about(name, taken, kept_name) if name else {}
    if problems or "opioid" in asked:
        raise EntryError(asked | problems)
    if asked:
        raise UnknownNameError(asked)
    return {
        "name": name,
        "dose": dose,
        "first_day": taken.first_day,
        "last_day": taken.last_day,
        "disease_modifying": taken.disease_modifying,
        "opioid": _is_opioid(name, taken.opioid),
        "regular": taken.regular,
        "last_dose": taken.last_dose,
        "note": taken.note.strip(),
    }


def _is_opioid(name: str, said: bool | None) -> bool | None:
    """Return whether it is an opioid; None where neither the name nor the person says so."""
    known = recognise(name)
    if said or (known is not None and known.kind == "opioid"):
        return True
    understood = read(name).unclear is None
    return False if understood else said


def _ask_about(name: str, taken: Taken, kept_name: str) -> dict[str, str]:
    """Ask about a name that is not understood; near names are offered, never assumed."""
    reading = read(name)
    if reading.unclear is None or reading.opioid or taken.opioid:
        return {}
    if reading.unclear.maybe_opioid:
        return {} if taken.opioid is not None else {"opioid": _may_be_opioid(name)}
    if reading.ingredients or taken.as_typed or name == kept_name:
        return {}
    offers = reading.unclear.offers
    if offers:
        return {
            "name": _(
                "“%(name)s” is not known here. Did you mean %(offers)s? Correct it, or tick that "
                "it is the name on the pack: it is then kept as not understood."
            )
            % {"name": name, "offers": _(" or ").join(offers)}
        }
    return {
        "name": _(
            "“%(name)s” is not known here. Write the ingredient as it stands on the pack, or tick "
            "that it is the name on the pack: it is then kept as not understood."
        )
        % {"name": name}
    }


def _may_be_opioid(name: str) -> str:
    maybe = near(name)
    if maybe is None:
        return _(
            "“%(name)s” may hold an opioid. Write its exact name from the pack, or say whether it "
            "is an opioid. Your pharmacist can tell you."
        ) % {"name": name}
    return _("Did you mean %(name)s? Correct the name, or say whether this is an opioid.") % {
        "name": maybe.name
    }


def _check_days(person: Person, taken: Taken) -> dict[str, str]:
    first, last, dose = taken.first_day, taken.last_day, taken.last_dose
    for field, day in (("first_day", first), ("last_day", last), ("last_dose", dose)):
        if day is not None and day < EARLIEST:
            return {field: _("Check the year of %(day)s.") % {"day": said_day(day)}}
    for field, day in (("first_day", first), ("last_dose", dose)):
        if day is not None and day > today_of(person):
            return {field: _("%(day)s has not come yet.") % {"day": said_day(day)}}
    if first is not None and last is not None and last < first:
        return {"last_day": _("The last day is before the first.")}
    if dose is not None and first is not None and dose < first:
        return {"last_dose": _("The last dose is before the first day.")}
    if dose is not None and last is not None and dose > last:
        return {"last_dose": _("The last dose is after the last day.")}
    return {}
