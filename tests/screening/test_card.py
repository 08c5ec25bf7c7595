"""The card for the wallet."""

from io import BytesIO

import pypdf
import pytest

from lodose.errors import InputError
from lodose.language import speaking
from lodose.screening.card import card_bytes, card_text, dose_text


def text_of(made: bytes) -> str:
    pages = pypdf.PdfReader(BytesIO(made)).pages
    assert len(pages) == 1
    return " ".join(pages[0].extract_text().split())


def test_whatever_a_name_is_written_in_the_card_is_made() -> None:
    for name in ("Dr Łukasz Ćwiąkała, 555 0100", "山田先生", "#[*markup*] $x$", "x" * 500, ""):
        text = text_of(card_bytes(dose="4,5 mg", prescriber=name))
        assert "I may be on naltrexone" in text
        assert "4.5 mg" in text
    assert "#[*markup*]" in text_of(card_bytes(prescriber="#[*markup*]"))
    assert card_bytes() == card_bytes()


def test_it_tells_the_team_not_to_wait_and_the_person_not_to_overcome_the_block() -> None:
    for language in ("en", "de"):
        with speaking(language):
            said = card_text(dose=None, prescriber="")
            assert text_of(card_bytes())
        assert said["language"] == language
    assert "Do not delay care because of this card." in card_text(dose=None, prescriber="")["team"]  # type: ignore[operator]


@pytest.mark.parametrize("dose", ["4.5", "4500 micrograms", "50 mg", "mg", "4.5 mg twice"])
def test_a_dose_that_is_no_low_dose_in_mg_gets_a_question_back(dose: str) -> None:
    assert dose_text("0.5 mg") == "0.5 mg"
    with pytest.raises(InputError, match="Is it micrograms"):
        dose_text(dose)
