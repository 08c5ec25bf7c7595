"""Trials put together, as it is shown: a forest plot's lines, every method, each trial left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from lodose.evidence.bayes import BayesianPooled, pool_bayesian
from lodose.evidence.catalogue import Evidence
from lodose.evidence.contrasts import RATIOS, Contrast, contrast_of, pool_contrasts, without_each
from lodose.evidence.pooling import Pooled
from lodose.evidence.schema import Place, Pool
from lodose.evidence.words import PLACES, UNITS, interval, number
from lodose.language import translatable, translate

NOT_PUBLISHED = translatable("Worked out by Lodose; not published.")
FUNNEL_FROM = 10
"""From how many trials on a funnel plot can show whether trials are missing."""


@dataclass(frozen=True, slots=True)
class PoolRow:
    """A line of a forest plot; ratios as ratios."""

    label: str
    text: str
    estimate: float
    lower: float
    upper: float
    weight: float | None
    identifier: str
    url: str
    place: str
    pooled: bool


@dataclass(frozen=True, slots=True)
class PoolWay:
    """One way of putting trials together.

    Attributes
    ----------
    text : str
        The common effect with its 95 % interval.
    spread : str
        Standard deviation between trials, for a ratio of its logarithm.
    prediction : str
        Where the effect of a further trial may lie; empty where that cannot be said.
    """

    label: str
    text: str
    spread: str
    prediction: str


@dataclass(frozen=True, slots=True)
class PoolWithout:
    """The trials without one of them."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownPool:
    """Trials put together by Lodose.

    Attributes
    ----------
    rows
        A line per trial, then a line per usual method: what a forest plot draws.
    ways, without
        Every method; the trials without each in turn.
    limits
        What so few trials cannot say.
    funnel : bool
        Whether a funnel plot would mean anything.
    """

    label: str
    unit: str
    note: str
    ratio: bool
    better: str
    rows: tuple[PoolRow, ...]
    scatter: str
    studies: tuple[str, ...]
    ways: tuple[PoolWay, ...]
    without: tuple[PoolWithout, ...]
    limits: tuple[str, ...]
    funnel: bool


def pool_of(evidence: Evidence, pool: Pool) -> ShownPool:
    """Put the trials of a condition's pool together in every way and show all of them."""
    return pool_figures(
        evidence,
        pool.figures,
        label=translate(pool.label),
        unit=pool.unit,
        tau_scale=float(pool.tau_scale),
    )


def pool_figures(
    evidence: Evidence,
    references: Sequence[str],
    *,
    label: str,
    unit: str = "",
    tau_scale: float = 0.5,
    standardised: bool = False,
) -> ShownPool:
    """Put figures together.

    Parameters
    ----------
    references : sequence of str
        Each ``study#figure``.
    tau_scale : float
        Scale of the half-normal prior for the spread between trials, in the unit of the effects.
    standardised : bool, default False
        Turn means of groups into standardised mean differences.

    Raises
    ------
    LodoseError
        For figures that do not belong together, or from which no effect follows.
    """
    contrasts = [
        contrast_of(*evidence.figure(one), standardised=standardised) for one in references
    ]
    ratio = contrasts[0].kind in RATIOS
    ways = _ways(contrasts)
    belief = pool_bayesian(
        [one.effect.estimate for one in contrasts],
        [one.effect.se for one in contrasts],
        tau_scale=tau_scale,
    )
    fixed = ways["fixed"]
    shown: list[tuple[str, Pooled | BayesianPooled]] = [
        (translate("All alike (fixed)"), fixed),
        (translate("Differing (random, REML)"), ways["reml"]),
        (translate("Differing, few trials (Hartung-Knapp)"), ways["modified"]),
        (translate("Differing (Bayesian)"), belief),
    ]
    rows = [
        _trial_row(evidence, one, weight, ratio)
        for one, weight in zip(contrasts, fixed.weights, strict=True)
    ]
    rows += [_pooled_row(name, way, ratio) for name, way in shown]
    return ShownPool(
        label=label,
        unit=translate(UNITS.get(unit, unit)),
        note=translate(NOT_PUBLISHED),
        ratio=ratio,
        better=contrasts[0].better,
        rows=tuple(rows),
        scatter=_scatter(fixed),
        studies=tuple(one.study for one in contrasts),
        ways=(*_shown_ways(ways, ratio), _believed(belief, ratio)),
        without=_without(contrasts, ratio),
        limits=_limits(len(contrasts)),
        funnel=len(contrasts) >= FUNNEL_FROM,
    )


