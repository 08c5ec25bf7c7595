"""The one table of sentences, read from ``wording.toml``."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from lodose.verdict.result import Claim, Word


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
    return sentences()[section][name].format_map(values)


def _read() -> dict[str, Any]:
    text = resources.files("lodose.verdict").joinpath("wording.toml").read_text("utf-8")
    return tomllib.loads(text)
