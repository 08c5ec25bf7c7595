"""What is in a medicine, from its name as somebody typed it.

What is not recognised is never taken for harmless: it comes back as unclear, with near names.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, TypeVar

from lodose.errors import LodoseError
from lodose.screening.hidden import several, shows_more, unread, with_plus
from lodose.screening.model import Unclear, Understood
from lodose.screening.names import skeleton, words

_Item = TypeVar("_Item")

FILE = "medicines.toml"
OPIOIDS = frozenset({"strong opioid", "tramadol", "methadone", "partial opioid", "kratom"}) | {
    "cough opioid"
}
GUT_OPIOIDS = frozenset({"gut opioid"})
COMMON = "no rule"
TREATMENT = "low-dose naltrexone"
# Milligrams: the highest dose that was studied in a trial of low-dose naltrexone.
LOW_DOSE_MG = 6
_MILLIGRAMS = {"mg": 1.0} | dict.fromkeys(("mcg", "ug", "microgram", "micrograms"), 0.001)
# The longest name, "Mitragyna speciosa extract" apart, has this many words.
_WIDEST = 4
# Inside a longer word ("Morphintropfen") only names this long are believed.
_INSIDE = 6
_SHORTEST_NEAR = 4
_OFFERS = 3


@dataclass(frozen=True, slots=True)
class Ingredient:
    """What is in a medicine.

    Attributes
    ----------
    group
        The group that rules speak of; "no rule" for common ones without any.
    atc
        Codes read in a copy of the ATC index; empty where none was read.
    source
        Where the name was read.
    """

    name: str
    group: str
    atc: tuple[str, ...]
    source: str

    @property
    def opioid(self) -> bool:
        """Whether the treatment must not be started beside it."""
        return self.group in OPIOIDS


@dataclass(frozen=True, slots=True)
class Entry:
    """What a name stands for."""

    label: str
    ingredients: tuple[Ingredient, ...]
    long_acting: bool = False
    cough: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What was made of one medicine as it was typed.

    Attributes
    ----------
    ingredients
        Found for certain, each once.
    unclear
        What else stood there or may be meant; None where everything was understood.
    """

    entered: str
    ingredients: tuple[Ingredient, ...]
    long_acting: bool = False
    cough: bool = False
    unclear: Unclear | None = None

    @property
    def groups(self) -> frozenset[str]:
        """Groups that rules speak of."""
        found = {each.group for each in self.ingredients}
        # An antagonist in one tablet with an opioid (oxycodone/naloxone) is no emergency supply.
        if "emergency antagonist" in found and found & OPIOIDS:
            found.add("antagonist")
        return frozenset(found)

    @property
    def opioid(self) -> bool:
        """Whether an opioid is in it for certain."""
        return any(each.opioid for each in self.ingredients)

    @property
    def understood(self) -> Understood:
        """As it is told to the reader."""
        names = tuple(each.name for each in self.ingredients)
        return Understood(self.entered, names, self.long_acting)


@dataclass(frozen=True, slots=True)
class _Index:
    entries: dict[str, Entry]
    inside: tuple[tuple[str, Entry], ...]
    vague: frozenset[str]
    beside: frozenset[str]
    long_acting: frozenset[str]
    cough: frozenset[str]
    sold_with_opioids: frozenset[str]
    more: frozenset[str]
    stems: tuple[str, ...]
    near: tuple[str, ...]


def key(text: str) -> str:
    """Return what a name is looked up by."""
    return "".join(skeleton(word) for word in words(text))


@cache
def index() -> _Index:
    """Return every name of `medicines.toml`, read once.

    Raises
    ------
    LodoseError
        Where an entry has no source, or a brand an ingredient that is not there.
    """
    table: dict[str, Any] = tomllib.loads((files("lodose.screening") / FILE).read_text("utf-8"))
    return build(table)


