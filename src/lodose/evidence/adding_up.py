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
from lodose.evidence.schema import CONTRASTS, Figure, Kind, Study
from lodose.evidence.words import MINUS
from lodose.language import decimal, translate


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
    """What was found in a row.

    Attributes
    ----------
    p_normal : tuple of float
        Lowest and highest p that the interval allows, by the normal distribution.
    fits : {"normal", "hartung-knapp", ""}
        Which way of working gives the printed p; empty where none does or no p is printed.
    studies : int or None
        With how many studies the Hartung-Knapp way fits.
    faults : tuple of str
        A sentence per disagreement; none where all agrees.
    remark : str
        A sentence on how the numbers were come by, where they fit in an unusual way only.
    """

    row: Row
    p_normal: tuple[float, float]
    fits: str
    studies: int | None
    faults: tuple[str, ...]
    remark: str


SLACK = 1.5
"""By what factor p may differ: papers use t distributions and cut digits off, and do not say so."""
MANY_STUDIES = 6
"""Up to how many studies are tried where a row does not say how many it pools."""


def check_row(row: Row) -> Finding:
    """Work out p from the interval and see whether the estimate stands in its middle."""
    estimate, lower, upper = (_range(text) for text in (row.estimate, row.lower, row.upper))
    if row.ratio:
        if min(estimate[1], lower[1], upper[1]) <= 0:
            raise LodoseError(f"{row.name}: a ratio is above 0. Mend: read the row again.")
        estimate, lower, upper = (_logs(ends) for ends in (estimate, lower, upper))
    p_normal = _p_range(estimate, lower, upper, None)
    faults = []
    middle = ((lower[0] + upper[0]) / 2, (lower[1] + upper[1]) / 2)
    if middle[1] < estimate[0] or middle[0] > estimate[1]:
        faults.append(
            translate(
                "{name}: {estimate} does not lie in the middle of {lower} to {upper}."
            ).format(name=row.name, estimate=row.estimate, lower=row.lower, upper=row.upper)
        )
    fits, studies, remark = "", None, ""
    if row.p is not None:
        fits, studies = _way(row, estimate, lower, upper, p_normal)
        if not fits:
            faults.append(
                translate(
                    "{name}: the interval {lower} to {upper} means p of about {meant}, but "
                    "p = {printed} is printed."
                ).format(
                    name=row.name,
                    lower=_said(row.lower),
                    upper=_said(row.upper),
                    meant=decimal(f"{sum(p_normal) / 2:.2g}"),
                    printed=decimal(row.p),
                )
            )
        elif studies is not None:
            remark = translate(
                "{name}: the interval {lower} to {upper} and p = {printed} agree only if {count} "
                "studies were pooled with a Hartung-Knapp interval."
            ).format(
                name=row.name,
                lower=_said(row.lower),
                upper=_said(row.upper),
                printed=decimal(row.p),
                count=studies,
            )
    return Finding(row, p_normal, fits, studies, tuple(faults), remark)


def _way(
    row: Row,
    estimate: tuple[float, float],
    lower: tuple[float, float],
    upper: tuple[float, float],
    p_normal: tuple[float, float],
) -> tuple[str, int | None]:
    """Find the way of working that gives the printed p."""
    assert row.p is not None  # noqa: S101  for the type checker
    if _agrees(row.p, p_normal):
        return "normal", None
    for studies in [row.studies] if row.studies else range(2, MANY_STUDIES):
        if _agrees(row.p, _p_range(estimate, lower, upper, studies - 1)):
            return "hartung-knapp", studies
    return "", None


def _said(printed: str) -> str:
    return decimal(printed.replace("-", MINUS))


def doubts(study: Study, figure: Figure) -> str:
    """Say what does not add up in a figure; empty where nothing is amiss."""
    if figure.value is None or figure.lower is None or figure.upper is None:
        return ""
    ratio = figure.kind in (Kind.RISK_RATIO, Kind.RATE_RATIO)
    if figure.kind not in CONTRASTS | {Kind.CHANGE}:
        return ""
    row = Row(
        translate(study.name),
        str(figure.value),
        str(figure.lower),
        str(figure.upper),
        p=figure.p,
        ratio=ratio,
        studies=figure.studies,
    )
    found = check_row(row)
    return " ".join([*found.faults, found.remark]).strip()


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
        return allowed[0] < float(printed[1:]) * SLACK
    low, high = _range(printed)
    return low <= allowed[1] * SLACK and allowed[0] <= high * SLACK
