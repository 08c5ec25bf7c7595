"""Shares of the words: exact intervals, the same for any workers, and what more days buy."""

import json
import os
import stat
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest
from tests.verdict.conftest import FIRST, make_protocol

import lodose
from lodose.diary import DailyEntry, Diary
from lodose.errors import LodoseError
from lodose.inference import SCREENING, Priors, fit
from lodose.planning import (
    READY,
    Scale,
    TrialDesign,
    TrialPlan,
    Truth,
    plan_trial,
    share_of,
    simulate_trial,
    simulate_words,
    typical_person,
)
from lodose.planning import plan as plan_module
from lodose.verdict import Cuts, Word
from lodose.verdict.decision import settle
from lodose.workers import local_workers

PRIORS = Priors(resolution=1.0)
SCALE = Scale(0.0, 10.0, 1.0)
SMALL = TrialDesign(3, 7)
GAIN = (Word.HELPS, Word.PROBABLY_HELPS)


def counted(design: TrialDesign, effect: float, trials: int = 40, **more: Any) -> Any:
    truth = Truth(effect, typical_person(0, 10), PRIORS.onset)
    return simulate_words(
        design, truth, PRIORS, Cuts(), mcid=1.0, scale=SCALE, trials=trials, **more
    )


@pytest.mark.parametrize(("count", "trials"), [(0, 10), (3, 10), (10, 10), (57, 2000)])
def test_the_interval_of_a_share_is_clopper_pearsons(count: int, trials: int) -> None:
    expected = binomtest(count, trials).proportion_ci(method="exact")
    found = share_of(count, trials)
    assert (found.lower, found.upper) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert found.lower <= found.share <= found.upper


def test_what_is_counted_is_what_the_verdicts_rule_says_of_each_simulated_diary() -> None:
    truth = Truth(-1.5, typical_person(0, 10), PRIORS.onset)
    said = []
    for index in range(25):
        trial = simulate_trial(SMALL.schedule(), truth, SCALE, seed=1, index=index)
        posterior = fit(trial, PRIORS, rule=SCREENING)
        said.append(settle(posterior, better="lower", mcid=1.0, cuts=Cuts()).word)
    found = counted(SMALL, -1.5, 25)
    assert found.counts == {word: said.count(word) for word in Word}
    assert sum(found.share(word).share for word in Word) == pytest.approx(1.0)


def test_better_higher_is_the_mirror_image() -> None:
    lower = counted(SMALL, -1.5, 30)
    scale = Scale(-10.0, 0.0, 1.0)
    truth = Truth(1.5, replace(typical_person(0, 10), level=np.array([-5.0])), PRIORS.onset)
    higher = simulate_words(
        SMALL, truth, replace(PRIORS, level_mean=-5.0), Cuts(), mcid=1.0, better="higher",
        scale=scale, trials=30,
    )  # fmt: skip
    gains = lower.share(*GAIN).share, higher.share(*GAIN).share
    assert gains[0] == pytest.approx(gains[1], abs=0.3)
    assert higher.share(Word.HARMS, Word.PROBABLY_HARMS).count <= 2


def test_a_trial_with_nothing_written_down_is_not_known_yet() -> None:
    empty = counted(replace(SMALL, missing=0.97), -2.0, 10)
    assert empty.counts[Word.NOT_KNOWN_YET] >= 8


@pytest.mark.slow
@pytest.mark.calibration
def test_no_effect_gives_few_false_benefits_and_more_pairs_are_never_clearly_worse() -> None:
    with local_workers(2) as pool:
        none = [counted(READY[name], 0.0, 300, executor=pool) for name in ("4x14", "6x14")]
        twice = [counted(TrialDesign(n, 14), -2.0, 300, executor=pool) for n in (2, 4, 8)]
    for found in none:
        assert found.share(*GAIN).lower < 0.05
        assert found.share(Word.HARMS, Word.PROBABLY_HARMS).lower < 0.05
    gains = [found.share(*GAIN) for found in twice]
    for fewer, more in pairwise(gains):
        assert more.upper > fewer.lower
    assert gains[2].lower > gains[0].upper


@pytest.mark.slow
def test_the_same_counts_for_one_and_two_workers_and_any_chunk(monkeypatch: Any) -> None:
    one = counted(SMALL, -1.0)
    with local_workers(2) as pool:
        assert counted(SMALL, -1.0, executor=pool) == one
    monkeypatch.setattr("lodose.planning.power.CHUNK", 7)
    told: list[int] = []
    assert counted(SMALL, -1.0, progress=told.append) == one
    assert told == [7, 14, 21, 28, 35, 40]
    assert counted(SMALL, -1.0, seed=2) != one


