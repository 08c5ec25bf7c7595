"""Apply every rule to what is known of a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lodose.errors import InputError
from lodose.screening.facts import RELATIVE, Event, Facts, Lab, Medicine
from lodose.screening.medicines import OPIOIDS, Reading, read
from lodose.screening.model import Finding, LabLimit, Rule, Screening, Unclear
from lodose.screening.questions import not_asked
from lodose.screening.rules import rules as all_rules
from lodose.screening.words import is_none, meanings

_PREGNANCY = {
    "pregnant": "pregnancy",
    "planning": "planning pregnancy",
    "breastfeeding": "breastfeeding",
}
_COUGH_FORM = "cough form of an opioid"


@dataclass(frozen=True, slots=True)
class _Taken:
    """A medicine with what was made of its name."""

    medicine: Medicine
    reading: Reading

    @property
    def groups(self) -> frozenset[str]:
        groups = self.reading.groups
        if self.reading.cough and groups & {"strong opioid"}:
            groups |= {_COUGH_FORM}
        return groups


@dataclass(frozen=True, slots=True)
class _Known:
    """Facts, understood."""

    on: date
    taken: tuple[_Taken, ...]
    meant: dict[str, dict[str, str]]  # kind, key: as it was written
    labs: tuple[Lab, ...]
    events: tuple[tuple[str, Event], ...]
    age: int | None


def screen(facts: Facts, *, on: date, rules: tuple[Rule, ...] | None = None) -> Screening:
    """Apply every rule.

    Parameters
    ----------
    facts : Facts
        What is known; what nobody asked is None.
    on : date
        The day for which it is asked: intervals are counted from it.
    rules : tuple of Rule, optional
        Other rules than those of `rules.toml`, for tests.

    Returns
    -------
    Screening
        Every rule that fired, the most severe first, with the fact that fired it; what was not
        understood; what was not asked.

    Raises
    ------
    InputError
        Where a last dose lies in the future, or a planned event in the past.

    Examples
    --------
    >>> from lodose.screening.facts import Medicine
    >>> facts = Facts(medicines=(Medicine(name="co-codamol 30/500"),))
    >>> screen(facts, on=date(2026, 5, 1)).findings[0].rule.id
    'OPI-001-full-agonist'
    """
    _possible(facts, on)
    known, unclear = _understand(facts, on)
    findings = [
        finding
        for rule in (all_rules() if rules is None else rules)
        if (finding := _fired(rule, known)) is not None
    ]
    findings.sort(key=lambda each: each.rule.severity.rank)
    return Screening(
        on=on,
        findings=tuple(findings),
        unclear=unclear,
        not_asked=not_asked(facts, [each.reading for each in known.taken]),
        understood=tuple(each.reading.understood for each in known.taken),
    )


def _possible(facts: Facts, on: date) -> None:
    for medicine in facts.medicines or ():
        if medicine.last_dose is not None and medicine.last_dose > on:
            raise InputError(
                f"is later than the day of screening, {on.isoformat()}",
                "give the day of the last dose that was really taken.",
                column=f"last dose of {medicine.name}",
                value=medicine.last_dose.isoformat(),
            )
    for event in facts.events or ():
        if event.on is not None and event.on < on:
            raise InputError(
                f"lies before the day of screening, {on.isoformat()}",
                "leave out what is over, or correct the date.",
                column=event.kind,
                value=event.on.isoformat(),
            )


def _understand(facts: Facts, on: date) -> tuple[_Known, tuple[Unclear, ...]]:
    unclear: list[Unclear] = []
    products = [Medicine(name=name) for name in facts.natural_products or ()]
    taken = tuple(
        _Taken(medicine, read(medicine.name))
        for medicine in (*(facts.medicines or ()), *products)
        if not is_none(medicine.name)
    )
    unclear += [each.reading.unclear for each in taken if each.reading.unclear is not None]
    meant: dict[str, dict[str, str]] = {}
    for kind, entries in (
        ("condition", _conditions(facts)),
        ("allergy", facts.allergies or ()),
        ("product", facts.products),
    ):
        meant[kind] = {}
        for entered in entries:
            if not is_none(entered):
                keys, open_parts = meanings(kind, entered)
                unclear += open_parts
                meant[kind].update(dict.fromkeys(keys, entered))
    events: list[tuple[str, Event]] = []
    for event in facts.events or ():
        if not is_none(event.kind):
            keys, open_parts = meanings("event", event.kind)
            unclear += open_parts
            events += [(key, event) for key in keys]
    _add_what_follows(facts, taken, meant["condition"])
    known = _Known(on, taken, meant, facts.labs or (), tuple(events), facts.age)
    return known, tuple(dict.fromkeys(unclear))


def _conditions(facts: Facts) -> tuple[str, ...]:
    found = list(facts.conditions or ())
    if facts.pregnancy in _PREGNANCY:
        found.append(_PREGNANCY[facts.pregnancy])
    if facts.alcohol:
        found.append("alcohol")
    return tuple(found)


def _add_what_follows(facts: Facts, taken: tuple[_Taken, ...], conditions: dict[str, str]) -> None:
    """Two facts that make a third: spasticity in multiple sclerosis, opioids until lately."""
    said = " ".join(entry.casefold() for entry in facts.conditions or ())
    if "spasticity" in said and ("multiple sclerosis" in said or "ms" in said.split()):
        conditions.setdefault("ms with spasticity", "multiple sclerosis, spasticity")
    for each in taken:
        if each.medicine.regular and each.medicine.taken == "stopped" and each.groups & OPIOIDS:
            conditions.setdefault("past opioid use", f"{each.medicine.name} (regularly)")


def _fired(rule: Rule, known: _Known) -> Finding | None:
    """Return what fired a rule, None where nothing did."""
    trigger = rule.trigger
    hits = [each for each in known.taken if _counts(rule, each, known.on)]
    conditions = known.meant["condition"]
    together = [conditions[key] for key in trigger.together_with if key in conditions]
    if trigger.together_with and not together:
        hits = []
    facts = [_named(each, rule) for each in hits] + (together if hits else [])
    for kind, keys in (
        ("condition", trigger.conditions),
        ("allergy", trigger.allergies),
        ("product", trigger.products),
    ):
        facts += [known.meant[kind][key] for key in keys if key in known.meant[kind]]
    facts += [fact for limit in trigger.labs for fact in _passed(limit, known.labs)]
    facts += [
        event.kind
        for key, event in known.events
        if key in trigger.events and _ahead(trigger.lookahead_days, event, known.on)
    ]
    facts += _by_age(rule, known.age)
    if trigger.always:
        facts.append("every start")
    if not facts:
        return None
    return Finding(rule, tuple(dict.fromkeys(facts)), _not_before(rule, hits, known.on))


def _named(each: _Taken, rule: Rule) -> str:
    """A medicine as it was typed, with what is in it where the name does not say so."""
    name = each.medicine.name
    groups = set(rule.trigger.groups)
    if _COUGH_FORM in groups:
        groups |= OPIOIDS
    inside = [one.name for one in each.reading.ingredients if one.group in groups]
    hidden = [one for one in inside if one not in name.casefold() and one != "opioid"]
    return f"{name} ({', '.join(hidden)})" if hidden else name


def _counts(rule: Rule, each: _Taken, on: date) -> bool:
    """Whether a medicine fires a rule: its group, its form, and how long ago it was taken."""
    trigger = rule.trigger
    if not each.groups & set(trigger.groups):
        return False
    if trigger.long_acting and not each.reading.long_acting:
        return False
    last = each.medicine.last_dose
    recent = last is not None and on - last <= timedelta(days=trigger.lookback_days)
    if trigger.use == "dated":
        return recent
    if each.medicine.taken == "now":
        return True
    # Stopped, but nobody knows when: never taken for long ago.
    return trigger.use == "recent" and (recent or last is None)


def _not_before(rule: Rule, hits: list[_Taken], on: date) -> date | None:
    """First day after the interval, from the latest dose; None where a dose is not known."""
    if rule.interval is None or not hits:
        return None
    doses = [each.medicine.last_dose for each in hits]
    if any(dose is None for dose in doses):
        return None
    latest = max(dose for dose in doses if dose is not None)
    first = latest + timedelta(days=rule.interval.days_max)
    # Still taken, as needed: the last dose is yet to come, and with it the interval.
    if first <= on and any(each.medicine.taken == "now" for each in hits):
        return None
    return max(first, on)


def _passed(limit: LabLimit, labs: tuple[Lab, ...]) -> Iterator[str]:
    for lab in labs:
        if lab.name != limit.name:
            continue
        if limit.above is not None and lab.name in RELATIVE and lab.upper_limit is not None:
            if lab.value > limit.above * lab.upper_limit:
                yield f"{lab.name} {lab.value:g} (upper limit {lab.upper_limit:g})"
        elif limit.below is not None and lab.value < limit.below:
            yield f"{lab.name} {lab.value:g}"


def _ahead(days: int | None, event: Event, on: date) -> bool:
    """Whether an event is near enough; one without a date always is."""
    return days is None or event.on is None or event.on - on <= timedelta(days=days)


def _by_age(rule: Rule, age: int | None) -> list[str]:
    if age is None:
        return []
    below, start = rule.trigger.age_below, rule.trigger.age_from
    fires = (below is not None and age < below) or (start is not None and age >= start)
    return [f"age {age}"] if fires else []
