"""Many people abreast get the answer that each gets alone."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lodose.pharmacology import (
    History,
    Parameters,
    kernels,
    lanes,
    many,
    regimen,
    simulate,
    typical,
)
from lodose.pharmacology.many import Course
from lodose.pharmacology.parameters import ROW

DAY_14 = 13 * 24.0 + np.arange(0.0, 24.01, 0.25)
RIGHT_TO = 1e-6
OUTPUTS = ("naltrexone_nm", "naltrexol_nm", "m0", "m1", "m2")


def company(number: int, seed: int = 7) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Rows around the typical person, apart by half in everything but what is a share."""
    rng = np.random.default_rng(seed)
    rows = typical().row() * np.exp(0.5 * rng.standard_normal((number, len(ROW))))
    for name in ("first_pass", "unbound"):
        rows[:, ROW.index(name)] = getattr(typical(), name)
    return rows


def person(row: np.ndarray[Any, np.dtype[np.float64]]) -> Parameters:
    return replace(typical(), **dict(zip(ROW, map(float, row), strict=True)))


def course(history: History, times: Any = DAY_14) -> Course:
    return Course(history, times, lag=typical().lag)


@pytest.mark.parametrize("plasma", [True, False], ids=["all", "occupancy"])
@pytest.mark.parametrize(
    "history",
    [
        pytest.param(regimen(4500, days=14), id="4.5 mg"),
        pytest.param(regimen(1500, days=14, every_h=12, missed={5, 6, 20}, doubled={8}), id="gaps"),
        pytest.param(regimen(50_000, days=14, confirmed=True), id="50 mg"),
        pytest.param(regimen(200_000, days=3, confirmed=True), id="200 mg"),
    ],
)
def test_many_abreast_get_what_each_gets_alone(history: History, plasma: bool) -> None:
    rows = company(lanes.LANES + 40)
    found = course(history).curves(rows, plasma=plasma)
    names = OUTPUTS if plasma else OUTPUTS[2:]
    assert found.shape == (len(names), DAY_14.size, rows.shape[0])
    for number, row in enumerate(rows):
        alone = simulate(history, DAY_14, person(row))
        for mine, name in zip(found[..., number], names, strict=True):
            theirs = getattr(alone, name)
            assert mine == pytest.approx(theirs, abs=RIGHT_TO * min(1.0, theirs.max()))


def test_nobodys_answer_depends_on_the_company() -> None:
    rows, asked = company(200), course(regimen(25_000, days=14, confirmed=True))
    together = asked.curves(rows)
    for first, last in ((0, 1), (63, 130), (199, 200)):
        assert np.array_equal(asked.curves(rows[first:last]), together[..., first:last])


def test_who_binds_fast_is_worked_out_more_finely() -> None:
    rows = company(3)
    rows[1, ROW.index("clearance")] /= 30.0
    rows[1, ROW.index("binding")] *= 10.0
    history = regimen(4500, days=14)
    coarse, carried, _ = course(history)._abreast(rows, 0, False)
    wanted = simulate(history, DAY_14, person(rows[1])).m2
    assert carried[1] > many.MOST_CARRIED > carried[0]
    assert np.max(np.abs(coarse[2, :, 1] - wanted)) > 10 * RIGHT_TO
    found = course(history).curves(rows, plasma=False)
    assert found[2, :, 1] == pytest.approx(wanted, abs=RIGHT_TO)
    assert np.array_equal(found[:, :, 0], coarse[:, :, 0])


def test_a_diary_of_uneven_times_has_more_widths_than_the_table_keeps() -> None:
    rng = np.random.default_rng(3)
    hours = tuple(float(hour) for hour in np.arange(80) * 24 + rng.uniform(0, 4, 80))
    history, times = History(hours, (4500,) * 80), np.array([100.0, 500.0, 1900.5])
    asked = course(history, times)
    assert asked.events(0).widths.size > lanes.TABLE
    rows = company(5)
    found = asked.curves(rows)
    for number, row in enumerate(rows):
        alone = simulate(history, times, person(row)).m2
        assert found[4, :, number] == pytest.approx(alone, abs=RIGHT_TO)


def test_a_person_whose_rates_coincide_is_solved_alone() -> None:
    rows = company(5)
    # The slow rate of the plasma, put in the place of the biophase's own.
    rate, scratch = np.empty(kernels.RATES), np.empty(6)
    kernels.modes(rows[2], rate, scratch, np.empty(6), np.empty(6))
    rows[2, ROW.index("loss")] = rate[2] * (1 + 1e-12)
    history = regimen(4500, days=14)
    _, _, cancelled = course(history)._abreast(rows, 0, False)
    assert (cancelled > many.MOST_CANCELLED).tolist() == [False, False, True, False, False]
    alone = simulate(history, DAY_14, person(rows[2])).m1
    assert course(history).curves(rows)[3, :, 2] == pytest.approx(alone, abs=RIGHT_TO)


def test_the_exponential_written_out_is_that_of_the_library() -> None:
    for x in (*np.linspace(-699.0, 5.0, 1001), -1e-300, 0.0):
        assert lanes.exp_below(float(x)) == pytest.approx(np.exp(x), rel=2e-14)
    assert lanes.exp_below(-1e6) < 1e-300