def build(table: dict[str, Any]) -> _Index:
    """Make the index of a table such as `medicines.toml`, refusing what is incomplete."""
    sources: dict[str, str] = table["sources"]
    ingredients: dict[str, Ingredient] = {}
    entries: dict[str, Entry] = {}
    for name in table["common"]["names"]:
        ingredients[name] = Ingredient(name, COMMON, (), "")
        entries[key(name)] = Entry(name, (ingredients[name],))
    for row in table["class"]:
        for name in row["names"]:
            ingredients[name] = _ingredient(name, row, sources)
            entries[key(name)] = Entry(name, (ingredients[name],))
    inside: list[tuple[str, Entry]] = []
    for row in table["ingredient"]:
        found = ingredients[row["name"]] = _ingredient(row["name"], row, sources)
        entry = Entry(found.name, (found,))
        for name in (found.name, *row["names"]):
            entries[key(name)] = entry
            if found.group in OPIOIDS | GUT_OPIOIDS and len(key(name)) >= _INSIDE:
                inside.append((key(name), entry))
    for row in table["brand"]:
        entry = _brand(row, ingredients, sources)
        for name in row["names"]:
            entries[key(name)] = Entry(name, entry.ingredients, entry.long_acting, entry.cough)
    # "codein" is shorter than the rest, and the one that German and French words are made with.
    return _Index(
        entries=entries,
        inside=tuple(sorted(inside, key=lambda pair: -len(pair[0]))),
        vague=frozenset(key(name) for name in table["vague"]["names"]),
        beside=frozenset(table["beside"]["names"]),
        long_acting=frozenset(table["long_acting"]["names"]),
        cough=frozenset(table["cough"]["names"]),
        sold_with_opioids=frozenset(table["sold_with_opioids"]["names"]),
        more=frozenset(table["more"]["names"]),
        stems=tuple(table["stems"]["names"]),
        near=tuple(sorted(name for name in entries if len(name) >= _SHORTEST_NEAR)),
    )


def _ingredient(name: str, row: dict[str, Any], sources: dict[str, str]) -> Ingredient:
    _sourced(name, row, sources)
    return Ingredient(name, row["group"], tuple(row.get("atc", ())), sources[row["source"]])


def _brand(
    row: dict[str, Any], ingredients: dict[str, Ingredient], sources: dict[str, str]
) -> Entry:
    label = row["names"][0]
    _sourced(label, row, sources)
    for name in row["ingredients"]:
        if name not in ingredients:
            raise LodoseError(
                f"{FILE}: brand '{label}': ingredient '{name}' is not listed. "
                "Mend: add it under [[ingredient]] or [common]."
            )
    found = tuple(ingredients[name] for name in row["ingredients"])
    return Entry(label, found, row.get("long_acting", False), row.get("cough", False))


def _sourced(name: str, row: dict[str, Any], sources: dict[str, str]) -> None:
    if row.get("source") not in sources:
        raise LodoseError(
            f"{FILE}: '{name}': source '{row.get('source')}' is not listed. "
            "Mend: name one of [sources]; nothing without a source is recognised."
        )


@lru_cache(maxsize=10_000)
def read(entered: str) -> Reading:
    """Find out what is in a medicine.

    Parameters
    ----------
    entered : str
        As somebody typed it: "co-codamol 30/500", "Tramadol retard 100", "oxicodone".

    Examples
    --------
    >>> [each.name for each in read("co-codamol 30/500").ingredients]
    ['codeine', 'paracetamol']
    >>> read("tramdol").unclear.offers, read("ibuprofen 400").unclear
    (('tramadol', 'Tramal'), None)
    """
    parts = words(with_plus(entered))
    found, left = _matched(parts)
    ingredients = _once(each for entry in found for each in entry.ingredients)
    if any(each.name == "naltrexone" for each in ingredients) and _low_dose(parts):
        ingredients = _once(
            index().entries[key(TREATMENT)].ingredients[0] if each.name == "naltrexone" else each
            for each in ingredients
        )
    said, names = set(parts), index()
    return Reading(
        entered=entered.strip(),
        ingredients=ingredients,
        long_acting=any(entry.long_acting for entry in found) or bool(said & names.long_acting),
        cough=any(entry.cough for entry in found) or bool(said & names.cough),
        unclear=_unclear(entered, parts, left, found),
    )


def _low_dose(parts: list[str]) -> bool:
    """Whether the strength written beside naltrexone is that of the treatment itself."""
    for number, unit in pairwise(parts):
        # A date written beside it ("1.5.2026") is no strength.
        if unit in _MILLIGRAMS and number[0].isdigit() and len(re.split("[.,]", number)) <= 2:
            return float(number.replace(",", ".")) * _MILLIGRAMS[unit] <= LOW_DOSE_MG
    return False


