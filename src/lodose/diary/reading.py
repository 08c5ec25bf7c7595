"""Read a diary from tidy CSV: one row a day, or several told apart by their time."""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from itertools import pairwise
from typing import Literal, TypeVar

from lodose.diary import cells
from lodose.diary.cells import CellError
from lodose.diary.days import DayRow, merge_days
from lodose.diary.model import Diary, Remark, RemarkKind, SideEffect
from lodose.diary.table import DATE_COLUMNS, Row, Source, Table, read_table
from lodose.errors import InputError

# Columns with a meaning of their own: no outcome may have such a name.
RESERVED_COLUMNS = (
    *DATE_COLUMNS,
    "time",
    "dose_mg",
    "dose_micrograms",
    "side_effects",
    "note",
    "arm",
    "study_day",
)

Value = TypeVar("Value")


def read_diary(source: Source, *, protocol_outcomes: Sequence[str] | None = None) -> Diary:
    r"""Read a diary from a CSV file, stopping at the first fault.

    Parameters
    ----------
    source : path or open file
        UTF-8 text with a header line; see docs/diary.md for the columns.
    protocol_outcomes : sequence of str, optional
        Outcomes that the file must have as columns of numbers. Where they are given, columns
        of numbers that are not among them are named in a remark.

    Raises
    ------
    InputError
        Naming file, line, column, value and the mend.

    Examples
    --------
    >>> import io
    >>> diary = read_diary(io.StringIO("date,pain,dose_mg\n2026-03-01,6,4.5\n"))
    >>> diary.entries[0].dose_micrograms
    4500
    """
    return _Reading(collect=False).read(source, protocol_outcomes)


def scan_diary(source: Source, *, protocol_outcomes: Sequence[str] | None = None) -> Diary:
    """Read a diary and collect every fault of a line as a remark instead of stopping.

    A cell that cannot be read counts as missing, a row without a readable date and a second
    row of the same day are left out; each is a remark of severity "error" among the diary's
    ``issues``. Use it to list what needs mending, never to answer a question.

    Raises
    ------
    InputError
        Where the file as a whole cannot be read: not text, no date column, no entry left.
    """
    return _Reading(collect=True).read(source, protocol_outcomes)


