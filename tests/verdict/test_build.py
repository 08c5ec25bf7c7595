"""The verdict as a whole: what it refuses to say, and that its parts agree."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

import lodose
from lodose.diary import DailyEntry, Diary
from lodose.verdict import Claim, Verdict, Word, to_dict, to_json

Maker = Callable[..., Any]


def without(diary: Diary, drop: Callable[[DailyEntry], bool]) -> Diary:
    return replace(diary, entries=tuple(e for e in diary.entries if not drop(e)))


def test_the_package_is_callable_as_a_function(protocol: Maker, diary: Maker) -> None:
    import lodose.verdict as package

    plan = protocol()
    entries = diary(plan, -2.5)
    assert lodose.verdict(entries, plan) == package.verdict(entries, plan)
    assert package.to_json is to_json


def test_a_big_effect_stands_everywhere_the_same(protocol: Maker, diary: Maker) -> None:
    plan = protocol()
    found = lodose.verdict(diary(plan, -2.5), plan)
    answer = found.primary
    assert answer.effect is not None
    assert answer.paired is not None
    assert answer.effect.mean == pytest.approx(-2.5, abs=0.2)
    assert answer.effect.lower < answer.effect.mean < answer.effect.upper
    assert answer.paired.difference == pytest.approx(answer.effect.mean, abs=0.2)
    assert answer.randomisation is not None
    assert answer.randomisation.p_value == 0.125 == answer.randomisation.smallest_p_value
    assert len(answer.curve.dates) == len(answer.curve.mean) == 112
    assert answer.curve.exposure[0] > 0.9  # at once
    assert [row.key for row in answer.priors] == ["data-alone", "primary", "trials"]
    flat, primary, sceptic = (abs(row.effect.mean) for row in answer.priors)
    assert flat > primary > sceptic
    assert answer.priors[1].effect == answer.effect
    assert found.provenance.protocol_sha256 == plan.sha256
    assert found.provenance.diary_sha256 == diary(plan, -2.5).digest
    assert found.provenance.engine == "compiled"
    assert "period 1" in answer.terms
    assert "period 0" not in answer.terms


@pytest.mark.parametrize(
    ("effect", "word"),
    [(-2.0, Word.HELPS), (2.0, Word.HARMS)],
)
def test_a_diary_that_is_constant_within_every_period_is_not_read_as_no_difference(
    protocol: Maker, diary: Maker, effect: float, word: Word
) -> None:
    """Somebody who writes 6 on every day off and 4 on every day on has a day noise of zero.

    Left at zero it would decide alone, and explain each period by a shock of its own.
    """
    made = protocol()
    answer = lodose.verdict(diary(made, effect, noise=0.0, level=6.0), made)
    assert answer.word == word
    assert answer.primary.effect is not None
    assert answer.primary.effect.mean == pytest.approx(effect, abs=0.3)


def test_same_diary_same_answer(protocol: Maker, diary: Maker) -> None:
    plan = protocol()
    on = date(2026, 1, 1)
    texts = {to_json(lodose.verdict(diary(plan, -1), plan, today=on)) for _ in range(2)}
    assert len(texts) == 1


def test_the_engines_agree_on_the_word(protocol: Maker, diary: Maker, monkeypatch: Any) -> None:
    from lodose.inference import estimate
    from lodose.inference.rules import Rule

    monkeypatch.setattr(estimate, "FINE", Rule("coarse", 8, 8, 9, 6, 4, boxed=False))
    plan = protocol("ABBA", 4)
    entries = diary(plan, -2.5)
    compiled = lodose.verdict(entries, plan)
    plain = lodose.verdict(entries, plan, engine="reference")
    assert compiled.word is plain.word
    assert plain.provenance.engine == "reference"


REFUSALS = {
    "one-period-in-an-arm": (
        lambda d: without(d, lambda e: e.date >= date(2025, 3, 31)),
        "Each treatment needs at least 2 periods",
    ),
    "constant": (
        lambda d: replace(d, entries=tuple(replace(e, outcomes={"pain": 5.0}) for e in d.entries)),
        "the same on every day",
    ),
    "few-days": (
        lambda d: without(d, lambda e: (e.date - date(2025, 3, 3)).days % 14 != 0),
        "Only 7 days with pain",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_too_little_is_not_known_yet_with_the_reason(
    protocol: Maker, diary: Maker, case: str
) -> None:
    spoil, words = REFUSALS[case]
    plan = protocol(
        "ABBAABB" if case == "few-days" else "ABBA",
        randomisation={"method": "none"},
        design="open-on-off",
    )
    found = lodose.verdict(spoil(diary(plan, -2.5)), plan)
    assert found.word is Word.NOT_KNOWN_YET
    assert found.primary.effect is None
    assert found.primary.curve.dates == ()
    assert words in found.reason
    assert words in found.wording.answer
    assert found.wording.benefit == "Benefit: no figure can be given yet."
    json.loads(to_json(found))


def test_before_and_after_never_says_more_than_changed_since(protocol: Maker, diary: Maker) -> None:
    plan = protocol("BA", 28, design="before-after")
    found = lodose.verdict(diary(plan, -4, noise=0.1), plan)
    assert (found.word, found.claim) == (Word.NOT_KNOWN_YET, Claim.CHANGED_SINCE)
    assert found.primary.effect is None
    before, after = (period.mean for period in found.primary.periods)
    assert before == pytest.approx(5, abs=0.1)
    assert after == pytest.approx(1, abs=0.1)
    assert "changed since you started it" in found.wording.answer
    assert any("0.9 of 10 points" in line for line in found.wording.uncertain)


@pytest.mark.parametrize(
    ("modifying", "on", "held"),
    [
        (True, date(2025, 4, 1), True),
        (True, date(2025, 3, 3), True),  # the first day is inside
        (True, date(2025, 6, 22), True),  # the last day is inside
        (True, date(2025, 3, 2), False),
        (True, date(2025, 6, 23), False),
        (False, date(2025, 4, 1), False),
    ],
)
def test_a_disease_modifying_drug_changed_inside_holds_the_word(
    protocol: Maker, diary: Maker, modifying: bool, on: date, held: bool
) -> None:
    change = {"date": on, "what": "reduced"}
    plan = protocol(
        medicines=[{"name": "methotrexate", "disease_modifying": modifying, "changes": [change]}]
    )
    found = lodose.verdict(diary(plan, -2.5), plan)
    assert (found.word is Word.NOT_KNOWN_YET) == held
    assert found.primary.word is found.word
    if held:
        assert f"Methotrexate was changed on {on.day}" in found.wording.answer
        assert found.primary.effect is not None  # what was seen is still shown
    elif not modifying:
        assert "methotrexate from 2025-04-01" in found.primary.terms
        assert any("the model allows for it" in line for line in found.wording.uncertain)


def test_faults_leave_no_mean_in_a_before_after_answer(protocol: Maker, diary: Maker) -> None:
    plan = protocol("BA", 28, design="before-after")
    entries = diary(plan, -2.5)
    spoilt = (replace(entries.entries[0], outcomes={"pain": 400.0}), *entries.entries[1:])
    found = lodose.verdict(replace(entries, entries=spoilt), plan)
    assert "faults that must be mended first" in found.wording.answer
    assert "on average" not in found.wording.answer


def test_faults_in_the_diary_hold_the_word(protocol: Maker, diary: Maker) -> None:
    plan = protocol()
    entries = diary(plan, -2.5)
    last = plan.last_day
    found = lodose.verdict(entries, plan, today=last - timedelta(days=1))
    assert found.word is Word.NOT_KNOWN_YET
    assert "faults that must be mended first" in found.reason
    answer = found.primary
    assert answer.not_estimable == found.reason
    assert (answer.effect, answer.contrast, answer.probabilities) == (None, None, None)
    assert (answer.paired, answer.randomisation, answer.priors) == (None, None, ())
    assert all(period.mean is None and period.sd is None for period in answer.periods)
    assert found.wording.benefit == "Benefit: no figure can be given yet."
    assert lodose.verdict(entries, plan, today=last).word is Word.HELPS


@pytest.mark.parametrize(
    ("guesses", "claim"),
    [
        ([], Claim.CAUSED_BY),
        ([(n, "right", None) for n in range(1, 13)], Claim.BLINDING_LOST),  # 6 of 6 in each arm
        ([(n, "right", None) for n in (1, 4, 5, 8, 9)], Claim.CAUSED_BY),  # 5 of 5 in one arm
        ([(n, "wrong", None) for n in range(1, 13)], Claim.CAUSED_BY),
        ([(n, "unsure", "side effects") for n in range(1, 13)], Claim.CAUSED_BY),
        ([(1, "right", "side effects"), (2, "wrong", "benefit")], Claim.CAUSED_BY),
        ([(1, "right", "side effects"), (2, "wrong", "side effects")], Claim.BLINDING_LOST),
    ],
)
def test_helps_is_caused_by_only_while_the_blinding_holds(
    protocol: Maker, diary: Maker, guesses: list[tuple[int, str, str | None]], claim: Claim
) -> None:
    arms = "ABBAABBAABBA"
    said = []
    for number, kind, reason in guesses:
        truth, other = ("active", "comparator")[:: 1 if arms[number - 1] == "A" else -1]
        guess = {"right": truth, "wrong": other, "unsure": "unsure"}[kind]
        said.append({"period": number, "guess": guess, "reason": reason})
    plan = protocol(arms, 4, blinding={"guesses": said})
    found = lodose.verdict(diary(plan, -2.5), plan)
    assert found.claim is claim
    assert found.word is Word.HELPS
    assert ("it makes your pain better" in found.wording.answer) == (claim is Claim.CAUSED_BY)
    assert bool(found.blinding) == bool(guesses)
    told = " ".join(found.wording.uncertain)
    felt = claim is Claim.BLINDING_LOST and len(guesses) == 2
    beaten = claim is Claim.BLINDING_LOST and not felt
    assert ("rested on side effects" in told) == felt
    assert ("more often than chance" in told) == beaten


def test_short_periods_and_a_slow_drug_are_marked_as_looking_ahead(
    protocol: Maker, diary: Maker
) -> None:
    slow = {"onset_at_once": 0, "onset_median_days": 20, "onset_log_sd": "0.3"}
    plan = protocol(days=7, priors=slow)
    found = lodose.verdict(diary(plan, -0.5, noise=1.0), plan)
    assert found.primary.extrapolates
    assert any("looks ahead of what was seen" in line for line in found.wording.uncertain)
    quick = protocol(days=7)
    assert not lodose.verdict(diary(quick, -0.5, noise=1.0), quick).primary.extrapolates


@pytest.mark.parametrize(("days", "marked"), [(7, True), (8, True), (10, False), (14, False)])
def test_looking_ahead_begins_below_three_time_constants(
    protocol: Maker, diary: Maker, days: int, marked: bool
) -> None:
    plan = protocol(days=days, priors={"onset_at_once": 0, "onset_median_days": 3})
    sure = plan.priors.model_copy(update={"onset_log_sd": Decimal("0.01")})  # nobody may be so sure
    plan = plan.model_copy(update={"priors": sure})
    answer = lodose.verdict(diary(plan, -0.5), plan).primary
    assert answer.onset_median_days == pytest.approx(3, rel=0.05)
    assert answer.extrapolates == marked


def test_the_contrast_of_a_slow_drug_is_smaller_than_its_effect(
    protocol: Maker, diary: Maker
) -> None:
    plan = protocol(days=7, priors={"onset_at_once": 0, "onset_median_days": 20})
    answer = lodose.verdict(diary(plan, -1.5), plan).primary
    assert answer.effect is not None
    assert answer.contrast is not None
    assert abs(answer.contrast.mean) < abs(answer.effect.mean)


def test_days_between_periods_count_for_nothing(protocol: Maker, diary: Maker) -> None:
    plan = protocol()
    entries = diary(plan, -2.5)
    outside = DailyEntry(plan.last_day + timedelta(days=3), {"pain": 10.0}, source_line=200)
    before = DailyEntry(plan.first_day - timedelta(days=3), {"pain": 10.0}, source_line=201)
    more = replace(entries, entries=(*entries.entries, outside, before))
    one, other = lodose.verdict(entries, plan), lodose.verdict(more, plan)
    assert one.primary.effect == other.primary.effect
    assert one.primary.paired == other.primary.paired


def test_an_entry_in_a_gap_between_periods_is_not_analysed(protocol: Maker, diary: Maker) -> None:
    plan = protocol()
    shorter = [
        {"start": p.start, "end": p.end - timedelta(days=2), "arm": p.arm, "pair": p.pair}
        for p in plan.periods
    ]
    gaps = protocol(periods=shorter)
    entries = diary(plan, -2.5)
    in_gap = plan.periods[0].end
    odd = replace(
        entries,
        entries=tuple(
            replace(e, outcomes={"pain": 10.0}) if e.date == in_gap else e for e in entries.entries
        ),
    )
    one, other = lodose.verdict(entries, gaps), lodose.verdict(odd, gaps)
    assert one.primary == other.primary
    assert one.primary.curve.observed[one.primary.curve.dates.index(in_gap)] is None


def test_a_trial_that_still_runs_is_read_up_to_its_last_entry(
    protocol: Maker, diary: Maker
) -> None:
    plan = protocol()
    half = without(diary(plan, -2.5), lambda e: e.date >= date(2025, 4, 28))
    found = lodose.verdict(half, plan, today=date(2025, 4, 27))
    assert found.word is Word.HELPS
    assert len(found.primary.periods) == 4
    assert found.primary.curve.dates[-1] == date(2025, 4, 27)
    assert found.primary.randomisation is not None
    assert found.primary.randomisation.sequences == 4  # two complete pairs so far


def test_transition_days_are_left_out_of_the_paired_means_only(
    protocol: Maker, diary: Maker
) -> None:
    plan = protocol(transition_days=3)
    found = lodose.verdict(diary(plan, -2.5), plan).primary
    assert found.paired is not None
    assert found.paired.transition_days == 3
    first_days = {p.start + timedelta(days=n) for p in plan.periods for n in range(3)}
    entries = diary(plan, -2.5)
    carried = replace(
        entries,
        entries=tuple(
            replace(e, outcomes={"pain": 5.0}) if e.date in first_days else e
            for e in entries.entries
        ),
    )
    other = lodose.verdict(carried, plan).primary
    # Of the active periods only the fifth period (A after A) begins without a change of arm.
    assert other.paired is not None
    assert other.paired.difference == pytest.approx(-2.5 + 3 * 2.5 / 14 / 4, abs=0.08)
    assert [period.days_observed for period in found.periods] == [14] * 8


OTHERS = [
    {"name": "pain", "label": "Pain", "instrument": "pain-nrs"},
    {"name": "sleep", "label": "Sleep", "minimum": 0, "maximum": 10, "better": "higher"},
    {"name": "steps", "label": "Steps", "minimum": 0, "maximum": 10, "better": "higher"},
]


def test_other_outcomes_are_also_measured(protocol: Maker, diary: Maker) -> None:
    plan = protocol(outcomes=OTHERS)
    found = lodose.verdict(diary(plan, -2.5, names=("pain", "sleep")), plan)
    sleep, steps = found.also_measured
    assert found.word is Word.HELPS
    assert sleep.word is Word.HARMS  # less of what should be more
    assert sleep.effect is not None
    assert sleep.effect.mean < 0
    assert steps.effect is None
    assert "0 on 4.5 mg naltrexone" in steps.not_estimable
    assert "sleep" not in found.wording.answer


def test_a_treatment_other_than_naltrexone_has_a_sceptic_without_a_trial(
    protocol: Maker, diary: Maker
) -> None:
    plan = protocol(treatment={"drug": "melatonin"})
    rows = {row.key: row for row in lodose.verdict(diary(plan, -1), plan).primary.priors}
    assert rows["trials"].label == "large effects rare"
    assert "FINAL" not in rows["trials"].prior
    plan = protocol()
    rows = {row.key: row for row in lodose.verdict(diary(plan, -1), plan).primary.priors}
    assert rows["trials"].label == "with what trials found"
    assert "sd 0.7" in rows["trials"].prior


def test_the_doctors_layer_holds_the_figures(protocol: Maker, diary: Maker) -> None:
    plan = protocol(outcomes=[{"name": "pain", "instrument": "pain-nrs", "mcid": "1.5"}])
    found = lodose.verdict(diary(plan, -2.5), plan)
    text = " ".join(found.wording.doctor)
    row = {r.key: f"{abs(r.effect.mean):.2f}" for r in found.primary.priors}
    pull = f"from −{row['data-alone']} (data alone) to −{row['trials']} points"
    for part in (
        "95 % interval",
        "MCID (1.5 points)",
        "twice the MCID (3 points)",
        "the default for this outcome is 1 point",
        pull,
        "t on 4 pairs",
        "two-sided p 0.125 (exact, 16 possible sequences); the smallest p that this design "
        "could give is 0.125",
        "effect N(0, 1.5)",
        "112 of 112 planned days",
    ):
        assert part in text, part


def all_values(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in all_values(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in all_values(item)]
    return [value]


def test_json_is_stable_plain_and_finite(protocol: Maker, diary: Maker) -> None:
    plan = protocol()
    found = lodose.verdict(diary(plan, -2.5), plan)
    read = json.loads(to_json(found))
    assert read == to_dict(found)
    assert read["schema_version"] == 1
    assert read["word"] == "helps"
    assert read["primary"]["periods"][0]["start"] == "2025-03-03"
    assert list(read)[:4] == ["schema_version", "word", "wording", "primary"]
    assert all(math.isfinite(v) for v in all_values(read) if isinstance(v, float))


def test_a_number_that_is_not_known_is_null_in_json(protocol: Maker, diary: Maker) -> None:
    plan = protocol()
    found = lodose.verdict(diary(plan, -2.5), plan)
    answer = found.primary
    assert answer.effect is not None
    broken: Verdict = replace(
        found, primary=replace(answer, effect=replace(answer.effect, sd=float("nan")))
    )
    assert json.loads(to_json(broken))["primary"]["effect"]["sd"] is None


def test_notebooks_get_escaped_html(protocol: Maker, diary: Maker) -> None:
    plan = protocol(question="Does <script>alert(1)</script> help?")
    shown = lodose.verdict(diary(plan, -2.5), plan)._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "your prescriber decides" in shown
