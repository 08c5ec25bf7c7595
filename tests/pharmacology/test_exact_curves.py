"""The curves against 50-digit arithmetic, an ODE solver and what must hold of any such model."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from lodose.errors import InputError
from lodose.pharmacology import History, Parameters, kernels, regimen, simulate, typical
from lodose.pharmacology.model import events_of, legendre

REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text("utf-8"))
TIMES = np.arange(0.0, 200.0, 0.5)


def person(numbers: dict[str, float]) -> Parameters:
    return replace(typical(), lag=0.0, **numbers)


def given_doses(case: dict[str, Any]) -> History:
    return History(tuple(case["doses_h"]), tuple(case["doses_ug"]), confirmed=True)


def peaks(case: dict[str, Any], who: Parameters) -> Any:
    """The curves' peaks, on a grid fine enough to find them to a few per cent."""
    grid = np.unique(np.concatenate([np.arange(0, max(case["times_h"]) + 1, 0.25)]))
    return simulate(given_doses(case), grid, who)


def test_curves_agree_with_fifty_digits_also_where_rates_coincide() -> None:
    assert len(REFERENCE) == 200
    worst = dict.fromkeys(("naltrexone_nm", "naltrexol_nm", "ratio", "m2"), 0.0)
    by_matrix = 0
    for case in REFERENCE:
        who = person(case["parameters"])
        curves = simulate(given_doses(case), np.array(case["times_h"]), who)
        top = peaks(case, who)
        for name in worst:
            if name == "ratio":  # M1 is r / (1 + r): its own scale is compared
                wanted = np.array(case["ratio"])
                wanted, got, peak = wanted / (1 + wanted), curves.m1, top.m1.max()
            else:
                wanted, got = np.array(case[name]), getattr(curves, name)
                peak = getattr(top, name).max()
            worst[name] = max(worst[name], float(np.max(np.abs(got - wanted)) / peak))
        rates = (np.empty(6), np.empty(3), np.empty(6), np.empty(4))
        by_matrix += kernels.modes(who.row(), *rates) > kernels.WORST_CANCELLATION
    assert max(worst.values()) < 1e-10, worst
    assert 40 < by_matrix < 160  # both ways are tried


def test_both_ways_give_the_same_curve_where_both_are_exact() -> None:
    who = typical()
    events = events_of(regimen(4500, days=5), TIMES, lag=who.lag)
    nodes, weights = legendre(8)
    arguments = (events.kind, events.widths, events.doses_nmol, events.place, nodes, weights)
    one, two = np.zeros((5, TIMES.size)), np.zeros((5, TIMES.size))
    assert not kernels.curve(who.row(), *arguments, one)
    kernels.by_matrix(who.row(), *arguments, two)
    assert np.max(np.abs(one - two) / one.max(axis=1, keepdims=True)) < 1e-13


def test_an_ode_solver_finds_the_same() -> None:
    """SciPy's Radau, restarted at every dose."""
    who = replace(typical(), lag=0.0)
    p = who.row()
    linear = np.zeros((7, 7))
    kernels.system(p, linear)

    def slope(_: float, state: Any) -> Any:
        level = state[1] / p[2]
        change = np.append(linear @ state[:7], 0.0)
        change[7] = p[13] * p[15] * level * (1 - state[7]) - p[14] * state[7]
        return change

    state = np.zeros(8)
    scale = 4500 / 377.86 * 1000
    for day in range(3):
        state[0] += scale
        run = solve_ivp(
            slope, (24.0 * day, 24.0 * day + 24), state, method="Radau", rtol=1e-12, atol=1e-14
        )
        state = run.y[:, -1]
    found = simulate(regimen(4500, days=3), np.array([72.0]), who)
    wanted = [state[1] / p[2], state[3] / p[7], state[5] / (1 + state[5]), state[7]]
    got = [found.naltrexone_nm, found.naltrexol_nm, found.m1, found.m2]
    assert np.allclose(np.concatenate(got), wanted, rtol=0, atol=1e-9)


