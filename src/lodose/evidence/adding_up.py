"""Do the numbers of a published row agree with one another, to their printed digits?

An estimate, its interval and its p say the same thing three times. Where they do not agree within
what rounding allows, one of them is misprinted or comes from a method that was not named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, product
from math import log

from lodose.errors import LodoseError
from lodose.language import translate


@dataclass(frozen=True, slots=True)
class Row:
    """A published row, every number as it is printed.

    Attributes
    ----------
    p : str or None
        As printed; ``"<0.001"`` for less than that.
    ratio : bool
        Whether it is a ratio, whose interval is even on the scale of logarithms.
    studies : int or None
        How many studies a pooled row puts together: they give the degrees of freedom of a
        Hartung-Knapp interval.
    """

    name: str
    estimate: str
    lower: str
    upper: str
    p: str | None = None
    ratio: bool = False
    studies: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in a row: the sentences that name a disagreement, none where all agrees.

    Attributes
    ----------
    p_normal, p_t : tuple of float or None
        Lowest and highest p that the interval allows, by the normal distribution and by the t
        distribution with one degree of freedom less than there are studies.
    fits : {"normal", "t", ""}
        Which of the two gives the printed p.
    """

    row: Row
    p_normal: tuple[float, float]
    p_t: tuple[float, float] | None
    fits: str
    faults: tuple[str, ...]


def check_row(row: Row) -> Finding:
    """Work out p from the interval and see whether the estimate stands in its middle."""
    estimate, lower, upper = (_range(text) for text in (row.estimate, row.lower, row.upper))
    if row.ratio:
        if min(estimate[0], lower[0], upper[0]) < 0:
            raise LodoseError(f"{row.name}: a ratio cannot be below 0. Mend: read the row again.")
        estimate, lower, upper = (_logs(ends) for ends in (estimate, lower, upper))
    p_normal = _p_range(estimate, lower, upper, None)
    p_t = _p_range(estimate, lower, upper, row.studies - 1) if row.studies else None
    faults = []
    middle = ((lower[0] + upper[0]) / 2, (lower[1] + upper[1]) / 2)
    if middle[1] < estimate[0] or middle[0] > estimate[1]:
        faults.append(
            translate(
                "{name}: {estimate} does not lie in the middle of {lower} to {upper}."
            ).format(name=row.name, estimate=row.estimate, lower=row.lower, upper=row.upper)
        )
    fits = ""
    if row.p is not None:
        fits = "normal" if _agrees(row.p, p_normal) else ""
        if not fits and p_t is not None and _agrees(row.p, p_t):
            fits = "t"
        if not fits:
            faults.append(
                translate(
                    "{name}: the interval {lower} to {upper} means p of about {meant}, but "
                    "p = {printed} is printed."
                ).format(
                    name=row.name,
                    lower=row.lower,
                    upper=row.upper,
                    meant=f"{sum(p_normal) / 2:.2f}",
                    printed=row.p,
                )
            )
    return Finding(row, p_normal, p_t, fits, tuple(faults))


def same_figures(rows: Sequence[Row]) -> list[str]:
    """Name rows of one study that agree in every digit, which two outcomes hardly ever do."""
    return [
        translate(
            "{one} and {other} have exactly the same figures, {estimate} ({lower} to {upper}): one "
            "of them may be a slip."
        ).format(
            one=one.name, other=other.name, estimate=one.estimate, lower=one.lower, upper=one.upper
        )
        for one, other in combinations(rows, 2)
        if (one.estimate, one.lower, one.upper) == (other.estimate, other.lower, other.upper)
    ]


def check_effect_size(
    name: str, printed: str, group: tuple[int, float, float], other: tuple[int, float, float]
) -> str | None:
    """Say so when a printed Cohen's d does not follow from the end values of two groups.

    Parameters
    ----------
    group, other : tuple
        People, mean and standard deviation at the end.
    """
    n1, mean1, sd1 = group
    n2, mean2, sd2 = other
    spread = ((sd1**2 * (n1 - 1) + sd2**2 * (n2 - 1)) / (n1 + n2 - 2)) ** 0.5
    found = abs(mean1 - mean2) / spread
    low, high = _range(printed)
    if low <= found <= high:
        return None
    return translate(
        "{name}: the end values give an effect size of {found}, but {printed} is printed; that may "
        "be of the changes, whose spread was not published."
    ).format(name=name, found=f"{found:.2f}", printed=printed)


def _range(printed: str) -> tuple[float, float]:
    """Return the numbers that are printed like this."""
    number = Decimal(printed)
    half = Decimal(1).scaleb(int(number.as_tuple().exponent)) / 2
    return float(number - half), float(number + half)


def _logs(ends: tuple[float, float]) -> tuple[float, float]:
    return log(max(ends[0], 1e-12)), log(ends[1])


def _p_range(
    estimate: tuple[float, float],
    lower: tuple[float, float],
    upper: tuple[float, float],
    freedom: int | None,
) -> tuple[float, float]:
    from scipy.special import ndtr, stdtr, stdtrit

    critical = 1.959963984540054 if freedom is None else float(stdtrit(freedom, 0.975))
    found = []
    for centre, low, high in product(estimate, lower, upper):
        z = -abs(centre) / max((high - low) / (2 * critical), 1e-12)
        found.append(2 * float(ndtr(z) if freedom is None else stdtr(freedom, z)))
    if estimate[0] <= 0 <= estimate[1]:
        found.append(1.0)
    return min(found), max(found)


def _agrees(printed: str, allowed: tuple[float, float]) -> bool:
    if printed.startswith("<"):
        return allowed[0] < float(printed[1:])
    low, high = _range(printed)
    return low <= allowed[1] and allowed[0] <= high
