"""The terminal: answer first, whole at 80 columns, without colour, in a pipe."""

import io

import pytest
from rich.console import Console

from lodose.report.terminal import print_audit, print_terminal
from lodose.report.textbars import Marks, interval_bar, place_bar
from lodose.verdict.result import Estimate, Verdict


def printed(verdict: Verdict, *, width: int = 80, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    console = Console(file=stream, width=width)
    print_terminal(verdict, console)
    print_audit(verdict.audit, console)
    stream.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int, any_verdict: Verdict) -> None:
    assert max(len(line) for line in printed(any_verdict, width=width).splitlines()) <= width


def test_a_pipe_gets_no_colour_and_no_control_characters(any_verdict: Verdict) -> None:
    said = printed(any_verdict)
    assert not [character for character in said if ord(character) < 32 and character != "\n"]


def test_an_old_terminal_gets_plain_characters(any_verdict: Verdict) -> None:
    assert printed(any_verdict, encoding="ascii").isascii()


def test_the_answer_comes_first_and_the_three_lines_follow(pain: Verdict) -> None:
    said = printed(pain)
    order = ["Synthetic data", pain.wording.answer, "Verdict: helps", "Benefit", "Harm"]
    order += ["What this does", "The chances", "How much better", "in each period", "Next step"]
    places = [said.index(piece) for piece in order]
    assert places == sorted(places)
    assert pain.provenance.diary_sha256 in said


def test_the_readings_are_a_line_each(pain: Verdict) -> None:
    lines = printed(pain).splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("The same days, read"))
    table = [" ".join(line.split()) for line in lines[place + 1 : place + 8]]
    assert table[0] == "Reading Better by Word"
    assert table[1] == "Primary analysis 1.9 (0.8 to 3.0) helps"
    assert table[3] == "Large effects rare 1.3 (0.3 to 2.4) probably helps (less firm)"
    assert table[4].endswith("not known yet (changed)")
    assert table[5] == "First 14 days dropped — not done"
    assert table[6] == "Not done: 8 periods would be left without a record."
    assert "What else the model saw" in lines


def test_markup_in_a_persons_text_is_shown_as_it_is(verdicts: dict[str, Verdict]) -> None:
    assert "[red]markup[/red]" in " ".join(printed(verdicts["hostile"]).split())


def test_what_is_missing_is_said_in_words(verdicts: dict[str, Verdict]) -> None:
    said = " ".join(printed(verdicts["not-estimable"]).split())
    assert "No day was recorded on the comparator." in said
    assert "That is not the same as none." in said
    assert "No remarks on the diary." in said


def test_an_interval_bar_stands_where_its_numbers_are() -> None:
    bar = interval_bar(Estimate(2.0, 0.5, 1.0, 3.0), (-2.0, 4.0), 1.0, 61, Marks())
    assert [bar.index(mark) for mark in "│├●┤"] == [20, 30, 40, 50]
    assert bar[10:20] == "·" * 10
    assert bar[:10].isspace()


def test_an_interval_that_crosses_zero_shows_it() -> None:
    bar = interval_bar(Estimate(0.5, 0.5, -0.5, 1.5), (-2.0, 4.0), 1.0, 61, Marks())
    assert bar[20] == "┼"


def test_a_period_without_days_is_an_empty_scale() -> None:
    assert place_bar(None, (0.0, 10.0), 5, "●", Marks()) == "·····"
    assert place_bar(10.0, (0.0, 10.0), 5, "●", Marks()) == "····●"
