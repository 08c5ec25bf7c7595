"""What forbids a dose. For now: an opioid in the record.

The rules themselves, and all the others, are a matter for screening; this holds the one hazard to
stop on until then.
"""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from lodose.server.records.clock import today_of
from lodose.server.records.models import CheckIn, Medicine, Person
from lodose.server.records.problems import DecisionError
from lodose.server.records.red_flags import red_flags

# Labels ask for days without any opioid, more of them for one that acts long. What ended within
# this time still forbids; that it ended earlier makes no dose safe, and no page says so.
LATELY = timedelta(days=30)
OPIOID_SIGNS = frozenset({"opioid-needed", "opioid-without-effect", "withdrawal"})


def opioids_reported(person: Person) -> tuple[str, ...]:
    """Return the opioids in a record, as the person wrote them, and signs that speak of one."""
    since = today_of(person) - LATELY
    listed = Medicine.objects.filter(
        Q(last_day=None) | Q(last_day__gte=since), person=person, opioid=True, removed_at=None
    ).order_by("name", "pk")
    found = [medicine.name for medicine in listed]
    signs = {flag.id: flag.sign for flag in red_flags()}
    reported: set[str] = set()
    for flags in CheckIn.objects.filter(person=person, day__gte=since).values_list(
        "red_flags", flat=True
    ):
        reported |= OPIOID_SIGNS.intersection(flags or ())
    return (*found, *(signs[each] for each in sorted(reported)))


def check_no_opioid(person: Person, *, decided_by: Any, despite: bool, reason: str) -> bool:
    """Refuse a dose beside an opioid; a prescriber may go on with a reason that is kept.

    Without a prescriber's own account nobody can set a contraindication aside.

    Returns
    -------
    bool
        Whether a prescriber went on despite an opioid.

    Raises
    ------
    DecisionError
        Under ``kind`` for a person, under ``despite_opioid`` and ``reason`` for a prescriber.
    """
    names = ", ".join(opioids_reported(person))
    if not names:
        return False
    if decided_by is None:
        raise DecisionError(
            {
                "kind": _(
                    "Your diary names an opioid (%(names)s). Do not start or go on; talk with your "
                    "prescriber first. A pause or a stop can be recorded."
                )
                % {"names": names}
            }
        )
    problems = {}
    if not despite:
        problems["despite_opioid"] = _(
            "An opioid is reported (%(names)s). Tick this only if you have decided all the same."
        ) % {"names": names}
    if not reason.strip():
        problems["reason"] = _("Write why you go on although an opioid is reported. It is kept.")
    if problems:
        raise DecisionError(problems)
    return True