def _matched(parts: list[str]) -> tuple[list[Entry], list[str]]:
    """Take names from the longest to the shortest; return them and the words left over."""
    entries = index().entries
    bones = [skeleton(part) for part in parts]
    taken = [False] * len(parts)
    found: list[Entry] = []
    for width in range(min(_WIDEST, len(parts)), 0, -1):
        for start in range(len(parts) - width + 1):
            span = range(start, start + width)
            if any(taken[place] for place in span):
                continue
            entry = entries.get("".join(bones[place] for place in span))
            if entry is not None and not (width == 1 and parts[start][0].isdigit()):
                found.append(entry)
                for place in span:
                    taken[place] = True
    left = [part for part, gone in zip(parts, taken, strict=True) if not gone]
    return _inside(left, found)


def _inside(left: list[str], found: list[Entry]) -> tuple[list[Entry], list[str]]:
    """Find ingredients inside longer words, such as "Codeintropfen"."""
    still: list[str] = []
    for part in left:
        bone = skeleton(part)
        hit = next((entry for name, entry in index().inside if name in bone), None)
        if hit is None:
            still.append(part)
        else:
            found.append(hit)
    return found, still


def _unclear(entered: str, parts: list[str], left: list[str], found: list[Entry]) -> Unclear | None:
    """Say what of a name was not understood, with near names; None where nothing is left."""
    names = index()
    if not found and any(
        "".join(skeleton(part) for part in parts[start:end]) in names.vague
        for start in range(len(parts))
        for end in range(start + 1, min(start + _WIDEST, len(parts)) + 1)
    ):
        return Unclear("medicine", entered.strip(), (), maybe_opioid=True)
    if any(_hides_more(part) for part in several(entered)):
        return Unclear("medicine", entered.strip(), (), maybe_opioid=True)
    beside = names.beside | names.cough | names.long_acting if found else names.beside
    strange = [part for part in left if part[0].isalpha() and len(part) >= 3 and part not in beside]
    if not strange:
        whole = found and not unread(entered)
        return None if whole else Unclear("medicine", entered.strip())
    # Together first: "co-codomol" is a slip for one name, not for two.
    bones = ["".join(skeleton(part) for part in left), *(skeleton(part) for part in strange)]
    offers = _once(label for bone in bones for label in _near(bone))
    maybe = any(_sounds_like_one(part) for part in strange) or any(
        ingredient.opioid or ingredient.group in GUT_OPIOIDS
        for label in offers
        for ingredient in names.entries[key(label)].ingredients
    )
    return Unclear("medicine", entered.strip(), offers[:_OFFERS], maybe_opioid=maybe)


def _sounds_like_one(part: str) -> bool:
    """Whether a word that nobody knows is vague, or begins as names of opioids begin."""
    bone, names = skeleton(part), index()
    return bone in names.vague or any(
        bone == skeleton(stem) or bone.startswith(stem) for stem in names.stems
    )


def _hides_more(part: str) -> bool:
    """Whether a painkiller or cough remedy stands alone, with a sign of a second ingredient."""
    said, names = words(with_plus(part)), index()
    found, _ = _matched(said)
    if [entry.label in names.sold_with_opioids for entry in found] != [True]:
        return False
    return bool(names.more.intersection(said)) or shows_more(part)


def _near(bone: str) -> list[str]:
    """Labels of the names that a word may be a slip for, the nearest first."""
    if len(bone) < _SHORTEST_NEAR:
        return []
    # Here only: the command line starts without it.
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    slips = 1 if len(bone) <= 6 else 2
    hits = process.extract(
        bone, index().near, scorer=OSA.distance, score_cutoff=slips, limit=2 * _OFFERS
    )
    # Among equally near names opioids come first: they are the ones to be asked about.
    entries = index().entries
    ranked = sorted(
        hits,
        key=lambda hit: (hit[1], not any(each.opioid for each in entries[hit[0]].ingredients)),
    )
    return [entries[name].label for name, _, _ in ranked]


def _once(items: Iterable[_Item]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(items))
