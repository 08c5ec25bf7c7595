"""One person's record in one screen for a desk; no dose and no arm while a trial is sealed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from lodose.server.care.attention import Item, attention_of
from lodose.server.records.clock import today_of
from lodose.server.records.models import (
    CheckIn,
    DoseStep,
    Laboratory,
    LifeEvent,
    Medicine,
    Pause,
    Person,
    Trial,
    TrialPeriod,
)
from lodose.server.records.plans import DayPlan, plan_of

DAYS_SHOWN = 14
ROWS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose, always in mg and mL together where there is a strength; spelt exactly."""

    milligrams: Decimal
    millilitres: Decimal | None

    @classmethod
    def of(cls, micrograms: int | None, strength: int | None) -> "Dose | None":
        """Return a dose from whole micrograms and micrograms in a millilitre."""
        if micrograms is None:
            return None
        volume = None
        if strength:
            volume = (Decimal(micrograms) / strength).quantize(Decimal("0.01"))
        return cls(Decimal(micrograms) / 1000, volume)


@dataclass(frozen=True, slots=True)
class Day:
    """One of the last days: what was recorded, or why nothing was."""

    day: date
    check_in: CheckIn | None
    is_paused: bool
    ratings: tuple[str, ...]
    side_effects: tuple[tuple[str, int], ...]
    dose: Dose | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A step of the dose and who decided it; no dose while a trial is sealed."""

    step: DoseStep
    dose: Dose | None


@dataclass(frozen=True, slots=True)
class RunningTrial:
    """Where a running trial stands."""

    trial: Trial
    period: TrialPeriod | None
    periods: tuple[TrialPeriod, ...]
    first_day: date
    last_day: date
    days_recorded: int
    days_so_far: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What the page about a person shows."""

    today: date
    plan: DayPlan
    is_sealed: bool
    dose: Dose | None
    attention: tuple[Item, ...]
    days: tuple[Day, ...]
    trial: RunningTrial | None
    laboratory: tuple[Laboratory, ...]
    medicines: tuple[Medicine, ...]
    events: tuple[LifeEvent, ...]
    decisions: tuple[Decision, ...]


def is_sealed(person: Person) -> bool:
    """Whether a trial of the person keeps its arms secret: no dose and no arm is then shown."""
    return TrialPeriod.objects.filter(trial__person=person, trial__sealed=True, arm="").exists()


def summary_of(person: Person, now: datetime | None = None) -> Summary:
    """Return what the page about a person shows."""
    now = now or timezone.now()
    today = today_of(person, now)
    plan = plan_of(person, today)
    sealed = plan.sealed or is_sealed(person)
    return Summary(
        today=today,
        plan=plan,
        is_sealed=sealed,
        dose=None if sealed else Dose.of(plan.dose_micrograms, plan.micrograms_per_millilitre),
        attention=tuple(attention_of([person], now)[person.pk]),
        days=_days(person, plan, today, sealed=sealed),
        trial=_running_trial(person, today),
        laboratory=tuple(Laboratory.objects.filter(person=person, removed_at=None)[:ROWS_SHOWN]),
        medicines=tuple(Medicine.objects.filter(person=person, removed_at=None)[:50]),
        events=tuple(LifeEvent.objects.filter(person=person, removed_at=None)[:ROWS_SHOWN]),
        decisions=_decisions(person, sealed=sealed),
    )


def _days(person: Person, plan: DayPlan, today: date, *, sealed: bool) -> tuple[Day, ...]:
    """Return the last days, the latest first.

    Days without a check-in are only among them where the person shows missed days.
    """
    first = today - timedelta(days=DAYS_SHOWN - 1)
    made = {each.day: each for each in CheckIn.objects.filter(person=person, day__gte=first)}
    pauses = list(Pause.objects.filter(person=person))
    found = []
    for back in range(DAYS_SHOWN):
        day = today - timedelta(days=back)
        check_in = made.get(day)
        if check_in is None and not person.share_missed_days:
            continue
        found.append(_day(day, check_in, plan, pauses, sealed=sealed))
    return tuple(found)


def _day(
    day: date, check_in: CheckIn | None, plan: DayPlan, pauses: list[Pause], *, sealed: bool
) -> Day:
    effects: list[list[Any]] = (check_in.side_effects or []) if check_in else []
    answers = check_in.outcomes if check_in else {}
    micrograms = check_in.dose_micrograms if check_in and not sealed else None
    return Day(
        day=day,
        check_in=check_in,
        is_paused=any(each.first_day <= day <= (each.last_day or date.max) for each in pauses),
        ratings=tuple(answers.get(outcome.name, "") for outcome in plan.outcomes),
        side_effects=tuple(
            (name, level) for name, level in sorted(effects, key=lambda pair: -pair[1])
        ),
        dose=Dose.of(micrograms, plan.micrograms_per_millilitre),
    )


def _running_trial(person: Person, today: date) -> RunningTrial | None:
    trial = Trial.objects.filter(person=person, status=Trial.Status.RUNNING).first()
    if trial is None:
        return None
    periods = tuple(trial.periods.all())
    if not periods:
        return None
    first_day = min(period.first_day for period in periods)
    last_day = max(period.last_day for period in periods)
    until = min(today, last_day)
    recorded = CheckIn.objects.filter(
        person=person, day__gte=first_day, day__lte=until, skipped=False
    ).count()
    current = [period for period in periods if period.first_day <= today <= period.last_day]
    return RunningTrial(
        trial=trial,
        period=current[0] if current else None,
        periods=periods,
        first_day=first_day,
        last_day=last_day,
        days_recorded=recorded,
        days_so_far=max(0, (until - first_day).days + 1),
    )


def _decisions(person: Person, *, sealed: bool) -> tuple[Decision, ...]:
    steps = (
        DoseStep.objects.filter(person=person, removed_at=None)
        .select_related("decided_by")
        .order_by("-from_day", "-entered_at")[:ROWS_SHOWN]
    )
    return tuple(
        Decision(
            step,
            None if sealed else Dose.of(step.dose_micrograms, step.micrograms_per_millilitre),
        )
        for step in steps
    )
