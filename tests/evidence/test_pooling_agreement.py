"""Every way of pooling against another implementation, and what must hold of all."""

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats
from statsmodels.stats.meta_analysis import combine_effects, effectsize_2proportions, effectsize_smd

from lodose.errors import LodoseError
from lodose.evidence.bayes import pool_bayesian
from lodose.evidence.effects import mean_difference, risk_ratio, standardised_mean_difference
from lodose.evidence.pooling import METHODS, Method, leave_one_out, pool

effects = st.floats(-3, 3).map(lambda x: round(x, 4))
errors = st.floats(0.05, 2).map(lambda x: round(x, 4))
trials = st.lists(st.tuples(effects, errors), min_size=2, max_size=12)
quick = settings(max_examples=60, deadline=None)
Trials = list[tuple[float, float]]


def combined(y: np.ndarray, v: np.ndarray, **how: object) -> Any:
    """Statsmodels' answer; it divides by zero where its variance between trials is negative."""
    with np.errstate(all="ignore"):
        return combine_effects(y, v, **how)


def close(one: float, other: float) -> bool:
    return bool(np.isclose(one, other, rtol=1e-6, atol=1e-6))


@pytest.mark.property
@quick
@given(trials)
def test_fixed_dl_and_hartung_knapp_agree_with_statsmodels(found: Trials) -> None:
    y, s = (np.array(column) for column in zip(*found, strict=True))
    theirs = combined(y, s**2, method_re="dl")
    ours = pool(y, s, method="fixed")
    assert close(ours.estimate, theirs.mean_effect_fe)
    assert close(ours.se, theirs.sd_eff_w_fe)
    assert close(ours.q, theirs.q)
    if ours.q > 1e-9:  # statsmodels divides by a rounding error otherwise
        assert close(ours.i2, max(0.0, theirs.i2))
    kept = pool(y, s, method="fixed", hartung_knapp=True)
    assert close(kept.se, np.sqrt(theirs.var_hksj_fe))
    assume(theirs.tau2 >= 0)  # statsmodels leaves a negative variance as it is
    random = pool(y, s, method="dl")
    assert close(random.tau2, theirs.tau2)
    assert close(random.estimate, theirs.mean_effect_re)
    assert close(random.se, theirs.sd_eff_w_re)
    adjusted = pool(y, s, method="dl", hartung_knapp=True)
    assert close(adjusted.se, np.sqrt(theirs.var_hksj_re))
    critical = stats.t.ppf(0.975, len(y) - 1)
    assert close(adjusted.upper, theirs.mean_effect_re + critical * np.sqrt(theirs.var_hksj_re))


@pytest.mark.property
@quick
@given(trials)
def test_paule_mandel_agrees_with_statsmodels(found: Trials) -> None:
    y, s = (np.array(column) for column in zip(*found, strict=True))
    ours = pool(y, s, method="pm")
    assume(ours.tau2 > 1e-6)
    w = 1 / (s**2 + ours.tau2)
    assert close(w @ (y - w @ y / w.sum()) ** 2, len(y) - 1)
    theirs = combined(y, s**2, method_re="pm", atol=1e-10, maxiter=5000)
    assume(theirs.tau2 > 0)  # it gives up with 0 where a rounding error steps below the root
    assert close(ours.tau2, theirs.tau2)
    assert close(ours.estimate, theirs.mean_effect_re)


def restricted_likelihood(tau2: float, y: np.ndarray, v: np.ndarray) -> float:
    """The same by matrices: the likelihood of contrasts that hold no common mean."""
    covariance = np.diag(v + tau2)
    contrasts = np.linalg.qr(np.column_stack((np.ones(len(y)), np.eye(len(y))[:, 1:])))[0][:, 1:]
    return float(
        stats.multivariate_normal.logpdf(
            contrasts.T @ y, np.zeros(len(y) - 1), contrasts.T @ covariance @ contrasts
        )
    )


