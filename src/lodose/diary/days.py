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
    for day, group in groupby(ordered, key=lambda row: row.date):
        kept = _without_repeats(file, list(group), report)
        _check_agreement(file, kept, report, remarks)
        if len(kept) > 1:
            lines = ", ".join(str(row.line) for row in sorted(kept, key=lambda row: row.line))
            message = (
                f"{day} has {len(kept)} entries (lines {lines}): outcomes were averaged over the "
                "entries that have them, doses added up."
            )
            line = min(row.line for row in kept)
            remarks.append(Remark("note", "several-entries", message, line, day))
        merged.append(_merge(day, kept))
    return tuple(merged)


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


def _check_agreement(file: str, rows: list[DayRow], report: Report, remarks: list[Remark]) -> None:
    """Find rows of one day that contradict each other in what a day can have only once."""
    for attribute in ("arm", "study_day"):
        with_value = [row for row in rows if getattr(row, attribute) is not None]
        for row in with_value[1:]:
            first, now = getattr(with_value[0], attribute), getattr(row, attribute)
            if first == now:
                continue
            problem = f"differs from '{first}' in line {with_value[0].line} of the same day"
            if attribute == "arm":
                mend = "give all entries of a day the same arm."
                error = InputError(
                    problem, mend, file=file, row=row.line, column=attribute, value=now
                )
                report(error, "arm-differs-within-day", row.date)
            else:
                message = f"Study day {now} {problem}; the first was kept."
                remarks.append(Remark("warning", "study-day", message, row.line, row.date))


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
