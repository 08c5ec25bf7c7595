"""A posterior that is a mixture of normal distributions, and what can be read from it."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from lodose.inference.arrays import FloatArray


class Mixture:
    """Weighted normal components of one quantity.

    Parameters
    ----------
    mean, variance, weight : (m,) float
        Components; the weights are scaled to sum to one.
    """

    def __init__(self, mean: FloatArray, variance: FloatArray, weight: FloatArray) -> None:
        self.component_mean = mean
        self.component_sd = np.sqrt(variance)
        self.weight = weight / weight.sum()
        self.mean = _sum(self.weight, mean)
        self.sd = math.sqrt(_sum(self.weight, variance + (mean - self.mean) ** 2))

    def probability_below(self, value: float) -> float:
        """Probability that the quantity is below `value`."""
        z = (value - self.component_mean) / self.component_sd
        return _sum(self.weight, ndtr(z))

    def probability_above(self, value: float) -> float:
        """Probability that the quantity is above `value`."""
        z = (self.component_mean - value) / self.component_sd
        return _sum(self.weight, ndtr(z))

    def probability_between(self, low: float, high: float) -> float:
        """Probability that the quantity lies between `low` and `high`."""
        return max(0.0, 1.0 - self.probability_below(low) - self.probability_above(high))

    def density(self, value: ArrayLike) -> NDArray[Any]:
        """Density at `value` (any shape), per unit of the quantity."""
        points = np.asarray(value, dtype=np.float64)
        flat = np.empty(points.size)
        scale = self.weight / (self.component_sd * math.sqrt(2.0 * math.pi))
        for index, point in enumerate(points.ravel()):  # a point at a time bounds the memory
            z = (point - self.component_mean) / self.component_sd
            flat[index] = _sum(scale, np.exp(-0.5 * z * z))
        return flat.reshape(points.shape)

    def quantile(self, probability: float) -> float:
        """Value below which the quantity lies with the given probability.

        Newton steps kept inside a shrinking bracket, so that flat stretches between
        well-separated components cannot throw it off.
        """
        if not 0.0 < probability < 1.0:
            raise ValueError(f"a quantile needs a probability inside (0, 1), got {probability}")
        low = float(np.min(self.component_mean - 9.0 * self.component_sd))
        high = float(np.max(self.component_mean + 9.0 * self.component_sd))
        x = self.mean
        for _ in range(200):
            z = (x - self.component_mean) / self.component_sd
            miss = _sum(self.weight, ndtr(z)) - probability
            low, high = (low, x) if miss > 0 else (x, high)
            scale = self.weight / (self.component_sd * math.sqrt(2.0 * math.pi))
            slope = _sum(scale, np.exp(-0.5 * z * z))
            step = x - miss / slope if slope > 0 else math.inf
            following = step if low < step < high else 0.5 * (low + high)
            if abs(following - x) <= 1e-12 * max(self.sd, abs(x)):
                return following
            x = following
        return x

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Central interval that holds the quantity with probability `level`."""
        tail = 0.5 * (1.0 - level)
        return self.quantile(tail), self.quantile(1.0 - tail)


def _sum(weight: FloatArray, value: FloatArray) -> float:
    """Weighted sum; a BLAS product may differ in its last bit with the place in memory."""
    return float((weight * value).sum())


def with_normal_prior(
    mean: FloatArray, variance: FloatArray, weight: FloatArray, prior_mean: float, prior_sd: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Components under a normal prior, from components under a flat one.

    Each node's likelihood of the effect is N(effect; mean, variance) times its weight; under a
    prior N(b0, V0) the weight gains N(mean; b0, variance + V0) and the component shrinks.

    Returns
    -------
    mean, variance, weight : (m,) float
        Components of the posterior; their weights are not scaled.
    """
    if math.isinf(prior_sd):
        return mean, variance, weight
    prior_variance = prior_sd**2
    total = variance + prior_variance
    gained = np.exp(-0.5 * (mean - prior_mean) ** 2 / total) / np.sqrt(2.0 * math.pi * total)
    share = prior_variance / total
    return share * mean + (1.0 - share) * prior_mean, share * variance, weight * gained
