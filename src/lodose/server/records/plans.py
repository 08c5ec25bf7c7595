"""What is asked and taken on a day: the questions, the planned dose, the kit."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from lodose.server.records.clock import day_of
from lodose.server.records.entries import Question
from lodose.server.records.models import Outcome, Person, Trial, TrialPeriod
from lodose.server.records.statements import asked_on


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What a check-in for one day is about.

    Parameters
    ----------
    day : datetime.date
        The person's calendar day.
    outcomes : tuple of Outcome
        The questions, in order.
    sealed : bool
        A blinded trial holds the day: ``kit`` is shown and nothing of dose or arm.
    kit : str
        Code of the kit that the day's period was supplied from, "" where there is none.
    dose_micrograms : int, optional
        Planned dose; None where nothing is planned, always None when sealed.
    micrograms_per_millilitre : int, optional
        Strength of a liquid, so that the dose is shown in mg and mL together.
    """

    day: date
    outcomes: tuple[Outcome, ...]
    sealed: bool
    kit: str
    dose_micrograms: int | None
    micrograms_per_millilitre: int | None

    @property
    def questions(self) -> dict[str, Question]:
        """The questions by name, as ``check_entry`` takes them."""
        return {each.name: question_of(each) for each in self.outcomes}


def question_of(outcome: Outcome) -> Question:
    """Return an outcome as the check of an entry needs it."""
    return Question(
        name=outcome.name,
        label=outcome.label,
        minimum=Decimal(outcome.minimum),
        maximum=Decimal(outcome.maximum),
        step=None if outcome.step is None else Decimal(outcome.step),
    )


def plan_of(person: Person, day: date, *, with_dose: bool = True) -> DayPlan:
    """Return what is asked and taken on a day.

    A sealed trial that holds the day hides every dose, also one that was planned besides.
    ``with_dose=False`` spares the look at the dose where only an entry's check needs the plan.
    """
    if with_dose:
        outcomes, may_be_held = tuple(person.outcomes.filter(archived_at=None)), True
    else:
        outcomes, may_be_held = asked_on(person, day)
    sealed, kit, period_dose = _held_by(person, day) if may_be_held else (False, "", None)
    if sealed:
        return DayPlan(day, outcomes, True, kit, None, None)
    if not with_dose:
        return DayPlan(day, outcomes, False, kit, None, None)
    step = (
        person.dose_steps.filter(from_day__lte=day, removed_at=None)
        .order_by("from_day", "entered_at")
        .last()
    )
    dose = None if step is None else step.dose_micrograms
    strength = None if step is None else step.micrograms_per_millilitre
    if period_dose is not None:
        dose = period_dose
    return DayPlan(day, outcomes, False, kit, dose, strength)


def _held_by(person: Person, day: date) -> tuple[bool, str, int | None]:
    """Return of the period that holds a day: whether it is sealed, its kit, its planned dose."""
    periods = TrialPeriod.objects.filter(
        trial__person_id=person.pk, first_day__lte=day, last_day__gte=day
    ).order_by("-trial__started_at")
    for status, ended_on, ended_at, sealed, kit, dose in periods.values_list(
        "trial__status",
        "trial__ended_on",
        "trial__ended_at",
        "trial__sealed",
        "kit",
        "dose_micrograms",
    ):
        # The days after a trial was stopped early belong to nobody's plan.
        last = ended_on or (ended_at and day_of(person, ended_at))
        if status == Trial.Status.STOPPED and last and last < day:
            continue
        return sealed, kit, dose if status == Trial.Status.RUNNING else None
    return False, "", None


def plan_holds_until(person: Person, day: date) -> date | None:
    """Return the last day on which dose and kit are as on ``day``; None: no end is known.

    A phone without network knows nothing newer than the plan that it last saw.
    """
    one_day = timedelta(days=1)
    starts = person.dose_steps.filter(from_day__gt=day, removed_at=None).values_list("from_day")
    ends = [start - one_day for (start,) in starts]
    for first_day, last_day in TrialPeriod.objects.filter(
        trial__person=person, last_day__gte=day
    ).values_list("first_day", "last_day"):
        ends.append(last_day if first_day <= day else first_day - one_day)
    return min(ends, default=None)
