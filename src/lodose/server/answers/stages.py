"""How far a person is on the way to an answer, without anything that could tell an arm."""

from dataclasses import dataclass
from datetime import date, timedelta

from lodose.server.records.clock import today_of
from lodose.server.records.models import CheckIn, Person, Trial
from lodose.server.records.schedules import is_sealed, last_day_of, latest_trial

MOST_NOTES = 10


@dataclass(frozen=True, slots=True)
class Stage:
    """Where somebody stands.

    Parameters
    ----------
    kind : str
        "nothing" (no trial yet), "running", "waiting" (ended, the schedule still sealed) or
        "ready".
    trial : Trial, optional
        The newest one.
    recorded, so_far, planned : int
        Days with an answer to the main question, days up to today, days in all. Without a trial:
        days ever recorded.
    left : int
        Days still to come.
    first_day, answer_day : datetime.date, optional
        First day of the trial, and the day from which the answer can be read.
    notes : tuple of (date, str)
        The person's own last notes.
    """

    kind: str
    trial: Trial | None
    recorded: int
    so_far: int = 0
    planned: int = 0
    left: int = 0
    first_day: date | None = None
    answer_day: date | None = None
    notes: tuple[tuple[date, str], ...] = ()


def stage_of(person: Person) -> Stage:
    """Return where a person stands; only days are counted, never by period."""
    trial = latest_trial(person)
    entries = CheckIn.objects.filter(person=person, skipped=False)
    if trial is None:
        return Stage("nothing", None, recorded=entries.count())
    today = today_of(person)
    first = min(period.first_day for period in trial.periods.all())
    last = last_day_of(trial)
    # As the answer counts: a day without the main question has nothing to compare.
    inside = entries.filter(
        day__gte=first,
        day__lte=min(today, last),
        outcomes__has_key=trial.plan["primary_outcome"],
    )
    kind = "ready"
    if trial.status == Trial.Status.RUNNING:
        kind = "running"
    elif is_sealed(trial):
        kind = "waiting"
    return Stage(
        kind=kind,
        trial=trial,
        recorded=inside.count(),
        so_far=max(0, (min(today, last) - first).days + 1),
        planned=(last - first).days + 1,
        left=max(0, (last - max(today, first - timedelta(days=1))).days),
        first_day=first,
        answer_day=last + timedelta(days=1),
        notes=_notes(person, first) if kind == "running" else (),
    )


def _notes(person: Person, first: date) -> tuple[tuple[date, str], ...]:
    found = (
        CheckIn.objects.filter(person=person, day__gte=first)
        .exclude(note="")
        .order_by("-day")
        .values_list("day", "note")
    )
    return tuple(found[:MOST_NOTES])


def earlier_trials(person: Person, newest: Trial | None) -> list[Trial]:
    """Return the trials before the newest one that have an answer, the newest of them first.

    None while a blinded trial is sealed: then no page speaks of a dose.
    """
    if newest is None or is_sealed(newest):
        return []
    found = (
        Trial.objects.filter(person=person, sealed=False)
        .exclude(pk=newest.pk)
        .exclude(status=Trial.Status.RUNNING)
        .order_by("-started_at")
        .prefetch_related("periods")
    )
    ended = [each for each in found if not is_sealed(each)]
    for each in ended:
        each.person = person
    return ended
