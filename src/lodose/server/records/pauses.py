"""Days on which nothing is expected: a skipped day, a pause; each with its event."""

import uuid
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lodose.server.audit.chain import add_event, lock_chain
from lodose.server.records.clock import today_of
from lodose.server.records.entries import Entry, EntryError
from lodose.server.records.models import CheckIn, Pause, Person
from lodose.server.spoken import said_day


def skip_day(person: Person, day: date) -> bool:
    """Say that a day stays empty on purpose; False if it already has an entry."""
    now = timezone.now()
    if day > today_of(person, now):
        raise EntryError({"day": _("%(day)s has not come yet.") % {"day": said_day(day)}})
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        if CheckIn.objects.filter(person=person, day=day).exists():
            return False
        entry = Entry(id=uuid.uuid4(), day=day, written_at=now, source="page", skipped=True)
        check_in = CheckIn.objects.create(
            id=entry.id,
            person=person,
            day=day,
            written_at=now,
            received_at=now,
            late=day < today_of(person, now),
            source=entry.source,
            skipped=True,
        )
        add_event(chain, "day-skipped", {"check_in": str(check_in.pk), "content": entry.content()})
    return True


def undo_skip(person: Person, day: date) -> bool:
    """Take a skip back, as if it had never been said; False if the day is not skipped."""
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        skipped = CheckIn.objects.filter(person=person, day=day, skipped=True, revision=1).first()
        if skipped is None:
            return False
        add_event(chain, "skip-undone", {"check_in": str(skipped.pk), "day": day.isoformat()})
        skipped.delete()
    return True


def current_pause(person: Person, day: date) -> Pause | None:
    """Return the pause that holds a day, if there is one."""
    return (
        Pause.objects.filter(person=person, first_day__lte=day)
        .exclude(last_day__lt=day)
        .order_by("-first_day", "-pk")
        .first()
    )


def start_pause(person: Person, reason: str = "") -> bool:
    """Expect nothing from today on; False if that is so already."""
    today = today_of(person)
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        if current_pause(person, today) is not None:
            return False
        pause = Pause.objects.create(person=person, first_day=today, reason=reason[:200])
        add_event(
            chain,
            "pause-started",
            {"pause": pause.pk, "first_day": today.isoformat(), "reason": pause.reason},
        )
    return True


def end_pause(person: Person) -> bool:
    """Expect entries again from today on; False if nothing is paused."""
    today = today_of(person)
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        pause = current_pause(person, today)
        if pause is None:
            return False
        details = {"pause": pause.pk, "first_day": pause.first_day.isoformat()}
        if pause.first_day == today:
            pause.delete()  # it held no whole day
        else:
            pause.last_day = date.fromordinal(today.toordinal() - 1)
            pause.save(update_fields=["last_day"])
        add_event(chain, "pause-ended", {**details, "last_day": today.isoformat()})
    return True
