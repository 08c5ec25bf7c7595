"""The randomisation test against brute force, and what must hold for any data."""

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lodose.inference.randomisation import (
    NoRandomisationError,
    listed_test,
    max_run_test,
    randomisation_test,
    within_pairs_test,
)
from lodose.inference.sequences import count_run_limited, sample_run_limited

# Quarters tie exactly in floating point, as ratings do; thirds tie only to rounding.
quarters = st.integers(-20, 20).map(lambda n: n / 4)
thirds = st.integers(-20, 20).map(lambda n: n / 3)


def runs_up_to(limit: int, periods: int, active: int) -> list[tuple[int, ...]]:
    """List by brute force: every sequence, kept if it obeys."""
    kept = []
    for sequence in product((0, 1), repeat=periods):
        text = "".join(map(str, sequence))
        too_long = "0" * (limit + 1) in text or "1" * (limit + 1) in text
        if sum(sequence) == active and not too_long:
            kept.append(sequence)
    return kept


def difference(means: np.ndarray, arms: np.ndarray) -> float:
    return float(means[arms == 1].mean() - means[arms == 0].mean())


def share_at_least(statistics: list[float], observed: float) -> float:
    return float(np.mean([abs(s) >= abs(observed) - 1e-9 for s in statistics]))


@pytest.mark.spec
@pytest.mark.parametrize(
    ("differences", "p"),
    [
        ([1.0], 1.0),
        ([1.0, 1.0], 0.5),
        ([-1.0, -2.0, -1.5], 0.25),
        ([1.0, -1.0], 1.0),
        ([0.0, 0.0, 2.0], 1.0),  # every sum is +2 or -2
        ([3.0, 1.0, -1.0, 2.0], 0.375),  # 7, 5 and 5, and their mirror images: 6 of 16 sums
        ([0.1, 0.2, 0.3], 0.25),
        ([0.1, 0.2, -0.3], 1.0),  # a sum that is zero but for rounding
    ],
)
def test_sign_flips_worked_by_hand(differences: list[float], p: float) -> None:
    assert within_pairs_test(differences).p_value == p


@pytest.mark.property
@given(
    st.one_of(st.lists(quarters, min_size=1, max_size=9), st.lists(thirds, min_size=1, max_size=9))
)
def test_sign_flips_agree_with_brute_force(differences: list[float]) -> None:
    d = np.array(differences)
    sums = [float(d @ signs) for signs in product((-1.0, 1.0), repeat=d.size)]
    found = within_pairs_test(d)
    assert found.p_value == pytest.approx(share_at_least(sums, float(d.sum())), abs=1e-12)
    assert found.sequences == 2**d.size
    assert found.smallest_p_value == 2.0 ** (1 - d.size)
    assert found.p_value >= found.smallest_p_value
    assert found.exact
    assert found.standard_error == 0


