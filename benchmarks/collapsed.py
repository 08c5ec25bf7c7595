"""Log density and gradient of the five parameters that are not linear, all else integrated out.

Coordinates as the first five of `benchmarks.partial`. The records and every linear column (level,
trend, period indicators, exposure at tau, exposure at once), each scaled by its prior sd, pass
one Kalman filter together, which gives the Gram matrix of the whitened columns; the coefficients,
standard normal under the prior, are then integrated by a Cholesky factor. The gradient takes the
expectation over the coefficients of the filter's own gradient (Fisher's identity), with the
filter run backwards once for all columns.
"""

import math

import numpy as np
from numba.extending import register_jitable

from benchmarks.packed import FAST, HEAD, LOG_TWO_PI, FloatArray
from benchmarks.partial import log_prior

SIZE = 5


@register_jitable(fastmath=FAST)
def build_columns(x: FloatArray, data: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Record and scaled columns by day, and the exposure's derivative with respect to z."""
    head = data[:HEAD]
    days, periods = int(head[0]), int(head[1])
    record = data[HEAD : HEAD + days]
    treatment = data[HEAD + 2 * days : HEAD + 3 * days]
    trend = data[HEAD + 3 * days : HEAD + 4 * days]
    period = data[HEAD + 4 * days : HEAD + 5 * days]
    period_sd = math.exp(x[3])
    tau = head[15] * math.exp(head[16] * x[4])
    keep0, keep1 = math.exp(-1.0 / tau), math.exp(-1.0 / head[14])
    slope_keep = keep0 / tau * head[16]
    columns = np.zeros((days, periods + 5))
    slope = np.empty(days)
    e0 = e1 = head[2]
    slope_e0 = 0.0
    for t in range(days):
        slope_e0 = slope_e0 * keep0 + slope_keep * (e0 - treatment[t])
        e0 = treatment[t] + keep0 * (e0 - treatment[t])
        e1 = treatment[t] + keep1 * (e1 - treatment[t])
        columns[t, 0] = record[t] - head[3]
        columns[t, 1] = head[4]
        columns[t, 2] = head[5] * trend[t]
        if period[t] >= 0.0:
            columns[t, 3 + int(period[t])] = period_sd
        columns[t, periods + 3] = head[12] * e0
        columns[t, periods + 4] = head[12] * e1
        slope[t] = head[12] * slope_e0
    return columns, slope


@register_jitable(fastmath=FAST)
def whiten(
    x: FloatArray, data: FloatArray, columns: FloatArray, errors: FloatArray, track: FloatArray
) -> float:
    """Kalman filter over all columns.

    Fills `errors` (days, q) with the innovations and `track` (2, days) with the predicted variance
    and one over the innovation's variance (0 on a day without a record); returns the log
    determinant of the covariance of the records.
    """
    days = columns.shape[0]
    seen = data[HEAD + days : HEAD + 2 * days]
    phi = 1.0 / (1.0 + math.exp(-x[0]))
    drift, noise = math.exp(2.0 * x[1]), math.exp(2.0 * x[2])
    count = columns.shape[1]
    mean = np.zeros(count)
    variance = drift / (1.0 - phi * phi)
    log_determinant = 0.0
    for t in range(days):
        track[0, t], track[1, t] = variance, 0.0
        gain = 0.0
        if seen[t] > 0.0:
            spread = variance + noise
            log_determinant += math.log(spread)
            track[1, t] = 1.0 / spread
            gain = variance / spread
        for j in range(count):
            error = columns[t, j] - mean[j]
            errors[t, j] = error
            mean[j] = phi * (mean[j] + gain * error)
        variance = phi * phi * variance * (1.0 - gain) + drift
    return log_determinant


@register_jitable(fastmath=FAST)
def integrate(  # noqa: C901 - one loop nest, in the order of the formulas
    head: FloatArray, errors: FloatArray, track: FloatArray, moments: FloatArray
) -> tuple[float, FloatArray]:
    """Integrate the coefficients.

    Returns the log of the integral (without the records' determinant) and, for each part of the
    onset's mixture, (share, mean, variance) of the effect in prior sds; fills `moments` (q, q)
    with the expectation of (1, -b)(1, -b)' over the coefficients b, the records' own first.
    """
    days, count = errors.shape
    known = count - 3  # level, trend, periods
    gram = np.zeros((count, count))
    for t in range(days):
        inverse = track[1, t]
        if inverse > 0.0:
            for i in range(count):
                scaled = errors[t, i] * inverse
                for j in range(i + 1):
                    gram[i, j] += scaled * errors[t, j]
    # Cholesky of I + Gram of the known columns, its inverse factor, whitened right-hand sides.
    root = np.zeros((known, known))
    back = np.zeros((known, known))
    log_root = 0.0
    for i in range(known):
        for j in range(i + 1):
            value = gram[i + 1, j + 1]
            if i == j:
                value += 1.0
            for k in range(j):
                value -= root[i, k] * root[j, k]
            if i == j:
                root[i, i] = math.sqrt(value)
                log_root += math.log(root[i, i])
            else:
                root[i, j] = value / root[j, j]
        back[i, i] = 1.0 / root[i, i]
        for j in range(i):
            value = 0.0
            for k in range(j, i):
                value -= root[i, k] * back[k, j]
            back[i, j] = value / root[i, i]
    sides = np.zeros((3, known))  # record, exposure at tau, exposure at once
    for i in range(known):
        for j in range(i + 1):
            sides[0, i] += back[i, j] * gram[j + 1, 0]
            sides[1, i] += back[i, j] * gram[known + 1, j + 1]
            sides[2, i] += back[i, j] * gram[known + 2, j + 1]
    solved = np.zeros((3, known))
    for i in range(known):
        for j in range(i, known):
            for c in range(3):
                solved[c, i] += back[j, i] * sides[c, j]

    prior_mean = head[11] / head[12]
    effect = np.empty((2, 3))
    logs = np.empty(2)
    base = gram[0, 0]
    for i in range(known):
        base -= sides[0, i] ** 2
    for c in range(2):
        precision = 1.0 + gram[known + 1 + c, known + 1 + c]
        side = gram[known + 1 + c, 0] + prior_mean
        for i in range(known):
            precision -= sides[1 + c, i] ** 2
            side -= sides[1 + c, i] * sides[0, i]
        weight = 1.0 - head[13] if c == 0 else head[13]
        logs[c] = math.log(weight) if weight > 0.0 else -math.inf
        logs[c] -= 0.5 * (math.log(precision) + prior_mean**2 - side * side / precision)
        effect[c, 1], effect[c, 2] = side / precision, 1.0 / precision
    top = max(logs[0], logs[1])
    both = math.exp(logs[0] - top) + math.exp(logs[1] - top)

    moments[:, :] = 0.0
    moments[0, 0] = 1.0
    vector = np.empty(known)
    for i in range(known):
        for j in range(i + 1):
            value = 0.0
            for k in range(i, known):
                value += back[k, i] * back[k, j]
            moments[i + 1, j + 1] = value
    for c in range(2):
        share = math.exp(logs[c] - top) / both
        effect[c, 0] = share
        mean, variance = effect[c, 1], effect[c, 2]
        place = known + 1 + c
        moments[place, 0] = -share * mean
        moments[place, place] = share * (variance + mean * mean)
        for i in range(known):
            vector[i] = solved[0, i] - mean * solved[1 + c, i]
        for i in range(known):
            tilt = solved[1 + c, i]
            moments[i + 1, 0] -= share * vector[i]
            moments[place, i + 1] = share * (vector[i] * mean - tilt * variance)
            for j in range(i + 1):
                second = vector[i] * vector[j] + tilt * solved[1 + c, j] * variance
                moments[i + 1, j + 1] += share * second
    for i in range(count):
        for j in range(i):
            moments[j, i] = moments[i, j]
    return top + math.log(both) - 0.5 * base - log_root, effect


@register_jitable(fastmath=FAST)
def filter_gradient(
    x: FloatArray,
    columns: FloatArray,
    errors: FloatArray,
    track: FloatArray,
    moments: FloatArray,
    slope: FloatArray,
    gradient: FloatArray,
) -> None:
    """Add the filter's gradient, the coefficients averaged out, to `gradient`."""
    days, count = errors.shape
    phi = 1.0 / (1.0 + math.exp(-x[0]))
    drift, noise = math.exp(2.0 * x[1]), math.exp(2.0 * x[2])
    d_mean = np.zeros(count)
    weighed = np.empty(count)
    d_phi = d_drift = d_noise = d_variance = d_z = d_log_period_sd = 0.0
    for s in range(days):
        t = days - 1 - s
        variance, inverse = track[0, t], track[1, t]
        d_drift += d_variance
        if inverse > 0.0:
            gain = variance * inverse
            squares = d_gain = 0.0
            for i in range(count):
                value = 0.0
                for j in range(count):
                    value += moments[i, j] * errors[t, j]
                weighed[i] = value * inverse
                squares += value * errors[t, i]
                d_gain += d_mean[i] * errors[t, i]
                d_phi += d_mean[i] * (columns[t, i] - errors[t, i] + gain * errors[t, i])
            d_gain *= phi
            d_phi += 2.0 * phi * variance * (1.0 - gain) * d_variance
            filtered = phi * phi * d_variance
            d_spread = -0.5 * inverse + 0.5 * squares * inverse * inverse
            d_spread += gain * gain * filtered - d_gain * gain * inverse
            d_variance = filtered * (1.0 - 2.0 * gain) + d_gain * inverse + d_spread
            d_noise += d_spread
            for i in range(count):
                d_error = phi * gain * d_mean[i] - weighed[i]
                d_mean[i] = phi * d_mean[i] - d_error
                if i == count - 2:
                    d_z += d_error * slope[t]
                elif 3 <= i < count - 2:
                    d_log_period_sd += d_error * columns[t, i]
        else:
            for i in range(count):
                d_phi += d_mean[i] * (columns[t, i] - errors[t, i])
                d_mean[i] *= phi
            d_phi += 2.0 * phi * variance * d_variance
            d_variance *= phi * phi
    stationary = 1.0 / (1.0 - phi * phi)
    d_drift += d_variance * stationary
    d_phi += d_variance * drift * 2.0 * phi * stationary * stationary
    gradient[0] += d_phi * phi * (1.0 - phi)
    gradient[1] += 2.0 * drift * d_drift
    gradient[2] += 2.0 * noise * d_noise
    gradient[3] += d_log_period_sd
    gradient[4] += d_z


@register_jitable(fastmath=FAST)
def log_density(x: FloatArray, data: FloatArray, gradient: FloatArray) -> float:
    """Log of prior times likelihood at `x`, all linear terms integrated; overwrites `gradient`."""
    head = data[:HEAD]
    days, count = int(head[0]), int(head[1]) + 5
    gradient[:] = 0.0
    total = log_prior(x, head, gradient)
    columns, slope = build_columns(x, data)
    errors, track = np.empty((days, count)), np.empty((2, days))
    total -= 0.5 * whiten(x, data, columns, errors, track)
    moments = np.empty((count, count))
    integral, _ = integrate(head, errors, track, moments)
    filter_gradient(x, columns, errors, track, moments, slope, gradient)
    seen = data[HEAD + days : HEAD + 2 * days].sum()
    return total + integral - 0.5 * seen * LOG_TWO_PI


@register_jitable(fastmath=FAST)
def log_density_by_differences(x: FloatArray, data: FloatArray, gradient: FloatArray) -> float:
    """The same with the gradient by central differences, as without pencil and paper."""
    scratch = np.empty(SIZE)
    point = x.copy()
    for k in range(SIZE):
        step = 1e-5
        point[k] = x[k] + step
        above = log_density_alone(point, data, scratch)
        point[k] = x[k] - step
        gradient[k] = (above - log_density_alone(point, data, scratch)) / (2.0 * step)
        point[k] = x[k]
    return log_density_alone(x, data, scratch)


@register_jitable(fastmath=FAST)
def log_density_alone(x: FloatArray, data: FloatArray, scratch: FloatArray) -> float:
    """Log density without its gradient."""
    head = data[:HEAD]
    days, count = int(head[0]), int(head[1]) + 5
    scratch[:] = 0.0
    total = log_prior(x, head, scratch)
    columns, _ = build_columns(x, data)
    errors, track = np.empty((days, count)), np.empty((2, days))
    total -= 0.5 * whiten(x, data, columns, errors, track)
    integral, _ = integrate(head, errors, track, np.empty((count, count)))
    seen = data[HEAD + days : HEAD + 2 * days].sum()
    return total + integral - 0.5 * seen * LOG_TWO_PI


@register_jitable(fastmath=FAST)
def effect_given(x: FloatArray, data: FloatArray) -> FloatArray:
    """(share, mean, variance) of the effect, in prior sds, for the two parts of the mixture."""
    head = data[:HEAD]
    days, count = int(head[0]), int(head[1]) + 5
    columns, _ = build_columns(x, data)
    errors, track = np.empty((days, count)), np.empty((2, days))
    whiten(x, data, columns, errors, track)
    _, effect = integrate(head, errors, track, np.empty((count, count)))
    return effect
