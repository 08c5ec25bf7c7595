"""The language that people are spoken to in: sentences, numbers and dates.

English stands in the code and in the tables of sentences; other languages are gettext catalogues
under ``locale/``, made by ``tools/messages``. Keys, enum values and JSON names stay English.

Examples
--------
>>> with speaking("de"):
...     translate("not known yet"), decimal("1.5")
('noch nicht bekannt', '1,5')
>>> translate("not known yet")
'not known yet'
"""

import gettext
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from lodose.errors import LodoseError

SOURCE = "en"
LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "de": "Deutsch"})


@dataclass(frozen=True, slots=True)
class Habits:
    """How a language writes numbers and dates.

    Attributes
    ----------
    decimal, thousands
        Signs inside numbers.
    months
        Names, January first; not from strftime, which follows the machine's language.
    full, short, bare, written
        A date in a sentence, in a table, in a table without its year, and as a diary writes it.
    axis
        A day on the axis of a chart, as d3 writes it.
    region
        For hyphenation and quotation marks in the PDF.
    capital_nouns
        Whether a name keeps its capital inside a sentence.
    """

    decimal: str
    thousands: str
    months: tuple[str, ...]
    full: str
    short: str
    bare: str
    written: str
    axis: str
    region: str
    capital_nouns: bool


_HABITS = {
    "en": Habits(
        decimal=".",
        thousands=",",
        months=(
            *("January", "February", "March", "April", "May", "June"),
            *("July", "August", "September", "October", "November", "December"),
        ),
        full="{day} {name} {year}",
        short="{day} {name:.3} {year}",
        bare="{day} {name:.3}",
        written="{year}-{month:02}-{day:02}",
        axis="%-d %b",
        region="gb",
        capital_nouns=False,
    ),
    "de": Habits(
        decimal=",",
        thousands=".",
        months=(
            *("Januar", "Februar", "März", "April", "Mai", "Juni"),
            *("Juli", "August", "September", "Oktober", "November", "Dezember"),
        ),
        full="{day}. {name} {year}",
        short="{day}.{month}.{year}",
        bare="{day}.{month}.",
        written="{day:02}.{month:02}.{year}",
        axis="%-d.%-m.",
        region="de",
        capital_nouns=True,
    ),
}

_current: ContextVar[str] = ContextVar("lodose_language", default=SOURCE)


def current_language() -> str:
    """Return the language that is spoken here and now: a key of `LANGUAGES`."""
    return _current.get()


def habits() -> Habits:
    """Return how the current language writes numbers and dates."""
    return _HABITS[_current.get()]


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language inside a ``with`` block, or in a function decorated with it.

    Threads and processes that are started inside do not inherit it.

    Parameters
    ----------
    language : str
        A key of `LANGUAGES`.

    Raises
    ------
    LodoseError
        For any other.
    """
    if language not in LANGUAGES:
        known = ", ".join(f"'{code}' ({name})" for code, name in LANGUAGES.items())
        raise LodoseError(f"The language '{language}' is not spoken. Mend: choose one of {known}.")
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def nearest(tag: str) -> str:
    """Return the language that is spoken for a tag such as ``de-AT``; English for others.

    Examples
    --------
    >>> nearest("de-AT"), nearest("DE"), nearest("fr")
    ('de', 'de', 'en')
    """
    code = tag.replace("_", "-").partition("-")[0].casefold()
    return code if code in LANGUAGES else SOURCE


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the sentences of a language, read once."""
    if language == SOURCE:
        return gettext.NullTranslations()
    path = files("lodose") / "locale" / language / "LC_MESSAGES" / "lodose.mo"
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)


def translate(text: str) -> str:
    """Say an English sentence or template in the current language.

    Fill in what stands in braces afterwards: ``translate("{days} of {asked}").format(...)``.
    """
    language = _current.get()
    if language == SOURCE or not text:  # "" is the head of a catalogue
        return text
    return catalogue(language).gettext(text)


def translatable(text: str) -> str:
    """Mark an English text for the catalogue; it is translated where it is said."""
    return text


def forms(one: str, many: str) -> tuple[str, str]:
    """Mark both forms of a count for the catalogue, for `plural`."""
    return one, many


def plural(one: str, many: str, number: int) -> str:
    """Say one of two forms in the current language and fill in ``{number}``.

    Examples
    --------
    >>> plural("{number} day", "{number} days", 2)
    '2 days'
    """
    said = catalogue(_current.get()).ngettext(one, many, number)
    return said.format(number=number)


def decimal(text: str) -> str:
    """Write a number, given as text with a decimal point, as the current language does."""
    return text.replace(".", habits().decimal)


def thousands(number: int) -> str:
    """Write a whole number in groups of three digits."""
    return f"{number:,}".replace(",", habits().thousands)


def written_date(on: date) -> str:
    """A date as a diary has it: ``2026-03-01``, ``01.03.2026``."""
    return _date(habits().written, on)


def full_date(on: date) -> str:
    """A date in a sentence: ``1 March 2026``, ``1. März 2026``."""
    return _date(habits().full, on)


def short_date(on: date, *, year: bool = True) -> str:
    """A date in a table: ``1 Mar 2026``, ``1.3.2026``; without its year ``1 Mar``, ``1.3.``."""
    return _date(habits().short if year else habits().bare, on)


def _date(form: str, on: date) -> str:
    name = habits().months[on.month - 1]
    return form.format(day=on.day, month=on.month, year=on.year, name=name)


def listing(items: Sequence[str]) -> str:
    """Join names: ``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return translate("{first} and {last}").format(first=", ".join(items[:-1]), last=items[-1])
