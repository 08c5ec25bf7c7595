r"""The estimator written plainly, to be checked against the formulas.

Given (phi, su, se, so, tau) the records are normal:

    y = X theta + beta e(tau) + noise,   noise ~ N(0, s^2 Omega),
    Omega = V(phi, w) + r^2 Z Z',        su = s sin w, se = s cos w, so = r s,

with X the level, the trend and the known columns, theta ~ N(0, Lambda^-1) after the prior mean of
the level is taken off y, and Z the period indicators. V is the covariance of a stationary AR(1)
seen with noise, V_ij = sin^2 w phi^|ti - tj| / (1 - phi^2) + cos^2 w [i = j]. Everything is done
with dense matrices and a plain product of fine rules over (phi, w, r, s, tau): slow and short.
`lodose.inference.compiled` does the same in milliseconds.
"""

import math

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from lodose.inference.arrays import FloatArray, TrialArrays, exposure
from lodose.inference.nodes import Nodes, Parameters, gauss_hermite, gauss_legendre, onset_nodes
from lodose.inference.priors import Priors
from lodose.inference.rules import Rule

KEEP = 30.0
"""Nodes this much (log) below the best are left out."""

SMALLEST_RESIDUAL = 1e-9
"""Floor of the residual, as a share of the total sum of squares: keeps log s finite when a diary
is an exact step."""


def noise_covariance(days: FloatArray, phi: float, drift: float, noise: float) -> FloatArray:
    """Covariance of a stationary AR(1) plus white noise on the given calendar days.

    Parameters
    ----------
    days : (n,) float
        Calendar day of each record; real gaps count.
    phi, drift, noise : float
        Autocorrelation a day, sd of the innovation, sd of the day's own noise.

    Returns
    -------
    (n, n) float
    """
    lag = np.abs(days[:, None] - days[None, :])
    drift_part = drift**2 / (1.0 - phi**2) * phi**lag
    own_part = noise**2 * np.eye(days.size)
    return np.asarray(drift_part + own_part)


def reference_nodes(arrays: TrialArrays, priors: Priors, rule: Rule) -> Nodes:
    """Evaluate every node of a plain product rule; see the module's text for the formulas."""
    observed = arrays.observed
    days = np.flatnonzero(observed).astype(np.float64)
    y = arrays.outcome[observed] - priors.level_mean
    linear = np.column_stack([np.ones(arrays.days), arrays.trend, arrays.columns])[observed]
    periods = arrays.indicators()[observed]
    onset, log_onset = onset_nodes(priors.onset, rule.onset)
    e = exposure(arrays.treatment, onset, arrays.initial_exposure)[observed]
    precision = priors.linear_precision(arrays.column_prior_sd)

    parts: list[tuple[FloatArray, ...]] = []
    for phi, log_phi in _autocorrelation_rule(priors, rule):
        for angle, log_angle in _angle_rule(priors, rule):
            v = noise_covariance(days, phi, math.sin(angle), math.cos(angle))
            for ratio, log_ratio in _ratio_rule(v, y, linear, e, periods, priors, rule):
                omega = v + ratio**2 * periods @ periods.T
                part = _at(omega, angle, ratio, y, linear, e, precision, priors, rule)
                s, mean, variance, log_evidence = part
                log_weight = log_evidence + log_phi + log_angle + log_ratio + log_onset
                shape = np.broadcast_shapes(s.shape, log_weight.shape)
                parts.append(
                    (
                        *(np.broadcast_to(q, shape).ravel() for q in (mean, variance, log_weight)),
                        np.full(shape, phi).ravel(),
                        np.broadcast_to(s * math.sin(angle), shape).ravel(),
                        np.broadcast_to(s * math.cos(angle), shape).ravel(),
                        np.broadcast_to(s * ratio, shape).ravel(),
                        np.broadcast_to(onset, shape).ravel(),
                    )
                )
        parts = _prune(parts, priors)
    mean, variance, log_weight, *where = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    return Nodes(mean, variance, log_weight, lambda: Parameters(*where))


