"""A record as the library's own ``Diary`` and ``Protocol``: one verdict, wherever it is shown.

What was brought in from a file, or is written into one and read back, has the same digest: notes
and side effects are spelt here as the library's reader spells them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from lodose.diary import DailyEntry, Diary, SideEffect
from lodose.diary.cells import is_missing, merge_side_effects
from lodose.errors import LodoseError
from lodose.server.records.models import (
    CheckIn,
    LifeEvent,
    Medicine,
    Outcome,
    Person,
    Trial,
    TrialPeriod,
)
from lodose.trial import Protocol

_DAY = timedelta(days=1)
# How long before the first day a change of a medicine can still be at work in the trial.
_BEFORE = timedelta(days=365)
_LONGEST_EVENT = 3650  # days, as lodose.trial.Event


class ArmsSealedError(LodoseError):
    """The schedule of a blinded trial is not disclosed: nothing may be computed from it."""


def diary_of(person: Person, *, trial: Trial | None = None) -> Diary:
    """Return what a person recorded, without anything that could tell an arm.

    Skipped days are no entries. On days that a sealed trial holds there is no dose, also where
    one was written before the trial was sealed; once the schedule is disclosed, a capsule that
    was taken is the dose that its kit held.

    Parameters
    ----------
    person : Person
        Whose record.
    trial : Trial, optional
        Keep only the outcomes of its plan; None: every outcome ever asked. The digest of the
        latter is that of the exported file.

    Raises
    ------
    LodoseError
        If nothing was recorded yet.
    """
    if trial is not None:
        names = tuple(each["name"] for each in trial.plan["outcomes"])
    else:
        asked = Outcome.objects.filter(person=person).order_by("position", "id")
        names = tuple(outcome.name for outcome in asked)
    sealed = sealed_days(person)
    made = list(CheckIn.objects.filter(person=person, skipped=False).order_by("day"))
    with_kit = any(each.kit_taken is not None for each in made)
    kits = disclosed_kits(person) if with_kit else ()
    entries = tuple(
        daily_entry(each, names, sealed=_holds(sealed, each.day), kits=kits) for each in made
    )
    return Diary(entries, names, source="diary")


@dataclass(frozen=True, slots=True)
class DisclosedKit:
    """A period of a trial whose arms are known: its days, its kit, and what a capsule held."""

    trial_id: UUID
    first_day: date
    last_day: date
    kit: str
    dose_micrograms: int | None


def disclosed_kits(person: Person) -> tuple[DisclosedKit, ...]:
    """Return the periods with a kit of every trial whose arms are known."""
    periods = TrialPeriod.objects.filter(trial__person=person, trial__sealed=False)
    found = periods.exclude(kit="").exclude(arm="").select_related("trial")
    return tuple(
        DisclosedKit(each.trial_id, each.first_day, each.last_day, each.kit, _held(each))
        for each in found
    )


def _held(period: TrialPeriod) -> int | None:
    """Return what one capsule of a period held; a comparator without a dose of its own held 0."""
    dose: int | None = period.dose_micrograms
    if dose is None and period.arm == "comparator":
        compared = period.trial.plan.get("treatment", {}).get("comparator_has_dose", False)
        return None if compared else 0
    return dose


def _dose_of(check_in: CheckIn, kits: Iterable[DisclosedKit]) -> int | None:
    """Return the dose of a day: as written, else as the capsule held; None where nobody knows.

    The kit that was written down counts, also where the plan had another one for that day.
    """
    if check_in.dose_micrograms is not None or check_in.kit_taken is None:
        return check_in.dose_micrograms
    here = [each for each in kits if each.first_day <= check_in.day <= each.last_day]
    if not here:
        return None
    if not check_in.kit_taken:
        return 0
    code, trials = check_in.kit or here[0].kit, {each.trial_id for each in here}
    doses = {each.dose_micrograms for each in kits if each.kit == code and each.trial_id in trials}
    return doses.pop() if len(doses) == 1 else None


def sealed_days(person: Person) -> list[tuple[date, date]]:
    """Return first and last day of every period whose arm nobody here may know."""
    return list(
        TrialPeriod.objects.filter(trial__person=person, trial__sealed=True).values_list(
            "first_day", "last_day"
        )
    )


def _holds(periods: Iterable[tuple[date, date]], day: date) -> bool:
    return any(first <= day <= last for first, last in periods)


def daily_entry(
    check_in: CheckIn,
    names: Iterable[str],
    *,
    sealed: bool = False,
    kits: Iterable[DisclosedKit] = (),
) -> DailyEntry:
    """Return a check-in as the library's reader would have read it from a file."""
    note = _one_line(check_in.note)
    return DailyEntry(
        date=check_in.day,
        outcomes={
            name: float(Decimal(check_in.outcomes[name]))
            for name in names
            if name in check_in.outcomes
        },
        dose_micrograms=None if sealed else _dose_of(check_in, kits),
        side_effects=_effects(check_in),
        note="" if is_missing(note) else note,
    )


