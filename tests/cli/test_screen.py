"""Screening from the command line, for the person and for the prescriber."""

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

[[medicines]]
name = "ibuprofen 400"
"""


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "facts.toml"
    path.write_text(FACTS, "utf-8")
    return path


def test_codeine_stops_the_person_and_gives_the_prescriber_the_interval(lodose, facts) -> None:
    medicine = ("--medicine", "codeine cough syrup=2026-05-08", *ON)
    person = lodose("screen", facts, *medicine)
    assert person.returncode == 1
    assert not person.stderr
    assert flat(person.stdout).startswith(
        "Do not start. Do not stop your pain medicine for this; talk first."
    )
    assert "your prescriber decides" in flat(person.stdout)
    assert not re.search(r"2026|\d+ days", person.stdout)
    told = json.loads(lodose("screen", facts, *medicine, "--json").stdout)
    assert not re.search(r"2026|\d+ days", json.dumps(told))
    prescriber = lodose("screen", facts, *medicine, "--for", "prescriber")
    assert prescriber.returncode == 1
    assert "not before 18 May 2026 if dependence is excluded" in flat(prescriber.stdout)


def test_without_anything_against_it_the_open_questions_remain(lodose, facts) -> None:
    whole = lodose("screen", facts, *ON)
    assert whole.returncode == 0
    assert "That is not yet a yes" in flat(whole.stdout)
    assert "Not asked yet" not in whole.stdout
    few = lodose("screen", "--condition", "fibromyalgia", "--medicine", "tramdol", *ON)
    assert few.returncode == 0
    assert "Did you mean tramadol" in flat(few.stdout)
    assert "Do you take kratom" in flat(few.stdout)
    assert "Do not start yet." in flat(few.stdout)


def test_an_override_is_the_prescribers_and_is_kept(lodose, facts) -> None:
    case = ("screen", facts, "--condition", "acute hepatitis", *ON)
    reason = ("--override", "HEP-001=Values normal since March", "--by", "Dr Example")
    refused = lodose(*case, *reason)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "may not override" in flat(refused.stderr)
    decided = lodose(*case, *reason, "--for", "prescriber", "--json")
    assert decided.returncode == 0
    kept = json.loads(decided.stdout)["findings"][0]["override"]
    assert kept["reason"] == "Values normal since March"
    assert lodose(*case, "--for", "prescriber").returncode == 1


def test_every_kind_of_fact_can_be_given_as_an_option(lodose) -> None:
    run = lodose(
        *("screen", "--age", "70", "--lab", "ALT=130/40", "--lab", "eGFR=25", "--alcohol"),
        *("--event", "surgery=2026-05-20", "--allergy", "naloxone", "--product", "slow release"),
        *("--pregnancy", "does not apply", "--stopped", "methadone=2026-05-01", *ON, "--json"),
        *("--for", "prescriber"),
    )
    fired = {each["rule"].rpartition("-")[0][:7] for each in json.loads(run.stdout)["findings"]}
    assert fired >= {"AGE-002", "HEP-002", "REN-001", "PLN-001", "ALL-001", "OPI-003", "ALC-001"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none.toml"], "none.toml"),
        (["--medicine", "codeine=yesterday"], "is not a date"),
        (["--medicine", "codeine=2026-06-01"], "later than the day of screening"),
        (["--lab", "ALT=high"], "is not a laboratory value"),
        (["--lab", "ALT=80"], "upper limit"),
        (["--for", "pharmacist"], "is no reader"),
        (["--age", "300"], "age"),
        (["--pregnancy", "maybe"], "pregnancy"),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_printed(arguments: list[str], told: str) -> None:
    # Within this process: the exit status and what is printed where are the same, and it is quick.
    run = CliRunner().invoke(app, ["screen", *arguments, *ON])
    assert (run.exit_code, run.stdout) == (2, "")
    assert told in flat(run.stderr)


def test_a_card_for_the_wallet_tells_no_more_than_it_must(lodose, facts, tmp_path) -> None:
    card = tmp_path / "card.pdf"
    made = ("screen", facts, *ON, "--by", "Dr Example, 555 0100", "--dose", "4.5 mg", "--card")
    assert lodose(*made, card).returncode == 0
    pdf = pypdf.PdfReader(card)
    assert len(pdf.pages) == 1
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Medical card"
    text = flat(pdf.pages[0].extract_text())
    for words in ("I may be on naltrexone", "4.5 mg", "555 0100", "Do not delay care", "monitored"):
        assert words in text
    assert "prescriber decides" in text
    assert lodose(*made, tmp_path / "again.pdf").returncode == 0
    assert (tmp_path / "again.pdf").read_bytes() == card.read_bytes()
    for name, dose, told in (
        ("my-naltrexone.pdf", "4.5 mg", "neutral name"),
        ("other.pdf", "4500", "micrograms"),
        ("other.pdf", "50 mg", "not a low dose"),
    ):
        run = lodose("screen", facts, "--card", tmp_path / name, "--dose", dose)
        assert (run.returncode, run.stdout) == (2, "")
        assert told in flat(run.stderr)
        assert not (tmp_path / name).exists()
