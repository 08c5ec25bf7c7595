"""What people read can be read at 14, and most of it at 12: docs/reading-age.md."""

import importlib
import re
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from lodose.screening import rules

ROOT = Path(__file__).parents[2]
# What stands in one room and tells somebody what to do about the treatment.
ADVICE = re.compile(
    r"\b(do not (start|stop|take|change|go on)|stay (at|there)|take (it|no more)|going back|"
    r"next step would|highest dose|dose that was aimed at)\b",
    re.IGNORECASE,
)
ADVISING = ("screening/rules.toml", "screening/views.py", "screening/card.py", "regimen/")
DECIDES = {
    "en": re.compile(r"[Yy]our prescriber decides"),
    "de": re.compile(r"(Ärztin oder Ihr Arzt entscheidet|entscheidet Ihre Ärztin oder Ihr Arzt)\b"),
}


@pytest.fixture(scope="module")
def tools() -> Iterator[tuple[ModuleType, ModuleType]]:
    """The measure, and what gathers the texts."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        yield importlib.import_module("reading_age"), importlib.import_module("reading_texts")
    finally:
        sys.path.remove(str(ROOT / "tools"))


@pytest.fixture(scope="module")
def age(tools: tuple[ModuleType, ModuleType]) -> ModuleType:
    return tools[0]


@pytest.fixture(scope="module")
def gathered(tools: tuple[ModuleType, ModuleType]) -> ModuleType:
    return tools[1]


@pytest.mark.spec
@pytest.mark.parametrize(
    ("text", "language", "years"),
    [
        # 10 words, 2 sentences, 12 syllables: 0.39 * 5 + 11.8 * 1.2 - 15.59, never below 6.
        ("You may take it now. Ask the doctor about it.", "en", 6.0),
        # As published for this sentence: 13 words, 24 syllables, grade 11.3.
        (
            "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.",
            "en",
            16.3,
        ),
        # 8 words, 1 of three syllables and longer than six letters, 5 of one syllable:
        # 0.1935 * 12.5 + 0.1672 * 8 + 0.1297 * 12.5 - 0.0327 * 62.5 - 0.875, and 5 more.
        ("Das Tagebuch zeigt, wie es Ihnen heute geht.", "de", 7.46),
    ],
)
def test_the_formulas_give_what_was_worked_out_by_hand(
    age: ModuleType, text: str, language: str, years: float
) -> None:
    assert age.reading(text, language).age == pytest.approx(years, abs=0.06)


@pytest.mark.spec
def test_syllables_are_counted_as_they_are_spoken(age: ModuleType) -> None:
    english = {"made": 1, "asked": 1, "files": 1, "table": 2, "prescriber": 3, "medicine": 3}
    english |= {"period": 3, "question": 2, "low-dose": 2, "2024": 1, "quiet": 2, "patient": 2}
    german = {"aber": 2, "über": 2, "Operation": 5, "beobachten": 4, "Fälle": 2, "Arzt": 1}
    for language, words in (("en", english), ("de", german)):
        assert {word: age.syllables(word, language) for word in words} == words


@pytest.mark.spec
def test_names_numbers_holes_and_identifiers_count_as_one_short_word(age: ModuleType) -> None:
    plain = "It is it, and it is it."
    for text in (
        "It is buprenorphine, and it is it.",
        "It is {dose}, and it is %(count)d.",
        "It is 4.5 mg, and it is 30 %.",
        "It is doi:10.1016/S2665-9913(23)00278-3, and it is <b>it</b>.",
    ):
        assert age.reading(text, "en", ["Buprenorphine"]) == age.reading(plain, "en"), text


def test_every_text_can_be_read_at_fourteen_and_most_at_twelve(gathered: ModuleType) -> None:
    measured = gathered.measured(gathered.texts())
    for language in ("en", "de"):
        found = [each for each in measured if each.text.language == language]
        assert len(found) > 400
        median = statistics.median(each.age for each in found)
        assert median <= gathered.MEDIAN, f"{language}: the median is {median:.1f} years"
        hard = [str(each) for each in found if each.age > gathered.MOST]
        assert not hard, (
            f"too hard to read at {gathered.MOST:.0f}: say it in two sentences, with shorter words "
            "(docs/reading-age.md)\n" + "\n".join(hard)
        )


def test_all_rooms_are_gathered_and_what_is_left_out_is_for_somebody_else(
    gathered: ModuleType,
) -> None:
    files = {name for text in gathered.texts() for name in text.files}
    rooms = ("verdict/wording.toml", "screening/rules.toml", "screening/questions.py")
    rooms += ("regimen/course.py", "evidence/claims.toml", "evidence/conditions.toml")
    rooms += ("diary/instruments.toml", "brief/content.py", "server/web/templates/web/today.html")
    assert set(rooms) <= files
    everything = {
        path.relative_to(gathered.SOURCE).as_posix() for path in gathered.SOURCE.rglob("*")
    }
    for beginning in gathered.FOR_OTHERS:
        assert any(f"{name}/".startswith(beginning) for name in everything), beginning


def test_no_advice_without_who_decides(gathered: ModuleType) -> None:
    advice = [
        text
        for text in gathered.texts()
        if text.language == "en"
        and any(name.startswith(ADVISING) for name in text.files)
        and ADVICE.search(text.text)
        if text.text.endswith(".")  # "stay at the target" is the name of a move
    ]
    assert len(advice) >= 20
    silent = [f"{text.files[0]}: {text.text}" for text in advice if not said(text.text, "en")]
    assert not silent, "say that the prescriber decides:\n" + "\n".join(silent)


def test_every_rule_of_screening_says_who_decides() -> None:
    for rule in rules():
        assert said(rule.for_person, "en"), rule.id


def test_german_says_who_decides_wherever_english_does(gathered: ModuleType) -> None:
    checked = 0
    for path in gathered.CATALOGUES.values():
        for english, german in gathered._german(path).items():
            if re.search(r"[Yy]our prescriber decides", english):
                for text in filter(None, german):
                    checked += 1
                    assert said(text, "de"), english
    assert checked >= 12


def said(text: str, language: str) -> bool:
    """Whether a text says that the prescriber decides."""
    return DECIDES[language].search(text) is not None
