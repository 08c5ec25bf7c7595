"""The medicines as they were entered, each with what it was understood as."""

from lodose.brief.model import MedicineLine, Reading
from lodose.language import listing, translate
from lodose.report.words import clean
from lodose.screening import Facts, Screening, Severity, Understood

ORDER: tuple[Reading, ...] = ("fired", "not understood", "understood")


def medicine_lines(found: Screening, facts: Facts) -> tuple[MedicineLine, ...]:
    """Return every medicine, those that need a look first."""
    fired = {
        fact
        for each in found.findings
        if each.rule.severity is not Severity.INFORM and each.rule.trigger.groups
        for fact in each.fired_by
    }
    unclear = {each.entered for each in found.unclear if each.kind == "medicine"}
    stopped = {each.name for each in facts.medicines or () if each.taken == "stopped"}
    lines = [
        MedicineLine(
            clean(each.entered),
            listing([name for name in each.ingredients if name != "opioid"]),
            _reading(each, unclear, fired),
            translate("no longer taken") if each.entered in stopped else "",
        )
        for each in found.understood
    ]
    return tuple(sorted(lines, key=lambda line: ORDER.index(line.reading)))


def _reading(each: Understood, unclear: set[str], fired: set[str]) -> Reading:
    if not each.ingredients or each.entered in unclear:
        return "not understood"
    # A rule names the medicine as it was typed, with what is in it in brackets.
    if any(fact == each.entered or fact.startswith(f"{each.entered} (") for fact in fired):
        return "fired"
    return "understood"
