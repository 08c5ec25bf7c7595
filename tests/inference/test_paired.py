"""Paired period means against small tables worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodose.errors import LodoseError
from lodose.inference.paired import (
    TooFewPeriodsError,
    days_in_transition,
    paired_means,
    period_means,
)

NAN = float("nan")


@pytest.mark.spec
def test_three_pairs_worked_by_hand() -> None:
    #          pair 0      pair 1      pair 2
    outcome = [6, 6, 4, 2, 5, 3, 7, 7, 2, 4, 6, NAN]
    arm = [0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0]
    period = np.repeat(np.arange(6), 2)
    pair = np.repeat(np.arange(3), 4)
    periods = period_means(outcome, arm, period, pair=pair)
    assert [p.mean for p in periods] == [6, 3, 4, 7, 3, 6]
    assert [p.days_observed for p in periods] == [2, 2, 2, 2, 2, 1]
    assert math.isnan(periods[5].sd)
    assert periods[1].sd == pytest.approx(math.sqrt(2))
    with pytest.raises(TooFewPeriodsError):  # all differences are -3: no variation, no interval
        paired_means(periods)
    outcome[0] = outcome[1] = 5
    found = paired_means(period_means(outcome, arm, period, pair=pair))
    assert found.pair_differences == (-2, -3, -3)
    assert found.difference == pytest.approx(-8 / 3)
    assert found.standard_error == pytest.approx(1 / 3)
    assert found.degrees_of_freedom == 2
    # t(2) at .975 is 4.302653 (any table)
    assert found.lower == pytest.approx(-8 / 3 - 4.302653 / 3, abs=1e-6)
    assert found.upper == pytest.approx(-8 / 3 + 4.302653 / 3, abs=1e-6)
    assert found.p_value == pytest.approx(0.0152675, abs=1e-6)


@pytest.mark.spec
@pytest.mark.parametrize(
    ("arm", "days", "initial", "expected"),
    [
        ("000111000", 2, 0, "000110110"),
        ("000111000", 0, 0, "000000000"),
        ("111000", 1, 0, "100100"),
        ("111000", 1, 1, "000100"),
        ("010101", 9, 0, "011111"),
        ("000000", 3, 0, "000000"),
        ("000000", 3, 1, "111000"),
    ],
)
def test_transition_days_follow_a_switch(arm: str, days: int, initial: int, expected: str) -> None:
    found = days_in_transition([int(a) for a in arm], days, initial_treatment=initial)
    assert "".join(str(int(f)) for f in found) == expected


def test_transition_days_are_left_out_of_the_means() -> None:
    outcome = [5, 5, 9, 1, 9, 5]
    periods = period_means(outcome, [0, 0, 1, 1, 0, 0], [0, 0, 1, 1, 2, 2], transition_days=1)
    assert [p.mean for p in periods] == [5, 1, 5]
    assert [p.days for p in periods] == [2, 1, 1]


def test_a_pair_with_one_side_missing_drops_out() -> None:
    outcome = [5, 3, 6, 3, NAN, 3]
    periods = period_means(outcome, [0, 1] * 3, range(6), pair=[0, 0, 1, 1, 2, 2])
    assert paired_means(periods).pair_indices == (0, 1)


@pytest.mark.parametrize("pairs", [0, 1])
def test_fewer_than_two_pairs_are_refused(pairs: int) -> None:
    outcome = [NAN, 3.0, 6.0, 3.0] if pairs else [NAN, 3.0, NAN, 3.0]
    periods = period_means(outcome, [0, 1] * 2, range(4), pair=[0, 0, 1, 1])
    with pytest.raises(TooFewPeriodsError, match=f"{pairs} complete pair"):
        paired_means(periods)
    with pytest.raises(ValueError, match="Mend:"):
        paired_means(periods)
    assert issubclass(TooFewPeriodsError, LodoseError)


def test_without_pairs_welch_on_period_means() -> None:
    from statsmodels.stats.weightstats import ttest_ind

    values = [5.0, 3.0, 6.0, 2.5, 5.5, 4.0, 7.0]
    arm = [0, 1, 0, 1, 0, 1, 0]
    found = paired_means(period_means(values, arm, range(7)))
    on = [v for v, a in zip(values, arm, strict=True) if a]
    off = [v for v, a in zip(values, arm, strict=True) if not a]
    t, p, freedom = ttest_ind(on, off, usevar="unequal")
    assert found.method == "welch"
    assert found.p_value == pytest.approx(p)
    assert found.degrees_of_freedom == pytest.approx(freedom)
    assert found.difference / found.standard_error == pytest.approx(t)


def test_without_pairs_one_period_in_an_arm_is_refused() -> None:
    with pytest.raises(TooFewPeriodsError, match="1 period"):
        paired_means(period_means([5, 3, 6], [0, 1, 0], range(3)))


def test_a_period_with_two_arms_is_refused() -> None:
    with pytest.raises(ValueError, match="more than one arm"):
        period_means([5, 3], [0, 1], [0, 0])


@pytest.mark.property
@given(
    st.lists(
        st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=2, max_size=8, unique=True
    ),
    st.floats(-100, 100),
)
def test_turning_the_arms_turns_the_answer_and_a_shift_does_not(
    pairs: list[tuple[float, float]], shift: float
) -> None:
    values = np.array(pairs).ravel()
    arm, index = np.tile([0, 1], len(pairs)), np.repeat(np.arange(len(pairs)), 2)
    spread = np.ptp(values[1::2] - values[::2])
    if spread < 1e-3:
        return
    found = paired_means(period_means(values, arm, range(values.size), pair=index))
    turned = paired_means(period_means(values, 1 - arm, range(values.size), pair=index))
    moved = paired_means(period_means(values + shift, arm, range(values.size), pair=index))
    assert turned.difference == pytest.approx(-found.difference)
    assert (turned.lower, turned.upper) == pytest.approx((-found.upper, -found.lower))
    assert moved.difference == pytest.approx(found.difference, abs=1e-9)
    assert moved.p_value == pytest.approx(found.p_value, abs=1e-6)
