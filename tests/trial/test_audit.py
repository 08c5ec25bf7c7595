"""The audit: what it must find, what it must leave alone, and its counts."""

import datetime as dt
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodose.diary import DailyEntry, Diary, scan_diary
from lodose.trial import Audit, Protocol, audit
from lodose.trial.audit import DoseAgreement

TODAY = dt.date(2026, 6, 1)
DAY = dt.timedelta(days=1)


def _protocol(plain: dict[str, Any], **changes: Any) -> Protocol:
    return Protocol.model_validate({**plain, **changes})


def _audit(text: str, protocol: Protocol, today: dt.date = TODAY) -> Audit:
    return audit(scan_diary(io.StringIO(text)), protocol, today=today)


def _full(protocol: Protocol) -> str:
    """A diary that agrees with the protocol on every day of its periods."""
    lines = ["date,pain,dose_micrograms,arm"]
    for period in protocol.periods:
        dose = "" if period.dose_micrograms is None else str(period.dose_micrograms)
        lines += [
            f"{period.start + number * DAY},5,{dose},{period.arm}" for number in range(period.days)
        ]
    return "\n".join(lines)


@pytest.fixture
def dosed(plain: dict[str, Any]) -> Protocol:
    """Return the plain protocol with doses in its schedule."""
    for period in plain["periods"]:
        period["dose_micrograms"] = 4500 if period["arm"] == "active" else 0
    return _protocol(plain)


def test_a_diary_that_agrees_has_no_remarks(dosed: Protocol) -> None:
    found = _audit(_full(dosed), dosed)
    assert found == Audit(
        remarks=(),
        days_planned=56,
        days_observed=56,
        missing_days=0,
        longest_gap=0,
        adherence=1.0,
        doses_recorded=56,
        dose_agreement=(DoseAgreement("active", 28, 28), DoseAgreement("comparator", 28, 28)),
    )


# what is replaced by what in the full diary | severity, kind, line of the remarks
FINDINGS = [
    ("2026-01-03,5,", "2026-01-03,11,", [("error", "out-of-range", 4)]),
    ("2026-01-03,5,", "2026-01-03,-1,", [("error", "out-of-range", 4)]),
    ("2026-01-03,5,", "2026-01-03,10,", []),
    ("2026-01-03,5,", "2026-01-03,0,", []),
    ("2026-01-03,5,", "2026-01-03,5.5,", [("warning", "off-step", 4)]),
    ("2026-01-03,5,4500,active", "2026-01-03,5,4500,comparator", [("error", "arm-differs", 4)]),
    ("2026-01-03,5,4500", "2026-01-03,5,3000", [("warning", "dose-differs", 4)]),
    ("2026-01-03,5,4500", "2026-01-03,5,", []),
    ("2026-01-16,5,0", "2026-01-16,5,4500", [("warning", "dose-differs", 17)]),
    ("2026-01-03,", "2026-01-02,", [("error", "duplicate-date", 4)]),
    ("2026-01-03,", "2025-12-31,", [("warning", "date-order", 4), ("note", "outside-periods", 4),
                                    ("warning", "arm-outside-periods", 4)]),
    ("2026-02-28,5,4500,active", "2026-06-02,5,4500,",
     [("error", "future-date", 57), ("note", "outside-periods", 57)]),
    ("2026-01-03,5,4500", "2026-01-03,5,4500000", [("error", "cell", 4)]),
    ("date,pain,", "date,ache,", [("error", "outcome-absent", None), ("warning", "long-gap", None),
     ("warning", "long-gap", None), *[("warning", "empty-period", None)] * 4]),
]  # fmt: skip


@pytest.mark.spec
@pytest.mark.parametrize(("old", "new", "expected"), FINDINGS)
def test_each_fault_is_found(
    dosed: Protocol, old: str, new: str, expected: list[tuple[str, str, int | None]]
) -> None:
    text = _full(dosed)
    assert text.count(old) == 1
    found = _audit(text.replace(old, new), dosed)
    assert [(r.severity, r.kind, r.line) for r in found.remarks] == expected
    assert {r.kind for r in found.errors} == {
        k for severity, k, _ in expected if severity == "error"
    }