@pytest.mark.property
@settings(max_examples=30, deadline=None)
@given(trials)
def test_reml_is_the_highest_restricted_likelihood(found: Trials) -> None:
    y, s = (np.array(column) for column in zip(*found, strict=True))
    v = s**2
    ours = pool(y, s, method="reml").tau2
    here = restricted_likelihood(ours, y, v)
    grid = np.concatenate(([0.0], np.geomspace(1e-6, 40, 120)))
    assert here >= max(restricted_likelihood(tau2, y, v) for tau2 in grid) - 1e-9
    if ours > 1e-4:
        best = optimize.minimize_scalar(
            lambda tau2: -restricted_likelihood(tau2, y, v),
            bounds=(ours * 0.7, ours * 1.4),
            method="bounded",
            options={"xatol": 1e-12},
        )
        assert np.isclose(ours, best.x, rtol=2e-5)
        # At 1e-6 by the slope, which a search by values cannot resolve.
        step = ours * 1e-3
        rise = restricted_likelihood(ours + step, y, v) - restricted_likelihood(ours - step, y, v)
        bend = (
            restricted_likelihood(ours + step, y, v)
            + restricted_likelihood(ours - step, y, v)
            - 2 * here
        )
        assert bend < 0
        assert abs(rise / bend) * step / 2 < max(1e-6, 2e-6 * ours) * 10


@pytest.mark.property
@quick
@given(trials, st.sampled_from(METHODS), st.booleans(), st.floats(0.01, 100), st.integers(0, 99))
def test_order_does_not_matter_and_units_scale_through(
    found: Trials, method: Method, hartung_knapp: bool, scale: float, seed: int
) -> None:
    y, s = (np.array(column) for column in zip(*found, strict=True))
    ours = pool(y, s, method=method, hartung_knapp=hartung_knapp)
    shuffled = np.random.default_rng(seed).permutation(len(y))
    again = pool(y[shuffled], s[shuffled], method=method, hartung_knapp=hartung_knapp)
    assert np.isclose(ours.estimate, again.estimate, atol=1e-7)
    assert np.isclose(ours.tau2, again.tau2, rtol=1e-6, atol=1e-8)
    scaled = pool(y * scale, s * scale, method=method, hartung_knapp=hartung_knapp)
    assert np.isclose(scaled.estimate, ours.estimate * scale, rtol=1e-5, atol=1e-6 * scale)
    assert np.isclose(scaled.tau2, ours.tau2 * scale**2, rtol=1e-5, atol=1e-6 * scale**2)
    if ours.se > 1e-9:  # equal effects leave a plain Hartung-Knapp error of rounding alone
        assert np.isclose(scaled.p, ours.p, rtol=1e-4, atol=1e-6)
    assert scaled.i2 == pytest.approx(ours.i2, abs=1e-9)
    assert ours.lower <= ours.estimate <= ours.upper
    assert sum(ours.weights) == pytest.approx(1)
    if ours.prediction is not None:
        assert ours.prediction[0] <= ours.lower + 1e-9 or hartung_knapp
    if ours.i2_lower is not None and ours.i2_upper is not None:
        assert ours.i2_lower <= ours.i2 + 1e-12 <= ours.i2_upper + 2e-12


@pytest.mark.property
@quick
@given(trials, st.floats(-5, 5))
def test_a_shift_of_all_effects_shifts_the_estimate_alone(found: Trials, shift: float) -> None:
    y, s = (np.array(column) for column in zip(*found, strict=True))
    ours, moved = pool(y, s), pool(y + shift, s)
    assert np.isclose(moved.estimate, ours.estimate + shift, atol=1e-6)
    assert np.isclose(moved.tau2, ours.tau2, rtol=1e-5, atol=1e-7)


