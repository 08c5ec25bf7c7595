"""May it be taken: what a record's screening stops, and who may decide against it.

A contraindication that fires stops everybody; only a prescriber's own account can set one aside,
with a reason that is kept, and only for the facts that fired it then.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lodose.screening import Screening
from lodose.server.audit.chain import add_event, lock_chain
from lodose.server.audit.models import Chain
from lodose.server.records.before_models import Raised, RuleOverride
from lodose.server.records.clock import today_of
from lodose.server.records.models import Person
from lodose.server.records.problems import DecisionError
from lodose.server.records.screening_facts import before_start_of, facts_of
from lodose.server.records.screening_rules import facts_in_words, rules_by_id, said
from lodose.server.records.screening_state import (
    end_override,
    rescreen,
    screened,
    standing_overrides,
)
from lodose.server.records.screening_words import for_person

__all__ = [
    "before_start_of",
    "check_start",
    "end_overrides_of",
    "facts_of",
    "not_understood",
    "open_contraindications",
    "override_rule",
    "rescreen",
    "screened",
    "standing_overrides",
    "stops_of",
    "up_to_date",
    "withdraw_override",
]

SHORTEST_REASON, LONGEST_REASON = 10, 500
# What begins a treatment, or begins it again: open questions have to be settled before.
BEGINS = frozenset({"start", "restart"})


@dataclass(frozen=True, slots=True)
class Stop:
    """A contraindication as a person reads it, with no date and no number of days.

    ``raised_at`` is when it came up; ``seen_at`` when the care team saw it, None while nobody did.
    """

    rule: str
    about: str
    because: tuple[str, ...]
    do: str
    raised_at: datetime | None = None
    seen_at: datetime | None = None


def stops_of(found: Screening) -> list[Stop]:
    """Return what of a screening stops a start."""
    return [
        Stop(
            each.rule.id,
            said(each.rule.title),
            facts_in_words(each.rule.id, each.fired_by),
            said(each.rule.for_person),
        )
        for each in found.findings
        if each.stops
    ]


def open_contraindications(person: Person) -> list[Stop]:
    """Return the contraindications that a change of the facts raised and nothing settled."""
    from lodose.server.care.models import Seen

    rows = list(Raised.objects.filter(person=person, settled_at=None).order_by("raised_at"))
    if not rows:
        return []
    keys = [f"screening:{each.pk}" for each in rows]
    seen = dict(
        Seen.objects.filter(person=person, item__in=keys)
        .order_by("-seen_at")
        .values_list("item", "seen_at")
    )
    known = rules_by_id()
    return [
        Stop(
            each.rule,
            said(known[each.rule].title),
            facts_in_words(each.rule, each.fired_by),
            said(known[each.rule].for_person),
            each.raised_at,
            seen.get(f"screening:{each.pk}"),
        )
        for each in rows
        if each.rule in known
    ]


def not_understood(person: Person) -> list[str]:
    """Return what of a person's medicines was not understood, as questions back."""
    found = screened(person)
    return [
        text
        for each, text in zip(found.unclear, for_person(found)["not_understood"], strict=True)
        if each.kind == "medicine"
    ]


def up_to_date(person: Person) -> Screening:
    """Return a fresh screening, and settle what was raised and stops no more as days went by."""
    found = screened(person)
    stops = {each.rule.id for each in found.findings if each.stops}
    if set(_raised_rules(person)) - stops:
        return rescreen(person)
    return found


def _raised_rules(person: Person) -> list[str]:
    open_ones = Raised.objects.filter(person=person, settled_at=None)
    return list(open_ones.values_list("rule", flat=True))


