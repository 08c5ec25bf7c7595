"""The walk over all nodes of the quadrature, in compiled loops.

`lodose.inference.kernels` does the linear algebra at a node; here the nodes are laid and weights
put together. `reference.py` says the same in matrices.
"""

import math
from typing import Any

import numpy as np

from lodose.inference.kernel_cache import compile_kernel
from lodose.inference.kernels import (
    gram_matrix,
    project,
    reduce_periods,
    smallest_residual,
    whiten,
)

DRIFT, NOISE, PERIOD, ROUNDING = 0, 1, 2, 3
"""Places in `scales`: half-normal scales of su, se and so, and the variance of rounding."""


@compile_kernel
def raise_peak(peak: Any, node: int, log_flat: float, log_given: float) -> None:
    """Remember the largest log weight met at a node."""
    peak[0, node] = max(peak[0, node], log_flat)
    peak[1, node] = max(peak[1, node], log_given)


@compile_kernel
def scale_centre(rss: float, free: float, bend: float) -> tuple[float, float]:
    """Mode of s^2 and spread of log s.

    With all linear terms free the log density of log s is -free log s - rss / 2 s^2 - bend s^2 / 2,
    whose mode solves bend s^4 + free s^2 - rss = 0 (written so that nothing cancels).
    """
    mode = 2.0 * rss / (free + math.sqrt(free * free + 4.0 * bend * rss))
    return mode, 1.0 / math.sqrt(2.0 * rss / mode + 2.0 * bend * mode)


@compile_kernel
def visit_scales(
    common: float,
    powers: float,
    bend: float,
    rounding: float,
    records: int,
    node: Any,
    precision: Any,
    effect_prior: Any,
    hermite: Any,
    log_hermite: Any,
    log_onset: Any,
    reach: float,
    tables: Any,
    best: Any,
    peaks: Any,
    out: Any,
    out_index: Any,
    filled: int,
) -> int:
    """All scales s and onsets tau at one (phi, w, r); returns how many rows of `out` are filled.

    `node` holds the numbers of the phi, w and r nodes; `tables` the reduced Gram matrix and room to
    work in; `best` the largest log weight so far, under the flat prior and under the given one.
    """
    reduced, reduced_square, hold, root, q_ey, q_ee, place = tables
    fixed = reduced.shape[0]
    pilot = out.shape[0] == 0
    flat = math.isinf(effect_prior[1])
    log_mode, spread, ratio = place
    for h in range(hermite.size):
        log_s = log_mode + spread * hermite[h]
        inverse_square = math.exp(-2.0 * log_s)
        q_yy, half_log_det = project(
            reduced, reduced_square, fixed, inverse_square, precision, hold, q_ey, q_ee, root
        )
        here = common + log_hermite[h] - half_log_det
        here += (powers - records) * log_s
        here -= 0.5 * (q_yy + rounding * inverse_square + bend / inverse_square)
        for k in range(log_onset.size):
            variance = 1.0 / q_ee[k]
            mean = q_ey[k] * variance
            log_flat = here + 0.5 * (q_ey[k] * mean + math.log(variance)) + log_onset[k]
            log_given = log_flat
            if not flat:
                total = variance + effect_prior[1]
                miss = mean - effect_prior[0]
                log_given -= 0.5 * (miss * miss / total + math.log(total))
            best[0] = max(best[0], log_flat)
            best[1] = max(best[1], log_given)
            if pilot:
                raise_peak(peaks[0], node[0], log_flat, log_given)
                raise_peak(peaks[1], node[1], log_flat, log_given)
                raise_peak(peaks[2], node[2], log_flat, log_given)
                raise_peak(peaks[3], k, log_flat, log_given)
            elif log_flat > best[0] - reach or log_given > best[1] - reach:
                out[filled, 0] = mean
                out[filled, 1] = variance
                out[filled, 2] = log_flat
                out[filled, 3] = log_s
                out[filled, 4] = ratio
                out_index[filled, 0] = node[0]
                out_index[filled, 1] = node[1]
                out_index[filled, 2] = k
                filled += 1
    return filled


