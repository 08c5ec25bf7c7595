"""Instruments are data; each MCID has a source that can be looked up."""

import re
from decimal import Decimal

import pytest

from lodose.diary import read_instruments


@pytest.mark.spec
@pytest.mark.parametrize(
    ("name", "minimum", "maximum", "step", "better", "mcid", "identifier"),
    [
        ("pain-nrs", 0, 10, Decimal(1), "lower", Decimal(1), "PMID 15207508"),
        ("peg", 0, 10, None, "lower", Decimal(1), "PMC10859144"),
    ],
)
def test_the_instruments(
    name: str,
    minimum: int,
    maximum: int,
    step: Decimal | None,
    better: str,
    mcid: Decimal,
    identifier: str,
) -> None:
    tool = read_instruments()[name]
    assert (tool.minimum, tool.maximum, tool.step, tool.better) == (minimum, maximum, step, better)
    assert (tool.mcid, tool.identifier) == (mcid, identifier)


def test_every_instrument_is_complete() -> None:
    for name, tool in read_instruments().items():
        assert tool.name == name
        assert tool.minimum < tool.maximum
        assert all((tool.label, tool.question, tool.licence_note))
        if tool.mcid is not None:
            assert 0 < tool.mcid < tool.maximum - tool.minimum
            assert tool.mcid_source
            assert re.fullmatch(r"PMID [0-9]+|PMC[0-9]+|10\.[0-9]{4,}/\S+", tool.identifier)
