"""Laboratory values: which units they come in, and whether a decimal point slipped.

Nothing here judges a value. The only comparison is with the upper limit that the person's own
laboratory gave beside it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from lodose.server.records.clock import today_of
from lodose.server.records.entries import EntryError, spelt
from lodose.server.records.items import add_item, change_item
from lodose.server.records.models import Laboratory, Person
from lodose.server.spoken import said_day, said_number

FILE = Path(__file__).with_name("laboratory.toml")
LONGEST_NOTE = 200
OTHER = "other"
EARLIEST = date(1970, 1, 1)
_NAME, _UNIT = 40, 20
_LARGEST, _FINEST = Decimal(10) ** 9, Decimal("0.00001")


class LikelySlipError(EntryError):
    """A value is far from what is usually measured: it can be insisted on by ``as_typed``."""


@dataclass(frozen=True, slots=True)
class Analyte:
    """Something that a laboratory measures.

    ``units`` maps each allowed unit to the factor that turns its number into ``unit``;
    ``plausible`` holds wide bounds in ``unit``, outside of which the person is asked back.
    """

    id: str
    label: str
    unit: str
    units: Mapping[str, Decimal]
    plausible: tuple[Decimal, Decimal]

    def is_plausible(self, value: Decimal, unit: str) -> bool:
        """Whether a value lies inside the wide bounds; 0 is below detection, and so plausible."""
        low, high = self.plausible
        return value == 0 or low <= value * self.units[unit] <= high


@dataclass(frozen=True, slots=True)
class Result:
    """A value as somebody typed it, before anything is checked."""

    day: date | None
    analyte: str
    value: str
    unit: str
    upper_limit: str = ""
    note: str = ""
    other_name: str = ""
    other_unit: str = ""
    as_typed: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one analyte, newest first; ``unit`` is the one they are compared in."""

    label: str
    unit: str
    values: tuple["Shown", ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One value as lists show it: as reported, and in the common unit where that differs."""

    item: Laboratory
    converted: Decimal | None
    above_own_limit: bool


@cache
def analytes() -> Mapping[str, Analyte]:
    """Return the table of analytes by their id."""
    rows = tomllib.loads(FILE.read_text("utf-8"))["analyte"]
    return MappingProxyType({row["id"]: _analyte(row) for row in rows})


def _analyte(row: Mapping[str, Any]) -> Analyte:
    low, high = (Decimal(bound) for bound in row["plausible"])
    units = {unit: Decimal(factor) for unit, factor in row["units"].items()}
    return Analyte(row["id"], row["label"], row["unit"], MappingProxyType(units), (low, high))


def all_units() -> list[str]:
    """Return every unit of the table once, in its order."""
    return list(dict.fromkeys(unit for each in analytes().values() for unit in each.units))


def label_of(name: str) -> str:
    """Return what an analyte is called; one that is not in the table is called as it was typed."""
    known = analytes().get(name)
    return _(known.label) if known else name


def convert(value: Decimal, unit: str, analyte: Analyte) -> Decimal:
    """Return a value in the unit in which values of an analyte are compared."""
    return value * analyte.units[unit]


def add_result(person: Person, result: Result) -> Laboratory:
    """Write a laboratory value.

    Raises
    ------
    EntryError
        Naming the fields that cannot be, or asking back ("value") where a slip is likely; then
        nothing was written, and sending it ``as_typed`` writes it.
    """
    return add_item(Laboratory(person=person, **check_result(person, result)))


def change_result(item: Laboratory, result: Result, *, reason: str) -> Laboratory:
    """Correct a laboratory value; raises as ``add_result`` does."""
    return change_item(item, check_result(item.person, result), reason=reason)


def check_result(person: Person, result: Result) -> dict[str, Any]:
    """Return the fields of a value that can be written, or raise ``EntryError``."""
    problems: dict[str, str] = {}
    problems |= _check_day(person, result.day)
    name, unit = _check_unit(result, problems)
    text, below = result.value.strip(), False
    if text.startswith(("<", "＜")):
        text, below = text[1:].strip(), True
    value = _number(text, "value", problems)
    limit = _number(result.upper_limit, "upper_limit", problems) if result.upper_limit else None
    if len(result.note) > LONGEST_NOTE:
        problems["note"] = _("Write %(most)d characters or fewer.") % {"most": LONGEST_NOTE}
    known = analytes().get(name)
    if problems:
        raise EntryError(problems)
    if known is not None and value is not None and not result.as_typed:
        slips = {} if below else _ask_back(known, value, unit, "value")
        slips |= _ask_back(known, limit, unit, "upper_limit") if limit is not None else {}
        if slips:
            raise LikelySlipError(slips)
    return {
        "day": result.day,
        "analyte": name,
        "value": value,
        "unit": unit,
        "below_detection": below,
        "upper_limit": limit,
        "note": result.note.strip(),
    }


def _check_day(person: Person, day: date | None) -> dict[str, str]:
    if day is None:
        return {"day": _("Write the day on which the sample was taken.")}
    if day > today_of(person):
        return {"day": _("%(day)s has not come yet.") % {"day": said_day(day)}}
    if day < EARLIEST:
        return {"day": _("Check the year of %(day)s.") % {"day": said_day(day)}}
    return {}


def _check_unit(result: Result, problems: dict[str, str]) -> tuple[str, str]:
    if result.analyte == OTHER:
        name = " ".join(result.other_name.split())
        unit = " ".join(result.other_unit.split())
        if not 0 < len(name) <= _NAME:
            problems["other_name"] = _("Write what was measured, in %(most)d characters.") % {
                "most": _NAME
            }
        if not 0 < len(unit) <= _UNIT:
            problems["other_unit"] = _("Write the unit as it stands on the report.")
        return name, unit
    known = analytes().get(result.analyte)
    if known is None:
        problems["analyte"] = _("Choose what was measured.")
    elif result.unit not in known.units:
        problems["unit"] = _("%(analyte)s is not given in %(unit)s. Choose one of: %(units)s.") % {
            "analyte": _(known.label),
            "unit": _("another unit") if result.unit in ("", OTHER) else result.unit,
            "units": ", ".join(known.units),
        }
    return result.analyte, result.unit


def _number(text: str, field: str, problems: dict[str, str]) -> Decimal | None:
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        problems[field] = _("“%(value)s” is not a number. Write it as 4.5, or <5 if below.") % {
            "value": text[:20]
        }
        return None
    if not value.is_finite() or not 0 <= value < _LARGEST or value % _FINEST:
        problems[field] = _("Write a number from 0 up, with at most 5 decimals.")
        return None
    return value


def _ask_back(analyte: Analyte, value: Decimal, unit: str, field: str) -> dict[str, str]:
    """Ask about a value outside the wide bounds, with what may have been meant."""
    if analyte.is_plausible(value, unit):
        return {}
    meant = [
        f"{said_number(spelt(value * factor))} {unit}"
        for factor in (Decimal("0.1"), Decimal(10), Decimal("0.01"), Decimal(100))
        if analyte.is_plausible(value * factor, unit)
    ]
    meant += [
        f"{said_number(spelt(value))} {other}"
        for other, factor in analyte.units.items()
        if factor != analyte.units[unit] and analyte.is_plausible(value, other)
    ]
    given = f"{said_number(spelt(value))} {unit}"
    if not meant:
        return {
            field: _(
                "%(given)s is far from what is usually measured. Look at the report again; if it "
                "says so, tick “It is as I typed it”."
            )
            % {"given": given}
        }
    return {
        field: _(
            "%(given)s is far from what is usually measured. Did you mean %(meant)s? If the "
            "report says %(given)s, tick “It is as I typed it”."
        )
        % {"given": given, "meant": _(" or ").join(meant)}
    }


def series_of(person: Person) -> list[Series]:
    """Return a person's values by analyte, in the order of their names."""
    found: dict[str, list[Laboratory]] = {}
    items = Laboratory.objects.filter(person=person, removed_at=None).order_by("-day", "id")
    for item in items:
        item.person = person
        found.setdefault(item.analyte, []).append(item)
    series = [_series(name, values) for name, values in found.items()]
    return sorted(series, key=lambda each: each.label.casefold())


def _series(name: str, items: list[Laboratory]) -> Series:
    known = analytes().get(name)
    shown = []
    for item in items:
        converted = None
        if known is not None and item.unit in known.units and item.unit != known.unit:
            converted = convert(item.value, item.unit, known)
        above = (
            item.upper_limit is not None
            and not item.below_detection
            and item.value > item.upper_limit
        )
        shown.append(Shown(item, converted, above))
    return Series(label_of(name), known.unit if known else items[0].unit, tuple(shown))
