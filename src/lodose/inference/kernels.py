"""The linear algebra of one node in compiled loops; `reference.py` says the same in matrices.

The order of work follows what depends on what. One pass of a Kalman filter for each (phi, w)
whitens all columns together, since its gains do not depend on the data; a Cholesky factor of the
period block for each r; one small solve for each s; and for each tau only a handful of products.

Columns of the stacked design, in this order: record, level, trend, known columns | periods |
exposures, one for each onset.
"""

import math
from typing import Any

from lodose.inference.kernel_cache import compile_kernel

SMALLEST_RESIDUAL = 1e-9


@compile_kernel
def whiten(
    phi: float, drift: float, noise: float, observed: Any, design: Any, white: Any, state: Any
) -> float:
    """Whiten all columns by the filter of AR(1) plus noise; returns half the log determinant.

    `white` (n, C) gets a row for each record; a day without a record only predicts.
    """
    columns = design.shape[1]
    drift_variance = drift * drift
    noise_variance = noise * noise
    variance = drift_variance / (1.0 - phi * phi)
    state[:] = 0.0
    half_log_det = 0.0
    row = 0
    for day in range(design.shape[0]):
        if observed[day]:
            total = variance + noise_variance
            root = math.sqrt(total)
            gain = phi * variance / total
            inverse = 1.0 / root
            for c in range(columns):
                surprise = design[day, c] - state[c]
                white[row, c] = surprise * inverse
                state[c] = phi * state[c] + gain * surprise
            half_log_det += math.log(root)
            variance = phi * phi * variance * (noise_variance / total) + drift_variance
            row += 1
        else:
            for c in range(columns):
                state[c] = phi * state[c]
            variance = phi * phi * variance + drift_variance
    return half_log_det


@compile_kernel
def gram_matrix(white: Any, base: int, gram: Any, square: Any) -> None:
    """Products of the first `base` columns with all, and each exposure with itself."""
    rows, columns = white.shape
    gram[:, :] = 0.0
    square[:] = 0.0
    whole = rows - rows % 4
    for i in range(0, whole, 4):  # four records at a time: a quarter of the loads and stores
        for b in range(base):
            one = white[i, b]
            two = white[i + 1, b]
            three = white[i + 2, b]
            four = white[i + 3, b]
            if four != 0.0 or three != 0.0 or two != 0.0 or one != 0.0:
                for c in range(b, columns):
                    gram[b, c] += (
                        one * white[i, c]
                        + two * white[i + 1, c]
                        + three * white[i + 2, c]
                        + four * white[i + 3, c]
                    )
    for i in range(whole, rows):
        for b in range(base):
            value = white[i, b]
            for c in range(b, columns):
                gram[b, c] += value * white[i, c]
    for i in range(rows):
        for k in range(base, columns):
            square[k - base] += white[i, k] * white[i, k]


@compile_kernel
def reduce_periods(
    gram: Any,
    square: Any,
    fixed: int,
    periods: int,
    ratio: float,
    work: Any,
    reduced: Any,
    reduced_square: Any,
    factor: Any,
) -> float:
    """Take the period effects (sd `ratio` times s) out of the Gram matrix.

    M = I + r^2 G = L L'; every entry loses h_c . h_d with h_c = r L^-1 H_c. Returns half the log
    determinant of M. `reduced` (fixed, fixed + K).
    """
    base = fixed + periods
    onsets = gram.shape[1] - base
    width = fixed + onsets
    for a in range(fixed):
        for c in range(a, fixed):
            reduced[a, c] = gram[a, c]
        for k in range(onsets):
            reduced[a, fixed + k] = gram[a, base + k]
    reduced_square[:] = square
    half_log_det = 0.0
    if ratio == 0.0:
        return half_log_det
    square_ratio = ratio * ratio
    for i in range(periods):
        for j in range(i + 1):
            total = square_ratio * gram[fixed + j, fixed + i]
            if i == j:
                total += 1.0
            for m in range(j):
                total -= factor[i, m] * factor[j, m]
            if i == j:
                factor[i, i] = math.sqrt(total)
            else:
                factor[i, j] = total / factor[j, j]
        half_log_det += math.log(factor[i, i])
        for c in range(fixed):
            work[i, c] = ratio * gram[c, fixed + i]
        for k in range(onsets):
            work[i, fixed + k] = ratio * gram[fixed + i, base + k]
        for m in range(i):
            coefficient = factor[i, m]
            if coefficient != 0.0:
                for c in range(width):
                    work[i, c] -= coefficient * work[m, c]
        inverse = 1.0 / factor[i, i]
        for c in range(width):
            work[i, c] *= inverse
    for i in range(periods):
        for a in range(fixed):
            value = work[i, a]
            for c in range(a, width):
                reduced[a, c] -= value * work[i, c]
        for k in range(onsets):
            reduced_square[k] -= work[i, fixed + k] * work[i, fixed + k]
    return half_log_det


