"""A screening in the words of its reader, in the reader's language."""

from typing import Any

from django.utils.translation import get_language, gettext_lazy

from lodose.language import nearest, speaking
from lodose.screening import Screening
from lodose.screening.views import for_person as library_for_person
from lodose.screening.views import for_prescriber as library_for_prescriber
from lodose.server.records.screening_rules import facts_in_words

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
