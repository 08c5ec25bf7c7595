"""Reminders as a calendar file: neutral words only, whatever the person is treated with."""

import hashlib
import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from django.core.cache import cache
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lodose.server.records.models import Person
from lodose.server.records.reminders import Reminder

LENGTH = timedelta(minutes=5)
ASKED_DAYS = 90


def calendar_file(person: Person, reminders: Iterable[Reminder], talk: date | None = None) -> bytes:
    """Return the calendar (RFC 5545) that a phone subscribes to.

    ``talk`` is the day from which the next step of a plan may be asked about: a whole day, with
    neither medicine nor dose.

    Moments are in UTC, each computed from the person's own clock, so that no calendar applies
    its own rules to them. A day keeps its identifier however often the file is fetched.
    """
    from icalendar import Alarm, Calendar, Event

    with translation.override(person.user.language or None):
        words = _("Check-in")
        talk_words = _("Talk about the next step")
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Diary//Check-in//EN")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", words)
    calendar.add("refresh-interval", timedelta(hours=6), parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    now = timezone.now().astimezone(UTC).replace(microsecond=0)
    for each in reminders:
        event = Event()
        event.add("uid", uid_of(person, each))
        event.add("dtstamp", now)
        event.add("dtstart", each.at)
        event.add("duration", LENGTH)
        event.add("summary", words)
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", timedelta(0))
        alarm.add("description", words)
        event.add_component(alarm)
        calendar.add_component(event)
    if talk is not None:
        event = Event()
        event.add("uid", str(uuid.uuid5(person.pk, f"talk {talk.isoformat()}")))
        event.add("dtstamp", now)
        event.add("dtstart", talk)
        event.add("summary", talk_words)
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def uid_of(person: Person, reminder: Reminder) -> str:
    """Return the identifier of a day's reminder, which tells nothing about whose it is."""
    return str(uuid.uuid5(person.pk, reminder.day.isoformat()))


def tag_of(file: bytes) -> str:
    """Return a tag that changes when a reminder does, not when the file is made again."""
    lines = [line for line in file.splitlines() if not line.startswith(b"DTSTAMP")]
    digest = hashlib.sha256(b"\n".join(lines)).hexdigest()
    return f'"{digest[:32]}"'


def note_asked(person: Person) -> None:
    """Remember when a calendar last asked, so that the person sees that theirs does."""
    now = timezone.now()
    known = asked_at(person)
    if known is None or now - known > timedelta(hours=1):
        cache.set(_key(person), now.isoformat(), timeout=ASKED_DAYS * 86_400)


def forget_asked(person: Person) -> None:
    """Begin anew: no calendar has asked for the present feed."""
    cache.delete(_key(person))


def asked_at(person: Person) -> datetime | None:
    """Return when a calendar last asked, None if none did in the last months."""
    kept = cache.get(_key(person))
    return datetime.fromisoformat(kept) if kept else None


def _key(person: Person) -> str:
    return f"feed-asked-{person.pk}"
