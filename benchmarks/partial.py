"""Log density and gradient with the period effects sampled and the daily drift integrated out.

Coordinates of a trial with P periods, all without bounds and of size one under the prior:

    x[0..4]  logit phi, log su, log se, log so, z  with tau = median exp(log_sd z)
    x[5..7]  level, trend and effect, each less its prior mean and in prior sds
    x[8..]   period effects in units of so

The AR(1) drift u is integrated out by a Kalman filter over all calendar days (a missing day only
predicts). The onset's mixture is marginalised: a log-sum-exp over "at once" and "at tau". The
gradient is the filter run backwards, derived by hand; numba compiles both.
"""

import math

import numpy as np
from numba.extending import register_jitable

from benchmarks.packed import FAST, HEAD, LOG_TWO_PI, FloatArray

SIZE_WITHOUT_PERIODS = 8


@register_jitable(fastmath=FAST)
def log_prior(x: FloatArray, head: FloatArray, gradient: FloatArray) -> float:
    """Prior of the five parameters that are not linear, Jacobians included; adds to `gradient`."""
    phi = 1.0 / (1.0 + math.exp(-x[0]))
    a, b = head[6], head[7]
    total = a * math.log(phi) + b * math.log1p(-phi) - head[17]
    gradient[0] += a - (a + b) * phi
    for k in range(3):
        scale = head[8 + k]
        square = (math.exp(x[1 + k]) / scale) ** 2
        total += 0.5 * math.log(2.0 / math.pi) - math.log(scale) - 0.5 * square + x[1 + k]
        gradient[1 + k] += 1.0 - square
    total += -0.5 * x[4] ** 2 - 0.5 * LOG_TWO_PI
    gradient[4] -= x[4]
    return total


