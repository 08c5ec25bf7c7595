"""One simulated trial, judged as a person's would be, and by what others use."""

import math
from dataclasses import asdict, astuple, dataclass, replace
from typing import Any

import numpy as np
from benchmarks.simulate import Truth, simulate_trial
from scipy.special import stdtr

from lodose.inference import SCREENING, Priors, Rule, TrialArrays, fit
from lodose.verdict.decision import settle
from lodose.verdict.rules import Cuts

MCID = 1.0  # points of 10; a lower score is better


@dataclass(frozen=True, slots=True)
class Cell:
    """A design and a truth: what one row of a table is about.

    Parameters
    ----------
    study : str
        Table it belongs to.
    pairs, days : int
        Pairs of periods, and days of a period.
    benefit : float
        True gain at steady state, points; the effect is its negative.
    onset_days : float
        True time constant of build-up and wash-out.
    phi, shock_sd : float or None
        Day-to-day correlation and sd of the period effects; None draws .3 or .6, and 0, .4 or .8,
        with equal chances.
    correlated_share : float
        Share of the day noise's variance that is correlated from day to day.
    noise_sd : float
        Sd of the day noise, points.
    missing : float
        Share of days without a record.
    drop_days : int or None
        Leave so many days after each switch out and take the drug to act at once, instead of
        modelling build-up and wash-out.
    looks : tuple of int
        Pairs after which the verdict is asked for; the first word other than "not known yet"
        stands. Empty: once, at the end.
    """

    study: str
    pairs: int
    days: int
    benefit: float = 0.0
    onset_days: float = 0.1
    phi: float | None = None
    shock_sd: float | None = None
    correlated_share: float = 0.5
    noise_sd: float = 1.5
    missing: float = 0.15
    drop_days: int | None = None
    looks: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """Name under which the cell's result is kept."""
        return "|".join(f"{name}={value}" for name, value in asdict(self).items())


def simulate(cell: Cell, seed: int, number: int) -> TrialArrays:
    """Diary `number` of a cell; its random stream depends on the cell, the seed and the number."""
    rng = np.random.default_rng([seed, *cell.key.encode(), number])
    phi = float(rng.choice([0.3, 0.6])) if cell.phi is None else cell.phi
    shock = float(rng.choice([0.0, 0.4, 0.8])) if cell.shock_sd is None else cell.shock_sd
    drift_variance = cell.correlated_share * cell.noise_sd**2
    truth = Truth(
        effect=-cell.benefit,
        phi=phi,
        drift_sd=math.sqrt(drift_variance * (1 - phi**2)),
        noise_sd=math.sqrt(cell.noise_sd**2 - drift_variance),
        period_sd=shock,
        onset_days=cell.onset_days,
    )
    return simulate_trial(rng, truth, periods=2 * cell.pairs, days=cell.days, missing=cell.missing)


def first_pairs(arrays: TrialArrays, pairs: int) -> TrialArrays:
    """The diary as it stands after so many pairs."""
    upto = arrays.period < 2 * pairs
    return TrialArrays(arrays.outcome[upto], arrays.treatment[upto], arrays.period[upto])


def without_transition(arrays: TrialArrays, drop: int) -> TrialArrays:
    """Leave the first `drop` days after each change of arm out."""
    switched = np.flatnonzero(np.diff(arrays.treatment) != 0) + 1
    outcome = arrays.outcome.copy()
    for day in switched:
        outcome[day : day + drop] = np.nan
    return TrialArrays(outcome, arrays.treatment, arrays.period)


def judge(cell: Cell, seed: int, number: int, rule: Rule = SCREENING) -> dict[str, Any]:
    """Verdict and estimates of one diary, with the paired means and the day-level test beside."""
    arrays = simulate(cell, seed, number)
    priors = Priors()
    if cell.drop_days is not None:
        arrays = without_transition(arrays, cell.drop_days)
        priors = replace(priors, onset=replace(priors.onset, at_once_weight=1.0))
    for pairs in cell.looks or (cell.pairs,):
        posterior = fit(first_pairs(arrays, pairs), priors, rule=rule)
        decision = settle(posterior, better="lower", mcid=MCID, cuts=Cuts())
        word, primary_word = decision.word.value, decision.primary_word.value
        if word != "not known yet":
            break
    low, high = posterior.interval()
    return {
        "word": word,
        "primary_word": primary_word,
        "probabilities": [round(p, 4) for p in astuple(decision.probabilities)],
        "covered": float(low <= -cell.benefit <= high),
        "width": high - low,
        "error": posterior.mean + cell.benefit,
        "paired_p": paired_p(arrays),
        "day_p": day_p(arrays),
    }


def paired_p(arrays: TrialArrays) -> float:
    """Two-sided p of the t test on differences of period means within pairs."""
    periods = int(arrays.period.max()) + 1
    means = np.array([np.nanmean(arrays.outcome[arrays.period == p]) for p in range(periods)])
    arm = np.array([arrays.treatment[arrays.period == p][0] for p in range(periods)])
    first_active = arm[0::2] > 0.5
    differences = np.where(first_active, means[0::2] - means[1::2], means[1::2] - means[0::2])
    t = differences.mean() / (differences.std(ddof=1) / math.sqrt(differences.size))
    return float(2 * stdtr(differences.size - 1, -abs(t)))


def day_p(arrays: TrialArrays) -> float:
    """Two-sided p of Welch's t test on single days, as the best-known app does it."""
    on = arrays.outcome[arrays.observed & (arrays.treatment > 0.5)]
    off = arrays.outcome[arrays.observed & (arrays.treatment <= 0.5)]
    a, b = on.var(ddof=1) / on.size, off.var(ddof=1) / off.size
    freedom = (a + b) ** 2 / (a**2 / (on.size - 1) + b**2 / (off.size - 1))
    return float(2 * stdtr(freedom, -abs(on.mean() - off.mean()) / math.sqrt(a + b)))
