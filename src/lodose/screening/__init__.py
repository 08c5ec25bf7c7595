"""May it be taken: rules as data, and the engine that applies them.

Examples
--------
>>> from datetime import date
>>> facts = Facts(medicines=(Medicine(name="Nurofen Plus"),))
>>> screen(facts, on=date(2026, 5, 1)).outcome.value
'do not start'
"""

from lodose.screening.engine import screen
from lodose.screening.facts import Event, Facts, Lab, Medicine, facts_from, read_facts
from lodose.screening.model import (
    Finding,
    Outcome,
    Override,
    Rule,
    Screening,
    Severity,
    Unclear,
    Understood,
)
from lodose.screening.opioids import Opioid, near, recognise
from lodose.screening.rules import rules
from lodose.screening.views import view

__all__ = [
    "Event",
    "Facts",
    "Finding",
    "Lab",
    "Medicine",
    "Opioid",
    "Outcome",
    "Override",
    "Rule",
    "Screening",
    "Severity",
    "Unclear",
    "Understood",
    "facts_from",
    "near",
    "read_facts",
    "recognise",
    "rules",
    "screen",
    "view",
]