@compile_kernel
def project(
    reduced: Any,
    reduced_square: Any,
    fixed: int,
    inverse_square: float,
    precision: Any,
    hold: Any,
    q_ey: Any,
    q_ee: Any,
    root: Any,
) -> tuple[float, float]:
    """Integrate the level, trend and columns out, at noise scale s with 1/s^2 = `inverse_square`.

    Fills the exposures' products with the record (`q_ey`) and themselves (`q_ee`), both given
    everything else; returns the record's own product and half the log determinant.
    """
    onsets = q_ey.size
    width = fixed + onsets
    terms = fixed - 1
    for c in range(width):
        hold[0, c] = reduced[0, c] * inverse_square
    q_yy = hold[0, 0]
    half_log_det = 0.0
    for i in range(terms):
        for j in range(i + 1):
            total = reduced[1 + j, 1 + i] * inverse_square
            if i == j:
                total += precision[i]
            for m in range(j):
                total -= root[i, m] * root[j, m]
            if i == j:
                root[i, i] = math.sqrt(total)
            else:
                root[i, j] = total / root[j, j]
        half_log_det += math.log(root[i, i])
        row = hold[1 + i]
        row[0] = reduced[0, 1 + i] * inverse_square
        for k in range(onsets):
            row[fixed + k] = reduced[1 + i, fixed + k] * inverse_square
        for m in range(i):
            coefficient = root[i, m]
            row[0] -= coefficient * hold[1 + m, 0]
            for k in range(onsets):
                row[fixed + k] -= coefficient * hold[1 + m, fixed + k]
        inverse = 1.0 / root[i, i]
        row[0] *= inverse
        q_yy -= row[0] * row[0]
        for k in range(onsets):
            row[fixed + k] *= inverse
    for k in range(onsets):
        q_ey[k] = hold[0, fixed + k]
        q_ee[k] = reduced_square[k] * inverse_square
    for i in range(terms):
        y_part = hold[1 + i, 0]
        for k in range(onsets):
            e_part = hold[1 + i, fixed + k]
            q_ey[k] -= y_part * e_part
            q_ee[k] -= e_part * e_part
    return q_yy, half_log_det


@compile_kernel
def smallest_residual(
    reduced: Any,
    reduced_square: Any,
    fixed: int,
    hold: Any,
    q_ey: Any,
    q_ee: Any,
    root: Any,
    ridge: Any,
) -> float:
    """Residual sum of squares at s = 1 with all terms free, at the best onset."""
    for i in range(fixed - 1):  # relative: keeps columns that say the same from dividing by zero
        ridge[i] = 1e-12 * reduced[1 + i, 1 + i] + 1e-30
    q_yy, _ = project(reduced, reduced_square, fixed, 1.0, ridge, hold, q_ey, q_ee, root)
    best = 0.0
    for k in range(q_ey.size):
        explained = q_ey[k] * q_ey[k] / q_ee[k]
        best = max(best, explained)
    return float(max(q_yy - best, SMALLEST_RESIDUAL * q_yy))


@compile_kernel
def build_up(treatment: Any, onset_days: Any, initial: float, design: Any, first: int) -> None:
    """Exposures by first-order build-up and wash-out, into the columns from `first` on."""
    for k in range(onset_days.size):
        rate = -math.expm1(-1.0 / onset_days[k])
        level = initial
        for day in range(treatment.size):
            level += (treatment[day] - level) * rate
            design[day, first + k] = level
