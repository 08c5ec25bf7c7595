"""Bayesian random effects by quadrature, with a half-normal prior for the spread between studies.

Given the spread tau the common effect is normal, so only one integral is left: over tau.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lodose.errors import LodoseError
from lodose.evidence.pooling import Array, _checked

_NODES = 400


@dataclass(frozen=True, slots=True)
class BayesianPooled:
    """Posterior of the common effect and of the spread between studies.

    Attributes
    ----------
    estimate, lower, upper
        Median and 95 % interval of the common effect.
    tau, tau_lower, tau_upper
        The same of the spread between studies.
    prediction
        95 % interval for the effect in a further study.
    below_zero : float
        Probability that the common effect lies below zero.
    """

    k: int
    tau_scale: float
    estimate: float
    lower: float
    upper: float
    mean: float
    sd: float
    tau: float
    tau_lower: float
    tau_upper: float
    prediction: tuple[float, float]
    below_zero: float


def pool_bayesian(
    effects: Sequence[float], errors: Sequence[float], *, tau_scale: float
) -> BayesianPooled:
    """Put effects together with a flat prior for the common effect.

    Parameters
    ----------
    effects, errors : sequence of float
        An effect and its standard error per study, at least 2.
    tau_scale : float
        Scale of the half-normal prior for the spread, in the unit of the effects.

    Raises
    ------
    LodoseError
        As :func:`lodose.evidence.pooling.pool`, and for a scale that is not above zero.
    """
    from scipy.special import ndtr

    y, v = _checked(effects, errors)
    if not tau_scale > 0:
        raise LodoseError(
            f"A prior scale of {tau_scale} leaves no room for differences between studies. Mend: "
            "give a scale above zero, such as 0.5."
        )
    # Beyond 8 scales the half-normal prior holds less than 1e-14.
    nodes, steps = np.polynomial.legendre.leggauss(_NODES)
    tau = (nodes + 1) / 2 * 8 * tau_scale
    w = 1 / (v[None, :] + tau[:, None] ** 2)
    total = w.sum(axis=1)
    means = (w @ y) / total
    squares = (w * (y[None, :] - means[:, None]) ** 2).sum(axis=1)
    log_density = (
        -0.5 * (tau / tau_scale) ** 2 + 0.5 * np.log(w).sum(axis=1) - 0.5 * np.log(total)
    ) - 0.5 * squares
    mass = np.exp(log_density - log_density.max()) * steps
    mass /= mass.sum()
    sds = total**-0.5
    further = np.sqrt(sds**2 + tau**2)
    mean = float(mass @ means)

    def below(x: float, spread: Array = sds) -> float:
        return float(mass @ ndtr((x - means) / spread))

    def further_below(x: float) -> float:
        return below(x, further)

    reach = 12 * float((means.max() - means.min()) + further.max())
    low, high = mean - reach, mean + reach
    lower, middle, upper = (_quantile(below, q, low, high) for q in (0.025, 0.5, 0.975))
    cumulated = np.cumsum(mass)
    tau_lower, tau_middle, tau_upper = (
        float(np.interp(q, cumulated, tau)) for q in (0.025, 0.5, 0.975)
    )
    return BayesianPooled(
        k=len(y),
        tau_scale=tau_scale,
        estimate=middle,
        lower=lower,
        upper=upper,
        mean=mean,
        sd=float(np.sqrt(mass @ (sds**2 + (means - mean) ** 2))),
        tau=tau_middle,
        tau_lower=tau_lower,
        tau_upper=tau_upper,
        prediction=(
            _quantile(further_below, 0.025, low, high),
            _quantile(further_below, 0.975, low, high),
        ),
        below_zero=below(0.0),
    )


def _quantile(below: Callable[[float], float], q: float, low: float, high: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(lambda x: below(x) - q, low, high, xtol=1e-12, rtol=1e-12))
