"""What was swallowed is checked before anything is worked out; answers always hold all three."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from lodose.errors import InputError
from lodose.pharmacology import History, amount_ug, dose_log, joined, regimen, simulate, typical
from lodose.pharmacology.answers import (
    answer,
    exposure,
    hours_above,
    missed_dose,
    morning_or_bedtime,
    residual,
    short_blockade,
    tlr4,
)
from lodose.pharmacology.data import read_observations

DOSES = regimen(4500, days=14)


def test_regimens_hold_missed_double_and_split_doses() -> None:
    assert regimen(4500, days=4, missed={2}).times_h == (0.0, 48.0, 72.0)
    assert regimen(4500, days=2, doubled={2}).times_h == (0.0, 24.0, 24.0)
    assert regimen(3000, days=2, every_h=12).times_h == (0.0, 12.0, 24.0, 36.0)
    pause = joined(regimen(1500, days=2), regimen(3000, days=1, start_h=240.0))
    assert pause.times_h == (0.0, 24.0, 240.0)
    assert pause.doses_ug == (1500, 1500, 3000)


def test_a_diary_is_taken_in_real_hours_over_a_change_of_the_clock() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    evenings = [datetime(2026, 3, day, 21, tzinfo=berlin) for day in (28, 29, 30)]
    history, start = dose_log([(each, 4500) for each in evenings])
    assert start == evenings[0]
    assert history.times_h == (0.0, 23.0, 47.0)
    with pytest.raises(InputError, match="no time zone"):
        dose_log([(evenings[0].replace(tzinfo=None), 4500)])
    with pytest.raises(InputError, match="holds no dose"):
        dose_log([])
    with pytest.raises(InputError, match="goes back in time"):
        dose_log([(each, 4500) for each in reversed(evenings)])


@pytest.mark.parametrize(
    ("times", "doses", "said"),
    [
        ((0.0,), (-1,), "below zero"),
        ((0.0,), (45_000,), "did you mean 4.5 mg"),
        ((0.0,), (4_500_000,), "highest dose in the data"),
        ((0.0, -1.0), (1, 1), "goes back in time"),
        ((float("nan"),), (1,), "is no time"),
        ((0.0,), (1, 2), "one time for each dose"),
        ((0.0, 1e6), (1, 1), "ten years"),
    ],
)
def test_a_history_that_cannot_be_is_refused(
    times: tuple[float, ...], doses: tuple[int, ...], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        History(times, doses)


def test_a_dose_above_six_mg_is_taken_once_it_is_confirmed() -> None:
    assert History((0.0,), (45_000,), confirmed=True).doses_ug == (45_000,)
    assert joined(History((0.0,), (45_000,), confirmed=True), DOSES).confirmed
    with pytest.raises(InputError, match="confirm it"):
        History((0.0,), (45_000,))


@pytest.mark.parametrize("text", ["4.5", "4.5 g", "four mg", "", "4.5 mg mg", "1e3 mg"])
def test_an_amount_without_a_known_unit_is_refused(text: str) -> None:
    assert amount_ug("4,5 mg") == 4500
    with pytest.raises(InputError, match="or '500 micrograms'"):
        amount_ug(text)


def test_the_figures_at_four_and_a_half_mg_are_the_fact_sheets() -> None:
    found = answer(DOSES)
    assert found.peak_nm == pytest.approx(3.4, rel=0.05)
    by_name = {each.structure: each for each in found.by_structure}
    for name, peak, trough in (("M0", 79, 2), ("M1", 71, 64), ("M2", 88, 81)):
        assert 100 * by_name[name].peak == pytest.approx(peak, abs=2)
        assert 100 * by_name[name].trough == pytest.approx(trough, abs=2)
    assert by_name["M0"].hours_above[0.5] == pytest.approx(3, abs=0.5)
    assert by_name["M1"].hours_above[0.5] == by_name["M2"].hours_above[0.8] == 24
    assert by_name["M1"].days_to_steady == 4
    first = answer(regimen(4500, days=1))
    assert 100 * first.by_structure[1].peak == pytest.approx(49, abs=2)


def test_hours_until_below_are_right_and_the_longest_counts() -> None:
    found = answer(DOSES)
    for each in found.by_structure:
        for share, hours in each.hours_until_below.items():
            assert hours is not None
            at = np.array([hours - 0.2, hours + 0.2]) + DOSES.last_h
            before, after = simulate(DOSES, at).mu(each.structure)
            assert before >= share >= after
    assert found.longest_until_below(0.5) == found.by_structure[2].hours_until_below[0.5]


def test_residual_blockade_has_bands_for_all_three_beside_what_guidelines_state() -> None:
    left = residual(DOSES, days=(1, 3, 7), people=400)
    assert [each.structure for each in left.at(3)] == ["M0", "M1", "M2"]
    for each in left.days:
        assert 0 <= each.low <= each.median <= each.high <= 1
    assert left.at(3)[2].high > left.at(3)[1].median
    assert {each.hours for each in left.guidelines} == {72.0}


def test_the_clock_moves_little_but_the_story_of_the_night_is_seen() -> None:
    found = {(each.structure, each.taken_at): each for each in morning_or_bedtime(4500)}
    assert found["M0", 22.0].night[1] > 0.7 > found["M0", 8.0].night[1]
    for name in ("M1", "M2"):
        for clock in (8.0, 22.0):
            low, high = found[name, clock].night
            assert high - low < 0.1


def test_a_missed_dose_lowers_and_comes_back() -> None:
    for each in missed_dose(4500):
        assert each.lowest < each.before
        assert 1 <= each.days_to_recover <= 4
    slow = replace(typical(), unbinding=1e-4)  # one dose more or less is hardly seen
    assert missed_dose(4500, parameters=slow)[2].days_to_recover == 0


def test_the_two_stories_stand_against_the_numbers() -> None:
    story = short_blockade(DOSES)
    assert story.said_hours == (4.0, 6.0)
    assert story.hours["M0"] < 4 < story.hours["M1"]
    assert story.chi_square["M0"] > 80 * story.chi_square["M1"]
    assert "Mice" in story.note
    distances = tlr4(answer(DOSES).peak_nm)
    assert min(each.times_the_peak for each in distances) > 3000
    assert max(each.share_percent for each in distances) < 0.03
    with pytest.raises(InputError, match="is no peak"):
        tlr4(0.0)


def test_exposure_follows_a_diary_between_nothing_and_all() -> None:
    start = datetime(2026, 5, 1, 21, tzinfo=UTC)
    history, _ = dose_log([(start + timedelta(days=day), 4500) for day in (0, 1, 2, 6)])
    found = exposure(history, np.arange(0.0, 24 * 10, 24.0))
    assert found[0] == 0
    assert np.all((found >= 0) & (found < 1))
    assert found[3] > found[6]


def test_nothing_swallowed_has_no_answer() -> None:
    with pytest.raises(InputError, match="holds nothing"):
        answer(History((0.0,), (0,)))
    assert hours_above(np.array([0.0, 1.0]), np.array([0.4, 0.4]), 0.5) == 0


def test_no_answer_ever_holds_the_word_safe() -> None:
    for each in (*read_observations().guideline, *read_observations().tlr4):
        assert "safe" not in " ".join(str(getattr(each, name)) for name in type(each).model_fields)
    assert all(field.name != "safe" for field in fields(answer(DOSES)))
