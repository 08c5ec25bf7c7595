"""The randomisation test: how often chance alone would have drawn a difference this large.

The only assumption is that the sequence was drawn as the protocol says. Every sequence that the
design could have drawn is laid over the same period means; the p value is the share of them with
a difference at least as large, in either direction, as the one that was seen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lodose.errors import LodoseError
from lodose.inference.sequences import (
    count_run_limited,
    run_limited_sums,
    sample_run_limited,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

LARGEST_ENUMERATION = 2**22
LARGEST_HALF = 20  # pairs in one half of the meet-in-the-middle: 2^20 sums of 8 bytes
MONTE_CARLO_DRAWS = 99_999
MONTE_CARLO_SEED = 20_240_229
TIE_TOLERANCE = 1e-9  # of the largest difference possible; sums of decimals tie only to rounding


class NoRandomisationError(LodoseError, ValueError):
    """There is no set of possible sequences to test against."""


@dataclass(frozen=True, slots=True)
class RandomisationResult:
    """A two-sided randomisation p value and what it stands on.

    Attributes
    ----------
    statistic
        Active minus comparator as seen: the mean difference of the complete pairs, or without
        pairs the difference between the arms' means of period means.
    p_value
    smallest_p_value
        The smallest p that any data could have given under this design.
    sequences
        How many sequences the design could have drawn. Pairs without data on both sides have
        dropped out and no longer double it.
    exact
        True when every sequence was counted.
    standard_error
        Of `p_value` by Monte Carlo; 0 when exact.
    """

    statistic: float
    p_value: float
    smallest_p_value: float
    sequences: int
    exact: bool
    standard_error: float


def within_pairs_test(
    differences: ArrayLike,
    *,
    draws: int = MONTE_CARLO_DRAWS,
    generator: np.random.Generator | None = None,
) -> RandomisationResult:
    """Test the order within pairs: every difference could as well have had the other sign.

    The signed sums of one half of the pairs are laid against the sorted signed sums of the other
    half, so that 2^n sequences cost about 2^(n/2) steps. Exact up to 40 pairs, beyond that by
    Monte Carlo.

    Parameters
    ----------
    differences
        (n,) active minus comparator, one for each complete pair.
    draws, generator
        For the Monte Carlo; a fixed seed when no generator is given.

    Returns
    -------
    RandomisationResult

    References
    ----------
    .. [1] Edgington ES, Onghena P. Randomization Tests. 4th ed. Chapman and Hall/CRC; 2007.
    .. [2] Horowitz E, Sahni S. Computing partitions with applications to the knapsack problem.
       J ACM 1974;21(2):277-292.

    Examples
    --------
    >>> within_pairs_test([-1.0, -2.0, -1.5]).p_value
    0.25
    """
    values = np.asarray(differences, dtype=np.float64)
    if values.ndim != 1 or values.size == 0 or not np.isfinite(values).all():
        raise NoRandomisationError(
            "A test of the order within pairs needs at least one pair with data on both sides. "
            "Mend: complete a pair."
        )
    pairs = values.size
    threshold = _threshold(abs(float(values.sum())), float(np.abs(values).sum()))
    statistic = float(values.mean())
    if pairs <= 2 * LARGEST_HALF:
        extreme = _count_sign_flips(values, threshold)
        return _exact(statistic, extreme, 2**pairs, mirrored=True)

    def sums(number: int, random: np.random.Generator) -> FloatArray:
        signs = random.integers(0, 2, size=(number, pairs), dtype=np.int8) * 2.0 - 1.0
        return np.asarray(signs @ values)

    return _monte_carlo(statistic, sums, threshold, 2**pairs, True, draws, generator)


def _count_sign_flips(values: FloatArray, threshold: float) -> int:
    if threshold <= 0:
        return int(2**values.size)
    # By symmetry the first sign is held at plus: |sum| is the same for all signs turned.
    half = values.size // 2
    first = _signed_sums(values[1 : half + 1], start=float(values[0]))
    second = np.sort(_signed_sums(values[half + 1 :], start=0.0))
    extreme = 0
    for chunk in np.array_split(first, max(1, first.size >> 16)):
        above = second.size - np.searchsorted(second, threshold - chunk, side="left")
        below = np.searchsorted(second, -threshold - chunk, side="right")
        extreme += int(above.sum()) + int(below.sum())
    return 2 * extreme


def _signed_sums(values: FloatArray, *, start: float) -> FloatArray:
    sums = np.array([start])
    for value in values:
        sums = np.concatenate((sums + value, sums - value))
    return sums


def listed_test(
    means: ArrayLike,
    treatment: ArrayLike,
    sequences: ArrayLike,
    *,
    pair: ArrayLike | None = None,
) -> RandomisationResult:
    """Test against an explicit list of sequences, each equally likely.

    Parameters
    ----------
    means
        (P,) period means, NaN where a period has no data.
    treatment
        (P,) 0 or 1 as given.
    sequences
        (S, P) 0 or 1; must contain `treatment`.
    pair
        (P,) pair index or -1. When every listed sequence splits every pair, the statistic is the
        mean pair difference, otherwise the difference of the arms' means.

    Returns
    -------
    RandomisationResult
    """
    values, given = _period_arrays(means, treatment)
    table = np.unique(np.asarray(sequences, dtype=np.int64).reshape(-1, values.size), axis=0)
    if not (table == given).all(axis=1).any():
        raise NoRandomisationError(
            "The sequence that was given is not among the listed sequences. "
            "Mend: list every sequence that could have been drawn."
        )
    groups = _pairs_split_by_all(table, pair)
    if groups is None:
        statistics = _arm_differences(values, table)
        observed = float(_arm_differences(values, given[None, :])[0])
    else:
        statistics = _pair_statistics(values, table, groups)
        observed = float(_pair_statistics(values, given[None, :], groups)[0])
    statistics = statistics[np.isfinite(statistics)]
    _need_statistic(observed)
    threshold = _threshold(abs(observed), float(np.ptp(values[np.isfinite(values)])))
    extreme = int((np.abs(statistics) >= threshold).sum())
    rows = {row.tobytes() for row in table}
    mirrored = all((1 - row).tobytes() in rows for row in table)
    return _exact(observed, extreme, statistics.size, mirrored=mirrored)


def max_run_test(
    means: ArrayLike,
    treatment: ArrayLike,
    max_run: int,
    *,
    draws: int = MONTE_CARLO_DRAWS,
    generator: np.random.Generator | None = None,
) -> RandomisationResult:
    """Test against all sequences without more than `max_run` equal arms in a row.

    The number of active periods is held at the one given, which is valid whether or not the
    design fixed it: given that number, every sequence is equally likely.

    Parameters
    ----------
    means, treatment
        As in `listed_test`.
    max_run
        Longest run of one arm that the design allows, in periods.
    draws, generator
        For the Monte Carlo used beyond 2^22 sequences; a fixed seed when none is given.

    Returns
    -------
    RandomisationResult
    """
    values, given = _period_arrays(means, treatment)
    active = int(given.sum())
    sequences = count_run_limited(given.size, active, max_run)
    changes = np.flatnonzero(np.diff(given)) + 1
    longest = max((part.size for part in np.split(given, changes)), default=0)
    if longest > max_run:
        raise NoRandomisationError(
            f"The sequence that was given has {longest} equal arms in a row, more than the "
            f"{max_run} that the design allows. Mend: correct max_run or the periods."
        )
    observed = float(_arm_differences(values, given[None, :])[0])
    _need_statistic(observed)
    threshold = _threshold(abs(observed), float(np.ptp(values[np.isfinite(values)])))
    mirrored = 2 * active == given.size
    if sequences <= LARGEST_ENUMERATION:
        statistics = _from_active_sums(values, *run_limited_sums(values, active, max_run))
        statistics = statistics[np.isfinite(statistics)]
        extreme = int((np.abs(statistics) >= threshold).sum())
        return _exact(observed, extreme, statistics.size, mirrored=mirrored)

    def draw(number: int, random: np.random.Generator) -> FloatArray:
        return _arm_differences(
            values, sample_run_limited(given.size, active, max_run, number, random)
        )

    return _monte_carlo(observed, draw, threshold, sequences, mirrored, draws, generator)


def randomisation_test(
    means: ArrayLike,
    treatment: ArrayLike,
    *,
    method: str,
    pair: ArrayLike | None = None,
    sequences: Sequence[Sequence[int]] | None = None,
    max_run: int | None = None,
    draws: int = MONTE_CARLO_DRAWS,
    generator: np.random.Generator | None = None,
) -> RandomisationResult:
    """Choose the test that belongs to the way the sequence was drawn.

    Parameters
    ----------
    means, treatment, pair
        (P,) period means (NaN without data), arms, and pair indices (-1 for none).
    method
        ``"within-pairs"``, ``"listed"`` (needs `sequences`) or ``"max-run"`` (needs `max_run`).
    sequences, max_run, draws, generator
        See `listed_test` and `max_run_test`.

    Returns
    -------
    RandomisationResult

    Raises
    ------
    NoRandomisationError
        The design drew nothing, or the sequence given could not have been drawn.
    """
    if method == "within-pairs":
        values, given = _period_arrays(means, treatment)
        if pair is None:
            raise NoRandomisationError("within-pairs needs the pair of each period. Mend: name it.")
        return within_pairs_test(
            _complete_pair_differences(values, given, np.asarray(pair)),
            draws=draws,
            generator=generator,
        )
    if method == "listed" and sequences is not None:
        return listed_test(means, treatment, sequences, pair=pair)
    if method == "max-run" and max_run is not None:
        return max_run_test(means, treatment, max_run, draws=draws, generator=generator)
    raise NoRandomisationError(
        f"The method '{method}' gives no set of sequences to test against. "
        "Mend: name within-pairs, listed with its sequences, or max-run with its limit."
    )


def _complete_pair_differences(
    values: FloatArray, given: IntArray, pair: NDArray[np.int64]
) -> FloatArray:
    found: list[float] = []
    for index in np.unique(pair[pair >= 0]):
        inside = pair == index
        active, comparator = values[inside & (given == 1)], values[inside & (given == 0)]
        if active.size != 1 or comparator.size != 1:
            raise NoRandomisationError(
                f"Pair {int(index)} does not hold one active and one comparator period. "
                "Mend: give each pair one of each."
            )
        found.append(float(active[0] - comparator[0]))
    differences = np.array(found)
    return np.asarray(differences[np.isfinite(differences)], dtype=np.float64)


def _period_arrays(means: ArrayLike, treatment: ArrayLike) -> tuple[FloatArray, IntArray]:
    values = np.asarray(means, dtype=np.float64)
    given = np.asarray(treatment, dtype=np.int64)
    if values.ndim != 1 or values.shape != given.shape:
        raise ValueError("means and treatment must be one-dimensional and of the same length")
    return values, given


def _arm_differences(values: FloatArray, table: NDArray[np.int64]) -> FloatArray:
    seen = np.isfinite(values)
    filled = np.where(seen, values, 0.0)
    arms = table.astype(np.float64)
    return _from_active_sums(values, arms @ filled, arms @ seen.astype(np.float64))


def _from_active_sums(values: FloatArray, sums: FloatArray, counts: FloatArray) -> FloatArray:
    """Difference of arm means from the sum and number of the active arm; NaN for an empty arm."""
    seen = values[np.isfinite(values)]
    others = seen.size - counts
    with np.errstate(invalid="ignore", divide="ignore"):
        difference = sums / counts - (float(seen.sum()) - sums) / others
    return np.asarray(np.where((counts > 0) & (others > 0), difference, np.nan))


def _pairs_split_by_all(
    table: NDArray[np.int64], pair: ArrayLike | None
) -> list[NDArray[np.int64]] | None:
    if pair is None:
        return None
    index = np.asarray(pair, dtype=np.int64)
    groups = [np.flatnonzero(index == number) for number in np.unique(index[index >= 0])]
    split = all(group.size == 2 and (table[:, group].sum(axis=1) == 1).all() for group in groups)
    return groups if groups and split and (index >= 0).all() else None


def _pair_statistics(
    values: FloatArray, table: NDArray[np.int64], groups: list[NDArray[np.int64]]
) -> FloatArray:
    signs = 2.0 * table - 1.0
    differences = np.stack([signs[:, group] @ values[group] for group in groups], axis=1)
    complete = np.isfinite(differences[0])
    if not complete.any():
        return np.full(table.shape[0], np.nan)
    return np.asarray(differences[:, complete].mean(axis=1))


def _need_statistic(observed: float) -> None:
    if not np.isfinite(observed):
        raise NoRandomisationError(
            "One arm has no period with data, so there is no difference to test. "
            "Mend: complete a period in each arm."
        )


def _threshold(observed: float, scale: float) -> float:
    return observed - TIE_TOLERANCE * max(scale, observed)


def _exact(
    statistic: float, extreme: int, sequences: int, *, mirrored: bool
) -> RandomisationResult:
    smallest = min(1.0, (2 if mirrored else 1) / sequences)
    return RandomisationResult(statistic, extreme / sequences, smallest, sequences, True, 0.0)


def _monte_carlo(
    statistic: float,
    draw: Callable[[int, np.random.Generator], FloatArray],
    threshold: float,
    sequences: int,
    mirrored: bool,
    draws: int,
    generator: np.random.Generator | None,
) -> RandomisationResult:
    random = np.random.default_rng(MONTE_CARLO_SEED) if generator is None else generator
    extreme, done, usable = 0, 0, 0
    while done < draws:
        number = min(10_000, draws - done)
        statistics = draw(number, random)
        statistics = statistics[np.isfinite(statistics)]
        extreme += int((np.abs(statistics) >= threshold).sum())
        usable += statistics.size
        done += number
    # The sequence that was given counts as one draw, so that p is never 0 (Davison & Hinkley).
    p = (extreme + 1) / (usable + 1)
    smallest = max((2 if mirrored else 1) / sequences, 1 / (usable + 1))
    error = sqrt(p * (1 - p) / (usable + 1))
    return RandomisationResult(statistic, p, smallest, sequences, False, error)