HISTORIES = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 6000)), min_size=1, max_size=6
).map(lambda rows: History(*zip(*sorted(rows), strict=True)))


@settings(max_examples=40, deadline=None)
@given(HISTORIES, HISTORIES)
@pytest.mark.property
def test_doses_add_up(one: History, two: History) -> None:
    from lodose.pharmacology import joined

    both = simulate(joined(one, two), TIMES)
    parts = [simulate(each, TIMES) for each in (one, two)]
    for name in ("naltrexone_nm", "naltrexol_nm"):
        total = sum(getattr(each, name) for each in parts)
        assert np.allclose(getattr(both, name), total, rtol=0, atol=1e-11)
    ratio = sum(each.m1 / (1 - each.m1) for each in parts)
    assert np.allclose(both.m1, ratio / (1 + ratio), rtol=0, atol=1e-11)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 2000), st.integers(2, 3))
@pytest.mark.property
def test_twice_the_dose_is_twice_the_level_and_more_of_every_receptor(dose: int, by: int) -> None:
    low = simulate(regimen(dose, days=3), TIMES)
    high = simulate(regimen(dose * by, days=3), TIMES)
    assert np.allclose(high.naltrexone_nm, by * low.naltrexone_nm, rtol=1e-12, atol=0)
    for name in ("m0", "m1", "m2", "kappa", "delta"):
        few, many = getattr(low, name), getattr(high, name)
        assert np.all(many >= few)
        assert np.all((few >= 0) & (many <= 1))
    assert np.all(low.kappa <= low.m1)
    assert np.all(low.delta <= low.kappa)


def test_no_dose_is_nothing_and_before_the_first_dose_is_nothing() -> None:
    for history in (History((), ()), History((0.0,), (0,))):
        curves = simulate(history, TIMES)
        for name in ("naltrexone_nm", "naltrexol_nm", "m0", "m1", "m2"):
            assert not getattr(curves, name).any()
    later = simulate(regimen(4500, days=1, start_h=50.0), TIMES)
    assert not later.m2[TIMES <= 50].any()
    assert later.m2[TIMES > 51].min() > 0


def test_what_is_swallowed_leaves_by_clearance() -> None:
    """Mass balance: dose = CL x AUC; all that becomes metabolite = CLm x its AUC."""
    who = typical()
    p = who.row()
    matrix = np.zeros((7, 7))
    kernels.system(p, matrix)
    gone = np.empty((7, 7))
    kernels.transition(matrix, 2000.0, gone)
    assert np.isclose(gone[6, 0] * who.clearance, 1.0, rtol=1e-12)
    fine = np.arange(0, 400, 0.01)
    made = simulate(regimen(4500, days=1), fine).naltrexol_nm
    dose = 4500 * 1000 / 377.86
    assert np.isclose(np.trapezoid(made, fine) * who.made_clearance, dose, rtol=1e-4)


def test_the_same_moment_may_be_asked_twice_and_order_is_kept() -> None:
    asked = np.array([1.0, 1.0, 5.0, 5.0, 5.0, 9.0])
    curves = simulate(regimen(4500, days=1), asked)
    assert curves.times_h.tolist() == asked.tolist()
    assert curves.m1[0] == curves.m1[1]
    assert curves.m2[2] == curves.m2[4]
    assert simulate(regimen(4500, days=1), np.array([])).m1.shape == (0,)


@pytest.mark.parametrize("times", [[2.0, 1.0], [0.0, float("nan")], [0.0, float("inf")]])
def test_times_that_are_no_times_are_refused(times: list[float]) -> None:
    with pytest.raises(InputError, match="times_h"):
        simulate(regimen(4500, days=1), np.array(times))


@pytest.mark.parametrize(("name", "value"), [("clearance", 0.0), ("loss", -1.0), ("unbound", 1.2)])
def test_what_is_no_person_is_refused(name: str, value: float) -> None:
    with pytest.raises(InputError, match=name):
        replace(typical(), **{name: value})
