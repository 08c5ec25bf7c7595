"""Recognise an opioid by its name.

The list holds ingredients, not brands: what is not recognised is not thereby safe, and every page
that uses this also asks the person.
"""

import difflib
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

FILE = Path(__file__).with_name("opioids.toml")
# Two slips in a name of eight letters; below it other medicines are offered as well.
NEARNESS = 0.8
SHORTEST = 5


@dataclass(frozen=True, slots=True)
class Opioid:
    """An opioid: its ingredient, the rule that names it, and where it acts.

    Of kind "opioid" the treatment must not be started beside it; of kind "gut" it acts in the gut
    and may work less.
    """

    name: str
    rule: str
    kind: Literal["opioid", "gut"]


@cache
def _listed() -> dict[str, Opioid]:
    rules = tomllib.loads(FILE.read_text("utf-8"))["rule"]
    return {
        _stem(_folded(name)): Opioid(name, rule["id"], rule["kind"])
        for rule in rules
        for name in rule["names"]
    }


def recognise(name: str) -> Opioid | None:
    """Return the opioid that a name contains, None where it contains none that is listed.

    Parameters
    ----------
    name : str
        As somebody wrote it: "Tramadol 50 mg", "paracetamol/codeine".

    Examples
    --------
    >>> recognise("Tramadol-HCl 50 mg").name, recognise("ibuprofen"), recognise("apomorphine")
    ('tramadol', None, None)
    """
    folded = _folded(name)
    found = [opioid for stem, opioid in _listed().items() if re.search(rf"\b{stem}", folded)]
    # Where several are in it, the one to be warned of most.
    return min(found, key=lambda each: each.kind != "opioid", default=None)


def near(name: str) -> Opioid | None:
    """Return the opioid that a name may be a slip for: "tramdol"; to be asked, never assumed."""
    stems = list(_listed())
    for word in re.findall(r"[a-z]+", _folded(name)):
        if len(word) < SHORTEST:
            continue
        match = difflib.get_close_matches(_stem(word), stems, n=1, cutoff=NEARNESS)
        if match:
            return _listed()[match[0]]
    return None


def _folded(text: str) -> str:
    """Small letters without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _stem(word: str) -> str:
    return re.escape(word.removesuffix("e"))