def _ways(contrasts: Sequence[Contrast]) -> dict[str, Pooled]:
    return {
        "fixed": pool_contrasts(contrasts, method="fixed"),
        "reml": pool_contrasts(contrasts),
        "dl": pool_contrasts(contrasts, method="dl"),
        "pm": pool_contrasts(contrasts, method="pm"),
        "plain": pool_contrasts(contrasts, hartung_knapp=True),
        "modified": pool_contrasts(contrasts, hartung_knapp=True, modified=True),
    }


def _shown_ways(ways: dict[str, Pooled], ratio: bool) -> tuple[PoolWay, ...]:
    names = {
        "fixed": translate("Fixed effect"),
        "reml": translate("Random effects, REML"),
        "dl": translate("Random effects, DerSimonian-Laird"),
        "pm": translate("Random effects, Paule-Mandel"),
        "plain": translate("REML with Hartung-Knapp"),
        "modified": translate("REML with modified Hartung-Knapp"),
    }
    return tuple(
        PoolWay(
            label=names[key],
            text=_text(way.estimate, way.lower, way.upper, ratio),
            spread="" if key == "fixed" else number(way.tau2**0.5, 2),
            prediction="" if way.prediction is None else _ends(*way.prediction, ratio),
        )
        for key, way in ways.items()
    )


def _believed(belief: BayesianPooled, ratio: bool) -> PoolWay:
    label = translate("Bayesian, half-normal prior of scale {scale} for the spread").format(
        scale=number(belief.tau_scale, 2)
    )
    spread = f"{number(belief.tau, 2)} ({interval(belief.tau_lower, belief.tau_upper, 2)})"
    return PoolWay(
        label=label,
        text=_text(belief.estimate, belief.lower, belief.upper, ratio),
        spread=spread,
        prediction=_ends(*belief.prediction, ratio),
    )


def _without(contrasts: Sequence[Contrast], ratio: bool) -> tuple[PoolWithout, ...]:
    if len(contrasts) < 3:
        return ()
    names = {one.study: translate(one.label) for one in contrasts}
    return tuple(
        PoolWithout(
            translate("Without {trial}").format(trial=names[study]),
            _text(left.estimate, left.lower, left.upper, ratio),
        )
        for study, left in without_each(contrasts).items()
    )


def _limits(trials: int) -> tuple[str, ...]:
    said = []
    if trials < 3:
        said.append(
            translate(
                "With two trials none can be left out, and no prediction interval follows without "
                "a prior."
            )
        )
    if trials < FUNNEL_FROM:
        said.append(
            translate(
                "With so few trials a funnel plot cannot show whether trials are missing, so none "
                "is drawn."
            )
        )
    return tuple(said)


def _trial_row(evidence: Evidence, contrast: Contrast, weight: float, ratio: bool) -> PoolRow:
    low, high = contrast.effect.interval()
    ends = _scaled((contrast.effect.estimate, low, high), ratio)
    place = Place(contrast.place)
    shown = evidence.study(contrast.study).citation.shown_for(place)
    return PoolRow(
        label=translate(contrast.label),
        text=_text(contrast.effect.estimate, low, high, ratio),
        estimate=ends[0],
        lower=ends[1],
        upper=ends[2],
        weight=weight,
        identifier=shown[0],
        url=shown[1],
        place=translate(PLACES[place]),
        pooled=False,
    )


def _pooled_row(name: str, way: Pooled | BayesianPooled, ratio: bool) -> PoolRow:
    ends = _scaled((way.estimate, way.lower, way.upper), ratio)
    return PoolRow(
        label=name,
        text=_text(way.estimate, way.lower, way.upper, ratio),
        estimate=ends[0],
        lower=ends[1],
        upper=ends[2],
        weight=None,
        identifier="",
        url="",
        place="",
        pooled=True,
    )


def _scaled(values: Sequence[float], ratio: bool) -> list[float]:
    return [exp(one) if ratio else one for one in values]


def _text(estimate: float, lower: float, upper: float, ratio: bool) -> str:
    return f"{number(_scaled([estimate], ratio)[0], 2)} ({_ends(lower, upper, ratio)})"


def _ends(lower: float, upper: float, ratio: bool) -> str:
    low, high = _scaled((lower, upper), ratio)
    return interval(low, high, 2)


def _scatter(fixed: Pooled) -> str:
    """How far the trials lie apart, in one sentence."""
    share = number(100 * fixed.i2, 0)
    if fixed.i2_lower is None or fixed.i2_upper is None:
        return translate(
            "I² {share} %: the share of the scatter that is more than chance; with so few trials "
            "it has no interval."
        ).format(share=share)
    return translate(
        "I² {share} % ({lower} to {upper}): the share of the scatter that is more than chance."
    ).format(
        share=share, lower=number(100 * fixed.i2_lower, 0), upper=number(100 * fixed.i2_upper, 0)
    )
