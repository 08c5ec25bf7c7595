"""Plans with their sources, and what is proposed when; nothing changes by itself."""

import re
import tomllib
from datetime import date, timedelta
from importlib.resources import files
from itertools import product
from typing import Any

import pytest

from lodose.errors import InputError
from lodose.regimen import Course, Move, Report, decided, make_plan, plans, propose, ready
from lodose.regimen.plan import parse
from lodose.regimen.supply import use_before

SINCE = date(2026, 5, 1)
CAUTIOUS = ready("cautious")


def course(at: int = 1, **more: Any) -> Course:
    return Course(CAUTIOUS, SINCE, at, **more)


def test_every_ready_plan_has_a_source_a_grade_and_keeps_its_limit() -> None:
    assert {plan.grade for plan in plans().values()} == {"A", "S", "C", "D", "J"}
    for plan in plans().values():
        assert ("second-hand" in plan.source) == (plan.grade == "S"), plan.id
    for plan in plans().values():
        doses = [step.dose_ug for step in plan.steps]
        assert doses == sorted(set(doses))
        assert doses[-1] <= plan.limit_ug <= 6000
        assert all(step.days >= 1 for step in plan.steps[:-1])
        assert "judgement" in plan.source if plan.grade == "J" else plan.source
    assert [step.dose_ug for step in ready("final-2024").steps] == [1500, 3000, 4500, 6000]
    assert ready("final-2024").days_to_target == 21
    assert [step.dose_ug for step in CAUTIOUS.steps] == list(range(500, 4501, 500))
    with pytest.raises(InputError, match="cautious, final-2024"):
        ready("fast")


@pytest.mark.parametrize(
    ("field", "value"),
    [("source", None), ("grade", "B+"), ("start_ug", 0.5), ("target_ug", 9000), ("days", 0)],
)
def test_an_incomplete_plan_is_refused(field: str, value: object) -> None:
    table = tomllib.loads((files("lodose.regimen") / "plans.toml").read_text("utf-8"))
    assert parse(table).keys() == plans().keys()
    if value is None:
        del table["plan"][0][field]
    else:
        table["plan"][0][field] = value
    with pytest.raises(InputError, match="Mend"):
        parse(table)


@pytest.mark.parametrize(
    "wrong",
    [
        {"target_ug": 7000},
        {"limit_ug": 7000},
        {"start_ug": 0},
        {"target_ug": 400},
        {"step_ug": 0},
        {"step_ug": -500},
        {"days": 0},
        {"step_ug": 1, "target_ug": 4500},
    ],
)
def test_an_impossible_plan_is_refused(wrong: dict[str, int]) -> None:
    whole = {"start_ug": 500, "step_ug": 500, "days": 14, "target_ug": 4500}
    assert make_plan(**whole).target_ug == 4500
    with pytest.raises(InputError, match="Mend"):
        make_plan(**whole | wrong)


CASES: list[tuple[str, Course, Report, int, Move, int]] = [
    ("days and settled", course(), Report(side_effects="settled"), 14, Move.STEP_UP, 1500),
    ("one day short", course(), Report(side_effects="settled"), 13, Move.STAY, 1000),
    ("not settled", course(), Report(side_effects="bothersome"), 30, Move.HOLD, 1000),
    ("too much", course(), Report(side_effects="too much"), 1, Move.STEP_BACK, 500),
    ("too much at the first", course(0), Report(side_effects="too much"), 1, Move.STOP, 0),
    ("sleep, evening", course(), Report(sleep_suffers=True), 20, Move.MORNING, 1000),
    (
        "sleep, morning",
        course(time_of_day="morning"),
        Report(sleep_suffers=True),
        20,
        Move.HOLD,
        1000,
    ),
    ("stepped back", course(stepped_back=1), Report(), 20, Move.HIGHEST_TOLERATED, 1000),
    ("target", course(8), Report(), 90, Move.REACHED, 4500),
    ("one missed", course(), Report(missed_days=1), 20, Move.TAKE_LATE, 1000),
    ("six missed", course(), Report(missed_days=6), 20, Move.TAKE_LATE, 1000),
    ("seven missed", course(), Report(missed_days=7), 20, Move.RESTART, 500),
    ("after a pause", course(state="paused"), Report(), 20, Move.RESTART, 500),
    ("surgery", course(), Report(surgery=date(2026, 6, 10)), 20, Move.PAUSE, 0),
    ("opioid", course(), Report(opioid=True, surgery=date(2026, 6, 10)), 20, Move.STOP, 0),
    ("wish", course(), Report(wants_to_stop=True), 20, Move.STOP, 0),
]


@pytest.mark.spec
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_what_is_proposed(case: tuple[str, Course, Report, int, Move, int]) -> None:
    _, stands, report, days, move, to = case
    found = propose(stands, report, on=SINCE + timedelta(days=days))
    assert (found.move, found.to_ug) == (move, to)
    assert found.source


