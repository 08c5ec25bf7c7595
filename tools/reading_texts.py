"""Gathers what people read in Lodose, for its reading age: docs/reading-age.md.

    .venv/bin/python tools/reading_texts.py      median, hardest texts and what was left out

A text is one paragraph: an entry of the catalogues, in English and, where it is translated, in
German. Shorter ones than ``reading_age.FEWEST_WORDS`` are labels, for which no formula holds.
"""

import importlib.util
import statistics
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import polib

import reading_age
import server_sentences

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "lodose"
CATALOGUES = {
    "library": SOURCE / "locale/de/LC_MESSAGES/lodose.po",
    "server": SOURCE / "server/locale/de/LC_MESSAGES/django.po",
}
MEDIAN = 12.0
MOST = 14.0

# What no person who tries a treatment reads: a file's beginning, and who reads it instead. A text
# that any other file says as well is measured.
FOR_OTHERS = {
    "server/web/templates/web/person": "the prescriber, about a person",
    "server/web/templates/web/panel": "the prescriber",
    "server/web/templates/web/nothing_here.html": "the pharmacist and the researcher",
    "server/web/templates/web/administration": "the administrator",
    "server/web/views/administration.py": "the administrator",
    "server/operations/": "who keeps the server",
    "server/api/": "who writes programs",
    "server/accounts/scopes.py": "who writes programs",
    "server/web/templates/web/account_token": "who writes programs",
    "pharmacology/printed.py": "the prescriber, on a page about receptors",
    "brief/facts.py": "the prescriber, on page two of the brief",
    "brief/page_two.py": "the prescriber, on page two of the brief",
}
# Of the table of wording: what the second page of the report says to the doctor.
DOCTOR_SECTIONS = ("doctor", "prior", "claim")
DOCTOR_NAMES = "doctor"
TRIALS = ("FINAL", "INNOVA")
MEDICINES = ("naltrexone", "naltrexon", "low-dose naltrexone", "LDN", "naltrexonhydrochlorid")


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph that somebody reads.

    Attributes
    ----------
    room
        "library" or "server".
    files
        Who says it.
    """

    room: str
    language: str
    text: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A text with its reading age."""

    text: Text
    age: float

    def __str__(self) -> str:
        """Name the text, its age and its place, for a failing test."""
        return f"{self.age:.1f} years, {self.text.language}, {self.text.files[0]}: {self.text.text}"


def texts() -> Iterator[Text]:
    """Every text for a person, in English and German; short labels are among them."""
    for room, found in (("library", _library()), ("server", server_sentences.in_source())):
        prefix = "server/" if room == "server" else ""
        said = _german(CATALOGUES[room])
        for (one, many), files in found.items():
            places = tuple(dict.fromkeys(prefix + name for name in files))
            if one in _for_doctors() or all(map(_for_others, places)):
                continue
            for text in filter(None, (one, many)):
                yield Text(room, "en", text, places)
            yield from (Text(room, "de", text, places) for text in said.get(one, ()) if text)


def measured(found: Iterable[Text]) -> list[Measured]:
    """Measure the texts that are long enough for a formula; the hardest come first."""
    names, ages = _names(), []
    for text in found:
        read = reading_age.reading(text.text, text.language, names)
        if read.words >= reading_age.FEWEST_WORDS:
            ages.append(Measured(text, read.age))
    return sorted(ages, key=lambda one: -one.age)


def _library() -> dict[tuple[str, str], list[str]]:
    """Sentences of the library, with the files that say them."""
    found: dict[tuple[str, str], list[str]] = _messages().in_source()
    return found


def _messages() -> ModuleType:
    loader = SourceFileLoader("reading_messages", str(ROOT / "tools" / "messages"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None  # noqa: S101  for the type checker
    module = importlib.util.module_from_spec(spec)
    sys.modules[loader.name] = module
    loader.exec_module(module)
    return module


def _german(path: Path) -> dict[str, list[str]]:
    return {
        entry.msgid: list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        for entry in polib.pofile(str(path))
        if not entry.fuzzy
    }


def _for_others(name: str) -> bool:
    return name.startswith(tuple(FOR_OTHERS))


@cache
def _for_doctors() -> frozenset[str]:
    table = tomllib.loads((SOURCE / "verdict" / "wording.toml").read_text("utf-8"))
    return frozenset(
        text
        for section, rows in table.items()
        for name, text in rows.items()
        if section in DOCTOR_SECTIONS or name.startswith(DOCTOR_NAMES)
        if isinstance(text, str)
    )


@cache
def _names() -> frozenset[str]:
    """Medicines as screening knows them, and the two trials that are called by a word."""
    table = tomllib.loads((SOURCE / "screening" / "medicines.toml").read_text("utf-8"))
    rows = [row for kind in ("ingredient", "class", "brand") for row in table[kind]]
    rows.append(table["common"])
    names = {name for row in rows for name in (row.get("name", ""), *row.get("names", ()))}
    return frozenset({*names, *MEDICINES, *TRIALS} - {""})


def main() -> int:
    """Print the table of docs/reading-age.md, then what is too hard."""
    found = measured(texts())
    print("| texts | language | measured | median | hardest | over 14 |\n|---|---|---|---|---|---|")
    for room in CATALOGUES:
        for language in reading_age.SHORT:
            ages = [
                each.age
                for each in found
                if (each.text.room, each.text.language) == (room, language)
            ]
            over = sum(age > MOST for age in ages)
            row = (room, language, len(ages), f"{statistics.median(ages):.1f}")
            print("|", *(f"{cell} |" for cell in (*row, f"{max(ages):.1f}", over)))
    hard = [each for each in found if each.age > MOST]
    print(*hard, sep="\n", end="\n" if hard else "")
    return 1 if hard else 0


if __name__ == "__main__":
    sys.exit(main())
