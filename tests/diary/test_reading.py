"""What a diary file may look like and what it then means."""

import io
from datetime import date
from pathlib import Path

import pytest

from lodose.diary import DailyEntry, Diary, SideEffect, read_diary
from lodose.errors import LodoseError

FULL = (
    "date,pain,sleep,dose_mg,side_effects,note,arm,study_day\n"
    '2026-03-01,6,7.5,4.5,"vivid dreams:moderate; nausea:mild",slept badly,active,1\n'
    "2026-03-02,,NA,0,none,,comparator,2.0\n"
    "2026-03-04,0,8,,,,,4\n"
)


def test_every_column_is_read() -> None:
    diary = read_diary(io.StringIO(FULL))
    assert diary.outcome_names == ("pain", "sleep")
    assert (diary.first_day, diary.last_day, len(diary)) == (date(2026, 3, 1), date(2026, 3, 4), 3)
    first, second, third = diary.entries
    assert first == DailyEntry(
        date=date(2026, 3, 1),
        outcomes={"pain": 6.0, "sleep": 7.5},
        dose_micrograms=4500,
        side_effects=(SideEffect("nausea", 1), SideEffect("vivid dreams", 2)),
        note="slept badly",
        arm="active",
        study_day=1,
        entries=1,
        source_line=2,
    )
    assert (second.outcomes, second.dose_micrograms, second.side_effects) == ({}, 0, ())
    assert (third.outcomes["pain"], third.dose_micrograms, third.side_effects) == (0.0, None, None)
    assert (third.arm, third.study_day, third.source_line) == (None, 4, 4)


def test_missing_is_not_zero_and_gaps_stay_gaps() -> None:
    days = [date(2026, 3, day) for day in (1, 2, 3, 4, 5)]
    assert read_diary(io.StringIO(FULL)).series("pain", days) == [6.0, None, None, 0.0, None]


def test_an_unknown_outcome_is_named() -> None:
    with pytest.raises(LodoseError, match=r"no outcome 'mood'.*pain, sleep"):
        read_diary(io.StringIO(FULL)).series("mood", [])


@pytest.mark.spec
@pytest.mark.parametrize(
    "content",
    [
        FULL.encode(),
        b"\xef\xbb\xbf" + FULL.encode(),
        FULL.replace("\n", "\r\n").encode(),
        FULL.replace("\n", "\r").encode(),
        FULL.replace("\n", "\n\n").encode(),
        FULL.replace("date,", "Date,").encode(),
        FULL.rstrip("\n").encode(),
        FULL.replace(",sleep,dose_mg,", ",sleep,dose_micrograms,").replace("4.5", "4500").encode(),
        FULL.replace("6,7.5", "6.0, +7.50 ").replace(",0,none", ",0.000,None").encode(),
        FULL.replace("; nausea", ";Nausea").replace("vivid dreams", "Vivid  dreams").encode(),
        FULL.replace(",", "\t").encode(),
        (FULL.replace(";", "|").replace(",", ";").replace("7.5", "7,5").replace("4.5", "4,5"))
        .replace("|", ";")
        .encode(),
        "\n".join(FULL.splitlines()[:1] + FULL.splitlines()[:0:-1]).encode(),
        "\n".join(f"{line}," for line in FULL.splitlines()).encode(),
    ],
    ids=[
        "plain", "mark", "crlf", "cr", "blank lines", "capitals", "no last newline", "micrograms",
        "spelling", "side effect spelling", "tabs", "semicolons", "rows reversed", "empty column",
    ],
)  # fmt: skip
def test_the_same_content_has_the_same_digest(content: bytes) -> None:
    assert read_diary(io.BytesIO(content)).digest == read_diary(io.StringIO(FULL)).digest


def test_the_digest_does_not_depend_on_the_order_of_columns() -> None:
    header, *rows = (line.split(",") for line in FULL.replace('"', "").splitlines())
    turned = "\n".join(",".join(row[::-1]) for row in [header, *rows])
    assert read_diary(io.StringIO(turned)).digest == read_diary(io.StringIO(FULL)).digest


@pytest.mark.spec
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("6,7.5", "5,7.5"),
        ("6,7.5", ",7.5"),
        ("2026-03-04,0,", "2026-03-04,,"),
        ("2026-03-04", "2026-03-05"),
        ("4.5", "4.499"),
        (",0,none", ",,none"),
        ("none", ""),
        ("moderate", "severe"),
        ("slept badly", "slept well"),
        (",active", ",comparator"),
        (",4\n", ",5\n"),
        ("pain", "ache"),
    ],
)
def test_any_change_of_content_changes_the_digest(old: str, new: str) -> None:
    changed = FULL.replace(old, new, 1)
    assert changed != FULL
    assert read_diary(io.StringIO(changed)).digest != read_diary(io.StringIO(FULL)).digest


def test_the_digest_is_fixed() -> None:
    """An accidental change of the canonical form shows here."""
    assert (
        read_diary(io.StringIO("date,pain\n2026-03-01,6\n")).digest
        == "ddbd70c87d585d0d9732d9295b92e6683b2b8aed31a61d534f1878eac90e6008"
    )


def test_several_entries_of_a_day_are_averaged_and_it_is_said() -> None:
    text = (
        "datetime,pain,sleep,dose_mg,side_effects,note\n"
        "2026-03-01 20:00,8,,1.5,nausea:severe; headache:mild,evening\n"
        "2026-03-01T08:00:00,5,7,3,nausea:mild,morning\n"
        "2026-03-01 12:00+01:00,,,,,\n"
        "2026-03-02 08:00,4,,,,\n"
    )
    diary = read_diary(io.StringIO(text))
    day = diary.entries[0]
    assert day.outcomes == {"pain": 6.5, "sleep": 7.0}
    assert (day.dose_micrograms, day.entries, day.source_line) == (4500, 3, 2)
    assert day.side_effects == (SideEffect("headache", 1), SideEffect("nausea", 3))
    assert day.note == "morning / evening"
    (remark,) = [r for r in diary.issues if r.kind == "several-entries"]
    assert (remark.severity, remark.line, remark.date) == ("note", 2, date(2026, 3, 1))
    assert "3 entries (lines 2, 3, 4)" in remark.message


