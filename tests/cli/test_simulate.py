"""`lodose simulate` and `lodose pharmacology`: two readers, one model, no permission."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lodose.cli.main import app

pytestmark = pytest.mark.interface

# What a person must never get: a time after the last dose, a share that is blocked, a date.
FORBIDDEN = re.compile(
    r"\d+(?:[.,]\d+)?\s*(?:%|per ?cent|h\b|hours?\b|days?\b|weeks?\b|ng|nM|Uhr)"
    r"|\d{4}-\d\d|\d\d:\d\d|\bM[012]\b|occupan|half-life|safe\b",
    re.IGNORECASE,
)


def texts(found: Any) -> str:
    if isinstance(found, dict):
        return " ".join(f"{key} {texts(each)}" for key, each in found.items())
    if isinstance(found, list):
        return " ".join(texts(each) for each in found)
    return str(found)


def flat(text: str) -> str:
    return " ".join(text.split())


def svg_words(path: Path) -> str:
    """Everything in a picture that a reader or a screen reader says."""
    drawn = path.read_text("utf-8")
    said = re.findall(r'>([^<>]+)<|aria-label="([^"]*)"', drawn)
    return " ".join(each for pair in said for each in pair if each.strip())


@pytest.mark.parametrize(
    "more", [(), ("--dose", "1.5 mg", "--days", "60"), ("--missed", "3,4", "--doubled", "6")]
)
def test_a_person_gets_the_shape_the_warning_and_nothing_to_reckon_with(
    lodose, tmp_path: Path, more: tuple[str, ...]
) -> None:
    picture = tmp_path / "shape.svg"
    shown = lodose("simulate", *more, "--chart", picture)
    assert shown.returncode == 0, shown.stderr
    said = flat(shown.stdout)
    assert said.startswith(
        "For many days after the last dose an opioid may not work or may be dangerous. Only your "
        "medical team can say when. Do not try to overcome the block: it can stop your breathing."
    )
    for words in ("builds up over several days", "fades slowly", "carried over", "not measured"):
        assert words in said
    told = json.loads(lodose("simulate", *more, "--json").stdout)
    assert told["reader"] == "person"
    for text in (said, texts(told), svg_words(picture)):
        assert not FORBIDDEN.search(text), FORBIDDEN.search(text)
    assert not re.search(r"\d", svg_words(picture))


def test_the_scan_finds_what_a_prescriber_gets(lodose, tmp_path: Path) -> None:
    """The scan above can fail: the prescriber's answer is full of what it looks for."""
    picture = tmp_path / "block.svg"
    shown = lodose("simulate", "--for", "prescriber", "--people", "200", "--chart", picture)
    assert shown.returncode == 0, shown.stderr
    for text in (flat(shown.stdout), svg_words(picture)):
        assert FORBIDDEN.search(text)
    for words in ("M0", "M1", "M2", "longest of the three", "anaesthetist decides", "ng/mL", "nM"):
        assert words in flat(shown.stdout)
    assert "safe to" not in shown.stdout


def test_a_prescriber_gets_all_three_structures_in_every_answer(lodose) -> None:
    told = json.loads(lodose("simulate", "--for", "prescriber", "--people", "300", "--json").stdout)
    by_name = {each["structure"]: each for each in told["structures"]}
    assert set(by_name) == {"M0", "M1", "M2"}
    slow, fast = by_name["M1"], by_name["M0"]
    assert (68, 60) < (slow["peak_percent"], slow["trough_percent"]) < (74, 67)
    assert fast["hours_above"]["50 %"] < 5
    assert slow["hours_above"]["50 %"] == 24
    for share, hours in told["longest_hours_until_below"].items():
        assert hours == max(each["hours_until_below"][share] for each in by_name.values())
    third_day = {
        each["structure"]: each for each in told["residual"] if each["days_after_last_dose"] == 3
    }
    assert set(third_day) == {"M0", "M1", "M2"}
    for each in third_day.values():
        low, high = each["band_90_percent"]
        assert low <= each["median_percent"] <= high
    assert all(each["read"] and each["source_text"] for each in told["guidelines"])
    assert {each["hours"] for each in told["guidelines"]} == {72.0}


