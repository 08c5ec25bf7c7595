"""Paired period means: the plain comparison that stands beside the model.

Single days follow each other too closely to be counted as independent. The mean of a period is
one number, and the difference within a pair of periods is one independent answer; Student's t on
those few answers is honest even where no model is believed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lodose.errors import LodoseError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FEWEST_PAIRS = 2
FEWEST_PERIODS_AN_ARM = 2
ROUNDING = 1e-12  # a standard error below this is rounding, not variation


class TooFewPeriodsError(LodoseError, ValueError):
    """Fewer periods or pairs with data than a comparison with an interval needs."""


@dataclass(frozen=True, slots=True)
class PeriodMean:
    """One period in numbers, transition days left out.

    Attributes
    ----------
    period
        Index of the period, as given.
    pair
        Index of its pair, or -1 when it has none.
    treatment
        1 on the active treatment, 0 on the comparator.
    days
        Days that count (inside the period, transition days left out), observed or not.
    days_observed
        Days of these with a value.
    mean, sd
        Of the observed days; NaN where there are none (mean) or fewer than two (sd).
    """

    period: int
    pair: int
    treatment: int
    days: int
    days_observed: int
    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """Active minus comparator from period means, with Student's t interval.

    Attributes
    ----------
    method
        ``"pairs"`` (one-sample t on differences within pairs) or ``"welch"`` (no pairs).
    difference, standard_error, degrees_of_freedom, lower, upper, p_value
        The estimate; `p_value` is two-sided for a difference of zero.
    pair_indices, pair_differences
        The complete pairs, in order; empty for ``"welch"``.
    """

    method: str
    difference: float
    standard_error: float
    degrees_of_freedom: float
    lower: float
    upper: float
    p_value: float
    pair_indices: tuple[int, ...]
    pair_differences: tuple[float, ...]


def days_in_transition(
    treatment: ArrayLike, transition_days: int, *, initial_treatment: int = 0
) -> NDArray[np.bool_]:
    """Mark the first days after every change of treatment.

    Parameters
    ----------
    treatment
        (T,) 0 or 1 for every calendar day.
    transition_days
        How many days after a change (the day of the change included) still carry the other arm.
    initial_treatment
        What was taken before the first day.

    Returns
    -------
    (T,) bool
    """
    arm = np.asarray(treatment, dtype=np.int64)
    if transition_days < 0:
        raise ValueError(f"transition_days must be 0 or more, got {transition_days}")
    before = np.concatenate(([initial_treatment], arm[:-1]))
    day = np.arange(arm.size)
    last_change = np.maximum.accumulate(np.where(arm != before, day, -arm.size - transition_days))
    return day - last_change < transition_days


def period_means(
    outcome: ArrayLike,
    treatment: ArrayLike,
    period: ArrayLike,
    *,
    pair: ArrayLike | None = None,
    transition_days: int = 0,
    initial_treatment: int = 0,
) -> tuple[PeriodMean, ...]:
    """Summarise each period by the mean of its observed days.

    Parameters
    ----------
    outcome
        (T,) one value a calendar day, NaN where missing.
    treatment
        (T,) 0 or 1.
    period
        (T,) index of the period, -1 on days outside any.
    pair
        (T,) index of the pair, -1 where there is none; None when the design has no pairs.
    transition_days, initial_treatment
        See `days_in_transition`.

    Returns
    -------
    tuple of PeriodMean
        In the order of the period index, periods without data included.
    """
    values = np.asarray(outcome, dtype=np.float64)
    arm = np.asarray(treatment, dtype=np.int64)
    index = np.asarray(period, dtype=np.int64)
    pair_of_day = np.full(index.shape, -1) if pair is None else np.asarray(pair, dtype=np.int64)
    if not values.shape == arm.shape == index.shape == pair_of_day.shape:
        raise ValueError("outcome, treatment, period and pair must have the same length")
    kept = ~days_in_transition(arm, transition_days, initial_treatment=initial_treatment)
    return tuple(
        _summarise(number, index == number, kept, values, arm, pair_of_day)
        for number in np.unique(index[index >= 0]).tolist()
    )


def _summarise(
    number: int,
    inside: NDArray[np.bool_],
    kept: NDArray[np.bool_],
    values: FloatArray,
    arm: IntArray,
    pair: IntArray,
) -> PeriodMean:
    arms, pairs = np.unique(arm[inside]), np.unique(pair[inside])
    if arms.size != 1 or pairs.size != 1:
        raise ValueError(f"period {number} holds more than one arm or pair")
    used = values[inside & kept]
    seen = used[np.isfinite(used)]
    return PeriodMean(
        period=number,
        pair=int(pairs[0]),
        treatment=int(arms[0]),
        days=int(used.size),
        days_observed=int(seen.size),
        mean=float(seen.mean()) if seen.size else float("nan"),
        sd=float(seen.std(ddof=1)) if seen.size > 1 else float("nan"),
    )


def pair_differences(periods: tuple[PeriodMean, ...]) -> dict[int, float]:
    """Active minus comparator for each pair that has data on both sides, by pair index.

    A pair with several periods an arm is compared by the mean of its period means.
    """
    sides: dict[int, tuple[list[float], list[float]]] = {}
    for item in periods:
        if item.pair >= 0 and item.days_observed > 0:
            sides.setdefault(item.pair, ([], []))[item.treatment].append(item.mean)
    return {
        index: float(np.mean(active) - np.mean(comparator))
        for index, (comparator, active) in sorted(sides.items())
        if active and comparator
    }


def paired_means(periods: tuple[PeriodMean, ...], *, level: float = 0.95) -> MeanDifference:
    """Compare the arms by period means.

    With pairs: a one-sample t on the differences within pairs. Pairs with data on one side only
    drop out. Without pairs: Welch's t on the period means, because the periods of a design
    without pairs often differ in length between the arms, and so do the variances of their
    means; where they do not, Welch costs little precision, and with two periods an arm its wide
    interval says truly how little two periods show.

    Parameters
    ----------
    periods
        From `period_means`.
    level
        Coverage of the interval.

    Returns
    -------
    MeanDifference

    Raises
    ------
    TooFewPeriodsError
        Fewer than two complete pairs, or without pairs fewer than two periods with data in an
        arm, or no variation at all between them: there is then no interval to give.

    References
    ----------
    .. [1] Senn S. Sample size considerations for n-of-1 trials. Stat Methods Med Res
       2019;28(2):372-383.
    .. [2] Welch BL. The generalization of "Student's" problem when several different population
       variances are involved. Biometrika 1947;34:28-35.

    Examples
    --------
    >>> import numpy as np
    >>> periods = period_means([5, 3, 4, 4, 6, 3], [0, 1, 0, 1, 0, 1], np.arange(6),
    ...                        pair=[0, 0, 1, 1, 2, 2])
    >>> round(paired_means(periods).difference, 4)
    -1.6667
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    if any(item.pair >= 0 for item in periods):
        differences = pair_differences(periods)
        return _from_pairs(differences, level)
    return _welch(periods, level)


