"""Exposures worked out elsewhere, such as receptor occupancy, as rows of the sensitivity table."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

import lodose
from lodose.diary import Diary
from lodose.errors import InputError
from lodose.trial import Protocol
from lodose.verdict import Verdict

Maker = Callable[..., Protocol]
DiaryMaker = Callable[..., Diary]


def days_of(plan: Protocol, active: float, comparator: float) -> dict[date, float]:
    return {
        period.start + timedelta(days=day): active if period.arm == "active" else comparator
        for period in plan.periods
        for day in range(period.days)
    }


def row(found: Verdict, key: str) -> lodose.verdict.SensitivityRow:
    return next(each for each in found.primary.sensitivity if each.key == key)


@pytest.fixture
def plan(protocol: Maker) -> Protocol:
    return protocol(days=14, priors={})


@pytest.mark.parametrize("highest", [1.0, 0.3])
def test_an_exposure_that_follows_the_arms_reads_the_days_as_acting_at_once(
    plan: Protocol, diary: DiaryMaker, highest: float
) -> None:
    found = lodose.verdict(
        diary(plan, -2.0, noise=1.0), plan, exposures={"M1": days_of(plan, highest, 0.0)}
    )
    by_exposure, at_once = row(found, "occupancy-M1"), row(found, "at-once-0")
    assert by_exposure.effect is not None
    assert at_once.effect is not None
    assert by_exposure.effect.mean == pytest.approx(at_once.effect.mean, abs=1e-4)
    assert by_exposure.word == at_once.word


def test_an_exposure_left_over_after_a_switch_makes_the_contrast_smaller_and_the_effect_larger(
    plan: Protocol, diary: DiaryMaker
) -> None:
    found = lodose.verdict(
        diary(plan, -2.0, noise=1.0),
        plan,
        exposures={"M0": days_of(plan, 0.8, 0.0), "M2": days_of(plan, 0.8, 0.3)},
    )
    sharp, blurred = row(found, "occupancy-M0").effect, row(found, "occupancy-M2").effect
    assert sharp is not None
    assert blurred is not None
    assert blurred.mean < sharp.mean < 0  # less pain; the same days, less difference in exposure


def test_it_changes_nothing_else(plan: Protocol, diary: DiaryMaker) -> None:
    entries = diary(plan, -2.0, noise=1.0)
    without = lodose.verdict(entries, plan)
    beside = lodose.verdict(entries, plan, exposures={"M1": days_of(plan, 0.7, 0.1)})
    assert beside.word == without.word
    assert beside.primary.effect == without.primary.effect
    assert beside.primary.sensitivity[:-1] == without.primary.sensitivity


def test_without_any_dose_the_row_says_why_it_is_empty(plan: Protocol, diary: DiaryMaker) -> None:
    found = lodose.verdict(diary(plan, -2.0), plan, exposures={"M1": days_of(plan, 0.0, 0.0)})
    empty = row(found, "occupancy-M1")
    assert empty.effect is None
    assert "no dose was taken" in empty.skipped


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda days: days.pop(min(days)), "has no exposure for 2025-03-03"),
        (lambda days: days.update({min(days): 1.2}), "is no exposure"),
    ],
)
def test_a_day_without_or_beyond_is_refused(
    plan: Protocol, diary: DiaryMaker, change: Callable[[dict[date, float]], None], said: str
) -> None:
    days = days_of(plan, 1.0, 0.0)
    change(days)
    with pytest.raises(InputError, match=said):
        lodose.verdict(diary(plan, -2.0), plan, exposures={"M1": days})
