"""The diary as pages show it: a month with one state for each day, and one day in full."""

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from lodose.server.records.clock import day_of, today_of
from lodose.server.records.models import (
    CheckIn,
    CheckInVersion,
    Outcome,
    Pause,
    Person,
    TrialPeriod,
)
from lodose.server.records.plans import DayPlan, plan_of
from lodose.server.records.question_words import words_of

# "" is a day of which nothing is expected: before the beginning, and today until it is over.
State = Literal["", "done", "late", "missing", "paused", "future"]

FIRST_YEAR = 1970
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One cell: its day, its state, and whether a skipped or paused day stands behind it."""

    day: date
    state: State
    today: bool
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks that begin on Monday; None stands for days of its neighbours.

    ``previous`` and ``next`` are the first days of the neighbouring months, None where there is
    nothing to see: before the first day that anything is known of, and after this month.
    """

    first: date
    weeks: tuple[tuple[CalendarDay | None, ...], ...]
    previous: date | None
    next: date | None

    @property
    def days(self) -> list[CalendarDay]:
        """The days in order."""
        return [cell for week in self.weeks for cell in week if cell is not None]

    def count(self, *states: str) -> int:
        """How many days have one of these states."""
        return sum(cell.state in states for cell in self.days)


def month_of(person: Person, year: int, month: int) -> Month:
    """Return a month of the diary.

    A day is expected from the day the record was opened, or the first day somebody wrote here, and
    on every day of a trial's periods; days of a diary brought in from a file expect nothing
    of the days between.
    """
    first = date(year, month, 1)
    last = (first + 31 * _DAY).replace(day=1) - _DAY
    today = today_of(person)
    made = {
        day: (late, skipped)
        for day, late, skipped in CheckIn.objects.filter(
            person=person, day__range=(first, last)
        ).values_list("day", "late", "skipped")
    }
    expected = _Expected.of(person, first, last)
    weeks = tuple(
        tuple(_cell(day, today, made, expected) if day.month == month else None for day in week)
        for week in Calendar().monthdatescalendar(year, month)
    )
    before = first - _DAY
    known = _first_known(person)
    return Month(
        first=first,
        weeks=weeks,
        previous=before.replace(day=1) if known < first else None,
        next=last + _DAY if last < today else None,
    )


def _cell(
    day: date, today: date, made: dict[date, tuple[bool, bool]], expected: "_Expected"
) -> CalendarDay:
    state: State = ""
    skipped = False
    if day in made:
        late, skipped = made[day]
        state = "paused" if skipped else "late" if late else "done"
    elif day > today:
        state = "future"
    elif expected.is_paused(day):
        state = "paused"
    elif day < today and expected.holds(day):
        state = "missing"
    return CalendarDay(day, state, day == today, skipped)


@dataclass(frozen=True, slots=True)
class _Expected:
    """On which days a check-in is expected."""

    since: date
    pauses: Sequence[tuple[date, date | None]]
    periods: Sequence[tuple[date, date]]

    @classmethod
    def of(cls, person: Person, first: date, last: date) -> "_Expected":
        opened = day_of(person, person.started_at)
        written = (
            CheckIn.objects.filter(person=person)
            .exclude(source="upload")
            .order_by("day")
            .values_list("day", flat=True)
            .first()
        )
        return cls(
            since=opened if written is None else min(opened, written),
            pauses=list(
                Pause.objects.filter(person=person, first_day__lte=last).values_list(
                    "first_day", "last_day"
                )
            ),
            periods=list(
                TrialPeriod.objects.filter(
                    trial__person=person, first_day__lte=last, last_day__gte=first
                ).values_list("first_day", "last_day")
            ),
        )

    def is_paused(self, day: date) -> bool:
        return any(first <= day and (last is None or day <= last) for first, last in self.pauses)

    def holds(self, day: date) -> bool:
        return day >= self.since or any(first <= day <= last for first, last in self.periods)


def _first_known(person: Person) -> date:
    written = (
        CheckIn.objects.filter(person=person).order_by("day").values_list("day", flat=True).first()
    )
    opened = day_of(person, person.started_at)
    return opened if written is None else min(opened, written)


def last_month_written(person: Person) -> date | None:
    """Return the first day of the newest month with a check-in, None where nothing is written."""
    day = (
        CheckIn.objects.filter(person=person).order_by("-day").values_list("day", flat=True).first()
    )
    return None if day is None else day.replace(day=1)


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """What stands in the diary for one day.

    ``plan`` asks every question that is asked now or was answered on that day; a value that was
    recorded between two steps of its scale may stay there.
    """

    day: date
    plan: DayPlan
    check_in: CheckIn | None
    versions: tuple[CheckInVersion, ...]
    labels: dict[str, str]


def written_on(person: Person, day: date) -> WrittenDay:
    """Return a day of the diary with its earlier versions, newest first."""
    plan = plan_of(person, day)
    check_in = CheckIn.objects.filter(person=person, day=day).first()
    versions: tuple[CheckInVersion, ...] = ()
    known = list(Outcome.objects.filter(person=person))
    if check_in is not None:
        check_in.person = person
        versions = tuple(check_in.versions.order_by("-kept_at", "-revision"))
        plan = replace(plan, outcomes=_asked(known, check_in.outcomes))
    labels = {outcome.name: words_of(outcome).label for outcome in known}
    return WrittenDay(day, plan, check_in, versions, labels)


def _asked(known: list[Outcome], answered: dict[str, str]) -> tuple[Outcome, ...]:
    asked = [each for each in known if each.archived_at is None or each.name in answered]
    for outcome in asked:
        value = answered.get(outcome.name)
        if value and outcome.step and (Decimal(value) - outcome.minimum) % outcome.step:
            outcome.step = None
    return tuple(asked)
