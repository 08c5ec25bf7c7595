"""Every fault is one message that names file, line, column, value and the mend."""

import io

import pytest

from lodose.diary import read_diary, scan_diary
from lodose.errors import InputError

GOOD = "2026-03-02,5"

# what the file holds | line | column | value | in the problem | in the mend
CELLS = [
    ("date,pain\n01.03.2026,5", 2, "date", "01.03.2026", "not a date", "YYYY-MM-DD"),
    ("date,pain\n03/01/2026,5", 2, "date", "03/01/2026", "not a date", "YYYY-MM-DD"),
    ("date,pain\n2026-02-30,5", 2, "date", "2026-02-30", "calendar", "month or the day"),
    ("date,pain\n0026-02-03,5", 2, "date", "0026-02-03", "1970", "year"),
    ("date,pain\n٢٠٢٦-03-01,5", 2, "date", "٢٠٢٦-03-01", "not a date", "YYYY-MM-DD"),
    ("date,pain\n2026-03-01 08:00,5", 2, "date", "2026-03-01 08:00", "behind it", "'datetime'"),
    ("date,pain\n,5", 2, "date", "", "no date", "delete the line"),
    ("datetime,pain\n2026-03-01,5", 2, "datetime", "2026-03-01", "no time", "'date'"),
    ("datetime,pain\n2026-03-01T25:00,5", 2, "datetime", "2026-03-01T25:00", "time", "08:30"),
    ("date,time,pain\n2026-03-01,8am,5", 2, "time", "8am", "time of day", "08:30"),
    (f"date,pain\n{GOOD}\n2026-03-03,five", 3, "pain", "five", "not a number", "digits"),
    (f"date,pain\n{GOOD}\n2026-03-03,NaN", 3, "pain", "NaN", "not a number", "NA"),
    (f"date,pain\n{GOOD}\n2026-03-03,-inf", 3, "pain", "-inf", "not a number", "NA"),
    (f"date,pain\n{GOOD}\n2026-03-03,1e999", 3, "pain", "1e999", "not a number", "digits"),
    (f"date,pain\n{GOOD}\n2026-03-03,1e99", 3, "pain", "1e99", "too large", "correct"),
    (f'date,pain\n{GOOD}\n2026-03-03,"5,5"', 3, "pain", "5,5", "comma", "semicolons"),
    ("date;pain\n2026-03-03;1.234,5", 2, "pain", "1.234,5", "comma and a point", "thousands"),
    ("date,pain,dose_mg\n2026-03-01,5,4.5005", 2, "dose_mg", "4.5005", "finer", "three"),
    ("date,pain,dose_mg\n2026-03-01,5,-4.5", 2, "dose_mg", "-4.5", "negative", "0 if none"),
    ("date,pain,dose_mg\n2026-03-01,5,4500", 2, "dose_mg", "4500", "4500 mg", "dose_micrograms"),
    ("date,pain,dose_mg\n2026-03-01,5,60", 2, "dose_mg", "60", "above 50 mg", "check"),
    ("date,pain,dose_mg\n2026-03-01,5,4.5 mg", 2, "dose_mg", "4.5 mg", "not a number", "digits"),
    (
        "date,pain,dose_micrograms\n2026-03-01,5,4.5",
        2,
        "dose_micrograms",
        "4.5",
        "whole number",
        "did you mean mg? 4.5 mg is 4500 micrograms",
    ),
    (
        "date,pain,dose_micrograms\n2026-03-01,5,60000",
        2,
        "dose_micrograms",
        "60000",
        "50 mg",
        "4500",
    ),
    ("date,pain,dose_micrograms\n2026-03-01,5,-1", 2, "dose_micrograms", "-1", "negative", "0 if"),
    (
        "date,pain,side_effects\n2026-03-01,5,nausea:bad",
        2,
        "side_effects",
        "nausea:bad",
        "'bad'",
        "mild",
    ),
    ("date,pain,side_effects\n2026-03-01,5,nausea", 2, "side_effects", "nausea", "without", "none"),
    ("date,pain,side_effects\n2026-03-01,5,:mild", 2, "side_effects", ":mild", "without", "none"),
    ("date,pain,side_effects\n2026-03-01,5,;", 2, "side_effects", ";", "no side effect", "'none'"),
    ("date,pain,arm\n2026-03-01,5,placebo", 2, "arm", "placebo", "not an arm", "comparator"),
    ("date,pain,study_day\n2026-03-01,5,1.5", 2, "study_day", "1.5", "whole number", "1 for"),
]