@pytest.mark.spec
@pytest.mark.parametrize("severities", [("mild", "severe"), ("severe", "mild")])
def test_the_worst_severity_counts(severities: tuple[str, str]) -> None:
    first, second = (f"nausea:{severity}" for severity in severities)
    one_cell = f"date,pain,side_effects\n2026-03-01,5,{first}; Nausea:{severities[1]}\n"
    two_rows = (
        f"date,time,pain,side_effects\n2026-03-01,08:00,5,{first}\n2026-03-01,20:00,5,{second}\n"
    )
    for text in (one_cell, two_rows):
        (day,) = read_diary(io.StringIO(text)).entries
        assert day.side_effects == (SideEffect("nausea", 3),)


def test_the_mean_does_not_depend_on_the_order_of_rows() -> None:
    rows = ["2026-03-01,08:00,0.1", "2026-03-01,12:00,0.2", "2026-03-01,20:00,0.7"]
    texts = ["date,time,pain\n" + "\n".join(order) for order in (rows, rows[::-1])]
    first, second = (read_diary(io.StringIO(text)) for text in texts)
    assert first.digest == second.digest


def test_with_both_columns_the_date_counts() -> None:
    text = "datetime,date,pain\n2026-03-02 00:30,2026-03-01,5\n"
    assert read_diary(io.StringIO(text)).first_day == date(2026, 3, 1)


def test_a_column_of_words_is_left_out_and_it_is_said() -> None:
    diary = read_diary(io.StringIO("date,pain,weather\n2026-03-01,5,rain\n"))
    assert diary.outcome_names == ("pain",)
    assert [remark.kind for remark in diary.issues] == ["column-not-read"]


def test_an_empty_column_is_an_outcome_without_values() -> None:
    diary = read_diary(io.StringIO("date,pain\n2026-03-01,\n"))
    assert diary.series("pain", [date(2026, 3, 1)]) == [None]


def test_the_source_is_the_name_of_the_file_without_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(FULL, encoding="utf-8")
    assert read_diary(path).source == "mine.csv"
    assert read_diary(str(path)).source == "mine.csv"
    with path.open("rb") as handle:
        assert read_diary(handle).source == "mine.csv"


def test_a_notebook_shows_a_table_with_names_escaped() -> None:
    diary = read_diary(io.StringIO("date,<b>,pain\n2026-03-01,,5\n"))
    shown = diary._repr_html_()
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown


def test_a_diary_made_by_hand_is_put_into_order_and_has_one_entry_a_day() -> None:
    late, early = (DailyEntry(date(2026, 3, day), {"pain": 1.0}) for day in (2, 1))
    assert Diary((late, early), ("pain",)).first_day == date(2026, 3, 1)
    with pytest.raises(LodoseError, match="Two entries for 2026-03-01"):
        Diary((early, early), ("pain",))
    with pytest.raises(LodoseError, match="at least one entry"):
        Diary((), ("pain",))
    with pytest.raises(LodoseError, match="severity 4"):
        SideEffect("nausea", 4)


def test_several_entries_on_many_days_are_one_remark() -> None:
    days = [f"2026-03-0{day}" for day in (1, 2, 3)]
    rows = [f"{day} {hour},5,{hour[:2]}" for day in days for hour in ("08:00", "20:00")]
    diary = read_diary(io.StringIO("\n".join(["datetime,pain,study_day", *rows])))
    assert [(r.severity, r.kind, r.line, r.date) for r in diary.issues] == [
        ("note", "several-entries", 2, date(2026, 3, 1)),
        ("warning", "study-day", 3, date(2026, 3, 1)),
    ]
    several, slip = diary.issues
    assert several.message.startswith("3 days have several entries (the first is 2026-03-01, li")
    assert "Study day 20 differs from '8' in line 2" in slip.message
    assert "3 lines" in slip.message


def test_a_diary_upside_down_is_one_remark() -> None:
    rows = [f"2026-03-0{day},5" for day in (4, 3, 2, 1)]
    (remark,) = read_diary(io.StringIO("\n".join(["date,pain", *rows]))).issues
    assert (remark.kind, remark.line) == ("date-order", 3)
    assert "2026-03-03 stands below 2026-03-04 (and so in 3 places" in remark.message


def test_columns_of_words_are_one_remark() -> None:
    text = "date,pain,weather,place\n2026-03-01,5,rain,home\n"
    (remark,) = read_diary(io.StringIO(text)).issues
    assert remark.message == (
        "Columns 'weather', 'place' hold words, not numbers, and were not read."
    )


def test_numbers_that_the_protocol_does_not_name_are_told_of() -> None:
    text = "date,pain,steps,slep,empty\n2026-03-01,5,8000,7,\n"
    assert read_diary(io.StringIO(text)).issues == ()
    (remark,) = read_diary(io.StringIO(text), protocol_outcomes=["pain"]).issues
    assert (remark.severity, remark.kind) == ("note", "column-not-named")
    assert remark.message.startswith("Columns 'steps', 'slep' hold numbers, but the protocol")
    named = read_diary(io.StringIO(text), protocol_outcomes=["pain", "steps", "slep"])
    assert named.issues == ()