def run_in(days: int = 21, **entry: Any) -> Diary:
    chance = np.random.default_rng(4)
    entries = [
        DailyEntry(FIRST - timedelta(days=days - day), {"pain": float(value)}, **entry)
        for day, value in enumerate(chance.integers(2, 8, size=days))
        if day % 6
    ]
    return Diary(tuple(entries), ("pain",), "run-in.csv")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: Any) -> Path:
    monkeypatch.setenv("LODOSE_CACHE_DIR", str(tmp_path))
    return tmp_path / "plans"


@pytest.fixture
def counting(monkeypatch: Any) -> list[int]:
    """How often trials were really simulated."""
    calls: list[int] = []
    original = plan_module.count_words

    def count(*args: Any, **options: Any) -> Any:
        calls.append(options["trials"])
        return original(*args, **options)

    monkeypatch.setattr(plan_module, "count_words", count)
    return calls


def test_a_plan_is_kept_by_all_that_it_depends_on(home: Path, counting: list[int]) -> None:
    protocol = make_protocol("ABBA", days=5)
    first = lodose.plan_trial(protocol, trials=4)
    assert plan_trial(protocol, trials=4) == first
    assert counting == [4]
    (kept,) = home.glob("*")
    assert stat.S_IMODE(kept.stat().st_mode) & 0o077 == 0 or os.name == "nt"

    others: list[dict[str, Any]] = [
        {"trials": 5}, {"seed": 2}, {"onset_days": 7.0}, {"run_in": run_in()},
    ]  # fmt: skip
    for other in others:
        plan_trial(protocol, **{"trials": 4, **other})
    plan_trial(make_protocol("ABBA", days=5, cuts={"benefit_probability": 0.96}), trials=4)
    plan_trial(TrialDesign(2, 5), protocol=protocol, trials=4)
    assert len(counting) == 7
    assert len(list(home.glob("*"))) == 7
    plan_trial(protocol, trials=4, cache=False)
    assert len(counting) == 8
    assert len(list(home.glob("*"))) == 7


def test_a_plan_that_was_spoiled_is_worked_out_again(home: Path, counting: list[int]) -> None:
    protocol = make_protocol("ABBA", days=5)
    first = plan_trial(protocol, trials=3)
    (kept,) = home.glob("*")
    whole = kept.read_text("utf-8")
    changed = json.loads(whole)
    changed["plan"]["rows"][0]["words"]["helps"]["count"] += 1
    for spoiled in (whole[:100], "", "[]", '{"plan": 1}', json.dumps(changed), "\x00"):
        kept.write_text(spoiled, "utf-8")
        assert plan_trial(protocol, trials=3) == first
        assert kept.read_text("utf-8") == whole
    assert len(counting) == 7
    kept.unlink()
    kept.mkdir()
    assert plan_trial(protocol, trials=3) == first  # nothing can be kept there: no harm
    assert [path.name for path in home.glob("*")] == [kept.name]


def test_a_plan_says_what_it_stands_on() -> None:
    protocol = make_protocol("ABBA", days=5)
    plan = plan_trial(protocol, trials=6, cache=False)
    assert [row.gain for row in plan.rows] == [0.0, 0.5, 1.0, 2.0]
    assert (plan.days, plan.design) == (20, "2 pairs of 2 x 5 days")
    assert "judgement" in plan.person_origin
    assert plan.protocol_sha256 == protocol.sha256
    assert TrialPlan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan
    for row in plan.rows:
        assert sum(row.words.counts.values()) == plan.trials == 6
    own = plan_trial(protocol, run_in=run_in(), trials=6, onset_days=7.0, cache=False)
    assert "run-in of 17 recorded days" in own.person_origin
    assert own.onset == "7 days in every simulated trial"
    assert own.person["noise_sd"] != plan.person["noise_sd"]


def test_what_cannot_be_planned_is_refused_with_its_mend() -> None:
    protocol = make_protocol("ABBA", days=5)
    with pytest.raises(LodoseError, match="before and after"):
        plan_trial(make_protocol("BA", design="before-after"))
    entries = (*run_in().entries, DailyEntry(FIRST, {"pain": 4.0}, arm="active"))
    mixed = Diary(entries, ("pain",))
    with pytest.raises(LodoseError, match="more than one treatment"):
        plan_trial(protocol, run_in=mixed, trials=2, cache=False)
    with pytest.raises(LodoseError, match="needs 7 or more"):
        plan_trial(protocol, run_in=run_in(7), trials=2, cache=False)
    with pytest.raises(LodoseError, match="no outcome 'pain'"):
        plan_trial(protocol, run_in=replace(run_in(), outcome_names=("sleep",)), trials=2)
    for wrong in ({"trials": 0}, {"seed": -1}, {"onset_days": 0.0}):
        with pytest.raises(LodoseError):
            plan_trial(protocol, cache=False, **wrong)  # type: ignore[arg-type]
