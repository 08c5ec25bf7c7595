"""A word has to hold also if the drug is slow; what is said is what is simulated."""

import numpy as np
import pytest

from lodose.inference import OnsetPrior, Posterior, Priors, TrialArrays, exposure, fit
from lodose.verdict.decision import SLOW_CHANCE, settle, word_of
from lodose.verdict.result import Word
from lodose.verdict.rules import Cuts


def posterior(
    effect: float,
    *,
    days: int = 14,
    pairs: int = 4,
    onset: float = 0.1,
    noise: float = 0.5,
    seed: int = 1,
    at_once: float = 0.3,
) -> Posterior:
    rng = np.random.default_rng(seed)
    arm = np.repeat(np.tile([0.0, 1.0, 1.0, 0.0], pairs)[: 2 * pairs], days)
    outcome = 6 + effect * exposure(arm, [onset])[:, 0] + noise * rng.normal(size=arm.size)
    arrays = TrialArrays(outcome, arm, np.repeat(np.arange(2 * pairs), days))
    return fit(arrays, Priors(onset=OnsetPrior(at_once_weight=at_once)))


def decide(given: Posterior, better: str = "lower") -> tuple[Word, Word]:
    decision = settle(given, better=better, mcid=1.0, cuts=Cuts())
    return decision.primary_word, decision.word


def test_a_clear_benefit_stands_whatever_the_onset() -> None:
    assert decide(posterior(-2.5)) == (Word.HELPS, Word.HELPS)
    assert decide(posterior(-2.5), better="higher") == (Word.HARMS, Word.HARMS)


def test_little_effect_in_short_periods_is_held_back() -> None:
    """Seven days on each: a slow drug would look just like this."""
    given = posterior(0.0, days=7, pairs=6, noise=0.6, seed=4)
    primary, word = decide(given)
    decision = settle(given, better="lower", mcid=1.0, cuts=Cuts())
    assert primary in (Word.NO_MEANINGFUL_DIFFERENCE, Word.UNLIKELY_TO_HELP_ENOUGH)
    assert decision.slow is not None
    assert decision.slow.benefit_at_least_mcid > SLOW_CHANCE
    assert word == Word.NOT_KNOWN_YET
    assert decision.flipped_by_onset


def test_little_effect_in_long_periods_stands() -> None:
    given = posterior(0.0, days=42, pairs=3, noise=0.6, seed=2)
    assert decide(given)[1] == Word.NO_MEANINGFUL_DIFFERENCE


def test_a_protocol_that_says_at_once_is_not_asked_about_a_slow_drug() -> None:
    given = posterior(0.0, days=7, pairs=6, seed=3, at_once=1.0)
    decision = settle(given, better="lower", mcid=1.0, cuts=Cuts())
    assert decision.slow is None
    assert decision.word == Word.NO_MEANINGFUL_DIFFERENCE


@pytest.mark.parametrize("seed", range(6))
def test_the_slow_reading_is_that_of_a_new_fit(seed: int) -> None:
    given = posterior(-0.3, seed=seed, noise=1.2)
    decision = settle(given, better="lower", mcid=1.0, cuts=Cuts(equivalence_probability=0.5))
    assert decision.slow is not None
    again = fit(given.arrays, Priors(onset=OnsetPrior(median_days=21.0)))
    _, slow = word_of(again, better="lower", mcid=1.0, cuts=Cuts())
    assert decision.slow.benefit_at_least_mcid == pytest.approx(
        slow.benefit_at_least_mcid, abs=0.01
    )
