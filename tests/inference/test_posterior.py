"""What is read off a posterior."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.inference.trials import make_trial

from lodose.inference import Mixture, OnsetPrior, Posterior, Priors, TrialArrays, exposure, fit
from lodose.inference.nodes import Parameters
from lodose.inference.terms import linear_terms


@pytest.fixture(scope="module")
def posterior() -> Posterior:
    return fit(make_trial(21, periods=8, days=10, columns=1))


def test_density_and_probabilities_belong_together(posterior: Posterior) -> None:
    x = posterior.mean + posterior.sd * np.linspace(-40, 40, 80001)
    density = posterior.density(x)
    step = x[1] - x[0]
    assert density.sum() * step == pytest.approx(1, abs=1e-6)
    assert (density * x).sum() * step == pytest.approx(posterior.mean, abs=1e-4)
    below = density[x < -0.5].sum() * step
    assert posterior.probability_below(-0.5) == pytest.approx(below, abs=1e-3)
    total = (
        posterior.probability_below(-1)
        + posterior.probability_between(-1, 1)
        + posterior.probability_above(1)
    )
    assert total == pytest.approx(1, abs=1e-12)


@given(st.floats(0.001, 0.999))
def test_quantile_turns_probability_round(posterior: Posterior, probability: float) -> None:
    assert posterior.probability_below(posterior.quantile(probability)) == pytest.approx(
        probability, abs=1e-9
    )


def test_quantile_across_a_gap() -> None:
    """Newton alone would leave through the flat stretch between two far components."""
    far = Mixture(np.array([-50.0, 50.0]), np.array([1.0, 1.0]), np.array([0.5, 0.5]))
    assert far.quantile(0.25) == pytest.approx(-50, abs=1e-6)
    assert far.quantile(0.75) == pytest.approx(50, abs=1e-6)
    with pytest.raises(ValueError, match="inside"):
        far.quantile(1.0)


def test_another_prior_is_the_same_as_a_new_fit(posterior: Posterior) -> None:
    changed = posterior.with_effect_prior(0.0, 0.7)
    again = fit(posterior.arrays, Priors(effect_sd=0.7))
    assert changed.mean == pytest.approx(again.mean, abs=0.003 * again.sd)
    assert changed.sd == pytest.approx(again.sd, rel=0.003)
    assert abs(changed.mean) < abs(posterior.mean)  # a sceptic is pulled towards zero


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "change",
    [
        {"onset": OnsetPrior(median_days=3.0)},
        {"onset": OnsetPrior(median_days=7.0)},
        {"onset": OnsetPrior(median_days=21.0)},
        {"onset": OnsetPrior(at_once_weight=0.0)},
        {"period_sd": 0.3},
        {"period_sd": 1.0},
    ],
)
def test_other_hyperpriors_are_the_same_as_a_new_fit(seed: int, change: dict) -> None:
    """Two quadratures with nodes in different places: they agree to their own accuracy."""
    arrays = make_trial(seed, periods=8, days=10)
    changed = fit(arrays).with_hyperpriors(**change)
    again = fit(arrays, Priors(**change))
    assert changed.mean == pytest.approx(again.mean, abs=0.02 * again.sd)
    assert changed.sd == pytest.approx(again.sd, rel=0.02)
    assert changed.probability_below(-1) == pytest.approx(again.probability_below(-1), abs=0.005)
    assert changed.log_evidence == pytest.approx(again.log_evidence, abs=0.02)


def test_what_reweighing_cannot_do_is_refused(posterior: Posterior) -> None:
    with pytest.raises(ValueError, match="neither"):
        posterior.with_hyperpriors(period_sd=0.0)
    with pytest.raises(ValueError, match="same time constant"):
        posterior.with_hyperpriors(onset=OnsetPrior(at_once_days=1.0))
    slow = posterior.with_hyperpriors(onset=OnsetPrior(at_once_weight=0.0))
    with pytest.raises(ValueError, match="brought back"):
        slow.with_hyperpriors(onset=OnsetPrior(at_once_weight=0.3))


def test_prior_times_likelihood_is_the_posterior(posterior: Posterior) -> None:
    x = np.linspace(-6, 6, 4001)
    prior = np.exp(-0.5 * (x / 1.5) ** 2)
    product = prior * posterior.likelihood(x)
    product /= product.sum() * (x[1] - x[0])
    np.testing.assert_allclose(product, posterior.density(x), atol=2e-4)


def test_evidence_and_absolute_likelihood_agree(posterior: Posterior) -> None:
    x = np.linspace(-12, 12, 8001)
    prior = np.exp(-0.5 * (x / 1.5) ** 2) / (1.5 * math.sqrt(2 * math.pi))
    evidence = (np.exp(posterior.log_likelihood(x)) * prior).sum() * (x[1] - x[0])
    assert math.log(evidence) == pytest.approx(posterior.log_evidence, abs=1e-3)


def test_seen_at_once_the_contrast_is_the_effect() -> None:
    at_once = Priors(onset=OnsetPrior(at_once_weight=1.0, at_once_days=0.01))
    posterior = fit(make_trial(4, days=10), at_once)
    assert posterior.contrast.mean == pytest.approx(posterior.mean, rel=1e-6)
    assert posterior.probability_at_once == pytest.approx(1.0)


def test_a_slow_drug_shows_less_in_short_periods_than_in_the_end() -> None:
    slow = Priors(onset=OnsetPrior(at_once_weight=0.0, median_days=30.0, log_sd=0.1))
    posterior = fit(make_trial(4, periods=4, days=6, effect=-2), slow)
    arrays = posterior.arrays
    e = exposure(arrays.treatment, [30.0])[:, 0]
    on = arrays.observed & (arrays.treatment > 0.5)
    off = arrays.observed & (arrays.treatment <= 0.5)
    reached = e[on].mean() - e[off].mean()
    assert posterior.contrast.mean / posterior.mean == pytest.approx(reached, rel=0.15)
    assert reached < 0.3


def dense_terms(arrays: TrialArrays, priors: Priors, at: dict[str, float]) -> tuple:
    """Best linear prediction of all terms from the full joint covariance of records and terms."""
    used = arrays.observed
    day = np.flatnonzero(used)
    design = np.column_stack(
        [
            np.ones(arrays.days),
            arrays.trend,
            arrays.columns,
            exposure(arrays.treatment, [at["onset_days"]], arrays.initial_exposure),
            arrays.indicators(),
        ]
    )
    prior = np.diag(
        np.concatenate(
            [
                [priors.level_sd**2, priors.trend_sd**2],
                arrays.column_prior_sd**2,
                [priors.effect_sd**2],
                np.full(arrays.indicators().shape[1], at["period_sd"] ** 2),
            ]
        )
    )
    lag = np.abs(day[:, None] - day[None, :])
    noise = at["drift_sd"] ** 2 / (1 - at["phi"] ** 2) * at["phi"] ** lag
    noise += at["noise_sd"] ** 2 * np.eye(day.size)
    x = design[used]
    gain = prior @ x.T @ np.linalg.inv(x @ prior @ x.T + noise)
    mean = gain @ (arrays.outcome[used] - priors.level_mean)
    mean[0] += priors.level_mean
    return mean, prior - gain @ x @ prior


def test_terms_are_those_of_the_full_covariance() -> None:
    arrays = make_trial(8, columns=2, initial_exposure=1.0)
    at = {"phi": 0.4, "drift_sd": 0.6, "noise_sd": 0.8, "period_sd": 0.5, "onset_days": 3.0}
    points = Parameters(*(np.array([value, value]) for value in at.values()))
    terms = linear_terms(arrays, Priors(), points)
    mean, covariance = dense_terms(arrays, Priors(), at)
    np.testing.assert_allclose(terms.mean[1], mean, atol=1e-8)
    np.testing.assert_allclose(terms.covariance[1], covariance, atol=1e-8)
    assert terms.names[:5] == ("level", "trend", "known 0", "known 1", "effect")


def test_terms_and_effect_come_from_the_same_posterior(posterior: Posterior) -> None:
    index = posterior.linear.names.index("effect")
    assert posterior.linear.mean[:, index].mean() == pytest.approx(
        posterior.mean, abs=0.02 * posterior.sd
    )
    names = set(posterior.terms)
    assert {"level", "trend", "known 0", "onset_days", "autocorrelation", "period 7"} <= names
    assert "effect" not in names
    for term in posterior.terms.values():
        assert term.lower <= term.mean <= term.upper


def test_the_curve_follows_a_clear_change() -> None:
    arm = np.repeat([0, 1, 1, 0, 0, 1], 14).astype(float)
    rng = np.random.default_rng(2)
    outcome = 6 - 3 * arm + 0.4 * rng.normal(size=arm.size)
    fitted = fit(TrialArrays(outcome, arm, np.repeat(np.arange(6), 14))).fitted()
    late = np.arange(arm.size) % 14 > 4
    assert np.abs(fitted.mean - (6 - 3 * arm))[late].max() < 0.5
    assert ((fitted.lower < fitted.mean) & (fitted.mean < fitted.upper)).all()
    assert fitted.exposure[late & (arm > 0)].min() > 0.9
    assert fitted.exposure[late & (arm == 0)].max() < 0.1


@settings(max_examples=30)
@given(st.floats(0.05, 60), st.sampled_from([0.0, 1.0]))
def test_exposure_builds_up_and_washes_out(onset: float, initial: float) -> None:
    arm = np.repeat([1.0, 0.0], 200)
    e = exposure(arm, [onset], initial)[:, 0]
    day = np.arange(1, 201)
    np.testing.assert_allclose(e[:200], 1 - (1 - initial) * np.exp(-day / onset), atol=1e-12)
    np.testing.assert_allclose(e[200:], e[199] * np.exp(-day / onset), atol=1e-12)
