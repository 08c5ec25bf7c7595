"""One cell of a diary at a time: text in, value out, or one clear fault."""

import re
from datetime import date, time
from decimal import Decimal
from typing import Literal

from lodose.diary.model import SEVERITIES, SideEffect

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?")
_ZONE = re.compile(r"(?:Z|[+-][0-9]{2}:?[0-9]{2})$")
_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?"
)
_COMMA_NUMBER = re.compile(r"[+-]?[0-9]+,[0-9]+")
_LIKE_A_NUMBER = re.compile(r"[+-]?[.,0-9]*[0-9][.,0-9]*(?:[eE][+-]?[0-9]+)?")
_NOT_NUMBERS = {"nan", "inf", "-inf", "+inf", "infinity", "-infinity", "#n/a", "#num!", "#value!"}

# A diary holds ratings, minutes, steps: anything beyond this is a slip of the hand, and sums
# of a day's rows could otherwise overflow.
_LARGEST = Decimal(10) ** 12
_EARLIEST_YEAR, _LATEST_YEAR = 1970, 2199
# The largest tablet of naltrexone sold is 50 mg; ten times the usual low dose.
LARGEST_DOSE_MICROGRAMS = 50_000


class CellError(Exception):
    """What is wrong with a cell and how to mend it; the reader adds the place."""

    def __init__(self, problem: str, mend: str) -> None:
        self.problem = problem
        self.mend = mend
        super().__init__(problem)


def is_missing(text: str) -> bool:
    """Whether a cell says "not recorded": empty or NA. Missing is never zero."""
    return text == "" or text.casefold() == "na"


def looks_numeric(text: str) -> bool:
    """Whether a cell was meant as a number, even one that cannot be read."""
    return _LIKE_A_NUMBER.fullmatch(text) is not None or text.casefold() in _NOT_NUMBERS


def parse_date(text: str) -> date:
    """Read YYYY-MM-DD."""
    if is_missing(text):
        raise CellError("has no date", "write the calendar date as 2026-03-01, or delete the line.")
    match = _DATE.fullmatch(text)
    if match is None:
        if _DATE.match(text):
            raise CellError(
                "is a date with something behind it",
                "keep the date alone, as 2026-03-01; if the column holds the time of day as "
                "well, call it 'datetime'.",
            )
        raise CellError(
            "is not a date of the form 2026-03-01",
            "write year, month and day as YYYY-MM-DD (other orders can be misread).",
        )
    year, month, day = (int(part) for part in match.groups())
    try:
        found = date(year, month, day)
    except ValueError:
        raise CellError("is not a day of the calendar", "correct the month or the day.") from None
    if not _EARLIEST_YEAR <= year <= _LATEST_YEAR:
        raise CellError(
            f"is not a year from {_EARLIEST_YEAR} to {_LATEST_YEAR}", "correct the year."
        )
    return found


def parse_time(text: str) -> time:
    """Read HH:MM or HH:MM:SS."""
    match = _TIME.fullmatch(text)
    if match is not None:
        hour, minute, second = (int(part or 0) for part in match.groups())
        if hour < 24 and minute < 60 and second < 60:
            return time(hour, minute, second)
    raise CellError("is not a time of day", "write it as 08:30 or 08:30:15.")


def parse_datetime(text: str) -> tuple[date, time]:
    """Read a date and a time, with a blank or T between; a zone behind it is left out.

    The date counts as written, in the zone where it was written.
    """
    day, _, clock = text.replace("T", " ", 1).partition(" ")
    if not clock:
        raise CellError(
            "has no time of day",
            "write it as 2026-03-01 08:30; if there is one entry a day, call the column 'date'.",
        )
    return parse_date(day), parse_time(_ZONE.sub("", clock.strip()).strip())


def parse_exact(text: str, *, decimal_comma: bool) -> Decimal:
    """Read a number exactly as written."""
    if text.casefold() in _NOT_NUMBERS:
        raise CellError("is not a number", "leave the cell empty, or write NA, if it is missing.")
    plain = text
    if _COMMA_NUMBER.fullmatch(text):
        if not decimal_comma:
            raise CellError(
                "has a comma inside a number",
                "write a decimal point (3.5). A decimal comma is read only in files whose "
                "columns are separated by semicolons.",
            )
        plain = text.replace(",", ".")
    elif decimal_comma and "." in text and "," in text:
        raise CellError("has both a comma and a point", "leave out the thousands separator.")
    if _NUMBER.fullmatch(plain) is None:
        raise CellError(
            "is not a number", "write digits only, as 6 or 6.5, or leave the cell empty."
        )
    number = Decimal(plain)
    if abs(number) > _LARGEST:
        raise CellError("is too large to be a diary entry", "correct the number.")
    return number