def test_the_modified_hartung_knapp_interval_is_never_narrower_than_the_errors_allow() -> None:
    agreeing = ([1.0, 1.0, 1.0], [0.5, 1.0, 1.0])
    plain = pool(*agreeing, hartung_knapp=True)
    assert plain.upper - plain.lower < 1e-9
    kept = pool(*agreeing, hartung_knapp=True, modified=True)
    assert kept.se == pytest.approx(pool(*agreeing).se)
    assert kept.upper - kept.lower > pool(*agreeing).upper - pool(*agreeing).lower
    scattered = ([0.0, 3.0], [0.2, 0.3])
    assert pool(*scattered, method="fixed", hartung_knapp=True, modified=True) == pool(
        *scattered, method="fixed", hartung_knapp=True
    )


def test_leaving_each_out_pools_the_others() -> None:
    y, s = [0.1, 0.4, -0.2, 0.9], [0.2, 0.3, 0.25, 0.4]
    left = leave_one_out(y, s, method="dl", hartung_knapp=True)
    for number, one in enumerate(left):
        rest = [(a, b) for at, (a, b) in enumerate(zip(y, s, strict=True)) if at != number]
        again = pool(*zip(*rest, strict=True), method="dl", hartung_knapp=True)  # type: ignore[misc]
        assert (one.estimate, one.lower, one.k) == (again.estimate, again.lower, 3)
    with pytest.raises(LodoseError, match="give at least 3"):
        leave_one_out(y[:2], s[:2])


def test_the_prediction_interval_and_that_of_i2_follow_their_formulas() -> None:
    y, s = np.array([0.0, 1.0, 2.0, 4.0]), np.array([0.5, 0.5, 0.5, 0.5])
    ours = pool(y, s, method="dl")
    reach = stats.t.ppf(0.975, 2) * np.sqrt(ours.tau2 + ours.se**2)
    assert ours.prediction == pytest.approx((ours.estimate - reach, ours.estimate + reach))
    assert ours.q == pytest.approx(35)
    assert ours.i2 == pytest.approx(32 / 35)
    spread = 0.5 * (np.log(35) - np.log(3)) / (np.sqrt(70) - np.sqrt(5))
    ends = np.exp(0.5 * np.log(35 / 3) + np.array([-1, 1]) * 1.959963984540054 * spread)
    assert (ours.i2_lower, ours.i2_upper) == pytest.approx(tuple(1 - 1 / ends**2))
    two = pool([0.0, 0.1], [1.0, 1.0])
    assert (two.i2_lower, two.i2_upper, two.prediction) == (None, None, None)


@pytest.mark.property
@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(effects, st.floats(0.1, 1)), min_size=2, max_size=5), st.floats(0.2, 1))
def test_the_posterior_agrees_with_integrating_over_both_unknowns(
    found: Trials, scale: float
) -> None:
    y, s = (np.array(column) for column in zip(*found, strict=True))
    ours = pool_bayesian(y, s, tau_scale=scale)

    tau = np.linspace(0, 8 * scale, 801)
    mu = np.linspace(ours.mean - 12 * ours.sd, ours.mean + 12 * ours.sd, 801)
    log = stats.halfnorm.logpdf(tau, scale=scale)[:, None] + sum(
        stats.norm.logpdf(one, mu[None, :], np.sqrt(error**2 + tau[:, None] ** 2))
        for one, error in zip(y, s, strict=True)
    )
    density = integrate.simpson(np.exp(log - log.max()), x=tau, axis=0)
    density /= integrate.simpson(density, x=mu)
    mean = integrate.simpson(density * mu, x=mu)
    assert np.isclose(ours.mean, mean, atol=1e-4)
    assert np.isclose(ours.sd, np.sqrt(integrate.simpson(density * (mu - mean) ** 2, x=mu)), 2e-3)
    below = integrate.cumulative_trapezoid(density, mu, initial=0)
    assert np.interp(ours.lower, mu, below) == pytest.approx(0.025, abs=1e-3)
    assert np.interp(ours.estimate, mu, below) == pytest.approx(0.5, abs=1e-3)
    assert ours.below_zero == pytest.approx(np.interp(0, mu, below), abs=1e-3)
    assert ours.prediction[0] <= ours.lower <= ours.upper <= ours.prediction[1]


