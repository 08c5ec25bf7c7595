"""What was swallowed and when: a regimen, or the real log of a diary."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import isfinite

from lodose.errors import InputError

MG = 1000
ASK_ABOVE_UG = 6 * MG
"""The highest low dose studied in a controlled trial: above it somebody has to confirm."""

HIGHEST_UG = 200 * MG
"""The highest dose in the data; the model is not asked above it."""

LONGEST_DAYS = 3660

_UNITS = {"mg": MG, "ug": 1, "µg": 1, "μg": 1, "mcg": 1, "microgram": 1, "micrograms": 1}
_AMOUNT = re.compile(r"^\s*(?P<number>[-+]?\d+(?:[.,]\d+)?)\s*(?P<unit>[a-zµμ]*)\s*$", re.I)


@dataclass(frozen=True, slots=True)
class History:
    """Doses and the hours at which they were swallowed, first to last.

    Attributes
    ----------
    times_h : tuple of float
        Hours on one clock, from wherever it starts.
    doses_ug : tuple of int
        Micrograms of naltrexone hydrochloride, one for each time.
    confirmed : bool
        Somebody said that doses above 6 mg are meant.

    Raises
    ------
    InputError
        For a dose that is negative, no whole number of micrograms, above 6 mg and not confirmed,
        or above any in the data; for times that are not finite or go backwards.
    """

    times_h: tuple[float, ...]
    doses_ug: tuple[int, ...]
    confirmed: bool = False

    def __post_init__(self) -> None:
        """Refuse what nobody can have swallowed."""
        if len(self.times_h) != len(self.doses_ug):
            raise InputError(
                f"has {len(self.times_h)} times for {len(self.doses_ug)} doses",
                "give one time for each dose.",
                column="doses",
            )
        for number, dose in enumerate(self.doses_ug, start=1):
            check_dose(dose, confirmed=self.confirmed, row=number)
        before = float("-inf")
        for number, time in enumerate(self.times_h, start=1):
            if not isfinite(time) or time < before:
                raise InputError(
                    "goes back in time" if isfinite(time) else "is no time",
                    "put the doses in the order in which they were swallowed.",
                    column="times_h",
                    row=number,
                    value=time,
                )
            before = time
        if self.times_h and self.times_h[-1] - self.times_h[0] > LONGEST_DAYS * 24:
            raise InputError(
                "is longer than ten years", "check the dates.", column="times_h",
                value=self.times_h[-1],
            )  # fmt: skip

    @property
    def last_h(self) -> float:
        """Hour of the last dose that holds anything; 0 where there is none."""
        taken = [time for time, dose in zip(self.times_h, self.doses_ug, strict=True) if dose]
        return taken[-1] if taken else 0.0


def check_dose(dose_ug: int, *, confirmed: bool, row: int | None = None) -> None:
    """Refuse a dose that nobody can have meant, and ask about one that may be a slip."""
    if isinstance(dose_ug, bool) or dose_ug != int(dose_ug):
        raise InputError(
            "is no whole number of micrograms", "write 4500 for 4.5 mg.",
            column="dose", row=row, value=dose_ug,
        )  # fmt: skip
    if dose_ug < 0:
        raise InputError(
            "is below zero", "write what was swallowed; 0 for a missed dose.",
            column="dose", row=row, value=f"{in_mg(dose_ug)}",
        )  # fmt: skip
    if dose_ug > HIGHEST_UG:
        raise InputError(
            f"is above {in_mg(HIGHEST_UG)}, the highest dose in the data",
            "check the number and the unit.",
            column="dose",
            row=row,
            value=in_mg(dose_ug),
        )
    if dose_ug > ASK_ABOVE_UG and not confirmed:
        tenth = dose_ug / 10
        meant = f"did you mean {in_mg(tenth)}? " if tenth <= ASK_ABOVE_UG else ""
        raise InputError(
            f"is above {in_mg(ASK_ABOVE_UG)}, the highest low dose studied in a controlled trial",
            f"{meant}If the dose is meant as written, confirm it.",
            column="dose",
            row=row,
            value=in_mg(dose_ug),
        )


def amount_ug(text: str) -> int:
    """Read an amount with its unit in micrograms.

    Examples
    --------
    >>> amount_ug("4.5 mg"), amount_ug("500 micrograms")
    (4500, 500)
    """
    found = _AMOUNT.match(text)
    unit = found.group("unit").casefold() if found else ""
    if found is None or unit not in _UNITS:
        raise InputError(
            "has no unit that is known" if found else "is no dose",
            "write a number and its unit: '4.5 mg' or '500 micrograms'.",
            column="dose",
            value=text,
        )
    exact = Decimal(found.group("number").replace(",", ".")) * _UNITS[unit]
    if exact != exact.to_integral_value():
        raise InputError(
            "is finer than a microgram", "round it to whole micrograms.", column="dose", value=text
        )
    return int(exact)


def in_mg(ug: float) -> str:
    """Micrograms written in mg."""
    return f"{ug / MG:.4f}".rstrip("0").rstrip(".") + " mg"


def regimen(
    dose_ug: int,
    *,
    days: int,
    every_h: float = 24.0,
    missed: Collection[int] = (),
    doubled: Collection[int] = (),
    start_h: float = 0.0,
    confirmed: bool = False,
) -> History:
    """A dose at the same distance, with doses left out or doubled.

    Parameters
    ----------
    dose_ug : int
        Micrograms each time.
    days : int
        How long; the last dose falls before the end of the last day.
    every_h : float
        Hours from dose to dose: 24 for once a day, 12 for a split dose.
    missed, doubled : collection of int
        Numbers of the doses, from 1, that were left out or taken twice (two doses at once).

    Examples
    --------
    >>> regimen(4500, days=4, missed={2}).times_h
    (0.0, 48.0, 72.0)
    """
    if not isfinite(every_h) or not 1 <= every_h <= 24 * 30:
        raise InputError(
            "is no distance between doses", "give 1 to 720 hours.", column="every_h", value=every_h
        )
    if not 1 <= days <= LONGEST_DAYS:
        raise InputError(
            "is no number of days", f"give 1 to {LONGEST_DAYS}.", column="days", value=days
        )
    count = max(1, round(days * 24 / every_h))
    for name, chosen in (("missed", missed), ("doubled", doubled)):
        for number in chosen:
            if not 1 <= number <= count:
                raise InputError(
                    "is no dose of this regimen",
                    f"give numbers from 1 to {count}.",
                    column=name,
                    value=number,
                )
    taken = [
        number
        for number in range(1, count + 1)
        if number not in missed
        for _ in range(2 if number in doubled else 1)
    ]
    return History(
        tuple(start_h + (number - 1) * every_h for number in taken),
        (dose_ug,) * len(taken),
        confirmed=confirmed,
    )


def dose_log(
    entries: Sequence[tuple[datetime, int]], *, confirmed: bool = False
) -> tuple[History, datetime]:
    """The doses of a diary, as they were taken, and the moment that is hour 0.

    Parameters
    ----------
    entries : sequence of (datetime, int)
        When, with its time zone, and how many micrograms. Not taken is not an entry.

    Returns
    -------
    history : History
        Hours since the first entry, in real hours: a change of the clock is no extra hour.
    start : datetime
        The first entry.
    """
    if not entries:
        raise InputError("holds no dose", "give one entry or more.", column="doses")
    for number, (when, _) in enumerate(entries, start=1):
        if when.utcoffset() is None:
            raise InputError(
                "has no time zone", "say where it was taken.", column="time", row=number, value=when
            )
    start = entries[0][0]
    hours = tuple((when.timestamp() - start.timestamp()) / 3600.0 for when, _ in entries)
    return History(hours, tuple(dose for _, dose in entries), confirmed=confirmed), start


def parse_log(text: str, *, file: str = "log") -> list[tuple[datetime, int]]:
    """Read a dose log: a line for each dose, `2026-05-01T21:00+02:00,4.5 mg`.

    Parameters
    ----------
    text : str
        Lines of a moment with its offset, a comma, an amount with its unit. The first line may be
        the header `taken,dose`.

    Raises
    ------
    InputError
        Naming the line.
    """
    entries = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or (number == 1 and line.strip() == "taken,dose"):
            continue
        moment, _, amount = line.partition(",")
        try:
            when = datetime.fromisoformat(moment.strip())
        except ValueError:
            raise InputError(
                "is no moment",
                "write it as 2026-05-01T21:00+02:00,4.5 mg",
                file=file,
                row=number,
                value=moment,
            ) from None
        entries.append((when, amount_ug(amount)))
    return entries


def joined(*parts: History) -> History:
    """One history from several, such as two steps of a titration with a pause between.

    The parts stand on the same clock and may overlap; they are put in order.
    """
    doses = sorted(
        (time, dose)
        for part in parts
        for time, dose in zip(part.times_h, part.doses_ug, strict=True)
    )
    return History(
        tuple(time for time, _ in doses),
        tuple(dose for _, dose in doses),
        confirmed=any(part.confirmed for part in parts),
    )
