"""What a person tells before the first dose, beside their lists of medicines and values."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lodose.screening import Screening
from lodose.server.audit.chain import add_event, lock_chain
from lodose.server.records.before_models import BeforeStart
from lodose.server.records.clock import today_of
from lodose.server.records.entries import EntryError
from lodose.server.records.models import Person
from lodose.server.records.screening_facts import before_start_of
from lodose.server.records.screening_state import rescreen
from lodose.server.spoken import said_day

LONGEST_TEXT, MOST_TEXTS, MOST_PLANNED = 200, 40, 6
FIRST_BIRTH_YEAR = 1900
FARTHEST_YEARS = 3
PREGNANCIES = {
    "pregnant": gettext_lazy("I am pregnant"),
    "planning": gettext_lazy("I plan a pregnancy"),
    "breastfeeding": gettext_lazy("I breastfeed"),
    "no": gettext_lazy("No"),
    "does not apply": gettext_lazy("Does not apply to me"),
}
PLANNED = {
    "surgery": gettext_lazy("Operation"),
    "anaesthesia": gettext_lazy("Anaesthetic"),
    "endoscopy": gettext_lazy("Endoscopy of stomach or bowel"),
    "dental extraction": gettext_lazy("Tooth to be pulled"),
    "childbirth": gettext_lazy("Birth"),
}
PRODUCTS = {
    "capsule": gettext_lazy("Capsules or tablets made by a pharmacy"),
    "liquid": gettext_lazy("A liquid made by a pharmacy"),
    "slow release": gettext_lazy("A slow-release form"),
    "calcium carbonate": gettext_lazy("With calcium carbonate as filler"),
    "home diluted": gettext_lazy("Tablets dissolved at home"),
    "unlabelled": gettext_lazy("Without a label that says how strong it is"),
}
_LISTS = ("conditions", "allergies", "natural_products")


@dataclass(frozen=True, slots=True)
class Told:
    """What was told; None, or "" for pregnancy, is what nobody asked, an empty list "none".

    ``planned`` holds a kind and its day each; ``medicines_whole`` and ``laboratory_whole`` say that
    the person's lists are complete.
    """

    birth_year: int | None = None
    conditions: tuple[str, ...] | None = None
    allergies: tuple[str, ...] | None = None
    natural_products: tuple[str, ...] | None = None
    planned: tuple[tuple[str, date | None], ...] | None = None
    products: tuple[str, ...] = ()
    pregnancy: str = ""
    alcohol: bool | None = None
    medicines_whole: bool = False
    laboratory_whole: bool = False


def told_by(person: Person) -> Told:
    """Return what a person told so far."""
    row = before_start_of(person)
    if row is None:
        return Told()
    lists = {name: _tuple(getattr(row, name)) for name in _LISTS}
    return Told(
        birth_year=row.birth_year,
        **lists,
        planned=None
        if row.planned is None
        else tuple((kind, date.fromisoformat(day) if day else None) for kind, day in row.planned),
        products=tuple(row.products),
        pregnancy=row.pregnancy,
        alcohol=row.alcohol,
        medicines_whole=row.medicines_whole_at is not None,
        laboratory_whole=row.laboratory_whole_at is not None,
    )


def _tuple(entries: list[str] | None) -> tuple[str, ...] | None:
    return None if entries is None else tuple(entries)


def tell(person: Person, told: Told) -> Screening:
    """Keep what a person told and screen again.

    Raises
    ------
    EntryError
        Naming the fields that cannot be. Nothing was written.
    """
    _check(person, told)
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        before = told_by(person)
        if before == told:
            return rescreen(person, chain=chain)
        row = before_start_of(person) or BeforeStart(person=person)
        row.birth_year, row.pregnancy, row.alcohol = told.birth_year, told.pregnancy, told.alcohol
        for name in _LISTS:
            said = getattr(told, name)
            setattr(row, name, None if said is None else list(said))
        row.planned = _plain(told)["planned"]
        row.products = list(told.products)
        row.medicines_whole_at = _since(told.medicines_whole, row.medicines_whole_at)
        row.laboratory_whole_at = _since(told.laboratory_whole, row.laboratory_whole_at)
        row.changed_at = timezone.now()
        row.save()
        old, new = _plain(before), _plain(told)
        details = {
            "before": {name: old[name] for name in old if old[name] != new[name]},
            "content": {name: new[name] for name in new if old[name] != new[name]},
        }
        add_event(chain, "before-start-told", details)
        return rescreen(person, chain=chain)


def _since(is_whole: bool, before: datetime | None) -> datetime | None:
    return (before or timezone.now()) if is_whole else None


def _plain(told: Told) -> dict[str, Any]:
    """Return what was told as JSON values."""
    plain: dict[str, Any] = {each.name: getattr(told, each.name) for each in fields(told)}
    for name in (*_LISTS, "products"):
        plain[name] = None if plain[name] is None else list(plain[name])
    if told.planned is not None:
        plain["planned"] = [[kind, day and day.isoformat()] for kind, day in told.planned]
    return plain


def _check(person: Person, told: Told) -> None:
    today = today_of(person)
    problems: dict[str, str] = {}
    if told.birth_year is not None and not FIRST_BIRTH_YEAR <= told.birth_year <= today.year:
        problems["birth_year"] = _("Check the year: %(year)d.") % {"year": told.birth_year}
    for name in _LISTS:
        problems |= _check_texts(name, getattr(told, name) or ())
    if told.pregnancy and told.pregnancy not in PREGNANCIES:
        problems["pregnancy"] = _("Choose one of the answers.")
    if any(each not in PRODUCTS for each in told.products):
        problems["products"] = _("Choose from what is listed.")
    problems |= _check_planned(told, today)
    if problems:
        raise EntryError(problems)


def _check_texts(name: str, texts: tuple[str, ...]) -> dict[str, str]:
    if len(texts) > MOST_TEXTS:
        return {name: _("Write %(most)d lines or fewer.") % {"most": MOST_TEXTS}}
    if any(not 0 < len(text.strip()) <= LONGEST_TEXT for text in texts):
        return {name: _("Write %(most)d characters or fewer in a line.") % {"most": LONGEST_TEXT}}
    return {}


def _check_planned(told: Told, today: date) -> dict[str, str]:
    planned = told.planned or ()
    if len(planned) > MOST_PLANNED:
        return {"planned": _("Write %(most)d or fewer.") % {"most": MOST_PLANNED}}
    for kind, day in planned:
        if kind not in PLANNED:
            return {"planned": _("Choose what is planned.")}
        if day is not None and day < today:
            return {
                "planned": _("%(day)s is over. Leave out what has happened, or correct the day.")
                % {"day": said_day(day)}
            }
        if day is not None and day.year > today.year + FARTHEST_YEARS:
            return {"planned": _("Check the year of %(day)s.") % {"day": said_day(day)}}
    return {}
