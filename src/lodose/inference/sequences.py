"""Sequences of two arms in which no arm stands more than a given number of times in a row.

Counting, drawing uniformly, and summing over all of them: one state machine (periods left, active
periods left, arm last given, length of the run it stands in) serves the three.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@cache
def _ways(periods: int, active: int, last: int, run: int, max_run: int) -> int:
    """Count the ways to go on for `periods` more, `active` of them on the active treatment."""
    if active < 0 or active > periods:
        return 0
    if periods == 0:
        return 1
    total = 0
    for arm in (0, 1):
        length = run + 1 if arm == last else 1
        if length <= max_run:
            total += _ways(periods - 1, active - arm, arm, length, max_run)
    return total


def count_run_limited(periods: int, active: int, max_run: int) -> int:
    """Count the sequences of `periods` with `active` active ones and runs up to `max_run`.

    Examples
    --------
    >>> count_run_limited(4, 2, 2)
    6
    >>> count_run_limited(4, 2, 1)
    2
    """
    if max_run < 1:
        raise ValueError(f"max_run must be 1 or more, got {max_run}")
    for length in range(periods):  # fill the cache from the short end: no deep recursion
        for number in range(active + 1):
            _ways(length, number, -1, 0, max_run)
    return _ways(periods, active, -1, 0, max_run)


def run_limited_sums(means: FloatArray, active: int, max_run: int) -> tuple[FloatArray, FloatArray]:
    """For every possible sequence: the sum and the number of period means on active.

    Parameters
    ----------
    means
        (P,) period means; NaN (no data) adds nothing to either.
    active, max_run
        As in `count_run_limited`.

    Returns
    -------
    sums, counts : (S,) float
        In the lexicographic growth order of the sequences; memory is about 30 bytes a sequence.
    """
    periods = means.size
    sums, counts = np.zeros(1), np.zeros(1)
    given = np.zeros(1, dtype=np.int16)
    last, run = np.full(1, -1, dtype=np.int8), np.zeros(1, dtype=np.int16)
    for step in range(periods):
        value, seen = (means[step], 1.0) if np.isfinite(means[step]) else (0.0, 0.0)
        left = periods - step - 1
        grown = []
        for arm in (0, 1):
            length = np.where(last == arm, run + 1, 1).astype(np.int16)
            total = (given + arm).astype(np.int16)
            keep = (length <= max_run) & _can_finish(left, active - total, arm, length, max_run)
            grown.append(
                (
                    sums[keep] + arm * value,
                    counts[keep] + arm * seen,
                    total[keep],
                    np.full(int(keep.sum()), arm, dtype=np.int8),
                    length[keep],
                )
            )
        sums, counts, given, last, run = (np.concatenate(part) for part in zip(*grown, strict=True))
    return sums, counts


def _can_finish(
    left: int,
    active_left: NDArray[np.int16],
    arm: int,
    length: NDArray[np.int16],
    max_run: int,
) -> NDArray[np.bool_]:
    possible = np.zeros(active_left.shape, dtype=np.bool_)
    for needed in np.unique(active_left).tolist():
        for run in np.unique(length).tolist():
            if run <= max_run and _ways(left, needed, arm, run, max_run) > 0:
                possible |= (active_left == needed) & (length == run)
    return possible


def sample_run_limited(
    periods: int, active: int, max_run: int, number: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Draw sequences uniformly among all that are possible.

    Each step chooses its arm in proportion to the number of ways to finish from there.

    Returns
    -------
    (number, periods) int64
        0 or 1.
    """
    if count_run_limited(periods, active, max_run) == 0:
        raise ValueError(
            f"no sequence of {periods} periods with {active} active and runs up to {max_run}"
        )
    table = np.zeros((number, periods), dtype=np.int64)
    given = np.zeros(number, dtype=np.int64)
    last, run = np.full(number, 2), np.zeros(number, dtype=np.int64)
    for step in range(periods):
        chances = _chances_of_active(periods - step, active, max_run)
        chosen = (generator.random(number) < chances[active - given, last, run]).astype(np.int64)
        run = np.where(chosen == last, run + 1, 1)
        last = chosen
        given = given + chosen
        table[:, step] = chosen
    return table


@cache
def _chances_of_active(left: int, active: int, max_run: int) -> FloatArray:
    """Chance that the next arm is active, by active periods left, last arm (2: none) and run."""
    chances = np.zeros((active + 1, 3, max_run + 1))
    for active_left in range(active + 1):
        for last, run in [(2, 0)] + [(arm, n) for arm in (0, 1) for n in range(1, max_run + 1)]:
            arm = last if last < 2 else -1
            total = _ways(left, active_left, arm, run, max_run)
            length = run + 1 if last == 1 else 1
            if total > 0 and length <= max_run:
                # Whole numbers may exceed what a float holds; their ratio does not.
                ways = _ways(left - 1, active_left - 1, 1, length, max_run)
                chances[active_left, last, run] = ways / total
    return chances
