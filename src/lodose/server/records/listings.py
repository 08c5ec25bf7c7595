"""Rows of a record in their order, for lists that are read part by part."""

from datetime import date

from django.db.models import QuerySet

from lodose.server.records.models import CheckIn, Pause, Person, Trial


def check_ins_of(
    person: Person, first: date | None = None, last: date | None = None
) -> QuerySet[CheckIn]:
    """Return a person's entries between two days, both included, the newest first."""
    found = CheckIn.objects.filter(person=person).order_by("-day")
    if first is not None:
        found = found.filter(day__gte=first)
    if last is not None:
        found = found.filter(day__lte=last)
    return found


def pauses_of(person: Person) -> QuerySet[Pause]:
    """Return a person's pauses, the newest first."""
    return Pause.objects.filter(person=person).order_by("-first_day", "-pk")


def trials_of(person: Person) -> QuerySet[Trial]:
    """Return a person's trials with their periods, the newest first."""
    found = Trial.objects.filter(person=person).order_by("-started_at")
    return found.prefetch_related("periods")
