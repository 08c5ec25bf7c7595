"""The compiled engine does the same sum as the plain one, and both answer as they must."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.inference.trials import make_trial, trials

import lodose.inference.compiled as compiled
import lodose.inference.reference as reference
from lodose.inference import (
    DEFAULT,
    NotEstimableError,
    OnsetPrior,
    Posterior,
    Priors,
    Rule,
    TrialArrays,
    exposure,
    fit,
)

COARSE = Rule("coarse", 3, 3, 4, 3, 2, boxed=False)

priors_to_try = st.builds(
    Priors,
    drift_sd=st.sampled_from([0.0, 0.7, 1.5]),
    period_sd=st.sampled_from([0.0, 0.75]),
    effect_sd=st.sampled_from([0.7, 1.5, math.inf]),
    resolution=st.sampled_from([0.1, 1.0]),
    onset=st.builds(OnsetPrior, at_once_weight=st.sampled_from([0.0, 0.3, 1.0])),
)


def everything(posterior: Posterior) -> list[float]:
    return [
        posterior.mean,
        posterior.sd,
        posterior.probability_below(0.0),
        posterior.log_evidence,
        posterior.quantile(0.025),
        posterior.contrast.mean,
    ]


@pytest.mark.property
@settings(max_examples=40, deadline=None)
@given(trials(), priors_to_try)
def test_same_nodes_same_sum(arrays: TrialArrays, priors: Priors) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "REACH", 300.0)
        patch.setattr(reference, "KEEP", 300.0)
        quick = fit(arrays, priors, rule=COARSE)
        plain = fit(arrays, priors, rule=COARSE, engine="reference")
    np.testing.assert_allclose(everything(quick), everything(plain), rtol=1e-6, atol=1e-7)


@pytest.mark.property
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-3, 3), st.floats(-20, 20), st.floats(0.1, 30))
def test_shift_and_scale_of_the_outcome(
    seed: int, effect: float, shift: float, scale: float
) -> None:
    arrays = make_trial(seed, effect=effect)
    moved = TrialArrays(shift + scale * arrays.outcome, arrays.treatment, arrays.period)
    plain = fit(arrays, Priors.for_range(0, 10))
    answer = fit(moved, Priors.for_range(shift, shift + 10 * scale))
    assert answer.mean == pytest.approx(scale * plain.mean, rel=1e-6, abs=1e-9)
    assert answer.sd == pytest.approx(scale * plain.sd, rel=1e-6)


@pytest.mark.property
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-3, 3))
def test_turning_the_scale_round_turns_the_effect(seed: int, effect: float) -> None:
    arrays = make_trial(seed, effect=effect)
    turned = TrialArrays(10 - arrays.outcome, arrays.treatment, arrays.period)
    here, there = fit(arrays), fit(turned)
    assert there.mean == pytest.approx(-here.mean, abs=1e-9)
    assert there.probability_above(1) == pytest.approx(here.probability_below(-1), abs=1e-9)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_column_that_is_never_on_changes_nothing(engine: Any) -> None:
    arrays = make_trial(5)
    flare = TrialArrays(
        arrays.outcome,
        arrays.treatment,
        arrays.period,
        columns=np.zeros((arrays.days, 1)),
        column_prior_sd=[1.0],
        column_names=["flare"],
    )
    rule = Rule("plain", 8, 8, 21, 8, 6, boxed=False)
    without, beside = (fit(a, rule=rule, engine=engine) for a in (arrays, flare))
    assert beside.mean == pytest.approx(without.mean, abs=0.002 * without.sd)
    assert beside.sd == pytest.approx(without.sd, rel=0.002)
    assert beside.terms["flare"].sd == pytest.approx(1.0, rel=1e-6)  # its prior


def test_days_outside_every_period_change_nothing_but_the_calendar() -> None:
    arrays = make_trial(5)
    noisy = arrays.outcome.copy()
    period = arrays.period.copy()
    period[:5] = -1
    noisy[:5] = 99.0
    same = noisy.copy()
    same[:5] = np.nan
    first = fit(TrialArrays(noisy, arrays.treatment, period))
    second = fit(TrialArrays(same, arrays.treatment, period))
    assert everything(first) == everything(second)


def test_the_same_data_give_the_same_bits() -> None:
    arrays = make_trial(11)
    assert everything(fit(arrays)) == everything(fit(arrays))


def test_the_same_bits_from_several_threads() -> None:
    from concurrent.futures import ThreadPoolExecutor

    many = [make_trial(seed) for seed in range(12)]
    alone = [everything(fit(arrays)) for arrays in many]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda arrays: everything(fit(arrays)), many)) == alone


def test_a_clean_diary_is_not_lost_between_the_nodes() -> None:
    """Noise of 0.1 pins the onset down between the nodes of any fixed rule."""
    rng = np.random.default_rng(3)
    arm = np.repeat([0, 1, 1, 0, 1, 0, 0, 1], 14).astype(float)
    outcome = 6 - 2 * exposure(arm, [4.0])[:, 0] + 0.1 * rng.normal(size=arm.size)
    arrays = TrialArrays(outcome, arm, np.repeat(np.arange(8), 14))
    fine = fit(arrays, rule=Rule("fine", 20, 20, 321, 16, 5, boxed=False))
    quick = fit(arrays)
    assert abs(quick.mean - fine.mean) < 0.02 * fine.sd
    assert quick.sd == pytest.approx(fine.sd, rel=0.02)
    fixed = fit(arrays, rule=replace(DEFAULT, boxed=False))
    assert abs(fixed.mean - fine.mean) > 0.1 * fine.sd  # why the box is there


@pytest.mark.parametrize(
    "change",
    [
        {"noise_sd": 0.05},
        {"drift_sd": 0.05},
        {"period_sd": 0.05},
        {"period_sd": 20.0},
        {"onset": OnsetPrior(median_days=0.2, log_sd=2.0)},
        {"onset": OnsetPrior(median_days=120.0, log_sd=2.0)},
    ],
)
def test_priors_at_the_ends_of_what_a_protocol_may_set(change: dict[str, Any]) -> None:
    """Very narrow and very wide priors put the weight at an edge of the grid."""
    arrays = make_trial(6, periods=8, days=10)
    priors = replace(Priors(), **change)
    fine = fit(arrays, priors, rule=Rule("fine", 24, 40, 97, 24, 6, boxed=False))
    quick = fit(arrays, priors)
    assert abs(quick.mean - fine.mean) < 0.02 * fine.sd
    assert quick.sd == pytest.approx(fine.sd, rel=0.02)


def test_an_exact_step_does_not_break() -> None:
    arm = np.repeat([0, 1, 1, 0, 0, 1], 7).astype(float)
    arrays = TrialArrays(6 - 2 * arm, arm, np.repeat(np.arange(6), 7))
    posterior = fit(arrays, Priors(resolution=1.0))
    assert posterior.mean == pytest.approx(-2.0, abs=0.1)
    assert posterior.probability_below(-1) > 0.95
    assert math.isfinite(posterior.log_evidence)
    with pytest.raises(NotEstimableError, match="resolution"):
        fit(arrays)  # a noise of zero would decide, and it would say "no difference"


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        ([5.0] * 8, "same value"),
        ([5.0, 6.0, 4.0, 3.0, np.nan, np.nan, 6.0, 6.0], r"1 period\(s\) on active"),
        ([np.nan] * 8, r"0 period\(s\) on active"),
    ],
)
def test_what_cannot_be_estimated_is_refused(outcome: list[float], message: str) -> None:
    with pytest.raises(NotEstimableError, match=message):
        TrialArrays(outcome, [0, 0, 1, 1, 1, 1, 0, 0], [0, 0, 1, 1, 2, 2, 3, 3])


@pytest.mark.parametrize(
    "wrong",
    [
        {"treatment": [0, 1]},
        {"treatment": [0, 2, 0, 1]},
        {"outcome": [1, math.inf, 2, 3]},
        {"columns": np.zeros((3, 1)), "column_prior_sd": [1.0]},
        {"columns": np.zeros((4, 1)), "column_prior_sd": [0.0]},
        {"columns": np.zeros((4, 1)), "column_prior_sd": [1.0], "column_names": ["a", "b"]},
        {"initial_exposure": 1.5},
    ],
)
def test_arrays_that_do_not_fit_are_refused(wrong: dict[str, object]) -> None:
    given = {"outcome": [1.0, 2, 3, 4], "treatment": [0, 1, 0, 1], "period": [0, 1, 2, 3]}
    with pytest.raises(ValueError, match=r"shapes|between|finite|positive|fit|names"):
        TrialArrays(**(given | wrong))  # type: ignore[arg-type]


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="neither"):
        fit(make_trial(1), engine="magic")  # type: ignore[arg-type]
