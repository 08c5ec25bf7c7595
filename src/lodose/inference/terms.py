"""The other terms of the model, and the curve that they draw together.

Given (phi, su, se, so, tau) all linear terms are jointly normal. They are worked out at
points spread evenly over the cumulated weight of the nodes.
"""

import math
from dataclasses import dataclass

import numpy as np

from lodose.inference import kernels
from lodose.inference.arrays import FloatArray, IntArray, TrialArrays, exposure
from lodose.inference.nodes import Parameters
from lodose.inference.priors import Priors

POINTS = 2000
"""Points over the cumulated weight: moments are off by well under a hundredth of an sd."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Posterior mean, sd and central 95 % interval of one term."""

    mean: float
    sd: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What the model fitted, by calendar day.

    Parameters
    ----------
    mean, sd, lower, upper : (T,) float
        Level, trend, columns, treatment effect and period effect together, without the day's own
        ups and downs; 95 % band from mean and sd.
    exposure : (T,) float
        Posterior mean of the exposure, 0 to 1.
    """

    mean: FloatArray
    sd: FloatArray
    lower: FloatArray
    upper: FloatArray
    exposure: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class LinearTerms:
    """Joint normal posterior of the linear terms at each of m points.

    Columns are: level, trend, known columns, effect, one effect for each period with a record.
    """

    names: tuple[str, ...]
    mean: FloatArray  # (m, D)
    covariance: FloatArray  # (m, D, D)
    onset: IntArray  # (m,) index into `onset_days`
    onset_days: FloatArray


def spread_points(weight: FloatArray, count: int = POINTS) -> IntArray:
    """Indices of `count` nodes, spread evenly over the cumulated weight."""
    cumulated = np.cumsum(weight)
    targets = (np.arange(count) + 0.5) / count * cumulated[-1]
    return np.asarray(np.searchsorted(cumulated, targets), dtype=np.int64)


def linear_terms(arrays: TrialArrays, priors: Priors, at: Parameters) -> LinearTerms:
    """Posterior of all linear terms at the given parameters (the same point may stand twice)."""
    onset_days, onset = np.unique(at.onset_days, return_inverse=True)
    numbers = np.unique(arrays.period[arrays.observed])
    terms = 2 + arrays.columns.shape[1]
    size = terms + 1 + numbers.size
    precision = np.ones(size)  # of the period effects, in units of their own sd
    precision[:terms] = priors.linear_precision(arrays.column_prior_sd)
    precision[terms] = 0.0 if math.isinf(priors.effect_sd) else priors.effect_sd**-2.0
    pull = np.zeros(size)
    pull[terms] = precision[terms] * priors.effect_mean

    design = _design(arrays, priors, onset_days)
    angle = np.arctan2(at.drift_sd, at.noise_sd)
    pairs, group = np.unique(np.column_stack([at.phi, angle]), axis=0, return_inverse=True)
    mean = np.empty((at.phi.size, size))
    covariance = np.empty((at.phi.size, size, size))
    for number, (phi, split) in enumerate(pairs):
        here = np.flatnonzero(group.ravel() == number)
        gram = _whitened_products(phi, split, arrays, design, 1 + terms + numbers.size)
        index = np.empty((here.size, size), dtype=np.int64)  # columns of the design, in our order
        index[:, :terms] = np.arange(1, 1 + terms)
        index[:, terms] = 1 + terms + numbers.size + onset[here]
        index[:, terms + 1 :] = np.arange(1 + terms, 1 + terms + numbers.size)
        scale = np.ones((here.size, size))
        scale[:, terms + 1 :] = at.period_sd[here, None]
        weight = 1.0 / (at.drift_sd[here] ** 2 + at.noise_sd[here] ** 2)
        a = gram[index[:, :, None], index[:, None, :]] * weight[:, None, None]
        a = a * scale[:, :, None] * scale[:, None, :] + np.diag(precision)
        b = gram[0][index] * weight[:, None] * scale + pull
        inverse = np.linalg.inv(a)
        covariance[here] = inverse * scale[:, :, None] * scale[:, None, :]
        mean[here] = np.einsum("mij,mj->mi", inverse, b) * scale
    mean[:, 0] += priors.level_mean
    names = ("level", "trend", *arrays.column_names, "effect", *(f"period {n}" for n in numbers))
    return LinearTerms(names, mean, covariance, onset.astype(np.int64), onset_days)


def _design(arrays: TrialArrays, priors: Priors, onset_days: FloatArray) -> FloatArray:
    """Record, level, trend, known columns, periods, one exposure an onset: (T, C)."""
    record = np.where(arrays.observed, arrays.outcome - priors.level_mean, 0.0)
    e = exposure(arrays.treatment, onset_days, arrays.initial_exposure)
    return np.column_stack(
        [record, np.ones(arrays.days), arrays.trend, arrays.columns, arrays.indicators(), e]
    )


def _whitened_products(
    phi: float, angle: float, arrays: TrialArrays, design: FloatArray, base: int
) -> FloatArray:
    """X' V^-1 X of all columns; between two different exposures, which never meet, zero."""
    columns = design.shape[1]
    white = np.empty((int(arrays.observed.sum()), columns))
    kernels.whiten(
        phi, math.sin(angle), math.cos(angle), arrays.observed, design, white, np.empty(columns)
    )
    upper, square = np.empty((base, columns)), np.empty(columns - base)
    kernels.gram_matrix(white, base, upper, square)
    gram = np.zeros((columns, columns))
    gram[:base] = np.triu(upper)
    gram[base:, base:] = np.diag(square)
    return np.asarray(np.triu(gram) + np.triu(gram, 1).T)


def fitted_curve(arrays: TrialArrays, terms: LinearTerms) -> Fitted:
    """Mean curve with its 95 % band over all calendar days."""
    columns = np.column_stack([np.ones(arrays.days), arrays.trend, arrays.columns])
    indicators = arrays.indicators()
    e = exposure(arrays.treatment, terms.onset_days, arrays.initial_exposure)
    mean = np.zeros(arrays.days)
    square = np.zeros(arrays.days)
    share_exposed = np.zeros(arrays.days)
    total = terms.onset.size
    for number in range(terms.onset_days.size):
        here = terms.onset == number
        share = here.sum() / total
        design = np.column_stack([columns, e[:, number], indicators])
        average = terms.mean[here].mean(axis=0)
        second = terms.covariance[here].mean(axis=0)
        second += np.einsum("mi,mj->ij", terms.mean[here], terms.mean[here]) / here.sum()
        mean += share * (design @ average)
        square += share * np.einsum("ti,ij,tj->t", design, second, design, optimize=True)
        share_exposed += share * e[:, number]
    sd = np.sqrt(np.maximum(square - mean**2, 0.0))
    return Fitted(mean, sd, mean - 1.96 * sd, mean + 1.96 * sd, share_exposed)


def weighted_summary(value: FloatArray, weight: FloatArray) -> Summary:
    """Mean, sd and interval of a parameter that is known at nodes only.

    The distribution function is drawn straight between the middles of the nodes' steps.
    """
    nodes, place = np.unique(value, return_inverse=True)
    counts = np.bincount(place.ravel(), weights=weight)
    share = counts / counts.sum()
    mean = float(share @ nodes)
    sd = math.sqrt(float(share @ (nodes - mean) ** 2))
    middle = np.cumsum(share) - 0.5 * share
    lower, upper = np.interp([0.025, 0.975], middle, nodes)
    return Summary(mean, sd, float(lower), float(upper))
