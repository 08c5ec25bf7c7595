"""An answer read before the trial is over says so."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

import lodose
from lodose.verdict import Word

Maker = Callable[..., Any]


@pytest.mark.parametrize(("days", "done"), [(112, None), (111, 111), (60, 60)])
def test_an_unfinished_trial_is_named(
    protocol: Maker, diary: Maker, days: int, done: int | None
) -> None:
    plan = protocol()
    made = diary(plan, -2.5)
    found = lodose.verdict(replace(made, entries=made.entries[:days]), plan)
    assert found.word is Word.HELPS
    told = [line for line in found.wording.uncertain if line.startswith("The trial is not over")]
    said = (
        f"The trial is not over: {done} of 112 planned days so far. Looking early and stopping at "
        "a good moment makes a false benefit more likely."
    )
    assert told == ([] if done is None else [said])
    everything = " ".join(found.wording.uncertain)
    assert ("You wrote down every day so far" in everything) == (done is not None)
    assert ("You wrote down every day, so" in everything) == (done is None)


def test_days_between_the_periods_are_not_planned(protocol: Maker, diary: Maker) -> None:
    plan = protocol("ABBA", 14)
    moved = [
        p.model_copy(update={"start": p.start + timedelta(days=7), "end": p.end + timedelta(7)})
        for p in plan.periods[2:]
    ]
    plan = plan.model_copy(update={"periods": (*plan.periods[:2], *moved)})
    made = diary(plan, -2.5)
    found = lodose.verdict(replace(made, entries=made.entries[:50]), plan)
    assert any("50 of 56 planned days so far" in line for line in found.wording.uncertain)
