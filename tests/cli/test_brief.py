"""The brief from the command line."""

import json
import re
from pathlib import Path

import pypdf
import pytest
from typer.testing import CliRunner

from lodose.cli.main import app

pytestmark = pytest.mark.interface
ON = ("--today", "2026-05-10")
FACTS = """
age = 44
natural_products = []
conditions = ["fibromyalgia"]
allergies = []
events = []
pregnancy = "no"
alcohol = false
labs = [{ name = "ALT", value = 30, upper_limit = 40 }]
medicines = [{ name = "ibuprofen 400" }]
"""
WHOLE = """
condition = "fibromyalgia"
who = "Synthetic person 3"
why = "Pain every day."
tried = "Warm water."
questions = ["What does it cost?"]
plan = "uk-liquid"
liquid = "1 mg/mL"
syringe = "5 mL/0.1 mL"

[judged]
outcome = "peg"
weeks = 20
first_dose = 2026-06-01

[facts]
age = 44
natural_products = []
conditions = ["fibromyalgia"]
allergies = []
events = []
pregnancy = "no"
alcohol = false
labs = []
medicines = [{ name = "ibuprofen 400" }]
"""


def flat(text: str) -> str:
    return " ".join(text.split())


def text_of(path: Path) -> list[str]:
    return [flat(page.extract_text().replace("\xad", "")) for page in pypdf.PdfReader(path).pages]


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "facts.toml"
    path.write_text(FACTS, "utf-8")
    return path


def run(*arguments: str | Path):
    """Within this process: the exit status and what is printed where are the same, and quick."""
    return CliRunner().invoke(app, ["brief", *map(str, arguments), *ON])


def test_facts_and_options_make_a_brief_of_two_pages(lodose, facts, tmp_path) -> None:
    out = tmp_path / "brief.pdf"
    made = lodose(
        *("brief", facts, "--condition", "fibromyalgia", "--plan", "cautious"),
        *(
            "--capsules",
            "0.5 mg, 1.5 mg",
            "--why",
            "[bold]Pain[/bold] every day.",
            "--out",
            out,
            *ON,
        ),
    )
    assert (made.returncode, made.stderr) == (0, "")
    assert "Fibromyalgia: may low-dose naltrexone be tried?" in flat(made.stdout)
    assert "NCT04739995" in made.stdout
    first, second = text_of(out)
    assert "[bold]Pain[/bold] every day." in first
    assert "up to 4.5 mg" in first
    assert second.startswith("For the prescriber")
    again = tmp_path / "again.pdf"
    lodose(
        *("brief", facts, "--condition", "fibromyalgia", "--plan", "cautious"),
        *(
            "--capsules",
            "0.5 mg, 1.5 mg",
            "--why",
            "[bold]Pain[/bold] every day.",
            "--out",
            again,
            *ON,
        ),
    )
    assert again.read_bytes() == out.read_bytes()


def test_codeine_ends_with_1_and_only_the_prescriber_reads_the_interval(tmp_path) -> None:
    path = tmp_path / "facts.toml"
    path.write_text(
        FACTS.replace(
            'medicines = [{ name = "ibuprofen 400" }]',
            'medicines = [{ name = "codeine cough syrup", last_dose = 2026-05-08 }]',
        ),
        "utf-8",
    )
    person = run(path, "--out", tmp_path / "brief.pdf")
    assert person.exit_code == 1
    assert "Do not stop your pain medicine for this; talk first." in flat(person.stdout)
    told = run(path, "--json").stdout + person.stdout + " ".join(text_of(tmp_path / "brief.pdf"))
    told = told.replace("60 days in the fridge", "")  # of the liquid, and not of opioids
    assert not re.search(r"\d+ (?:to \d+ )?days|18 May|2026-05-18", told)
    prescriber = run(path, "--for", "prescriber", "--out", tmp_path / "doctor.pdf")
    assert prescriber.exit_code == 1
    assert "not before 18 May 2026 if dependence is excluded" in flat(prescriber.stdout)
    assert "not before 18 May 2026" in text_of(tmp_path / "doctor.pdf")[1]


def test_a_brief_file_holds_everything_and_options_win(tmp_path) -> None:
    path = tmp_path / "brief.toml"
    path.write_text(WHOLE, "utf-8")
    made = json.loads(run(path, "--json").stdout)
    assert made["who"] == "Synthetic person 3, 44 years old"
    assert made["questions"][0] == "What does it cost?"
    judged = dict(made["judged"])
    assert judged["Outcome"].startswith(
        "Pain, enjoyment and activity (PEG), 0 to 10: 1 or more lower"
    )
    assert "20 weeks after the first dose, on 19 October 2026" in judged["Stop"]
    assert "3 mg = 3 mL" in dict(made["plan"])["Product"]
    other = json.loads(
        run(path, "--json", "--who", "Synthetic person 4", "--condition", "crohn").stdout
    )
    assert other["who"].startswith("Synthetic person 4")
    assert other["question"].startswith("Crohn's disease")
    own = WHOLE.replace(
        'plan = "uk-liquid"',
        'plan = { start = "0.5 mg", step = "0.5 mg", target = "2 mg", days = 7 }',
    )
    path.write_text(own.replace("[judged]", "[judged]\nmcid = 2"), "utf-8")
    made = json.loads(run(path, "--json").stdout)
    assert "up to 2 mg" in dict(made["plan"])["Doses"]
    assert "2 or more lower" in dict(made["judged"])["Outcome"]


def test_german(facts, tmp_path) -> None:
    out = tmp_path / "brief.pdf"
    assert (
        run(facts, "--language", "de", "--condition", "fibromyalgia", "--out", out).exit_code == 0
    )
    assert len(text_of(out)) == 2
    assert pypdf.PdfReader(out).trailer["/Root"]["/Lang"].startswith("de")
    assert "10. Mai 2026" in text_of(out)[0]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none.toml"], "none.toml"),
        (["--condition", "fibromyalgie"], "choose one of: fibromyalgia"),
        (["--plan", "quick"], "is no ready plan"),
        (["--plan", "cautious", "--capsules", "1 mg"], "cannot be made exactly"),
        (["--capsules", "500 mg"], "micrograms"),
        (["--capsules", "1 mg", "--liquid", "1 mg/mL"], "cannot be both"),
        (["--for", "pharmacist"], "is no reader"),
        (["--language", "xx"], "is not spoken"),
        (["--why", "x" * 2001], "longer than 2000"),
        (["--out", "my-naltrexone.pdf"], "such as brief.pdf"),
        (["--out", "no-such-folder/brief.pdf"], "its folder is not there"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_written(
    arguments: list[str], told: str, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(*arguments)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert told in flat(ran.stderr)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("why = 3", "column 'why'"),
        ("condition = 'crohn'\nwhom = 'me'", "column 'whom'"),
        ("condition = 'crohn'\n[facts]\nage = 300", "column 'age'"),
        ("why = 'x'\n[judged]\nlabel = 'Sleep'", "needs better and mcid"),
        ("why = 'x'\n[judged]\noutcome = 'sleep'", "choose one of pain-nrs"),
        ("why = 'x'\nplan = { start = '5', target = '2 mg' }", "has no unit"),
        ("why = 'x", "is not TOML"),
    ],
)
def test_a_faulty_file_is_told_with_its_field(text: str, told: str, tmp_path) -> None:
    path = tmp_path / "brief.toml"
    path.write_text(text, "utf-8")
    ran = run(path)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert told in flat(ran.stderr)
