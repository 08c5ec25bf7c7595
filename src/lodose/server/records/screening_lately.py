"""An opioid that ended lately: one stop for the whole time, so that no change of it tells a day.

The rules of the library count each opioid's own interval. In a record the day on which one of them
no longer fires would tell the person that interval: as another headline, another rule, a word in
the history. So what ended within `LATELY` is one finding with the same words from the first day to
the last; the interval with its source stays in it, for the prescriber.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from lodose.screening import Facts, Finding, Medicine, Screening, screen
from lodose.server.records.screening_rules import lately_rule


def beside_lately(facts: Facts, lately: Collection[str], on: date) -> Screening:
    """Return what screening finds, with one finding for every opioid that ended lately.

    Parameters
    ----------
    facts : Facts
        What is known.
    lately : collection of str
        Names of the opioids that ended lately.
    on : date
        The day for which it is asked.
    """
    found = screen(facts, on=on)
    ended = tuple(each for each in facts.medicines or () if _ended(each, lately))
    others = tuple(each for each in facts.medicines or () if not _ended(each, lately))
    undated = tuple(each.model_copy(update={"last_dose": None}) for each in others)
    # What fires whatever the day of the last dose is; the day gives the prescriber's figure only.
    always = {each.rule.id for each in _of(facts, undated, on)}
    left = {each.rule.id: each for each in _of(facts, others, on) if each.rule.id in always}
    findings = (
        each if each.rule.interval is None else left.get(each.rule.id) for each in found.findings
    )
    told = tuple(each for each in findings if each is not None)
    return replace(found, findings=(_finding(ended), *told) if ended else told)


def _of(facts: Facts, medicines: tuple[Medicine, ...], on: date) -> tuple[Finding, ...]:
    return screen(facts.model_copy(update={"medicines": medicines}), on=on).findings


def _ended(medicine: Medicine, lately: Collection[str]) -> bool:
    return medicine.taken == "stopped" and medicine.name in lately


def _finding(ended: tuple[Medicine, ...]) -> Finding:
    """Return the stop with the interval that ends last, counted as on the day of the last dose."""
    fired = [each for medicine in ended for each in _on_its_last_day(medicine)]
    fired.sort(key=lambda each: each.not_before or date.max, reverse=True)
    rule = lately_rule([each.rule for each in fired])
    names = tuple(dict.fromkeys(each.name for each in ended))
    return Finding(rule, names, fired[0].not_before if fired else None)


def _on_its_last_day(medicine: Medicine) -> list[Finding]:
    if medicine.last_dose is None:
        return []
    alone = Facts(medicines=(medicine,))
    found = screen(alone, on=medicine.last_dose).findings
    return [each for each in found if each.rule.interval is not None]
