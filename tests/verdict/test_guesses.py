"""James' index, the log score and the interval of Bang's index."""

from collections.abc import Callable
from math import log, sqrt
from typing import Any

import numpy as np
import pytest

import lodose
from lodose.verdict import to_json
from lodose.verdict.blinding import guess_index
from lodose.verdict.guesses import guess_score, james_index, log_score

Maker = Callable[..., Any]


@pytest.mark.published
def test_james_index_as_the_r_package_and_its_julia_copy_print_it() -> None:
    """BlindingIndex.jl, README (after the R package BI): 0.896, se 0.011, 0.875 to 0.918."""
    index, error = james_index(np.array([[48, 22], [4, 30], [330, 319]]))
    assert error is not None
    printed = (index, error, index - 1.959964 * error, index + 1.959964 * error)
    assert [f"{value:.3f}" for value in printed] == ["0.896", "0.011", "0.875", "0.918"]


@pytest.mark.published
@pytest.mark.parametrize(
    ("arm", "right", "wrong", "unsure", "index"),
    [("active", 48, 4, 330, "0.115"), ("comparator", 30, 22, 319, "0.022")],
)
def test_bangs_index_of_the_same_table(
    arm: str, right: int, wrong: int, unsure: int, index: str
) -> None:
    other = {"active": "comparator", "comparator": "active"}[arm]
    found = guess_index(arm, [arm] * right + [other] * wrong + ["unsure"] * unsure)
    assert f"{found.index:.3f}" == index
    assert found.lower < found.index < found.upper


@pytest.mark.spec
@pytest.mark.parametrize(
    ("counts", "index"),
    [
        ([[5, 0], [0, 5], [0, 0]], 0.0),
        ([[0, 0], [0, 0], [5, 5]], 1.0),
        ([[5, 5], [5, 5], [0, 0]], 0.5),
        ([[0, 5], [5, 0], [0, 0]], 1.0),  # always wrong
        ([[4, 0], [0, 0], [0, 0]], 0.0),  # one arm only
    ],
)
def test_james_index_at_its_marks(counts: list[list[int]], index: float) -> None:
    assert james_index(np.array(counts, dtype=float))[0] == pytest.approx(index)


def test_an_index_without_spread_has_no_interval() -> None:
    assert james_index(np.array([[5.0, 0.0], [0.0, 5.0], [0.0, 0.0]]))[1] is None


@pytest.mark.spec
def test_bangs_interval_is_the_exact_binomial_one_of_those_who_dared() -> None:
    found = guess_index("active", ["active"] * 3 + ["unsure"] * 1)
    # R: binom.test(3, 3)$conf.int is 0.2924018 to 1.
    assert found.lower == pytest.approx(0.75 * (2 * 0.2924018 - 1), abs=1e-6)
    assert found.upper == 0.75
    nothing = guess_index("active", ["unsure"] * 2)
    assert (nothing.lower, nothing.upper) == (0.0, 0.0)


@pytest.mark.property
@pytest.mark.parametrize("right", range(8))
@pytest.mark.parametrize("wrong", range(8))
def test_better_than_chance_is_an_interval_above_zero(right: int, wrong: int) -> None:
    found = guess_index("active", ["active"] * right + ["comparator"] * wrong)
    assert found.better_than_chance == (found.lower > 0)
    assert found.lower <= found.index <= found.upper


@pytest.mark.spec
def test_the_log_score_uses_confidence_where_it_was_given(protocol: Maker, diary: Maker) -> None:
    guesses = [
        {"period": 1, "guess": "active", "confidence": 0.8},  # right
        {"period": 2, "guess": "active", "confidence": 0.7},  # wrong
        {"period": 3, "guess": "unsure"},
        {"period": 4, "guess": "comparator"},  # no confidence: not scored
    ]
    plan = protocol(blinding={"guesses": guesses})
    score = guess_score(plan)
    assert score is not None
    assert (score.guesses, score.scored) == (4, 3)
    assert score.log_score == pytest.approx(log(0.8) + log(0.3) + log(0.5))
    assert score.log_score_chance == pytest.approx(3 * log(0.5))
    found = lodose.verdict(diary(plan, -2.5), plan)
    assert found.guesses == score
    assert any("Log score of 3 guesses" in line for line in found.wording.doctor)
    assert any(line.startswith("James' index over both arms") for line in found.wording.doctor)
    assert '"log_score"' in to_json(found)


def test_a_certain_guess_that_was_wrong_does_not_ruin_everything() -> None:
    assert log_score([0.0, 1.0]) == pytest.approx(log(0.01) + log(0.99))


def test_no_guess_no_score_and_no_confidence_no_log_score(protocol: Maker) -> None:
    assert guess_score(protocol()) is None
    bare = guess_score(protocol(blinding={"guesses": [{"period": 1, "guess": "active"}]}))
    assert bare is not None
    assert (bare.log_score, bare.log_score_chance, bare.james_lower) == (None, None, None)


def test_the_standard_error_is_that_of_the_multinomial_by_simulation() -> None:
    share = np.array([[0.25, 0.1], [0.1, 0.2], [0.15, 0.2]])
    draws = np.random.default_rng(3).multinomial(400, share.ravel(), size=1000).reshape(-1, 3, 2)
    spread = np.std([james_index(draw.astype(float))[0] for draw in draws])
    error = james_index(400 * share)[1]
    assert error == pytest.approx(spread, rel=4 / sqrt(2 * 1000))