# the whole file | line | in the problem | in the mend
FILES = [
    (b"", None, "empty", "header"),
    (b"\n\n  \n", None, "empty", "header"),
    (b"\xef\xbb\xbf", None, "empty", "header"),
    (b"date,pain\n", None, "no entries", "one line a day"),
    (b"day,pain\n2026-03-01,5\n", None, "no column 'date' (its columns: day, pain)", "'datetime'"),
    (b"date,note\n2026-03-01,hello\n", None, "no outcome column", "'pain'"),
    (b"date,pain\n2026-03-01,bad\n", None, "no numbers in: pain", "'pain'"),
    (b"date,dose_mg,dose_micrograms,pain\n2026-03-01,1,1000,3\n", None, "both", "keep one"),
    (b"date,pain,Pain\n2026-03-01,5,6\n", 1, "columns 2 and 3", "its own name"),
    (b"date,,pain\n2026-03-01,5,6\n", 1, "column 2", "name the column"),
    (b"date,pain\n2026-03-01,5,6\n", 2, "3 cells where the header has 2", "quotation marks"),
    (b"date,pain,note\n2026-03-01,5\n", 2, "2 cells where the header has 3", "empty"),
    (b'date,pain\n2026-03-01,"5\n', 2, "cannot be read as CSV", "quotation marks"),
    (b"date,pain\n2026-03-01,5\n2026-03-02,\xe4\n", 3, "0xe4", "CSV UTF-8"),
    ("date,pain\n2026-03-01,5\n".encode("utf-16"), None, "UTF-16", "CSV UTF-8"),
    (b"PK\x03\x04rest", None, "spreadsheet", "CSV UTF-8"),
    (b"\xd0\xcf\x11\xe0rest", None, "spreadsheet", "CSV UTF-8"),
    (b"date,pain\n2026-03-01,\x005\n", None, "binary", "CSV file"),
    (b"date,pain\n2026-03-01,5\n2026-03-01,6\n", 3, "the first is line 2", "'time' column"),
    (b"date,time,pain\n2026-03-01,08:00,5\n2026-03-01,8:00,6\n", 3, "08:00:00", "its time"),
]


@pytest.mark.spec
@pytest.mark.parametrize(("text", "line", "column", "value", "problem", "mend"), CELLS)
def test_a_bad_cell_is_named(
    text: str, line: int, column: str, value: str, problem: str, mend: str
) -> None:
    source = io.StringIO(text)
    source.name = "/somewhere/private/diary.csv"
    with pytest.raises(InputError) as caught:
        read_diary(source)
    error = caught.value
    assert (error.file, error.row, error.column, error.value) == ("diary.csv", line, column, value)
    assert problem in error.problem
    assert mend in error.mend
    assert "private" not in str(error)


@pytest.mark.spec
@pytest.mark.parametrize(("content", "line", "problem", "mend"), FILES)
def test_a_bad_file_is_named(content: bytes, line: int | None, problem: str, mend: str) -> None:
    with pytest.raises(InputError) as caught:
        read_diary(io.BytesIO(content))
    error = caught.value
    assert (error.file, error.row) == ("diary", line)
    assert problem in error.problem
    assert mend in error.mend


def test_the_message_reads_as_one_sentence_and_a_mend() -> None:
    source = io.StringIO("date,pain,dose_mg\n2026-03-01,5,4500\n")
    source.name = "diary.csv"
    with pytest.raises(InputError) as caught:
        read_diary(source)
    assert str(caught.value) == (
        "diary.csv, line 2, column 'dose_mg': value '4500' would be 4500 mg. "
        "Mend: did you mean micrograms? Then call the column 'dose_micrograms'."
    )


def test_a_long_value_is_cut() -> None:
    with pytest.raises(InputError) as caught:
        read_diary(io.StringIO(f"date,pain\n2026-03-01,1\n2026-03-02,{'x' * 5000}\n"))
    assert len(str(caught.value.value)) == 60


def test_lines_count_as_in_an_editor_after_a_cell_with_line_breaks() -> None:
    text = 'date,pain,note\n2026-03-01,5,"one\ntwo\nthree"\n\n2026-03-02,x,\n'
    with pytest.raises(InputError) as caught:
        read_diary(io.StringIO(text))
    assert caught.value.row == 6


