"""Shapes that several resources share."""

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet
from ninja import Schema
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from lodose.server.records.entries import spelt

PAGE = 50
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
DECIMAL = r"^-?[0-9]{1,8}(\.[0-9]{1,5})?$"
# No product label, and no dose of any medicine by mouth, comes near.
MOST_MICROGRAMS = 10_000_000


def _written_out(given: object) -> object:
    """Take a day or a moment as text only: 0 and 1e9 are moments to pydantic."""
    if isinstance(given, str) and "-" in given[1:]:
        return given
    raise ValueError("not written out")


def _in_range(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError("out of range")
    return day


def _moment_in_range(moment: datetime) -> datetime:
    _in_range(moment.replace(tzinfo=None).date())
    return moment.astimezone(UTC)


def without_nul(text: str) -> str:
    """Refuse a NUL, which PostgreSQL cannot keep in text."""
    if "\x00" in text:
        raise ValueError("holds a NUL")
    return text


Day = Annotated[
    date,
    BeforeValidator(_written_out),
    AfterValidator(_in_range),
    Field(description="A calendar day, 2026-03-01, between 1970 and 2199."),
]
Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_moment_in_range)]
Micrograms = Annotated[int, Field(strict=True, ge=0, le=MOST_MICROGRAMS)]
Flag = Annotated[bool, Field(strict=True)]
Clock = Annotated[str, StringConstraints(pattern=CLOCK)]
Amount = Annotated[str, StringConstraints(pattern=DECIMAL)]
Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(without_nul)]
Name = Annotated[str, StringConstraints(max_length=120), AfterValidator(without_nul)]
Word = Annotated[str, StringConstraints(max_length=40), AfterValidator(without_nul)]
Text = Annotated[str, StringConstraints(max_length=2000), AfterValidator(without_nul)]
PageNumber = Annotated[int, Field(ge=1, le=100_000)]


class Given(Schema):
    """What a program sends: a field that is not named here is an error, not ignored."""

    model_config = ConfigDict(extra="forbid")


Each = TypeVar("Each")


class Page(Schema, Generic[Each]):
    """A part of a longer list."""

    items: list[Each] = Field(description=f"At most {PAGE} of them.")
    count: int = Field(description="How many there are in all.")
    page: int = Field(description="Which part this is, from 1.")
    pages: int = Field(description="How many parts there are; 0 where the list is empty.")


def page_of(
    rows: "QuerySet[Any] | list[Any]", number: int, shape: Callable[[Any], Any]
) -> dict[str, Any]:
    """Return one part of a list; a part after the last is empty."""
    count = len(rows) if isinstance(rows, list) else rows.count()
    first = (number - 1) * PAGE
    return {
        "items": [shape(row) for row in rows[first : first + PAGE]],
        "count": count,
        "page": number,
        "pages": math.ceil(count / PAGE),
    }


def clock_of(text: str | None) -> time | None:
    """Read a time of day as `Clock` has checked it."""
    return None if text is None else time.fromisoformat(text)


def decimal_text(value: Decimal | None) -> str | None:
    """Return a decimal in its one spelling."""
    return None if value is None else spelt(value)


class Done(Schema):
    """What was asked for holds now."""

    done: bool = Field(True, description="Always true: everything else is a problem.")
