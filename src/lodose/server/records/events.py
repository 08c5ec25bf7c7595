"""What happened to a person and may have changed how they felt: a flare, an infection."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lodose.server.records.clock import today_of
from lodose.server.records.entries import EntryError
from lodose.server.records.items import add_item, change_item
from lodose.server.records.models import LifeEvent, Person
from lodose.server.spoken import said_day

LONGEST_NOTE = 200
MOST_DAYS = 365
EARLIEST = date(1970, 1, 1)


class What(models.TextChoices):
    """The kinds of ``lodose.trial.Event``."""

    FLARE = "flare", gettext_lazy("Flare of the illness")
    INFECTION = "infection", gettext_lazy("Infection")
    SURGERY = "surgery", gettext_lazy("Operation")
    OTHER = "other", gettext_lazy("Something else")


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as somebody wrote it."""

    day: date | None
    what: str
    days: int | None = 1
    note: str = ""


def events_of(person: Person) -> list[LifeEvent]:
    """Return the events of a record, newest first."""
    found = list(LifeEvent.objects.filter(person=person, removed_at=None).order_by("-day", "what"))
    for each in found:
        each.person = person
    return found


def add_event_of_life(person: Person, happened: Happened) -> LifeEvent:
    """Write an event.

    Raises
    ------
    EntryError
        Naming the fields that cannot be. Nothing was written.
    """
    return add_item(LifeEvent(person=person, **check_event(person, happened)))


def change_event_of_life(item: LifeEvent, happened: Happened, *, reason: str) -> LifeEvent:
    """Correct an event; raises as ``add_event_of_life`` does."""
    checked = check_event(item.person, happened, known=item)
    return change_item(item, checked, reason=reason)


def check_event(
    person: Person, happened: Happened, *, known: LifeEvent | None = None
) -> dict[str, Any]:
    """Return the fields of an event that can be written, or raise ``EntryError``."""
    problems: dict[str, str] = {}
    day, what = happened.day, happened.what
    if day is None:
        problems["day"] = _("Write the day on which it began.")
    elif day > today_of(person):
        problems["day"] = _("%(day)s has not come yet.") % {"day": said_day(day)}
    elif day < EARLIEST:
        problems["day"] = _("Check the year of %(day)s.") % {"day": said_day(day)}
    if what not in What.values:
        problems["what"] = _("Choose what happened.")
    if happened.days is None or not 1 <= happened.days <= MOST_DAYS:
        problems["days"] = _("Write how many days it lasted, from 1 to %(most)d.") % {
            "most": MOST_DAYS
        }
    note = happened.note.strip()
    if len(note) > LONGEST_NOTE:
        problems["note"] = _("Write %(most)d characters or fewer.") % {"most": LONGEST_NOTE}
    if not problems and day is not None:
        same = LifeEvent.objects.filter(person=person, day=day, what=what, removed_at=None)
        # The protocol of a trial lists no event twice.
        if any(known is None or each.pk != known.pk for each in same):
            problems["day"] = _("This is already written for that day. Correct it there.")
    if problems:
        raise EntryError(problems)
    return {"day": day, "what": what, "days": happened.days, "note": note}
