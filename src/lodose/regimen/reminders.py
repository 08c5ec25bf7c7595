"""A calendar of reminders (.ics): any clock change, any zone, and no medicine in it."""

import hashlib
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lodose.errors import InputError
from lodose.language import translatable, translate
from lodose.regimen.plan import Plan

SUMMARY = translatable("Reminder")
STEP = translatable("Talk about the next step")
STEP_TEXT = translatable("Your prescriber decides; nothing changes by itself.")
MOST_DAYS = 366
_MINUTES = 15


def calendar(
    plan: Plan, *, start: date, at: time, zone: str, made: datetime, days: int | None = None
) -> bytes:
    """Write a calendar with a reminder a day, and a talk before each step.

    Parameters
    ----------
    plan : Plan
        Only its days are used: no dose stands in the calendar.
    start : date
        First day.
    at : time
        Time on the wall where the person lives, the same in summer and winter.
    zone : str
        Such as "Europe/Berlin".
    made : datetime
        When the calendar was made, with its zone: the clock is never asked here.
    days : int, optional
        Length; by default two weeks more than the plan takes to its target.

    Raises
    ------
    InputError
        Where the zone is not known, or the time does not exist or comes twice on one of the days.
    """
    from icalendar import Calendar, Event

    length = plan.days_to_target + 14 if days is None else days
    if not 1 <= length <= MOST_DAYS:
        raise InputError(
            "is no length", f"give 1 to {MOST_DAYS} days.", column="days", value=length
        )
    place = _zone(zone)
    _once_a_day(start, length, at, place)
    book = Calendar()
    # The name of this program would tell what it is about.
    book.add("prodid", "-//reminders//EN")
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    entry = Event()
    first = datetime.combine(start, at, place)
    entry.add("uid", _identity("daily", first))
    entry.add("dtstamp", made)
    entry.add("dtstart", first)
    entry.add("duration", timedelta(minutes=_MINUTES))
    entry.add("rrule", {"freq": "daily", "count": length})
    entry.add("summary", translate(SUMMARY))
    entry.add("class", "PRIVATE")
    book.add_component(entry)
    for day in _talks(plan, start, length):
        talk = Event()
        talk.add("uid", _identity("step", datetime.combine(day, at, place)))
        talk.add("dtstamp", made)
        talk.add("dtstart", day)
        talk.add("summary", translate(STEP))
        talk.add("description", translate(STEP_TEXT))
        talk.add("class", "PRIVATE")
        book.add_component(talk)
    book.add_missing_timezones()
    written: bytes = book.to_ical()
    return written


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(
            "is no time zone", "write it as Europe/Berlin.", column="zone", value=name
        ) from None


def _once_a_day(start: date, days: int, at: time, zone: ZoneInfo) -> None:
    """Refuse a time that the change of the clock leaves out or brings twice."""
    for number in range(days):
        day = start + timedelta(days=number)
        early = datetime.combine(day, at, zone)
        late = early.replace(fold=1)
        if early.utcoffset() != late.utcoffset():
            raise InputError(
                f"does not come exactly once on {day.isoformat()}, when the clock changes",
                "choose another time.",
                column="time",
                value=at.strftime("%H:%M"),
            )


def _talks(plan: Plan, start: date, days: int) -> list[date]:
    found: list[date] = []
    day = start
    for step in plan.steps[:-1]:
        day += timedelta(days=step.days)
        if day < start + timedelta(days=days):
            found.append(day)
    return found


def _identity(kind: str, at: datetime) -> str:
    """The same entry keeps its identity, so that a calendar read again shows nothing twice."""
    text = f"{kind} {at.isoformat()}"
    return f"{hashlib.sha256(text.encode()).hexdigest()[:32]}"
