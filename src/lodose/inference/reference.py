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
from typing import Any

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from lodose.inference.arrays import FloatArray, TrialArrays, exposure
from lodose.inference.nodes import Nodes, Parameters, gauss_hermite, gauss_legendre, onset_nodes
from lodose.inference.priors import Priors
from lodose.inference.rules import Rule

KEEP = 18.0
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
    rule = rule.for_records(y.size)
    onset, log_onset = onset_nodes(priors.onset, rule.onset)
    e = exposure(arrays.treatment, onset, arrays.initial_exposure)[observed]
    precision = priors.linear_precision(arrays.column_prior_sd)

    kept = _Keeper(priors)
    for phi, log_phi in _autocorrelation_rule(priors, rule):
        for angle, log_angle in _angle_rule(priors, rule):
            v = noise_covariance(days, phi, math.sin(angle), math.cos(angle))
            for ratio, log_ratio in _ratio_rule(v, y, linear, e, periods, priors, rule):
                omega = v + ratio**2 * periods @ periods.T
                s, mean, variance, log_evidence = _at(
                    omega, angle, ratio, y, linear, e, precision, priors, rule
                )
                log_weight = log_evidence + log_phi + log_angle + log_ratio + log_onset
                drift, noise = s * math.sin(angle), s * math.cos(angle)
                kept.add(mean, variance, log_weight, phi, drift, noise, s * ratio, onset)
    return kept.nodes()


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
    """Nodes of r = so/s: r = c sinh(u), trapezoid in u, half weight at its ends.

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
    smallest = math.sqrt((_residual(*white) + priors.resolution**2 / 12.0) / (y.size - 1))
    top = math.asinh(4.5 * priors.period_sd / (smallest * unit))
    u = np.linspace(0.0, top, rule.period)
    log_weight = np.log(np.full(rule.period, u[1]) * unit * np.cosh(u))
    log_weight[[0, -1]] -= math.log(2.0)
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
    rounding = priors.resolution**2 / 12.0
    rss = _residual(y, linear, e) + rounding
    free = y.size - linear.shape[1] - 1 - powers
    mode = 2.0 * rss / (free + math.sqrt(free**2 + 4.0 * bend * rss))
    spread = 1.0 / math.sqrt(2.0 * rss / mode + 2.0 * bend * mode)
    z, log_weight = gauss_hermite(rule.scale)
    log_s = 0.5 * math.log(mode) + spread * z
    s = np.exp(log_s)
    log_prior = priors.log_constant() + powers * log_s - 0.5 * bend * s**2 - 0.5 * rounding / s**2
    return s, log_weight + math.log(spread) + log_prior


class _Keeper:
    """Collects nodes and leaves out those without weight.

    A node stays when it is near the best under the flat prior or under the given one.
    """

    def __init__(self, priors: Priors) -> None:
        self.priors = priors
        self.best_flat = self.best_given = -math.inf
        self.parts: list[tuple[FloatArray, ...]] = []

    def add(self, mean: FloatArray, variance: FloatArray, log_flat: FloatArray, *at: Any) -> None:
        total = variance + self.priors.effect_sd**2
        log_given = log_flat - 0.5 * (mean - self.priors.effect_mean) ** 2 / total
        if math.isfinite(self.priors.effect_sd):
            log_given = log_given - 0.5 * np.log(total)
        self.best_flat = max(self.best_flat, float(log_flat.max()))
        self.best_given = max(self.best_given, float(log_given.max()))
        keep = (log_flat > self.best_flat - KEEP) | (log_given > self.best_given - KEEP)
        columns = (mean, variance, log_flat, *(np.broadcast_to(a, mean.shape) for a in at))
        self.parts.append(tuple(column[keep] for column in columns))

    def nodes(self) -> Nodes:
        mean, variance, log_weight, *at = (
            np.concatenate(column) for column in zip(*self.parts, strict=True)
        )
        return Nodes(mean, variance, log_weight, lambda: Parameters(*at))
