"""Simulated trials with known truth, for accuracy, stress and calibration."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodose.inference import Priors, TrialArrays, exposure


@dataclass(frozen=True, slots=True)
class Truth:
    """The parameters that made a diary; 0-10 scale and days."""

    level: float = 5.0
    trend: float = 0.0
    effect: float = -1.0
    phi: float = 0.4
    drift_sd: float = 0.7
    noise_sd: float = 0.8
    period_sd: float = 0.4
    onset_days: float = 4.0


def pair_sequence(rng: np.random.Generator, pairs: int) -> NDArray[np.float64]:
    """Arms of 2 x `pairs` periods, the order within each pair drawn by a fair coin."""
    first = rng.integers(0, 2, size=pairs)
    return np.column_stack([first, 1 - first]).ravel().astype(np.float64)


def simulate_trial(
    rng: np.random.Generator,
    truth: Truth,
    *,
    periods: int = 8,
    days: int = 14,
    missing: float = 0.15,
) -> TrialArrays:
    """One diary of a within-pair randomised trial, drawn from the model itself."""
    arm = np.repeat(pair_sequence(rng, periods // 2), days)
    period = np.repeat(np.arange(periods), days)
    total = arm.size
    time = (np.arange(total) - (total - 1) / 2) / total
    drift = np.empty(total)
    drift[0] = rng.normal(0, truth.drift_sd / math.sqrt(1 - truth.phi**2))
    for day in range(1, total):
        drift[day] = truth.phi * drift[day - 1] + rng.normal(0, truth.drift_sd)
    outcome = (
        truth.level
        + truth.trend * time
        + truth.effect * exposure(arm, [truth.onset_days])[:, 0]
        + rng.normal(0, truth.period_sd, size=periods)[period]
        + drift
        + rng.normal(0, truth.noise_sd, size=total)
    )
    outcome[rng.random(total) < missing] = np.nan
    return TrialArrays(outcome, arm, period)


def draw_truth(rng: np.random.Generator, priors: Priors) -> Truth:
    """Parameters drawn from the priors (proper ones)."""
    onset = priors.onset
    at_once = rng.random() < onset.at_once_weight
    slow = onset.median_days * math.exp(onset.log_sd * rng.normal())
    return Truth(
        level=rng.normal(priors.level_mean, priors.level_sd),
        trend=rng.normal(0, priors.trend_sd),
        effect=rng.normal(priors.effect_mean, priors.effect_sd),
        phi=rng.beta(*priors.autocorrelation),
        drift_sd=abs(rng.normal(0, priors.drift_sd)),
        noise_sd=abs(rng.normal(0, priors.noise_sd)),
        period_sd=abs(rng.normal(0, priors.period_sd)),
        onset_days=onset.at_once_days if at_once else slow,
    )
