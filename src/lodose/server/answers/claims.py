"""The six claims as far as one person's record can answer them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lodose.server.records.models import DoseStep, Laboratory, Trial
from lodose.server.records.treatment import TAKEN, shown_dose


@dataclass(frozen=True, slots=True)
class OwnClaim:
    """What a record says about one claim: sentences, and a list where there is one."""

    name: str
    told: tuple[str, ...]
    items: tuple[str, ...] = ()


def own_claims(trial: Trial, page: dict[str, Any]) -> list[OwnClaim]:
    """Return the claims in their order, answered from a finished answer and the record.

    Parameters
    ----------
    trial : Trial
        One whose answer is ready, so that nothing about it is sealed.
    page : dict
        As `lodose.server.answers.pages.page_of` made it.
    """
    return [
        _side_effects(page),
        _inflammation(trial),
        OwnClaim("pain", _pain(page)),
        OwnClaim(
            "autoimmune",
            (
                _(
                    "How you feel does not show whether a disease is controlled. Antibodies and "
                    "examinations show that; this diary cannot."
                ),
            ),
        ),
        _tolerance(trial, page),
        OwnClaim(
            "doctor",
            (_("Take the report along. Your prescriber decides with you what follows from it."),),
        ),
    ]


def _side_effects(page: dict[str, Any]) -> OwnClaim:
    if not page["side_effects_asked"]:
        told = _("Side effects were not asked, so your diary cannot say. That is not “none”.")
        return OwnClaim("side-effects", (told,))
    items = tuple(
        _(
            "%(name)s: %(active)d of %(active_asked)d days with the treatment, %(other)d of "
            "%(other_asked)d days with the comparison"
        )
        % {
            "name": each["name"],
            "active": each["active_days"],
            "active_asked": each["active_days_asked"],
            "other": each["comparator_days"],
            "other_asked": each["comparator_days_asked"],
        }
        for each in page["side_effects"]
    )
    told = (
        _("Days on which you ticked a side effect, of the days on which you were asked:")
        if items
        else _("You were asked and ticked none.")
    )
    stopping = _("What you felt in the days after the last dose was not looked at by itself.")
    if any(term["kind"] == "rebound" and term["told"] for term in page["terms"]):
        stopping = _("What happened just after stopping stands in the part for the doctor.")
    return OwnClaim("side-effects", (told, stopping), items)


def _inflammation(trial: Trial) -> OwnClaim:
    values = Laboratory.objects.filter(person_id=trial.person_id, removed_at=None).count()
    if not values:
        told = _("No laboratory value is in your record, so it cannot say.")
    else:
        told = ngettext(
            "%(count)d laboratory value is in your record. Whether it moved by more than such "
            "values swing by themselves is not worked out here: show it to your doctor.",
            "%(count)d laboratory values are in your record. Whether they moved by more than such "
            "values swing by themselves is not worked out here: show them to your doctor.",
            values,
        ) % {"count": values}
    return OwnClaim("inflammation", (told,))


def _pain(page: dict[str, Any]) -> tuple[str, ...]:
    if page["primary"]["name"] == "pain":
        return (_("Your answer above is about this: %(word)s.") % {"word": page["headline"]},)
    if any(each["name"] == "pain" for each in page["also"]):
        return (_("Pain was measured beside your main question: see “Also measured” below."),)
    return (_("You did not rate pain; the answer above is about your own question."),)


def _tolerance(trial: Trial, page: dict[str, Any]) -> OwnClaim:
    steps = list(
        DoseStep.objects.filter(
            person_id=trial.person_id, removed_at=None, kind__in=TAKEN
        ).order_by("from_day", "entered_at")
    )
    wears_off = _("Whether the effect wears off was not part of your plan.")
    if any(term["kind"] == "tolerance" and term["told"] for term in page["terms"]):
        wears_off = _("Whether the effect wore off stands in the part for the doctor.")
    if not steps:
        return OwnClaim("dependence", (wears_off,))
    first, last = steps[0], steps[-1]
    values = {
        "first": shown_dose(first.dose_micrograms, first.micrograms_per_millilitre),
        "last": shown_dose(last.dose_micrograms, last.micrograms_per_millilitre),
        "count": len(steps),
    }
    doses = (
        _("Your planned dose began at %(first)s and has not been changed.") % values
        if len(steps) == 1
        else _("Your planned dose began at %(first)s and is %(last)s after %(count)d entries.")
        % values
    )
    return OwnClaim("dependence", (doses, wears_off))