def _effects(check_in: CheckIn) -> tuple[SideEffect, ...] | None:
    if check_in.side_effects is None:
        return None
    spelt = [(_one_line(name).casefold(), level) for name, level in check_in.side_effects]
    return merge_side_effects([(SideEffect(name, level),) for name, level in spelt if name])


def _one_line(text: str) -> str:
    """Return words as they come back from a file, which holds no line breaks and no NUL."""
    return " ".join(text.replace("\x00", "").split())


def protocol_of(trial: Trial) -> Protocol:
    """Return the protocol of a trial whose arms are known, as it was fixed.

    Raises
    ------
    ArmsSealedError
        If the schedule is not disclosed.
    """
    found = list(trial.periods.order_by("number"))
    if trial.sealed or any(not period.arm for period in found):
        raise ArmsSealedError("The schedule is sealed until the trial has ended.")
    plan = {**trial.plan, "periods": [_period(each) for each in found]}
    guesses = [_guess(each) for each in found if each.guess]
    # A protocol that came from a file holds its guesses itself, to every digit.
    if guesses and not plan.get("blinding", {}).get("guesses"):
        plan["blinding"] = {"guesses": guesses}
    return _checked(plan)


def _period(period: TrialPeriod) -> dict[str, Any]:
    return {
        "start": period.first_day,
        "end": period.last_day,
        "arm": period.arm,
        "dose_micrograms": period.dose_micrograms,
        "pair": period.pair,
        "kit": period.kit or None,
    }


def _guess(period: TrialPeriod) -> dict[str, Any]:
    return {
        "period": period.number,
        "guess": period.guess,
        "confidence": period.guess_confidence,
        "reason": period.guess_reason or None,
    }


def with_record(protocol: Protocol, person: Person) -> Protocol:
    """Add the events and medicines of the record to a protocol.

    Only what can have been at work in the trial: events that fall into its days, and medicines
    taken in them or in the year before, with the days of that time on which they were started
    and stopped. What is written about later days changes nothing. Where there is nothing to add
    the protocol itself comes back, with its hash.
    """
    events = [
        {"date": each.day, "what": each.what, "days": min(each.days, _LONGEST_EVENT)}
        for each in LifeEvent.objects.filter(
            person=person, removed_at=None, day__lte=protocol.last_day
        ).order_by("day", "what")
        if each.day + each.days * _DAY > protocol.first_day
    ]
    medicines = [
        _medicine(each, protocol)
        for each in Medicine.objects.filter(person=person, removed_at=None).order_by("name", "id")
        if (each.first_day is None or each.first_day <= protocol.last_day)
        and (each.last_day is None or each.last_day >= protocol.first_day - _BEFORE)
    ]
    if not events and not medicines:
        return protocol
    given = protocol.model_dump(mode="python", exclude_unset=True)
    given["events"] = _once([*given.get("events", ()), *events])
    given["medicines"] = [*given.get("medicines", ()), *medicines]
    return _checked(given)


def _checked(given: dict[str, Any]) -> Protocol:
    """Return a protocol, or say as a fault of the plan why it cannot be one."""
    try:
        return Protocol.model_validate(given)
    except ValidationError as error:
        told = "; ".join(each["msg"] for each in error.errors())
        raise LodoseError(f"The plan and the record do not fit together: it {told}.") from None


def _once(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep one event of a kind and day, the longest: a protocol lists none twice."""
    kept: dict[tuple[date, str], dict[str, Any]] = {}
    for event in events:
        key = (event["date"], event["what"])
        if key not in kept or kept[key].get("days", 1) < event["days"]:
            kept[key] = {**event}
    return list(kept.values())


def _medicine(medicine: Medicine, protocol: Protocol) -> dict[str, Any]:
    since, until = protocol.first_day - _BEFORE, protocol.last_day
    changes = []
    if medicine.first_day is not None and since <= medicine.first_day <= until:
        changes.append({"date": medicine.first_day, "what": "started"})
    if medicine.last_day is not None and since <= medicine.last_day < until:
        changes.append({"date": medicine.last_day + _DAY, "what": "stopped"})
    return {
        "name": medicine.name,
        "disease_modifying": medicine.disease_modifying,
        "changes": changes,
    }
