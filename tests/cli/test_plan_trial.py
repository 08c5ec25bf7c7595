"""Planning from the command line, before a trial and in the middle of one."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.interface


@pytest.fixture(scope="module")
def example(lodose, tmp_path_factory) -> Path:
    """A trial without effect, and the same broken off when nothing is known yet."""
    folder = tmp_path_factory.mktemp("planning") / "example"
    assert lodose("example", "ldn-no-effect", "--to", folder).returncode == 0
    lines = (folder / "diary.csv").read_text("utf-8").splitlines()
    (folder / "part.csv").write_text("\n".join(lines[:60]) + "\n", "utf-8")
    before = [lines[0]]
    before += [f"2024-12-{day:02d},{4 + day % 3},5,,none," for day in range(1, 22)]
    (folder / "run-in.csv").write_text("\n".join(before) + "\n", "utf-8")
    return folder


def test_a_plan_is_told_with_its_errors_and_kept(lodose, example, tmp_path) -> None:
    plan = ["plan-trial", example / "protocol.toml", "--trials", "10"]
    first = lodose(*plan, "--workers", "1", LODOSE_CACHE_DIR=str(tmp_path))
    assert first.returncode == 0, first.stderr
    for words in ("4 pairs of 2 x 14 days", "prescriber decides", "False", "judgement", "seed 1"):
        assert words in " ".join(first.stdout.split())
    assert not first.stderr
    assert len(list((tmp_path / "plans").iterdir())) == 1
    assert lodose(*plan, "--workers", "2", LODOSE_CACHE_DIR=str(tmp_path)).stdout == first.stdout
    lodose(*plan, "--seed", "3", "--no-cache", "--workers", "1", LODOSE_CACHE_DIR=str(tmp_path))
    assert len(list((tmp_path / "plans").iterdir())) == 1


def test_json_holds_every_word_and_the_ready_designs_can_be_compared(lodose, example) -> None:
    plan = [
        "plan-trial",
        example / "protocol.toml",
        "--trials",
        "3",
        "--no-cache",
        "--workers",
        "1",
    ]
    run_in = ["--run-in", example / "run-in.csv", "--onset", "7"]
    one = json.loads(lodose(*plan, *run_in, "--json").stdout)
    assert "run-in of 21" in one["person_origin"]
    assert one["onset"].startswith("7 days")
    for row in one["rows"]:
        assert sum(word["count"] for word in row["words"].values()) == 3
    several = json.loads(lodose(*plan, "--compare", "--json").stdout)["designs"]
    assert [(each["days"]) for each in several] == [112, 168, 168, 84, 168]
    shown = lodose(*plan, "--compare")
    assert shown.returncode == 0, shown.stderr
    assert "3 of 2 x 28 days" in shown.stdout


def test_what_cannot_be_planned_is_told_and_nothing_printed(lodose, example, tmp_path) -> None:
    assert lodose("example", "ldn-before-after", "--to", tmp_path).returncode == 0
    short = tmp_path / "short.csv"
    short.write_text("date,pain,sleep\n2024-12-01,4,5\n2024-12-02,5,5\n", "utf-8")
    for arguments, told in (
        ([tmp_path / "protocol.toml"], "before and after"),
        ([example / "protocol.toml", "--run-in", short], "needs 7 or more"),
        ([example / "protocol.toml", "--trials", "0"], "--trials"),
        ([tmp_path / "none.toml"], "none.toml"),
    ):
        run = lodose("plan-trial", *arguments)
        assert run.returncode == 2
        assert not run.stdout
        assert told in " ".join(run.stderr.split())


def test_an_open_answer_says_how_many_cycles_would_settle_it(lodose, example, tmp_path) -> None:
    verdict = ["verdict", example / "part.csv", "--json"]
    found = json.loads(lodose(*verdict).stdout)
    assert found["word"] == "not known yet"
    assert [row["cycles"] for row in found["planning"]["rows"]] == [1, 2, 4]
    without = json.loads(lodose(*verdict, "--no-planning").stdout)
    assert without["planning"]["left_out"] is True
    assert without["planning"]["rows"] == []
    without["planning"] = found["planning"]
    assert without == found


def test_a_settled_answer_and_one_that_days_cannot_settle_plan_nothing(
    lodose, example, tmp_path
) -> None:
    settled = json.loads(lodose("verdict", example / "diary.csv", "--json").stdout)
    assert settled["word"] != "not known yet"
    assert settled["planning"] is None
    assert lodose("example", "ldn-before-after", "--to", tmp_path).returncode == 0
    never = json.loads(lodose("verdict", tmp_path / "diary.csv", "--json").stdout)
    assert (never["word"], never["planning"]) == ("not known yet", None)
