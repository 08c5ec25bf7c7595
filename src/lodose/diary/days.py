"""Several rows of one day become one entry, and the diary says so."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from math import fsum
from typing import Literal

from lodose.diary.cells import merge_side_effects
from lodose.diary.model import DailyEntry, Remark, RemarkKind, SideEffect
from lodose.errors import InputError

Report = Callable[[InputError, RemarkKind, dt.date | None], None]


@dataclass(frozen=True, slots=True)
class DayRow:
    """One row of the file, read."""

    line: int
    date: dt.date
    time: dt.time | None
    outcomes: Mapping[str, float]
    dose_micrograms: int | None
    side_effects: tuple[SideEffect, ...] | None
    note: str
    arm: Literal["active", "comparator"] | None
    study_day: int | None


def merge_days(
    file: str, rows: list[DayRow], report: Report, remarks: list[Remark]
) -> tuple[DailyEntry, ...]:
    """Make one entry a day.

    Outcomes are averaged over the rows that have them, doses add up, side effects unite with
    their worst severity, notes stand one after the other in order of time.
    """
    ordered = sorted(rows, key=lambda row: (row.date, row.time or dt.time.min, row.line))
    merged = []
    several: list[list[DayRow]] = []
    slips: list[tuple[DayRow, DayRow]] = []
    for day, group in groupby(ordered, key=lambda row: row.date):
        kept = _without_repeats(file, list(group), report)
        slips += _disagreements(file, kept, report)
        if len(kept) > 1:
            several.append(kept)
        merged.append(_merge(day, kept))
    remarks.extend([*_on_study_days(slips), *_on_several(several)])
    return tuple(merged)


def _on_several(days: list[list[DayRow]]) -> list[Remark]:
    """One remark for all days with several entries, however many."""
    if not days:
        return []
    day, first = days[0][0].date, sorted(row.line for row in days[0])
    lines = ", ".join(str(line) for line in first)
    found = (
        f"{day} has {len(first)} entries (lines {lines})"
        if len(days) == 1
        else f"{len(days)} days have several entries (the first is {day}, lines {lines})"
    )
    message = f"{found}: outcomes were averaged over the entries that have them, doses added up."
    return [Remark("note", "several-entries", message, first[0], day)]


def _on_study_days(slips: list[tuple[DayRow, DayRow]]) -> list[Remark]:
    """One remark for all rows whose study day is not that of their day's first row."""
    if not slips:
        return []
    kept, row = slips[0]
    message = (
        f"Study day {row.study_day} differs from '{kept.study_day}' in line {kept.line} of the "
        "same day; the first was kept."
    )
    if len(slips) > 1:
        message += f" So it is in {len(slips)} lines, of which this is the first."
    return [Remark("warning", "study-day", message, row.line, row.date)]


def _without_repeats(file: str, rows: list[DayRow], report: Report) -> list[DayRow]:
    """Refuse a second row of the same day and time: nothing tells which of them counts."""
    kept: dict[dt.time | None, DayRow] = {}
    for row in sorted(rows, key=lambda row: row.line):
        first = kept.setdefault(row.time, row)
        if first is row:
            continue
        when = f"{row.date}" if row.time is None else f"{row.date} {row.time}"
        mend = (
            "delete one of them, or add a 'time' column if these are several entries of one day."
            if row.time is None
            else "delete one of them, or correct its time."
        )
        error = InputError(
            f"is the second entry for {when} (the first is line {first.line})",
            mend,
            file=file,
            row=row.line,
        )
        report(error, "duplicate-date", row.date)
    return sorted(kept.values(), key=lambda row: (row.time or dt.time.min, row.line))


def _disagreements(file: str, rows: list[DayRow], report: Report) -> list[tuple[DayRow, DayRow]]:
    """Refuse rows of one day with different arms; return those with different study days."""
    armed = [row for row in rows if row.arm is not None]
    for row in armed[1:]:
        if row.arm != armed[0].arm:
            error = InputError(
                f"differs from '{armed[0].arm}' in line {armed[0].line} of the same day",
                "give all entries of a day the same arm.",
                file=file,
                row=row.line,
                column="arm",
                value=row.arm,
            )
            report(error, "arm-differs-within-day", row.date)
    counted = [row for row in rows if row.study_day is not None]
    return [(counted[0], row) for row in counted[1:] if row.study_day != counted[0].study_day]


def _merge(day: dt.date, rows: list[DayRow]) -> DailyEntry:
    names = dict.fromkeys(name for row in rows for name in row.outcomes)
    outcomes = {}
    for name in names:
        values = [row.outcomes[name] for row in rows if name in row.outcomes]
        outcomes[name] = fsum(values) / len(values)
    doses = [row.dose_micrograms for row in rows if row.dose_micrograms is not None]
    asked = [row.side_effects for row in rows if row.side_effects is not None]
    return DailyEntry(
        date=day,
        outcomes=outcomes,
        dose_micrograms=sum(doses) if doses else None,
        side_effects=merge_side_effects(asked) if asked else None,
        note=" / ".join(row.note for row in rows if row.note),
        arm=next((row.arm for row in rows if row.arm is not None), None),
        study_day=next((row.study_day for row in rows if row.study_day is not None), None),
        entries=len(rows),
        source_line=min(row.line for row in rows),
    )
