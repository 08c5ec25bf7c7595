"""What screening speaks of: rules, what fires them, and what came out."""

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Literal

from lodose.errors import InputError

Reader = Literal["person", "prescriber"]
Kind = Literal["opioid", "gut"]


class Severity(StrEnum):
    """How strongly a rule speaks, the strongest first."""

    CONTRAINDICATED = "contraindicated"
    NEEDS_SPECIALIST = "needs specialist"
    CAUTION = "caution"
    INFORM = "inform"

    @property
    def rank(self) -> int:
        """0 for the strongest."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement was read.

    Attributes
    ----------
    place
        An address, a DOI, or the name of a text.
    """

    place: str


@dataclass(frozen=True, slots=True)
class LabLimit:
    """A laboratory value beyond which a rule fires.

    Attributes
    ----------
    name
        Key of the test, as in `lodose.screening.facts.LABS`.
    above
        Multiple of the laboratory's upper limit of normal; None where `below` counts.
    below
        Value in the test's own unit; None where `above` counts.
    """

    name: str
    above: float | None = None
    below: float | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """Days without opioids before a start, from the last dose.

    Attributes
    ----------
    days_min, days_max
        What the source gives; a date is always counted with the longer one.
    source
        Where the figure was read.
    judgement
        True where no source gives the figure and it is the project's judgement.
    """

    days_min: int
    days_max: int
    source: str
    judgement: bool = False


@dataclass(frozen=True, slots=True)
class Trigger:
    """What makes a rule fire.

    Attributes
    ----------
    groups, together_with
        Groups of medicines of which one must be taken; a condition that must be there as well.
    use
        "current": while it is taken; "recent": also for some days after the last dose; "dated":
        only by the day of the last dose.
    long_acting
        True where only patches and slow-release forms count.
    lookback_days
        For how long a medicine counts after the last dose.
    conditions, allergies, products
        Keys, one of which must be there.
    labs
        Limits, one of which must be passed.
    events, lookahead_days
        Kinds of events, and how far ahead they count; None where the date does not matter.
    age_below, age_from
        Years.
    always
        True where the rule goes with every start.
    """

    groups: tuple[str, ...] = ()
    together_with: tuple[str, ...] = ()
    use: Literal["current", "recent", "dated"] = "current"
    long_acting: bool = False
    lookback_days: int = 0
    conditions: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    labs: tuple[LabLimit, ...] = ()
    events: tuple[str, ...] = ()
    lookahead_days: int | None = None
    age_below: int | None = None
    age_from: int | None = None
    always: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of `rules.toml`, complete and with its source.

    Attributes
    ----------
    judgement
        What in this rule is the project's judgement and stands in no source; shown as such.
    for_prescriber, for_person
        The action, in the words of either.
    """

    id: str
    title: str
    severity: Severity
    basis: str
    reason: str
    for_prescriber: str
    for_person: str
    sources: tuple[Source, ...]
    trigger: Trigger
    judgement: str = ""
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A prescriber's decision against a contraindication, with the reason, kept for good."""

    by: str
    reason: str
    on: date


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that fired.

    Attributes
    ----------
    fired_by
        The facts that fired it, as they were entered.
    not_before
        The first day without opioids long enough, for the prescriber only; None where the rule
        has no interval or the last dose is not known.
    override
        A prescriber's decision against it.
    """

    rule: Rule
    fired_by: tuple[str, ...]
    not_before: date | None = None
    override: Override | None = None

    @property
    def stops(self) -> bool:
        """Whether it forbids a start: a contraindication that nobody has overridden."""
        return self.rule.severity is Severity.CONTRAINDICATED and self.override is None


@dataclass(frozen=True, slots=True)
class Unclear:
    """Something entered that was not understood.

    Attributes
    ----------
    kind
        "medicine", "condition", "allergy" or "product".
    entered
        As it was written.
    offers
        Names that it may stand for; empty where none is near.
    maybe_opioid
        True where one of the offers is an opioid, or where the words may hide one.
    """

    kind: str
    entered: str
    offers: tuple[str, ...] = ()
    maybe_opioid: bool = False


@dataclass(frozen=True, slots=True)
class Understood:
    """What a medicine was taken for: its ingredients."""

    entered: str
    ingredients: tuple[str, ...]
    long_acting: bool = False


class Outcome(StrEnum):
    """What follows from a screening."""

    STOP = "do not start"
    ASK = "answer first"
    SPECIALIST = "needs specialist"
    TALK = "talk it through"


@dataclass(frozen=True, slots=True)
class Screening:
    """Everything that a screening found.

    Attributes
    ----------
    on
        The day it was done for.
    findings
        Every rule that fired, the most severe first.
    unclear
        What was not understood: never taken for harmless.
    not_asked
        Keys of the questions that nobody answered, as in `lodose.screening.questions.QUESTIONS`.
    understood
        What each medicine was taken for.
    """

    on: date
    findings: tuple[Finding, ...]
    unclear: tuple[Unclear, ...]
    not_asked: tuple[str, ...]
    understood: tuple[Understood, ...] = field(default=())

    @property
    def outcome(self) -> Outcome:
        """The strongest of what was found; silence is never taken for "no"."""
        if any(finding.stops for finding in self.findings):
            return Outcome.STOP
        if self.unclear or self.not_asked:
            return Outcome.ASK
        if any(each.rule.severity is Severity.NEEDS_SPECIALIST for each in self.findings):
            return Outcome.SPECIALIST
        return Outcome.TALK

    def overridden(self, rule_id: str, *, role: str, by: str, reason: str, on: date) -> "Screening":
        """Return this screening with a prescriber's decision against one contraindication.

        Parameters
        ----------
        rule_id : str
            Identifier of the rule, or its beginning up to a hyphen: "OPI-001".
        role : str
            Who decides: only "prescriber" may.
        by : str
            Name of the prescriber, kept in the result.
        reason : str
            Why, in ten characters or more; kept in the result.
        on : date
            Day of the decision.

        Raises
        ------
        InputError
            When anybody else decides, when there is no reason, or when no such rule fired.
        """
        if role != "prescriber":
            raise InputError(
                "may not override a contraindication",
                "talk with your prescriber, who alone can decide that.",
                column="role",
                value=role,
            )
        if not by.strip():
            raise InputError("is missing", "name the prescriber who decides.", column="by")
        if len(reason.strip()) < 10:
            raise InputError(
                "is no reason to override a contraindication",
                "say in a sentence why; it is kept with the decision.",
                column="reason",
                value=reason,
            )
        hits = [
            each.rule.id
            for each in self.findings
            if each.stops and (each.rule.id == rule_id or each.rule.id.startswith(f"{rule_id}-"))
        ]
        if len(hits) != 1:
            fired = ", ".join(each.rule.id for each in self.findings if each.stops) or "none"
            raise InputError(
                "is not one contraindication that fired",
                f"name one of: {fired}.",
                column="override",
                value=rule_id,
            )
        decision = Override(by=by.strip(), reason=reason.strip(), on=on)
        return replace(
            self,
            findings=tuple(
                replace(each, override=decision) if each.rule.id == hits[0] else each
                for each in self.findings
            ),
        )
