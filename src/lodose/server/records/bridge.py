"""A record as the library's own ``Diary`` and ``Protocol``: one verdict, wherever it is shown."""

from decimal import Decimal
from typing import Any

from lodose.diary import DailyEntry, Diary, SideEffect
from lodose.errors import LodoseError
from lodose.server.records.models import CheckIn, LifeEvent, Medicine, Outcome, Person, Trial
from lodose.trial import Protocol


class ArmsSealedError(LodoseError):
    """The schedule of a blinded trial is not disclosed: nothing may be computed from it."""


def diary_of(person: Person, *, trial: Trial | None = None) -> Diary:
    """Return what a person recorded, without anything that could tell an arm.

    Parameters
    ----------
    person : Person
        Whose record.
    trial : Trial, optional
        Keep only the outcomes of its plan; None: every outcome ever asked.

    Raises
    ------
    LodoseError
        If nothing was recorded yet.
    """
    entries = tuple(
        _entry(check_in)
        for check_in in CheckIn.objects.filter(person=person, skipped=False).order_by("day")
    )
    if trial is not None:
        names = tuple(each["name"] for each in trial.plan["outcomes"])
    else:
        asked = Outcome.objects.filter(person=person).order_by("position", "id")
        names = tuple(outcome.name for outcome in asked)
    return Diary(entries, names, source="diary")


def _entry(check_in: CheckIn) -> DailyEntry:
    effects = check_in.side_effects
    return DailyEntry(
        date=check_in.day,
        outcomes={name: float(Decimal(value)) for name, value in check_in.outcomes.items()},
        dose_micrograms=check_in.dose_micrograms,
        side_effects=(
            None if effects is None else tuple(SideEffect(name, level) for name, level in effects)
        ),
        note=check_in.note,
    )


def protocol_of(trial: Trial) -> Protocol:
    """Return the protocol of a trial whose arms are known.

    Events and medicines of the record are part of it, as the analysis foresees.

    Raises
    ------
    ArmsSealedError
        If the schedule is not disclosed.
    """
    periods: list[dict[str, Any]] = []
    guesses: list[dict[str, Any]] = []
    for period in trial.periods.order_by("number"):
        if not period.arm:
            raise ArmsSealedError("The schedule is sealed until the trial has ended.")
        periods.append(
            {
                "start": period.first_day,
                "end": period.last_day,
                "arm": period.arm,
                "dose_micrograms": period.dose_micrograms,
                "pair": period.pair,
                "kit": period.kit or None,
            }
        )
        if period.guess:
            guesses.append(
                {
                    "period": period.number,
                    "guess": period.guess,
                    "confidence": period.guess_confidence,
                    "reason": period.guess_reason or None,
                }
            )
    plan = {**trial.plan, "periods": periods}
    if guesses:
        plan["blinding"] = {"guesses": guesses}
    return Protocol.model_validate(plan)


def with_record(protocol: Protocol, person: Person) -> Protocol:
    """Add the events and medicines of the record to a protocol."""
    events = [
        {"date": each.day, "what": each.what, "days": each.days}
        for each in LifeEvent.objects.filter(person=person, removed_at=None)
    ]
    medicines = [
        {"name": each.name, "disease_modifying": each.disease_modifying}
        for each in Medicine.objects.filter(person=person, removed_at=None)
    ]
    given = protocol.model_dump(mode="python", exclude_unset=True)
    known_events = [dict(each) for each in given.get("events", ())]
    known_medicines = [dict(each) for each in given.get("medicines", ())]
    given["events"] = known_events + events
    given["medicines"] = known_medicines + medicines
    return Protocol.model_validate(given)
