"""What a verdict is made of: plain values that every report shows and none recomputes.

All effects are *active minus comparator* in the outcome's own unit unless the name says
*benefit*; a benefit is the same number turned so that larger is better for the person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lodose.trial import Audit, Outcome, Protocol


class Word(StrEnum):
    """The seven things a verdict may say."""

    HELPS = "helps"
    PROBABLY_HELPS = "probably helps"
    NO_MEANINGFUL_DIFFERENCE = "no meaningful difference"
    UNLIKELY_TO_HELP_ENOUGH = "unlikely to help enough"
    PROBABLY_HARMS = "probably harms"
    HARMS = "harms"
    NOT_KNOWN_YET = "not known yet"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its uncertainty: mean, standard deviation and 95 % interval."""

    mean: float
    sd: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Posterior probabilities of the effect, in the direction of benefit."""

    benefit: float
    benefit_at_least_mcid: float
    benefit_at_least_twice_mcid: float
    smaller_than_mcid: float
    harm: float
    harm_at_least_mcid: float


@dataclass(frozen=True, slots=True)
class PriorRow:
    """The same data read with another prior for the effect."""

    key: str  # "data-alone" | "primary" | "trials"
    label: str
    prior: str
    effect: Estimate
    probabilities: Probabilities


@dataclass(frozen=True, slots=True)
class SensitivityRow:
    """The same days read with one thing changed from the primary analysis.

    Attributes
    ----------
    key, label
        Name for programs and for people; the first row is the primary analysis itself.
    changed
        What was changed, in the outcome's unit; "" in the first row.
    effect, probabilities, word
        None where the change could not be made.
    flips
        The word stands on another side than that of the primary analysis.
    weaker
        On the same side, but said less firmly.
    skipped
        Why the change could not be made, or "".
    """

    key: str
    label: str
    changed: str
    effect: Estimate | None
    probabilities: Probabilities | None
    word: Word | None
    flips: bool = False
    weaker: bool = False
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class TippingPoint:
    """How far off the days without an entry would have to be to change the answer, for one arm.

    Attributes
    ----------
    arm
        ``"active"`` or ``"comparator"``: whose days without an entry are shifted; those of the
        other arm are taken to be as the model thinks.
    days, days_missing
        Days of the arm in periods so far, and how many of them have no entry.
    worse, better
        Smallest shift of these days, in the outcome's unit and counted towards worse and towards
        better, at which the word changes side; None where no shift that the scale allows does.
    word_if_worse, word_if_better
        The word that it changes to.
    """

    arm: str
    days: int
    days_missing: int
    worse: float | None
    better: float | None
    word_if_worse: Word | None
    word_if_better: Word | None


@dataclass(frozen=True, slots=True)
class KnownTerm:
    """A known column of the model (weekend, rebound ...) with its posterior.

    Attributes
    ----------
    kind
        ``"weekend"``, ``"rebound"``, ``"tolerance"``, ``"event"`` or ``"medicine"``.
    name
        As in ``terms``.
    effect
        Coefficient in the outcome's unit; None where no day of the diary can tell.
    """

    kind: str
    name: str
    effect: Estimate | None


@dataclass(frozen=True, slots=True)
class PeriodResult:
    """One period as it happened (CENT 17a)."""

    number: int
    pair: int | None
    arm: str  # "active" | "comparator"
    start: date
    end: date
    days: int
    days_observed: int
    mean: float | None
    sd: float | None
    doses_recorded: int
    doses_taken: int


@dataclass(frozen=True, slots=True)
class PairedMeans:
    """Mean of the within-pair differences of period means, with Student's t interval.

    Without pairs it is Welch's comparison of the period means; ``pairs`` is then 0.
    """

    difference: float
    standard_error: float
    lower: float
    upper: float
    p_value: float
    pairs: int
    transition_days: int
    method: str = "pairs"  # "pairs" | "welch"


@dataclass(frozen=True, slots=True)
class RandomisationTest:
    """Two-sided p over the sequences that the design could have drawn."""

    p_value: float
    smallest_p_value: float
    sequences: int
    exact: bool
    standard_error: float  # of the p value; 0 when exact


@dataclass(frozen=True, slots=True)
class Curve:
    """Day by day: what was recorded and what the model fitted.

    Empty when nothing was fitted, and for outcomes that are only also measured.
    """

    dates: tuple[date, ...]
    observed: tuple[float | None, ...]
    mean: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    exposure: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class OutcomeAnswer:
    """Everything the numbers say about one outcome."""

    outcome: Outcome
    effect: Estimate | None  # steady state, active minus comparator; None: not estimable
    contrast: Estimate | None  # the difference seen within the periods
    probabilities: Probabilities | None
    priors: tuple[PriorRow, ...]
    terms: Mapping[str, Estimate]  # every other term, by its name; primary outcome only
    periods: tuple[PeriodResult, ...]
    paired: PairedMeans | None
    randomisation: RandomisationTest | None
    curve: Curve
    word: Word
    not_estimable: str  # why not, or ""
    onset_median_days: float | None = None  # posterior median of the onset's time constant
    extrapolates: bool = False  # periods shorter than three times that
    known: tuple[KnownTerm, ...] = ()  # primary outcome only, as are the next two
    sensitivity: tuple[SensitivityRow, ...] = ()  # the primary analysis first
    missing: tuple[TippingPoint, ...] = ()  # one an arm


@dataclass(frozen=True, slots=True)
class SideEffectCount:
    """Days with a side effect, out of the days on which side effects were asked, by arm."""

    name: str
    active_days: int
    active_days_asked: int
    comparator_days: int
    comparator_days_asked: int
    worst_severity: int


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences, ready to print. ``answer`` is one line; the next three are always there."""

    answer: str
    benefit: str
    harm: str
    not_told: str
    window: str
    next_step: str  # always says that the prescriber decides
    uncertain: tuple[str, ...]  # what is uncertain, a sentence each
    doctor: tuple[
        str, ...
    ]  # second layer: effect, interval, probabilities, model, priors, data quality
    allowed_for: tuple[str, ...] = ()  # what else the model saw, a sentence each
    headline: str = ""  # the word as far as the design allows it to be said


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made this answer, so that it can be made again."""

    lodose_version: str
    engine: str
    engine_hash: str
    rule: str
    protocol_sha256: str
    diary_sha256: str
    diary_source: str


class Claim(StrEnum):
    """How much the design allows to be said; the columns of the table of wording."""

    CAUSED_BY = "randomised-blinded"
    BLINDING_LOST = "blinding-lost"
    RANDOMISED_OPEN = "randomised-open"
    OPEN_ON_OFF = "open-on-off"
    CHANGED_SINCE = "before-after"


@dataclass(frozen=True, slots=True)
class BlindingIndex:
    """Bang's index of one arm: -1 always wrong, 0 chance, 1 always right."""

    arm: str
    guesses: int
    correct: int
    wrong: int
    index: float
    better_than_chance: bool
    lower: float = -1.0  # ends of the 95 % interval, from the exact binomial one
    upper: float = 1.0


