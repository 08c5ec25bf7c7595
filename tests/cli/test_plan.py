"""Plans from the command line: steps, what is swallowed, what is proposed, reminders."""

import json
import re
from pathlib import Path

import pytest
from icalendar import Calendar
from typer.testing import CliRunner

from lodose.cli.main import app

pytestmark = pytest.mark.interface


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_ready_plans_are_listed_with_their_grades(lodose) -> None:
    shown = lodose("plan")
    assert shown.returncode == 0
    assert not shown.stderr
    assert "cautious" in shown.stdout
    assert "Your prescriber decides; nothing changes by itself." in flat(shown.stdout)
    listed = json.loads(lodose("plan", "--json").stdout)["plans"]
    assert all(each["source"] and each["grade"] in "ASCDJ" for each in listed)


def test_capsules_and_liquids_say_what_is_swallowed(lodose) -> None:
    shown = lodose("plan", "cautious", "--capsules", "0.5 mg, 1.5 mg", "--days", "90")
    assert shown.returncode == 0, shown.stderr
    for words in (
        "3.5 mg = 2 x 1.5 mg and 1 x 0.5 mg",
        "Supply: 82 of 1.5 mg, 90 of 0.5 mg (168 mg) for 90 days",
        "prescriber decides",
    ):
        assert words in flat(shown.stdout)
    liquid = ("--liquid", "1 mg/mL", "--made", "2026-05-01", "--formula", "ascorbic-1mg")
    told = json.loads(lodose("plan", "uk-liquid", *liquid, "--days", "60", "--json").stdout)
    assert told["taken"][-1] == "3 mg = 3 mL"
    assert (told["supply"], told["use_before"]) == ("110 mL (110 mg) for 60 days", "2026-06-30")


def test_an_own_plan_and_what_comes_next(lodose) -> None:
    own = ("plan", "own", "--start", "250 micrograms", "--step", "0.25 mg", "--target", "1 mg")
    told = json.loads(lodose(*own, "--step-days", "7", "--json").stdout)
    assert [each["dose_ug"] for each in told["steps"]] == [250, 500, 750, 1000]
    when = ("--at", "2", "--since", "2026-05-01", "--today", "2026-05-20")
    person = lodose("plan", "cautious", *when, "--surgery", "2026-06-10", "--json")
    says = json.loads(person.stdout)["proposal"]["says"]
    assert "your prescriber decides when to go on" in says
    assert not re.search(r"2026|\d+ (?:days|hours)", says)
    doctor = lodose("plan", "cautious", *when, "--surgery", "2026-06-10", "--for", "prescriber")
    assert "Last dose on 6 June 2026 or earlier" in flat(doctor.stdout)


def test_reminders_are_written_with_a_neutral_name_and_content(lodose, tmp_path: Path) -> None:
    made = ("plan", "cautious", "--from", "2026-06-01", "--zone", "Europe/Berlin", "--calendar")
    assert lodose(*made, tmp_path / "days.ics").returncode == 0
    events = Calendar.from_ical((tmp_path / "days.ics").read_bytes()).walk("VEVENT")
    assert {str(each["SUMMARY"]) for each in events} == {"Reminder", "Talk about the next step"}
    refused = lodose(*made, tmp_path / "ldn.ics")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "choose a neutral name, such as days.ics" in flat(refused.stderr)
    assert not (tmp_path / "ldn.ics").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["fast"], "is no ready plan"),
        (["cautious", "--capsules", "500 mg"], "did you mean 500 micrograms (0.5 mg)?"),
        (["cautious", "--capsules", "1"], "is it 1 mg or 1 micrograms?"),
        (["cautious", "--capsules", "1 mg"], "cannot be made exactly"),
        (["cautious", "--liquid", "1 mg/mL", "--syringe", "5 mL/1 mL"], "between two marks"),
        (
            ["innova", "--liquid", "1 mg/mL", "--made", "2026-05-01"],
            "has no measured beyond-use date",
        ),
        (["own", "--start", "0.5 mg", "--step", "1 mg", "--target", "50 mg"], "is above 6 mg"),
        (["cautious", "--start", "1 mg"], "write 'own'"),
        (["cautious", "--at", "2", "--felt", "fine"], "no word for side effects"),
    ],
)
def test_what_is_not_possible_gets_a_question_back(lodose, arguments: list[str], told: str) -> None:
    # Within this process: the exit status and what is printed where are the same, and it is quick.
    run = CliRunner().invoke(app, ["plan", *arguments])
    assert (run.exit_code, run.stdout) == (2, "")
    assert told in flat(run.stderr)
