"""The sides of the population benchmark solve the same thing: what one wins is no other model.

diffrax is given the very right-hand side that SciPy is given here (`slopes`); it belongs to the
extra of the benchmarks and is not there in the tests' environment. Its own error is measured in
every run of the benchmark, and stands in the table.
"""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import pharmacology_sides as sides
from lodose.pharmacology import simulate, typical
from lodose.pharmacology.people import with_row

THREE = sides.people(3)


def test_the_exact_side_is_the_products_curve() -> None:
    exact = sides.alone_side()(THREE)
    assert exact.shape == (3, 97, 3)
    alone = simulate(sides.history(), sides.times(), with_row(typical(), THREE[2]))
    assert np.array_equal(exact[:, :, 2], [alone.m0, alone.m1, alone.m2])


@pytest.mark.parametrize(
    "side",
    [
        pytest.param(sides.lodose_side(), id="Lodose"),
        pytest.param(sides.SciPy("LSODA", 1e-9, 1e-9), id="person by person"),
        pytest.param(sides.SciPy("RK45", 1e-9, 1e-9, together=True), id="all at once"),
    ],
)
def test_every_side_gives_the_exact_curves(side: sides.Side) -> None:
    exact = sides.alone_side()(THREE)
    assert sides.error(side(THREE), exact) < 1e-6
    assert sides.error(side(THREE[::-1]), exact) > 1e-3


def test_the_hours_of_the_last_two_days_are_those_asked_for() -> None:
    lag = typical().lag
    hours = [24.0 * day + lag + sides.wanted(day) for day in range(sides.DAYS)]
    assert np.allclose(np.concatenate(hours), sides.times())
    assert [each.size for each in hours] == [0] * 12 + [1, 96]


def test_people_are_sorted_by_what_bounds_the_steps() -> None:
    slow = typical().row()
    fast = replace(typical(), volume=typical().volume / 50).row()
    rates = sides.fastest_rate(np.array([slow, fast]))
    matrix = np.linalg.eigvals(
        [
            [-(slow[1] + slow[3]) / slow[2], slow[3] / slow[4]],
            [slow[3] / slow[2], -slow[3] / slow[4]],
        ]
    )
    assert rates[0] == pytest.approx(max(-matrix.min(), slow[0]))
    assert rates[1] > 10 * rates[0]
