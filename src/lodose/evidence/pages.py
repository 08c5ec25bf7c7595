"""What a person is shown of a claim, a condition and a study, in the current language.

Every number on a page comes from a figure of a study, and stands beside that study's identifier
and the place where it was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from lodose.evidence.adding_up import doubts
from lodose.evidence.bayes import pool_bayesian
from lodose.evidence.catalogue import Evidence
from lodose.evidence.contrasts import RATIOS, Contrast, contrast_of, pool_contrasts
from lodose.evidence.pooling import Pooled
from lodose.evidence.schema import Figure, Point, Pool, Rating, Study
from lodose.evidence.words import (
    CERTAINTIES,
    DECIDES,
    DESIGNS,
    JUDGEMENT,
    PLACES,
    UNITS,
    dose,
    figure_text,
    interval,
    length,
    number,
    people,
)
from lodose.language import listing, translatable, translate

NO_TRIAL = translatable("No controlled trial of this was found.")
NOT_PUBLISHED = translatable("Worked out by Lodose; not published.")


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A figure as text, with the study, its identifier and where it was read.

    ``doubt`` says what does not add up in it.
    """

    label: str
    text: str
    note: str
    doubt: str
    harm: bool
    study: str
    identifier: str
    place: str


@dataclass(frozen=True, slots=True)
class ShownStudy:
    """A study as it is listed."""

    id: str
    name: str
    design: str
    controlled: bool
    people: str
    dose: str
    length: str
    comparator: str
    outcome: str
    sentence: str
    limits: str
    verified: str
    citation: str
    identifier: str
    read: tuple[str, ...]
    figures: tuple[ShownFigure, ...]


@dataclass(frozen=True, slots=True)
class ShownSource:
    """A study that a sentence rests on."""

    study: str
    name: str
    identifier: str
    read: str


@dataclass(frozen=True, slots=True)
class ShownPoint:
    """A sentence with its sources."""

    text: str
    sources: tuple[ShownSource, ...]


@dataclass(frozen=True, slots=True)
class ShownRating:
    """How sure the project is of one thing, and why."""

    heading: str
    about: str
    certainty: str
    reason: str


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
    place: str
    pooled: bool


@dataclass(frozen=True, slots=True)
class ShownPool:
    """Trials put together by Lodose: a line per trial, then a line per method."""

    label: str
    unit: str
    note: str
    ratio: bool
    better: str
    rows: tuple[PoolRow, ...]
    scatter: str
    studies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConditionPage:
    """Everything known about a condition."""

    id: str
    name: str
    controlled: bool
    warning: str
    found: tuple[ShownPoint, ...]
    rating: ShownRating
    missing: tuple[str, ...]
    pools: tuple[ShownPool, ...]
    has_chances: bool
    studies: tuple[ShownStudy, ...]
    closing: str


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """One of the six claims, weighed."""

    id: str
    statement: str
    verdict: str
    ratings: tuple[ShownRating, ...]
    support: tuple[ShownPoint, ...]
    opposition: tuple[ShownPoint, ...]
    missing: tuple[str, ...]
    closing: str


def condition_page(evidence: Evidence, condition_id: str) -> ConditionPage:
    """Return what is shown of a condition."""
    condition = evidence.condition(condition_id)
    controlled = bool(evidence.controlled_studies_of(condition.id))
    return ConditionPage(
        id=condition.id,
        name=translate(condition.name),
        controlled=controlled,
        warning="" if controlled or condition.topic else translate(NO_TRIAL),
        found=_points(evidence, condition.found),
        rating=_rating(condition.rating),
        missing=tuple(translate(one) for one in condition.missing),
        pools=tuple(pool_of(evidence, pool) for pool in condition.pools),
        has_chances=condition.chances is not None,
        studies=tuple(shown_study(one) for one in evidence.studies_of(condition.id)),
        closing=translate(DECIDES),
    )


def claim_page(evidence: Evidence, claim_id: str) -> ClaimPage:
    """Return what is shown of a claim."""
    claim = evidence.claim(claim_id)
    return ClaimPage(
        id=claim.id,
        statement=translate(claim.statement),
        verdict=translate(claim.verdict),
        ratings=tuple(_rating(one) for one in claim.ratings),
        support=_points(evidence, claim.support),
        opposition=_points(evidence, claim.opposition),
        missing=tuple(translate(one) for one in claim.missing),
        closing=translate(DECIDES),
    )


