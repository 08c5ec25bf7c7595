"""What conditions, allergies, products and events are called, and which key a text means."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from lodose.screening.medicines import read
from lodose.screening.model import Unclear
from lodose.screening.names import fold

FILE = "words.toml"
NEUTRAL = "nothing"
_NEGATED = re.compile(r"^(?:no|not|never|without|kein|keine|nie|pas de|sin)\b")
_SEVERAL = re.compile(r"\s*[,;+&\n]\s*|\s+(?:and|und|et|y)\s+")
_NONE = frozenset(
    {"none", "no", "nothing", "keine", "nichts", "nein", "aucun", "aucune", "ninguno"}
)
# An allergy to one is no reason to think that it is taken.
_MAY_NAME_OPIOIDS = frozenset({"condition", "event"})
_OPIOID = re.compile(r"opioid|opiat|opiac|heroin|morfin|morphin|methadon|metadon")
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


def is_none(entered: str) -> bool:
    """Whether somebody wrote "none" into a list: an answer, and an empty one."""
    return fold(entered).strip(" .-") in _NONE


@cache
def _names(kind: str) -> tuple[tuple[str, str], ...]:
    """Every folded name with its key, the longest first, so that the exactest one wins."""
    table = _table()
    pairs = [(fold(name), key) for key, names in table[kind].items() for name in names]
    pairs += [(fold(name), NEUTRAL) for name in table["neutral"][kind]]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def meanings(kind: str, entered: str) -> tuple[frozenset[str], tuple[Unclear, ...]]:
    """Return every key that a text means, and what of it was not understood.

    Parameters
    ----------
    kind : str
        "condition", "allergy", "product" or "event".
    entered : str
        As somebody wrote it, also several at once: "fibromyalgia and depression".

    Returns
    -------
    tuple
        Keys, "nothing" for what no rule speaks of; then the parts without any, with near names.
        A negation ("no depression") is not understood: it belongs out of the list. An opioid
        that is named in passing may be taken: it is asked about.

    Examples
    --------
    >>> sorted(meanings("condition", "Fibromyalgia, history of opioid dependence")[0])
    ['nothing', 'past opioid use']
    >>> meanings("condition", "cirhosis")[1][0].offers
    ('cirrhosis',)
    """
    keys: set[str] = set()
    unclear: list[Unclear] = []
    for part in _SEVERAL.split(entered):
        text = " ".join(fold(part).split())
        found, rest = (set(), text) if _NEGATED.match(text) else _keys(kind, text)
        if not found or (kind in _MAY_NAME_OPIOIDS and _names_opioid(rest)):
            unclear.append(_unclear(kind, part.strip() or entered.strip(), text, rest))
        keys |= found
    return frozenset(keys), tuple(unclear)


def _keys(kind: str, text: str) -> tuple[set[str], str]:
    """Every name in a text, the longest first; what one has taken no shorter one gets.

    The second is what is left of the text.
    """
    found: set[str] = set()
    for name, key in _names(kind):
        text, times = re.subn(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", "|", text)
        if times:
            found.add(key)
    return found, text


def _names_opioid(text: str) -> bool:
    """Whether words beside what was understood name an opioid: "back pain, on morphine"."""
    return read(text).opioid or _OPIOID.search(text) is not None


def _unclear(kind: str, entered: str, text: str, rest: str) -> Unclear:
    # Here only: the command line starts without it.
    from rapidfuzz import fuzz, process

    names = [name for name, _ in _names(kind)]
    hits = process.extract(text, names, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=_OFFERS)
    maybe = kind in _MAY_NAME_OPIOIDS and not _NEGATED.match(text) and _names_opioid(rest)
    return Unclear(kind, entered, tuple(name for name, _, _ in hits), maybe_opioid=maybe)
