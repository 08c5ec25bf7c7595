"""The tipping point of the days without an entry, verified by shifting posteriors and diaries."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

import lodose
from lodose.diary import DailyEntry, Diary
from lodose.inference.mixture import Mixture
from lodose.verdict import TippingPoint, Verdict, Word, to_dict
from lodose.verdict.analysis import analyse
from lodose.verdict.arrays import day_table, outcome_series
from lodose.verdict.decision import SIDES
from lodose.verdict.missing import tipping_points
from lodose.verdict.robust import missing_line
from lodose.verdict.rules import Cuts, decide, probabilities_of

Maker = Callable[..., Any]
FIRST = date(2025, 3, 3)
WORST, BEST = 10.0, 0.0


def with_gaps(diary: Diary, keep: Callable[[int], bool]) -> Diary:
    first = diary.entries[0].date
    kept = tuple(entry for entry in diary.entries if keep((entry.date - first).days))
    return replace(diary, entries=kept)


def moved(mixture: Mixture, shift: float) -> Mixture:
    """The posterior with every component moved, made anew."""
    return Mixture(mixture.component_mean + shift, mixture.component_sd**2, mixture.weight)


def word_of(mixture: Mixture, better: str = "lower", mcid: float = 1.0) -> Word:
    p = probabilities_of(
        mixture.probability_below, mixture.probability_above, better=better, mcid=mcid
    )
    return decide(p, Cuts())


@pytest.mark.property
@pytest.mark.parametrize("better", ["lower", "higher"])
@pytest.mark.parametrize("effect", [-2.2, -1.3, -0.6, 0.0, 0.8, 2.2])
@pytest.mark.parametrize("every", [3, 8])
def test_the_word_changes_at_the_tipping_point_and_not_before(
    protocol: Maker, diary: Maker, better: str, effect: float, every: int
) -> None:
    scale = {"name": "pain", "minimum": 0, "maximum": 10, "better": better}
    plan = protocol(outcomes=[scale])
    entries = with_gaps(diary(plan, effect, noise=0.9), lambda day: day % every != 0)
    made = analyse(entries, plan, day_table(entries, plan), plan.primary, engine="compiled")
    assert made.posterior is not None
    side = SIDES[word_of(made.posterior, better)]
    up = 1.0 if better == "lower" else -1.0  # which way the numbers go when days are worse
    means = {arm: np.mean(_values(made.answer.periods, arm)) for arm in ("active", "comparator")}
    for point in made.answer.missing:
        share = point.days_missing / point.days
        turn = 1.0 if point.arm == "active" else -1.0
        for size, word, way in (
            (point.worse, point.word_if_worse, up),
            (point.better, point.word_if_better, -up),
        ):
            room = abs((WORST if way > 0 else BEST) - means[point.arm])
            if size is None:
                tried = word_of(moved(made.posterior, turn * way * 0.98 * room * share), better)
                assert SIDES[tried] == side
                continue
            assert size <= room + 0.1
            at = word_of(moved(made.posterior, turn * way * size * share), better)
            assert at is word
            assert SIDES[at] != side
            before = word_of(moved(made.posterior, turn * way * 0.999 * size * share), better)
            assert SIDES[before] == side


def _values(periods: Any, arm: str) -> list[float]:
    return [period.mean for period in periods if period.arm == arm]


def test_it_is_about_a_shift_that_a_filled_in_diary_confirms(protocol: Maker, diary: Maker) -> None:
    """Write the missing days down, as bad as the tipping point says: the answer is another."""
    plan = protocol(priors={"onset_at_once": 1, "effect_sd": 20, "period_sd": 0})
    whole = diary(plan, -1.9, noise=0.9)
    missing = {day for day in range(112) if day % 3 == 0}
    recorded = with_gaps(whole, lambda day: day not in missing)
    found = lodose.verdict(recorded, plan)
    point = found.primary.missing[0]
    assert found.primary.effect is not None
    assert point.worse is not None
    first = plan.first_day
    active = {
        period.start + timedelta(days=day)
        for period in plan.periods
        if period.arm == "active"
        for day in range(period.days)
    }
    by_date = {entry.date: entry for entry in whole.entries}

    def filled(size: float) -> Verdict:
        entries = []
        for day in range(112):
            on = first + timedelta(days=day)
            value = by_date[on].outcomes["pain"]
            if day in missing and on in active:
                value = min(10.0, value + size)
            entries.append(DailyEntry(on, {"pain": value}, source_line=day + 2))
        return lodose.verdict(replace(whole, entries=tuple(entries)), plan)

    shifted = filled(point.worse).primary.effect
    level = filled(0.0).primary.effect
    assert shifted is not None
    assert level is not None
    expected = point.worse * point.days_missing / point.days
    assert shifted.mean - level.mean == pytest.approx(expected, abs=0.1)


def test_days_outside_periods_and_days_to_come_are_not_missing(
    protocol: Maker, diary: Maker
) -> None:
    periods = [
        {"start": FIRST + timedelta(days=start), "end": FIRST + timedelta(days=end), "arm": arm}
        for start, end, arm in (
            (0, 6, "active"),
            (10, 16, "comparator"),  # three days between the periods
            (17, 23, "comparator"),
            (24, 30, "active"),
            (31, 37, "active"),
            (38, 44, "comparator"),
        )
    ]
    plan = protocol(periods=periods, design="open-on-off", randomisation={"method": "none"})
    entries = with_gaps(diary(plan, -2.0), lambda day: day < 40 and day != 3)
    table = day_table(entries, plan)
    series = outcome_series(entries, table, plan.primary)
    posterior = Mixture(np.array([-2.0]), np.array([0.01]), np.array([1.0]))
    active, comparator = tipping_points(posterior, plan.primary, Cuts(), table, series)
    assert (active.days, active.days_missing) == (21, 1)
    assert (comparator.days, comparator.days_missing) == (16, 0)
    assert (comparator.worse, comparator.better) == (None, None)


def point(arm: str = "active", missing: int = 5, **more: Any) -> TippingPoint:
    given = {"worse": None, "better": None, "word_if_worse": None, "word_if_better": None}
    return TippingPoint(arm, 56, missing, **{**given, **more})


OPEN, HELPS = Word.NOT_KNOWN_YET, Word.HELPS


@pytest.mark.spec
@pytest.mark.parametrize(
    ("points", "line"),
    [
        ((), ""),
        (
            (point(missing=0), point("comparator", missing=0)),
            "You wrote down every day, so no missing day can change the answer.",
        ),
        (
            (point(missing=1), point("comparator", missing=0)),
            "However your pain was on the 1 day you did not write down, the answer would stay the "
            "same.",
        ),
        (
            (point(worse=3.11, word_if_worse=OPEN), point("comparator")),
            "Some days on 4.5 mg naltrexone you did not write down. Had your pain been at least "
            '3.2 points worse on them than the other days suggest, the answer would change to "not '
            'known yet".',
        ),
        (
            (
                point(better=3.0, word_if_better=HELPS),
                point("comparator", worse=2.5, word_if_worse=HELPS),
            ),
            "Some days on placebo you did not write down. Had your pain been at least 2.5 points "
            'worse on them than the other days suggest, the answer would change to "helps".',
        ),
        (
            (point(better=3.0, word_if_better=HELPS), point("comparator")),
            "Some days on 4.5 mg naltrexone you did not write down. Had your pain been at least "
            "3.0 points better on them than the other days suggest, the answer would change to "
            '"helps".',
        ),
    ],
)
def test_the_sentence_for_the_person(
    protocol: Maker, diary: Maker, points: tuple[TippingPoint, ...], line: str
) -> None:
    plan = protocol()
    answer = replace(lodose.verdict(diary(plan, -2.5), plan).primary, missing=points)
    assert missing_line(answer, plan) == line


def test_person_doctor_and_json_carry_it(protocol: Maker, diary: Maker) -> None:
    plan = protocol()
    entries = with_gaps(diary(plan, -1.8, noise=1.0), lambda day: day % 3 != 0)
    found = lodose.verdict(entries, plan)
    assert any("you did not write down. Had your" in x for x in found.wording.uncertain)
    assert any(x.startswith("Days without an entry: 19 of 55 on") for x in found.wording.doctor)
    assert [row["arm"] for row in to_dict(found)["primary"]["missing"]] == ["active", "comparator"]
    complete = lodose.verdict(diary(plan, -1.8), plan)
    assert any("You wrote down every day" in x for x in complete.wording.uncertain)
