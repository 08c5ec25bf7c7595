"""The path for an accelerator: JAX's formulas on NumPy, and what it says where JAX is missing.

JAX is no part of the tests' environment. Its numbers beside the product's own are a row of
docs/benchmarks.md; here its program runs with a scan written out in Python.
"""

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lodose.errors import InputError, LodoseError
from lodose.pharmacology import accelerated, draw_people, population, regimen, typical
from lodose.pharmacology.chance import normals
from lodose.pharmacology.many import Course
from lodose.pharmacology.people import SEED, Spread, _laws

TIMES = 13 * 24.0 + np.arange(0.0, 24.1, 0.5)
DOSES = regimen(4500, days=14)


def scan(step: Any, carry: Any, events: Any) -> Any:
    seen = []
    for event in zip(*events, strict=True):
        carry, now = step(carry, event)
        seen.append(now)
    return carry, np.stack(seen)


PLAIN = SimpleNamespace(numpy=np, lax=SimpleNamespace(scan=scan))


@pytest.mark.parametrize("plasma", [True, False], ids=["all", "occupancy"])
def test_the_program_gives_the_curves_of_the_same_people(plasma: bool) -> None:
    course, laws = Course(DOSES, TIMES, lag=typical().lag), _laws(Spread(), typical())
    numbers = np.arange(40, 140, dtype=np.uint64)
    found, good = accelerated._worked_out(
        PLAIN, course, laws, numbers, np.uint64(SEED), plasma=plasma
    )
    wanted = course.curves(draw_people(100, first=40), plasma=plasma)
    assert found.shape == wanted.shape
    assert 95 <= good.sum() <= 100
    peaks = wanted.max(axis=1, keepdims=True)
    assert np.max((np.abs(found - wanted) / peaks)[:, :, good]) < 1e-6


def test_who_needs_more_is_named() -> None:
    course, laws = Course(DOSES, TIMES, lag=typical().lag), _laws(Spread(), typical())
    ill = typical().with_liver_disease("decompensated cirrhosis")
    numbers = np.arange(100, dtype=np.uint64)
    for centre, few in ((laws[0], True), (np.log(ill.row()), False)):
        _, good = accelerated._worked_out(
            PLAIN, course, (centre, laws[1]), numbers, np.uint64(SEED), plasma=False
        )
        assert (good.sum() > 90) == few


def test_the_normal_numbers_are_those_of_the_processor() -> None:
    own = np.empty(28)
    found = accelerated._normals(np, np.array([7, 2**40], dtype=np.uint64), np.uint64(SEED), 28)
    for column, person in enumerate((7, 2**40)):
        normals(person, SEED, own)
        assert np.allclose(found[:, column], own, rtol=0, atol=1e-14)


def test_where_jax_is_missing_the_mend_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(LodoseError, match="extra 'gpu'"):
        population(10, DOSES, TIMES, accelerator="jax")
    with pytest.raises(InputError, match="no accelerator"):
        population(10, DOSES, TIMES, accelerator="abacus")
    assert population(10, DOSES, TIMES).people == 10