@dataclass(slots=True)
class _Reading:
    """One pass over one file."""

    collect: bool
    remarks: list[Remark] = field(default_factory=list)

    def report(self, error: InputError, kind: RemarkKind, day: date | None = None) -> None:
        """Raise the fault, or keep it as a remark and go on."""
        if not self.collect:
            raise error
        # The line stands in its own field and the file is the same for all.
        message = str(InputError(error.problem, error.mend, column=error.column, value=error.value))
        self.remarks.append(Remark("error", kind, message, error.row, day))

    def read(self, source: Source, protocol_outcomes: Sequence[str] | None) -> Diary:
        table = read_table(source, self.report)
        _refuse_near_misses(table, protocol_outcomes or ())
        columns = _Columns.of(table)
        if not table.rows:
            raise InputError(
                "has a header but no entries", "write one line a day below it.", file=table.file
            )
        outcomes = self._outcome_columns(table, columns, protocol_outcomes or ())
        if protocol_outcomes is not None:
            self._note_unnamed(table, outcomes, protocol_outcomes)
        rows = [row for line in table.rows if (row := self._row(table, columns, outcomes, line))]
        if not rows:
            raise InputError(
                "has no line with a readable date",
                "write dates as 2026-03-01 in the column 'date'.",
                file=table.file,
            )
        self._note_order(rows)
        entries = merge_days(table.file, rows, self.report, self.remarks)
        issues = sorted(self.remarks, key=lambda remark: (remark.line or 0, remark.kind))
        return Diary(entries, tuple(outcomes), table.file, tuple(issues))

    def _outcome_columns(
        self, table: Table, columns: "_Columns", needed: Sequence[str]
    ) -> dict[str, int]:
        """Find the columns of numbers; a column of words only is left out and said so."""
        outcomes: dict[str, int] = {}
        words: list[str] = []
        for position, name in enumerate(table.header):
            if position in columns.reserved:
                continue
            if name in needed or _holds_a_number(table, position):
                outcomes[name] = position
            else:
                words.append(name)
        for name in needed:
            if name not in outcomes:
                raise _missing_outcome(table, name)
        if not outcomes:
            aside = f" (no numbers in: {', '.join(words)})" if words else ""
            raise InputError(
                f"has no outcome column{aside}",
                "add a column of numbers, such as 'pain' from 0 to 10.",
                file=table.file,
            )
        if words:
            were = "was" if len(words) == 1 else "were"
            message = f"{_columns(words, 'holds', 'hold')} words, not numbers, and {were} not read."
            self.remarks.append(Remark("note", "column-not-read", message))
        return outcomes

    def _row(
        self, table: Table, columns: "_Columns", outcomes: dict[str, int], row: Row
    ) -> DayRow | None:
        comma = table.separator == ";"

        def cell(position: int | None, parse: Callable[[str], Value]) -> Value | None:
            if position is None or cells.is_missing(row.cells[position]):
                return None
            try:
                return parse(row.cells[position])
            except CellError as fault:
                self.report(_cell_error(table, row, position, fault), "cell", day)
                return None

        day: date | None = None
        day, clock = self._when(table, columns, row)
        if day is None:
            return None
        found = {
            name: value
            for name, position in outcomes.items()
            if (
                value := cell(position, lambda text: cells.parse_outcome(text, decimal_comma=comma))
            )
            is not None
        }
        dose = cell(
            columns.dose, lambda text: cells.parse_dose(text, columns.unit, decimal_comma=comma)
        )
        effects: tuple[SideEffect, ...] | None = cell(
            columns.side_effects, cells.parse_side_effects
        )
        return DayRow(
            line=row.line,
            date=day,
            time=clock,
            outcomes=found,
            dose_micrograms=dose,
            side_effects=effects,
            note=cell(columns.note, lambda text: " ".join(text.split())) or "",
            arm=cell(columns.arm, cells.parse_arm),
            study_day=cell(
                columns.study_day, lambda text: cells.parse_study_day(text, decimal_comma=comma)
            ),
        )

    def _when(self, table: Table, columns: "_Columns", row: Row) -> tuple[date | None, time | None]:
        """Read day and time of a row; a day that cannot be read leaves the row out."""
        day: date | None = None
        clock: time | None = None
        position = 0
        try:
            if columns.datetime is not None:
                position = columns.datetime
                text = row.cells[position]
                if columns.date is None or not cells.is_missing(text):
                    day, clock = cells.parse_datetime(text)
            if columns.date is not None:
                # With both columns the date counts: an entry after midnight may belong
                # to the evening before.
                position = columns.date
                day = cells.parse_date(row.cells[position])
            if columns.time is not None and not cells.is_missing(row.cells[columns.time]):
                position = columns.time
                clock = cells.parse_time(row.cells[position])
        except CellError as fault:
            self.report(_cell_error(table, row, position, fault), "cell", day)
            if position in (columns.date, columns.datetime):
                return None, None
        return day, clock

    def _note_unnamed(self, table: Table, outcomes: dict[str, int], named: Sequence[str]) -> None:
        """Say which numbers nobody will look at: a misspelt outcome would vanish silently."""
        left_out = [
            name
            for name, position in outcomes.items()
            if name not in named
            and any(not cells.is_missing(r.cells[position]) for r in table.rows)
        ]
        if left_out:
            message = (
                f"{_columns(left_out, 'holds', 'hold')} numbers, but the protocol names no such "
                "outcome: not analysed."
            )
            self.remarks.append(Remark("note", "column-not-named", message))

    def _note_order(self, rows: list[DayRow]) -> None:
        turned = [(one, two) for one, two in pairwise(rows) if two.date < one.date]
        if turned:
            earlier, later = turned[0]
            also = f" (and so in {len(turned)} places, of which this is the first)"
            message = (
                f"{later.date} stands below {earlier.date}{also if len(turned) > 1 else ''}: the "
                "days were put into order. Check that no date is a slip of the hand."
            )
            self.remarks.append(Remark("warning", "date-order", message, later.line, later.date))