def test_more_reaches_the_blood_with_a_sick_liver(lodose) -> None:
    run = ("simulate", "--for", "prescriber", "--people", "50", "--json")
    well = json.loads(lodose(*run).stdout)
    sick = json.loads(lodose(*run, "--liver", "decompensated cirrhosis").stdout)
    assert 7 < sick["plasma"]["peak_nm"] / well["plasma"]["peak_nm"] < 9


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--dose", "45 mg"), "did you mean 4.5 mg?"),
        (("--dose", "4.5"), "has no unit"),
        (("--dose", "4.5 g"), "has no unit that is known"),
        (("--dose=-4.5 mg",), "is below zero"),
        (("--dose", "900 mg", "--confirm"), "is above 200 mg"),
        (("--dose", "0.0001 mg"), "finer than a microgram"),
        (("--dose", "0 mg"), "holds nothing"),
        (("--days", "0"), "is no number of days"),
        (("--every", "0.1"), "is no distance"),
        (("--missed", "15"), "is no dose of this regimen"),
        (("--missed", "x"), "is no list of numbers"),
        (("--at", "25:00"), "is no time"),
        (("--for", "friend"), "is no reader"),
        (("--people", "0", "--for", "prescriber"), "is no number of people"),
        (("--liver", "yellow"), "is no state of the liver"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_worked_out(
    tmp_path: Path, wrong: tuple[str, ...], said: str
) -> None:
    picture = tmp_path / "p.svg"
    shown = CliRunner().invoke(app, ["simulate", *wrong, "--chart", str(picture)])
    assert shown.exit_code == 2
    assert said in flat(shown.stderr)
    assert not shown.stdout
    assert not picture.exists()


def test_a_dose_that_is_meant_is_worked_out(lodose) -> None:
    run = ("simulate", "--dose", "50 mg", "--confirm", "--days", "1", "--for", "prescriber")
    told = json.loads(lodose(*run, "--people", "50", "--json").stdout)
    assert told["plasma"]["peak_ng_per_ml"] == pytest.approx(13.3, rel=0.15)


def test_a_real_dose_log_is_taken_as_it_was(tmp_path: Path) -> None:
    log = tmp_path / "doses.csv"
    days = [f"2026-05-{day:02d}T21:00+02:00,4.5 mg" for day in range(1, 15)]
    log.write_text("taken,dose\n" + "\n".join(days) + "\n")

    def told(*arguments: str) -> Any:
        shown = CliRunner().invoke(
            app, ["simulate", *arguments, "--for", "prescriber", "--people", "20", "--json"]
        )
        assert shown.exit_code == 0, shown.stderr
        return json.loads(shown.stdout)

    logged, planned = told("--log", str(log)), told()
    assert logged["structures"] == planned["structures"]
    for wrong, said in (
        ("2026-05-01 at nine,4.5 mg", "is no moment"),
        ("2026-05-01T21:00,4.5 mg", "has no time zone"),
        ("2026-05-01T21:00+02:00,4.5", "has no unit"),
        ("2026-05-01T21:00+02:00,45 mg", "did you mean 4.5 mg"),
        ("", "holds no dose"),
    ):
        log.write_text(wrong + "\n")
        shown = CliRunner().invoke(app, ["simulate", "--log", str(log)])
        assert shown.exit_code == 2
        assert said in flat(shown.stderr)


def test_a_pharmacologist_fits_again_and_gets_the_same_file(lodose, tmp_path: Path) -> None:
    out = tmp_path / "estimates.toml"
    shown = lodose("pharmacology", "fit", "--out", out)
    assert shown.returncode == 0, shown.stderr
    committed = Path(__file__).parents[2] / "src" / "lodose" / "pharmacology" / "estimates.toml"
    assert numbers(out.read_text("utf-8")) == numbers(committed.read_text("utf-8"))
    assert "M1: chi-square 4.9" in shown.stdout
    checked = lodose("pharmacology", "check", "--estimates", out)
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.count("| miss |") == 9


def numbers(text: str) -> str:
    """The file with its numbers a digit shorter: other machines may round the last one."""
    return re.sub(
        r"(?<![0-9a-f])-?\d+\.\d+(?:e-?\d+)?", lambda found: f"{float(found[0]):.2g}", text
    )


def test_an_incomplete_data_file_is_refused(lodose, tmp_path: Path) -> None:
    wrong = tmp_path / "data.toml"
    wrong.write_text("schema = 1\n")
    shown = lodose("pharmacology", "fit", "--data", wrong, "--out", tmp_path / "e.toml")
    assert shown.returncode == 2
    assert "data.toml" in shown.stderr or "observations" in shown.stderr
    assert not (tmp_path / "e.toml").exists()
