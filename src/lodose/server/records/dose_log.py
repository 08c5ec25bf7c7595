"""The doses of a diary as they were swallowed, for whoever works out what they do.

On a day without an entry the dose of the day before is counted: too long a block is the safer
mistake. Nothing is returned while a schedule is sealed.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from lodose.pharmacology import History, dose_log
from lodose.server.records.bridge import daily_entry, disclosed_kits, sealed_days
from lodose.server.records.clock import today_of
from lodose.server.records.models import CheckIn, Person
from lodose.server.records.regimen import chosen_plan, holds

# What was swallowed half a year ago has left every structure of the model.
LOOKED_BACK = dt.timedelta(days=180)
_USUAL = {"evening": dt.time(21), "morning": dt.time(8)}


@dataclass(frozen=True, slots=True)
class DiaryDoses:
    """What a diary says of the doses of the last half year.

    Attributes
    ----------
    history : History
        Doses with their hours.
    last : datetime
        When the last dose was taken, in the person's zone.
    taken, missed
        Days on which a dose was written, and on which none was taken.
    filled
        Days without an entry between them, counted like the day before.
    without_time
        Doses without a time, counted at the usual one.
    silent_days
        Days since the last day that says something of a dose, today included.
    """

    history: History
    last: dt.datetime
    taken: int
    missed: int
    filled: int
    without_time: int
    usual: dt.time
    silent_days: int

    @property
    def last_ug(self) -> int:
        """The last dose that held anything."""
        return next(dose for dose in reversed(self.history.doses_ug) if dose)


def is_sealed(person: Person) -> bool:
    """Whether nothing of this person's doses may be told."""
    return holds(person) == "sealed" or bool(sealed_days(person))


def diary_doses(person: Person) -> DiaryDoses | None:
    """Return the doses that were written; None while sealed, or where there is none.

    Raises
    ------
    InputError
        Where a dose is none that the model can be asked about.
    """
    if is_sealed(person):
        return None
    today = today_of(person)
    written = _written(person, today - LOOKED_BACK, today)
    if not any(dose for dose, _ in written.values()):
        return None
    chosen = chosen_plan(person)
    usual = _USUAL.get(chosen.time_of_day if chosen else "evening", _USUAL["evening"])
    zone = ZoneInfo(person.time_zone)
    first, last = min(written), max(written)
    entries: list[tuple[dt.datetime, int]] = []
    before, filled, without_time = 0, 0, 0
    for number in range((last - first).days + 1):
        day = first + dt.timedelta(days=number)
        known = written.get(day)
        dose, at = known or (before, None)
        filled += known is None
        before = dose
        if dose:
            without_time += known is not None and at is None
            entries.append((dt.datetime.combine(day, at or usual, tzinfo=zone), dose))
    entries.sort(key=lambda each: each[0].timestamp())
    history, _ = dose_log(entries, confirmed=True)  # they were swallowed, whatever was meant
    return DiaryDoses(
        history=history,
        last=entries[-1][0],
        taken=sum(1 for dose, _ in written.values() if dose),
        missed=sum(1 for dose, _ in written.values() if not dose),
        filled=filled,
        without_time=without_time,
        usual=usual,
        silent_days=(today - last).days,
    )


def _written(
    person: Person, first: dt.date, last: dt.date
) -> dict[dt.date, tuple[int, dt.time | None]]:
    """Dose and time of every day that says something of a dose."""
    kits = disclosed_kits(person)
    made = CheckIn.objects.filter(person=person, skipped=False, day__range=(first, last))
    found = {}
    for each in made.order_by("day"):
        dose = daily_entry(each, (), kits=kits).dose_micrograms
        if dose is not None:
            found[each.day] = (dose, each.dose_at)
    return found
