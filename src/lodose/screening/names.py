"""Fold the ways in which a name is written into one: accents, alphabets, spellings, endings."""

import re
import unicodedata
from functools import lru_cache

LONGEST = 200
# Enough for names of medicines typed on a Cyrillic keyboard.
# fmt: off
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh",
    "з": "z", "и": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "c",
    "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "u",
    "я": "a",
}
# fmt: on
_LETTERS = str.maketrans(
    {**_CYRILLIC, "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "ı": "i", "μ": "u"}
)
# In this order: what one language writes where another writes something else for the same sound.
_SOUNDS = (
    ("ph", "f"),
    ("ck", "k"),
    ("qu", "k"),
    ("c", "k"),
    ("ks", "x"),
    ("h", ""),
    ("y", "i"),
    ("j", "i"),
    ("z", "s"),
    ("w", "v"),
)
_SOFT_C = re.compile(r"c(?=[eiy])")
_DOUBLED = re.compile(r"(.)\1+")
_ENDING = re.compile(r"(?:um|[aeiou])+$")
_SHORTEST = 3
_WORD = re.compile(r"[a-z]+|\d+(?:[.,]\d+)*")


def fold(text: str) -> str:
    """Return small Latin letters without accents.

    Examples
    --------
    >>> fold("Codéine"), fold("Морфин"), fold("Løsning")
    ('codeine', 'morfin', 'losning')
    """
    parts = unicodedata.normalize("NFKD", text[:LONGEST].casefold().translate(_LETTERS))
    # Signs that nobody sees ("Cf", such as a space without width) stand between no letters.
    return "".join(
        sign
        for sign in parts
        if not unicodedata.combining(sign) and unicodedata.category(sign) != "Cf"
    ).translate(_LETTERS)


@lru_cache(maxsize=50_000)  # bounded: anybody may type words
def skeleton(word: str) -> str:
    """Return what is left of a folded word once spelling and ending are taken away.

    Examples
    --------
    >>> {skeleton(fold(name)) for name in ("Morphine", "morfina", "Morphinum", "морфин")}
    {'morfin'}
    >>> skeleton("oxycodone") == skeleton("oksykodoni"), skeleton("codeine") == skeleton("codine")
    (True, False)
    """
    sounds = _SOFT_C.sub("s", word)
    for written, meant in _SOUNDS:
        sounds = sounds.replace(written, meant)
    sounds = _DOUBLED.sub(r"\1", sounds)
    bare = _ENDING.sub("", sounds)
    return bare if len(bare) >= _SHORTEST else sounds


def words(text: str) -> list[str]:
    """Return the words and numbers of a text, folded: "Tramadol50mg" is three of them."""
    return _WORD.findall(fold(text))
