"""How many more cycles would settle an unfinished trial."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from tests.verdict.conftest import FIRST, make_diary, make_protocol

from lodose.diary import Diary
from lodose.errors import LodoseError
from lodose.planning import cycles_to_settle, more_days_may_settle
from lodose.planning.cycles import CYCLES, SIMULATIONS, affordable, future_of
from lodose.planning.simulate import stream
from lodose.verdict import verdict
from lodose.verdict.arrays import day_table


def broken_off(protocol: Any, days: int, effect: float = 0.0, **more: Any) -> Diary:
    diary = make_diary(protocol, effect, **more)
    return Diary(diary.entries[:days], diary.outcome_names, diary.source)


def test_going_on_means_the_rest_of_the_plan_then_further_pairs_of_its_usual_length() -> None:
    protocol = make_protocol("ABBAABBA", days=4)
    table = day_table(broken_off(protocol, 18), protocol)
    future = future_of(protocol, table, (1, 2, 3, 4))
    # Pair 3 has begun (days 16 to 23), pair 4 follows, then pairs of 2 x 4 days.
    assert future.running
    assert future.ends == (6, 14, 22, 30)
    assert future.period.tolist() == [4] * 2 + [p for p in range(5, 12) for _ in range(4)]
    planned = future.draw_treatment(stream(1, 1))[:14]
    assert planned.tolist() == [1] * 2 + [0] * 4 + [0] * 4 + [1] * 4
    drawn = {tuple(future.draw_treatment(stream(1, n))[14::4].tolist()) for n in range(60)}
    assert drawn == {(1, 0, 1, 0), (1, 0, 0, 1), (0, 1, 1, 0), (0, 1, 0, 1)}

    done = day_table(make_diary(protocol), protocol)
    assert future_of(protocol, done, (1, 2)).ends == (8, 16)
    assert not future_of(protocol, done, (1, 2)).running

    on_off = make_protocol("BABA", days=4, design="open-on-off")
    after = future_of(on_off, day_table(make_diary(on_off), on_off), (1, 2))
    assert after.draw_treatment(stream(1, 1))[::4].tolist() == [0, 1, 0, 1]


def test_the_same_answer_for_any_executor_and_its_parts_add_up() -> None:
    protocol = make_protocol("ABBA", days=6, priors={})
    diary = broken_off(protocol, 24, -0.8, noise=1.0)
    found = cycles_to_settle(diary, protocol, simulations=20, cycles=(1, 2))
    with ThreadPoolExecutor(2) as pool:
        again = cycles_to_settle(diary, protocol, simulations=20, cycles=(1, 2), executor=pool)
    assert again == found
    assert [row.cycles for row in found.rows] == [1, 2]
    for row in found.rows:
        assert row.settled == pytest.approx(row.benefit + row.little + row.harm)
        assert 0 <= row.lower <= row.settled <= row.upper <= 1
    assert "your prescriber decides" in found.words.casefold()
    assert "after one more cycle (12 days)" in found.words
    assert found.simulations == 20
    assert cycles_to_settle(diary, protocol, simulations=20, cycles=(1, 2), seed=2) != found


@pytest.mark.slow
def test_a_clear_gain_is_expected_to_be_found_and_more_cycles_help() -> None:
    protocol = make_protocol("ABBAABBA", days=7, priors={})
    clear = cycles_to_settle(
        broken_off(protocol, 35, -3.0, noise=0.8), protocol, simulations=60, cycles=(1, 3)
    )
    assert clear.rows[-1].benefit > 0.8
    assert clear.rows[-1].harm == 0
    unclear = cycles_to_settle(
        broken_off(protocol, 28, -0.9, noise=2.0), protocol, simulations=60, cycles=(1, 4)
    )
    assert unclear.rows[-1].upper > unclear.rows[0].lower
    assert unclear.rows[0].settled < clear.rows[0].settled


def test_known_columns_and_gaps_go_on_too() -> None:
    days = timedelta(days=9)
    protocol = make_protocol(
        "ABBA",
        days=6,
        priors={},
        medicines=[
            {
                "name": "ibuprofen",
                "disease_modifying": False,
                "changes": [{"date": FIRST + days, "what": "increased"}],
            }
        ],
        model={"weekday": True, "rebound": True, "tolerance": True},
    )
    diary = make_diary(protocol, -1.0, noise=1.0)
    gappy = Diary(diary.entries[::2], diary.outcome_names, diary.source)
    found = cycles_to_settle(gappy, protocol, simulations=6, cycles=(1,))
    assert len(found.rows) == 1


def test_the_number_of_simulations_follows_from_the_length_of_the_trial() -> None:
    counts = []
    for arms, days in (("ABBA", 7), ("ABBA" * 5, 7), ("ABBA" * 15, 7)):
        protocol = make_protocol(arms, days=days)
        table = day_table(make_diary(protocol), protocol)
        counts.append(affordable(future_of(protocol, table, CYCLES), len(table.dates)))
    assert counts == sorted(counts, reverse=True)
    assert (counts[0], counts[-1]) == (SIMULATIONS[1], SIMULATIONS[0])


def test_what_more_days_cannot_settle_is_refused() -> None:
    before = make_protocol("BA", design="before-after")
    with pytest.raises(LodoseError, match="before and after"):
        cycles_to_settle(make_diary(before), before)
    protocol = make_protocol("ABBA", days=6)
    with pytest.raises(LodoseError, match="at least 2 periods"):
        cycles_to_settle(broken_off(protocol, 12), protocol)
    flat = make_diary(protocol, 0.0, noise=0.0)
    with pytest.raises(LodoseError, match="same on every day"):
        cycles_to_settle(flat, protocol)
    for wrong in ({"cycles": ()}, {"cycles": (0, 1)}, {"cycles": (2, 1)}, {"simulations": 0}):
        with pytest.raises(ValueError, match="must be 1 or more"):
            cycles_to_settle(make_diary(protocol), protocol, **wrong)  # type: ignore[arg-type]


def test_only_an_answer_that_is_open_for_want_of_days_is_looked_ahead_from() -> None:
    protocol = make_protocol("ABBA", days=6, priors={})
    diary = make_diary(protocol, -0.8, noise=1.5)
    open_ = verdict(diary, protocol)
    assert open_.word == "not known yet"
    assert more_days_may_settle(open_, diary)
    clear = make_diary(protocol, -4.0, noise=0.3)
    assert not more_days_may_settle(verdict(clear, protocol), clear)
    changed = {"date": FIRST + timedelta(days=9), "what": "reduced"}
    medicine = {"name": "methotrexate", "disease_modifying": True, "changes": [changed]}
    forbidden = make_protocol("ABBA", days=6, priors={}, medicines=[medicine])
    assert not more_days_may_settle(verdict(diary, forbidden), diary)
    flat = make_diary(protocol, 0.0, noise=0.0)
    assert not more_days_may_settle(verdict(flat, protocol), flat)
