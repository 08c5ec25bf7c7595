"""Recognise an opioid by its name: the short question that a diary asks of every medicine.

Drop-in for the web application: `recognise` and `near` return the same three fields as its first
recogniser did, from the names and rules of screening.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lodose.screening.medicines import GUT_OPIOIDS, OPIOIDS, Ingredient, index, key, read

# The rule that speaks of each group while the medicine is taken.
_RULES = {
    "strong opioid": "OPI-001",
    "tramadol": "OPI-002",
    "methadone": "OPI-003",
    "partial opioid": "OPI-004",
    "kratom": "OPI-007",
    "gut opioid": "OPI-008",
    "cough opioid": "OPI-009",
}


@dataclass(frozen=True, slots=True)
class Opioid:
    """An opioid: its ingredient, the rule that names it, and where it acts.

    Of kind "opioid" the treatment must not be started beside it; of kind "gut" it acts in the gut
    and may work less.
    """

    name: str
    rule: str
    kind: Literal["opioid", "gut"]


def recognise(name: str) -> Opioid | None:
    """Return the opioid that a medicine contains, None where none is recognised.

    None does not mean that there is none: see `near`, and ask.

    Examples
    --------
    >>> recognise("Tramadol-HCl 50 mg").name, recognise("ibuprofen"), recognise("apomorphine")
    ('tramadol', None, None)
    >>> recognise("Nurofen Plus")
    Opioid(name='codeine', rule='OPI-001', kind='opioid')
    """
    return _worst(read(name).ingredients)


def near(name: str) -> Opioid | None:
    """Return the opioid that a name may be a slip for: "tramdol"; to be asked, never assumed."""
    unclear = read(name).unclear
    if unclear is None:
        return None
    entries = index().entries
    return _worst(each for label in unclear.offers for each in entries[key(label)].ingredients)


def _worst(ingredients: Iterable[Ingredient]) -> Opioid | None:
    """Where several are in it, the one to be warned of most."""
    found = [
        Opioid(each.name, _RULES[each.group], "gut" if each.group in GUT_OPIOIDS else "opioid")
        for each in ingredients
        if each.group in OPIOIDS | GUT_OPIOIDS
    ]
    return min(found, key=lambda each: each.kind != "opioid", default=None)
