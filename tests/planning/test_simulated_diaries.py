"""Simulated diaries have the truth that they were made from."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodose.errors import LodoseError
from lodose.inference import OnsetPrior, Priors, exposure
from lodose.planning import (
    READY,
    Scale,
    TrialDesign,
    Truth,
    Variability,
    person_from_run_in,
    simulate_trial,
    typical_person,
)
from lodose.planning.simulate import autoregression, build_up

STILL = Variability.fixed(drift_sd=0.0, noise_sd=0.0, period_sd=0.0)
FREE = Scale()


def made(truth: Truth, number: int, design: TrialDesign = READY["4x14"], **more: Any) -> Any:
    schedule = design.schedule()
    return [
        simulate_trial(schedule, truth, more.get("scale", FREE), seed=5, index=index)
        for index in range(number)
    ]


def test_without_noise_a_diary_is_level_trend_and_exposure() -> None:
    for onset in (0.1, 4.0):
        (trial,) = made(Truth(-2.0, STILL, onset, trend=1.0), 1, replace(READY["6x7"], missing=0.0))
        expected = 5.0 + trial.trend - 2.0 * exposure(trial.treatment, onset)[:, 0]
        np.testing.assert_allclose(trial.outcome, expected, atol=1e-12)


@pytest.mark.property
@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=40),
    st.floats(0.1, 60),
    st.sampled_from([0.0, 0.4, 1.0]),
)
def test_build_up_by_runs_is_the_exposure_day_by_day(
    arms: list[float], onset: float, initial: float
) -> None:
    treatment = np.array(arms)
    expected = exposure(treatment, onset, initial)[:, 0]
    np.testing.assert_allclose(build_up(treatment, onset, initial), expected, atol=1e-12)


def test_the_parts_of_the_noise_have_the_sizes_they_were_given() -> None:
    person = Variability.fixed(phi=0.6, drift_sd=0.8, noise_sd=0.5, period_sd=0.7)
    trials = made(Truth(0.0, person, 3.0), 1500, replace(READY["4x14"], missing=0.2))
    days = np.array([trial.outcome for trial in trials])
    slow = 0.8**2 / (1 - 0.6**2)
    assert np.isnan(days).mean() == pytest.approx(0.2, abs=0.01)
    assert np.nanvar(days) == pytest.approx(slow + 0.5**2 + 0.7**2, rel=0.04)
    centred = days - 5.0

    def product(lag: int, first: int) -> float:
        return float(np.nanmean(centred[:, first] * centred[:, first + lag]))

    within = np.mean([product(1, first) for first in range(14, 27)])
    assert within == pytest.approx(0.6 * slow + 0.7**2, rel=0.1)
    across = np.mean([product(14, first) for first in range(14, 28)])
    assert across == pytest.approx(0.6**14 * slow, abs=0.06)
    start = autoregression(0.6, np.random.default_rng(1).normal(size=(20000)) * 0.8)
    assert start.var() == pytest.approx(slow, rel=0.05)


def test_onsets_come_from_their_prior() -> None:
    prior = OnsetPrior(at_once_weight=0.5, median_days=4.0, log_sd=0.5)
    design = TrialDesign(2, 10, missing=0.0)
    reached = []
    for trial in made(Truth(1.0, STILL, prior), 600, design):
        first = int(np.flatnonzero(trial.treatment)[0])
        reached.append(trial.outcome[first] - 5.0)  # 1 - exp(-1/tau) after the first day
    tau = -1.0 / np.log1p(-np.array(reached).clip(0, 1 - 1e-9))
    slow = tau > 0.2
    assert slow.mean() == pytest.approx(0.5, abs=0.06)
    assert np.median(tau[slow]) == pytest.approx(4.0, rel=0.15)


def test_ratings_keep_to_the_scale_and_to_its_steps() -> None:
    wild = Variability.fixed(noise_sd=6.0)
    trials = made(Truth(0.0, wild, 3.0), 20, scale=Scale(1.0, 7.0, 0.5))
    values = np.concatenate([trial.outcome[trial.observed] for trial in trials])
    assert set(np.unique(values)) <= set(np.arange(1.0, 7.5, 0.5))
    assert values.min() == 1.0
    assert values.max() == 7.0


def test_dropped_days_are_those_after_a_switch() -> None:
    design = TrialDesign(3, 7, transition="drop", drop_days=2, missing=0.0)
    (trial,) = made(Truth(0.0, STILL, 3.0, trend=1.0), 1, design)
    switches = np.flatnonzero(np.diff(trial.treatment, prepend=0.0))
    expected = sorted({day + step for day in switches.tolist() for step in (0, 1)})
    assert np.flatnonzero(~trial.observed).tolist() == expected


def test_a_trial_is_the_same_whoever_simulates_it_and_effects_meet_the_same_days() -> None:
    person = typical_person(0, 10)
    none, some = (made(Truth(effect, person, 3.0), 5)[3] for effect in (0.0, -2.0))
    again = made(Truth(0.0, person, 3.0), 4)[3]
    np.testing.assert_array_equal(none.outcome, again.outcome)
    np.testing.assert_array_equal(none.treatment, some.treatment)
    difference = some.outcome - none.outcome + 2.0 * exposure(none.treatment, 3.0)[:, 0]
    assert np.nanmax(np.abs(difference)) < 1e-12


def test_a_run_in_shows_how_much_the_days_vary() -> None:
    priors = Priors()
    chance = np.random.default_rng(8)
    for phi, drift_sd, noise_sd in ((0.7, 0.9, 0.3), (0.1, 0.2, 1.2)):
        values = 6.0 + autoregression(phi, chance.normal(size=400) * drift_sd)
        values = values + chance.normal(size=400) * noise_sd
        values[chance.random(400) < 0.1] = np.nan
        person = person_from_run_in(values, priors, seed=1)
        for name, true in (("phi", phi), ("drift_sd", drift_sd), ("noise_sd", noise_sd)):
            low, high = np.quantile(getattr(person, name), [0.005, 0.995])
            assert low < true < high, name
        spread = person.drift_sd**2 / (1 - person.phi**2) + person.noise_sd**2
        total = drift_sd**2 / (1 - phi**2) + noise_sd**2
        assert np.median(spread) == pytest.approx(total, rel=0.25)
        assert np.median(person.level) == pytest.approx(6.0, abs=0.5)
        half_normal = 0.6745 * priors.period_sd
        assert np.median(person.period_sd) == pytest.approx(half_normal, rel=0.15)
    again = person_from_run_in(values, priors, seed=1)
    np.testing.assert_array_equal(again.phi, person.phi)


def test_a_run_in_of_a_week_leaves_much_open_and_a_shorter_or_flat_one_is_refused() -> None:
    chance = np.random.default_rng(2)
    short, long = (
        person_from_run_in(5 + chance.normal(size=days), Priors(), seed=1) for days in (8, 200)
    )
    assert short.noise_sd.std() > 2 * long.noise_sd.std()
    with pytest.raises(LodoseError, match="needs 7 or more"):
        person_from_run_in(np.arange(6.0), Priors(), seed=1)
    with pytest.raises(LodoseError, match="same value"):
        person_from_run_in(np.full(20, 3.0), Priors(), seed=1)
