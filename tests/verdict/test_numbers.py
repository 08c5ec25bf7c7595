"""Numbers are readable on every scale: no exponents, and as many digits as matter."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

import lodose
from lodose.diary import Diary
from lodose.trial import Protocol
from lodose.verdict.numbers import MINUS, amount, decimals, plain
from lodose.verdict.person import change


def scale(mcid: float, width: float, unit: str = "") -> Any:
    return SimpleNamespace(mcid=mcid, range=width, unit=unit, better="higher")


@pytest.mark.spec
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00001, "0.00001"),
        (-0.00001, f"{MINUS}0.00001"),
        (1.5e-9, "0.0000000015"),
        (1200000, "1200000"),
        (1234567, "1234567"),
        (-2.5e12, f"{MINUS}2500000000000"),
        (0.1 + 0.2, "0.3"),
        (-0.0, "0"),
        (100, "100"),
    ],
)
def test_a_number_has_no_exponent(value: float, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize(("mcid", "width"), [(0.00001, 0.001), (1200000, 1e8)])
def test_a_tiny_or_a_huge_change_that_matters_can_be_said(mcid: float, width: float) -> None:
    outcome = scale(mcid, width)
    assert re.fullmatch(r"[0-9.]+ points", amount(mcid, outcome, exact=True))
    assert float(amount(mcid, outcome, exact=True).split()[0]) == mcid


def test_one_is_one_point_on_every_scale() -> None:
    assert amount(1, scale(1, 10), exact=True) == "1 point"
    assert amount(1, scale(1, 10)) == "1.0 points"


@pytest.mark.parametrize("mcid", [0.00001, 0.001, 0.05, 0.5, 1, 7, 30, 2000, 1200000])
@pytest.mark.parametrize("widths", [2, 10, 100])
def test_a_change_that_matters_is_never_said_to_be_none(mcid: float, widths: int) -> None:
    outcome = scale(mcid, mcid * widths)
    for gain in (mcid / 2, mcid, -2 * mcid):
        said = amount(gain, outcome)
        assert float(said.split()[0]) == pytest.approx(abs(gain), abs=mcid / 10)
        assert change(gain, outcome) != change(0.0, outcome)


def test_thousands_are_whole_numbers() -> None:
    assert amount(1674.7, scale(1000, 40000, "steps")) == "1675 steps"
    assert amount(12.3, scale(30, 720, "min")) == "12 min"


def test_usual_scales_keep_their_digits() -> None:
    assert [decimals(scale(*each)) for each in ((1, 10), (1.5, 10), (10, 100), (0.5, 4))] == [
        *(1, 1, 1, 2),
    ]


def test_a_small_scale_has_figures_for_the_doctor_too(
    protocol: Callable[..., Protocol], diary: Callable[..., Diary]
) -> None:
    small = {
        "name": "pain",
        "label": "Balance",
        "minimum": -1,
        "maximum": 1,
        "better": "lower",
        "mcid": "0.001",
    }
    made = protocol(outcomes=[small])
    said = lodose.verdict(diary(made, -0.002, level=0.5, noise=0.0005), made).wording.doctor
    assert not any("0.00 points" in line or " 0.00 to" in line for line in said)