def test_every_proposal_leaves_the_decision_to_the_prescriber_and_names_no_date() -> None:
    said = set()
    for at, felt, sleep, missed, opioid, surgery, stop in product(
        (0, 1, 8),
        ("none", "settled", "bothersome", "too much"),
        (False, True),
        (0, 1, 7),
        (False, True),
        (None, date(2026, 6, 10)),
        (False, True),
    ):
        report = Report(felt, sleep, missed, opioid, surgery, stop)  # type: ignore[arg-type]
        found = propose(course(at), report, on=date(2026, 5, 20))
        said.add(found.for_person)
        assert found.to_ug <= CAUTIOUS.limit_ug
    assert len(said) > 10
    for text in said:
        assert re.search(r"your prescriber decides", text, re.IGNORECASE), text
        assert not re.search(r"\d{4}|\d+ (?:days|hours|weeks)", text), text


def test_before_an_operation_three_whole_days_lie_between() -> None:
    found = propose(course(), Report(surgery=date(2026, 6, 10)), on=date(2026, 5, 20))
    assert "Last dose on 6 June 2026 or earlier" in found.for_prescriber
    assert "anaesthetist decides" in found.for_prescriber


def test_nothing_changes_until_the_prescriber_decides_and_who_decided_is_kept() -> None:
    before = course()
    found = propose(before, Report(), on=date(2026, 5, 20))
    assert before == course()
    after = decided(before, found, by="Dr Example", on=date(2026, 5, 20), reason="well tolerated")
    assert (after.dose_ug, after.since) == (1500, date(2026, 5, 20))
    kept = after.decisions[0]
    assert (kept.by, kept.move, kept.from_ug, kept.to_ug) == (
        "Dr Example",
        Move.STEP_UP,
        1000,
        1500,
    )
    refused = decided(before, found, by="Dr Example", on=date(2026, 5, 20), agreed=False)
    assert (refused.dose_ug, refused.decisions[0].agreed) == (1000, False)
    with pytest.raises(InputError, match="name the prescriber"):
        decided(before, found, by=" ", on=date(2026, 5, 20))
    with pytest.raises(InputError, match="another dose"):
        decided(after, found, by="Dr Example", on=date(2026, 5, 21))


def test_back_and_up_and_pause_and_stop_follow_from_decisions_alone() -> None:
    stands = course(2)
    for report, days, dose, state in (
        (Report(side_effects="too much"), 1, 1000, "taking"),
        (Report(sleep_suffers=True), 2, 1000, "taking"),
        (Report(surgery=date(2026, 6, 10)), 3, 0, "paused"),
        (Report(), 60, 500, "taking"),
        (Report(wants_to_stop=True), 70, 0, "stopped"),
    ):
        on = SINCE + timedelta(days=days)
        found = propose(stands, report, on=on)
        stands = decided(stands, found, by="Dr Example", on=on, recorded_by="person")
        assert (stands.dose_ug, stands.state) == (dose, state)
    assert stands.time_of_day == "morning"
    assert [each.recorded_by for each in stands.decisions] == ["person"] * 5


def test_impossible_days_and_steps_are_refused() -> None:
    with pytest.raises(InputError, match="before this step"):
        propose(course(), Report(), on=date(2026, 4, 30))
    with pytest.raises(InputError, match="is over"):
        propose(course(), Report(surgery=date(2026, 5, 2)), on=date(2026, 5, 3))
    with pytest.raises(InputError, match="steps are 1 to 9"):
        course(9)
    with pytest.raises(InputError, match="count from 0"):
        Report(missed_days=-1)


def test_beyond_use_days_only_for_the_formula_that_was_measured() -> None:
    made: dict[str, Any] = {"made": date(2026, 5, 1), "ug_per_ml": 1000}
    assert use_before("ascorbic-1mg", storage="fridge", **made) == date(2026, 6, 30)
    assert use_before("ascorbic-1mg", storage="room", **made) == date(2026, 5, 31)
    for formula, strength in (("water", 1000), ("ascorbic-1mg", 5000), ("", 1000)):
        with pytest.raises(InputError, match="no measured beyond-use date"):
            use_before(formula, storage="fridge", made=date(2026, 5, 1), ug_per_ml=strength)


@pytest.mark.parametrize(("today", "late"), [(5, False), (6, False), (7, True), (10, True)])
def test_the_last_day_before_an_operation_that_is_over_is_said_to_be(
    today: int, late: bool
) -> None:
    found = propose(course(), Report(surgery=date(2026, 6, 10)), on=date(2026, 6, today))
    assert found.move is Move.PAUSE
    assert "6 June 2026" in found.for_prescriber
    assert ("is over" in found.for_prescriber) is late
    assert "is over" not in found.for_person
