"""The randomisation test is exact also where transition days are left out."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

import lodose
from lodose.diary import DailyEntry, Diary
from lodose.trial import Protocol


@pytest.mark.parametrize("seed", range(4))
def test_p_is_no_more_often_small_than_it_says_over_all_orders(
    protocol: Callable[..., Protocol], seed: int
) -> None:
    """The outcomes stay as they are; every order that could have been drawn is tried."""
    draw = np.random.default_rng(seed)
    outcomes = 5 + draw.normal(size=28).cumsum() * 0.4
    found = []
    for flips in product(("AB", "BA"), repeat=4):
        made = protocol("".join(flips), 4, transition_days=2)
        days = [
            p.start.fromordinal(p.start.toordinal() + d) for p in made.periods for d in range(4)
        ]
        values = np.clip(np.resize(outcomes, len(days)), 0, 10)
        entries = tuple(
            DailyEntry(on, {"pain": float(value)}, source_line=line)
            for line, (on, value) in enumerate(zip(days, values, strict=True), start=2)
        )
        answer = lodose.verdict(Diary(entries, ("pain",), "diary.csv"), made)
        assert answer.primary.randomisation is not None
        found.append(answer.primary.randomisation.p_value)
    p_values = np.array(found)
    for level in np.unique(p_values):
        assert (p_values <= level).mean() <= level + 1e-9
