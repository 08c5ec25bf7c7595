"""Instruments as data: range, direction and how much change matters, with its source."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class Instrument:
    """A question with a range, and how much change matters.

    Parameters
    ----------
    name : str
        Short name used in protocols: "pain-nrs".
    label : str
        For headings.
    question : str
        The question as asked; Lodose's own wording.
    minimum, maximum : decimal.Decimal
        Ends of the range.
    step : decimal.Decimal, optional
        Distance between two possible answers; None where any value is possible.
    better : {"lower", "higher"}
        Direction of benefit.
    mcid : decimal.Decimal, optional
        Smallest change that matters, as a positive number; None where none was verified.
    mcid_source : str
        Where the MCID comes from, in words.
    licence_note : str
        What to check before using the instrument.
    identifier : str
        DOI, PMID or PMC number of the MCID's source.
    """

    name: str
    label: str
    question: str
    minimum: Decimal
    maximum: Decimal
    step: Decimal | None
    better: Literal["lower", "higher"]
    mcid: Decimal | None
    mcid_source: str
    licence_note: str
    identifier: str


def _exact(value: int | Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value)


@cache
def read_instruments() -> Mapping[str, Instrument]:
    """Return the instruments that come with Lodose, by name.

    Examples
    --------
    >>> read_instruments()["pain-nrs"].mcid
    Decimal('1')
    """
    text = resources.files("lodose.diary").joinpath("instruments.toml").read_text("utf-8")
    table = tomllib.loads(text, parse_float=Decimal)
    return MappingProxyType(
        {
            name: Instrument(
                name=name,
                label=row["label"],
                question=row["question"],
                minimum=Decimal(row["minimum"]),
                maximum=Decimal(row["maximum"]),
                step=_exact(row.get("step")),
                better=row["better"],
                mcid=_exact(row.get("mcid")),
                mcid_source=row["mcid_source"],
                licence_note=row["licence_note"],
                identifier=row["identifier"],
            )
            for name, row in table.items()
        }
    )
