"""A screening in the words of its reader, in the reader's language."""

from datetime import date
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lodose.language import nearest, speaking
from lodose.screening import Screening
from lodose.screening.views import for_person as library_for_person
from lodose.screening.views import for_prescriber as library_for_prescriber
from lodose.server.records.screening_answers import PLANNED, PREGNANCIES, PRODUCTS, Told
from lodose.server.records.screening_rules import facts_in_words
from lodose.server.spoken import said_full_day


def told_in_words(told: Told) -> list[tuple[str, str]]:
    """Return what a person answered as question and answer, for the prescriber."""
    planned = None if told.planned is None else tuple(_planned(*each) for each in told.planned)
    alcohol = _("not answered") if told.alcohol is None else _("yes") if told.alcohol else _("no")
    return [
        (_("Illnesses"), _listed(told.conditions)),
        (_("Allergies"), _listed(told.allergies)),
        (_("Natural products"), _listed(told.natural_products)),
        (_("Planned"), _listed(planned)),
        (_("Product"), _listed(tuple(str(PRODUCTS[each]) for each in told.products) or None)),
        (_("Pregnancy"), str(PREGNANCIES.get(told.pregnancy, _("not answered")))),
        (_("Alcohol"), alcohol),
        (_("Year of birth"), str(told.birth_year or _("not answered"))),
    ]


def _planned(kind: str, day: date | None) -> str:
    return f"{PLANNED[kind]} ({said_full_day(day)})" if day else str(PLANNED[kind])


def _listed(entries: tuple[str, ...] | None) -> str:
    return _("not answered") if entries is None else "; ".join(entries) or _("none")


BASES = {
    "label": gettext_lazy("label"),
    "guideline": gettext_lazy("guideline"),
    "case reports": gettext_lazy("case reports"),
    "pharmacology": gettext_lazy("pharmacology"),
    "theoretical": gettext_lazy("theoretical"),
    "anecdotal": gettext_lazy("anecdotal"),
}


def for_person(found: Screening) -> dict[str, Any]:
    """Return what a person reads: plain words, no interval, who decided otherwise."""
    with speaking(nearest(get_language() or "en")):
        said = library_for_person(found)
    for shown, each in zip(said["findings"], found.findings, strict=True):
        shown["rule"] = each.rule.id
        shown["level"] = each.rule.severity.value
        shown["because"] = list(facts_in_words(each.rule.id, each.fired_by))
        shown["stops"] = each.stops
        shown["override"] = each.override
    return said


def for_prescriber(found: Screening) -> dict[str, Any]:
    """Return what a prescriber reads: reasons, actions, intervals, sources, decisions."""
    with speaking(nearest(get_language() or "en")):
        said = library_for_prescriber(found)
    for shown, each in zip(said["findings"], found.findings, strict=True):
        shown["because"] = list(facts_in_words(each.rule.id, each.fired_by))
        shown["stops"] = each.stops
        shown["basis_words"] = str(BASES.get(each.rule.basis, each.rule.basis))
    return said