def shown_study(study: Study) -> ShownStudy:
    """Return what is shown of a study."""
    return ShownStudy(
        id=study.id,
        name=translate(study.name),
        design=translate(DESIGNS[study.design]),
        controlled=study.controlled,
        people=people(study),
        dose=dose(study),
        length=length(study),
        comparator=translate(study.comparator),
        outcome=translate(study.outcome),
        sentence=translate(study.sentence),
        limits=translate(study.limits),
        verified=translate(study.verified),
        citation=study.citation.text,
        identifier=study.citation.identifier,
        read=tuple(translate(PLACES[place]) for place in study.read),
        figures=tuple(shown_figure(study, one) for one in study.figures),
    )


def shown_figure(study: Study, figure: Figure) -> ShownFigure:
    """Return a figure as text."""
    return ShownFigure(
        label=translate(figure.label),
        text=figure_text(figure),
        note=translate(figure.note),
        doubt=doubts(study, figure),
        harm=figure.harm,
        study=study.id,
        identifier=study.citation.identifier,
        place=translate(PLACES[figure.place]),
    )


def pool_of(evidence: Evidence, pool: Pool) -> ShownPool:
    """Put the trials of a pool together in every way and show all of them."""
    contrasts = [contrast_of(*evidence.figure(one)) for one in pool.figures]
    fixed = pool_contrasts(contrasts, method="fixed")
    ways: list[tuple[str, Pooled]] = [
        (translate("All alike (fixed)"), fixed),
        (translate("Differing (random, REML)"), pool_contrasts(contrasts)),
        (
            translate("Differing, few trials (Hartung-Knapp)"),
            pool_contrasts(contrasts, hartung_knapp=True, modified=True),
        ),
    ]
    ratio = contrasts[0].kind in RATIOS
    rows = [
        _trial_row(one, weight, ratio) for one, weight in zip(contrasts, fixed.weights, strict=True)
    ]
    rows += [_pooled_row(name, way.estimate, way.lower, way.upper, ratio) for name, way in ways]
    belief = pool_bayesian(
        [one.effect.estimate for one in contrasts],
        [one.effect.se for one in contrasts],
        tau_scale=float(pool.tau_scale),
    )
    rows.append(
        _pooled_row(
            translate("Differing (Bayesian)"),
            belief.estimate,
            belief.lower,
            belief.upper,
            ratio,
        )
    )
    return ShownPool(
        label=translate(pool.label),
        unit=translate(UNITS.get(pool.unit, pool.unit)),
        note=translate(NOT_PUBLISHED),
        ratio=ratio,
        better=contrasts[0].better,
        rows=tuple(rows),
        scatter=_scatter(fixed),
        studies=tuple(one.study for one in contrasts),
    )


def _trial_row(contrast: Contrast, weight: float, ratio: bool) -> PoolRow:
    low, high = contrast.effect.interval()
    ends = [exp(one) if ratio else one for one in (contrast.effect.estimate, low, high)]
    return PoolRow(
        label=translate(contrast.label),
        text=f"{number(ends[0], 2)} ({interval(ends[1], ends[2], 2)})",
        estimate=ends[0],
        lower=ends[1],
        upper=ends[2],
        weight=weight,
        identifier=contrast.identifier,
        place=contrast.place,
        pooled=False,
    )


def _pooled_row(name: str, estimate: float, lower: float, upper: float, ratio: bool) -> PoolRow:
    ends = [exp(one) if ratio else one for one in (estimate, lower, upper)]
    return PoolRow(
        label=name,
        text=f"{number(ends[0], 2)} ({interval(ends[1], ends[2], 2)})",
        estimate=ends[0],
        lower=ends[1],
        upper=ends[2],
        weight=None,
        identifier="",
        place="",
        pooled=True,
    )


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


def _points(evidence: Evidence, points: Sequence[Point]) -> tuple[ShownPoint, ...]:
    return tuple(
        ShownPoint(
            text=translate(point.text),
            sources=tuple(_source(evidence.study(name)) for name in point.studies),
        )
        for point in points
    )


def _source(study: Study) -> ShownSource:
    return ShownSource(
        study=study.id,
        name=translate(study.name),
        identifier=study.citation.identifier,
        read=listing([translate(PLACES[place]) for place in study.read]),
    )


def _rating(rating: Rating) -> ShownRating:
    return ShownRating(
        heading=translate(JUDGEMENT),
        about=translate(rating.about),
        certainty=translate(CERTAINTIES[rating.certainty]),
        reason=translate(rating.reason),
    )
