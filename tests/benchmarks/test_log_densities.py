"""The log densities that NUTS samples in the benchmarks are those of the estimator's own model."""

import math
from typing import Any

import numpy as np
import pytest
from benchmarks.packed import FloatArray, pack
from benchmarks.simulate import Truth, simulate_trial
from scipy.stats import beta, halfnorm, norm

from benchmarks import collapsed, partial
from lodose.inference import Priors, exposure
from lodose.inference.reference import noise_covariance

PRIORS = Priors(effect_mean=-0.4)
TRIAL = simulate_trial(np.random.default_rng(5), Truth(), periods=4, days=7)
MODELS = [(partial, 12), (collapsed, 5)]


def plain(x: FloatArray) -> float:
    """The same log density by dense matrices; terms after the fifth are sampled when given."""
    phi, (drift, noise, period_sd) = 1 / (1 + math.exp(-x[0])), np.exp(x[1:4])
    days = np.flatnonzero(TRIAL.observed).astype(float)
    parts = []
    for weight, tau in ((0.7, 5.0 * math.exp(x[4])), (0.3, 0.1)):
        design = np.column_stack(
            [
                np.full(TRIAL.days, PRIORS.level_sd),
                PRIORS.trend_sd * TRIAL.trend,
                PRIORS.effect_sd * exposure(TRIAL.treatment, tau)[:, 0],
                period_sd * TRIAL.indicators(),
            ]
        )[TRIAL.observed]
        rest = TRIAL.outcome[TRIAL.observed] - PRIORS.level_mean
        rest = rest - PRIORS.effect_mean / PRIORS.effect_sd * design[:, 2]
        covariance = noise_covariance(days, phi, drift, noise)
        if x.size > 5:
            rest = rest - design @ x[5:]
        else:
            covariance = covariance + design @ design.T
        log_det = np.linalg.slogdet(2 * math.pi * covariance)[1]
        square = rest @ np.linalg.solve(covariance, rest)
        parts.append(math.log(weight) - 0.5 * (log_det + square))
    prior = beta.logpdf(phi, *PRIORS.autocorrelation) + math.log(phi * (1 - phi))
    for sd, scale in zip(
        (drift, noise, period_sd),
        (PRIORS.drift_sd, PRIORS.noise_sd, PRIORS.period_sd),
        strict=True,
    ):
        prior += halfnorm.logpdf(sd, scale=scale) + math.log(sd)
    return float(np.logaddexp(*parts) + prior + norm.logpdf(x[4:]).sum())


def points(size: int) -> FloatArray:
    return np.random.default_rng(size).normal(size=(2, size)) * 0.7


@pytest.mark.parametrize(("model", "size"), MODELS)
def test_a_compiled_log_density_is_that_of_the_plain_formulas(model: Any, size: int) -> None:
    for x in points(size):
        found = model.log_density(x, pack(TRIAL, PRIORS), np.empty(size))
        assert found == pytest.approx(plain(x), abs=1e-9)


@pytest.mark.parametrize(("model", "size"), MODELS)
def test_its_gradient_is_its_slope(model: Any, size: int) -> None:
    data, scratch, gradient = pack(TRIAL, PRIORS), np.empty(size), np.empty(size)
    for x in points(size):
        model.log_density(x, data, gradient)
        for k in range(size):
            step = np.zeros(size)
            step[k] = 1e-5
            above = model.log_density(x + step, data, scratch)
            slope = (above - model.log_density(x - step, data, scratch)) / 2e-5
            assert gradient[k] == pytest.approx(slope, abs=1e-6)


def test_the_effect_drawn_afterwards_is_that_of_the_plain_formulas() -> None:
    x = points(5)[0]
    share, mean, variance = collapsed.effect_given(x, pack(TRIAL, PRIORS)).T
    # From the change of the evidence with the prior mean: d log p / d m0 = (E[effect] - m0) / sd0².
    step = 1e-4
    evidence = []
    for shift in (-step, step):
        moved = Priors(effect_mean=PRIORS.effect_mean + shift)
        evidence.append(collapsed.log_density(x, pack(TRIAL, moved), np.empty(5)))
    expected = (evidence[1] - evidence[0]) / (2 * step) * PRIORS.effect_sd
    expected += PRIORS.effect_mean / PRIORS.effect_sd
    assert share.sum() == pytest.approx(1.0)
    assert (variance > 0).all()
    assert share @ mean == pytest.approx(expected, abs=1e-6)
