"""What is there already on the days around today, and who has seen it."""

import uuid
from datetime import date, datetime, timedelta

from lodose.server.records.models import CheckIn, Person


def entry_on(person: Person, day: date) -> CheckIn | None:
    """Return the day's entry, skipped or not."""
    return CheckIn.objects.filter(person=person, day=day).first()


def may_be_added(person: Person, day: date, entry_id: uuid.UUID) -> bool:
    """Whether a day has no entry yet, or the one that was sent under this very id."""
    existing = entry_on(person, day)
    return (
        existing is None
        or existing.pk == entry_id
        or existing.versions.filter(entry_id=entry_id).exists()
    )


def days_without_entry(person: Person, today: date, days: int) -> list[date]:
    """Return the days before today that have no entry, the latest first."""
    first = today - timedelta(days=days)
    have = set(
        CheckIn.objects.filter(person=person, day__gte=first, day__lt=today).values_list(
            "day", flat=True
        )
    )
    return [
        day
        for day in (today - timedelta(days=back) for back in range(1, days + 1))
        if day not in have
    ]


def reports_a_problem(check_in: CheckIn) -> bool:
    """Whether the entry says something that a care team would want to know: red flag, severe."""
    effects = check_in.side_effects or []
    return bool(check_in.red_flags) or any(severity == 3 for _name, severity in effects)


def seen_since(check_in: CheckIn) -> tuple[bool, datetime | None]:
    """Return whether anybody is let in, and when the first of them saw a problem of that day.

    ``care.Seen`` names what was seen as "kind:2026-03-01".
    """
    from lodose.server.care.models import Grant, Seen

    has_care_team = Grant.objects.filter(person_id=check_in.person_id, withdrawn_at=None).exists()
    seen_at = (
        Seen.objects.filter(
            person_id=check_in.person_id,
            item__endswith=f":{check_in.day.isoformat()}",
            # A problem that was written down after the look was not seen.
            seen_at__gte=check_in.corrected_at or check_in.received_at,
        )
        .order_by("seen_at")
        .values_list("seen_at", flat=True)
        .first()
    )
    return has_care_team, seen_at