@compile_kernel
def quadrature(
    observed: Any,
    design: Any,
    fixed: int,
    periods: int,
    precision: Any,
    scales: Any,
    effect_prior: Any,
    phi: Any,
    log_phi: Any,
    angle: Any,
    log_angle: Any,
    ratio_box: Any,
    ratio_count: int,
    hermite: Any,
    log_hermite: Any,
    log_onset: Any,
    reach: float,
    peaks: Any,
    out: Any,
    out_index: Any,
) -> int:
    """Walk all nodes; keep those within `reach` (log) of the best so far.

    Parameters
    ----------
    design : (T, C) record, level, trend, known columns (`fixed` in all), periods, exposures.
    scales : (4,) half-normal scales of su, se, so (0 leaves the part out), variance of rounding.
    effect_prior : (2,) mean and variance; variance inf is flat.
    ratio_box : (2,) part of the range of u that is looked at, (0, 1) for all.
    peaks : four of (2, nodes), largest log weight met at each node of phi, w, r and tau, under the
        flat prior and the given one.
    out : (m, 5) effect mean, variance, log weight (flat), log s, r; empty for a pilot, which only
        notes the peaks.
    out_index : (m, 3) numbers of the phi, w and tau nodes.

    Returns
    -------
    int
        How many rows of `out` are filled.
    """
    columns = design.shape[1]
    base = fixed + periods
    onsets = columns - base
    records = int(observed.sum())
    white, state = np.empty((records, columns)), np.empty(columns)
    gram, square = np.empty((base, columns)), np.empty(onsets)
    factor, work = np.zeros((periods, periods)), np.empty((periods, fixed + onsets))
    reduced, reduced_square = np.empty((fixed, fixed + onsets)), np.empty(onsets)
    hold, root = np.empty((fixed, fixed + onsets)), np.empty((fixed - 1, fixed - 1))
    q_ey, q_ee = np.empty(onsets), np.empty(onsets)
    ridge = np.empty(fixed - 1)
    with_drift, with_periods = scales[DRIFT] > 0.0, scales[PERIOD] > 0.0
    powers = 1.0 + with_drift + with_periods
    rounding = scales[ROUNDING]
    best = np.array([-np.inf, -np.inf])
    for peak in peaks:
        peak[:] = -np.inf
    filled = 0
    for i in range(phi.size):
        for j in range(angle.size):
            sine, cosine = math.sin(angle[j]), math.cos(angle[j])
            half_log_v = whiten(phi[i], sine, cosine, observed, design, white, state)
            gram_matrix(white, base, gram, square)
            bend_noise = (cosine / scales[NOISE]) ** 2
            if with_drift:
                bend_noise += (sine / scales[DRIFT]) ** 2
            unit, top = 0.0, 0.0
            if with_periods:
                trace = 0.0
                for p in range(fixed, base):
                    trace += gram[p, p]
                unit = 1.0 / math.sqrt(trace / periods)
                reduce_periods(
                    gram, square, fixed, periods, 30.0 * unit, work, reduced, reduced_square, factor
                )
                rss = rounding + smallest_residual(
                    reduced, reduced_square, fixed, hold, q_ey, q_ee, root, ridge
                )
                top = math.asinh(4.5 * scales[PERIOD] / (math.sqrt(rss / (records - 1)) * unit))
            step = (ratio_box[1] - ratio_box[0]) * top / max(ratio_count - 1, 1)
            for g in range(ratio_count):
                u = ratio_box[0] * top + step * g
                ratio = unit * math.sinh(u)
                bend, log_ratio = bend_noise, 0.0
                if with_periods:
                    bend += (ratio / scales[PERIOD]) ** 2
                    log_ratio = math.log(step * unit * math.cosh(u))
                    if g == 0 or g == ratio_count - 1:  # ends of the trapezoid; even at u = 0
                        log_ratio -= math.log(2.0)
                half_log_m = reduce_periods(
                    gram, square, fixed, periods, ratio, work, reduced, reduced_square, factor
                )
                rss = rounding + smallest_residual(
                    reduced, reduced_square, fixed, hold, q_ey, q_ee, root, ridge
                )
                mode, spread = scale_centre(rss, records - fixed - powers, bend)
                common = log_phi[i] + log_angle[j] + log_ratio - half_log_v - half_log_m
                tables = (
                    reduced, reduced_square, hold, root, q_ey, q_ee,
                    (0.5 * math.log(mode), spread, ratio),
                )  # fmt: skip
                filled = visit_scales(
                    common + math.log(spread), powers, bend, rounding, records, (i, j, g),
                    precision, effect_prior, hermite, log_hermite, log_onset, reach, tables,
                    best, peaks, out, out_index, filled,
                )  # fmt: skip
    return filled