def _from_pairs(differences: dict[int, float], level: float) -> MeanDifference:
    values = np.array(list(differences.values()))
    if values.size < FEWEST_PAIRS:
        raise TooFewPeriodsError(
            f"{values.size} complete pair(s) of periods; an interval needs at least "
            f"{FEWEST_PAIRS}. Mend: complete more pairs."
        )
    error = float(values.std(ddof=1) / np.sqrt(values.size))
    freedom = float(values.size - 1)
    return _student("pairs", float(values.mean()), error, freedom, level, differences)


def _welch(periods: tuple[PeriodMean, ...], level: float) -> MeanDifference:
    arms = [
        np.array([p.mean for p in periods if p.treatment == arm and p.days_observed > 0])
        for arm in (0, 1)
    ]
    fewest = min(arm.size for arm in arms)
    if fewest < FEWEST_PERIODS_AN_ARM:
        raise TooFewPeriodsError(
            f"{fewest} period(s) with data in one arm; an interval needs at least "
            f"{FEWEST_PERIODS_AN_ARM} in each. Mend: complete more periods."
        )
    parts = [float(arm.var(ddof=1) / arm.size) for arm in arms]
    variance = sum(parts)
    spread = sum(part**2 / (arm.size - 1) for part, arm in zip(parts, arms, strict=True))
    freedom = variance**2 / spread if spread > 0 else 0.0
    difference = float(arms[1].mean() - arms[0].mean())
    return _student("welch", difference, float(np.sqrt(variance)), freedom, level, {})


def _student(
    method: str,
    difference: float,
    error: float,
    freedom: float,
    level: float,
    pairs: dict[int, float],
) -> MeanDifference:
    from scipy.special import stdtr, stdtrit  # scipy.stats costs most of a second to import

    if not error > ROUNDING * max(1.0, abs(difference)):
        raise TooFewPeriodsError(
            "The period means do not vary at all, so no interval can be given. "
            "Mend: check that the outcome was recorded day by day."
        )
    half = float(stdtrit(freedom, 0.5 + level / 2)) * error
    return MeanDifference(
        method=method,
        difference=difference,
        standard_error=error,
        degrees_of_freedom=freedom,
        lower=difference - half,
        upper=difference + half,
        p_value=float(2 * stdtr(freedom, -abs(difference) / error)),
        pair_indices=tuple(pairs),
        pair_differences=tuple(pairs.values()),
    )
