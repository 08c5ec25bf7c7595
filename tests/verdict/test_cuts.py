"""What a protocol fixes beforehand cannot decide the answer."""

from collections.abc import Callable
from typing import Any

import pytest

import lodose
from lodose.verdict import Word

Maker = Callable[..., Any]
LOOSE = {
    "mcid_probability": "0.5",
    "benefit_probability": "0.8",
    "probable_mcid_probability": "0.31",
}


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_word_that_the_days_alone_speak_against_is_held(
    protocol: Maker, diary: Maker, sign: int
) -> None:
    """The most that a protocol may believe beforehand, and days that hardly tell."""
    priors = {"onset_at_once": 1, "effect_mean": -1, "effect_sd": 1}
    # The mirror image: the scale turned round.
    better = "lower" if sign < 0 else "higher"
    scale = {"name": "pain", "minimum": 0, "maximum": 10, "better": better}
    plan = protocol("ABBA", 2, cuts=LOOSE, priors=priors, outcomes=[scale])
    entries = diary(plan, 1.0, noise=6.0, seed=2)
    found = lodose.verdict(entries, plan)
    assert found.word is found.primary.word is Word.NOT_KNOWN_YET
    assert "What was believed about 4.5 mg naltrexone beforehand speaks one way" in found.reason
    rows = {row.key: row for row in found.primary.priors}
    assert rows["data-alone"].effect.mean > 0 > rows["primary"].effect.mean
    agreeing = lodose.verdict(diary(plan, -3.0), plan)
    assert agreeing.word is (Word.HELPS if sign < 0 else Word.HARMS)
    assert not agreeing.reason


def test_the_doctor_reads_the_cuts(protocol: Maker, diary: Maker) -> None:
    plan = protocol("ABBA", 4, cuts=LOOSE)
    assert (
        "Cuts, fixed beforehand by the protocol: helps (harms) from P(benefit (harm) > 0) 0.8 and "
        "P(at least the MCID) 0.5, probably from 0.31; no meaningful difference from P(smaller "
        "than the MCID) 0.9; unlikely to help enough up to P(at least the MCID) 0.1."
    ) in lodose.verdict(diary(plan, -2.5), plan).wording.doctor


def test_a_drift_of_zero_leaves_the_correlated_part_out(protocol: Maker, diary: Maker) -> None:
    plan = protocol("ABBA", 7, priors={"onset_at_once": 1, "day_drift_sd": 0})
    found = lodose.verdict(diary(plan, -2.5), plan)
    assert found.word is Word.HELPS
    rows = {row.key: row for row in found.primary.sensitivity}
    assert rows["no-autocorrelation"].skipped == "as in the primary analysis"
    assert any("half-normal sd: drift 0," in line for line in found.wording.doctor)
