"""Every sentence that a verdict may say, brought about by a real diary."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lodose
from lodose.diary import SideEffect
from lodose.verdict import Claim, Verdict, Word
from lodose.verdict.numbers import amount, chance, plain, spoken, window_length
from lodose.verdict.table import answers, sentences
from lodose.verdict.wording import wording_page

ROOT = Path(__file__).parents[2]

# Effect on pain, noise, order, days a period: trials that end in each word.
CASES: dict[Word, dict[str, Any]] = {
    Word.HELPS: {"effect": -2.5},
    Word.PROBABLY_HELPS: {"effect": -1.4, "noise": 1.0, "arms": "ABBAAB", "days": 7},
    Word.NO_MEANINGFUL_DIFFERENCE: {"effect": 0.0},
    Word.UNLIKELY_TO_HELP_ENOUGH: {"effect": 0.3, "noise": 1.5, "days": 7},
    # The mirror image of "probably helps": the arms exchanged.
    Word.PROBABLY_HARMS: {"effect": 1.4, "noise": 1.0, "arms": "BAABBA", "days": 7, "level": 3.6},
    Word.HARMS: {"effect": 2.5},
    Word.NOT_KNOWN_YET: {"effect": 0.0, "noise": 2.5, "arms": "ABBA", "days": 7},
}
CELLS = [(word, claim) for word in Word for claim in Claim if claim in answers()[word]]
FELT = [
    {"period": 1, "guess": "active", "reason": "side effects"},
    {"period": 2, "guess": "comparator", "reason": "side effects"},
    {"period": 3, "guess": "unsure"},
]

Maker = Callable[..., Any]


def run(protocol: Maker, diary: Maker, word: Word, claim: Claim, **more: Any) -> Verdict:
    case = dict(CASES[word])
    blinded = claim is Claim.BLINDING_LOST
    design = "randomised-blinded" if blinded else claim.value
    if blinded:
        more["blinding"] = {"guesses": FELT}
    arms = "BA" if claim is Claim.CHANGED_SINCE else case.pop("arms", "ABBAABBA")
    case.pop("arms", None)
    plan = protocol(arms, case.pop("days", 14), design=design, **more)
    return lodose.verdict(diary(plan, **case), plan)


def test_the_table_is_whole() -> None:
    assert set(answers()) == set(Word)
    for word, row in answers().items():
        expected = set(Claim) if word is Word.NOT_KNOWN_YET else set(Claim) - {Claim.CHANGED_SINCE}
        assert set(row) == expected, word


@pytest.mark.parametrize(("word", "claim"), CELLS)
def test_every_cell_is_said_by_a_real_verdict(
    protocol: Maker, diary: Maker, word: Word, claim: Claim
) -> None:
    found = run(protocol, diary, word, claim)
    assert (found.word, found.claim) == (word, claim)
    p = found.primary.probabilities
    filled = {
        "Treatment": "4.5 mg naltrexone",
        "treatment": "4.5 mg naltrexone",
        "comparator": "placebo",
        "outcome": spoken(found.primary.outcome),
        "mcid": "1 point",
        "reason": found.reason or sentences()["reason"]["undecided"],
    }
    if p is not None:
        filled["chance_enough"] = chance(p.benefit_at_least_mcid)
        filled["chance_small"] = chance(p.smaller_than_mcid)
        filled["chance_too_much"] = chance(p.harm_at_least_mcid)
    expected = answers()[word][claim]
    for name, text in filled.items():
        expected = expected.replace("{" + name + "}", text)
    assert found.wording.answer == expected
    check_what_is_always_so(found)


def check_what_is_always_so(found: Verdict) -> None:
    """What must hold for every sentence to a person, whatever the word."""
    said = found.wording
    assert said.benefit.startswith("Benefit:")
    assert said.harm.startswith("Harm:")
    assert "how you feel does not show that a disease is controlled" in said.not_told
    assert "your prescriber decides" in said.next_step
    assert said.window.startswith("within ")
    everything = " ".join(
        (said.answer, said.benefit, said.harm, said.not_told, said.next_step, *said.uncertain)
    )
    assert "{" not in everything
    assert not re.search(r"responder|proves|nan\b|\binf\b|-0\.0", everything, re.IGNORECASE)
    assert not re.search(r"\b(10 in 10|0 in 10|100 in 100|0 in 100)\b", everything)
    if found.claim is not Claim.CAUSED_BY:
        assert not re.search(r"naltrexone (probably )?(helps|harms):", everything)
        bound = "cannot be told from expectation" in said.answer
        assert bound or "cannot show why" in said.answer


def test_the_sentences_a_person_reads_word_for_word(protocol: Maker, diary: Maker) -> None:
    found = run(protocol, diary, Word.HELPS, Claim.CAUSED_BY)
    assert found.wording.answer == (
        "4.5 mg naltrexone helps: compared with placebo, it makes your pain better. "
        "The chance that you gain at least 1 point is more than 99 in 100."
    )
    opened = run(protocol, diary, Word.HELPS, Claim.RANDOMISED_OPEN)
    assert opened.wording.answer == (
        "Your pain was better on 4.5 mg naltrexone than on placebo. But you knew which one you "
        "took, so this cannot be told from expectation."
    )
    assert found.wording.benefit.startswith(
        "Benefit: the best estimate is a gain of 2.5 points on 4.5 mg naltrexone compared with"
    )
    assert opened.wording.benefit.startswith("Benefit: what was seen is a gain of 2.5 points")
    assert found.wording.window == "within 2 weeks on each"


def test_the_page_in_the_docs_is_the_table() -> None:
    assert (ROOT / "docs" / "wording.md").read_text("utf-8") == wording_page()


def test_every_sentence_of_the_table_is_used_somewhere() -> None:
    code = " ".join(path.read_text("utf-8") for path in (ROOT / "src/lodose/verdict").glob("*.py"))
    # Held by tests/verdict/test_sensitivity.py and test_known.py, key by key.
    indirect = {"claim", "headline", "prior", "sensitivity", "known"}
    unused = [
        f"{section}.{name}"
        for section, rows in sentences().items()
        for name in rows
        if section not in indirect and f'"{name}"' not in code
    ]
    assert not unused


@pytest.mark.spec
@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.0, "less than 1 in 100"),
        (0.0099, "less than 1 in 100"),
        (0.01, "about 1 in 100"),
        (0.05, "about 5 in 100"),
        (0.06, "about 1 in 10"),
        (0.5, "about 5 in 10"),
        (0.9, "about 9 in 10"),
        (0.944, "about 9 in 10"),
        (0.95, "about 95 in 100"),
        (0.99, "about 99 in 100"),
        (0.9901, "more than 99 in 100"),
        (1.0, "more than 99 in 100"),
    ],
)
def test_chances_in_words(probability: float, words: str) -> None:
    assert chance(probability) == words


def test_side_effects_are_counts_out_of_days_asked(protocol: Maker, diary: Maker) -> None:
    plan = protocol()

    def asked(day: int, arm: str) -> tuple[SideEffect, ...] | None:
        if day % 2:
            return None
        return (SideEffect("Vivid dreams", 2),) if arm == "active" and day < 20 else ()

    harm = lodose.verdict(diary(plan, side_effects=asked), plan).wording.harm
    assert harm.endswith(
        "Side effects: vivid dreams on 7 of 28 days asked on 4.5 mg naltrexone, "
        "0 of 28 days asked on placebo."
    )


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (lambda day, arm: None, "Side effects were not asked about"),
        (
            lambda day, arm: (),
            "No side effect was written down (56 days asked on 4.5 mg naltrexone, 56 days asked "
            "on placebo).",
        ),
        (
            lambda day, arm: () if arm == "active" else None,
            "No side effect was written down (56 days asked on 4.5 mg naltrexone, not asked on "
            "placebo).",
        ),
    ],
)
def test_not_asked_is_not_none_felt(
    protocol: Maker, diary: Maker, asked: Callable[[int, str], Any], words: str
) -> None:
    plan = protocol()
    assert words in lodose.verdict(diary(plan, side_effects=asked), plan).wording.harm


def test_only_the_first_side_effects_stand_in_the_line(protocol: Maker, diary: Maker) -> None:
    plan = protocol()
    many = tuple(SideEffect(name, 1) for name in ("a", "b", "c", "d", "e"))
    found = lodose.verdict(diary(plan, side_effects=lambda day, arm: many), plan)
    assert "and 2 more" in found.wording.harm
    assert len(found.side_effects) == 5


def test_a_sceptic_who_would_say_otherwise_is_named_once(protocol: Maker, diary: Maker) -> None:
    found = run(protocol, diary, Word.PROBABLY_HELPS, Claim.CAUSED_BY)
    text = 'if large effects are taken to be rare ("not known yet")'
    assert any(text in line for line in found.wording.uncertain)
    assert not any("doubts" in line for line in found.wording.uncertain)
    plan = protocol("ABBAAB", 7)
    weaker = lodose.verdict(diary(plan, -1.9, noise=1.0), plan)
    said = 'Someone who doubts large effects would say "probably helps" instead of "helps"'
    assert any(said in line for line in weaker.wording.uncertain)
    sure = run(protocol, diary, Word.HELPS, Claim.CAUSED_BY)
    assert not any("doubts" in line for line in sure.wording.uncertain)


def test_names_with_braces_or_markup_are_only_names(protocol: Maker, diary: Maker) -> None:
    name = "{mcid} <b>&{0}</b>"
    plan = protocol(treatment={"active": name, "comparator": "{reason}"})
    found = lodose.verdict(diary(plan, -2.5), plan)
    assert found.wording.answer.startswith(f"{name} helps: compared with {{reason}},")
    shown = found._repr_html_()
    assert "<b>" not in shown
    assert "&lt;b&gt;&amp;{0}" in shown


@pytest.mark.parametrize(
    ("lengths", "words"),
    [
        ([14] * 8, "2 weeks"),
        ([7, 7], "1 week"),
        ([28, 14], "2 to 4 weeks"),
        ([4] + [3] * 41, "3 days"),
        ([1] * 70, "1 day"),
        ([10, 14], "10 to 14 days"),
        ([], ""),
    ],
)
def test_the_window_in_words(lengths: list[int], words: str) -> None:
    class Period:
        def __init__(self, days: int) -> None:
            self.days = days
            self.days_observed = 1

    assert window_length(tuple(Period(days) for days in lengths)) == words  # type: ignore[arg-type]


def test_amounts_carry_the_unit(protocol: Maker) -> None:
    scale = {"name": "pain", "minimum": 0, "maximum": 10, "better": "lower", "unit": "cm"}
    outcome = protocol(outcomes=[scale]).primary
    assert amount(-1.96, outcome) == "2.0 cm"
    points = protocol().primary
    assert amount(1, points, exact=True) == "1 point"
    assert amount(0.4, points, exact=True) == "0.4 points"
    assert plain(-0.25) == "−0.25"
