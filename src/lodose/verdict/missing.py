"""Could the days without an entry change the answer?

The model takes a day without an entry to be like the days around it. People may leave out exactly
their worst days, or their best. The mean over all days of an arm is the mean over the recorded ones
plus (share missing) x (how far the missing ones are off), so if the days without an entry on one
arm were off by d from what the model thinks, and those on the other as it thinks, the whole
posterior of the effect moves by d x share. Where the word then changes side is the tipping point.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lodose.inference.mixture import Mixture
from lodose.trial import Outcome
from lodose.verdict.arrays import DayTable, FloatArray
from lodose.verdict.decision import SIDES
from lodose.verdict.result import TippingPoint, Word
from lodose.verdict.rules import Cuts, decide, probabilities_of

STEPS = 16  # halvings: the tipping point is known to a 65,000th of what the scale allows


@dataclass(frozen=True, slots=True)
class _Arm:
    """One arm's days so far, and how far its missing days can be off within the scale."""

    name: str
    days: int
    missing: int
    room_worse: float
    room_better: float

    @property
    def share(self) -> float:
        return self.missing / self.days if self.days else 0.0


def tipping_points(
    posterior: Mixture, outcome: Outcome, cuts: Cuts, table: DayTable, series: FloatArray
) -> tuple[TippingPoint, ...]:
    """Find the shift of the days without an entry at which the word changes side.

    Parameters
    ----------
    posterior
        Of the effect, primary analysis.
    outcome, cuts
        As for the verdict.
    table, series
        The days so far and what was recorded on them; a day in a period without a record is
        missing. Days still to come are not.

    Returns
    -------
    tuple of TippingPoint
        One for the active treatment and one for the comparator. Shifts are rounded up, by less
        than a thousandth of the scale.

    References
    ----------
    .. [1] Yan X, Lee S, Li N. Missing data handling methods in medical device clinical trials.
       J Biopharm Stat 2009;19(6):1085-1098 (the tipping point analysis).
    """
    arms = tuple(_arm(name, outcome, table, series) for name in ("active", "comparator"))
    active, comparator = arms
    sign = 1.0 if outcome.better == "higher" else -1.0

    def word(gain: float) -> Word:
        """The word if the gain were larger by so much: the mixture moved as a whole."""
        shift = sign * gain
        return decide(
            probabilities_of(
                lambda value: posterior.probability_below(value - shift),
                lambda value: posterior.probability_above(value - shift),
                better=outcome.better,
                mcid=float(outcome.mcid),
            ),
            cuts,
        )

    # A gain shrinks when missing days on active were worse, or those on the comparator better.
    least = max(active.share * active.room_worse, comparator.share * comparator.room_better)
    most = max(active.share * active.room_better, comparator.share * comparator.room_worse)
    smaller, word_if_smaller = _first_change(lambda size: word(-size), least)
    larger, word_if_larger = _first_change(word, most)
    return (
        _point(active, (smaller, word_if_smaller), (larger, word_if_larger)),
        _point(comparator, (larger, word_if_larger), (smaller, word_if_smaller)),
    )


def _arm(name: str, outcome: Outcome, table: DayTable, series: FloatArray) -> _Arm:
    here = (table.period >= 0) & (table.treatment == int(name == "active"))
    seen = here & np.isfinite(series)
    up = float(outcome.maximum) - float(np.mean(series[seen]))
    down = float(np.mean(series[seen])) - float(outcome.minimum)
    worse, better = (up, down) if outcome.better == "lower" else (down, up)
    return _Arm(name, int(here.sum()), int(here.sum() - seen.sum()), worse, better)


def _first_change(word: Callable[[float], Word], limit: float) -> tuple[float | None, Word | None]:
    """Smallest size in (0, limit] at which the word stands on another side, and that word.

    Each side is one stretch of shifts (help, open or little, harm), so halving finds its end.
    """
    if limit <= 0:
        return None, None
    side, low, high = SIDES[word(0.0)], 0.0, limit
    at_limit = word(limit)
    if SIDES[at_limit] == side:
        return None, None
    found = at_limit
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        there = word(middle)
        if SIDES[there] == side:
            low = middle
        else:
            high, found = middle, there
    return high, found


def _point(
    arm: _Arm,
    if_worse: tuple[float | None, Word | None],
    if_better: tuple[float | None, Word | None],
) -> TippingPoint:
    """Turn shifts of the effect into shifts of this arm's missing days."""
    worse, word_if_worse = _within(arm, if_worse, arm.room_worse)
    better, word_if_better = _within(arm, if_better, arm.room_better)
    return TippingPoint(
        arm=arm.name,
        days=arm.days,
        days_missing=arm.missing,
        worse=worse,
        better=better,
        word_if_worse=word_if_worse,
        word_if_better=word_if_better,
    )


def _within(
    arm: _Arm, found: tuple[float | None, Word | None], room: float
) -> tuple[float | None, Word | None]:
    """The shift of the missing days that moves the effect so far; None beyond the scale."""
    shift, word = found
    if shift is None or not arm.missing or shift / arm.share > room:
        return None, None
    return shift / arm.share, word
