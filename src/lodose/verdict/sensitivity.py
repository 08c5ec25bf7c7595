"""Does the answer stand up when one thing at a time is changed?

Every row changes one thing from the primary analysis. Rows that only change a prior of the effect,
of the onset or of the period effects read the nodes of the primary fit under other weights, which
is exact and costs a hundredth of a fit; the others are fitted anew.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import inf

import numpy as np

from lodose.inference import Posterior, TrialArrays, fit
from lodose.inference.arrays import FloatArray, NotEstimableError
from lodose.inference.estimate import Engine
from lodose.inference.paired import days_in_transition
from lodose.inference.priors import OnsetPrior, Priors
from lodose.trial import Outcome
from lodose.verdict.decision import ONSET_MEDIANS, SIDES, Decision, word_of
from lodose.verdict.numbers import count, plain, unit_of
from lodose.verdict.readings import SCEPTIC_SD, estimate
from lodose.verdict.result import SensitivityRow, Word
from lodose.verdict.retold import retold
from lodose.verdict.rules import Cuts
from lodose.verdict.table import sentence

PRIMARY = "primary"
OCCUPANCY = "occupancy"
PERIOD_SDS = {"period-narrow": 0.3, "period-wide": 1.0}  # on a 0 to 10 scale
DAYS_DROPPED = (0, 7, 14)
TREND_LEFT_OUT = 1e-6  # the model needs a width, however small
FIRMNESS = {
    Word.HELPS: 2,
    Word.PROBABLY_HELPS: 1,
    Word.NO_MEANINGFUL_DIFFERENCE: 2,
    Word.UNLIKELY_TO_HELP_ENOUGH: 1,
    Word.PROBABLY_HARMS: 1,
    Word.HARMS: 2,
    Word.NOT_KNOWN_YET: 0,
}


class _SkippedError(Exception):
    """This change cannot be made; says why."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change from the primary analysis.

    Attributes
    ----------
    key
        Unique in the table.
    words
        Name of its sentences in the section "sensitivity" of the table of wording.
    values
        What is filled into them.
    read
        Makes the posterior.
    """

    key: str
    words: str
    values: dict[str, str]
    read: Callable[[], Posterior]


def sensitivity_rows(
    posterior: Posterior,
    outcome: Outcome,
    cuts: Cuts,
    decision: Decision,
    initial_treatment: int,
    exposures: Mapping[str, FloatArray] | None = None,
) -> tuple[SensitivityRow, ...]:
    """Read the same days with one change at a time.

    Parameters
    ----------
    posterior
        Of the primary analysis.
    outcome
        Its direction, range and smallest gain worth having.
    cuts
        Fixed beforehand by the protocol.
    decision
        What the verdict rests on; its word of the primary analysis is what others flip from.
    initial_treatment
        1 when the treatment was running at the start, which makes a start on the comparator a
        switch.
    exposures
        Exposures worked out elsewhere from the doses that were taken, one value a day from 0 to
        1, by the name of the model that gave them; each makes a row.

    Returns
    -------
    tuple of SensitivityRow
        The primary analysis first. A change that changes nothing, or that the days cannot carry,
        has its reason instead of numbers.
    """
    primary_word = decision.primary_word
    rows = [
        SensitivityRow(
            PRIMARY,
            sentence("sensitivity", "primary-label"),
            "",
            estimate(posterior),
            decision.probabilities,
            primary_word,
        )
    ]
    for change in _changes(posterior, outcome, initial_treatment, exposures or {}):
        label = sentence("sensitivity", f"{change.words}-label", **change.values)
        changed = sentence("sensitivity", f"{change.words}-changed", **change.values)
        try:
            other = change.read()
        except (_SkippedError, NotEstimableError) as reason:
            rows.append(
                SensitivityRow(
                    change.key, label, changed, None, None, None, skipped=retold(str(reason))
                )
            )
            continue
        word, probabilities = word_of(
            other, better=outcome.better, mcid=float(outcome.mcid), cuts=cuts
        )
        rows.append(
            SensitivityRow(
                change.key,
                label,
                changed,
                estimate(other),
                probabilities,
                word,
                flips=SIDES[word] != SIDES[primary_word],
                weaker=SIDES[word] == SIDES[primary_word]
                and FIRMNESS[word] < FIRMNESS[primary_word],
            )
        )
    return tuple(rows)


def when(row: SensitivityRow) -> str:
    """Say a row's change in plain words, to follow "when": "it is taken to act within 3 days"."""
    words, values = _words_of(row.key)
    return sentence("sensitivity", f"{words}-when", **values)


def _words_of(key: str) -> tuple[str, dict[str, str]]:
    """Name of a row's sentences, and the days or the model that are filled in."""
    if key.startswith(f"{OCCUPANCY}-"):
        return OCCUPANCY, {"model": key.removeprefix(f"{OCCUPANCY}-")}
    for stem in ("onset", "at-once"):
        if key.startswith(f"{stem}-"):
            days = int(key.removeprefix(f"{stem}-"))
            none = "-none" if stem == "at-once" and not days else ""
            return f"{stem}{none}", {"days": count(days, "day")}
    return key, {}


