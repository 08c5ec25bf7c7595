"""The one table of sentences, read from ``wording.toml``, said in the current language."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from lodose.language import translatable, translate
from lodose.verdict.result import Claim, Word

WORDS: Mapping[Word, str] = {
    Word.HELPS: translatable("helps"),
    Word.PROBABLY_HELPS: translatable("probably helps"),
    Word.NO_MEANINGFUL_DIFFERENCE: translatable("no meaningful difference"),
    Word.UNLIKELY_TO_HELP_ENOUGH: translatable("unlikely to help enough"),
    Word.PROBABLY_HARMS: translatable("probably harms"),
    Word.HARMS: translatable("harms"),
    Word.NOT_KNOWN_YET: translatable("not known yet"),
}
CODES = (
    *(translatable("active"), translatable("comparator")),
    *(translatable("lower"), translatable("higher")),
    *(translatable("better"), translatable("worse")),
    *(translatable("started"), translatable("increased"), translatable("reduced")),
    *(translatable("stopped"), translatable("changed")),
    *(translatable("flare"), translatable("infection"), translatable("surgery")),
    translatable("other"),
    *(translatable("weekend"), translatable("rebound"), translatable("tolerance")),
    *(translatable("randomised-blinded"), translatable("randomised-open")),
    *(translatable("open-on-off"), translatable("before-after")),
)
"""Words of the protocol and the model that stand in sentences as they are, for the catalogue."""


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Every sentence, by section and name. Answers are in ``answers``."""
    found = _read()
    return {section: found[section] for section in found if section != "answer"}


@cache
def answers() -> Mapping[Word, Mapping[Claim, str]]:
    """Return the answers, word by what the design allows."""
    return {
        Word(word): {Claim(claim): text for claim, text in row.items()}
        for word, row in _read()["answer"].items()
    }


def sentence(section: str, name: str, /, **values: object) -> str:
    """Fill in one sentence. Values are put in as they are and never read for braces."""
    return translate(sentences()[section][name]).format_map(values)


def answer_template(word: Word, claim: Claim) -> str:
    """Return the template of an answer: the cell of the table for a word and a design."""
    return translate(answers()[word][claim])


def word_said(word: Word) -> str:
    """A word as people read it."""
    return translate(WORDS[word])


def _read() -> dict[str, Any]:
    text = resources.files("lodose.verdict").joinpath("wording.toml").read_text("utf-8")
    return tomllib.loads(text)
