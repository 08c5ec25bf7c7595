"""Meta-analysis of effects with known standard errors: arrays in, one summary out.

References
----------
DerSimonian R, Laird N. Control Clin Trials 1986;7:177. Paule RC, Mandel J. J Res Natl Bur Stand
1982;87:377. Hartung J, Knapp G. Stat Med 2001;20:3875. Higgins JPT, Thompson SG. Stat Med
2002;21:1539 (I² and its interval). Higgins JPT, Thompson SG, Spiegelhalter DJ. J R Stat Soc A
2009;172:137 (prediction interval, half-normal prior).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lodose.errors import LodoseError

Method = Literal["fixed", "reml", "dl", "pm"]
METHODS: tuple[Method, ...] = ("fixed", "reml", "dl", "pm")
Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pooled:
    """Several effects put together.

    Attributes
    ----------
    method : {"fixed", "reml", "dl", "pm"}
        How the variance between studies was estimated; ``"fixed"`` assumes none.
    hartung_knapp : bool
        Whether the interval allows for not knowing that variance.
    estimate, se, lower, upper, p
        The common effect and its 95 % interval, on the scale of the effects given.
    tau2 : float
        Variance between studies.
    q, q_p : float
        Cochran's Q and its p.
    i2, i2_lower, i2_upper
        Share of the scatter that is more than chance, 0 to 1; the interval is None for 2 studies
        that scatter no more than chance, where there is no formula.
    prediction : tuple of float or None
        Where the effect of a further study may lie; None below 3 studies and for ``"fixed"``.
    weights : tuple of float
        Share of each study in the estimate.
    """

    method: Method
    hartung_knapp: bool
    k: int
    estimate: float
    se: float
    lower: float
    upper: float
    p: float
    tau2: float
    q: float
    q_p: float
    i2: float
    i2_lower: float | None
    i2_upper: float | None
    prediction: tuple[float, float] | None
    weights: tuple[float, ...]


def pool(
    effects: Sequence[float],
    errors: Sequence[float],
    *,
    method: Method = "reml",
    hartung_knapp: bool = False,
    modified: bool = False,
) -> Pooled:
    """Put effects together.

    Parameters
    ----------
    effects, errors : sequence of float
        An effect and its standard error per study, at least 2.
    method : {"reml", "dl", "pm", "fixed"}
        Restricted maximum likelihood, DerSimonian-Laird, Paule-Mandel, or no variance between
        studies.
    hartung_knapp : bool, default False
        Widen the interval for the uncertainty of that variance, by the t distribution with k - 1
        degrees of freedom.
    modified : bool, default False
        Keep the Hartung-Knapp error from falling below that of the errors given, which it does
        where studies happen to agree; with equal effects it would be zero (Röver C, Knapp G,
        Friede T. BMC Med Res Methodol 2015;15:99).

    Raises
    ------
    LodoseError
        With fewer than 2 studies, unequal lengths or errors that are not above zero.
    """
    from scipy.special import chdtrc, ndtri, stdtr, stdtrit

    y, v = _checked(effects, errors)
    k = len(y)
    tau2 = 0.0 if method == "fixed" else between_variance(y, v, method)
    weights = 1 / (v + tau2)
    estimate = float(weights @ y / weights.sum())
    se = float(weights.sum() ** -0.5)
    if hartung_knapp:
        scale = float(np.sqrt(weights @ (y - estimate) ** 2 / (k - 1)))
        se *= max(1.0, scale) if modified else scale
        critical = float(stdtrit(k - 1, 0.975))
        p = 1.0 if se == 0 else 2 * float(stdtr(k - 1, -abs(estimate) / se))
    else:
        critical = -float(ndtri(0.025))
        p = 2 * float(_normal(-abs(estimate) / se))
    q = _q(y, v)
    i2, i2_lower, i2_upper = _i_squared(q, k)
    prediction = None
    if method != "fixed" and k >= 3:
        reach = float(stdtrit(k - 2, 0.975)) * float(np.sqrt(tau2 + se**2))
        prediction = (estimate - reach, estimate + reach)
    return Pooled(
        method=method,
        hartung_knapp=hartung_knapp,
        k=k,
        estimate=estimate,
        se=se,
        lower=estimate - critical * se,
        upper=estimate + critical * se,
        p=p,
        tau2=tau2,
        q=q,
        q_p=float(chdtrc(k - 1, q)),
        i2=i2,
        i2_lower=i2_lower,
        i2_upper=i2_upper,
        prediction=prediction,
        weights=tuple(float(w) for w in weights / weights.sum()),
    )


def leave_one_out(
    effects: Sequence[float],
    errors: Sequence[float],
    *,
    method: Method = "reml",
    hartung_knapp: bool = False,
) -> list[Pooled]:
    """Pool again without each study in turn, in their order; needs at least 3 studies."""
    if len(effects) < 3:
        raise LodoseError(
            f"Leaving one of {len(effects)} studies out leaves nothing to pool. Mend: give at "
            "least 3."
        )
    return [
        pool(
            [*effects[:one], *effects[one + 1 :]],
            [*errors[:one], *errors[one + 1 :]],
            method=method,
            hartung_knapp=hartung_knapp,
        )
        for one in range(len(effects))
    ]


def between_variance(y: Array, v: Array, method: Method) -> float:
    """Estimate the variance between studies from effects and their variances."""
    if method == "dl":
        w = 1 / v
        spare = w.sum() - (w @ w) / w.sum()
        return max(0.0, float((_q(y, v) - (len(y) - 1)) / spare))
    if method == "pm":
        return _root(lambda tau2: _q(y, v + tau2) - (len(y) - 1), _highest(y))
    if method == "reml":
        return _reml(y, v)
    raise LodoseError(f"'{method}' is no method. Mend: choose one of {', '.join(METHODS)}.")


def _reml(y: Array, v: Array) -> float:
    """Find the highest restricted likelihood; it may have several peaks, so look everywhere."""

    def score(tau2: float) -> float:
        w = 1 / (v + tau2)
        mean = w @ y / w.sum()
        return float(w**2 @ (y - mean) ** 2 - w.sum() + (w @ w) / w.sum())

    def likelihood(tau2: float) -> float:
        w = 1 / (v + tau2)
        mean = w @ y / w.sum()
        return float(np.log(w).sum() - np.log(w.sum()) - w @ (y - mean) ** 2) / 2

    top = _highest(y)
    grid = np.concatenate(([0.0], np.geomspace(min(v.min() * 1e-4, top * 1e-3), top, 200)))
    scores = [score(float(tau2)) for tau2 in grid]
    peaks = [0.0] if scores[0] <= 0 else []
    for low, high, here, there in zip(grid, grid[1:], scores, scores[1:], strict=False):
        if here > 0 >= there:
            peaks.append(_bisected(score, float(low), float(high)))
    return max(peaks or [0.0], key=likelihood)


def _highest(y: Array) -> float:
    """A variance above any that could be estimated."""
    return float(10 * ((y - y.mean()) ** 2).sum() + 1e-12)


def _root(falling, top: float) -> float:  # type: ignore[no-untyped-def]
    """Where a falling function crosses zero; 0 where it starts below."""
    return 0.0 if falling(0.0) <= 0 else _bisected(falling, 0.0, top)


def _bisected(falling, low: float, high: float) -> float:  # type: ignore[no-untyped-def]
    from scipy.optimize import brentq

    return float(brentq(falling, low, high, xtol=1e-15, rtol=1e-14, maxiter=500))


def _q(y: Array, v: Array) -> float:
    w = 1 / v
    return float(w @ (y - w @ y / w.sum()) ** 2)


def _i_squared(q: float, k: int) -> tuple[float, float | None, float | None]:
    """I² with the test-based interval of Higgins and Thompson."""
    i2 = max(0.0, (q - (k - 1)) / q) if q > 0 else 0.0
    if q > k:
        spread = 0.5 * (np.log(q) - np.log(k - 1)) / (np.sqrt(2 * q) - np.sqrt(2 * k - 3))
    elif k > 2:
        spread = np.sqrt((1 - 1 / (3 * (k - 2) ** 2)) / (2 * (k - 2)))
    else:
        return i2, None, None
    log_h = 0.5 * np.log(max(q, 1e-300) / (k - 1))
    ends = [float(np.exp(log_h + side * 1.959963984540054 * spread)) for side in (-1, 1)]
    low, high = (max(0.0, 1 - 1 / end**2) if end > 1 else 0.0 for end in ends)
    return i2, low, high


def _normal(z: float) -> float:
    from scipy.special import ndtr

    return float(ndtr(z))


def _checked(effects: Sequence[float], errors: Sequence[float]) -> tuple[Array, Array]:
    y = np.asarray(effects, dtype=np.float64)
    s = np.asarray(errors, dtype=np.float64)
    if y.ndim != 1 or y.shape != s.shape:
        raise LodoseError(
            f"{y.size} effects and {s.size} standard errors do not belong together. Mend: give one "
            "of each per study."
        )
    if len(y) < 2:
        raise LodoseError("One study is nothing to pool. Mend: give at least 2 studies.")
    if not (np.isfinite(y).all() and np.isfinite(s).all() and (s > 0).all()):
        raise LodoseError(
            "A study has no usable standard error. Mend: give an error above zero for each, or "
            "leave the study out."
        )
    return y, s**2
