"""What a brief holds: text that is ready to print, for one reader.

A brief that is made for the person holds no opioid-free interval, no day counted from one and no
action that names one: what is not in it cannot be printed by mistake.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

Reader = Literal["person", "prescriber"]
Reading = Literal["fired", "not understood", "understood"]
Better = Literal["lower", "higher"]


@dataclass(frozen=True, slots=True)
class JudgedBy:
    """How it will be judged whether it helped.

    Attributes
    ----------
    outcome
        What is measured, in words: "Pain, 0 to 10".
    mcid
        The smallest change that matters, on the outcome's scale; above 0.
    better
        The direction of benefit.
    weeks
        From the first dose to the stop; None for the project's default.
    first_dose
        Day of the first dose where one was agreed; only then is there a date to stop.
    source
        Where the smallest change that matters was read; "" for the person's own.
    """

    outcome: str
    mcid: Decimal
    better: Better
    weeks: int | None = None
    first_dose: date | None = None
    source: str = ""

    def stop(self, weeks: int) -> date | None:
        """The day to stop and look back."""
        return None if self.first_dose is None else self.first_dose + timedelta(weeks=weeks)


@dataclass(frozen=True, slots=True)
class MedicineLine:
    """A medicine as it was entered, and what it was understood as.

    Attributes
    ----------
    taken
        "" or, for the prescriber, when it was taken last.
    """

    entered: str
    understood: str
    reading: Reading
    taken: str = ""


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A rule that fired, in the person's words."""

    severity: str
    level: str
    about: str
    because: str
    do: str


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence with where it can be looked up."""

    text: str
    sources: tuple[str, ...] = ()
    read: str = ""


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that fired, for the prescriber.

    Attributes
    ----------
    reason, action, override, judgement
        "" where there is none, or where it is withheld from the person's copy.
    """

    rule: str
    severity: str
    level: str
    about: str
    because: str
    reason: str
    action: str
    override: str
    basis: str
    judgement: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageTwo:
    """What the prescriber reads.

    Attributes
    ----------
    intervals
        Opioid-free intervals with source and date; empty in the person's copy.
    """

    intervals: tuple[str, ...]
    intervals_note: str
    fired: tuple[Fired, ...]
    medicines: tuple[MedicineLine, ...]
    told: tuple[tuple[str, str], ...]
    dosing_note: str
    steps: tuple[str, ...]
    compounding: tuple[Said, ...]
    monitoring: tuple[Said, ...]
    evidence: tuple[Said, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief in one language, for one reader.

    Attributes
    ----------
    outcome
        Of the screening: "do not start", "answer first", "needs specialist", "talk it through".
    medicines_state
        Said where there is no list: that nobody asked, or that there are none.
    plan_note
        Why there is no plan, or on what the one shown depends; "" for neither.
    missing
        Keys of what a brief should hold and this one does not: "why", "tried", "condition",
        "plan", "screening".
    """

    language: str
    region: str
    reader: Reader
    on: str
    who: str
    question: str
    outcome: str
    headline: str
    why: str
    tried: str
    medicines: tuple[MedicineLine, ...]
    medicines_state: str
    findings: tuple[FoundLine, ...]
    evidence: tuple[Said, ...]
    evidence_note: str
    certainty: str
    plan: tuple[tuple[str, str], ...]
    plan_note: str
    judged: tuple[tuple[str, str], ...]
    questions: tuple[str, ...]
    sources: tuple[str, ...]
    missing: tuple[str, ...]
    decides: str
    page_two: PageTwo
