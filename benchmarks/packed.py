"""One trial and its priors as one array of numbers, the form that compiled log densities read.

The compiled log densities of `benchmarks.partial` and `benchmarks.collapsed` are called by a
sampler that hands over nothing but an address. Behind it lies, in this order: `HEAD` numbers
(sizes and priors) and, `days` numbers each, the records (0 where missing), whether there is one,
the treatment, the trend and the index of the period (-1 outside every period).
"""

import math

import numpy as np
from numpy.typing import NDArray

from lodose.inference import Priors, TrialArrays

FloatArray = NDArray[np.float64]

HEAD = 20
FAST = {"contract", "reassoc", "nsz", "arcp", "afn"}
"""What numba may do to sums: the same as in `lodose.inference.kernels`."""

LOG_TWO_PI = math.log(2.0 * math.pi)

SAMPLED = ("logit_phi", "log_drift_sd", "log_noise_sd", "log_period_sd", "onset_z")
"""The coordinates that both compiled models share, in this order."""


def pack(arrays: TrialArrays, priors: Priors) -> FloatArray:
    """Lay out a trial (without known columns) and its priors for the compiled log densities."""
    if arrays.columns.shape[1]:
        raise ValueError("the benchmark's models have no known columns")
    observed = arrays.observed
    numbers = np.unique(arrays.period[observed])
    index = np.full(arrays.days, -1.0)
    inside = np.isin(arrays.period, numbers)
    index[inside] = np.searchsorted(numbers, arrays.period[inside])
    a, b = priors.autocorrelation
    head = np.zeros(HEAD)
    head[:17] = (
        arrays.days,
        numbers.size,
        arrays.initial_exposure,
        priors.level_mean,
        priors.level_sd,
        priors.trend_sd,
        a,
        b,
        priors.drift_sd,
        priors.noise_sd,
        priors.period_sd,
        priors.effect_mean,
        priors.effect_sd,
        priors.onset.at_once_weight,
        priors.onset.at_once_days,
        priors.onset.median_days,
        priors.onset.log_sd,
    )
    head[17] = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    return np.concatenate(
        [
            head,
            np.where(observed, arrays.outcome, 0.0),
            observed.astype(np.float64),
            arrays.treatment,
            arrays.trend,
            index,
        ]
    )
