"""Which figures of which studies may be put together, and which may not.

What changed since before is no comparison with anything, so it never meets a comparison with
placebo; and no person is counted twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lodose.errors import LodoseError
from lodose.evidence.effects import (
    Effect,
    mean_difference,
    risk_ratio,
    sd_of_mean_interval,
    se_of_interval,
    se_of_p,
    standardised_mean_difference,
)
from lodose.evidence.pooling import Method, Pooled, leave_one_out, pool
from lodose.evidence.schema import CONTRASTS, SUMMARIES, Arm, Figure, Kind, Study

RATIOS = frozenset({Kind.RISK_RATIO, Kind.RATE_RATIO})


@dataclass(frozen=True, slots=True)
class Contrast:
    """One study's effect, ready to be pooled.

    Attributes
    ----------
    study : str
        Id of the study.
    people : str
        Id of the trial whose people these are: the study's own, or that which it is a part of.
    kind, versus, unit, better
        What sort of effect it is, against what, in which unit, and whether lower or higher is
        better; all must agree.
    effect : Effect
        Ratios as logarithms.
    summary : bool
        Whether it already is a pooling of other studies.
    """

    study: str
    people: str
    label: str
    kind: Kind
    versus: str
    unit: str
    effect: Effect
    identifier: str
    place: str
    better: str = ""
    summary: bool = False
    derived: str = ""


def contrast_of(study: Study, figure: Figure, *, standardised: bool = False) -> Contrast:
    """Make a contrast from a figure of a study.

    Parameters
    ----------
    standardised : bool, default False
        Make a standardised difference of means of groups, for trials that measured alike things on
        unlike scales.

    Raises
    ------
    LodoseError
        Where no effect with a standard error follows from what was published.
    """
    effect, kind, derived = _of_groups(figure, standardised) or _effect(study, figure)
    return Contrast(
        study=study.id,
        people=study.part_of or study.id,
        label=study.name,
        kind=kind,
        versus=figure.versus,
        unit="" if kind is Kind.STANDARDISED else figure.unit,
        effect=effect,
        identifier=study.citation.identifier,
        place=figure.place.value,
        better=figure.better or "",
        summary=study.design in SUMMARIES,
        derived=derived,
    )


def _of_groups(figure: Figure, standardised: bool) -> tuple[Effect, Kind, str] | None:
    """Work a difference out from the means and spreads of two groups, where both are known."""
    if figure.kind is not Kind.ARM_MEANS or figure.active is None or figure.comparator is None:
        return None
    groups = [_group(arm) for arm in (figure.active, figure.comparator)]
    if groups[0] is None or groups[1] is None:
        return None
    numbers = (*groups[0], *groups[1])
    if standardised:
        return standardised_mean_difference(*numbers), Kind.STANDARDISED, "means"
    return mean_difference(*numbers), Kind.MEAN_DIFFERENCE, "means"


def _group(arm: Arm) -> tuple[int, float, float] | None:
    if arm.n is None or arm.mean is None:
        return None
    if arm.sd is not None:
        return arm.n, float(arm.mean), float(arm.sd)
    if arm.lower is not None and arm.upper is not None:
        spread = sd_of_mean_interval(arm.n, float(arm.lower), float(arm.upper))
        return arm.n, float(arm.mean), spread
    return None


def _effect(study: Study, figure: Figure) -> tuple[Effect, Kind, str]:
    from math import log

    if figure.kind in (Kind.SHARES, Kind.EVENTS):
        one, two = figure.active, figure.comparator
        if one and two and None not in (one.events, one.n, two.events, two.n):
            counts = (one.events or 0, one.n or 0, two.events or 0, two.n or 0)
            return risk_ratio(*counts), Kind.RISK_RATIO, "counts"
    if figure.value is not None and figure.kind in CONTRASTS | {Kind.CHANGE}:
        value = float(figure.value)
        ratio = figure.kind in RATIOS
        centre = log(value) if ratio else value
        if figure.se is not None:
            return Effect(centre, float(figure.se)), figure.kind, "standard error"
        if figure.lower is not None and figure.upper is not None:
            ends = [float(figure.lower), float(figure.upper)]
            low, high = (log(end) for end in ends) if ratio else ends
            return Effect(centre, se_of_interval(low, high)), figure.kind, "interval"
        if figure.p and not figure.p.startswith("<"):
            return Effect(centre, se_of_p(centre, float(figure.p))), figure.kind, "p"
    raise LodoseError(
        f"study {study.id}, figure {figure.id}: no effect with a standard error follows from what "
        "was published. Mend: leave it out of the pool, or read the missing number."
    )


_MUST_AGREE = (
    ("versus", "comparator"),
    ("kind", "sort of effect"),
    ("unit", "unit"),
    ("better", "direction of benefit"),
)


def check_poolable(contrasts: Sequence[Contrast]) -> None:
    """Refuse what does not belong together.

    Raises
    ------
    LodoseError
        For fewer than 2 studies; changes since before beside comparisons; another comparator,
        another sort of effect or another unit; the same people twice; a pooling beside trials.
    """
    if len(contrasts) < 2:
        raise LodoseError("One study is nothing to pool. Mend: give at least 2 studies.")
    uncontrolled = [one.study for one in contrasts if one.versus == "before"]
    if uncontrolled and len(uncontrolled) < len(contrasts):
        others = [one.study for one in contrasts if one.versus != "before"]
        raise LodoseError(
            f"{', '.join(uncontrolled)} is a change since before without a control group; "
            f"{', '.join(others)} is a comparison. Mend: pool only comparisons with one another; "
            "a change since before also holds what placebo and time would have done."
        )
    for name, what in _MUST_AGREE:
        found = {str(getattr(one, name)): one.study for one in contrasts}
        if len(found) > 1:
            listed = "; ".join(f"{study}: {value or 'none'}" for value, study in found.items())
            raise LodoseError(
                f"The studies differ in their {what} ({listed}). Mend: pool those that agree."
            )
    seen: dict[str, str] = {}
    for one in contrasts:
        if one.people in seen:
            raise LodoseError(
                f"{seen[one.people]} and {one.study} report the same people. Mend: keep one of "
                "them."
            )
        seen[one.people] = one.study
    if any(one.summary for one in contrasts):
        summaries = ", ".join(one.study for one in contrasts if one.summary)
        raise LodoseError(
            f"{summaries} already pools other studies, whose people would count twice. Mend: pool "
            "the trials themselves."
        )


def pool_contrasts(
    contrasts: Sequence[Contrast],
    *,
    method: Method = "reml",
    hartung_knapp: bool = False,
    modified: bool = False,
) -> Pooled:
    """Pool contrasts that belong together; see :func:`check_poolable` for what is refused."""
    check_poolable(contrasts)
    effects = [one.effect.estimate for one in contrasts]
    errors = [one.effect.se for one in contrasts]
    return pool(effects, errors, method=method, hartung_knapp=hartung_knapp, modified=modified)


def without_each(contrasts: Sequence[Contrast], *, method: Method = "reml") -> Mapping[str, Pooled]:
    """Pool again without each study in turn, by its id."""
    check_poolable(contrasts)
    effects = [one.effect.estimate for one in contrasts]
    errors = [one.effect.se for one in contrasts]
    found = leave_one_out(effects, errors, method=method)
    return {one.study: without for one, without in zip(contrasts, found, strict=True)}