@dataclass(frozen=True, slots=True)
class _Columns:
    """Positions of the columns with a fixed meaning."""

    date: int | None
    datetime: int | None
    time: int | None
    dose: int | None
    unit: Literal["mg", "micrograms"]
    side_effects: int | None
    note: int | None
    arm: int | None
    study_day: int | None
    reserved: frozenset[int]

    @classmethod
    def of(cls, table: Table) -> "_Columns":
        at = {
            name.casefold(): position
            for position, name in enumerate(table.header)
            if name.casefold() in RESERVED_COLUMNS
        }
        if "date" not in at and "datetime" not in at:
            raise InputError(
                f"has no column 'date' (its columns: {', '.join(table.header)})",
                "name the column with the calendar days 'date', or 'datetime' if it holds the "
                "time as well; separate columns by comma, semicolon or tab.",
                file=table.file,
            )
        if "dose_mg" in at and "dose_micrograms" in at:
            raise InputError(
                "has both 'dose_mg' and 'dose_micrograms'",
                "keep one of the two columns.",
                file=table.file,
            )
        return cls(
            date=at.get("date"),
            datetime=at.get("datetime"),
            time=at.get("time"),
            dose=at.get("dose_mg", at.get("dose_micrograms")),
            unit="mg" if "dose_mg" in at else "micrograms",
            side_effects=at.get("side_effects"),
            note=at.get("note"),
            arm=at.get("arm"),
            study_day=at.get("study_day"),
            reserved=frozenset(at.values()),
        )


def _refuse_near_misses(table: Table, named: Sequence[str]) -> None:
    """Refuse a column that is nearly one with a meaning: read as an outcome it would be lost."""
    for name in table.header:
        if name in named or name.casefold() in RESERVED_COLUMNS:
            continue
        right = _NEAR_MISSES.get(_bare(name))
        if right is not None:
            raise InputError(
                "is nearly the name of a column with a meaning of its own",
                f"call it {right}, or give it quite another name if it is something else.",
                file=table.file,
                column=name,
            )


def _bare(name: str) -> str:
    """A name without what people write differently: capitals, blanks, marks, a plural s."""
    return "".join(sign for sign in name.casefold() if sign.isalnum()).removesuffix("s")


_NEAR_MISSES = {
    **{_bare(name): f"'{name}'" for name in RESERVED_COLUMNS},
    **{_bare(f"dose_{unit}"): "'dose_micrograms'" for unit in ("mcg", "ug", "\u03bcg")},
    "dose": "'dose_mg' or 'dose_micrograms', by its unit",
}


def _columns(names: Sequence[str], one: str, several: str) -> str:
    """``Column 'a' holds``, ``Columns 'a', 'b' hold``."""
    listed = ", ".join(f"'{name}'" for name in names)
    return f"Column {listed} {one}" if len(names) == 1 else f"Columns {listed} {several}"


def _holds_a_number(table: Table, position: int) -> bool:
    """Whether a column has any number in it, or nothing at all."""
    texts = [row.cells[position] for row in table.rows]
    filled = [text for text in texts if not cells.is_missing(text)]
    return not filled or any(cells.looks_numeric(text) for text in filled)


def _cell_error(table: Table, row: Row, position: int, fault: CellError) -> InputError:
    text = row.cells[position]
    return InputError(
        fault.problem,
        fault.mend,
        file=table.file,
        row=row.line,
        column=table.header[position],
        value=text if len(text) <= 60 else f"{text[:57]}...",
    )


def _missing_outcome(table: Table, name: str) -> InputError:
    near = difflib.get_close_matches(name.casefold(), [h.casefold() for h in table.header], n=1)
    spelt = next((h for h in table.header if near and h.casefold() == near[0]), None)
    hint = f" The column '{spelt}' is near: did you mean that one?" if spelt else ""
    return InputError(
        f"has no column '{name}', an outcome of the protocol",
        f"use the protocol's name as the column's name.{hint}",
        file=table.file,
    )
