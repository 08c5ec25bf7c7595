"""Many people in compiled loops: who they are, and how often each value occurs."""

import math
from typing import Any

import numpy as np

from lodose.pharmacology.arrays import FloatArray
from lodose.pharmacology.chance import normals
from lodose.pharmacology.compiling import compile_kernel

LEVEL_SHIFT = 43  # leaves 9 of the 52 bits after the point
LEVEL_LOWEST = (1023 - 20) << 9  # 1e-6 nM
LEVEL_BINS = 38 << 9  # up to 2.6e5 nM
SHARE_BINS = 4_000


@compile_kernel
def draw(first: int, seed: int, centre: Any, weights: Any, rows: Any) -> None:
    """Fill `rows` (people, 16) with exp(centre + weights z), z the person's own numbers.

    Summed in a fixed order, so that nobody depends on how many others are drawn.
    """
    size = weights.shape[1]
    own = np.empty(size)
    for n in range(rows.shape[0]):
        normals(first + n, seed, own)
        for i in range(rows.shape[1]):
            total = centre[i]
            for j in range(size):
                if weights[i, j] != 0.0:
                    total += weights[i, j] * own[j]
            rows[n, i] = math.exp(total)


@compile_kernel
def count(values: Any, levels: Any, shares: Any) -> None:
    """Add each value to its bin: of `values` (5 or 3, times, people) the last three are shares.

    The bin of a level is the head of the number itself: its exponent and nine bits after the
    point, so that a bin is 0.2 % wide at most and no logarithm is taken.
    """
    above = values.shape[0] - 3
    for k in range(values.shape[0]):
        for t in range(values.shape[1]):
            here = values[k, t]
            if k < above:
                bins = levels[k, t]
                for n in range(here.size):
                    at = (np.float64(here[n]).view(np.int64) >> LEVEL_SHIFT) - LEVEL_LOWEST
                    bins[min(max(at, 0), LEVEL_BINS - 1)] += 1
            else:
                bins = shares[k - above, t]
                for n in range(here.size):
                    bins[min(int(here[n] * SHARE_BINS), SHARE_BINS - 1)] += 1


def level_edges() -> FloatArray:
    """Edges of the bins of levels, nM."""
    heads = np.arange(LEVEL_BINS + 1, dtype=np.int64) + LEVEL_LOWEST
    found: FloatArray = (heads << LEVEL_SHIFT).view(np.float64)
    return found
