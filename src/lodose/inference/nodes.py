"""The nodes of a quadrature over the parameters that are not linear."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lodose.inference.arrays import FloatArray, IntArray
from lodose.inference.priors import OnsetPrior
from lodose.inference.rules import ONSET_SPAN


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """Where nodes lie, one entry a node, in the outcome's unit and days.

    Parameters
    ----------
    phi, drift_sd, noise_sd, period_sd, onset_days : (m,) float
        Autocorrelation a day; sd of the AR(1) innovation, of the day's own noise and of the
        period effects; onset time constant.
    """

    phi: FloatArray
    drift_sd: FloatArray
    noise_sd: FloatArray
    period_sd: FloatArray
    onset_days: FloatArray

    def take(self, index: IntArray) -> "Parameters":
        """The nodes named by `index`."""
        return Parameters(
            self.phi[index],
            self.drift_sd[index],
            self.noise_sd[index],
            self.period_sd[index],
            self.onset_days[index],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Nodes:
    """One entry for each node that carries weight.

    Parameters
    ----------
    mean, variance : (m,) float
        The effect at this node under a flat prior: N(mean, variance).
    log_weight : (m,) float
        Log of prior x evidence x quadrature weight, the effect integrated over a flat prior.
    locate : callable
        Gives the `Parameters`; most answers need no more than the three arrays above.
    """

    mean: FloatArray
    variance: FloatArray
    log_weight: FloatArray
    locate: Callable[[], Parameters]


def gauss_legendre(count: int, low: float, high: float) -> tuple[FloatArray, FloatArray]:
    """Gauss-Legendre nodes and log weights on (low, high)."""
    nodes, weights = _legendre(count)
    half = 0.5 * (high - low)
    return low + half * (nodes + 1.0), np.log(weights * half)


def gauss_hermite(count: int) -> tuple[FloatArray, FloatArray]:
    """Nodes z at the spacing of a standard normal, and log weights of a plain integral over z."""
    nodes, weights = _hermite(count)
    return math.sqrt(2.0) * nodes, np.log(math.sqrt(2.0) * weights) + nodes**2


def onset_nodes(
    prior: OnsetPrior, count: int, low: float = -ONSET_SPAN, high: float = ONSET_SPAN
) -> tuple[FloatArray, FloatArray]:
    """Time constants and log prior weights of the mixture "at once or log-normal".

    The first node is "at once"; the rest are a trapezoid in z = (log tau - log median) / log_sd
    over (low, high). The step belongs in the weight: without it the evidence of the two parts
    of the mixture cannot be compared.

    Returns
    -------
    onset_days, log_weight : (count + 1,) float
        Fewer, where a part of the mixture has no weight.
    """
    z = np.linspace(low, high, count)
    step = np.full(count, z[1] - z[0])
    step[[0, -1]] *= 0.5
    density = np.exp(-0.5 * z**2) / math.sqrt(2.0 * math.pi)
    days = np.concatenate([[prior.at_once_days], prior.median_days * np.exp(prior.log_sd * z)])
    weight = np.concatenate([[prior.at_once_weight], (1.0 - prior.at_once_weight) * density * step])
    used = weight > 0.0
    return days[used], np.log(weight[used])


@lru_cache(maxsize=64)
def _legendre(count: int) -> tuple[FloatArray, FloatArray]:
    return np.polynomial.legendre.leggauss(count)


@lru_cache(maxsize=64)
def _hermite(count: int) -> tuple[FloatArray, FloatArray]:
    return np.polynomial.hermite.hermgauss(count)