def test_a_tight_prior_for_the_spread_comes_to_the_fixed_answer() -> None:
    y, s = [-0.34, 0.49], [0.311, 0.413]
    fixed, tight = pool(y, s, method="fixed"), pool_bayesian(y, s, tau_scale=1e-4)
    assert tight.estimate == pytest.approx(fixed.estimate, abs=1e-6)
    assert (tight.lower, tight.upper) == pytest.approx((fixed.lower, fixed.upper), abs=1e-6)


groups = st.tuples(st.integers(4, 200), st.floats(-5, 5), st.floats(0.1, 5))


@pytest.mark.property
@quick
@given(groups, groups)
def test_effects_agree_with_statsmodels(
    one: tuple[int, float, float], other: tuple[int, float, float]
) -> None:
    ours = standardised_mean_difference(*one, *other)
    estimate, variance = effectsize_smd(one[1], one[2], one[0], other[1], other[2], other[0])
    assert close(ours.estimate, estimate)
    assert close(ours.se, np.sqrt(variance))
    plain = mean_difference(*one, *other)
    welch = stats.ttest_ind_from_stats(
        one[1], one[2], one[0], other[1], other[2], other[0], equal_var=False
    )
    if plain.estimate:
        assert close(plain.estimate / plain.se, welch.statistic)


@pytest.mark.property
@quick
@given(st.integers(1, 30), st.integers(0, 90), st.integers(1, 30), st.integers(0, 90))
def test_risk_ratios_agree_with_statsmodels(a: int, spare: int, c: int, left: int) -> None:
    ours = risk_ratio(a, a + spare, c, c + left)
    estimate, variance = effectsize_2proportions(
        np.array([a]), np.array([a + spare]), np.array([c]), np.array([c + left]),
        statistic="risk-ratio",
    )  # fmt: skip
    assert close(ours.estimate, estimate[0])
    assert close(ours.se**2, variance[0])
    swapped = risk_ratio(c, c + left, a, a + spare)
    assert swapped.estimate == pytest.approx(-ours.estimate)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: pool([1.0], [1.0]), "One study is nothing to pool"),
        (lambda: pool([1.0, 2.0], [1.0]), "2 effects and 1 standard errors"),
        (lambda: pool([1.0, 2.0], [1.0, 0.0]), "no usable standard error"),
        (lambda: pool([1.0, 2.0], [1.0, 1.0], method="ml"), "'ml' is no method"),  # type: ignore[arg-type]
        (lambda: pool_bayesian([1.0, 2.0], [1.0, 1.0], tau_scale=0), "prior scale of 0"),
        (lambda: risk_ratio(0, 10, 0, 10), "there is no ratio"),
        (lambda: risk_ratio(11, 10, 1, 10), "no shares of people"),
        (lambda: mean_difference(1, 0, 1, 5, 0, 1), "no spread"),
        (lambda: standardised_mean_difference(5, 1, 0, 5, 0, 0), "groups that vary"),
    ],
)
def test_what_cannot_be_worked_out_is_refused_with_a_mend(wrong, said: str) -> None:
    with pytest.raises(LodoseError, match=said) as refused:
        wrong()
    assert "Mend:" in str(refused.value)


def test_a_group_without_an_event_gets_half_a_person_everywhere() -> None:
    ours = risk_ratio(0, 49, 1, 50)
    assert ours.estimate == pytest.approx(np.log((0.5 / 50) / (1.5 / 51)))


def test_the_ways_differ_as_they_should() -> None:
    """Guards against a test above that compares something with itself."""
    y, s = [0.0, 1.0, 3.0], [0.2, 0.5, 0.9]
    found = {method: pool(y, s, method=method).tau2 for method in METHODS}
    assert all(abs(found[a] - found[b]) > 1e-3 for a, b in permutations(METHODS, 2))
