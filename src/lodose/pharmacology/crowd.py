"""Many people in compiled loops: who they are, their curves, and how often each value occurs."""

import math
from typing import Any

import numpy as np

from lodose.pharmacology.chance import normals
from lodose.pharmacology.compiling import compile_kernel
from lodose.pharmacology.kernels import OUTPUTS, curve

LOG_LOWEST = math.log(1e-6)
LOG_STEP = 0.002
LOG_BINS = 13_000  # up to 2e5 nM
SHARE_BINS = 10_000


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
def curves(
    rows: Any, kind: Any, widths: Any, doses: Any, place: Any, nodes: Any, weights: Any, out: Any
) -> None:
    """Curves of every row: nM, nM, M0, M1, M2 in `out` (5, times, people)."""
    own = np.empty((OUTPUTS, out.shape[1]))
    for n in range(rows.shape[0]):
        curve(rows[n], kind, widths, doses, place, nodes, weights, own)
        for t in range(out.shape[1]):
            own[3, t] = own[3, t] / (1.0 + own[3, t])
            for k in range(OUTPUTS):
                out[k, t, n] = own[k, t]


@compile_kernel
def count(values: Any, levels: Any, shares: Any) -> None:
    """Add each value to its bin: levels on a log scale, shares on an even one."""
    for k in range(values.shape[0]):
        for t in range(values.shape[1]):
            for n in range(values.shape[2]):
                value = values[k, t, n]
                if k < 2:
                    at = 0
                    if value > 0.0:
                        at = int((math.log(value) - LOG_LOWEST) / LOG_STEP)
                    levels[k, t, min(max(at, 0), LOG_BINS - 1)] += 1
                else:
                    at = int(value * SHARE_BINS)
                    shares[k - 2, t, min(max(at, 0), SHARE_BINS - 1)] += 1
