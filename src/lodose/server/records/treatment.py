"""Decisions about the dose. Who decided is always kept; a stop needs nobody's leave."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lodose.diary.cells import LARGEST_DOSE_MICROGRAMS
from lodose.server.audit.chain import add_event, lock_chain
from lodose.server.records.clock import today_of
from lodose.server.records.entries import spelt
from lodose.server.records.models import DoseStep, Person, Trial
from lodose.server.records.problems import DecisionError
from lodose.server.records.screening import check_start
from lodose.server.spoken import said_day, said_number

# Above the largest low dose a slip of the decimal point is likelier than a decision.
ASKED_BACK_ABOVE_MICROGRAMS = 6_000
FARTHEST_AHEAD = timedelta(days=366)
STOP_REASON_LENGTH = 200

_NEXT = {
    "": ("start",),
    "start": ("step", "pause", "stop"),
    "step": ("step", "pause", "stop"),
    "restart": ("step", "pause", "stop"),
    "pause": ("restart", "stop"),
    "stop": ("start",),
}
_ENDED = {"pause": "paused", "stop": "stopped"}
TAKEN = frozenset({"start", "step", "restart"})


@dataclass(frozen=True, slots=True)
class Decision:
    """A change of the dose from a day on.

    ``confirmed_micrograms`` repeats a large dose, once the person was asked back;
    ``despite`` names the contraindications that a prescriber decides against; ``settled`` is a
    person's word that open questions of screening are settled with their prescriber.
    """

    kind: str
    from_day: date
    dose_micrograms: int = 0
    micrograms_per_millilitre: int | None = None
    agreed_with: str = ""
    agreed_on: date | None = None
    reason: str = ""
    confirmed_micrograms: int | None = None
    despite: tuple[str, ...] = ()
    settled: bool = False


def read_micrograms(text: str) -> int:
    """Read milligrams as somebody types them; a decimal comma is read as a point.

    Raises
    ------
    ValueError
        With the mend.
    """
    try:
        # Python takes "4_5" for 45: the slip of a finger would be ten times the dose.
        milligrams = Decimal(text.strip().replace(",", ".").replace("_", "?"))
    except InvalidOperation:
        raise ValueError(
            _("“%(value)s” is not a number. Write 4.5 for 4.5 mg.") % {"value": text[:20]}
        ) from None
    if not milligrams.is_finite() or milligrams < 0 or milligrams > 10_000:
        raise ValueError(_("“%(value)s” cannot be a dose in mg.") % {"value": text[:20]})
    micrograms = milligrams * 1000
    if micrograms != micrograms.to_integral_value():
        raise ValueError(
            _("%(value)s mg is finer than a thousandth of a milligram.") % {"value": text[:20]}
        )
    return int(micrograms)


def shown_dose(micrograms: int, micrograms_per_millilitre: int | None = None) -> str:
    """Return a dose in mg, and for a liquid in mL too: a volume alone invites tenfold errors."""
    milligrams = said_number(spelt(Decimal(micrograms) / 1000))
    if not micrograms_per_millilitre:
        return _("%(dose)s mg") % {"dose": milligrams}
    exact = Decimal(micrograms) / micrograms_per_millilitre
    volume = exact.quantize(Decimal("0.01"))
    values = {
        "dose": milligrams,
        "volume": said_number(spelt(volume)),
        "strength": said_number(spelt(Decimal(micrograms_per_millilitre) / 1000)),
    }
    if volume != exact:
        return _("%(dose)s mg (about %(volume)s mL of %(strength)s mg/mL)") % values
    return _("%(dose)s mg (%(volume)s mL of %(strength)s mg/mL)") % values


def steps_of(person: Person) -> list[DoseStep]:
    """Return the decisions that stand, the newest first."""
    found = DoseStep.objects.filter(person=person, removed_at=None).select_related("decided_by")
    return list(found.order_by("-from_day", "-entered_at"))


def current_step(person: Person, day: date) -> DoseStep | None:
    """Return the decision that holds on a day."""
    return (
        DoseStep.objects.filter(person=person, removed_at=None, from_day__lte=day)
        .order_by("from_day", "entered_at")
        .last()
    )


def kinds_open(person: Person, day: date) -> tuple[str, ...]:
    """Return what may be decided next."""
    step = current_step(person, day)
    return _NEXT[step.kind if step else ""]


def check_dose(micrograms: int, confirmed: int | None, field: str = "dose_mg") -> None:
    """Refuse a dose that no tablet holds, and ask back about one above the usual low doses.

    Raises
    ------
    DecisionError
        Under the field's name; under ``confirm`` where a confirmation would do.
    """
    if micrograms <= 0:
        raise DecisionError({field: _("Write the dose in mg, above 0.")})
    said = said_number(spelt(Decimal(micrograms) / 1000))
    tenth = said_number(spelt(Decimal(micrograms) / 10_000))
    if micrograms > LARGEST_DOSE_MICROGRAMS:
        raise DecisionError(
            {
                field: _("%(dose)s mg is more than any tablet holds. Did you mean %(tenth)s mg?")
                % {"dose": said, "tenth": tenth}
            }
        )
    if micrograms > ASKED_BACK_ABOVE_MICROGRAMS and confirmed != micrograms:
        raise DecisionError(
            {
                "confirm": _(
                    "%(dose)s mg is more than the usual low dose of up to 6 mg. Did you mean "
                    "%(tenth)s mg? If %(dose)s mg was agreed, tick the box."
                )
                % {"dose": said, "tenth": tenth}
            }
        )


def check_agreed(person: Person, with_whom: str, on: date | None, decided_by: Any) -> None:
    """Require that a decision names who made it: an account, or "agreed with ... on ..."."""
    problems = {}
    if decided_by is not None:
        return
    if not with_whom.strip():
        problems["agreed_with"] = _("Name the prescriber with whom this was agreed.")
    if on is None:
        problems["agreed_on"] = _("Write the day on which it was agreed.")
    elif on > today_of(person):
        problems["agreed_on"] = _("That day has not come yet.")
    if problems:
        raise DecisionError(problems)


def decide_dose(person: Person, decision: Decision, *, decided_by: Any = None) -> DoseStep:
    """Write a decision about the dose.

    Parameters
    ----------
    person : Person
        Whose treatment.
    decision : Decision
        What was decided.
    decided_by : User, optional
        The prescriber whose account enters it; None: the person writes what was agreed.

    Raises
    ------
    DecisionError
        Naming the fields that cannot be. Nothing was written.
    """
    with transaction.atomic():
        if decision.kind == "stop":
            _end_schedule(person, decision)
        if decision.kind not in TAKEN:
            _take_back_later(person, decision)
        chain = lock_chain(person.chain_id)
        _check_place(person, decision)
        if decision.kind in TAKEN:
            check_dose(decision.dose_micrograms, decision.confirmed_micrograms)
            _check_strength(decision)
        if decision.kind != "stop":
            check_agreed(person, decision.agreed_with, decision.agreed_on, decided_by)
        kept: dict[str, Any] = {}
        if decision.kind in TAKEN:
            kept = check_start(
                person,
                kind=decision.kind,
                decided_by=decided_by,
                despite=decision.despite,
                reason=decision.reason,
                settled=decision.settled,
                chain=chain,
            )
        step = DoseStep.objects.create(
            person=person,
            kind=decision.kind,
            from_day=decision.from_day,
            dose_micrograms=decision.dose_micrograms if decision.kind in TAKEN else 0,
            micrograms_per_millilitre=(
                decision.micrograms_per_millilitre if decision.kind in TAKEN else None
            ),
            decided_by=decided_by,
            agreed_with=decision.agreed_with.strip()[:120],
            agreed_on=decision.agreed_on,
            reason=decision.reason.strip()[:STOP_REASON_LENGTH],
        )
        add_event(chain, "dose-decided", _event(step) | kept)
    return step


def _end_schedule(person: Person, stop: Decision) -> None:
    """End a running schedule, which would go on giving its dose after a stop.

    Raises
    ------
    DecisionError
        If the stop is for later.
    """
    from lodose.server.records.schedules import end_with_treatment, running_trial

    today = today_of(person)
    if running_trial(person) is not None:
        if stop.from_day > today:
            raise DecisionError(
                {
                    "from_day": _(
                        "A schedule of periods is running and holds the dose. A stop ends it: "
                        "record the stop from today on."
                    )
                }
            )
        end_with_treatment(person, stop.reason)


def _take_back_later(person: Person, decision: Decision) -> None:
    """Take back what was planned for after a pause or a stop: it would give a dose again.

    Raises
    ------
    DecisionError
        If a later decision holds already, so that this one would not.
    """
    today = today_of(person)
    later = DoseStep.objects.filter(
        person=person, removed_at=None, from_day__gt=decision.from_day
    ).order_by("from_day", "entered_at")
    begun = [step for step in later if step.from_day <= today]
    if begun:
        raise DecisionError(
            {
                "from_day": _(
                    "A later decision holds from %(day)s on, so that this one would not. Record "
                    "it from today on."
                )
                % {"day": said_day(begun[-1].from_day)}
            }
        )
    for step in later:
        _remove(person, step.pk, f"treatment {_ENDED[decision.kind]}")


def _check_place(person: Person, decision: Decision) -> None:
    """Refuse a decision that does not follow from the one before it."""
    today = today_of(person)
    if decision.from_day > today + FARTHEST_AHEAD:
        raise DecisionError({"from_day": _("That is more than a year ahead.")})
    if decision.kind == "stop":
        return
    if Trial.objects.filter(person=person, status=Trial.Status.RUNNING).exists():
        raise DecisionError(
            {
                "kind": _(
                    "A schedule of periods is running and holds the dose. Stop the schedule first, "
                    "or stop the treatment."
                )
            }
        )
    open_kinds = kinds_open(person, decision.from_day)
    if decision.kind not in open_kinds:
        raise DecisionError(
            {"kind": _("That does not follow from what was decided up to that day.")}
        )


def _check_strength(decision: Decision) -> None:
    strength = decision.micrograms_per_millilitre
    if strength is None:
        return
    volume = Decimal(decision.dose_micrograms) / strength if strength > 0 else Decimal(0)
    if not Decimal("0.05") <= volume <= 50:
        raise DecisionError(
            {
                "strength": _(
                    "With that strength the dose would be %(volume)s mL. Check the label: mg in "
                    "one mL."
                )
                % {"volume": said_number(spelt(volume.quantize(Decimal("0.001"))))}
            }
        )


def _event(step: DoseStep) -> dict[str, Any]:
    return {
        "step": str(step.pk),
        "kind": step.kind,
        "from_day": step.from_day.isoformat(),
        "dose_micrograms": step.dose_micrograms,
        "micrograms_per_millilitre": step.micrograms_per_millilitre,
        "decided_by": step.decided_by_id and str(step.decided_by_id),
        "agreed_with": step.agreed_with,
        "agreed_on": step.agreed_on and step.agreed_on.isoformat(),
        "reason": step.reason,
    }


def remove_step(person: Person, step_id: uuid.UUID, reason: str) -> bool:
    """Take back a decision that was entered by mistake; it is kept and marked.

    Returns
    -------
    bool
        False if the person has no such decision.

    Raises
    ------
    DecisionError
        If no reason is given, a schedule runs, or a dose would come back that screening stops.
    """
    if not reason.strip():
        raise DecisionError({"reason": _("Write why: the entry itself is kept.")})
    with transaction.atomic():
        before = _doses_by_day(person)
        changed = _remove(person, step_id, reason)
        if changed:
            _check_comes_back(person, before)
    return changed


def _remove(person: Person, step_id: uuid.UUID, reason: str) -> bool:
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        if Trial.objects.filter(person=person, status=Trial.Status.RUNNING).exists():
            raise DecisionError(
                {"reason": _("A schedule of periods is running and holds the dose.")}
            )
        changed = DoseStep.objects.filter(person=person, pk=step_id, removed_at=None).update(
            removed_at=timezone.now()
        )
        if changed:
            details = {"step": str(step_id), "reason": reason.strip()[:STOP_REASON_LENGTH]}
            add_event(chain, "dose-decision-removed", details)
    return bool(changed)


def _doses_by_day(person: Person) -> list[tuple[date, int]]:
    """Return from which day on which dose holds, the first for all days up to today."""
    today = today_of(person)
    steps = reversed(steps_of(person))
    return [(max(step.from_day, today), step.dose_micrograms) for step in steps]


def _dose_on(doses: list[tuple[date, int]], day: date) -> int:
    return next((dose for first, dose in reversed(doses) if first <= day), 0)


def _check_comes_back(person: Person, before: list[tuple[date, int]]) -> None:
    """Refuse to take back a pause, a stop or a lower dose beside what screening stops.

    Raises
    ------
    DecisionError
        If a dose would hold that did not: that is a decision of its own, with its own checks.
    """
    after = _doses_by_day(person)
    days = {today_of(person), *(first for first, _dose in (*before, *after))}
    if all(_dose_on(after, day) <= _dose_on(before, day) for day in days):
        return
    try:
        check_start(person, kind="step", decided_by=None)
    except DecisionError as error:
        told = " ".join(error.problems.values())
        raise DecisionError({"reason": told}) from None
