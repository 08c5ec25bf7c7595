"""The diary as a plain value: one entry a calendar day, gaps left as gaps."""

import datetime as dt
import hashlib
import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

from lodose.errors import LodoseError

SEVERITIES: Mapping[str, int] = MappingProxyType({"mild": 1, "moderate": 2, "severe": 3})

# docs/diary.md says what each means.
RemarkKind = Literal[
    "arm-differs",
    "arm-differs-within-day",
    "arm-outside-periods",
    "cell",
    "column-not-named",
    "column-not-read",
    "date-order",
    "dose-differs",
    "duplicate-date",
    "empty-period",
    "future-date",
    "long-gap",
    "no-day-in-periods",
    "off-step",
    "out-of-range",
    "outcome-absent",
    "outside-periods",
    "ragged-line",
    "several-entries",
    "study-day",
    "study-day-slip",
]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something noticed in a diary.

    Parameters
    ----------
    severity : {"error", "warning", "note"}
        An error means that no answer should be built on the diary before it is mended.
    kind : RemarkKind
        Short fixed name, for programs: "duplicate-date", "long-gap".
    message : str
        For the person: what was found and what to do.
    line : int, optional
        Line in the file, the header being line 1.
    date : datetime.date, optional
        Calendar day concerned.
    """

    severity: Literal["error", "warning", "note"]
    kind: RemarkKind
    message: str
    line: int | None = None
    date: dt.date | None = None


@dataclass(frozen=True, slots=True, order=True)
class SideEffect:
    """A side effect of one day; ``severity`` is 1 (mild), 2 (moderate) or 3 (severe)."""

    name: str
    severity: int

    def __post_init__(self) -> None:
        if self.severity not in (1, 2, 3):
            raise LodoseError(
                f"Side effect '{self.name}': severity {self.severity!r} is not 1 (mild), "
                "2 (moderate) or 3 (severe)."
            )


@dataclass(frozen=True, slots=True)
class DailyEntry:
    """What was recorded on one calendar day.

    Parameters
    ----------
    date : datetime.date
        Calendar day in the person's own time zone.
    outcomes : mapping of str to float
        Only what was recorded: a missing value is an absent key, never a zero.
    dose_micrograms : int, optional
        Dose taken that day in micrograms; None where nothing was recorded, 0 where none was taken.
    side_effects : tuple of SideEffect, optional
        None where side effects were not asked, () where asked and none were felt.
    note : str
        Free text.
    arm : {"active", "comparator"}, optional
        As recorded in the file, not as scheduled.
    study_day : int, optional
        The file's own count of days, kept to find slips.
    entries : int
        How many rows of the file make up the day.
    source_line : int
        Line of the first of them, the header being line 1.
    """

    date: dt.date
    outcomes: Mapping[str, float]
    dose_micrograms: int | None = None
    side_effects: tuple[SideEffect, ...] | None = None
    note: str = ""
    arm: Literal["active", "comparator"] | None = None
    study_day: int | None = None
    entries: int = 1
    source_line: int = 0


@dataclass(frozen=True)
class Diary:
    """Daily entries in calendar order, one a day.

    Parameters
    ----------
    entries : tuple of DailyEntry
        Put into calendar order; two entries of one day are refused.
    outcome_names : tuple of str
        Names in the order of the file's columns.
    source : str
        Name of the file, without folders.
    issues : tuple of Remark
        What was noticed while reading.

    Examples
    --------
    >>> from datetime import date
    >>> diary = Diary((DailyEntry(date(2026, 3, 1), {"pain": 6.0}),), ("pain",))
    >>> diary.series("pain", [date(2026, 3, 1), date(2026, 3, 2)])
    [6.0, None]
    """

    entries: tuple[DailyEntry, ...]
    outcome_names: tuple[str, ...]
    source: str = ""
    issues: tuple[Remark, ...] = field(default=())

    def __post_init__(self) -> None:
        if not self.entries:
            raise LodoseError("A diary needs at least one entry.")
        ordered = tuple(sorted(self.entries, key=lambda entry: entry.date))
        for earlier, later in pairwise(ordered):
            if earlier.date == later.date:
                raise LodoseError(f"Two entries for {later.date}: a diary holds one a day.")
        object.__setattr__(self, "entries", ordered)

    def __getstate__(self) -> dict[str, object]:
        """Travel between processes without what is worked out again when needed."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def __len__(self) -> int:
        """Return the number of days with an entry."""
        return len(self.entries)

    @property
    def first_day(self) -> dt.date:
        """First day with an entry."""
        return self.entries[0].date

    @property
    def last_day(self) -> dt.date:
        """Last day with an entry."""
        return self.entries[-1].date

    @cached_property
    def by_date(self) -> Mapping[dt.date, DailyEntry]:
        """Entries by calendar day."""
        return MappingProxyType({entry.date: entry for entry in self.entries})

    def series(self, name: str, days: Iterable[dt.date]) -> list[float | None]:
        """Return one outcome on the given calendar days, None where nothing was recorded.

        Parameters
        ----------
        name : str
            One of ``outcome_names``.
        days : iterable of datetime.date
            Any days, in any order.

        Raises
        ------
        LodoseError
            If the diary has no such outcome.
        """
        if name not in self.outcome_names:
            known = ", ".join(self.outcome_names)
            raise LodoseError(f"The diary has no outcome '{name}'. It has: {known}.")
        found = self.by_date
        return [found[day].outcomes.get(name) if day in found else None for day in days]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what was recorded, as 64 hexadecimal digits.

        The same content has the same digest whatever the order of columns and rows, the line
        endings, the separator or the way a number or a dose is spelt. File name, line numbers
        and remarks are not covered.
        """
        content = {
            "format": "lodose diary 1",
            "outcome_names": sorted(self.outcome_names),
            "entries": [_canonical(entry) for entry in self.entries],
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    def _repr_html_(self) -> str:
        """Return a short table for notebooks."""
        rows = "".join(
            f"<tr><td>{html.escape(name)}</td><td>{len(values)}</td>"
            f"<td>{min(values):g}</td><td>{max(values):g}</td></tr>"
            if (values := [e.outcomes[name] for e in self.entries if name in e.outcomes])
            else f"<tr><td>{html.escape(name)}</td><td>0</td><td></td><td></td></tr>"
            for name in self.outcome_names
        )
        return (
            f"<table><caption>Diary {html.escape(self.source)}: {len(self)} days with an entry, "
            f"{self.first_day} to {self.last_day}</caption>"
            "<thead><tr><th>outcome</th><th>days recorded</th><th>lowest</th><th>highest</th></tr>"
            f"</thead><tbody>{rows}</tbody></table>"
        )


def _canonical(entry: DailyEntry) -> dict[str, object]:
    """Everything that was recorded on a day, in a form that has one spelling."""
    effects = entry.side_effects
    return {
        "date": entry.date.isoformat(),
        # Adding zero turns -0.0 into 0.0: the same reading, so the same digest.
        "outcomes": {name: float(value) + 0.0 for name, value in entry.outcomes.items()},
        "dose_micrograms": entry.dose_micrograms,
        "side_effects": None if effects is None else sorted([e.name, e.severity] for e in effects),
        "note": entry.note,
        "arm": entry.arm,
        "study_day": entry.study_day,
        "entries": entry.entries,
    }
