"""Everything the numbers say about one outcome."""

from dataclasses import dataclass, replace
from math import inf
from typing import Any

import numpy as np

from lodose.diary import Diary
from lodose.inference import NotEstimableError, Posterior, Priors, TrialArrays, fit
from lodose.inference.estimate import Engine
from lodose.inference.paired import PeriodMean, TooFewPeriodsError, paired_means
from lodose.inference.priors import OnsetPrior
from lodose.inference.randomisation import NoRandomisationError, randomisation_test
from lodose.trial import Outcome, Protocol
from lodose.verdict.arrays import (
    DayTable,
    FloatArray,
    means_by_period,
    medicine_changes,
    outcome_series,
    period_results,
    step_columns,
)
from lodose.verdict.numbers import plain, spoken
from lodose.verdict.result import (
    Claim,
    Curve,
    Estimate,
    OutcomeAnswer,
    PairedMeans,
    PeriodResult,
    PriorRow,
    Probabilities,
    RandomisationTest,
    Word,
)
from lodose.verdict.rules import Cuts, decide, probabilities_of
from lodose.verdict.table import sentence

FEWEST_DAYS = 8
SCEPTIC_SD = 0.7  # on a 0 to 10 scale: docs/verdict.md, "The sceptic's prior"
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
    columns
        Names of the known columns in the model.
    """

    answer: OutcomeAnswer
    no_paired: str
    no_randomisation: str
    posterior: Posterior | None
    columns: tuple[str, ...]


def analyse(
    diary: Diary,
    protocol: Protocol,
    table: DayTable,
    outcome: Outcome,
    *,
    engine: Engine,
    whole: bool = True,
) -> Analysis:
    """Analyse one outcome; what cannot be estimated carries its reason instead of numbers.

    Unless `whole`, the fitted curve and the other terms of the model are left empty: they cost
    most of the time and only the primary outcome shows them.
    """
    series = outcome_series(diary, table, outcome)
    periods = period_results(diary, protocol, table, series)
    means = means_by_period(series, table, transition_days=protocol.transition_days)
    descriptive = protocol.design == "before-after"
    paired, no_paired = (None, "") if descriptive else _paired(means, protocol)
    test, no_test = (None, "") if descriptive else _randomisation(means, protocol)
    columns, names = step_columns(medicine_changes(protocol, table), table)
    posterior, reason = None, why_not_estimable(outcome, protocol, periods, series)
    if not reason:
        try:
            posterior = _fit(table, series, protocol, outcome, columns, names, engine)
        except NotEstimableError as error:
            reason = sentence("reason", "other", problem=str(error))
    numbers = _numbers(posterior, protocol, outcome, periods, whole) if posterior else _NOTHING
    probabilities = numbers["probabilities"]
    answer = OutcomeAnswer(
        outcome=outcome,
        periods=periods,
        paired=paired,
        randomisation=test,
        curve=_curve(posterior, table, series) if posterior and whole else NO_CURVE,
        word=decide(probabilities, Cuts.of(protocol.cuts)) if posterior else Word.NOT_KNOWN_YET,
        not_estimable=reason,
        **numbers,
    )
    return Analysis(answer, no_paired, no_test, posterior, names)


_NOTHING: dict[str, Any] = {
    "effect": None,
    "contrast": None,
    "probabilities": None,
    "priors": (),
    "terms": {},
    "onset_median_days": None,
    "extrapolates": False,
}


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
    columns: FloatArray,
    names: tuple[str, ...],
    engine: Engine,
) -> Posterior:
    priors = replace(priors_of(protocol, outcome), resolution=resolution_of(series, outcome))
    # Another medicine may matter as much as this one: its step gets the effect's own prior width.
    width = float(outcome.range) * 0.15
    arrays = TrialArrays(
        series,
        table.treatment,
        np.where(table.period >= 0, table.period + 1, -1),  # people count periods from 1
        initial_exposure=float(table.initial_treatment),
        columns=columns,
        column_prior_sd=np.full(len(names), width),
        column_names=names,
    )
    return fit(arrays, priors, engine=engine)


def _numbers(
    posterior: Posterior,
    protocol: Protocol,
    outcome: Outcome,
    periods: tuple[PeriodResult, ...],
    whole: bool,
) -> dict[str, Any]:
    median = onset_median(posterior)
    shortest = min(period.days for period in periods if period.days_observed > 0)
    return {
        "effect": estimate(posterior),
        "contrast": estimate(posterior.contrast),
        "probabilities": _probabilities(posterior, outcome),
        "priors": _prior_rows(posterior, protocol, outcome),
        "terms": {
            name: Estimate(term.mean, term.sd, term.lower, term.upper)
            for name, term in (posterior.terms.items() if whole else ())
        },
        "onset_median_days": median,
        "extrapolates": shortest < EXTRAPOLATION * median,
    }


def estimate(mixture: Any) -> Estimate:
    """Mean, sd and 95 % interval of anything with a mean, an sd and an interval."""
    lower, upper = mixture.interval(0.95)
    return Estimate(float(mixture.mean), float(mixture.sd), float(lower), float(upper))


def onset_median(posterior: Posterior) -> float:
    """Posterior median of the time constant of build-up and wash-out, days."""
    days = posterior.parameters.onset_days
    order = np.argsort(days)
    below = np.cumsum(posterior.weight[order])
    return float(days[order][min(int(np.searchsorted(below, 0.5)), days.size - 1)])


def _probabilities(mixture: Any, outcome: Outcome) -> Probabilities:
    return probabilities_of(
        mixture.probability_below,
        mixture.probability_above,
        better=outcome.better,
        mcid=float(outcome.mcid),
    )


def is_naltrexone(protocol: Protocol) -> bool:
    """Tell whether what was learnt about naltrexone may be said of this treatment."""
    return "naltrexone" in protocol.treatment.drug.casefold()


def _prior_rows(posterior: Posterior, protocol: Protocol, outcome: Outcome) -> tuple[PriorRow, ...]:
    tenth = float(outcome.range) / 10
    unit = outcome.unit or "points"
    given = protocol.priors
    primary_mean, primary_sd = float(given.effect_mean) * tenth, float(given.effect_sd) * tenth
    sceptic = SCEPTIC_SD * tenth
    source = "trials" if is_naltrexone(protocol) else "sceptic"
    rows = (
        ("data-alone", "data-alone", 0.0, inf),
        ("primary", "primary", primary_mean, primary_sd),
        ("trials", source, 0.0, sceptic),
    )
    found = []
    for key, words, mean, sd in rows:
        mixture = posterior if key == "primary" else posterior.with_effect_prior(mean, sd)
        found.append(
            PriorRow(
                key=key,
                label=sentence("prior", f"{words}-label"),
                prior=sentence("prior", words, mean=plain(mean), sd=plain(sd), unit=unit),
                effect=estimate(mixture),
                probabilities=_probabilities(mixture, outcome),
            )
        )
    return tuple(found)


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


def _paired(means: tuple[PeriodMean, ...], protocol: Protocol) -> tuple[PairedMeans | None, str]:
    try:
        found = paired_means(means)
    except TooFewPeriodsError as error:
        return None, str(error)
    return PairedMeans(
        difference=found.difference,
        standard_error=found.standard_error,
        lower=found.lower,
        upper=found.upper,
        p_value=found.p_value,
        pairs=len(found.pair_indices),
        transition_days=protocol.transition_days,
        method=found.method,
    ), ""


def _randomisation(
    means: tuple[PeriodMean, ...], protocol: Protocol
) -> tuple[RandomisationTest | None, str]:
    """Test over the sequences of the whole protocol; periods still to come have no mean."""
    if protocol.randomisation.method == "none":
        return None, sentence("doctor", "no-draw")
    of_period = {mean.period: mean.mean for mean in means}
    drawn = protocol.randomisation
    try:
        found = randomisation_test(
            [of_period.get(index, float("nan")) for index in range(len(protocol.periods))],
            [int(period.arm == "active") for period in protocol.periods],
            method=drawn.method,
            pair=[-1 if p.pair is None else p.pair for p in protocol.periods],
            sequences=[[int(letter == "A") for letter in text] for text in drawn.sequences],
            max_run=drawn.max_run,
        )
    except NoRandomisationError as error:
        return None, str(error).rstrip(".")
    return RandomisationTest(
        p_value=found.p_value,
        smallest_p_value=found.smallest_p_value,
        sequences=found.sequences,
        exact=found.exact,
        standard_error=found.standard_error,
    ), ""
