"""Numbers in texts and records, written so that they compare."""

import re
from decimal import Decimal

_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")


def numbers_in(text: str) -> list[str]:
    """Return the numbers of a text, as they compare: without signs, commas and last zeros."""
    return [plain(found.rstrip(",").replace(",", "")) for found in _NUMBER.findall(text)]


def plain(number: str) -> str:
    """Write a number without last zeros."""
    return f"{Decimal(number).normalize():f}"


def written(value: object) -> str:
    """Write a value of a record; nothing for none."""
    return "" if value is None else str(value)
