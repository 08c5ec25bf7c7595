"""A screening in words: what a person reads, and what a prescriber reads.

The person never gets a date or a number of days at which an opioid or a start would be possible
(SECURITY.md); intervals are the prescriber's.
"""

from datetime import date
from typing import Any

from lodose.language import full_date, translatable, translate
from lodose.screening.model import Finding, Outcome, Reader, Rule, Screening, Severity, Unclear
from lodose.screening.questions import QUESTIONS

DECIDES = translatable(
    "This is no advice to start: your prescriber decides with you. Nobody is watching what you "
    "entered here."
)
STOP = translatable(
    "Do not start. Do not stop your pain medicine for this; talk first. Your prescriber decides."
)
HEADLINES = {
    Outcome.STOP: translatable(
        "Do not start. Something that you told speaks against it; talk first. Your prescriber "
        "decides."
    ),
    Outcome.ASK: translatable(
        "Do not start yet. Some questions are open; answer them first. Then your prescriber "
        "decides."
    ),
    Outcome.SPECIALIST: translatable(
        "Talk with your prescriber before you start: this needs a specialist's view, and your "
        "prescriber decides."
    ),
    Outcome.TALK: translatable(
        "Nothing that you told forbids it. That is not yet a yes: your prescriber decides."
    ),
}
SEVERITIES = {
    Severity.CONTRAINDICATED: translatable("speaks against it"),
    Severity.NEEDS_SPECIALIST: translatable("needs a specialist"),
    Severity.CAUTION: translatable("take care"),
    Severity.INFORM: translatable("good to know"),
}
_UNCLEAR = translatable("'{entered}' was not understood. It is not taken for harmless.")
_OFFERED = translatable(
    "'{entered}' was not understood. Did you mean {offers}? It is not taken for harmless."
)
_HIDDEN = translatable(
    "'{entered}' may hold an opioid. Look up its exact name on the box, or ask your pharmacist."
)
_WITHOUT_DATE = translatable(
    "{days} days without any opioid ({origin}); no date, because the last dose is not known or not "
    "yet taken."
)
_WITH_DATE = translatable(
    "{days} days without any opioid ({origin}): not before {day} if dependence is excluded, "
    "counted with the longer figure."
)
_BEYOND = translatable(
    "That it stops for {days} days after the last dose, beyond the interval, is the project's "
    "judgement: the day on which it ends must not tell the interval."
)
_UNJUDGED = translatable(
    "'{entered}' cannot be judged without your laboratory's upper limit, in a unit that is known. "
    "Add it to the value, or ask your pharmacist."
)
_OVERRIDDEN = translatable(
    "Your prescriber has looked at this and decided otherwise; ask them about it."
)


def view(screening: Screening, reader: Reader) -> dict[str, Any]:
    """Return a screening as plain values, in the words of one reader.

    Parameters
    ----------
    screening : Screening
        What was found.
    reader : {"person", "prescriber"}
        For whom; a person gets no date and no interval.
    """
    return for_prescriber(screening) if reader == "prescriber" else for_person(screening)


def for_person(screening: Screening) -> dict[str, Any]:
    """Return what the person reads: plain words, no date, no number of days."""
    return {
        "reader": "person",
        "outcome": screening.outcome.value,
        "headline": translate(_headline(screening)),
        "findings": [
            {
                "severity": translate(SEVERITIES[each.rule.severity]),
                "about": translate(each.rule.title),
                "because": list(each.fired_by),
                "do": translate(_OVERRIDDEN if each.override else each.rule.for_person),
            }
            for each in screening.findings
        ],
        "not_understood": [question_back(each) for each in screening.unclear],
        "not_asked": [translate(QUESTIONS[name]) for name in screening.not_asked],
        "decides": translate(DECIDES),
    }


def _headline(screening: Screening) -> str:
    opioids = any(
        each.stops and each.rule.id.startswith("OPI") and each.rule.interval
        for each in screening.findings
    )
    return STOP if opioids else HEADLINES[screening.outcome]


def question_back(unclear: Unclear) -> str:
    """Say what was not understood, with what it may stand for."""
    if unclear.kind == "laboratory":
        return translate(_UNJUDGED).format(entered=unclear.entered)
    if unclear.offers:
        offers = translate("{names} or something else").format(names=", ".join(unclear.offers))
        return translate(_OFFERED).format(entered=unclear.entered, offers=offers)
    text = _HIDDEN if unclear.maybe_opioid else _UNCLEAR
    return translate(text).format(entered=unclear.entered)


def for_prescriber(screening: Screening) -> dict[str, Any]:
    """Return what the prescriber reads: reasons, actions, intervals, sources, overrides."""
    return {
        "reader": "prescriber",
        "outcome": screening.outcome.value,
        "on": screening.on.isoformat(),
        "findings": [_finding(each) for each in screening.findings],
        "not_understood": [
            {
                "kind": each.kind,
                "entered": each.entered,
                "offers": list(each.offers),
                "maybe_opioid": each.maybe_opioid,
            }
            for each in screening.unclear
        ],
        "not_asked": [translate(QUESTIONS[name]) for name in screening.not_asked],
        "understood": [
            {
                "entered": each.entered,
                "ingredients": list(each.ingredients),
                "long_acting": each.long_acting,
            }
            for each in screening.understood
        ],
    }


def _finding(found: Finding) -> dict[str, Any]:
    rule, interval, override = found.rule, found.rule.interval, found.override
    return {
        "rule": rule.id,
        "severity": rule.severity.value,
        "about": translate(rule.title),
        "because": list(found.fired_by),
        "reason": translate(rule.reason),
        "action": translate(rule.for_prescriber),
        "basis": rule.basis,
        "judgement": judgement_says(rule),
        "sources": [source.place for source in rule.sources],
        "interval": None
        if interval is None
        else {
            "days_min": interval.days_min,
            "days_max": interval.days_max,
            "source": interval.source,
            "judgement": interval.judgement,
            "not_before": _iso(found.not_before),
            "says": interval_says(found),
        },
        "override": None
        if override is None
        else {"by": override.by, "reason": override.reason, "on": override.on.isoformat()},
    }


def judgement_says(rule: Rule) -> str:
    """Say what of a rule is the project's judgement, also for how long it goes on stopping."""
    told = [translate(rule.judgement)] if rule.judgement else []
    days = rule.trigger.lookback_days
    if rule.interval is not None and days > rule.interval.days_max:
        told.append(translate(_BEYOND).format(days=days))
    return " ".join(told)


def interval_says(found: Finding) -> str:
    """Say the opioid-free interval for the prescriber, with the date where it can be counted."""
    interval = found.rule.interval
    if interval is None:
        return ""
    days = (
        f"{interval.days_max}"
        if interval.days_min == interval.days_max
        else translate("{shorter} to {longer}").format(
            shorter=interval.days_min, longer=interval.days_max
        )
    )
    origin = translate("project's judgement") if interval.judgement else interval.source
    if found.not_before is None:
        return translate(_WITHOUT_DATE).format(days=days, origin=origin)
    day = full_date(found.not_before)
    return translate(_WITH_DATE).format(days=days, origin=origin, day=day)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
