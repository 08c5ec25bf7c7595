"""What may be planned, and in which orders its arms may come."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from tests.verdict.conftest import make_protocol

from lodose.errors import LodoseError
from lodose.planning import READY, TrialDesign, schedule_of
from lodose.planning.simulate import stream


def orders(schedule: Any, number: int = 400) -> Counter[str]:
    found: Counter[str] = Counter()
    for index in range(number):
        treatment = schedule.draw_treatment(stream(3, index))
        last = [treatment[schedule.period == p][0] for p in range(schedule.periods)]
        found["".join("A" if arm else "B" for arm in last)] += 1
    return found


def test_the_ready_designs_are_those_of_the_docs() -> None:
    assert {name: (d.pairs, d.days) for name, d in READY.items()} == {
        "4x14": (4, 14), "6x14": (6, 14), "3x28": (3, 28), "6x7": (6, 7), "2x42": (2, 42),
    }  # fmt: skip
    for design in READY.values():
        schedule = design.schedule()
        assert schedule.total_days == design.total_days == schedule.period.size
        assert np.bincount(schedule.period).tolist() == [design.days] * (2 * design.pairs)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"pairs": 1, "days": 14}, "2 pairs or more"),
        ({"pairs": 2, "days": 0}, "periods of a day or more"),
        ({"pairs": 4, "days": 14, "transition": "drop"}, "does not fit together"),
        ({"pairs": 4, "days": 14, "drop_days": 3}, "does not fit together"),
        ({"pairs": 4, "days": 7, "transition": "drop", "drop_days": 7}, "does not fit together"),
        ({"pairs": 4, "days": 7, "missing": 1.0}, "missing days"),
    ],
)
def test_a_design_that_cannot_be_is_refused_with_its_mend(wrong: Any, told: str) -> None:
    with pytest.raises(LodoseError, match=told):
        TrialDesign(**wrong)


def test_every_order_that_the_protocol_allows_comes_about_as_often_and_no_other() -> None:
    pairs = orders(schedule_of(make_protocol("ABBA", days=3)))
    assert set(pairs) == {"ABAB", "ABBA", "BAAB", "BABA"}
    assert min(pairs.values()) > 60
    listed = make_protocol(
        "ABBA", days=3, randomisation={"method": "listed", "sequences": ["ABBA", "BAAB"]}
    )
    assert set(orders(schedule_of(listed))) == {"ABBA", "BAAB"}
    limited = make_protocol("ABBAAB", days=3, randomisation={"method": "max-run", "max_run": 2})
    found = orders(schedule_of(limited))
    assert len(found) == 14
    assert all("AAA" not in order and "BBB" not in order for order in found)
    chosen = make_protocol("ABAB", days=3, design="open-on-off")
    assert set(orders(schedule_of(chosen))) == {"ABAB"}


def test_days_between_periods_belong_to_none_and_a_hopeless_plan_is_refused() -> None:
    gap = make_protocol("ABBA", days=3).model_dump(mode="python")
    last = gap["periods"][-1]
    for end in ("start", "end"):
        last[end] = last[end].replace(day=last[end].day + 2)
    schedule = schedule_of(type(make_protocol()).model_validate(gap))
    assert schedule.period.tolist()[-5:] == [-1, -1, 3, 3, 3]
    assert schedule.draw_treatment(stream(1, 1))[-5:-3].tolist() == [0, 0]
    with pytest.raises(LodoseError, match="before and after"):
        schedule_of(make_protocol("BA", design="before-after"))
    with pytest.raises(LodoseError, match="needs 2 of each"):
        schedule_of(make_protocol("BAB", design="open-on-off"))
