"""Whatever the file holds: a Diary or a LodoseError, and nothing else."""

import csv
import io
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodose.diary import DailyEntry, Diary, SideEffect, read_diary, scan_diary
from lodose.diary.reading import RESERVED_COLUMNS
from lodose.errors import LodoseError

pytestmark = pytest.mark.property

CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "", "NA", "nan", "inf", "5", "5.5", "5,5", "1e5", "-0", "1e99", "2026-03-01", "none",
            "2026-03-02 08:00", "2026-03-02T24:00", "08:00", "nausea:mild", "a:mild;b:severe", ":",
            "active", "comparator", "4500", "4.5", '"', "9999-12-31", "٣", "1_000", "0x10",
        ]
    ),
)  # fmt: skip
HEADER = st.lists(
    st.one_of(
        st.sampled_from([*RESERVED_COLUMNS, "Date", "pain", "sleep", ""]),
        st.text(max_size=5),
    ),
    max_size=7,
)


def _only_lodose_errors(source: bytes | str) -> None:
    for read in (read_diary, scan_diary):
        buffer = io.BytesIO(source) if isinstance(source, bytes) else io.StringIO(source)
        try:
            diary = read(buffer)
        except LodoseError:
            continue
        assert isinstance(diary, Diary)
        assert len(diary.digest) == 64
        assert diary._repr_html_()


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
@settings(max_examples=300, deadline=None)
def test_any_bytes_and_any_text(source: bytes | str) -> None:
    _only_lodose_errors(source)


@given(HEADER, st.lists(st.lists(CELL, max_size=7), max_size=6), st.sampled_from(",;\t"))
@settings(max_examples=400, deadline=None)
def test_any_table(header: list[str], rows: list[list[str]], separator: str) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator).writerows([["date", *header], *rows])
    _only_lodose_errors(buffer.getvalue())


@given(
    st.lists(
        st.sampled_from(["date", "datetime", "pain", "dose_mg", "arm"]),
        min_size=1,
        max_size=4,
        unique=True,
    ),
    st.data(),
)
@settings(max_examples=300, deadline=None)
def test_any_cells_under_a_good_header(header: list[str], data: st.DataObject) -> None:
    full = ["date", "sleep", *(name for name in header if name != "date")]
    row = st.lists(CELL, min_size=len(full) - 1, max_size=len(full) - 1)
    rows = data.draw(st.lists(row, max_size=4))
    dated = [[f"2026-03-{number + 1:02d}", *cells] for number, cells in enumerate(rows)]
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([full, *dated])
    _only_lodose_errors(buffer.getvalue())


def test_a_lone_surrogate_is_refused() -> None:
    _only_lodose_errors("date,pain,note\n2026-03-01,5,\ud800\n")


ENTRIES = st.lists(
    st.builds(
        DailyEntry,
        date=st.integers(0, 400).map(lambda day: date(2026, 1, 1) + timedelta(days=day)),
        outcomes=st.dictionaries(
            st.sampled_from(["pain", "sleep"]),
            st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 6)),
        ),
        dose_micrograms=st.none() | st.integers(0, 50_000),
        side_effects=st.none()
        | st.lists(
            st.builds(
                SideEffect, st.sampled_from(["nausea", "headache", "dreams"]), st.integers(1, 3)
            ),
            unique_by=lambda effect: effect.name,
        ).map(lambda effects: tuple(sorted(effects))),
        arm=st.sampled_from([None, "active", "comparator"]),
        study_day=st.none() | st.integers(-10, 500),
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda entry: entry.date,
)


@given(ENTRIES, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_what_is_read(entries: list[DailyEntry], shuffle: object) -> None:
    """A diary written as CSV, columns and rows in any order, comes back with its digest."""
    written = Diary(tuple(entries), ("pain", "sleep"))
    words = {1: "mild", 2: "moderate", 3: "severe"}
    columns = {
        "date": lambda e: e.date.isoformat(),
        "pain": lambda e: e.outcomes.get("pain", "NA"),
        "sleep": lambda e: e.outcomes.get("sleep", ""),
        "dose_micrograms": lambda e: "" if e.dose_micrograms is None else e.dose_micrograms,
        "side_effects": lambda e: (
            ""
            if e.side_effects is None
            else "; ".join(f"{s.name}:{words[s.severity]}" for s in e.side_effects) or "none"
        ),
        "arm": lambda e: e.arm or "",
        "study_day": lambda e: "" if e.study_day is None else e.study_day,
    }
    names, rows = list(columns), list(entries)
    shuffle.shuffle(names)  # type: ignore[attr-defined]
    shuffle.shuffle(rows)  # type: ignore[attr-defined]
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(
        [names, *([columns[name](entry) for name in names] for entry in rows)]
    )
    assert read_diary(io.StringIO(buffer.getvalue())).digest == written.digest
