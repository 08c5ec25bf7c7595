"""A day's entry as a form that shows everything and can clear everything.

The check-in of today is made for the thumb and never filled in beforehand; this one corrects what
is there, so it begins with it.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal, InvalidOperation

from django.utils import timezone
from django.utils.translation import gettext as _

from lodose.server.records.entries import NAME_LENGTH, Entry, EntryError, spelt
from lodose.server.records.models import Outcome, Person
from lodose.server.records.plans import DayPlan
from lodose.server.records.red_flags import red_flags
from lodose.server.records.side_effects import (
    COMMON,
    SEVERITIES,
    effect_label,
    recent_effects,
)

MOST_STEPS = 101
LONGEST_REASON = 200
_WORDS = {level: word for word, level in SEVERITIES.items()}


@dataclass(frozen=True, slots=True)
class QuestionField:
    """One outcome as the form asks it; ``steps`` is empty where a number is typed."""

    outcome: Outcome
    value: str
    problem: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EffectField:
    """One side effect as a chip."""

    name: str
    label: str
    severity: str


def typed_of(entry: Entry) -> dict[str, str]:
    """Return an entry as the form would send it."""
    typed = {f"outcome-{name}": value for name, value in entry.outcomes.items()}
    if entry.dose_micrograms is not None:
        typed["dose_mg"] = spelt(Decimal(entry.dose_micrograms) / 1000)
    if entry.dose_at is not None:
        typed["dose_at"] = entry.dose_at.isoformat("minutes")
    if entry.kit_taken is not None:
        typed["kit_taken"] = "yes" if entry.kit_taken else "no"
    if entry.side_effects is not None:
        typed["effects"] = "some" if entry.side_effects else "none"
        for name, level in entry.side_effects:
            typed[f"effect-{name}"] = _WORDS[level]
    typed |= {f"red_flag-{flag}": "yes" for flag in entry.red_flags}
    if entry.skipped:
        typed["skipped"] = "yes"
    return typed | {"note": entry.note}


def read_day(form: Mapping[str, str], plan: DayPlan) -> Entry:
    """Turn what was sent into an entry; what it means is checked by the action.

    Raises
    ------
    EntryError
        Naming each field that cannot be read.
    """
    problems: dict[str, str] = {}
    try:
        entry_id = uuid.UUID(form.get("id", ""))
    except ValueError:
        entry_id = uuid.uuid4()
    dose, at = _dose(form, problems)
    effects = _effects(form, problems)
    if problems:
        raise EntryError(problems)
    taken = {"yes": True, "no": False}.get(form.get("kit_taken", ""))
    return Entry(
        id=entry_id,
        day=plan.day,
        written_at=timezone.now(),
        source="page",
        outcomes={
            name: form[f"outcome-{name}"].strip()
            for name in plan.questions
            if form.get(f"outcome-{name}", "").strip()
        },
        dose_micrograms=dose,
        dose_at=at,
        kit=plan.kit if taken is not None else "",
        kit_taken=taken,
        side_effects=effects,
        red_flags=[each.id for each in red_flags() if form.get(f"red_flag-{each.id}")],
        note=form.get("note", ""),
        skipped=form.get("skipped") == "yes",
    )


def _dose(form: Mapping[str, str], problems: dict[str, str]) -> tuple[int | None, time | None]:
    text = form.get("dose_mg", "").strip().replace(",", ".")
    clock = form.get("dose_at", "").strip()
    dose: int | None = None
    at: time | None = None
    if text:
        try:
            micrograms = Decimal(text) * 1000
            dose = int(micrograms)
        except (InvalidOperation, ValueError, OverflowError):
            problems["dose"] = _("“%(value)s” is not a number of mg. Write it as 4.5.") % {
                "value": text[:20]
            }
        else:
            if micrograms != dose:
                problems["dose"] = _("Write the dose in mg with at most three decimals.")
    if clock:
        try:
            at = time.fromisoformat(clock)
        except ValueError:
            problems["dose_at"] = _("“%(value)s” is not a time of day. Write it as 21:30.") % {
                "value": clock[:20]
            }
    return dose, at


def _effects(form: Mapping[str, str], problems: dict[str, str]) -> list[list[object]] | None:
    """Read the side effects: None where nothing is said, [] where none was felt."""
    said = form.get("effects", "")
    found: list[list[object]] = [
        [key.removeprefix("effect-"), SEVERITIES[value]]
        for key, value in form.items()
        if key.startswith("effect-") and str(value) in SEVERITIES
    ]
    other = form.get("other_effect", "").strip()
    if other:
        found.append([other, SEVERITIES.get(form.get("other_severity", ""), 0)])
    if said == "none" and found:
        problems["side_effects"] = _("“None felt” and a side effect contradict each other.")
    if said == "some" and not found:
        problems["side_effects"] = _("Name at least one side effect, or choose “None felt”.")
    if said == "none":
        return []
    return found or None


def question_fields(
    plan: DayPlan, typed: Mapping[str, str], problems: Mapping[str, str]
) -> list[QuestionField]:
    """Return the outcomes as the form asks them."""
    return [
        QuestionField(
            outcome,
            typed.get(f"outcome-{outcome.name}", ""),
            problems.get(outcome.name, ""),
            _steps(outcome),
        )
        for outcome in plan.outcomes
    ]


def _steps(outcome: Outcome) -> tuple[str, ...]:
    if not outcome.step:
        return ()
    low, step = Decimal(outcome.minimum), Decimal(outcome.step)
    count = int((Decimal(outcome.maximum) - low) / step) + 1
    if count > MOST_STEPS:
        return ()
    return tuple(spelt(low + step * number) for number in range(count))


def effect_fields(person: Person, typed: Mapping[str, str]) -> list[EffectField]:
    """Return the side effects offered: those of the entry, the person's latest, common ones."""
    chosen = [
        key.removeprefix("effect-")
        for key, value in typed.items()
        if key.startswith("effect-") and str(value) in SEVERITIES
    ]
    names = dict.fromkeys([*chosen, *recent_effects(person), *COMMON])
    return [
        EffectField(name, effect_label(name), typed.get(f"effect-{name}", ""))
        for name in names
        if len(name) <= NAME_LENGTH
    ]
