"""One person's record in one screen for a desk; no dose and no arm while a trial is sealed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from lodose.errors import LodoseError
from lodose.server.answers.compute import answer_of
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
from lodose.server.records.schedules import latest_trial
from lodose.server.records.side_effects import effect_label
from lodose.server.records.treatment import TAKEN, shown_dose

DAYS_SHOWN = 14
ROWS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Day:
    """One of the last days: what was recorded, or why nothing was."""

    day: date
    check_in: CheckIn | None
    is_paused: bool
    ratings: tuple[str, ...]
    side_effects: tuple[tuple[str, int], ...]
    dose: str
    is_as_planned: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """A step of the dose and who decided it; no dose while a trial is sealed."""

    step: DoseStep
    dose: str


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
    dose: str
    attention: tuple[Item, ...]
    days: tuple[Day, ...]
    trial: RunningTrial | None
    laboratory: tuple[Laboratory, ...]
    medicines: tuple[Medicine, ...]
    events: tuple[LifeEvent, ...]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """The answer in words, for the prescriber; ``choice`` is how the person wants to open it."""

    headline: str
    answer: str
    lines: tuple[str, ...]
    choice: str


def answer_in_words(person: Person) -> AnswerWords | None:
    """Return the answer of the newest trial, None while there is none or it is sealed."""
    trial = latest_trial(person)
    if trial is None:
        return None
    try:
        found = answer_of(trial)
    except LodoseError:  # running, sealed or empty: there is nothing to say
        return None
    return AnswerWords(
        headline=found.page["headline"],
        answer=found.page["answer"],
        lines=tuple(found.page["lines"]),
        choice=person.answer_choice,
    )


def is_sealed(person: Person) -> bool:
    """Whether a trial of the person keeps its arms secret: no dose and no arm is then shown."""
    return TrialPeriod.objects.filter(trial__person=person, trial__sealed=True, arm="").exists()


def planned_dose(person: Person) -> str:
    """Return the dose planned for today, "" where there is none or a trial is sealed."""
    plan = plan_of(person, today_of(person))
    if plan.sealed or is_sealed(person):
        return ""
    return _dose(plan.dose_micrograms, plan.micrograms_per_millilitre)


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
        dose="" if sealed else _dose(plan.dose_micrograms, plan.micrograms_per_millilitre),
        attention=tuple(attention_of([person], now)[person.pk]),
        days=_days(person, plan, today, sealed=sealed),
        trial=_running_trial(person, today),
        laboratory=tuple(Laboratory.objects.filter(person=person, removed_at=None)[:ROWS_SHOWN]),
        medicines=tuple(Medicine.objects.filter(person=person, removed_at=None)[:50]),
        events=tuple(LifeEvent.objects.filter(person=person, removed_at=None)[:ROWS_SHOWN]),
        decisions=_decisions(person, sealed=sealed),
    )


def _dose(micrograms: int | None, strength: int | None) -> str:
    """Return a dose in mg and, for a liquid, mL; "" where nothing is said."""
    return "" if micrograms is None else shown_dose(micrograms, strength)


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
            (effect_label(name), level)
            for name, level in sorted(effects, key=lambda pair: -pair[1])
        ),
        dose=_dose(micrograms, plan.micrograms_per_millilitre),
        is_as_planned=micrograms is not None and micrograms == plan.dose_micrograms,
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
            _dose(step.dose_micrograms, step.micrograms_per_millilitre)
            if step.kind in TAKEN and not sealed
            else "",
        )
        for step in steps
    )