@register_jitable(fastmath=FAST)
def log_density(x: FloatArray, data: FloatArray, gradient: FloatArray) -> float:
    """Log of prior times likelihood at `x`; overwrites `gradient`."""
    head = data[:HEAD]
    days, periods = int(head[0]), int(head[1])
    record = data[HEAD : HEAD + days]
    seen = data[HEAD + days : HEAD + 2 * days]
    treatment = data[HEAD + 2 * days : HEAD + 3 * days]
    trend = data[HEAD + 3 * days : HEAD + 4 * days]
    period = data[HEAD + 4 * days : HEAD + 5 * days]

    gradient[:] = 0.0
    total = log_prior(x, head, gradient)
    for j in range(5, 8 + periods):
        total += -0.5 * x[j] ** 2 - 0.5 * LOG_TWO_PI
        gradient[j] -= x[j]

    phi = 1.0 / (1.0 + math.exp(-x[0]))
    drift, noise = math.exp(2.0 * x[1]), math.exp(2.0 * x[2])
    period_sd = math.exp(x[3])
    tau = head[15] * math.exp(head[16] * x[4])
    level = head[3] + head[4] * x[5]
    slope = head[5] * x[6]
    effect = head[11] + head[12] * x[7]
    keep0, keep1 = math.exp(-1.0 / tau), math.exp(-1.0 / head[14])

    # Forward: exposures (0 at tau, 1 at once), filter gains, innovations.
    work = np.empty((9, days))
    e0 = e1 = head[2]
    slope_e0 = 0.0
    slope_keep = keep0 / tau**2
    mean0 = mean1 = 0.0
    variance = drift / (1.0 - phi * phi)
    log0 = log1 = common = 0.0
    for t in range(days):
        slope_e0 = slope_e0 * keep0 + slope_keep * (e0 - treatment[t])
        e0 = treatment[t] + keep0 * (e0 - treatment[t])
        e1 = treatment[t] + keep1 * (e1 - treatment[t])
        work[0, t], work[1, t], work[2, t] = e0, e1, slope_e0
        work[3, t], work[7, t], work[8, t] = variance, mean0, mean1
        if seen[t] > 0.0:
            rest = record[t] - level - slope * trend[t] - period_sd * x[8 + int(period[t])]
            error0 = rest - effect * e0 - mean0
            error1 = rest - effect * e1 - mean1
            spread = variance + noise
            inverse = 1.0 / spread
            gain = variance * inverse
            common -= 0.5 * (math.log(spread) + LOG_TWO_PI)
            log0 -= 0.5 * error0 * error0 * inverse
            log1 -= 0.5 * error1 * error1 * inverse
            work[4, t], work[5, t], work[6, t] = error0, error1, inverse
            mean0 = phi * (mean0 + gain * error0)
            mean1 = phi * (mean1 + gain * error1)
            variance = phi * phi * variance * (1.0 - gain) + drift
        else:
            mean0 *= phi
            mean1 *= phi
            variance = phi * phi * variance + drift

    part0 = math.log1p(-head[13]) + log0 if head[13] < 1.0 else -math.inf
    part1 = math.log(head[13]) + log1 if head[13] > 0.0 else -math.inf
    top = max(part0, part1)
    share0, share1 = math.exp(part0 - top), math.exp(part1 - top)
    both = share0 + share1
    total += common + top + math.log(both)
    share0 /= both
    share1 /= both

    # Backward: d_ marks the derivative of the log density; d_mean, d_variance belong to day t + 1.
    d_mean0 = d_mean1 = d_variance = 0.0
    d_phi = d_drift = d_noise = d_tau = 0.0
    d_level = d_slope = d_effect = d_period_sd = 0.0
    for s in range(days):
        t = days - 1 - s
        variance, mean0, mean1 = work[3, t], work[7, t], work[8, t]
        d_drift += d_variance
        if seen[t] > 0.0:
            error0, error1, inverse = work[4, t], work[5, t], work[6, t]
            gain = variance * inverse
            place = 8 + int(period[t])
            d_phi += d_mean0 * (mean0 + gain * error0) + d_mean1 * (mean1 + gain * error1)
            d_phi += 2.0 * phi * variance * (1.0 - gain) * d_variance
            d_gain = phi * (error0 * d_mean0 + error1 * d_mean1)
            filtered = phi * phi * d_variance
            d_error0 = phi * gain * d_mean0 - share0 * error0 * inverse
            d_error1 = phi * gain * d_mean1 - share1 * error1 * inverse
            squares = share0 * error0 * error0 + share1 * error1 * error1
            d_spread = -0.5 * inverse + 0.5 * squares * inverse * inverse
            d_spread += gain * gain * filtered - d_gain * gain * inverse
            d_variance = filtered * (1.0 - 2.0 * gain) + d_gain * inverse + d_spread
            d_noise += d_spread
            d_mean0 = phi * d_mean0 - d_error0
            d_mean1 = phi * d_mean1 - d_error1
            d_rest = d_error0 + d_error1
            d_level -= d_rest
            d_slope -= d_rest * trend[t]
            d_effect -= d_error0 * work[0, t] + d_error1 * work[1, t]
            d_tau -= effect * d_error0 * work[2, t]
            d_period_sd -= d_rest * x[place]
            gradient[place] -= d_rest * period_sd
        else:
            d_phi += d_mean0 * mean0 + d_mean1 * mean1 + 2.0 * phi * variance * d_variance
            d_variance *= phi * phi
            d_mean0 *= phi
            d_mean1 *= phi
    stationary = 1.0 / (1.0 - phi * phi)
    d_drift += d_variance * stationary
    d_phi += d_variance * drift * 2.0 * phi * stationary * stationary

    gradient[0] += d_phi * phi * (1.0 - phi)
    gradient[1] += 2.0 * drift * d_drift
    gradient[2] += 2.0 * noise * d_noise
    gradient[3] += period_sd * d_period_sd
    gradient[4] += d_tau * tau * head[16]
    gradient[5] += d_level * head[4]
    gradient[6] += d_slope * head[5]
    gradient[7] += d_effect * head[12]
    return total
