"""Days and numbers inside sentences, as the reader's language writes them."""

from datetime import date

from django.utils.formats import number_format
from django.utils.translation import get_language

from lodose.language import full_date, nearest, speaking, written_date


def said_number(text: str) -> str:
    """Write a number that is spelt with a point: ``1.5``, ``1,5``."""
    return number_format(text, use_l10n=True)


def said_day(day: date) -> str:
    """A day as it is written down: ``2026-03-01``, ``01.03.2026``."""
    with speaking(nearest(get_language() or "en")):
        return written_date(day)


def said_full_day(day: date) -> str:
    """A day with its month in words: ``1 March 2026``, ``1. März 2026``."""
    with speaking(nearest(get_language() or "en")):
        return full_date(day)
