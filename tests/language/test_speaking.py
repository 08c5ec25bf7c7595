"""One language at a time, wherever it is asked for: sentences, numbers, dates."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from types import ModuleType

import pytest

from lodose.errors import LodoseError
from lodose.language import (
    LANGUAGES,
    current_language,
    decimal,
    full_date,
    listing,
    nearest,
    plural,
    short_date,
    speaking,
    thousands,
    translate,
    written_date,
)
from lodose.report.words import amount, interval, number, outcome_name, signed, span
from lodose.verdict.batch import verdicts
from lodose.verdict.numbers import chance, count, figure, plain, spoken, window_length
from lodose.verdict.retold import retold, shown_side_effect


def test_english_is_spoken_unless_another_language_is_asked_for() -> None:
    assert current_language() == "en"
    assert translate("not known yet") == "not known yet"
    with speaking("de"):
        assert translate("not known yet") == "noch nicht bekannt"
        with speaking("en"):
            assert translate("not known yet") == "not known yet"
        assert current_language() == "de"
    assert current_language() == "en"


def test_the_language_is_put_back_after_a_failure_and_around_a_function() -> None:
    @speaking("de")
    def fail() -> None:
        raise ValueError(translate("harms"))

    for _ in range(2):  # a decorated function can be called again
        with pytest.raises(ValueError, match="schadet"):
            fail()
    assert current_language() == "en"


def test_a_language_that_is_not_spoken_is_refused_with_those_that_are() -> None:
    with pytest.raises(LodoseError, match=r"'tlh' is not spoken.*'en' \(English\), 'de'"):
        speaking("tlh").__enter__()
    assert set(LANGUAGES) == {"en", "de"}


def test_what_a_browser_asks_for_leads_to_a_language_that_is_spoken() -> None:
    tags = ["de", "de-AT", "de_CH", "DE-de", "en-US", "fr", "", "deutsch"]
    assert [nearest(tag) for tag in tags] == ["de", "de", "de", "de", "en", "en", "en", "en"]


def test_a_text_without_a_translation_stays_as_it_is() -> None:
    with speaking("de"):
        assert translate("") == ""  # and not the head of the catalogue
        assert translate("a name of a person's own") == "a name of a person's own"


def test_a_thread_of_its_own_is_not_spoken_for() -> None:
    found = []
    with speaking("de"):
        thread = threading.Thread(target=lambda: found.append(current_language()))
        thread.start()
        thread.join()
    assert found == ["en"]


def test_many_verdicts_over_workers_speak_the_language_of_who_asked(makers: ModuleType) -> None:
    plan = makers.make_protocol("ABBA", 14)
    pair = (makers.make_diary(plan, -2.0), plan)
    with ThreadPoolExecutor(1) as workers, speaking("de"):
        (found,) = verdicts([pair], executor=workers)
    assert not isinstance(found, Exception)
    assert found.wording.harm.startswith("Schaden: ")
    with ThreadPoolExecutor(1) as workers:
        (found,) = verdicts([pair], executor=workers)
    assert not isinstance(found, Exception)
    assert found.wording.harm.startswith("Harm: ")


@pytest.mark.spec
def test_numbers_and_dates_are_written_as_the_language_does() -> None:
    first, last = date(2024, 12, 30), date(2025, 1, 12)
    said = {language: _figures(language, first, last) for language in LANGUAGES}
    assert said["en"] == (
        *("1.5", "1,048,576", "30 December 2024", "12 Jan 2025", "12 Jan", "2025-01-12"),
        *("30 Dec 2024 to 12 Jan 2025", "−0.5 to 1.2", "+0.4", "0.25", "−1.30", "—"),
        *("1 day", "2 weeks", "a, b and c", "about 9 in 10"),
    )
    assert said["de"] == (
        *("1,5", "1.048.576", "30. Dezember 2024", "12.1.2025", "12.1.", "12.01.2025"),
        *("30.12.2024 bis 12.1.2025", "−0,5 bis 1,2", "+0,4", "0,25", "−1,30", "—"),
        *("1 Tag", "2 Wochen", "a, b und c", "etwa 9 von 10"),
    )


def _figures(language: str, first: date, last: date) -> tuple[str, ...]:
    with speaking(language):
        return (
            *(decimal("1.5"), thousands(1_048_576), full_date(first), short_date(last)),
            *(short_date(last, year=False), written_date(last), span(first, last)),
            *(interval(-0.5, 1.24), signed(0.4), plain(0.25), figure(-1.3, 2), number(None)),
            *(count(1, "day"), count(2, "week"), listing(["a", "b", "c"]), chance(0.9)),
        )


def test_amounts_and_names_follow_the_language(makers: ModuleType) -> None:
    scale = {"minimum": 0, "maximum": 10, "better": "lower"}
    known = makers.make_protocol(outcomes=[{"name": "pain", "instrument": "pain-nrs"}]).primary
    own = makers.make_protocol(
        outcomes=[{"name": "pain", "label": "Rückenschmerz, 0 bis 10", "unit": "cm", **scale}]
    ).primary
    assert (amount(1.0, known), amount(2.5, known)) == ("1 point", "2.5 points")
    assert (spoken(known), outcome_name(known)) == ("pain", "Pain")
    with speaking("de"):
        assert (amount(1.0, known), amount(2.5, known)) == ("1 Punkt", "2,5 Punkte")
        assert (spoken(known), outcome_name(known)) == ("Schmerz", "Schmerz")
        assert (spoken(own), outcome_name(own)) == ("Rückenschmerz", "Rückenschmerz")
        assert amount(2.5, own) == "2,5 cm"
        assert window_length(()) == ""


def test_side_effects_that_many_write_are_known_and_others_keep_their_name() -> None:
    assert shown_side_effect("vivid dreams") == "vivid dreams"
    with speaking("de"):
        assert shown_side_effect("vivid dreams") == "lebhafte Träume"
        assert shown_side_effect("ohrensausen") == "Ohrensausen"


@pytest.mark.spec
@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "2025-01-10: 0 mg recorded, 4.5 mg scheduled (active period).",
            "10.01.2025: 0 mg eingetragen, 4,5 mg geplant (Phase: Behandlung).",
        ),
        ("a message that nobody listed", "a message that nobody listed"),
        ("", ""),
    ],
)
def test_messages_of_other_rooms_are_said_again(message: str, said: str) -> None:
    assert retold(message) == message
    with speaking("de"):
        assert retold(message) == said


def test_both_forms_of_a_count() -> None:
    with speaking("de"):
        assert plural("{number} period", "{number} periods", 1) == "1 Phase"
        assert plural("{number} period", "{number} periods", 0) == "0 Phasen"
