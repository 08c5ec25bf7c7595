"""What conditions, allergies, products and events are called, and which key a text means."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from lodose.screening.model import Unclear
from lodose.screening.names import fold

FILE = "words.toml"
NEUTRAL = "nothing"
_NEGATED = re.compile(r"^(?:no|not|never|without|kein|keine|nie|pas de|sin)\b")
_OFFERS = 3
_NEAR = 80.0


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    table: dict[str, dict[str, list[str]]] = tomllib.loads(
        (files("lodose.screening") / FILE).read_text("utf-8")
    )
    return table


def known(kind: str) -> tuple[str, ...]:
    """Return the keys of a kind: "condition", "allergy", "product" or "event"."""
    return tuple(_table()[kind])


@cache
def _names(kind: str) -> tuple[tuple[str, str], ...]:
    """Every folded name with its key, the longest first, so that the exactest one wins."""
    table = _table()
    pairs = [(fold(name), key) for key, names in table[kind].items() for name in names]
    pairs += [(fold(name), NEUTRAL) for name in table["neutral"][kind]]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def meaning(kind: str, entered: str) -> str | Unclear:
    """Return the key that a text means, "nothing" where no rule speaks of it.

    Parameters
    ----------
    kind : str
        "condition", "allergy", "product" or "event".
    entered : str
        As somebody wrote it: "Cirrhosis (Child-Pugh A)".

    Returns
    -------
    str or Unclear
        Unclear with near names where it is not understood; never "nothing" by default. A
        negation ("no depression") is unclear too: it belongs out of the list.

    Examples
    --------
    >>> meaning("condition", "history of opioid dependence"), meaning("condition", "Fibromyalgia")
    ('past opioid use', 'nothing')
    >>> meaning("condition", "cirhosis").offers
    ('cirrhosis',)
    """
    text = " ".join(fold(entered).split())
    if not _NEGATED.match(text):
        for name, key in _names(kind):
            if re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", text):
                return key
    # Here only: the command line starts without it.
    from rapidfuzz import fuzz, process

    names = [name for name, _ in _names(kind)]
    hits = process.extract(text, names, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=_OFFERS)
    return Unclear(kind, entered.strip(), tuple(name for name, _, _ in hits))
