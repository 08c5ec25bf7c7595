"""When somebody is reminded of their check-in.

What other reminders get wrong is decided here, in one place: nothing on a paused day, nothing
after the end that was chosen, the person's own clock on both changes of it, and a schedule that
cannot be read is an error, never silence.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from lodose.errors import LodoseError
from lodose.server.accounts.models import digest, new_secret
from lodose.server.audit.chain import add_event, lock_chain
from lodose.server.records.clock import day_of, today_of
from lodose.server.records.models import CheckIn, Pause, Person, Trial

KINDS = ("daily", "every", "weekdays")
FEWEST_DAYS, MOST_DAYS = 2, 60
# How far ahead a calendar is told; it asks again long before.
DAYS_AHEAD = 60
LOOK_AHEAD = 400


@dataclass(frozen=True, slots=True)
class Schedule:
    """On which days somebody is reminded, and when.

    Parameters
    ----------
    kind : {"daily", "every", "weekdays"}
        Every day; every so many days from a first one; on chosen days of the week.
    at : datetime.time
        By the person's own clock, whole minutes.
    every_days : int
        For "every": 2 to 60; 14 is every two weeks.
    first_day : datetime.date, optional
        For "every": where the count begins. A pause does not move it.
    weekdays : frozenset of int
        For "weekdays": 0 is Monday.
    ends_with_trial : bool
        Whether it ends after the last day of the newest trial.
    """

    kind: str
    at: time
    every_days: int = 1
    first_day: date | None = None
    weekdays: frozenset[int] = frozenset()
    ends_with_trial: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise LodoseError(f"Reminders of kind '{self.kind}'. Mend: {', '.join(KINDS)}.")
        if self.at.tzinfo is not None or self.at.second or self.at.microsecond:
            raise LodoseError(f"Reminders at '{self.at}'. Mend: a whole minute of the own clock.")
        if self.kind == "every" and (
            self.first_day is None or not FEWEST_DAYS <= self.every_days <= MOST_DAYS
        ):
            raise LodoseError(
                f"Reminders every {self.every_days} days from {self.first_day}. "
                f"Mend: {FEWEST_DAYS} to {MOST_DAYS} days, and a first day."
            )
        if self.kind == "weekdays" and not (self.weekdays and self.weekdays <= set(range(7))):
            raise LodoseError(f"Reminders on weekdays {sorted(self.weekdays)}. Mend: 0 to 6.")

    def falls_on(self, day: date) -> bool:
        """Whether the schedule means that calendar day."""
        if self.kind == "weekdays":
            return day.weekday() in self.weekdays
        if self.first_day is None:
            return True
        return day >= self.first_day and (day - self.first_day).days % self.every_days == 0

    def content(self) -> dict[str, Any]:
        """Return it as JSON values, without the time of day."""
        return {
            "kind": self.kind,
            "every_days": self.every_days,
            "first_day": self.first_day and self.first_day.isoformat(),
            "weekdays": sorted(self.weekdays),
            "ends_with_trial": self.ends_with_trial,
        }


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder: the calendar day that it is about, and the moment in UTC."""

    day: date
    at: datetime


def schedule_of(person: Person) -> Schedule | None:
    """Return a person's schedule, None if they chose none."""
    kept = person.reminder_schedule
    if not kept or person.reminder_time is None:
        return None
    first_day = kept.get("first_day")
    return Schedule(
        kind=kept["kind"],
        at=person.reminder_time,
        every_days=kept.get("every_days", 1),
        first_day=date.fromisoformat(first_day) if first_day else None,
        weekdays=frozenset(kept.get("weekdays", ())),
        ends_with_trial=kept.get("ends_with_trial", False),
    )


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """Return the moment in UTC at which a clock in the zone shows a time on a day.

    A time that the clock jumps over becomes the first minute after the jump; of a time that it
    shows twice the first is meant. None for a day that the zone left out altogether (Samoa, 30
    December 2011).
    """
    wanted = datetime.combine(day, at)
    found = _first_at_or_after(wanted, zone)
    if found.astimezone(zone).date() != day:
        midnight = _first_at_or_after(datetime.combine(day, time()), zone)
        if midnight.astimezone(zone).date() != day:
            return None
    return found


