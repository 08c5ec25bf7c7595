"""What is uncertain is said as firmly as it is known, and no firmer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import lodose
from lodose.diary import DailyEntry
from lodose.verdict import Word
from lodose.verdict.analysis import analyse, onset_median
from lodose.verdict.arrays import day_table

Maker = Callable[..., Any]


def test_a_nearly_sure_gain_is_not_called_uncertain_in_direction(
    protocol: Maker, diary: Maker
) -> None:
    plan = protocol("ABBA", 7)
    found = lodose.verdict(diary(plan, -1.6, noise=1.6, seed=1), plan)
    assert found.word is Word.PROBABLY_HELPS
    assert (
        "The likely range reaches from a loss of 0.1 points to a gain of 2.8 points, so a small "
        "loss cannot be wholly excluded."
    ) in found.wording.uncertain
    assert "direction itself" not in " ".join(found.wording.uncertain)
    scale = {"name": "pain", "minimum": 0, "maximum": 10, "better": "higher"}
    turned = protocol("ABBA", 7, outcomes=[scale])
    mirror = lodose.verdict(diary(turned, -1.6, noise=1.6, seed=1), turned)
    assert mirror.word is Word.PROBABLY_HARMS
    assert any("so a small gain cannot be wholly" in line for line in mirror.wording.uncertain)
    open_ = lodose.verdict(diary(plan, 0.0, noise=2.5, seed=1), plan)
    assert any("the direction itself is not" in line for line in open_.wording.uncertain)


def test_ends_that_print_the_same_are_not_told_apart(protocol: Maker, diary: Maker) -> None:
    scale = {"name": "pain", "minimum": 0, "maximum": 10, "better": "lower", "unit": "cm"}
    plan = protocol("ABBAABBA", 14, outcomes=[scale], priors={"onset_at_once": 1, "period_sd": 0})
    found = lodose.verdict(diary(plan, -2.52, noise=0.02), plan)
    effect = found.primary.effect
    assert f"{effect.lower:.1f}" == f"{effect.upper:.1f}"
    assert not any("could be as small as" in line for line in found.wording.uncertain)
    wide = lodose.verdict(diary(plan, -2.5, noise=1.0), plan)
    assert any("could be as small as" in line for line in wide.wording.uncertain)


@pytest.mark.parametrize(
    ("modifying", "days_before", "told"),
    [(True, 1, True), (True, 84, True), (True, 85, False), (False, 1, False), (True, 0, False)],
)
def test_a_disease_modifying_drug_changed_shortly_before_is_named(
    protocol: Maker, diary: Maker, modifying: bool, days_before: int, told: bool
) -> None:
    on = date(2025, 3, 3) - timedelta(days=days_before)
    made = [{"date": on, "what": "stopped"}]
    medicine = {"name": "methotrexate", "disease_modifying": modifying, "changes": made}
    plan = protocol("ABBA", 7, medicines=[medicine])
    found = lodose.verdict(diary(plan, -2.5), plan)
    said = f"Methotrexate was stopped on {on.day} "
    assert any(line.startswith(said) for line in found.wording.uncertain) == told
    assert (found.word is Word.HELPS) == (days_before > 0)


def test_the_median_of_the_onset_lies_between_the_nodes(protocol: Maker, diary: Maker) -> None:
    nodes = SimpleNamespace(
        parameters=SimpleNamespace(onset_days=np.array([4.0, 1.0, 3.0, 2.0, 2.0])),
        weight=np.array([0.25, 0.25, 0.25, 0.125, 0.125]),
    )
    assert onset_median(nodes) == pytest.approx(2.5)  # type: ignore[arg-type]
    plan = protocol("ABBA", 7, priors={"onset_at_once": 0})
    entries = diary(plan, -1.0, noise=1.0)
    days = lodose.verdict(entries, plan).primary.onset_median_days
    found = analyse(entries, plan, day_table(entries, plan), plan.primary, engine="compiled")
    assert found.posterior is not None
    known = np.unique(found.posterior.parameters.onset_days)
    assert days is not None
    assert known.min() < days < known.max()
    assert not np.isclose(known, days, rtol=1e-9).any()


@pytest.mark.parametrize(
    ("dose", "same"), [(0, True), (1500, True), (4500, False), (3000, True), (None, True)]
)
def test_between_periods_only_the_active_dose_is_the_active_treatment(
    protocol: Maker, diary: Maker, dose: int | None, same: bool
) -> None:
    """Where the comparator is another dose, its dose between periods is the comparator."""
    plan = protocol(
        "ABBA",
        7,
        treatment={"comparator": "1.5 mg", "comparator_has_dose": True},
        priors={"onset_at_once": 0, "onset_median_days": 5},
    )
    doses = {"active": 4500, "comparator": 1500}
    gap = timedelta(days=7)
    periods = tuple(
        p.model_copy(
            update={
                "dose_micrograms": doses[p.arm],
                "start": p.start + gap * (index >= 2),
                "end": p.end + gap * (index >= 2),
            }
        )
        for index, p in enumerate(plan.periods)
    )
    plan = plan.model_copy(update={"periods": periods})
    made = diary(plan, -2.0)
    off = plan.periods[1].end + timedelta(days=1)
    between = [DailyEntry(off + timedelta(days=n), {}, dose_micrograms=dose) for n in range(7)]
    days = sorted((*made.entries, *between), key=lambda entry: entry.date)
    found = lodose.verdict(replace(made, entries=tuple(days)), plan)
    bare = lodose.verdict(made, plan)
    assert (found.primary.curve.exposure == bare.primary.curve.exposure) == same


def test_what_before_and_after_can_never_tell_is_not_only_not_yet_told(
    protocol: Maker, diary: Maker
) -> None:
    plan = protocol("BA", 14, design="before-after")
    said = lodose.verdict(diary(plan, -2.5), plan).wording
    assert said.answer.startswith("This way of trying cannot tell whether 4.5 mg naltrexone helps")
    everything = (said.answer, said.benefit, said.harm, said.not_told, said.next_step, said.window)
    assert not any(" yet" in line for line in (*everything, *said.uncertain, said.headline))
