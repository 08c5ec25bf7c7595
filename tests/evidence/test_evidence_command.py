"""`lodose evidence` as a person uses it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

import lodose.evidence
from lodose.cli.main import app

pytestmark = pytest.mark.interface
SOURCE = Path(lodose.evidence.__file__).parent


def run(*arguments: str | Path) -> Result:
    """Run the command in this process: what it prints and its exit status are the same."""
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["evidence", *map(str, arguments)])


def run_alone(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "lodose", "evidence", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "COLUMNS": "200"},
    )


def test_the_front_names_six_claims_and_all_conditions() -> None:
    shown = run_alone()
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "\x1b" not in shown.stdout
    for text in ("Less inflammation", "the project's judgement", "fibromyalgia", "me-cfs"):
        assert text in shown.stdout
    assert "your prescriber decides" in shown.stdout


def test_a_condition_with_its_pictures_as_text_and_as_json(tmp_path: Path) -> None:
    shown = run("--condition", "fibromyalgia", "--charts", tmp_path)
    assert shown.exit_code == 0, shown.stderr
    assert "doi:10.1016/S2665-9913(23)00278-3" in shown.stdout
    assert "[press, doi:10.1016/S2665-9913(23)00278-3] final-2024#pain-30" in " ".join(
        shown.stdout.split()
    )
    assert "Does not add up, or only just: Hegde 2025: the interval" in shown.stdout
    assert shown.stderr.count("Written: ") == len(list(tmp_path.glob("*.svg"))) == 4
    page = json.loads(run("--condition", "me-cfs", "--json").stdout)
    assert page["controlled"] is False
    assert page["warning"] == "No controlled trial of this was found."


def test_a_claim_and_the_chances(tmp_path: Path) -> None:
    shown = run("--claim", "pain")
    assert shown.exit_code == 0
    assert shown.stdout.index("Strongest support") < shown.stdout.index("Strongest opposition")
    shown = run("--chances", "fibromyalgia", "--charts", tmp_path)
    assert "On it: 45 of 100 (32 to 59) [press, doi:" in shown.stdout
    assert shown.stdout.count("●") == 45 + 28 + 31
    assert len(list(tmp_path.iterdir())) == 3
    found = json.loads(run("--chances", "fibromyalgia", "--json").stdout)
    assert found["active"]["in_100"] == 45


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--condition", "fibromyalgie"), "choose one of: fibromyalgia"),
        (("--claim", "cure"), "There is no claim 'cure'"),
        (("--chances", "crohn"), "so no chance can be given"),
        (("--claim", "pain", "--condition", "crohn"), "ask one thing at a time"),
        (("check", "--claim", "pain"), "ask one thing at a time"),
        (("--charts", "x"), "--charts needs --condition or --chances"),
        (("chekc",), "chekc"),
        (("check", "--records", "nowhere"), "holds no study"),
    ],
)
def test_what_cannot_be_answered_exits_with_2_and_a_mend(
    arguments: tuple[str, ...], said: str
) -> None:
    shown = run(*arguments)
    assert shown.exit_code == 2
    assert shown.stdout == ""
    assert said in " ".join(shown.stderr.split())


def test_adding_a_study_is_one_record_and_this_command(tmp_path: Path) -> None:
    for name in ("studies", "claims.toml", "conditions.toml", "traces.toml"):
        source = SOURCE / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    assert run("check", "--records", tmp_path).stdout.startswith("Sound: ")
    before = json.loads(run("check", "--json").stdout)
    guide = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text("utf-8")
    record = guide.partition("```toml\n")[2].partition("```")[0]
    assert "[[study]]" in record
    (tmp_path / "studies" / "new.toml").write_text(record, "utf-8")
    untraced = run("check", "--records", tmp_path)
    assert untraced.exit_code == 2
    assert "run `lodose evidence check --trace`" in " ".join(untraced.stderr.split())
    after = run("check", "--trace", "--records", tmp_path, "--json")
    assert after.exit_code == 0, after.stderr
    assert json.loads(after.stdout)["studies"] == before["studies"] + 1
    shown = run("--condition", "fibromyalgia", "--records", tmp_path)
    assert "Synthetic trial" in shown.stdout
    (tmp_path / "studies" / "new.toml").write_text(record.replace("place = ", "spot = "), "utf-8")
    refused = run("check", "--records", tmp_path)
    assert refused.exit_code == 2
    assert "new.toml, column 'study 'synthetic-trial', figures, pain, spot'" in refused.stderr
    assert "is not known" in refused.stderr


def test_a_trial_that_counted_but_was_not_read_whole_is_not_denied() -> None:
    """In Crohn's disease a trial counted; how many were in each group was not read."""
    found = run("--chances", "crohn")
    assert found.exit_code == 2
    assert "no trial was read with how many people improved" in found.output
    assert "No trial in" not in found.output


def test_a_pooling_of_any_comparator_is_not_said_to_be_against_a_medicine() -> None:
    shown = run("--condition", "chronic-pain").output
    line = next(each for each in shown.splitlines() if "any comparator" in each)
    assert "against placebo or another medicine" in line
