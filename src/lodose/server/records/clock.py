"""Which calendar day it is for a person."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from lodose.server.records.models import Person


def today_of(person: Person, now: datetime | None = None) -> date:
    """Return the calendar day in the person's own time zone."""
    return (now or timezone.now()).astimezone(ZoneInfo(person.time_zone)).date()


def day_of(person: Person, moment: datetime) -> date:
    """Return the person's calendar day at a moment."""
    return moment.astimezone(ZoneInfo(person.time_zone)).date()