@dataclass(frozen=True, slots=True)
class GuessScore:
    """The guesses of both arms together.

    ``james`` is James' index: 1 all unsure, 1/2 as by chance, 0 all right; its ends are None where
    the interval has no width. ``log_score`` adds the logs of the probabilities that the person gave
    to what was taken, over the ``scored`` guesses that have one; None where none has.
    """

    guesses: int
    james: float
    james_lower: float | None
    james_upper: float | None
    scored: int
    log_score: float | None
    log_score_chance: float | None


@dataclass(frozen=True, slots=True)
class CycleChance:
    """The chance that the answer is settled after so many more cycles, by simulation.

    ``cycles`` counts pairs of periods, the one now running included; ``days`` from the diary's last
    day on. ``lower`` and ``upper`` are the 95 % interval of ``settled`` that the number of
    simulations leaves (Clopper-Pearson). ``benefit``, ``little`` and ``harm`` are its parts: which
    way it is settled.
    """

    cycles: int
    days: int
    settled: float
    lower: float
    upper: float
    benefit: float
    little: float
    harm: float


@dataclass(frozen=True, slots=True)
class Planning:
    """How many more cycles are expected to settle what is not known yet.

    ``words`` is ready to print. ``rows`` is empty where nothing was simulated; ``left_out`` where
    that was asked for.
    """

    words: str
    rows: tuple[CycleChance, ...] = ()
    simulations: int = 0
    seed: int = 0
    rule: str = ""
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to "does it work for me?", bounded by what the design allows."""

    word: Word
    wording: Wording
    primary: OutcomeAnswer
    also_measured: tuple[OutcomeAnswer, ...]
    side_effects: tuple[SideEffectCount, ...]
    side_effects_asked: bool
    audit: Audit
    protocol: Protocol
    provenance: Provenance
    claim: Claim = Claim.CHANGED_SINCE
    reason: str = ""  # why the word is held at "not known yet", or ""
    blinding: tuple[BlindingIndex, ...] = ()  # empty: no guesses were asked
    guesses: GuessScore | None = None
    planning: Planning | None = None  # None: nothing to plan, or nobody asked

    def _repr_html_(self) -> str:
        """Show the person's page in a notebook."""
        from lodose.verdict.notebook import as_html

        return as_html(self)
