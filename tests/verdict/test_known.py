"""What else the model sees: the columns, their posteriors, their words, what the effect means."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

import lodose
from lodose.diary import Diary
from lodose.errors import InputError
from lodose.trial import read_protocol
from lodose.verdict import KnownTerm, Verdict, Word, to_dict
from lodose.verdict.arrays import day_table
from lodose.verdict.columns import rebound, tolerance, weekend
from lodose.verdict.result import Estimate
from lodose.verdict.robust import known_for_doctor, known_lines
from lodose.verdict.table import sentences

Maker = Callable[..., Any]
MONDAY = date(2025, 3, 3)


def changed(diary: Diary, by: Callable[[int], float]) -> Diary:
    """The same diary with something added on each day."""
    first = diary.entries[0].date
    entries = tuple(
        replace(
            entry,
            outcomes={
                name: value + by((entry.date - first).days)
                for name, value in entry.outcomes.items()
            },
        )
        for entry in diary.entries
    )
    return replace(diary, entries=entries)


def term(found: Verdict, name: str) -> Estimate:
    known = {item.name: item.effect for item in found.primary.known}
    effect = known[name]
    assert effect is not None
    assert effect == found.primary.terms[name]
    return effect


@pytest.mark.spec
def test_weekends_are_saturday_and_sunday_and_a_week_sums_to_zero() -> None:
    values = weekend(tuple(MONDAY + timedelta(days=day) for day in range(14)))
    assert values[:7].tolist() == [-2 / 7] * 5 + [5 / 7] * 2
    assert values[:7].sum() == pytest.approx(0, abs=1e-12)
    assert values[6] - values[0] == pytest.approx(1.0)


@pytest.mark.spec
@pytest.mark.parametrize(
    ("arms", "initial", "days_since_stopping"),
    [
        ("bbaabbb", 0, [None, None, None, None, 0, 1, 2]),
        ("bbaabba", 1, [0, 1, None, None, 0, 1, None]),
        ("aabab", 0, [None, None, 0, None, 0]),
        ("bbb", 0, [None, None, None]),
    ],
)
def test_a_rebound_is_one_on_the_first_day_after_stopping_and_fades(
    arms: str, initial: int, days_since_stopping: list[int | None]
) -> None:
    treatment = np.array([int(letter == "a") for letter in arms])
    expected = [0.0 if day is None else math.exp(-day / 7) for day in days_since_stopping]
    assert rebound(treatment, initial, 7.0) == pytest.approx(expected)


@pytest.mark.spec
def test_tolerance_runs_over_the_active_days_and_is_centred(protocol: Maker, diary: Maker) -> None:
    plan = protocol("BAAB", 3)
    values = tolerance(day_table(diary(plan), plan))
    assert values == pytest.approx([0, 0, 0, -0.5, -0.3, -0.1, 0.1, 0.3, 0.5, 0, 0, 0])


@pytest.mark.spec
def test_a_weekend_is_found_and_the_effect_keeps(protocol: Maker, diary: Maker) -> None:
    plan = protocol(model={"weekday": True})
    entries = changed(diary(plan, -2.0), lambda day: 0.8 if day % 7 >= 5 else 0.0)
    found = lodose.verdict(entries, plan)
    assert term(found, "weekend").mean == pytest.approx(0.8, abs=0.15)
    assert found.primary.effect is not None
    assert found.primary.effect.mean == pytest.approx(-2.0, abs=0.15)
    (line,) = found.wording.allowed_for
    assert line.startswith("On Saturdays and Sundays your pain was 0.8 points worse than on other")
    assert "chance" not in line


@pytest.mark.spec
def test_a_rebound_is_found_and_the_effect_is_against_later_off_it(
    protocol: Maker, diary: Maker
) -> None:
    plan = protocol("ABABABAB", model={"rebound": True, "rebound_days": 4})
    off = {14 + 28 * pair + day: day for pair in range(4) for day in range(14)}
    entries = changed(
        diary(plan, -2.0, level=6.0), lambda day: 1.5 * math.exp(-off[day] / 4) if day in off else 0
    )
    found = lodose.verdict(entries, plan)
    assert term(found, "rebound").mean == pytest.approx(1.5, abs=0.3)
    assert found.primary.effect is not None
    assert found.primary.effect.mean == pytest.approx(-2.0, abs=0.2)
    (line,) = found.wording.allowed_for
    assert line.startswith("On the first day after stopping 4.5 mg naltrexone your pain was 1.")
    assert line.endswith("): a sign of a rebound.")
    assert any("once the rebound is over" in text for text in found.wording.doctor)
    blind = lodose.verdict(entries, protocol("ABABABAB"))
    assert blind.primary.effect is not None
    assert blind.primary.effect.mean < -2.3  # without the column the rebound passes for benefit


@pytest.mark.spec
def test_tolerance_is_found_and_the_effect_is_that_of_the_middle(
    protocol: Maker, diary: Maker
) -> None:
    plan = protocol("ABABABAB", model={"tolerance": True})
    on = {28 * pair + day: 14 * pair + day for pair in range(4) for day in range(14)}
    entries = changed(
        diary(plan, -2.0), lambda day: 1.6 * (on[day] / 55 - 0.5) if day in on else 0.0
    )
    found = lodose.verdict(entries, plan)
    assert term(found, "tolerance").mean == pytest.approx(1.6, abs=0.3)
    assert found.primary.effect is not None
    assert found.primary.effect.mean == pytest.approx(-2.0, abs=0.2)
    (line,) = found.wording.allowed_for
    assert "the effect became smaller by 1." in line
    assert line.endswith("): a sign that it wears off.")
    assert any("in the middle of the treatment time" in text for text in found.wording.doctor)


@pytest.mark.spec
def test_an_event_is_told_apart_from_the_effect(protocol: Maker, diary: Maker) -> None:
    event = {"date": "2025-03-05", "what": "infection", "days": 9, "note": "a cold"}
    plan = protocol(events=[event])
    entries = changed(diary(plan, -2.0), lambda day: 3.0 if 2 <= day < 11 else 0.0)
    found = lodose.verdict(entries, plan)
    assert term(found, "infection on 2025-03-05").mean == pytest.approx(2.9, abs=0.3)
    assert found.primary.effect is not None
    assert found.primary.effect.mean == pytest.approx(-2.0, abs=0.25)
    (line,) = found.wording.allowed_for
    assert line.startswith("While the infection lasted your pain was 3.0 points worse")
    assert to_dict(found)["primary"]["known"][0]["kind"] == "event"


@pytest.mark.parametrize(
    ("start", "days", "inside"),
    [
        ("2025-03-01", 2, False),  # over the day before the first
        ("2025-03-01", 3, True),
        ("2025-06-22", 1, True),
        ("2025-06-23", 5, False),
    ],
)
def test_events_outside_the_trial_are_left_out(
    protocol: Maker, diary: Maker, start: str, days: int, inside: bool
) -> None:
    plan = protocol(events=[{"date": start, "what": "flare", "days": days}])
    found = lodose.verdict(diary(plan, -2.0), plan)
    assert [item.name for item in found.primary.known] == ([f"flare on {start}"] * inside)
    assert any("Flares are allowed for" in text for text in found.wording.doctor) == inside


def test_a_column_that_no_recorded_day_tells_about_is_left_out_and_named(
    protocol: Maker, diary: Maker
) -> None:
    plan = protocol(
        "BBAA",  # nothing follows the treatment, so nothing can rebound
        events=[{"date": "2025-03-05", "what": "surgery", "days": 2}],
        model={"rebound": True},
        randomisation={"method": "none"},
        design="open-on-off",
    )
    entries = diary(plan, -2.0)
    gap = (date(2025, 3, 5), date(2025, 3, 6))
    left = replace(entries, entries=tuple(e for e in entries.entries if e.date not in gap))
    found = lodose.verdict(left, plan)
    assert {item.name: item.effect for item in found.primary.known} == {
        "rebound": None,
        "surgery on 2025-03-05": None,
    }
    assert "Your days cannot tell about a rebound after stopping." in found.wording.allowed_for
    assert "Your days cannot tell about surgery." in found.wording.allowed_for
    assert any("No recorded day tells about rebound" in text for text in found.wording.doctor)
    assert "rebound" not in found.primary.terms


@pytest.mark.parametrize("what", ["started", "increased", "reduced", "stopped", "changed"])
def test_a_disease_modifying_drug_changed_in_any_way_turns_the_span_to_not_known_yet(
    protocol: Maker, diary: Maker, what: str
) -> None:
    change = {"date": "2025-04-01", "what": what}
    medicine = {"name": "prednisolone", "disease_modifying": True, "changes": [change]}
    plan = protocol(medicines=[medicine])
    found = lodose.verdict(diary(plan, -2.5), plan)
    assert found.word is found.primary.word is Word.NOT_KNOWN_YET
    assert "Prednisolone was changed on 1 April 2025, inside the trial" in found.wording.answer
    (line,) = found.wording.allowed_for
    assert line.startswith("After the change of prednisolone your pain was")


def test_a_medicine_starts_its_sentence_with_a_capital(protocol: Maker, diary: Maker) -> None:
    change = {"date": "2025-04-01", "what": "started"}
    medicine = {"name": "vitamin D", "disease_modifying": False, "changes": [change]}
    found = lodose.verdict(
        diary(protocol(medicines=[medicine]), -2.5), protocol(medicines=[medicine])
    )
    assert any(line.startswith("Vitamin D was changed") for line in found.wording.uncertain)


def known(kind: str, name: str, mean: float, lower: float, upper: float) -> KnownTerm:
    return KnownTerm(kind, name, Estimate(mean, 0.3, lower, upper))


@pytest.mark.spec
@pytest.mark.parametrize(
    ("item", "line"),
    [
        (
            known("rebound", "rebound", 0.4, -0.3, 1.1),
            "On the first day after stopping 4.5 mg naltrexone your pain was 0.4 points worse than "
            "later without it (likely range: 1.1 points worse to 0.3 points better): no clear "
            "sign of a rebound.",
        ),
        (
            known("rebound", "rebound", -1.0, -1.5, -0.5),  # better after stopping is no rebound
            "On the first day after stopping 4.5 mg naltrexone your pain was 1.0 points better "
            "than later without it (likely range: 0.5 points better to 1.5 points better): no "
            "clear sign of a rebound.",
        ),
        (
            known("tolerance", "tolerance", -1.0, -1.5, -0.5),
            "From your first to your last day on 4.5 mg naltrexone the effect became larger by "
            "1.0 points (likely range: larger by 0.5 points to larger by 1.5 points): no clear "
            "sign that it wears off.",
        ),
        (
            known("weekend", "weekend", 0.01, -0.3, 0.3),
            "On Saturdays and Sundays your pain was no different than on other days (likely "
            "range: 0.3 points worse to 0.3 points better); the range reaches to both sides, so "
            "this may be chance.",
        ),
        (
            known("medicine", "vitamin D from 2025-04-01", -0.5, -0.9, -0.1),
            "After the change of vitamin D your pain was 0.5 points better than before (likely "
            "range: 0.1 points better to 0.9 points better).",
        ),
        (
            KnownTerm("tolerance", "tolerance", None),
            "Your days cannot tell about a wearing off of the effect.",
        ),
        (KnownTerm("weekend", "weekend", None), "Your days cannot tell about weekends."),
    ],
)
def test_the_words_of_a_column(protocol: Maker, diary: Maker, item: KnownTerm, line: str) -> None:
    plan = protocol()
    answer = replace(lodose.verdict(diary(plan, -2.5), plan).primary, known=(item,))
    assert known_lines(answer, plan) == (line,)
    doctor = " ".join(known_for_doctor(answer, plan))
    assert "{" not in doctor
    assert doctor


def test_every_sentence_of_the_section_has_its_place() -> None:
    kinds = {"weekend", "rebound", "tolerance", "event", "medicine"}
    expected = kinds | {f"doctor-{kind}" for kind in kinds}
    expected |= {"doctor-flare", "doctor-not-told", "not-told", "range", "clear", "unclear"}
    expected |= {"rebound-name", "tolerance-name", "weekend-name", "sign", "no-sign"}
    expected |= {"better-by", "worse-by", "larger-by", "smaller-by", "same", "same-change"}
    assert set(sentences()["known"]) == expected


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("[model]\nweekday = 1\n", "wrong kind"),
        ("[model]\nrebound_days = 0.5\n", "rebound_days"),
        ('[[events]]\ndate = 2025-03-05\nwhat = "party"\n', "not one of the possible words"),
        ('[[events]]\ndate = 2025-03-05\nwhat = "flare"\ndays = 0\n', "days"),
        ('[[events]]\ndate = 2025-03-05\nwhat = "flare"\n' * 2, "two of the kind 'flare'"),
    ],
)
def test_what_a_protocol_may_not_say(tmp_path: Any, table: str, words: str) -> None:
    path = tmp_path / "protocol.toml"
    text = (
        'title = "T"\ndesign = "before-after"\nprimary_outcome = "pain"\n'
        '[treatment]\nname = "n"\nactive = "a"\ncomparator = "b"\n'
        '[[outcomes]]\nname = "pain"\ninstrument = "pain-nrs"\n'
        '[[periods]]\nstart = 2026-01-01\nend = 2026-01-02\narm = "comparator"\n'
        '[[periods]]\nstart = 2026-01-03\nend = 2026-01-04\narm = "active"\n'
    )
    path.write_text(text + table, "utf-8")
    with pytest.raises(InputError, match=words):
        read_protocol(path)