def test_the_mean_of_several_entries_may_fall_between_steps(dosed: Protocol) -> None:
    text = "datetime,pain\n2026-01-01 08:00,5\n2026-01-01 20:00,6\n"
    kinds = {remark.kind for remark in _audit(text, dosed, dt.date(2026, 1, 1)).remarks}
    assert kinds == {"several-entries"}


# study days by calendar day of January | days on which a slip is found
SLIPS = [
    ({1: 1, 2: 2, 3: 3}, []),
    ({1: 1, 2: 2, 3: 2, 4: 3}, [3]),
    ({1: 1, 2: 2, 3: 4}, [3]),
    ({1: 1, 5: 5}, []),
    ({1: 1, 5: 4}, [5]),
    ({1: 5, 2: None, 3: 7, 4: 9}, [4]),
    ({1: 0, 2: 1}, []),
]


@pytest.mark.spec
@pytest.mark.parametrize(("counted", "expected"), SLIPS)
def test_study_days_that_slip(
    dosed: Protocol, counted: dict[int, int | None], expected: list[int]
) -> None:
    rows = [f"2026-01-{day:02d},5,{'' if c is None else c}" for day, c in counted.items()]
    found = _audit("\n".join(["date,pain,study_day", *rows]), dosed)
    slips = [remark.date for remark in found.remarks if remark.kind == "study-day-slip"]
    assert slips == [dt.date(2026, 1, day) for day in expected]


def test_a_known_slip_in_a_published_diary(dosed: Protocol) -> None:
    """The form of the fault in Meng 2026: one study day spans two calendar dates."""
    start = dt.date(2026, 2, 18)
    counts = [*range(1, 45), *range(44, 71)]
    rows = [f"{start + number * DAY},50,{count}.0" for number, count in enumerate(counts)]
    assert len(rows) == 71
    found = _audit("\n".join(["date,mood,study_day", *rows]), dosed)
    (slip,) = [remark for remark in found.remarks if remark.kind == "study-day-slip"]
    assert (slip.date, slip.line) == (start + 44 * DAY, 46)
    assert "Study day 44" in slip.message


# days of January recorded | today | missing, longest gap, first days of long gaps
GAPS = [
    (range(1, 29), 28, (0, 0, [])),
    (range(1, 22), 28, (7, 7, [22])),
    (range(1, 23), 28, (6, 6, [])),
    ([*range(1, 11), *range(18, 29)], 28, (7, 7, [11])),
    ([*range(1, 5), 6, *range(8, 29)], 28, (2, 1, [])),
    (range(1, 11), 12, (2, 2, [])),
    ([28], 28, (27, 27, [1])),
]


@pytest.mark.spec
@pytest.mark.parametrize(("recorded", "today", "expected"), GAPS)
def test_gaps_end_today_and_cross_from_one_period_into_the_next(
    dosed: Protocol, recorded: list[int], today: int, expected: tuple[int, int, list[int]]
) -> None:
    text = "\n".join(["date,pain", *(f"2026-01-{day:02d},5" for day in recorded)])
    found = _audit(text, dosed, dt.date(2026, 1, today))
    starts = [r.date.day for r in found.remarks if r.kind == "long-gap" and r.date]
    assert (found.missing_days, found.longest_gap, starts) == expected
    assert found.days_planned == 56


def test_days_between_the_periods_break_a_gap_and_are_not_missing(dosed: Protocol) -> None:
    recorded = range(1, 28)
    text = "\n".join(["date,pain", *(f"2026-01-{day:02d},5" for day in recorded)])
    found = _audit(text, dosed, dt.date(2026, 2, 2))
    # 28 January, then three days outside any period, then 1 and 2 February.
    assert (found.missing_days, found.longest_gap) == (3, 2)


def test_a_period_that_began_without_an_entry_is_named(dosed: Protocol) -> None:
    text = "date,pain\n" + "\n".join(f"2026-01-{day:02d},5" for day in range(1, 15))
    kinds = [(r.kind, r.date) for r in _audit(text, dosed, dt.date(2026, 1, 15)).remarks]
    assert kinds == [("empty-period", dt.date(2026, 1, 15))]
    assert not _audit(text, dosed, dt.date(2026, 1, 14)).remarks


