"""Whether the blinding held, from few guesses or none."""

from collections.abc import Callable
from typing import Any

import pytest

import lodose
from lodose.verdict import Claim, Verdict, Word

Maker = Callable[..., Any]
ARMS = "ABBAABBA"
FEW = "So few guesses of what you took cannot show whether the blinding held."
NOT_ASKED = (
    "You were not asked what you thought you took, so it is not known whether the blinding held."
)


def guessed(protocol: Maker, diary: Maker, said: str, **more: Any) -> Verdict:
    """A trial with a guess a period: right (+), wrong (-), unsure (?)."""
    names = {"A": "active", "B": "comparator"}
    other = {"A": "comparator", "B": "active"}
    guesses = [
        {"period": n, "guess": {"+": names[arm], "-": other[arm], "?": "unsure"}[mark]}
        for n, (arm, mark) in enumerate(zip(ARMS, said, strict=False), 1)
    ]
    plan = protocol(ARMS, 4, blinding={"guesses": guesses}, **more)
    return lodose.verdict(diary(plan, -2.5), plan)


@pytest.mark.parametrize(
    ("said", "claim", "few"),
    [
        ("++++++++", Claim.BLINDING_LOST, False),  # 4 of 4 in each arm: p = .004
        ("+++++++-", Claim.CAUSED_BY, False),  # 7 of 8: p = .035
        ("++++++", Claim.BLINDING_LOST, False),  # 6 of 6: p = .016
        ("++++++??", Claim.BLINDING_LOST, False),
        ("+++++", Claim.CAUSED_BY, True),  # 5 of 5: p = .031, the most five can show
        ("+++++???", Claim.CAUSED_BY, True),
        ("--------", Claim.CAUSED_BY, False),
        ("????????", Claim.CAUSED_BY, False),  # asked eight times, never dared
        ("??", Claim.CAUSED_BY, True),
    ],
)
def test_guesses_of_both_arms_together_are_tested(
    protocol: Maker, diary: Maker, said: str, claim: Claim, few: bool
) -> None:
    found = guessed(protocol, diary, said)
    assert (found.word, found.claim) == (Word.HELPS, claim)
    lines = found.wording.uncertain
    assert ("Your guesses of what you took were right more often than chance allows." in lines) == (
        claim is Claim.BLINDING_LOST
    )
    assert (FEW in lines) == few
    assert NOT_ASKED not in lines


def test_the_doctor_reads_the_guesses_of_both_arms(protocol: Maker, diary: Maker) -> None:
    doctor = guessed(protocol, diary, "+++++++-").wording.doctor
    said = 'Guesses of both arms together: 7 of 8 right ("unsure" left out), one-sided exact p'
    assert f"{said} 0.03516." in doctor


def test_no_guess_in_a_blinded_trial_is_said(protocol: Maker, diary: Maker) -> None:
    found = guessed(protocol, diary, "")
    assert found.claim is Claim.CAUSED_BY
    assert NOT_ASKED in found.wording.uncertain
    opened = guessed(protocol, diary, "", design="randomised-open")
    assert not {NOT_ASKED, FEW} & set(opened.wording.uncertain)
