"""The sensitivity table: what is changed, what stays, and what a flip does to the answer."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import lodose
from lodose.inference import TrialArrays, fit
from lodose.inference.priors import OnsetPrior, Priors
from lodose.verdict import Probabilities, SensitivityRow, Verdict, Word, to_dict
from lodose.verdict.analysis import analyse
from lodose.verdict.arrays import day_table
from lodose.verdict.decision import SIDES, Decision, settle
from lodose.verdict.person import reason_of_onset
from lodose.verdict.robust import sensitivity_line
from lodose.verdict.rules import Cuts
from lodose.verdict.sensitivity import sensitivity_rows, when
from lodose.verdict.table import sentences

Maker = Callable[..., Any]
KEYS = [
    *("primary", "no-trend", "no-autocorrelation", "period-narrow", "period-wide"),
    *("onset-3", "onset-7", "onset-21", "at-once-0", "at-once-7", "at-once-14"),
    *("flat", "sceptic"),
]
USUAL: dict[str, Any] = {"priors": {}}  # the protocol's defaults, the onset not known


def rows_of(found: Verdict) -> dict[str, SensitivityRow]:
    return {row.key: row for row in found.primary.sensitivity}


@pytest.fixture
def usual(protocol: Maker, diary: Maker) -> Verdict:
    plan = protocol(days=21, **USUAL)
    return lodose.verdict(diary(plan, -2.0, noise=1.0), plan)


def test_one_row_a_change_in_the_order_of_the_table(usual: Verdict) -> None:
    assert [row.key for row in usual.primary.sensitivity] == KEYS
    first = usual.primary.sensitivity[0]
    assert (first.effect, first.probabilities) == (
        usual.primary.effect,
        usual.primary.probabilities,
    )
    assert not any(row.skipped for row in usual.primary.sensitivity)
    assert all(row.changed for row in usual.primary.sensitivity[1:])


@pytest.mark.spec
@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("no-trend", lambda p: replace(p, trend_sd=1e-6)),
        ("no-autocorrelation", lambda p: replace(p, drift_sd=0.0)),
        ("period-narrow", lambda p: replace(p, period_sd=0.3)),
        ("period-wide", lambda p: replace(p, period_sd=1.0)),
        ("onset-3", lambda p: replace(p, onset=replace(p.onset, median_days=3.0))),
        ("onset-7", lambda p: replace(p, onset=replace(p.onset, median_days=7.0))),
        ("onset-21", lambda p: replace(p, onset=replace(p.onset, median_days=21.0))),
        ("at-once-0", lambda p: replace(p, onset=OnsetPrior(at_once_weight=1.0))),
        ("flat", lambda p: replace(p, effect_sd=math.inf)),
        ("sceptic", lambda p: replace(p, effect_sd=0.7)),
    ],
)
def test_each_row_is_the_fit_under_the_changed_prior(
    protocol: Maker, diary: Maker, key: str, change: Callable[[Priors], Priors]
) -> None:
    # Short periods and few of them, so that every prior has something to say.
    plan = protocol("ABBA", 7, **USUAL)
    entries = diary(plan, -1.5, noise=1.5)
    made = analyse(entries, plan, day_table(entries, plan), plan.primary, engine="compiled")
    assert made.posterior is not None
    again = fit(made.posterior.arrays, change(made.posterior.priors))
    row = {row.key: row for row in made.answer.sensitivity}[key]
    assert row.effect is not None
    assert row.probabilities is not None
    assert row.effect.mean == pytest.approx(again.mean, abs=0.01 * again.sd)
    assert row.effect.sd == pytest.approx(again.sd, rel=0.01)
    assert row.probabilities.benefit_at_least_mcid == pytest.approx(
        again.probability_below(-1.0), abs=0.003
    )
    # The change is seen at all: less than that and another change would pass for this one.
    apart = abs(again.mean - made.posterior.mean) + abs(again.sd - made.posterior.sd)
    assert apart > 0.005 * again.sd


@pytest.mark.parametrize("days", [7, 14])
def test_dropped_days_are_the_first_after_each_switch(
    protocol: Maker, diary: Maker, days: int
) -> None:
    plan = protocol("BAAB", 21, **USUAL)
    entries = diary(plan, -2.0, noise=1.0)
    made = analyse(entries, plan, day_table(entries, plan), plan.primary, engine="compiled")
    assert made.posterior is not None
    arrays = made.posterior.arrays
    outcome = arrays.outcome.copy()
    for switch in (21, 63):  # B to A and A to B; A to A is no switch, nor is the start on B
        outcome[switch : switch + days] = np.nan
    onset = OnsetPrior(at_once_weight=1.0)
    left = TrialArrays(outcome, arrays.treatment, arrays.period)
    again = fit(left, replace(made.posterior.priors, onset=onset))
    row = {row.key: row for row in made.answer.sensitivity}[f"at-once-{days}"]
    assert row.effect is not None
    assert row.effect.mean == pytest.approx(again.mean, abs=1e-9)


@pytest.mark.parametrize(
    ("more", "skipped"),
    [
        ({"days": 14, **USUAL}, {"at-once-14": "8 periods would be left without a record"}),
        (
            {},  # the fixture's own prior: at once
            dict.fromkeys(["onset-3", "onset-7", "onset-21"], "the effect to be there at once")
            | {"at-once-0": "as in the primary analysis"},
        ),
        (
            {"days": 21, "priors": {"trend_sd": 0, "onset_median_days": 7, "period_sd": 1}},
            dict.fromkeys(["no-trend", "onset-7", "period-wide"], "as in the primary analysis"),
        ),
        (
            {"days": 21, "priors": {"effect_sd": 0.7}},
            {"sceptic": "as in the primary analysis"},
        ),
    ],
)
def test_what_cannot_be_changed_is_skipped_with_its_reason(
    protocol: Maker, diary: Maker, more: dict[str, Any], skipped: dict[str, str]
) -> None:
    plan = protocol("ABABABAB", more.pop("days", 21), **more)
    found = rows_of(lodose.verdict(diary(plan, -2.0, noise=1.0), plan))
    for key, reason in skipped.items():
        assert reason in found[key].skipped
        assert (found[key].effect, found[key].word) == (None, None)
        assert not found[key].flips
    assert {row.key for row in found.values() if row.skipped} == set(skipped)


def test_period_effects_that_the_protocol_leaves_out_are_fitted_anew(
    protocol: Maker, diary: Maker
) -> None:
    plan = protocol(priors={"period_sd": 0, "onset_at_once": 1})
    rows = rows_of(lodose.verdict(diary(plan, -2.0, noise=1.0), plan))
    primary, narrow = rows["primary"].effect, rows["period-narrow"].effect
    assert primary is not None
    assert narrow is not None
    assert narrow.sd > primary.sd


@pytest.mark.property
@pytest.mark.parametrize("effect", [-2.5, -1.4, -0.9, 0.0, 0.3, 1.4])
def test_a_flip_is_a_change_of_side_and_weaker_is_none(
    protocol: Maker, diary: Maker, effect: float
) -> None:
    plan = protocol(days=7, **USUAL)
    found = lodose.verdict(diary(plan, effect, noise=1.2), plan)
    first, *others = found.primary.sensitivity
    assert first.word is not None
    for row in others:
        if row.word is None:
            continue
        assert row.flips == (SIDES[row.word] != SIDES[first.word])
        assert not (row.flips and row.weaker)
        if row.weaker:
            assert {row.word, first.word} in (
                {Word.HELPS, Word.PROBABLY_HELPS},
                {Word.HARMS, Word.PROBABLY_HARMS},
                {Word.NO_MEANINGFUL_DIFFERENCE, Word.UNLIKELY_TO_HELP_ENOUGH},
            )


# Periods of 4 days and no difference seen: a slow drug could not have shown itself.
SLOW: dict[str, Any] = {"priors": {"onset_median_days": 1, "onset_at_once": 0.1}}


def test_a_word_that_hangs_on_a_slow_onset_is_not_known_yet(protocol: Maker, diary: Maker) -> None:
    plan = protocol("ABBAABBA", 4, **SLOW)
    entries = diary(plan, 0.0, noise=0.5)
    found = lodose.verdict(entries, plan)
    made = analyse(entries, plan, day_table(entries, plan), plan.primary, engine="compiled")
    assert made.posterior is not None
    decision = settle(made.posterior, better="lower", mcid=1.0, cuts=Cuts())
    assert decision.flipped_by_onset, "the example must hang on the onset"
    assert SIDES[decision.primary_word] == "little"
    assert found.word is found.primary.word is Word.NOT_KNOWN_YET
    assert "is slow to act" in found.reason
    assert found.reason in found.wording.answer
    assert rows_of(found)["primary"].word is decision.primary_word
    assert rows_of(found)["onset-21"].flips
    # The same days, known to show an effect at once, carry the word.
    sure = protocol("ABBAABBA", 4)
    assert lodose.verdict(diary(sure, 0.0, noise=0.5), sure).word is decision.primary_word


@pytest.mark.spec
@pytest.mark.parametrize(
    ("primary", "gain", "loss", "words"),
    [
        (Word.NO_MEANINGFUL_DIFFERENCE, 0.3, 0.1, "gain of at least 1 point would then be about 3"),
        (Word.NO_MEANINGFUL_DIFFERENCE, 0.1, 0.4, "loss of at least 1 point would then be about 4"),
        (Word.HELPS, 0.1, 0.0, "the same days speak the other way"),
    ],
)
def test_the_reason_says_what_a_slow_drug_could_still_do(
    protocol: Maker, primary: Word, gain: float, loss: float, words: str
) -> None:
    slow = Probabilities(0.5, gain, 0.0, 1 - gain - loss, 0.5, loss)
    decision = Decision(Word.NOT_KNOWN_YET, primary, slow, slow)
    assert words in reason_of_onset(decision, protocol())
    assert reason_of_onset(replace(decision, word=primary), protocol()) == ""
    assert reason_of_onset(None, protocol()) == ""


def test_other_outcomes_are_settled_too_and_have_no_table(protocol: Maker, diary: Maker) -> None:
    outcomes = [
        {"name": "pain", "label": "Pain", "instrument": "pain-nrs"},
        {"name": "sleep", "minimum": 0, "maximum": 10, "better": "lower"},
    ]
    plan = protocol("ABBAABBA", 4, outcomes=outcomes, **SLOW)
    found = lodose.verdict(diary(plan, 0.0, noise=0.5, names=("pain", "sleep")), plan)
    assert found.also_measured[0].word is Word.NOT_KNOWN_YET
    assert found.also_measured[0].sensitivity == ()
    assert found.also_measured[0].missing == ()


def made_up(word: Word, *others: Word | None) -> tuple[SensitivityRow, ...]:
    """A table with these words; the changes are the first ones of the real table."""
    rows = [SensitivityRow("primary", "", "", None, None, word)]
    for key, other in zip(KEYS[1:], others, strict=False):
        flips = other is not None and SIDES[other] != SIDES[word]
        weaker = other is not None and not flips and other is not word
        rows.append(SensitivityRow(key, "", "", None, None, other, flips=flips, weaker=weaker))
    return tuple(rows)


@pytest.mark.spec
@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ((Word.HELPS,), ""),
        ((Word.HELPS, None), ""),
        (
            (Word.HELPS, Word.HELPS, None, Word.HELPS),
            "The answer does not hang on how the days are read: 2 other ways of reading them gave "
            "the same.",
        ),
        (
            (Word.HELPS, Word.HELPS, Word.PROBABLY_HELPS),
            "The answer does not hang on how the days are read: of 2 other ways of reading them "
            "none gave another answer, and 1 a less firm one.",
        ),
        (
            (Word.HELPS, Word.NOT_KNOWN_YET, Word.HELPS),
            'The answer would change if no slow change over the months is allowed for ("not known '
            'yet").',
        ),
        (
            (Word.NOT_KNOWN_YET, Word.NOT_KNOWN_YET),
            "However the days are read, they leave it open: 1 other way of reading them gave the "
            "same.",
        ),
        (
            (Word.NOT_KNOWN_YET, *[Word.HELPS] * 5),
            "Read in another way the same days would say more: if no slow change over the months "
            'is allowed for ("helps"); if each day is taken to tell nothing about the next '
            '("helps"); in 3 other ways. An answer that hangs on the way of reading is not firm.',
        ),
    ],
)
def test_the_sentence_for_the_person(
    usual: Verdict, rows: tuple[Word | None, ...], line: str
) -> None:
    first, *others = rows
    assert first is not None
    answer = replace(usual.primary, sensitivity=made_up(first, *others))
    assert sensitivity_line(answer) == line


def test_every_row_has_its_sentences_and_every_sentence_a_row(usual: Verdict) -> None:
    said = {when(row) for row in usual.primary.sensitivity[1:]}
    assert len(said) == len(KEYS) - 1
    assert not [text for text in said if "{" in text]
    stems = {"no-trend", "no-autocorrelation", "period-narrow", "period-wide", "onset"}
    stems |= {"at-once-none", "at-once", "flat", "sceptic", "occupancy"}
    per_row = {f"{stem}-{part}" for stem in stems for part in ("label", "changed", "when")}
    sentences_ = {"holds", "holds-weaker", "flips", "flips-one", "flips-more", "open-holds"}
    reasons = {"open-flips", "same", "always-at-once", "emptied", "primary-label", "no-exposure"}
    assert set(sentences()["sensitivity"]) == per_row | sentences_ | reasons


def test_person_doctor_and_json_carry_it(usual: Verdict) -> None:
    assert any("does not hang on how the days are read" in x for x in usual.wording.uncertain)
    assert any(x.startswith("Sensitivity, one change at a time") for x in usual.wording.doctor)
    rows = to_dict(usual)["primary"]["sensitivity"]
    assert [row["key"] for row in rows] == KEYS
    assert rows[1]["word"] == "helps"
    assert rows[1]["effect"]["mean"] < 0


def test_a_verdict_held_for_another_reason_says_nothing_of_ways_to_read(
    protocol: Maker, diary: Maker
) -> None:
    change = {"date": "2025-04-01", "what": "stopped"}
    medicine = {"name": "methotrexate", "disease_modifying": True, "changes": [change]}
    plan = protocol(medicines=[medicine])
    found = lodose.verdict(diary(plan, -2.5), plan)
    assert found.word is Word.NOT_KNOWN_YET
    assert not any("ways of reading" in line for line in found.wording.uncertain)
    assert found.primary.sensitivity  # the doctor still sees it


def test_a_start_on_the_comparator_after_treatment_is_a_switch(
    protocol: Maker, diary: Maker
) -> None:
    plan = protocol("BABA", 10, treatment={"running_at_start": True}, **USUAL)
    entries = diary(plan, -2.0, noise=1.0)
    made = analyse(entries, plan, day_table(entries, plan), plan.primary, engine="compiled")
    assert made.posterior is not None
    assert made.decision is not None
    keys = ("at-once-7", "at-once-14")
    with_switch, without = (
        {
            row.key: row
            for row in sensitivity_rows(
                made.posterior, plan.primary, Cuts(), made.decision, initial
            )
        }
        for initial in (1, 0)
    )
    assert with_switch[keys[0]].effect != without[keys[0]].effect