def check_start(
    person: Person,
    *,
    kind: str,
    decided_by: Any,
    despite: Iterable[str] = (),
    reason: str = "",
    settled: bool = False,
    chain: Chain | None = None,
) -> dict[str, Any]:
    """Refuse a dose that screening stops; a prescriber may go on with a reason that is kept.

    Parameters
    ----------
    person : Person
        Whose treatment.
    kind : str
        What is decided: "start", "restart", "step" or "schedule". A pause or a stop needs no leave.
    decided_by : User or None
        The prescriber's account; without one nobody sets a contraindication aside.
    despite : iterable of str
        Rules that the prescriber decides against.
    reason : str
        Why; kept with each of these decisions.
    settled : bool
        The person's word that open questions are settled with their prescriber.
    chain : Chain, optional
        The person's chain, where the caller holds it.

    Returns
    -------
    dict
        What the event of the decision keeps of it.

    Raises
    ------
    DecisionError
        Under ``kind`` and ``settled`` for a person; under ``kind``, ``despite`` and ``reason`` for
        a prescriber.
    """
    found = screened(person)
    stops = stops_of(found)
    problems: dict[str, str] = {}
    maybe = [each for each in found.unclear if each.maybe_opioid]
    hidden = [each.entered for each in maybe if each.kind == "medicine"]
    beside = [each.entered for each in maybe if each.kind != "medicine"]
    if beside:
        problems["kind"] = _(
            "An opioid is named here: %(names)s. Write it in the list of medicines, and without it "
            "what it is taken for."
        ) % {"names": ", ".join(beside)}
    if hidden:
        problems["kind"] = _(
            "This may be an opioid: %(names)s. Its exact name has to stand in the list of "
            "medicines first, or the answer whether it is one."
        ) % {"names": ", ".join(hidden)}
    named = {each.rule for each in stops} & set(despite)
    if decided_by is None:
        problems |= _problems_of_a_person(found, stops, kind, settled)
    else:
        problems |= _problems_of_a_prescriber(stops, named, reason)
    if problems:
        raise DecisionError(problems)
    for rule in sorted(named):
        override_rule(person, rule, by=decided_by, reason=reason, chain=chain)
    kept: dict[str, Any] = {"despite": sorted(named)} if named else {}
    if decided_by is None and settled and _is_open(found):
        kept["settled_with_prescriber"] = [
            *found.not_asked,
            *(each.entered for each in found.unclear),
        ]
    return kept


def _is_open(found: Screening) -> bool:
    return bool(found.not_asked or found.unclear)


def _problems_of_a_person(
    found: Screening, stops: list[Stop], kind: str, settled: bool
) -> dict[str, str]:
    if stops:
        return {
            "kind": _(
                "Do not start or go on: %(reasons)s. Talk with your prescriber first; only their "
                "own account can decide otherwise. A pause or a stop can be recorded."
            )
            % {"reasons": _named(stops)}
        }
    if kind in BEGINS and _is_open(found) and not settled:
        return {
            "settled": _(
                "Some questions of the safety check are open. Answer them, or tick that you "
                "settled them with your prescriber."
            )
        }
    return {}


def _problems_of_a_prescriber(stops: list[Stop], named: set[str], reason: str) -> dict[str, str]:
    problems = {}
    left = [each for each in stops if each.rule not in named]
    if left:
        problems["despite"] = _(
            "Screening forbids it: %(reasons)s. Tick each of them only if you have decided all "
            "the same."
        ) % {"reasons": _named(left)}
    if stops and not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        problems["reason"] = _(
            "Write in a sentence why you go on all the same. It is kept with your name."
        )
    return problems


def _named(stops: list[Stop]) -> str:
    return "; ".join(f"{each.about} ({', '.join(each.because)})" for each in stops)


def override_rule(
    person: Person, rule: str, *, by: Any, reason: str, chain: Chain | None = None
) -> RuleOverride:
    """Write a prescriber's decision against a contraindication, for what fires it now.

    Raises
    ------
    DecisionError
        Under ``rule`` where it does not stop anything, under ``reason`` where that is missing.
    """
    reason = " ".join(reason.split())
    with transaction.atomic():
        chain = chain or lock_chain(person.chain_id)
        stops = {each.rule.id: each for each in screened(person).findings if each.stops}
        problems = {}
        if rule not in stops:
            problems["rule"] = _("This contraindication does not stand at present.")
        if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
            problems["reason"] = _(
                "Write in a sentence why you decide this. It is kept with your name."
            )
        if problems:
            raise DecisionError(problems)
        kept = RuleOverride.objects.create(
            person=person,
            rule=rule,
            fired_by=list(stops[rule].fired_by),
            decided_by=by,
            by_name=by.shown_name[:120],
            reason=reason,
            on=today_of(person),
        )
        details = {
            "override": str(kept.pk),
            "rule": rule,
            "fired_by": kept.fired_by,
            "who": str(by.pk),
            "name": by.shown_name,
            "reason": reason,
        }
        add_event(chain, "rule-overridden", details)
        rescreen(person, chain=chain)
    return kept


def withdraw_override(person: Person, override_id: uuid.UUID, *, by: Any) -> bool:
    """End a decision against a contraindication; False if the record has no such one."""
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        found = RuleOverride.objects.filter(
            person=person, pk=override_id, withdrawn_at=None
        ).first()
        if found is None:
            return False
        end_override(chain, found, by=by.shown_name, why="withdrawn")
        rescreen(person, chain=chain)
    return True


def end_overrides_of(person: Person, prescriber: Any, chain: Chain) -> None:
    """End what a prescriber decided against contraindications: their access has ended.

    Call it in the transaction that ends the access and holds the chain.
    """
    ended = [each for each in standing_overrides(person) if each.decided_by_id == prescriber.pk]
    for each in ended:
        end_override(chain, each, by=prescriber.shown_name, why="access ended")
    if ended:
        rescreen(person, chain=chain)
