"""Recorded doses against the arms of the plan, scheduled or not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

import lodose
from lodose.diary import Diary
from lodose.trial import Protocol
from lodose.verdict import Verdict, Word

Maker = Callable[..., Any]
DOSE = 4500


def dosed(entries: Diary, plan: Protocol, dose: Callable[[date, str], int | None]) -> Diary:
    """Write a dose on every day, by the day and the arm of the plan."""
    arms = {e.date: plan.periods[plan.period_index(e.date) or 0].arm for e in entries.entries}
    days = tuple(replace(e, dose_micrograms=dose(e.date, arms[e.date])) for e in entries.entries)
    return replace(entries, entries=days)


def told(found: Verdict) -> list[str]:
    return [remark.severity for remark in found.audit.remarks if remark.kind == "dose-differs"]


@pytest.mark.parametrize("effect", [-2.5, 2.5])
def test_swapped_doses_are_neither_help_nor_harm(
    protocol: Maker, diary: Maker, effect: float
) -> None:
    plan = protocol()
    made = diary(plan, effect)
    found = lodose.verdict(dosed(made, plan, lambda _, arm: DOSE * (arm == "comparator")), plan)
    assert found.word is found.primary.word is Word.NOT_KNOWN_YET
    assert "of 56 days with a dose written down while on 4.5 mg naltrexone, 0 (0 %)" in found.reason
    kept = lodose.verdict(dosed(made, plan, lambda _, arm: DOSE * (arm == "active")), plan)
    assert kept.word in (Word.HELPS, Word.HARMS)
    assert not told(kept)


def test_never_taking_the_drug_is_not_no_difference(protocol: Maker, diary: Maker) -> None:
    plan = protocol()
    made = diary(plan, 0.0)
    assert lodose.verdict(made, plan).word is Word.NO_MEANINGFUL_DIFFERENCE
    found = lodose.verdict(dosed(made, plan, lambda _, arm: 0), plan)
    assert found.word is Word.NOT_KNOWN_YET
    assert "do not fit the plan" in found.wording.answer


def test_taking_it_always_is_held_by_the_comparator(protocol: Maker, diary: Maker) -> None:
    plan = protocol()
    found = lodose.verdict(dosed(diary(plan, -2.5), plan, lambda _, arm: DOSE), plan)
    assert found.word is Word.NOT_KNOWN_YET
    assert "while on placebo, 0 (0 %)" in found.reason


@pytest.mark.parametrize(("missed", "held"), [(27, False), (28, False), (29, True)])
def test_missed_capsules_are_warnings_up_to_half(
    protocol: Maker, diary: Maker, missed: int, held: bool
) -> None:
    plan = protocol()
    made = diary(plan, -2.5)
    on = [e.date for e in made.entries if plan.periods[plan.period_index(e.date)].arm == "active"]
    out = set(on[:missed])
    found = lodose.verdict(
        dosed(made, plan, lambda day, arm: DOSE * (arm == "active" and day not in out)), plan
    )
    assert (found.word is Word.NOT_KNOWN_YET) == held
    assert told(found) == ["warning"] * missed


def test_one_missed_capsule_holds_nothing_where_no_other_dose_is_written(
    protocol: Maker, diary: Maker
) -> None:
    plan = protocol()
    first = plan.first_day
    found = lodose.verdict(
        dosed(diary(plan, -2.5), plan, lambda day, arm: 0 if day == first else None), plan
    )
    assert found.word is Word.HELPS


@pytest.mark.parametrize("scheduled", [True, False])
def test_a_comparator_with_a_dose_is_told_apart_by_the_schedule(
    protocol: Maker, diary: Maker, scheduled: bool
) -> None:
    plan = protocol(treatment={"comparator": "1.5 mg", "comparator_has_dose": True})
    doses = {"active": DOSE, "comparator": 1500}
    if scheduled:
        periods = tuple(
            p.model_copy(update={"dose_micrograms": doses[p.arm]}) for p in plan.periods
        )
        plan = plan.model_copy(update={"periods": periods})
    other = {"active": 1500, "comparator": DOSE}
    made = diary(plan, -2.5)
    assert lodose.verdict(dosed(made, plan, lambda _, arm: doses[arm]), plan).word is Word.HELPS
    swapped = lodose.verdict(dosed(made, plan, lambda _, arm: other[arm]), plan)
    # Without a schedule nobody can know which dose belongs where.
    assert (swapped.word is Word.NOT_KNOWN_YET) == scheduled
    never = lodose.verdict(dosed(made, plan, lambda _, arm: 0), plan)
    assert never.word is Word.NOT_KNOWN_YET


def test_a_before_after_trial_without_the_drug_does_not_say_since_you_started_it(
    protocol: Maker, diary: Maker
) -> None:
    plan = protocol("BA", 28, design="before-after")
    found = lodose.verdict(dosed(diary(plan, -2.5), plan, lambda _, arm: 0), plan)
    assert "do not fit the plan" in found.wording.answer
