"""What screening finds in a record, kept up to date with every change of the facts."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils import timezone

from lodose.screening import Finding, Override, Screening
from lodose.server.audit.chain import add_event, lock_chain
from lodose.server.audit.models import Chain
from lodose.server.records.before_models import Raised, RuleOverride, Screened
from lodose.server.records.clock import today_of
from lodose.server.records.models import Medicine, Person
from lodose.server.records.screening_facts import answered, gather
from lodose.server.records.screening_lately import beside_lately
from lodose.server.records.screening_removed import removed_lately
from lodose.server.records.screening_rules import ALWAYS, sign_rule


def screened(person: Person, on: date | None = None) -> Screening:
    """Return a fresh screening of a record, with the overrides that hold.

    Parameters
    ----------
    person : Person
        Whose record.
    on : date, optional
        The day for which it is asked; None: the person's today.
    """
    return _with_overrides(_bare(person, on or today_of(person)), standing_overrides(person))


def _bare(person: Person, on: date) -> Screening:
    """Return what screening finds before anybody decided anything."""
    known = gather(person, on)
    found = beside_lately(known.facts, known.lately, on)
    unclear = tuple(answered(each, known.no_opioids) for each in found.unclear)
    # "last dose" is asked of what is taken now: its last dose is yet to come.
    asked = [name for name in found.not_asked if name != "last dose"]
    return replace(
        found,
        findings=(*_reported(known.signs), *removed_lately(person, on), *found.findings),
        unclear=(*unclear, *known.unjudged),
        not_asked=tuple(dict.fromkeys((*known.not_asked, *asked))),
    )


def _reported(signs: tuple[str, ...]) -> tuple[Finding, ...]:
    return (Finding(sign_rule(signs), signs),) if signs else ()


def standing_overrides(person: Person) -> list[RuleOverride]:
    """Return the decisions that nobody withdrew and no change of the facts ended."""
    return list(
        RuleOverride.objects.filter(person=person, withdrawn_at=None).select_related("decided_by")
    )


def _with_overrides(found: Screening, standing: Iterable[RuleOverride]) -> Screening:
    """Apply each decision, as long as nothing fires its rule that did not then."""
    by_rule = {each.rule: each for each in standing}
    return replace(
        found,
        findings=tuple(
            replace(
                each,
                override=Override(
                    by_rule[each.rule.id].by_name,
                    by_rule[each.rule.id].reason,
                    by_rule[each.rule.id].on,
                ),
            )
            if each.rule.id in by_rule and _covers(by_rule[each.rule.id], each)
            else each
            for each in found.findings
        ),
    )


def _covers(override: RuleOverride, finding: Finding) -> bool:
    return set(finding.fired_by) <= set(override.fired_by)


def rescreen(
    person: Person,
    *,
    touched: Medicine | None = None,
    signs: Collection[str] = (),
    chain: Chain | None = None,
) -> Screening:
    """Screen again after a change of the facts, keep what was found, raise what is new.

    Call it in the transaction that changes the facts.

    Parameters
    ----------
    person : Person
        Whose facts changed.
    touched : Medicine, optional
        The medicine that was added or changed: a decision that named it holds no longer.
    signs : collection of str
        Signs of an opioid that were reported now: a decision that named one holds no longer.
    chain : Chain, optional
        The person's chain, where the caller holds it and adds to it afterwards.
    """
    on = today_of(person)
    with transaction.atomic():
        chain = chain or lock_chain(person.chain_id)
        bare = _bare(person, on)
        standing = _withdraw_outdated(person, chain, bare, touched, signs)
        found = _with_overrides(bare, standing)
        _keep(person, chain, found)
        _raise(person, found)
    return found


def _withdraw_outdated(
    person: Person,
    chain: Chain,
    found: Screening,
    touched: Medicine | None,
    signs: Collection[str],
) -> list[RuleOverride]:
    """End decisions whose facts changed; return those that stand."""
    fired = {each.rule.id: each for each in found.findings}
    standing = []
    for each in standing_overrides(person):
        finding = fired.get(each.rule)
        renewed = any(
            fact in signs or (touched is not None and fact.startswith(touched.name))
            for fact in each.fired_by
        )
        if finding is not None and _covers(each, finding) and not renewed:
            standing.append(each)
        else:
            end_override(chain, each, by="", why="facts changed")
    return standing


def end_override(chain: Chain, override: RuleOverride, *, by: str, why: str) -> None:
    """End a decision against a rule, in a transaction that holds the chain."""
    override.withdrawn_at = timezone.now()
    override.save(update_fields=["withdrawn_at"])
    details = {"override": str(override.pk), "rule": override.rule, "name": by, "why": why}
    add_event(chain, "override-withdrawn", details)


def _keep(person: Person, chain: Chain, found: Screening) -> None:
    kept = Screened.objects.filter(person=person).first() or Screened(person=person)
    fired = {each.rule.id: list(each.fired_by) for each in found.findings}
    before = kept.fired
    kept.on, kept.at = found.on, timezone.now()
    kept.outcome, kept.fired = found.outcome.value, fired
    kept.unclear = [each.entered for each in found.unclear]
    kept.not_asked = list(found.not_asked)
    kept.save()
    if _beside_always(before) != _beside_always(fired):
        details = {"outcome": kept.outcome, "fired": fired}
        add_event(chain, "screening-changed", details)


def _beside_always(fired: dict[str, list[str]]) -> dict[str, list[str]]:
    """Leave out what goes with every start, and so is no change."""
    return {rule: facts for rule, facts in fired.items() if facts != [ALWAYS]}


def _raise(person: Person, found: Screening) -> None:
    """Raise each contraindication once for what fired it; settle what stops no more."""
    now = timezone.now()
    stops = {each.rule.id: each for each in found.findings if each.stops}
    raised = set()
    for each in Raised.objects.filter(person=person, settled_at=None):
        finding = stops.get(each.rule)
        if finding is not None and set(finding.fired_by) <= set(each.fired_by):
            raised.add(each.rule)
        else:
            each.settled_at = now
            each.save(update_fields=["settled_at"])
    Raised.objects.bulk_create(
        Raised(person=person, rule=rule, fired_by=list(finding.fired_by), raised_at=now)
        for rule, finding in stops.items()
        if rule not in raised
    )