def _first_at_or_after(wanted: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment at which the zone's clock shows that time or a later one."""
    early = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) == wanted:
        return early
    # The clock jumps over it, somewhere between what its offset after the jump gives and what
    # that before the jump gives.
    before = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = early
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).replace(tzinfo=None) < wanted:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def reminders(
    schedule: Schedule,
    zone: ZoneInfo,
    *,
    first_day: date,
    days: int,
    left_out: Iterable[tuple[date, date]] = (),
    last_day: date = date.max,
) -> Iterator[Reminder]:
    """Yield the reminders of a stretch of days, in order.

    Parameters
    ----------
    schedule : Schedule
        What was chosen.
    zone : zoneinfo.ZoneInfo
        The person's.
    first_day : datetime.date
        Where the stretch begins.
    days : int
        Its length.
    left_out : iterable of (date, date)
        First and last days, both included, of stretches without a reminder: pauses, and days
        that are done.
    last_day : datetime.date
        Nothing after it.
    """
    stretches = list(left_out)
    for number in range(days):
        day = first_day + timedelta(days=number)
        if day > last_day:
            return
        if not schedule.falls_on(day) or any(start <= day <= end for start, end in stretches):
            continue
        moment = moment_of(day, schedule.at, zone)
        if moment is not None:
            yield Reminder(day, moment)


def coming(
    person: Person, now: datetime | None = None, *, days: int = DAYS_AHEAD
) -> list[Reminder]:
    """Return a person's reminders from the beginning of today on, as things stand now."""
    return _coming(person, now or timezone.now(), days, with_left_out=True)


def _coming(person: Person, now: datetime, days: int, *, with_left_out: bool) -> list[Reminder]:
    schedule = schedule_of(person)
    if schedule is None:
        return []
    today = today_of(person, now)
    return list(
        reminders(
            schedule,
            ZoneInfo(person.time_zone),
            first_day=today,
            days=days,
            left_out=_left_out(person, today) if with_left_out else (),
            last_day=_last_day(person) if schedule.ends_with_trial else date.max,
        )
    )


def _left_out(person: Person, today: date) -> list[tuple[date, date]]:
    """Return the pauses, and today where its check-in is made or skipped."""
    found = [
        (pause.first_day, pause.last_day or date.max)
        for pause in Pause.objects.filter(person=person).exclude(last_day__lt=today)
    ]
    if CheckIn.objects.filter(person=person, day=today).exists():
        found.append((today, today))
    return found


def _last_day(person: Person) -> date:
    """Return the last day of the newest trial; without one there is no end."""
    trial = (
        Trial.objects.filter(person=person)
        .order_by("-started_at")
        .prefetch_related("periods")
        .first()
    )
    if trial is None:
        return date.max
    planned = max((period.last_day for period in trial.periods.all()), default=date.max)
    if trial.ended_at is None:
        return planned
    return min(planned, trial.ended_on or day_of(person, trial.ended_at))


def next_few(person: Person, number: int, now: datetime | None = None) -> list[Reminder]:
    """Return the next reminders that are still to come, looking as far ahead as a year."""
    now = now or timezone.now()
    return [each for each in coming(person, now, days=LOOK_AHEAD) if each.at > now][:number]


def why_none(person: Person, now: datetime | None = None) -> str:
    """Return why nothing is coming: "not-chosen", "paused", "ended", or "" if something is."""
    now = now or timezone.now()
    if schedule_of(person) is None:
        return "not-chosen"
    if next_few(person, 1, now):
        return ""
    unpaused = _coming(person, now, LOOK_AHEAD, with_left_out=False)
    return "paused" if any(each.at > now for each in unpaused) else "ended"


def choose_schedule(person: Person, schedule: Schedule | None) -> None:
    """Keep what was chosen; None: no reminders, and the feed is empty."""
    content = schedule.content() if schedule else {}
    at = schedule.at if schedule else None
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        Person.objects.filter(pk=person.pk).update(reminder_schedule=content, reminder_time=at)
        details = content | {"at": at.isoformat("minutes")} if at else content
        add_event(chain, "reminders-chosen" if schedule else "reminders-ended", details)
    person.reminder_schedule, person.reminder_time = content, at


def feed_mark(person: Person) -> str:
    """Return what a form repeats so that sending it twice does not replace a new feed."""
    return person.feed_hash[:12] or "none"


def make_feed(person: Person, mark: str) -> str | None:
    """Return the secret of a new private feed; the one before no longer works.

    Only its hash is kept. None if the feed was already replaced since the form was shown.
    """
    secret = new_secret()
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        person.refresh_from_db(fields=["feed_hash"])
        if mark != feed_mark(person):
            return None
        add_event(chain, "feed-renewed" if person.feed_hash else "feed-made", {})
        person.feed_hash = digest(secret)
        person.save(update_fields=["feed_hash"])
    return secret


def end_feed(person: Person) -> bool:
    """End the private feed at once; False if there was none."""
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        changed = Person.objects.filter(pk=person.pk).exclude(feed_hash="").update(feed_hash="")
        if changed:
            add_event(chain, "feed-ended", {})
    person.feed_hash = ""
    return bool(changed)


def person_of_feed(secret: str) -> Person | None:
    """Return whose feed a secret opens, if it still does."""
    return (
        Person.objects.select_related("user")
        .filter(feed_hash=digest(secret), user__is_active=True)
        .first()
    )