def test_a_missing_file_and_a_folder_are_named_without_their_path(tmp_path: object) -> None:
    for path in (f"{tmp_path}/nothing.csv", str(tmp_path), "bad\x00name"):
        with pytest.raises(InputError) as caught:
            read_diary(path)
        assert "/" not in str(caught.value)


def test_an_outcome_of_the_protocol_must_be_there() -> None:
    with pytest.raises(InputError, match="did you mean that one") as caught:
        read_diary(io.StringIO("date,Pain\n2026-03-01,5\n"), protocol_outcomes=["pain"])
    assert "'pain'" in caught.value.problem
    assert "'Pain'" in caught.value.mend


def test_words_in_an_outcome_of_the_protocol_are_a_fault_not_a_column_to_skip() -> None:
    text = "date,pain,sleep\n2026-03-01,bad,5\n"
    assert read_diary(io.StringIO(text)).outcome_names == ("sleep",)
    with pytest.raises(InputError) as caught:
        read_diary(io.StringIO(text), protocol_outcomes=["pain"])
    assert (caught.value.row, caught.value.column) == (2, "pain")


def test_scan_lists_every_fault_and_goes_on() -> None:
    text = (
        "date,pain,dose_mg\n"
        "2026-03-01,5,4.5\n"
        "2026-03-01,6,4.5\n"
        "yesterday,6,4.5\n"
        "2026-03-03,six,4500\n"
        "2026-03-02,4\n"
        "2026-02-28,4,4.5\n"
    )
    diary = scan_diary(io.StringIO(text))
    assert [(r.severity, r.kind, r.line) for r in diary.issues] == [
        ("error", "duplicate-date", 3),
        ("error", "cell", 4),
        ("error", "cell", 5),
        ("error", "cell", 5),
        ("error", "ragged-line", 6),
        ("warning", "date-order", 7),
    ]
    # A cell that cannot be read is missing, never zero; of two rows of a day the first stays.
    assert [(str(e.date), dict(e.outcomes), e.dose_micrograms) for e in diary.entries] == [
        ("2026-02-28", {"pain": 4.0}, 4500),
        ("2026-03-01", {"pain": 5.0}, 4500),
        ("2026-03-03", {}, None),
    ]


def test_scan_still_refuses_a_file_that_holds_nothing() -> None:
    with pytest.raises(InputError, match="no line with a readable date"):
        scan_diary(io.StringIO("date,pain\nx,5\ny,6\n"))


def test_arms_that_differ_within_a_day_are_refused() -> None:
    text = "datetime,pain,arm\n2026-03-01 08:00,5,active\n2026-03-01 20:00,5,comparator\n"
    with pytest.raises(InputError, match="same arm") as caught:
        read_diary(io.StringIO(text))
    assert caught.value.row == 3


@pytest.mark.spec
@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("side effects", "'side_effects'"),
        ("Side-Effects", "'side_effects'"),
        ("SideEffects", "'side_effects'"),
        ("side_effect", "'side_effects'"),
        ("Dose (mg)", "'dose_mg'"),
        ("dose mg", "'dose_mg'"),
        ("dose", "'dose_mg' or 'dose_micrograms'"),
        ("Doses", "'dose_mg' or 'dose_micrograms'"),
        ("dose_mcg", "'dose_micrograms'"),
        ("Dose [\u00b5g]", "'dose_micrograms'"),
        ("notes", "'note'"),
        ("study day", "'study_day'"),
        ("Study-Day", "'study_day'"),
        ("arms", "'arm'"),
        ("date time", "'datetime'"),
        ("Date:", "'date'"),
    ],
)
def test_a_near_miss_of_a_column_name_is_refused(name: str, right: str) -> None:
    text = f"date,pain,{name}\n2026-03-01,5,1\n"
    for read in (read_diary, scan_diary):
        with pytest.raises(InputError, match="is nearly the name") as caught:
            read(io.StringIO(text))
        assert caught.value.column == name
        assert caught.value.mend.startswith(f"call it {right}")


def test_an_outcome_of_the_protocol_may_be_near_a_column_name() -> None:
    text = "date,pain,Times\n2026-03-01,5,1\n"
    assert read_diary(io.StringIO(text), protocol_outcomes=["pain", "Times"]).outcome_names == (
        *("pain", "Times"),
    )


@pytest.mark.parametrize("name", ["Date ", "DATE", " date"])
def test_capitals_and_blanks_around_a_name_are_accepted(name: str) -> None:
    assert len(read_diary(io.StringIO(f"{name},pain\n2026-03-01,5\n"))) == 1
