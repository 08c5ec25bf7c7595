"""Verdicts of many are the verdicts of each."""

from datetime import date
from typing import Any

import pytest

from lodose.diary import Diary
from lodose.verdict import Verdict, to_json, verdict
from lodose.verdict.batch import verdicts
from lodose.workers import local_workers

TODAY = date(2026, 1, 1)


@pytest.mark.slow
def test_many_verdicts_are_those_of_each_alone_and_a_fault_stands_in_its_place(
    protocol: Any, diary: Any
) -> None:
    plan = protocol("ABBA", days=6)
    people: list[Any] = [
        (diary(plan, effect, seed=seed), plan) for seed, effect in enumerate([0, -2])
    ]
    people.insert(1, (None, plan))  # not a diary at all
    alone = [to_json(verdict(one, plan, today=TODAY)) for one, _ in people if one is not None]
    told: list[int] = []
    with local_workers(2) as pool:
        for executor in (None, pool):
            found = list(
                verdicts(people, today=TODAY, executor=executor, chunk_size=2, progress=told.append)
            )
            assert isinstance(found[1], AttributeError)
            good = [one for one in found if isinstance(one, Verdict)]
            assert [to_json(one) for one in good] == alone
    assert told == [2, 3, 2, 3]


def test_a_diary_that_carries_nothing_is_an_answer_and_no_error(protocol: Any, diary: Any) -> None:
    plan = protocol("ABBA", days=6)
    short = diary(plan)
    short = Diary(short.entries[:5], short.outcome_names, "short.csv")
    (found,) = verdicts([(short, plan)], today=TODAY)
    assert isinstance(found, Verdict)
    assert found.word == "not known yet"
