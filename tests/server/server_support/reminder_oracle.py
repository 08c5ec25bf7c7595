"""Reminders by brute force: every minute of a stretch is looked at, as on a watched clock."""

import datetime as dt
from zoneinfo import ZoneInfo

from lodose.server.records.reminders import Schedule

MINUTE = dt.timedelta(minutes=1)


def days_meant(schedule: Schedule, first: dt.date, last: dt.date) -> list[dt.date]:
    """Walk day by day and count, without any arithmetic on days."""
    if schedule.kind == "every":
        assert schedule.first_day is not None
        day, waited, found = schedule.first_day, 0, []
        while day <= last:
            if waited == 0:
                found.append(day)
            waited = (waited + 1) % schedule.every_days
            day += dt.timedelta(days=1)
        return [each for each in found if each >= first]
    names = [
        ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[number] for number in schedule.weekdays
    ]
    found, day = [], first
    while day <= last:
        if schedule.kind == "daily" or day.strftime("%a") in names:
            found.append(day)
        day += dt.timedelta(days=1)
    return found


def clock(zone: ZoneInfo, first: dt.date, last: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
    """Every minute of a stretch and what the wall clock shows then."""
    moment = dt.datetime.combine(first, dt.time(), dt.UTC) - dt.timedelta(days=2)
    end = dt.datetime.combine(last, dt.time(), dt.UTC) + dt.timedelta(days=3)
    shown = []
    while moment < end:
        shown.append((moment, moment.astimezone(zone).replace(tzinfo=None)))
        moment += MINUTE
    return shown


def expected(
    schedule: Schedule,
    zone: ZoneInfo,
    first: dt.date,
    last: dt.date,
    left_out: list[tuple[dt.date, dt.date]],
    last_day: dt.date,
) -> list[tuple[dt.date, dt.datetime]]:
    """The reminders of a stretch: the first minute at which the clock shows the time, or later."""
    shown = clock(zone, first, last)
    existing = {wall.date() for _, wall in shown}
    found = []
    for day in days_meant(schedule, first, last):
        if day > last_day or day not in existing:
            continue
        if any(begin <= day and day <= end for begin, end in left_out):
            continue
        target = dt.datetime.combine(day, schedule.at)
        found.append((day, next(moment for moment, wall in shown if wall >= target)))
    return found
