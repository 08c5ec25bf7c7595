"""Everything the numbers say about one outcome."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lodose.diary import Diary
from lodose.inference import NotEstimableError, Posterior, Priors, TrialArrays, fit
from lodose.inference.estimate import Engine
from lodose.inference.priors import OnsetPrior
from lodose.trial import Outcome, Protocol
from lodose.verdict.arrays import (
    DayTable,
    FloatArray,
    means_by_period,
    means_whatever_the_order,
    medicine_changes,
    outcome_series,
    period_results,
)
from lodose.verdict.columns import KnownColumn, known_columns, prior_sd
from lodose.verdict.companions import paired_companion, randomisation_companion
from lodose.verdict.decision import Decision, settle
from lodose.verdict.missing import tipping_points
from lodose.verdict.numbers import plain, spoken
from lodose.verdict.readings import estimate, prior_rows
from lodose.verdict.result import (
    Claim,
    Curve,
    Estimate,
    KnownTerm,
    OutcomeAnswer,
    PeriodResult,
    Word,
)
from lodose.verdict.retold import retold
from lodose.verdict.rules import Cuts
from lodose.verdict.sensitivity import sensitivity_rows
from lodose.verdict.table import sentence

FEWEST_DAYS = 8
EXTRAPOLATION = 3  # time constants after which 95 % of an effect has built up
NO_CURVE = Curve((), (), (), (), (), ())


@dataclass(frozen=True, slots=True)
class Analysis:
    """An outcome's answer with what only the wording needs.

    Attributes
    ----------
    answer
    no_paired, no_randomisation
        Why a companion could not be computed, or "".
    posterior
        None where nothing could be fitted.
    decision
        The word and whether it hangs on the onset; None where nothing could be fitted.
    columns
        Names of the known columns in the model.
    """

    answer: OutcomeAnswer
    no_paired: str
    no_randomisation: str
    posterior: Posterior | None
    decision: Decision | None
    columns: tuple[str, ...]


def analyse(
    diary: Diary,
    protocol: Protocol,
    table: DayTable,
    outcome: Outcome,
    *,
    engine: Engine,
    whole: bool = True,
    faulty: str = "",
    exposures: Mapping[str, FloatArray] | None = None,
) -> Analysis:
    """Analyse one outcome; what cannot be estimated carries its reason instead of numbers.

    Unless `whole`, the fitted curve, the other terms of the model, the sensitivity table and the
    tipping points are left empty: they cost most of the time and only the primary outcome shows
    them. Where the diary has faults, `faulty` says so and nothing is computed from its values.
    """
    series = outcome_series(diary, table, outcome)
    periods = period_results(diary, protocol, table, series)
    if faulty:
        blank = tuple(replace(period, mean=None, sd=None) for period in periods)
        return Analysis(_unanswered(outcome, blank, faulty), "", "", None, None, ())
    means = means_by_period(series, table, transition_days=protocol.transition_days)
    descriptive = protocol.design == "before-after"
    paired, no_paired = (None, "") if descriptive else paired_companion(means, protocol)
    fixed = means_whatever_the_order(series, table, transition_days=protocol.transition_days)
    test, no_test = (None, "") if descriptive else randomisation_companion(fixed, protocol)
    columns = known_columns(protocol, table, medicine_changes(protocol, table))
    told = tuple(column for column in columns if column.told_by(series))
    posterior, decision = None, None
    reason = why_not_estimable(outcome, protocol, periods, series)
    if not reason:
        try:
            posterior = _fit(table, series, protocol, outcome, told, engine)
        except NotEstimableError as error:
            reason = sentence("reason", "other", problem=retold(str(error)))
    answer = replace(_unanswered(outcome, periods, reason), paired=paired, randomisation=test)
    if posterior is not None:
        cuts = Cuts.of(protocol.cuts)
        decision = settle(posterior, better=outcome.better, mcid=float(outcome.mcid), cuts=cuts)
        answer = replace(answer, **_numbers(posterior, decision, protocol, outcome, periods))
        if whole:
            answer = replace(
                answer,
                **_whole(posterior, columns),
                curve=_curve(posterior, table, series),
                sensitivity=sensitivity_rows(
                    posterior, outcome, cuts, decision, table.initial_treatment, exposures
                ),
                missing=tipping_points(posterior, outcome, cuts, table, series),
            )
    names = tuple(column.name for column in told)
    return Analysis(answer, no_paired, no_test, posterior, decision, names)


def _unanswered(outcome: Outcome, periods: tuple[PeriodResult, ...], reason: str) -> OutcomeAnswer:
    return OutcomeAnswer(
        outcome=outcome,
        effect=None,
        contrast=None,
        probabilities=None,
        priors=(),
        terms={},
        periods=periods,
        paired=None,
        randomisation=None,
        curve=NO_CURVE,
        word=Word.NOT_KNOWN_YET,
        not_estimable=reason,
    )


def why_not_estimable(
    outcome: Outcome,
    protocol: Protocol,
    periods: tuple[PeriodResult, ...],
    series: FloatArray,
) -> str:
    """Say why no effect can be estimated, as a sentence, or "" where one can."""
    label = spoken(outcome)
    if protocol.design == Claim.CHANGED_SINCE.value:
        return _changed_since(outcome, periods)
    used = {
        arm: sum(p.arm == arm and p.days_observed > 0 for p in periods)
        for arm in ("active", "comparator")
    }
    if min(used.values()) < 2:
        return sentence(
            "reason",
            "few-periods",
            active_periods=used["active"],
            comparator_periods=used["comparator"],
            treatment=protocol.treatment.active,
            comparator=protocol.treatment.comparator,
        )
    seen = series[np.isfinite(series)]
    if seen.size < FEWEST_DAYS:
        return sentence(
            "reason", "few-days", days=seen.size, outcome=label, fewest_days=FEWEST_DAYS
        )
    if np.ptp(seen) == 0:
        return sentence("reason", "constant", outcome=label)
    return ""


def arm_mean(periods: tuple[PeriodResult, ...], arm: str) -> float | None:
    """Mean over the days of an arm, None where it has none."""
    used = [(p.mean, p.days_observed) for p in periods if p.arm == arm and p.mean is not None]
    days = sum(number for _, number in used)
    return sum(mean * number for mean, number in used) / days if days else None


def _changed_since(outcome: Outcome, periods: tuple[PeriodResult, ...]) -> str:
    before, after = arm_mean(periods, "comparator"), arm_mean(periods, "active")
    if before is None or after is None:
        return sentence("reason", "before-after-empty")
    return sentence(
        "reason",
        "before-after-changed",
        outcome=spoken(outcome),
        mean_comparator=plain(round(before, 2)),
        mean_active=plain(round(after, 2)),
    )


def priors_of(protocol: Protocol, outcome: Outcome) -> Priors:
    """Take the protocol's priors, stated on a 0 to 10 scale, to the outcome's own."""
    given = protocol.priors
    a, b = given.autocorrelation
    return Priors.for_range(
        float(outcome.minimum),
        float(outcome.maximum),
        level_sd=float(given.level_sd),
        # A protocol may leave the trend out with 0; the model needs a width, however small.
        trend_sd=max(float(given.trend_sd), 1e-6),
        autocorrelation=(float(a), float(b)),
        noise_sd=float(given.day_noise_sd),
        drift_sd=float(given.day_drift_sd),
        period_sd=float(given.period_sd),
        effect_mean=float(given.effect_mean),
        effect_sd=float(given.effect_sd),
        onset=OnsetPrior(
            at_once_weight=float(given.onset_at_once),
            median_days=float(given.onset_median_days),
            log_sd=float(given.onset_log_sd),
        ),
    )


def resolution_of(series: FloatArray, outcome: Outcome) -> float:
    """Smallest step between two records, in the outcome's unit.

    The scale's own step where it has one; else the smallest gap that the diary shows, not below a
    thousandth of the range, since means of several entries a day fall anywhere.
    """
    if outcome.step is not None:
        return float(outcome.step)
    values = np.unique(series[~np.isnan(series)])
    least = float(outcome.range) / 1000.0
    return max(least, float(np.diff(values).min())) if values.size > 1 else least


def _fit(
    table: DayTable,
    series: FloatArray,
    protocol: Protocol,
    outcome: Outcome,
    columns: tuple[KnownColumn, ...],
    engine: Engine,
) -> Posterior:
    priors = replace(priors_of(protocol, outcome), resolution=resolution_of(series, outcome))
    values = np.column_stack([np.zeros((series.size, 0)), *(item.values for item in columns)])
    arrays = TrialArrays(
        series,
        table.treatment,
        np.where(table.period >= 0, table.period + 1, -1),  # people count periods from 1
        initial_exposure=float(table.initial_treatment),
        columns=values,
        column_prior_sd=np.full(len(columns), prior_sd(outcome)),
        column_names=tuple(item.name for item in columns),
    )
    return fit(arrays, priors, engine=engine)


def _numbers(
    posterior: Posterior,
    decision: Decision,
    protocol: Protocol,
    outcome: Outcome,
    periods: tuple[PeriodResult, ...],
) -> dict[str, Any]:
    median = onset_median(posterior)
    shortest = min(period.days for period in periods if period.days_observed > 0)
    return {
        "effect": estimate(posterior),
        "contrast": estimate(posterior.contrast),
        "probabilities": decision.probabilities,
        "priors": prior_rows(posterior, protocol, outcome),
        "word": decision.word,
        "onset_median_days": median,
        "extrapolates": shortest < EXTRAPOLATION * median,
    }


def _whole(posterior: Posterior, columns: tuple[KnownColumn, ...]) -> dict[str, Any]:
    terms = {
        name: Estimate(term.mean, term.sd, term.lower, term.upper)
        for name, term in posterior.terms.items()
    }
    known = tuple(KnownTerm(item.kind, item.name, terms.get(item.name)) for item in columns)
    return {"terms": terms, "known": known}


def onset_median(posterior: Posterior) -> float:
    """Posterior median of the time constant of build-up and wash-out, days.

    Known at nodes only: the distribution function is drawn straight between the middles of the
    nodes' steps, as for the intervals of the model's other terms.
    """
    nodes, place = np.unique(posterior.parameters.onset_days, return_inverse=True)
    weight = np.bincount(place.ravel(), weights=posterior.weight)
    share = weight / weight.sum()
    return float(np.interp(0.5, np.cumsum(share) - 0.5 * share, nodes))


def _curve(posterior: Posterior, table: DayTable, series: FloatArray) -> Curve:
    fitted = posterior.fitted()
    return Curve(
        dates=table.dates,
        observed=tuple(float(v) if np.isfinite(v) else None for v in series),
        mean=tuple(np.asarray(fitted.mean).tolist()),
        lower=tuple(np.asarray(fitted.lower).tolist()),
        upper=tuple(np.asarray(fitted.upper).tolist()),
        exposure=tuple(np.asarray(fitted.exposure).tolist()),
    )
