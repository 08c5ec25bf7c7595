"""From what a paper prints to an effect and its standard error.

Ratios are worked with as natural logarithms throughout.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

from lodose.errors import LodoseError

NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect with its standard error; a ratio as its logarithm."""

    estimate: float
    se: float

    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the normal distribution, on the same scale."""
        return self.estimate - NORMAL_95 * self.se, self.estimate + NORMAL_95 * self.se


def mean_difference(n1: int, mean1: float, sd1: float, n2: int, mean2: float, sd2: float) -> Effect:
    """Mean of the first group less that of the second, variances not assumed equal."""
    _groups(n1, n2)
    return Effect(mean1 - mean2, sqrt(sd1**2 / n1 + sd2**2 / n2))


def standardised_mean_difference(
    n1: int, mean1: float, sd1: float, n2: int, mean2: float, sd2: float
) -> Effect:
    """Hedges' g with the standard error of the Cochrane Handbook.

    References
    ----------
    Hedges LV, Olkin I. Statistical Methods for Meta-Analysis, 1985. The factor is
    1 - 3 / (4 N - 9), the variance N / (n1 n2) + g² / (2 (N - 3.94)).
    """
    _groups(n1, n2)
    total = n1 + n2
    pooled = sqrt((sd1**2 * (n1 - 1) + sd2**2 * (n2 - 1)) / (total - 2))
    if pooled == 0 or total <= 3:
        raise LodoseError(
            "A standardised difference needs groups that vary. Mend: use the mean difference."
        )
    g = (1 - 3 / (4 * total - 9)) * (mean1 - mean2) / pooled
    return Effect(g, sqrt(total / (n1 * n2) + g**2 / (2 * (total - 3.94))))


def risk_ratio(events1: int, n1: int, events2: int, n2: int) -> Effect:
    """Return the logarithm of a risk ratio; half a person is added where a group had none."""
    a, b, c, d = float(events1), float(n1), float(events2), float(n2)
    if not (0 <= a <= b and 0 <= c <= d and b > 0 and d > 0):
        raise LodoseError(
            f"{events1} of {n1} and {events2} of {n2} are no shares of people. Mend: give the "
            "people with the event and all people of each group."
        )
    if a == 0 and c == 0:
        raise LodoseError(
            "Nobody in either group had the event, so there is no ratio. Mend: leave it out."
        )
    if a == 0 or c == 0:
        a, b, c, d = a + 0.5, b + 1, c + 0.5, d + 1
    return Effect(log(a / b) - log(c / d), sqrt(1 / a - 1 / b + 1 / c - 1 / d))


def se_of_interval(lower: float, upper: float, *, critical: float = NORMAL_95) -> float:
    """Return the standard error behind an interval of ``critical`` errors to each side."""
    if not upper > lower:
        raise LodoseError(
            f"{lower} to {upper} is no interval. Mend: give the lower end first, then the upper."
        )
    return (upper - lower) / (2 * critical)


def se_of_p(estimate: float, p: float) -> float:
    """Return the standard error behind an estimate and its two-sided p (normal)."""
    from scipy.special import ndtri

    if not 0 < p < 1 or estimate == 0:
        raise LodoseError(
            f"No standard error follows from an estimate of {estimate} and p = {p}. Mend: give an "
            "interval."
        )
    return abs(estimate) / float(-ndtri(p / 2))


def sd_of_mean_interval(n: int, lower: float, upper: float) -> float:
    """Return the standard deviation behind the 95 % interval of a mean (normal)."""
    return se_of_interval(lower, upper) * sqrt(n)


def as_ratio(logarithm: float) -> float:
    """Return a ratio from its logarithm."""
    return exp(logarithm)


def _groups(n1: int, n2: int) -> None:
    if min(n1, n2) < 2:
        raise LodoseError(
            f"Groups of {n1} and {n2} have no spread. Mend: give at least 2 people in each."
        )