def parse_outcome(text: str, *, decimal_comma: bool) -> float:
    """Read the value of an outcome."""
    return float(parse_exact(text, decimal_comma=decimal_comma))


def parse_dose(text: str, unit: Literal["mg", "micrograms"], *, decimal_comma: bool) -> int:
    """Read a dose as whole micrograms, refusing what looks like the wrong unit."""
    amount = parse_exact(text, decimal_comma=decimal_comma)
    if amount < 0:
        raise CellError("is a negative dose", "write the dose taken, or 0 if none was taken.")
    if unit == "micrograms":
        return _whole_micrograms(amount)
    if amount >= 100:
        raise CellError(
            f"would be {amount:f} mg",
            "did you mean micrograms? Then call the column 'dose_micrograms'.",
        )
    micrograms = amount * 1000
    if micrograms > LARGEST_DOSE_MICROGRAMS:
        raise CellError(
            "is a dose above 50 mg, more than any naltrexone tablet",
            "check the number; 4.5 in this column means 4.5 mg.",
        )
    if micrograms != micrograms.to_integral_value():
        raise CellError(
            "is a dose finer than one microgram",
            "write the dose in mg with at most three decimals.",
        )
    return int(micrograms)


def _whole_micrograms(amount: Decimal) -> int:
    if amount != amount.to_integral_value():
        as_mg = amount * 1000
        hint = (
            f"did you mean mg? {amount.normalize():f} mg is {as_mg.normalize():f} micrograms; "
            "or call the column 'dose_mg'."
        )
        raise CellError("is not a whole number of micrograms", hint)
    if amount > LARGEST_DOSE_MICROGRAMS:
        raise CellError(
            "is a dose above 50000 micrograms (50 mg), more than any naltrexone tablet",
            "check the number; 4.5 mg is 4500 micrograms.",
        )
    return int(amount)


def parse_side_effects(text: str) -> tuple[SideEffect, ...] | None:
    """Read "nausea:mild; vivid dreams:moderate"; "none" is asked and none felt."""
    if is_missing(text):
        return None
    if text.casefold() == "none":
        return ()
    worst: dict[str, int] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        name, colon, severity = part.rpartition(":")
        name = " ".join(name.split()).casefold()
        if not colon or not name:
            raise CellError(
                "has a side effect without a severity",
                "write name and severity, as 'nausea:mild; vivid dreams:moderate', or 'none'.",
            )
        level = SEVERITIES.get(severity.strip().casefold())
        if level is None:
            raise CellError(
                f"has an unknown severity '{severity.strip()}'",
                "use mild, moderate or severe.",
            )
        worst[name] = max(level, worst.get(name, 0))
    if not worst:
        raise CellError("names no side effect", "write 'none' if none was felt.")
    return merge_side_effects([tuple(SideEffect(name, level) for name, level in worst.items())])


def merge_side_effects(
    several: list[tuple[SideEffect, ...]],
) -> tuple[SideEffect, ...]:
    """Unite side effects of several rows, each with its worst severity, in order of name."""
    worst: dict[str, int] = {}
    for effects in several:
        for effect in effects:
            worst[effect.name] = max(effect.severity, worst.get(effect.name, 0))
    return tuple(SideEffect(name, worst[name]) for name in sorted(worst))


def parse_arm(text: str) -> Literal["active", "comparator"]:
    """Read the arm as recorded."""
    word = text.casefold()
    if word == "active":
        return "active"
    if word == "comparator":
        return "comparator"
    raise CellError("is not an arm", "write 'active' or 'comparator', or leave the cell empty.")


def parse_study_day(text: str, *, decimal_comma: bool) -> int:
    """Read the file's own count of days; "3.0" is 3."""
    number = parse_exact(text, decimal_comma=decimal_comma)
    if number != number.to_integral_value() or abs(number) > 100_000:
        raise CellError("is not a whole number of days", "write 1 for the first day, 2, 3 ...")
    return int(number)