@pytest.mark.property
@given(st.lists(quarters, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_sign_flips_do_not_see_signs_turned_or_order(
    differences: list[float], random: object
) -> None:
    first = within_pairs_test(differences).p_value
    assert within_pairs_test([-d for d in differences]).p_value == first
    assert within_pairs_test(differences[::-1]).p_value == first
    assert within_pairs_test([3 * d for d in differences]).p_value == first


@pytest.mark.property
@given(st.lists(quarters, min_size=4, max_size=12).filter(lambda v: len(v) % 2 == 0))
def test_p_is_uniform_or_larger_under_the_null_within_pairs(values: list[float]) -> None:
    means = np.array(values).reshape(-1, 2)
    raw = means[:, 1] - means[:, 0]
    ps = np.array(
        [within_pairs_test(raw * s).p_value for s in product((-1.0, 1.0), repeat=raw.size)]
    )
    for alpha in np.unique(ps):
        assert (ps <= alpha).mean() <= alpha + 1e-12


@settings(max_examples=25)
@pytest.mark.property
@given(st.lists(quarters, min_size=6, max_size=6), st.integers(1, 4))
def test_p_is_uniform_or_larger_under_the_null_for_runs(values: list[float], limit: int) -> None:
    possible = runs_up_to(limit, 6, 3)
    ps = np.array([max_run_test(values, s, limit).p_value for s in possible])
    listed = np.array([listed_test(values, s, possible).p_value for s in possible])
    assert ps == pytest.approx(listed)
    for alpha in np.unique(ps):
        assert (ps <= alpha).mean() <= alpha + 1e-12


@pytest.mark.property
@given(
    st.lists(quarters, min_size=3, max_size=9),
    st.integers(1, 4),
    st.integers(0, 10_000),
    st.floats(-5, 5),
)
def test_runs_agree_with_brute_force(
    values: list[float], limit: int, choice: int, shift: float
) -> None:
    periods, active = len(values), len(values) // 2
    possible = runs_up_to(limit, periods, active)
    assume(possible)
    given_sequence = np.array(possible[choice % len(possible)])
    means = np.array(values)
    found = max_run_test(means, given_sequence, limit)
    statistics = [difference(means, np.array(s)) for s in possible]
    observed = difference(means, given_sequence)
    assert found.sequences == len(possible) == count_run_limited(periods, active, limit)
    assert found.p_value == pytest.approx(share_at_least(statistics, observed), abs=1e-12)
    assert found.statistic == pytest.approx(observed)
    mirror_is_possible = 2 * active == periods
    assert found.smallest_p_value == min(1, (2 if mirror_is_possible else 1) / len(possible))
    moved = max_run_test(means + shift, given_sequence, limit)
    assert moved.p_value == found.p_value


def test_a_period_without_data_counts_in_no_mean() -> None:
    means = np.array([5.0, 3.0, np.nan, 2.0, 6.0, 2.5])
    given_sequence = np.array([0, 1, 0, 1, 0, 1])
    seen = np.isfinite(means)
    statistics = [difference(means[seen], np.array(s)[seen]) for s in runs_up_to(2, 6, 3)]
    observed = difference(means[seen], given_sequence[seen])
    assert max_run_test(means, given_sequence, 2).p_value == pytest.approx(
        share_at_least(statistics, observed)
    )


def test_listed_pairs_use_the_mean_pair_difference() -> None:
    means, pair = [5.0, 3.0, 4.0, 4.5, np.nan, 1.0], [0, 0, 1, 1, 2, 2]
    sequences = [[0, 1, 0, 1, 0, 1], [1, 0, 1, 0, 1, 0], [0, 1, 1, 0, 0, 1]]
    found = listed_test(means, sequences[0], sequences, pair=pair)
    assert found.statistic == pytest.approx((-2 + 0.5) / 2)
    assert found.p_value == 1.0  # .75, .75 and 1.25
    assert found.sequences == 3
    assert found.smallest_p_value == pytest.approx(1 / 3)  # the third has no mirror image


def test_listed_with_mirror_images() -> None:
    both = [[0, 1, 1, 0], [1, 0, 0, 1], [0, 1, 0, 1], [1, 0, 1, 0]]
    found = listed_test([5.0, 2.0, 2.0, 5.0], both[0], both)
    assert (found.p_value, found.smallest_p_value) == (0.5, 0.5)


def test_a_pair_without_data_halves_the_sequences() -> None:
    arms, pair = [0, 1, 1, 0, 0, 1], [0, 0, 1, 1, 2, 2]
    whole = randomisation_test([5, 3, 2, 6, 5, 1], arms, method="within-pairs", pair=pair)
    part = randomisation_test([5, 3, np.nan, 6, 5, 1], arms, method="within-pairs", pair=pair)
    assert (whole.sequences, part.sequences) == (8, 4)
    assert (whole.smallest_p_value, part.smallest_p_value) == (0.25, 0.5)


def test_forty_pairs_are_still_exact_and_agree_with_monte_carlo() -> None:
    differences = np.random.default_rng(7).normal(0.3, 1, 40)
    exact = within_pairs_test(differences)
    assert exact.exact
    many = within_pairs_test(np.concatenate((differences, np.zeros(1))))  # a zero changes nothing
    assert not many.exact
    assert abs(many.p_value - exact.p_value) < 4 * many.standard_error
    assert many.standard_error < 0.002


def test_monte_carlo_of_runs_agrees_with_counting() -> None:
    generator = np.random.default_rng(3)
    given_sequence = sample_run_limited(24, 12, 3, 1, generator)[0]
    means = generator.normal(size=24) - 0.6 * given_sequence
    exact = max_run_test(means, given_sequence, 3)
    assert exact.exact
    draws = sample_run_limited(24, 12, 3, 40_000, np.random.default_rng(4))
    statistics = [difference(means, s) for s in draws]
    p = share_at_least(statistics, exact.statistic)
    assert p == pytest.approx(exact.p_value, abs=4 * np.sqrt(p * (1 - p) / 40_000))


def test_draws_are_uniform_over_the_possible_sequences() -> None:
    possible = runs_up_to(2, 8, 4)
    draws = sample_run_limited(8, 4, 2, 20_000, np.random.default_rng(5))
    codes = draws @ (2 ** np.arange(8))
    expected = {int(np.array(s) @ (2 ** np.arange(8))) for s in possible}
    found, counts = np.unique(codes, return_counts=True)
    assert set(found.tolist()) == expected
    mean = 20_000 / len(possible)
    chi_square = float(((counts - mean) ** 2 / mean).sum())
    freedom = len(possible) - 1
    assert chi_square < freedom + 4 * np.sqrt(2 * freedom)


def test_monte_carlo_p_is_never_zero_and_repeats_with_its_seed() -> None:
    arms = np.tile([0, 1], 30)
    means = -10.0 * arms + np.random.default_rng(2).normal(size=60)
    found = max_run_test(means, arms, 2, draws=999)
    assert found.p_value == 1 / 1000 == found.smallest_p_value
    assert not found.exact
    assert found.standard_error > 0
    assert max_run_test(means, arms, 2, draws=999) == found
    other = max_run_test(
        np.random.default_rng(8).normal(size=60),
        arms,
        2,
        draws=999,
        generator=np.random.default_rng(9),
    )
    assert 0.001 < other.p_value < 1


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: within_pairs_test([]), "at least one pair"),
        (lambda: max_run_test([1, 2, 3, 4], [1, 1, 1, 0], 2), "3 equal arms in a row"),
        (lambda: max_run_test([1, np.nan], [0, 1], 1), "no period with data"),
        (lambda: listed_test([1, 2], [0, 1], [[1, 0]]), "not among the listed"),
        (lambda: randomisation_test([1, 2], [0, 1], method="none"), "no set of sequences"),
        (
            lambda: randomisation_test([1, 2], [0, 0], method="within-pairs", pair=[0, 0]),
            "one active and one comparator",
        ),
    ],
)
def test_refusals_name_the_mend(call: object, match: str) -> None:
    with pytest.raises(NoRandomisationError, match=match) as caught:
        call()  # type: ignore[operator]
    assert "Mend:" in str(caught.value)