def test_a_diary_of_another_time_does_not_belong_to_the_protocol(dosed: Protocol) -> None:
    found = _audit("date,pain\n2020-01-01,5\n", dosed)
    assert "no-day-in-periods" in {remark.kind for remark in found.errors}


def test_adherence_needs_a_recorded_and_a_scheduled_dose(
    plain: dict[str, Any], dosed: Protocol
) -> None:
    text = (
        "date,pain,dose_micrograms\n2026-01-01,5,4500\n2026-01-02,5,3000\n2026-01-03,5,\n"
        "2026-01-15,5,0\n2026-01-30,5,9000\n"
    )
    found = _audit(text, dosed)
    assert (found.adherence, found.doses_recorded) == (pytest.approx(2 / 3), 3)
    plain["periods"][1].pop("dose_micrograms")
    found = _audit(text, _protocol(plain))
    assert (found.adherence, found.doses_recorded) == (1 / 2, 3)
    plain["periods"][0].pop("dose_micrograms")
    found = _audit(text, _protocol(plain))
    assert (found.adherence, found.doses_recorded) == (None, 3)


def test_an_outcome_beside_the_primary_may_be_absent(plain: dict[str, Any]) -> None:
    plain["outcomes"].append({"name": "sleep", "minimum": 0, "maximum": 10, "better": "higher"})
    protocol = _protocol(plain)
    found = _audit(_full(protocol), protocol)
    assert [(r.severity, r.kind) for r in found.remarks] == [("warning", "outcome-absent")]


ENTRIES = st.lists(
    st.builds(
        DailyEntry,
        date=st.integers(-5, 70).map(lambda day: dt.date(2026, 1, 1) + day * DAY),
        outcomes=st.dictionaries(st.just("pain"), st.integers(-1, 11).map(float)),
        dose_micrograms=st.sampled_from([None, 0, 3000, 4500]),
        arm=st.sampled_from([None, "active", "comparator"]),
        study_day=st.none() | st.integers(0, 70),
    ),
    min_size=1,
    max_size=60,
    unique_by=lambda entry: entry.date,
)


@pytest.mark.property
@given(ENTRIES, st.integers(-10, 90))
@settings(deadline=None)
def test_the_counts_hold_together(entries: list[DailyEntry], offset: int) -> None:
    """The counts against a plain recount, day by day."""
    protocol = Protocol.model_validate(
        {
            "title": "Example",
            "design": "open-on-off",
            "primary_outcome": "pain",
            "treatment": {"name": "LDN", "active": "a", "comparator": "b"},
            "outcomes": [{"name": "pain", "instrument": "pain-nrs"}],
            "periods": [
                {"start": "2026-01-01", "end": "2026-01-10", "arm": "active"},
                {"start": "2026-01-11", "end": "2026-01-20", "arm": "comparator"},
                {"start": "2026-01-25", "end": "2026-02-10", "arm": "active"},
            ],
        }
    )
    today = dt.date(2026, 1, 1) + offset * DAY
    diary = Diary(tuple(entries), ("pain",))
    found = audit(diary, protocol, today=today)
    planned = [
        protocol.first_day + number * DAY
        for number in range((protocol.last_day - protocol.first_day).days + 1)
        if protocol.period_index(protocol.first_day + number * DAY) is not None
    ]
    recorded = {entry.date for entry in entries if "pain" in entry.outcomes}
    missing = [day for day in planned if day <= today and day not in recorded]
    assert found.days_planned == len(planned) == 37
    assert found.days_observed == len(recorded & set(planned))
    assert found.missing_days == len(missing)
    longest = run = 0
    for day in missing:
        run = run + 1 if day - DAY in missing else 1
        longest = max(longest, run)
    assert found.longest_gap == longest
    kinds = [remark.kind for remark in found.remarks]
    assert kinds.count("future-date") == sum(entry.date > today for entry in entries)
    outside = [e for e in entries if protocol.period_index(e.date) is None]
    assert ("outside-periods" in kinds) == bool(outside)
    assert ("no-day-in-periods" in kinds) == (len(outside) == len(entries))
    out_of_range = sum(not 0 <= e.outcomes.get("pain", 0) <= 10 for e in entries)
    assert kinds.count("out-of-range") == out_of_range
    assert audit(diary, protocol, today=today) == found
