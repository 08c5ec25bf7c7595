"""Schedules of periods: drawn, fixed with a hash when they start, ended."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from lodose.server.audit.chain import add_event, lock_chain
from lodose.server.records.clock import day_of, today_of
from lodose.server.records.models import DoseStep, Outcome, Person, Trial, TrialPeriod
from lodose.server.records.outcomes import outcomes_of
from lodose.server.records.problems import DecisionError
from lodose.server.records.screening import check_start
from lodose.server.records.suitability import check_suits
from lodose.server.records.treatment import TAKEN, check_agreed, check_dose, current_step
from lodose.trial import Protocol

FARTHEST_START = timedelta(days=120)
TRANSITION_DAYS = 3


@dataclass(frozen=True, slots=True)
class PlannedPeriod:
    """One period before it starts; a sealed one has a kit and neither arm nor dose."""

    first_day: date
    last_day: date
    pair: int
    arm: str = ""
    dose_micrograms: int | None = None
    kit: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """An open schedule as somebody asks for it.

    ``design`` is "randomised-open" or "open-on-off"; ``days`` is the length of a period.
    """

    design: str
    pairs: int
    days: int
    first_day: date
    dose_micrograms: int
    agreed_with: str = ""
    agreed_on: date | None = None
    confirmed_micrograms: int | None = None
    settled: bool = False


def draw_periods(wish: Wish, seed: int) -> list[PlannedPeriod]:
    """Return the periods of an open schedule.

    The order within each pair is drawn by `lodose.planning` from the seed (Philox); the same seed
    gives the same order. A chosen order turns round from pair to pair (on, off, off, on), so
    that a steady drift falls on both alike.
    """
    import numpy as np

    from lodose.planning.design import TrialDesign

    if wish.design == "randomised-open":
        drawn = TrialDesign(wish.pairs, wish.days).schedule()
        chance = np.random.Generator(np.random.Philox(key=seed))
        treated = drawn.draw_treatment(chance)[:: wish.days] > 0.5
        on = [bool(each) for each in treated]
    else:
        on = [number % 4 in (0, 3) for number in range(2 * wish.pairs)]
    periods = []
    for number, active in enumerate(on):
        start = wish.first_day + timedelta(days=number * wish.days)
        periods.append(
            PlannedPeriod(
                first_day=start,
                last_day=start + timedelta(days=wish.days - 1),
                pair=number // 2 + 1,
                arm="active" if active else "comparator",
                dose_micrograms=wish.dose_micrograms if active else 0,
            )
        )
    return periods


def plan_for(person: Person, wish: Wish, seed: int | None) -> dict[str, Any]:
    """Return the protocol of an open schedule without its periods, as JSON values."""
    outcomes = outcomes_of(person)
    primary = next((each for each in outcomes if each.primary), None)
    if primary is None:
        raise DecisionError({"primary": _("First choose the questions of your daily check-in.")})
    running = current_step(person, wish.first_day - timedelta(days=1))
    milligrams = (Decimal(wish.dose_micrograms) / 1000).normalize()
    plan: dict[str, Any] = {
        "title": person.treatment_name,
        # In the person's language, as every word of a plan that they will read.
        "question": _("Does %(treatment)s help?") % {"treatment": person.treatment_name},
        "time_zone": person.time_zone,
        "synthetic": person.synthetic,
        "design": wish.design,
        "primary_outcome": primary.name,
        "transition_days": min(TRANSITION_DAYS, wish.days - 1),
        "treatment": {
            "name": person.treatment_name,
            "active": f"{milligrams:f} mg",
            "comparator": _("no treatment"),
            "drug": "naltrexone" if "naltrexone" in person.treatment_name.casefold() else "",
            "running_at_start": running is not None and running.kind in TAKEN,
        },
        "outcomes": [outcome_part(each) for each in outcomes],
    }
    if wish.design == "randomised-open":
        plan["randomisation"] = {"method": "within-pairs"}
        plan["notes"] = f"Order drawn within pairs by numpy's Philox with the key {seed}."
    return plan


def outcome_part(outcome: Outcome) -> dict[str, Any]:
    """Return a question as an outcome of a protocol."""
    part = {
        "name": outcome.name,
        "label": outcome.label,
        "instrument": outcome.instrument or None,
        "minimum": str(outcome.minimum.normalize()),
        "maximum": f"{outcome.maximum.normalize():f}",
        "step": None if outcome.step is None else f"{outcome.step.normalize():f}",
        "better": outcome.better,
        "mcid": None if outcome.mcid is None else f"{outcome.mcid.normalize():f}",
        "unit": outcome.unit,
    }
    return {key: value for key, value in part.items() if value is not None}


def start_schedule(person: Person, wish: Wish, *, decided_by: Any = None) -> Trial:
    """Draw an open schedule and start it.

    Raises
    ------
    DecisionError
        Naming the fields that cannot be. Nothing was written.
    """
    if wish.design not in {"randomised-open", "open-on-off"}:
        raise DecisionError({"design": _("Choose one of the two kinds of order.")})
    if not 2 <= wish.pairs <= 12 or not 5 <= wish.days <= 60:
        raise DecisionError({"length": _("Choose 2 to 12 pairs of periods of 5 to 60 days.")})
    check_dose(wish.dose_micrograms, wish.confirmed_micrograms)
    check_agreed(person, wish.agreed_with, wish.agreed_on, decided_by)
    kept = _check_screening(person, wish)
    check_suits(person)
    seed = secrets.randbits(64) if wish.design == "randomised-open" else None
    periods = draw_periods(wish, seed or 0)
    return start_trial(
        person,
        plan_for(person, wish, seed),
        periods,
        agreed_with=wish.agreed_with,
        agreed_on=wish.agreed_on,
        decided_by=decided_by,
        kept=kept,
    )


def _check_screening(person: Person, wish: Wish) -> dict[str, Any]:
    """Refuse what screening stops; where nothing is taken yet, periods begin the treatment."""
    step = current_step(person, today_of(person))
    kind = "schedule" if step is not None and step.kind in TAKEN else "start"
    try:
        return check_start(person, kind=kind, decided_by=None, settled=wish.settled)
    except DecisionError as error:
        problems = {
            "design" if name == "kind" else name: text for name, text in error.problems.items()
        }
        raise DecisionError(problems) from None


def start_trial(
    person: Person,
    plan: dict[str, Any],
    periods: Sequence[PlannedPeriod],
    *,
    sealed: bool = False,
    commitment: str = "",
    agreed_with: str = "",
    agreed_on: date | None = None,
    decided_by: Any = None,
    kept: dict[str, Any] | None = None,
) -> Trial:
    """Fix a plan and its periods; from now on neither changes.

    Parameters
    ----------
    person : Person
        Whose trial.
    plan : dict
        The protocol without its periods, as JSON values.
    periods : sequence of PlannedPeriod
        In calendar order; without arm and dose where ``sealed``.
    sealed : bool
        A blinded trial: the arms are held elsewhere until it has ended.
    commitment : str
        Hash by which the sealed schedule can be checked afterwards, see ``disclosure``.
    agreed_with, agreed_on, decided_by
        Who decided.
    kept : dict, optional
        What the event keeps beside that.

    Raises
    ------
    DecisionError
        If a trial runs, the dates cannot be, or plan and periods do not make a protocol.
    """
    today = today_of(person)
    first, last = periods[0].first_day, periods[-1].last_day
    if first < today:
        raise DecisionError({"first_day": _("A schedule starts today or later, not in the past.")})
    if first > today + FARTHEST_START:
        raise DecisionError({"first_day": _("That is more than four months ahead.")})
    protocol = checked_protocol(plan, periods, sealed=sealed)
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        if Trial.objects.filter(person=person, status=Trial.Status.RUNNING).exists():
            raise DecisionError({"first_day": _("A schedule is running already.")})
        trial = Trial.objects.create(
            person=person,
            sealed=sealed,
            plan=plan,
            protocol_hash="" if sealed else protocol.sha256,
            commitment=commitment,
            agreed_with=agreed_with.strip()[:120],
            agreed_on=agreed_on,
        )
        TrialPeriod.objects.bulk_create(
            [
                TrialPeriod(
                    trial=trial,
                    number=number,
                    first_day=each.first_day,
                    last_day=each.last_day,
                    pair=each.pair,
                    kit=each.kit,
                    arm="" if sealed else each.arm,
                    dose_micrograms=None if sealed else each.dose_micrograms,
                )
                for number, each in enumerate(periods, 1)
            ]
        )
        # A new question deserves a new choice of how its answer is opened.
        Person.objects.filter(pk=person.pk).update(answer_choice="")
        details = {
            "trial": str(trial.pk),
            "sealed": sealed,
            "first_day": first.isoformat(),
            "last_day": last.isoformat(),
            "protocol_hash": trial.protocol_hash,
            "commitment": commitment,
            "plan": plan,
            "decided_by": decided_by and str(decided_by.pk),
            "agreed_with": trial.agreed_with,
            "agreed_on": agreed_on and agreed_on.isoformat(),
        }
        add_event(chain, "trial-started", details | (kept or {}))
    return trial


def checked_protocol(
    plan: dict[str, Any], periods: Sequence[PlannedPeriod], *, sealed: bool = False
) -> Protocol:
    """Return plan and periods as a protocol, or refuse them.

    The periods of a sealed trial are checked with arms that merely alternate.
    """
    parts = []
    for number, each in enumerate(periods):
        arm = each.arm or ("active", "comparator")[number % 2]
        dose = None if sealed else each.dose_micrograms
        parts.append(
            {
                "start": each.first_day,
                "end": each.last_day,
                "arm": arm,
                "dose_micrograms": dose,
                "pair": each.pair,
                "kit": each.kit or None,
            }
        )
    try:
        return Protocol.model_validate({**plan, "periods": parts})
    except ValidationError as error:
        told = "; ".join(each["msg"].removeprefix("Value error, ") for each in error.errors())
        raise DecisionError({"plan": told}) from None


def locked_hash(trial: Trial) -> str:
    """Return the hash of plan and periods as they stand now; "" while the arms are sealed."""
    periods = [
        PlannedPeriod(
            each.first_day, each.last_day, each.pair or 0, each.arm, each.dose_micrograms, each.kit
        )
        for each in trial.periods.all()
    ]
    if any(not each.arm for each in periods):
        return ""
    return checked_protocol(trial.plan, periods).sha256


def last_day_of(trial: Trial) -> date:
    """Return the last day that counts: of the plan, or on which the trial was stopped."""
    planned = max(period.last_day for period in trial.periods.all())
    if trial.status == Trial.Status.STOPPED and trial.ended_at is not None:
        return min(planned, trial.ended_on or day_of(trial.person, trial.ended_at))
    return planned


def settled_today(trial: Trial) -> date:
    """Return the day that it is both for the person and by the clock that the plan was made with.

    The earlier of the two: moving to another time zone brings no answer before its day.
    """
    today = today_of(trial.person)
    zone = trial.plan.get("time_zone")
    return min(today, timezone.now().astimezone(ZoneInfo(zone)).date()) if zone else today


def is_sealed(trial: Trial) -> bool:
    """Whether something about the arms is still unknown here, so that nothing may be shown."""
    return trial.sealed or any(not period.arm for period in trial.periods.all())


def latest_trial(person: Person) -> Trial | None:
    """Return the newest trial with its periods, ended first if its last day is over."""
    trial = (
        Trial.objects.filter(person=person)
        .order_by("-started_at")
        .prefetch_related("periods")
        .first()
    )
    if trial is None:
        return None
    trial.person = person
    if trial.status == Trial.Status.RUNNING and last_day_of(trial) < settled_today(trial):
        _end(trial, Trial.Status.FINISHED, "")
    return trial


def running_trial(person: Person) -> Trial | None:
    """Return the trial that runs, or None."""
    trial = latest_trial(person)
    return trial if trial is not None and trial.status == Trial.Status.RUNNING else None


def stop_trial(trial: Trial, reason: str) -> None:
    """End a trial before its last day; its plan stays as it was fixed.

    Raises
    ------
    DecisionError
        If no reason is given or the trial does not run.
    """
    if not reason.strip():
        raise DecisionError({"reason": _("Write why the schedule is stopped: the report says it.")})
    if trial.status != Trial.Status.RUNNING:
        raise DecisionError({"reason": _("The schedule has ended already.")})
    _end(trial, Trial.Status.STOPPED, reason.strip()[:200])


def _end(trial: Trial, status: Trial.Status, reason: str) -> None:
    with transaction.atomic():
        chain = lock_chain(trial.person.chain_id)
        now = timezone.now()
        today = today_of(trial.person, now)
        changed = Trial.objects.filter(pk=trial.pk, status=Trial.Status.RUNNING).update(
            status=status, ended_at=now, ended_on=today, end_reason=reason
        )
        if changed:
            kind = "trial-finished" if status == Trial.Status.FINISHED else "trial-stopped"
            add_event(chain, kind, {"trial": str(trial.pk), "reason": reason})
    trial.status, trial.end_reason = status, reason
    trial.ended_at, trial.ended_on = now, today


def end_with_treatment(person: Person, reason: str) -> None:
    """End a running trial because the treatment is stopped."""
    trial = running_trial(person)
    if trial is not None:
        _end(trial, Trial.Status.STOPPED, reason.strip()[:200] or "treatment stopped")


def stop_now(person: Person, reason: str) -> DoseStep:
    """Record that the treatment was stopped today, and end a running trial with it.

    Nobody's leave is needed, and no reason.
    """
    from lodose.server.records.treatment import Decision, decide_dose

    return decide_dose(person, Decision(kind="stop", from_day=today_of(person), reason=reason))
