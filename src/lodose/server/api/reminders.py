"""Reminders: when they come, and the private calendar feed that brings them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Schema, Status
from pydantic import Field

from lodose.server.api.doors import Doors
from lodose.server.api.keys import person_of
from lodose.server.api.problems import RefusalError, conflict
from lodose.server.api.shapes import Clock, Day, Done, Flag, Given, clock_of
from lodose.server.records.feed import forget_asked
from lodose.server.records.models import Person
from lodose.server.records.reminders import (
    FEWEST_DAYS,
    MOST_DAYS,
    Schedule,
    choose_schedule,
    end_feed,
    feed_mark,
    make_feed,
    next_few,
    schedule_of,
    why_none,
)

doors = Doors("Reminders")
SHOWN = 10


class Reminders(Given):
    """On which days somebody is reminded, and when."""

    kind: Literal["daily", "every", "weekdays"]
    at: Clock = Field(description="By the person's own clock.")
    every_days: Annotated[int, Field(strict=True, ge=FEWEST_DAYS, le=MOST_DAYS)] | None = Field(
        None, description="For every: 14 is every two weeks."
    )
    first_day: Day | None = Field(None, description="For every: where the count begins.")
    weekdays: Annotated[
        list[Annotated[int, Field(strict=True, ge=0, le=6)]], Field(max_length=7)
    ] = Field(default_factory=list, description="For weekdays: 0 is Monday.")
    ends_with_trial: Flag = False


class ReminderShape(Schema):
    """One reminder."""

    day: date
    at: datetime


class RemindersKept(Schema):
    """What was chosen and what comes."""

    schedule: Reminders | None
    coming: list[ReminderShape]
    why_none: Literal["", "not-chosen", "paused", "ended"]
    has_feed: bool = Field(description="A private calendar address works.")
    feed_mark: str = Field(description="Repeat it to make or renew the private address.")


class Mark(Given):
    """Repeats the mark of the feed that is replaced."""

    mark: Annotated[str, Field(max_length=20)]


class Feed(Schema):
    """The private address, shown this once."""

    link: str


@doors.get("/reminders", "read:diary", answers={200: RemindersKept})
def reminders(request: HttpRequest) -> Any:
    """Read when reminders come."""
    return _reminders(person_of(request))


@doors.put("/reminders", "write:diary", answers={200: RemindersKept})
def put_reminders(request: HttpRequest, given: Reminders) -> Any:
    """Choose on which days, and when."""
    person = person_of(request)
    choose_schedule(person, _schedule(given))
    return _reminders(person)


@doors.delete("/reminders", "write:diary", answers={200: RemindersKept})
def delete_reminders(request: HttpRequest) -> Any:
    """Choose no reminders."""
    person = person_of(request)
    choose_schedule(person, None)
    return _reminders(person)


@doors.post("/reminders/feed", "write:diary", answers={201: Feed}, conflicts=True)
def post_feed(request: HttpRequest, given: Mark) -> Any:
    """Make or renew the private calendar address; the one before no longer works.

    409 without reminders, and where the mark is not the present one.
    """
    person = person_of(request)
    if schedule_of(person) is None:
        raise conflict(_("Choose first on which days you want to be reminded."))
    secret = make_feed(person, given.mark)
    if secret is None:
        raise conflict(
            _("The address was renewed since."), mend=_("Read the mark again and repeat it.")
        )
    forget_asked(person)
    link = request.build_absolute_uri(reverse("web:calendar-feed", args=[secret]))
    return Status(201, {"link": link})


@doors.delete("/reminders/feed", "write:diary", answers={200: Done})
def delete_feed(request: HttpRequest) -> Any:
    """End the private address at once."""
    person = person_of(request)
    if not end_feed(person):
        raise Http404
    forget_asked(person)
    return {"done": True}


def _schedule(given: Reminders) -> Schedule:
    problems: dict[str, str] = {}
    if given.kind == "weekdays" and not given.weekdays:
        problems["weekdays"] = _("Choose one day of the week or more.")
    if given.kind == "every" and given.every_days is None:
        problems["every_days"] = _("Write a number of days, for example 14.")
    if given.kind == "every" and given.first_day is None:
        problems["first_day"] = _("Choose the day of the first reminder.")
    at = clock_of(given.at)
    if problems or at is None:
        raise RefusalError(422, _("Nothing was written."), fields=problems)
    every = given.kind == "every"
    return Schedule(
        kind=given.kind,
        at=at,
        every_days=(given.every_days or 1) if every else 1,
        first_day=given.first_day if every else None,
        weekdays=frozenset(given.weekdays if given.kind == "weekdays" else ()),
        ends_with_trial=given.ends_with_trial,
    )


def _reminders(person: Person) -> dict[str, Any]:
    schedule = schedule_of(person)
    kept = None
    if schedule is not None:
        every = schedule.kind == "every"
        kept = schedule.content() | {
            "at": schedule.at.isoformat("minutes"),
            "every_days": schedule.every_days if every else None,
        }
    return {
        "schedule": kept,
        "coming": [{"day": each.day, "at": each.at} for each in next_few(person, SHOWN)],
        "why_none": why_none(person),
        "has_feed": bool(person.feed_hash),
        "feed_mark": feed_mark(person),
    }