@dataclass(frozen=True, slots=True)
class _Readings:
    """The primary analysis, and every way to read the same days otherwise."""

    posterior: Posterior
    initial_treatment: int

    @property
    def priors(self) -> Priors:
        return self.posterior.priors

    def _refit(self, priors: Priors, arrays: TrialArrays | None = None) -> Posterior:
        engine: Engine = "reference" if self.posterior.engine == "reference" else "compiled"
        return fit(self.posterior.arrays if arrays is None else arrays, priors, engine=engine)

    def without_trend(self, least: float) -> Posterior:
        _check_changed(self.priors.trend_sd > least)
        return self._refit(replace(self.priors, trend_sd=least))

    def without_autocorrelation(self) -> Posterior:
        _check_changed(self.priors.drift_sd > 0)
        return self._refit(replace(self.priors, drift_sd=0.0))

    def with_period_sd(self, sd: float) -> Posterior:
        _check_changed(not np.isclose(sd, self.priors.period_sd))
        if self.priors.period_sd == 0:  # no node has a period effect: nothing to weigh
            return self._refit(replace(self.priors, period_sd=sd))
        return self.posterior.with_hyperpriors(period_sd=sd)

    def with_onset(self, median: float) -> Posterior:
        onset = self.priors.onset
        if onset.at_once_weight == 1:
            raise _SkippedError(sentence("sensitivity", "always-at-once"))
        _check_changed(not np.isclose(median, onset.median_days))
        return self.posterior.with_hyperpriors(onset=replace(onset, median_days=median))

    def at_once(self, days: int) -> Posterior:
        onset = self.priors.onset
        _check_changed(onset.at_once_weight < 1 or days > 0)
        at_once = OnsetPrior(at_once_weight=1.0, at_once_days=onset.at_once_days)
        left = _without_transition(self.posterior.arrays, days, self.initial_treatment)
        return self._refit(replace(self.priors, onset=at_once), left)

    def as_exposed(self, exposure: FloatArray) -> Posterior:
        """Read the days by an exposure from outside in place of arms that build up and wash out.

        It is taken as a share of its highest value, so that the effect is that of the highest
        exposure reached and stands beside the others.
        """
        highest = float(exposure.max())
        if highest <= 0:
            raise _SkippedError(sentence("sensitivity", "no-exposure"))
        onset = self.priors.onset
        at_once = OnsetPrior(at_once_weight=1.0, at_once_days=onset.at_once_days)
        before = self.posterior.arrays
        exposed = TrialArrays(
            before.outcome,
            exposure / highest,
            before.period,
            initial_exposure=float(exposure[0]) / highest,
            columns=before.columns,
            column_prior_sd=before.column_prior_sd,
            column_names=before.column_names,
        )
        return self._refit(replace(self.priors, onset=at_once), exposed)

    def with_effect_prior(self, mean: float, sd: float) -> Posterior:
        _check_changed((self.priors.effect_mean, self.priors.effect_sd) != (mean, sd))
        return self.posterior.with_effect_prior(mean, sd)


def _check_changed(changed: bool) -> None:
    if not changed:
        raise _SkippedError(sentence("sensitivity", "same"))


def _changes(
    posterior: Posterior,
    outcome: Outcome,
    initial_treatment: int,
    exposures: Mapping[str, FloatArray],
) -> Iterator[Change]:
    priors = posterior.priors
    read = _Readings(posterior, initial_treatment)
    tenth = float(outcome.range) / 10
    unit = unit_of(outcome)
    least = TREND_LEFT_OUT * tenth
    yield Change("no-trend", "no-trend", {}, partial(read.without_trend, least))
    yield Change("no-autocorrelation", "no-autocorrelation", {}, read.without_autocorrelation)
    for key, size in PERIOD_SDS.items():
        sd = size * tenth
        values = {"sd": plain(sd), "unit": unit, "was": plain(priors.period_sd)}
        yield Change(key, key, values, partial(read.with_period_sd, sd))
    for median in ONSET_MEDIANS:
        key = f"onset-{median:g}"
        words, days = _words_of(key)
        values = {**days, "was": plain(priors.onset.median_days)}
        yield Change(key, words, values, partial(read.with_onset, median))
    for dropped in DAYS_DROPPED:
        key = f"at-once-{dropped}"
        words, days = _words_of(key)
        yield Change(key, words, days, partial(read.at_once, dropped))
    yield Change("flat", "flat", {}, partial(read.with_effect_prior, 0.0, inf))
    sceptic = SCEPTIC_SD * tenth
    values = {"sd": plain(sceptic), "unit": unit}
    yield Change("sceptic", "sceptic", values, partial(read.with_effect_prior, 0.0, sceptic))
    for name, exposure in exposures.items():
        key = f"{OCCUPANCY}-{name}"
        words, model = _words_of(key)
        yield Change(key, words, model, partial(read.as_exposed, exposure))


def _without_transition(arrays: TrialArrays, days: int, initial_treatment: int) -> TrialArrays:
    """The same trial without the first days after each switch."""
    dropped = days_in_transition(arrays.treatment, days, initial_treatment=initial_treatment)
    outcome = np.where(dropped, np.nan, arrays.outcome)
    before = np.unique(arrays.period[arrays.observed])
    left = np.unique(arrays.period[~np.isnan(outcome)])
    if left.size < before.size:
        emptied = count(before.size - left.size, "period")
        raise _SkippedError(sentence("sensitivity", "emptied", periods=emptied))
    # An event may lie in the dropped days alone: then no record is left that tells about it.
    told = np.ptp(arrays.columns[~np.isnan(outcome)], axis=0) > 0
    return TrialArrays(
        outcome,
        arrays.treatment,
        arrays.period,
        initial_exposure=arrays.initial_exposure,
        columns=arrays.columns[:, told],
        column_prior_sd=arrays.column_prior_sd[told],
        column_names=tuple(np.array(arrays.column_names, dtype=object)[told]),
    )
