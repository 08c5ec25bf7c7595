"""People who are told of in the tests of the brief, and a PDF as text."""

import io
import unicodedata
from datetime import date
from typing import Any

import pypdf

from lodose.brief import Brief, pdf
from lodose.screening import Facts, Lab, Medicine

ON = date(2026, 5, 10)
WORDS: dict[str, Any] = {
    "who": "Synthetic person 3",
    "why": "Pain every day for six years. I would like to walk for an hour again.",
    "tried": "Amitriptyline: too sleepy. Exercise in warm water helps a little.",
    "questions": ("What does it cost?",),
}


def facts(*medicines: Medicine, **others: Any) -> Facts:
    """Somebody who answered everything and takes ibuprofen, and what is given."""
    told: dict[str, Any] = {
        "age": 44,
        "natural_products": (),
        "conditions": ("fibromyalgia",),
        "allergies": (),
        "events": (),
        "pregnancy": "no",
        "alcohol": False,
        "labs": (Lab(name="ALT", value=30, upper_limit=40),),
        "medicines": (Medicine(name="ibuprofen 400"), *medicines),
    }
    return Facts(**(told | others))


CODEINE = Medicine(name="codeine cough syrup", last_dose=date(2026, 5, 8))


def opened(brief: Brief) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf(brief)))


def text_of(page: pypdf.PageObject) -> str:
    """A page as one line; a word that was hyphenated is whole again."""
    text = unicodedata.normalize("NFC", page.extract_text()).replace("\xad", "")
    return " ".join(text.split())


def pages_of(brief: Brief) -> tuple[str, str]:
    """The text of both pages; more or fewer fail here."""
    first, second = opened(brief).pages
    return text_of(first), text_of(second)
