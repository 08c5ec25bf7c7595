"""The rules in words, with what only a record knows: a sign of an opioid, one until lately."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lodose.language import nearest, speaking, translate
from lodose.screening import Severity, rules
from lodose.screening.model import Rule, Source, Trigger
from lodose.server.records.red_flags import red_flags
from lodose.server.records.screening_facts import OPIOID_SIGNS, TOLD_SIGN
from lodose.server.spoken import said_day

# No rules of the library: what a check-in reported, and what the record of days knows. They stop as
# any contraindication does.
SIGN_RULE = "OPI-sign"
LATELY_RULE = "OPI-lately"
REMOVED_RULE = "OPI-removed"
ALWAYS = "every start"
# What was told beside the next step is the question of this sign.
_NAMED = {TOLD_SIGN: "opioid-needed"}


def sign_rule(signs: Iterable[str] = OPIOID_SIGNS) -> Rule:
    """Return the rule about signs of an opioid, with the sources of these signs."""
    known = {each.id: each for each in red_flags()}
    return Rule(
        id=SIGN_RULE,
        title=_("A sign of an opioid"),
        severity=Severity.CONTRAINDICATED,
        basis="label",
        reason=_(
            "In the last weeks an opioid was named: taken, needed or without effect. Or signs of "
            "withdrawal were."
        ),
        for_prescriber=_(
            "Do not start or go on before you have spoken with the person: which opioid, when, "
            "what for, and what happened."
        ),
        for_person=_(
            "Do not start or go on. Do not stop your pain medicine for this; talk first. Do not "
            "try to overcome the block: it can stop your breathing. Your prescriber decides."
        ),
        sources=tuple(
            dict.fromkeys(Source(known[_NAMED.get(each, each)].source) for each in sorted(signs))
        ),
        trigger=Trigger(),
    )


def lately_rule(counted: Sequence[Rule] = ()) -> Rule:
    """Return the rule about an opioid that ended a short while ago.

    Its words for a person are the same whatever was taken and whenever: ``counted``, the rules that
    count its interval, the one that ends last first, stand in the prescriber's part only.
    """
    reasons = (
        *(said(each.reason) for each in counted[:1]),
        _("No number of days rules out dependence."),
    )
    asked = _(
        "Exclude dependence: what was taken, how often and until when. Then decide, with the "
        "reason."
    )
    judged = _("That this is asked for 30 days after the last dose is the project's judgement.")
    return Rule(
        id=LATELY_RULE,
        title=_("An opioid until lately"),
        severity=Severity.CONTRAINDICATED,
        basis=counted[0].basis if counted else "pharmacology",
        reason=" ".join(reasons),
        for_prescriber=" ".join((*(said(each.for_prescriber) for each in counted[:1]), asked)),
        for_person=_(
            "Do not start. You took an opioid not long ago; tell your prescriber when and what "
            "for. Your prescriber decides when, not the calendar."
        ),
        sources=tuple(dict.fromkeys(source for each in counted for source in each.sources)),
        trigger=Trigger(),
        judgement=" ".join(
            (*(said(each.judgement) for each in counted[:1] if each.judgement), judged)
        ),
        interval=counted[0].interval if counted else None,
    )


def removed_rule(days: Mapping[str, date] | None = None) -> Rule:
    """Return the rule about an opioid that was removed from the list.

    ``days`` says when each was removed; it stands in the prescriber's part only.
    """
    removed = [
        _("%(name)s was removed from the list on %(day)s.") % {"name": name, "day": said_day(day)}
        for name, day in (days or {}).items()
    ]
    return Rule(
        id=REMOVED_RULE,
        title=_("A medicine that may be an opioid was removed from the list"),
        severity=Severity.CONTRAINDICATED,
        basis="pharmacology",
        reason=_("That it no longer stands in the list does not say that it is not taken."),
        for_prescriber=" ".join(
            (
                *removed,
                _(
                    "Ask why, and whether and until when it was taken. Then decide, with the "
                    "reason."
                ),
            )
        ),
        for_person=_(
            "Do not start or go on. Tell your prescriber what you removed from the list and "
            "whether you take it. Do not stop your pain medicine for this. Your prescriber "
            "decides."
        ),
        sources=(),
        trigger=Trigger(),
        judgement=_("That this stops for 30 days after the removal is the project's judgement."),
    )


def said(text: str) -> str:
    """Return a sentence of the library in the reader's language."""
    with speaking(nearest(get_language() or "en")):
        return translate(text)


def rules_by_id() -> Mapping[str, Rule]:
    """Return every rule that can fire in a record."""
    return {each.id: each for each in (sign_rule(), lately_rule(), removed_rule(), *rules())}


def facts_in_words(rule: str, fired_by: Iterable[str]) -> tuple[str, ...]:
    """Return what fired a rule as a reader knows it; nothing for what goes with every start."""
    if rule == SIGN_RULE:
        signs = {each.id: each.sign for each in red_flags()}
        signs[TOLD_SIGN] = _("An opioid taken or needed, told with the next step")
        return tuple(signs.get(each, each) for each in fired_by)
    return tuple(each for each in fired_by if each != ALWAYS)
