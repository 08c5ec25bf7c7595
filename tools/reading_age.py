"""The age at which a text can be read, offline: docs/reading-age.md says how and why.

English: Flesch-Kincaid grade (Kincaid et al. 1975), German: first new Viennese formula for
non-fiction (Bamberger and Vanecek 1984). Both give a school year; the age is that of its start,
five years more, and never less than 6.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import pyphen

# School begins at 6: somebody in school year n is at least n + 5 years old.
BEFORE_SCHOOL = 5
FEWEST_WORDS = 10
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+(?:[.,:/]\d+)*")
SENTENCE_END = re.compile(r"[.!?:;]+[\"“”»)\]]*(?:\s+|$)|\s+[–—]\s+|\n+")
# A name, a number, a unit or an identifier is one short word: reading it takes no schooling.
SHORT = {"en": "it", "de": "es"}
HOLE = re.compile(r"%\((\w+)\)(?:\.\d+)?[sdf]|\{\w*[^{}\s]*\}|%[sd]")
TAG = re.compile(r"<[^>]+>")
IDENTIFIER = re.compile(
    r"\b(?:doi:\s*)?10\.\d{4,}/\S+|\b(?:PMID|NCT)\s*\d+|https?://\S+|\S+@\S+\.\w+|"
    r"\b[\w-]+\.(?:csv|toml|json|pdf|ics|tar\.gz|txt)\b"
)
UNITS = re.compile(r"(?<=\d)\s*(?:mg|mL|ml|µg|kB|MB|%|d)\b|(?<=\d)\s*%|\b(?:mg|mL|kB|MB)\b")
VOWELS = {"en": re.compile("[aeiouy]+"), "de": re.compile("[aeiouyäöü]+")}
# Neighbours that are two syllables: "period", "quiet"; "beobachten", "Situation".
APART = {
    "en": re.compile(r"i[ao](?!u)|eo|ua|uou|ie[td]$|(?<!q)ui[tn]"),
    "de": re.compile(r"eo|i[oa]|(?<!a)(?<!e)(?<!q)u[eao](?!u)|ea"),
}
# "made", "asked", "files": an e at the end that is not spoken.
SILENT = (
    re.compile(r"(?<![aeiouy])(?<![^aeiouy]l)e$|(?<=[aeiouy]l)e$"),
    re.compile(r"(?<=[^aeiouytd])ed$"),
    re.compile(r"(?<=[^aeiouyscxzgh])es$"),
)
# "question", "special", "religion", "million", "various": one sound.
SLURRED = re.compile(r"(?<=[tscg])i[oa]|(?<=l)i[oa](?=n)|^peo(?=p)|(?<=[a-z])i[ou]+(?=s)")
HYPHENS = {"en": "en_US", "de": "de_DE"}
LONG_LETTERS = 6


@dataclass(frozen=True, slots=True)
class Reading:
    """How hard a text is.

    Attributes
    ----------
    words
        How many the text has.
    age
        Years at which it can be read.
    """

    words: int
    age: float


def reading(text: str, language: str, names: Iterable[str] = ()) -> Reading:
    """Measure a text.

    Parameters
    ----------
    text : str
        One or more sentences, also with placeholders and tags.
    language : {"en", "de"}
        Language of the text.
    names : iterable of str
        Medicines and trials: each counts as one short word.

    Examples
    --------
    >>> reading("Do not start. Do not stop your medicine for this; talk first.", "en").age < 8
    True
    """
    sentences = [words for words in map(words_of, sentences_of(text, language, names)) if words]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return Reading(0, 6.0)
    mean = len(words) / len(sentences)
    grade = _german(words, mean) if language == "de" else _english(words, mean)
    return Reading(len(words), max(6.0, grade + BEFORE_SCHOOL))


def _english(words: list[str], mean: float) -> float:
    """Flesch-Kincaid grade level."""
    parts = sum(syllables(word, "en") for word in words)
    return 0.39 * mean + 11.8 * parts / len(words) - 15.59


def _german(words: list[str], mean: float) -> float:
    """First new Viennese formula: percentages of long words and mean length of a sentence."""
    counts = [syllables(word, "de") for word in words]
    many = 100 * sum(count >= 3 for count in counts) / len(words)
    long = 100 * sum(len(word.replace("-", "")) > LONG_LETTERS for word in words) / len(words)
    one = 100 * sum(count == 1 for count in counts) / len(words)
    return 0.1935 * many + 0.1672 * mean + 0.1297 * long - 0.0327 * one - 0.875


def sentences_of(text: str, language: str, names: Iterable[str] = ()) -> list[str]:
    """Split a text into sentences, with names, numbers and placeholders as short words."""
    short = SHORT[language]
    plain = TAG.sub(" ", text)
    plain = HOLE.sub(short, plain)
    plain = IDENTIFIER.sub(short, plain)
    plain = UNITS.sub("", plain)
    plain = _names(tuple(sorted(names))).sub(short, plain) if names else plain
    # "8 Uhr", "1. März", "e.g.": a full stop inside ends nothing.
    plain = re.sub(r"(?<=\d)\.(?=\s*(?:[a-zäöü]|[A-Z]\w+\s\d))", "", plain)
    plain = re.sub(r"\b(z)\. ?(B)\.|\b(u)\. ?(a)\.|\b(e)\.(g)\.|\b(i)\.(e)\.", "", plain)
    return SENTENCE_END.split(plain)


@cache
def _names(names: tuple[str, ...]) -> re.Pattern[str]:
    longest = sorted(names, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b", re.IGNORECASE)


def words_of(sentence: str) -> list[str]:
    """Words of a sentence; a hyphenated word is one, as Flesch counts."""
    return WORD.findall(sentence)


@cache
def syllables(word: str, language: str) -> int:
    """Count a word's syllables; a number has one."""
    if word[0].isdigit():
        return 1
    small = word.casefold().replace("’", "'")
    if "-" in small:
        return sum(syllables(part, language) for part in small.split("-"))
    voiced = _as_spoken(small) if language == "en" else small
    groups = len(VOWELS[language].findall(voiced)) + len(APART[language].findall(voiced))
    return max(1, groups, len(_hyphens(language).positions(small)) + 1)


def _as_spoken(small: str) -> str:
    """An English word without the vowels at its end that nobody hears."""
    for ending in SILENT:
        if ending.search(small) and len(VOWELS["en"].findall(small)) > 1:
            small = ending.sub("", small)
    return SLURRED.sub("a", small)


@cache
def _hyphens(language: str) -> pyphen.Pyphen:
    return pyphen.Pyphen(lang=HYPHENS[language])
