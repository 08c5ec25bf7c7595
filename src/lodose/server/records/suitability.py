"""Whether periods with and without the treatment suit: a checklist that the prescriber confirms.

A confirmation stands for three months, and no longer than until the diary says something else.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lodose.server.audit.chain import add_event, lock_chain
from lodose.server.records.before_models import Suitability
from lodose.server.records.clock import day_of, today_of
from lodose.server.records.events import What
from lodose.server.records.models import LifeEvent, Medicine, Person
from lodose.server.records.problems import DecisionError
from lodose.server.records.treatment import check_agreed
from lodose.server.spoken import said_full_day
from lodose.trial.suitability import POINTS, STANDS, stands


@dataclass(frozen=True, slots=True)
class Confirming:
    """The points that are confirmed, and with whom where the person writes it."""

    points: tuple[str, ...]
    agreed_with: str = ""
    agreed_on: date | None = None


def latest(person: Person) -> Suitability | None:
    """Return the newest confirmation that was not taken back."""
    found = Suitability.objects.filter(person=person, withdrawn_at=None)
    return found.select_related("decided_by").first()


def confirmed_on(row: Suitability) -> date:
    """Return the person's day on which the prescriber gave their word."""
    return row.agreed_on or day_of(row.person, row.confirmed_at)


def against(person: Person, today: date | None = None) -> dict[str, str]:
    """Return what the diary of the last three months says against a point, in words."""
    today = today or today_of(person)
    since = today - STANDS
    found: dict[str, str] = {}
    flares = LifeEvent.objects.filter(person=person, what=What.FLARE, removed_at=None)
    ends = [each.day + timedelta(days=each.days - 1) for each in flares]
    if ends and max(ends) > since:
        found["no-flare"] = _("The diary names a flare up to %(day)s.") % {
            "day": said_full_day(min(max(ends), today))
        }
    for medicine in Medicine.objects.filter(
        person=person, disease_modifying=True, removed_at=None
    ).order_by("name"):
        changed = [day for day in (medicine.first_day, medicine.last_day) if day and day > since]
        if changed:
            found["unchanged"] = _("The diary names a change of %(medicine)s on %(day)s.") % {
                "medicine": medicine.name,
                "day": said_full_day(max(changed)),
            }
    return found


def standing(person: Person) -> Suitability | None:
    """Return the confirmation that holds today, None where it has to be asked for again."""
    row = latest(person)
    if row is None or not set(POINTS) <= set(row.points) or against(person):
        return None
    row.person = person
    return row if stands(confirmed_on(row), today_of(person)) else None


def why_not(person: Person) -> str:
    """Return why a schedule may not start, in words; "" where it may."""
    if standing(person) is not None:
        return ""
    told = against(person)
    if told:
        return " ".join(told.values())
    if latest(person) is not None:
        return _("It was confirmed more than three months ago.")
    return _("It was not confirmed yet.")


def check_suits(person: Person) -> None:
    """Refuse to start a schedule that nobody confirmed to suit.

    Raises
    ------
    DecisionError
        Under ``suits``, with the reason and the mend.
    """
    reason = why_not(person)
    if reason:
        raise DecisionError(
            {
                "suits": _(
                    "Before periods start, a prescriber confirms that they suit. %(reason)s Go "
                    "through the five points first."
                )
                % {"reason": reason}
            }
        )


def confirm(person: Person, confirming: Confirming, *, decided_by: Any = None) -> Suitability:
    """Keep a prescriber's word that every point holds.

    Raises
    ------
    DecisionError
        Naming the points that are missing or that the diary speaks against, and whoever is not
        named. Nothing was written.
    """
    _check_points(person, confirming.points)
    check_agreed(person, confirming.agreed_with, confirming.agreed_on, decided_by)
    today = today_of(person)
    if confirming.agreed_on is not None and not stands(confirming.agreed_on, today):
        raise DecisionError({"agreed_on": _("That is more than three months ago: ask again.")})
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        row = Suitability.objects.create(
            person=person,
            points=[name for name in POINTS if name in confirming.points],
            decided_by=decided_by,
            agreed_with=confirming.agreed_with.strip()[:120],
            agreed_on=confirming.agreed_on,
        )
        details = {
            "id": str(row.pk),
            "points": row.points,
            "decided_by": decided_by and str(decided_by.pk),
            "agreed_with": row.agreed_with,
            "agreed_on": row.agreed_on and row.agreed_on.isoformat(),
        }
        add_event(chain, "suitability-confirmed", details)
    return row


def _check_points(person: Person, points: Collection[str]) -> None:
    problems = {
        name: _("Without this the periods cannot tell anything. If it does not hold, wait.")
        for name in POINTS
        if name not in points
    }
    unknown = set(points) - set(POINTS)
    if unknown:
        problems["points"] = _("Choose from the points that are listed.")
    for name, told in against(person).items():
        problems.setdefault(
            name, _("%(told)s If that is wrong, correct the diary first.") % {"told": told}
        )
    if problems:
        raise DecisionError(problems)


def take_back(person: Person) -> bool:
    """Take the confirmation back; False if none stands."""
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        changed = Suitability.objects.filter(person=person, withdrawn_at=None).update(
            withdrawn_at=timezone.now()
        )
        if changed:
            add_event(chain, "suitability-withdrawn", {})
    return bool(changed)
