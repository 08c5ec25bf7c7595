"""Value types of a protocol: exact numbers, calendar days, doses, each with one spelling."""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from lodose.diary.cells import LARGEST_DOSE_MICROGRAMS

_EARLIEST_YEAR, _LATEST_YEAR = 1970, 2199
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Enough for any rating or prior, few enough that no arithmetic context ever rounds them.
_MOST_DIGITS, _LARGEST_EXPONENT = 15, 12


def fault(problem: str, mend: str) -> PydanticCustomError:
    """Make a validation error that carries its mend; the reader adds file and field."""
    return PydanticCustomError("lodose", "{problem}", {"problem": problem, "mend": mend})


def canonical_decimal(value: Decimal) -> str:
    """Spell a number in one way: 1, 1.0 and 1.00 are all "1".

    Examples
    --------
    >>> canonical_decimal(Decimal("0.50")), canonical_decimal(Decimal("1E+1"))
    ('0.5', '10')
    """
    return "0" if value == 0 else format(value.normalize(), "f")


def canonical(value: Any) -> Any:
    """Turn validated values into JSON values with one spelling each."""
    if isinstance(value, Decimal):
        return canonical_decimal(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    return value


def _read_exact(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise fault("is not a number", "write a number, as 1.5.")
    try:
        # A float goes through its shortest spelling: 0.3 is three tenths.
        number = Decimal(str(value))
    except InvalidOperation:
        raise fault("is not a number", "write a number, as 1.5.") from None
    if not number.is_finite():
        raise fault("is not a finite number", "write a number, as 1.5.")
    return number


def _check_digits(value: Decimal) -> Decimal:
    digits = len(value.as_tuple().digits)
    if digits > _MOST_DIGITS or (value and abs(value.adjusted()) > _LARGEST_EXPONENT):
        raise fault(
            f"has more than {_MOST_DIGITS} digits or is beyond any rating",
            "write the number with fewer digits.",
        )
    return value


def _read_day(value: object) -> object:
    if isinstance(value, dt.datetime):
        raise fault("has a time of day", "write the calendar date alone, as 2026-03-01.")
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise fault("is not a day of the calendar", "correct the month or the day.") from None
    raise fault("is not a date", "write it as 2026-03-01.")


def _check_year(value: dt.date) -> dt.date:
    if not _EARLIEST_YEAR <= value.year <= _LATEST_YEAR:
        raise fault(
            f"is not in a year from {_EARLIEST_YEAR} to {_LATEST_YEAR}", "correct the year."
        )
    return value


def _read_whole(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        raise fault("is not a whole number", "write a whole number, as 7.")
    return value


def _read_micrograms(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise fault(
            "is not a whole number of micrograms", "write micrograms as digits: 4.5 mg is 4500."
        )
    amount = Decimal(str(value))
    if not amount.is_finite() or amount != amount.to_integral_value():
        hint = f"did you mean {canonical_decimal(amount * 1000)}? " if amount.is_finite() else ""
        raise fault(
            "is not a whole number of micrograms",
            f"{hint}Doses here are in micrograms: 4.5 mg is 4500.",
        )
    if amount < 0:
        raise fault("is a negative dose", "write the dose in micrograms, 0 for none.")
    if amount > LARGEST_DOSE_MICROGRAMS:
        raise fault(
            "is a dose above 50000 micrograms (50 mg), more than any naltrexone tablet",
            "check the number: 4.5 mg is 4500 micrograms.",
        )
    return int(amount)


Exact = Annotated[
    Decimal,
    AfterValidator(_check_digits),
    BeforeValidator(_read_exact),
    PlainSerializer(canonical_decimal, return_type=str, when_used="json"),
]
Positive = Annotated[Exact, Field(gt=0)]
NotNegative = Annotated[Exact, Field(ge=0)]
Probability = Annotated[Exact, Field(ge=0, le=1)]
OpenProbability = Annotated[Exact, Field(gt=0, lt=1)]
Day = Annotated[dt.date, AfterValidator(_check_year), BeforeValidator(_read_day)]
Whole = Annotated[int, BeforeValidator(_read_whole)]
Micrograms = Annotated[
    int, Field(ge=0, le=LARGEST_DOSE_MICROGRAMS), BeforeValidator(_read_micrograms)
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Part(BaseModel):
    """Base of everything in a protocol: unchangeable, and no field that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