def _at(
    omega: FloatArray,
    angle: float,
    ratio: float,
    y: FloatArray,
    linear: FloatArray,
    e: FloatArray,
    precision: FloatArray,
    priors: Priors,
    rule: Rule,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Effect and evidence at one (phi, w, r), for every scale s (rows) and onset (columns).

    Generalised least squares: with Omega = C C', everything is multiplied by C^-1, so that the
    noise is s^2 times the identity; theta is integrated out with its prior, then beta flat.
    """
    n = y.size
    root = cholesky(omega, lower=True)
    half_log_det = np.log(np.diag(root)).sum()
    y, linear, e = (solve_triangular(root, a, lower=True) for a in (y, linear, e))
    s, log_s_weight = _scale_rule(y, linear, e, angle, ratio, priors, rule)
    means, variances, evidences = [], [], []
    for scale in s:
        a = linear.T @ linear / scale**2 + np.diag(precision)
        hat = np.linalg.solve(a, linear.T / scale**2)
        q_yy = (y @ y - y @ linear @ hat @ y) / scale**2
        q_ey = (e.T @ y - e.T @ linear @ (hat @ y)) / scale**2
        q_ee = ((e * e).sum(axis=0) - ((e.T @ linear) * (hat @ e).T).sum(axis=1)) / scale**2
        log_det = 2 * n * math.log(scale) + 2 * half_log_det
        log_det += np.linalg.slogdet(a)[1] - np.log(precision).sum()
        means.append(q_ey / q_ee)
        variances.append(1.0 / q_ee)
        evidences.append(
            -0.5 * (n - 1) * math.log(2 * math.pi)
            - 0.5 * (log_det + q_yy - q_ey**2 / q_ee + np.log(q_ee))
        )
    log_evidence = np.array(evidences) + log_s_weight[:, None]
    return s[:, None], np.array(means), np.array(variances), log_evidence


def _autocorrelation_rule(priors: Priors, rule: Rule) -> list[tuple[float, float]]:
    if priors.drift_sd == 0:
        return [(0.0, 0.0)]
    a, b = priors.autocorrelation
    phi, log_weight = gauss_legendre(rule.autocorrelation, 0.0, 1.0)
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    log_prior = (a - 1) * np.log(phi) + (b - 1) * np.log1p(-phi) - log_beta
    return list(zip(phi, log_weight + log_prior, strict=True))


def _angle_rule(priors: Priors, rule: Rule) -> list[tuple[float, float]]:
    if priors.drift_sd == 0:
        return [(0.0, 0.0)]
    angle, log_weight = gauss_legendre(rule.angle, 0.0, math.pi / 2)
    return list(zip(angle, log_weight, strict=True))


def _ratio_rule(
    v: FloatArray,
    y: FloatArray,
    linear: FloatArray,
    e: FloatArray,
    periods: FloatArray,
    priors: Priors,
    rule: Rule,
) -> list[tuple[float, float]]:
    """Nodes of r = so/s: r = c sinh(u), trapezoid in u, half weight at u = 0.

    The integrand is even in u, so that the trapezoid from 0 converges fast; the full instead of
    half weight at 0 gives errors up to .065 sd and nothing crashes.
    """
    if priors.period_sd == 0:
        return [(0.0, 0.0)]
    gram = np.trace(periods.T @ np.linalg.solve(v, periods)) / periods.shape[1]
    unit = 1.0 / math.sqrt(gram)
    omega = v + (30.0 * unit) ** 2 * periods @ periods.T
    root = cholesky(omega, lower=True)
    white = [solve_triangular(root, a, lower=True) for a in (y, linear, e)]
    smallest = math.sqrt(_residual(*white) / (y.size - 1))
    top = math.asinh(4.5 * priors.period_sd / (smallest * unit))
    u = np.linspace(0.0, top, rule.period)
    log_weight = np.log(np.full(rule.period, u[1]) * unit * np.cosh(u))
    log_weight[0] -= math.log(2.0)
    return list(zip(unit * np.sinh(u), log_weight, strict=True))


def _residual(y: FloatArray, linear: FloatArray, e: FloatArray) -> float:
    """Smallest residual sum of squares over the onsets, all linear terms free."""
    basis, _ = np.linalg.qr(linear)
    y = y - basis @ (basis.T @ y)
    e = e - basis @ (basis.T @ e)
    total = float(y @ y)
    residual = total - float(((e.T @ y) ** 2 / (e * e).sum(axis=0)).max())
    return max(residual, SMALLEST_RESIDUAL * total)


def _scale_rule(
    y: FloatArray,
    linear: FloatArray,
    e: FloatArray,
    angle: float,
    ratio: float,
    priors: Priors,
    rule: Rule,
) -> tuple[FloatArray, FloatArray]:
    """Nodes of s: Gauss-Hermite in log s around the mode, with the half-normal priors.

    The measure du de do = s^2 ds dw dr is s^3 d(log s) dw dr: one power of s for each noise
    scale that is in the model.
    """
    powers = 1 + (priors.drift_sd > 0) + (priors.period_sd > 0)
    bend = (math.cos(angle) / priors.noise_sd) ** 2
    if priors.drift_sd > 0:
        bend += (math.sin(angle) / priors.drift_sd) ** 2
    if priors.period_sd > 0:
        bend += (ratio / priors.period_sd) ** 2
    # log density of log s, all linear terms free: -free log s - RSS / (2 s^2) - bend s^2 / 2, whose
    # mode solves bend s^4 + free s^2 - RSS = 0 (written so that nothing cancels).
    rss = _residual(y, linear, e)
    free = y.size - linear.shape[1] - 1 - powers
    mode = 2.0 * rss / (free + math.sqrt(free**2 + 4.0 * bend * rss))
    spread = 1.0 / math.sqrt(2.0 * rss / mode + 2.0 * bend * mode)
    z, log_weight = gauss_hermite(rule.scale)
    log_s = 0.5 * math.log(mode) + spread * z
    s = np.exp(log_s)
    log_prior = priors.log_constant() + powers * log_s - 0.5 * bend * s**2
    return s, log_weight + math.log(spread) + log_prior


def _prune(
    parts: list[tuple[FloatArray, ...]], priors: Priors
) -> list[tuple[FloatArray, ...]]:
    """Leave out nodes without weight, under the flat prior as well as under the protocol's."""
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    mean, variance, log_weight = columns[:3]
    keep = log_weight > log_weight.max() - KEEP
    if math.isfinite(priors.effect_sd):
        total = variance + priors.effect_sd**2
        under = log_weight - 0.5 * ((mean - priors.effect_mean) ** 2 / total + np.log(total))
        keep |= under > under.max() - KEEP
    return [tuple(column[keep] for column in columns)]
