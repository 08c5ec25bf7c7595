"""What is planned: pairs of periods, their days, and how the order of the arms is drawn."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lodose.errors import LodoseError
from lodose.inference.arrays import FloatArray, IntArray
from lodose.inference.sequences import sample_run_limited
from lodose.trial import Protocol

MISSING = 0.15
"""Share of days without an entry when nothing else is known."""

FEWEST_PAIRS = 2  # below, the estimator refuses: an effect needs two periods of each arm
MOST_DAYS = 5000
DRAWN = 4096  # sequences that stand for all that runs up to a limit allow


@dataclass(frozen=True, slots=True)
class TrialDesign:
    """Pairs of one active and one comparator period, in an order drawn within each pair.

    Parameters
    ----------
    pairs : int
        How many.
    days : int
        Calendar days of each period.
    transition : {"model", "drop"}
        Build-up and wash-out modelled, or the first days of each period left out and the effect
        taken to be there at once.
    drop_days : int
        Days left out after each switch, with ``"drop"``.
    missing : float
        Share of days without an entry.

    Examples
    --------
    >>> TrialDesign(4, 14).name, TrialDesign(4, 14).total_days
    ('4 pairs of 2 x 14 days', 112)
    """

    pairs: int
    days: int
    transition: Literal["model", "drop"] = "model"
    drop_days: int = 0
    missing: float = MISSING

    def __post_init__(self) -> None:
        if self.pairs < FEWEST_PAIRS:
            raise LodoseError(
                f"A trial of {self.pairs} pair(s) cannot carry an answer. "
                f"Mend: plan {FEWEST_PAIRS} pairs or more."
            )
        if self.days < 1 or 2 * self.pairs * self.days > MOST_DAYS:
            raise LodoseError(
                f"{self.pairs} pairs of {self.days} days cannot be planned. "
                f"Mend: periods of a day or more, {MOST_DAYS} days in all at most."
            )
        if (self.transition == "drop") != (self.drop_days > 0) or self.drop_days >= self.days:
            raise LodoseError(
                f"Transition '{self.transition}' with {self.drop_days} of {self.days} days dropped "
                "does not fit together. Mend: drop_days from 1 to days - 1 with 'drop', 0 with "
                "'model'."
            )
        if not 0 <= self.missing < 1:
            raise LodoseError(f"A share of {self.missing} missing days is not between 0 and 1.")

    @property
    def total_days(self) -> int:
        """Length of the trial."""
        return 2 * self.pairs * self.days

    @property
    def name(self) -> str:
        """In words."""
        dropped = f", first {self.drop_days} left out" if self.transition == "drop" else ""
        return f"{self.pairs} pairs of 2 x {self.days} days{dropped}"

    def schedule(self) -> "Schedule":
        """The days, for the simulator."""
        return Schedule(
            name=self.name,
            period=np.repeat(np.arange(2 * self.pairs), self.days),
            sequences=None,
            drop_days=self.drop_days,
            missing=self.missing,
        )


READY: dict[str, TrialDesign] = {
    "4x14": TrialDesign(4, 14),
    "6x14": TrialDesign(6, 14),
    "3x28": TrialDesign(3, 28),
    "6x7": TrialDesign(6, 7),
    "2x42": TrialDesign(2, 42),
}
"""Ready designs, pairs x days of a period; docs/planning.md compares them."""


@dataclass(frozen=True, eq=False)
class Schedule:
    """Calendar days of a trial and the sequences of arms that may be drawn for it.

    Parameters
    ----------
    name : str
        In words.
    period : (T,) int
        Number of the period from 0; -1 for days between periods.
    sequences : (S, P) int or None
        Possible sequences, 1 active, each as likely; None: a fair coin for each pair of neighbours.
    initial_exposure : float
        1 when the treatment runs at the start.
    drop_days : int
        Days left out after each switch, the effect then taken to be there at once; 0 models it.
    missing : float
        Share of days without an entry.
    """

    name: str
    period: IntArray
    sequences: NDArray[np.int64] | None
    initial_exposure: float = 0.0
    drop_days: int = 0
    missing: float = MISSING

    @cached_property
    def periods(self) -> int:
        """Number of periods."""
        return int(self.period.max()) + 1

    @cached_property
    def total_days(self) -> int:
        """Number of calendar days."""
        return int(self.period.size)

    def draw_treatment(self, chance: np.random.Generator) -> FloatArray:
        """(T,) an arm for each day: one random number for each pair, or one for the sequence."""
        if self.sequences is None:
            first = (chance.random(self.periods // 2) < 0.5).astype(np.int64)
            arms = np.column_stack([first, 1 - first]).ravel()
        else:
            arms = self.sequences[int(chance.random() * len(self.sequences))]
        return np.where(self.period >= 0, arms[self.period], 0).astype(np.float64)


def schedule_of(protocol: Protocol, *, missing: float = MISSING) -> Schedule:
    """The schedule of a protocol, with the sequences that it could have drawn.

    Raises
    ------
    LodoseError
        For a before and after comparison, which carries no word, and for fewer than two periods
        of an arm.
    """
    if protocol.design == "before-after":
        raise LodoseError(
            "A before and after comparison cannot tell the treatment from other changes, however "
            "long it is, so there is no chance of an answer to work out. Mend: plan pairs of "
            "periods with and without the treatment; `lodose plan-trial PROTOCOL --compare` shows "
            "what ready designs would tell."
        )
    arms = np.array([int(period.arm == "active") for period in protocol.periods])
    if min(arms.sum(), arms.size - arms.sum()) < FEWEST_PAIRS:
        raise LodoseError(
            f"The plan has {arms.sum()} active and {arms.size - arms.sum()} comparator period(s); "
            f"an answer needs {FEWEST_PAIRS} of each. Mend: plan more periods."
        )
    days = (protocol.last_day - protocol.first_day).days + 1
    period = np.full(days, -1, dtype=np.int64)
    for number, planned in enumerate(protocol.periods):
        start = (planned.start - protocol.first_day).days
        period[start : start + planned.days] = number
    return Schedule(
        name=_name_of(protocol),
        period=period,
        sequences=_sequences(protocol, arms),
        initial_exposure=float(protocol.treatment.running_at_start),
        missing=missing,
    )


def _sequences(protocol: Protocol, arms: IntArray) -> NDArray[np.int64] | None:
    drawn = protocol.randomisation
    if drawn.method == "within-pairs":
        return None
    if drawn.method == "listed":
        return np.array([[int(letter == "A") for letter in text] for text in drawn.sequences])
    if drawn.method == "max-run":
        chance = np.random.Generator(np.random.Philox(key=arms.size))
        most = drawn.max_run or 1
        return sample_run_limited(arms.size, int(arms.sum()), most, DRAWN, chance)
    return arms[None, :]  # chosen, not drawn: the order as it stands


def _name_of(protocol: Protocol) -> str:
    lengths = sorted({period.days for period in protocol.periods})
    number = len(protocol.periods)
    if len(lengths) == 1 and protocol.randomisation.method == "within-pairs":
        return replace(READY["4x14"], pairs=number // 2, days=lengths[0]).name
    span = str(lengths[0]) if len(lengths) == 1 else f"{lengths[0]} to {lengths[-1]}"
    return f"{number} periods of {span} days"
