"""The verbs as a person uses them, from an example to a report."""

import json
import re
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.interface

WORDS = {
    "helps",
    "probably helps",
    "no meaningful difference",
    "unlikely to help enough",
    "probably harms",
    "harms",
    "not known yet",
}


def test_the_examples_are_listed_and_each_can_be_written_and_checked(lodose, tmp_path) -> None:
    listed = lodose("example")
    assert listed.returncode == 0
    from lodose import examples

    names = list(examples.names())
    assert "microdose" in names
    for name in names:
        assert name in listed.stdout
        run = lodose("example", name, "--to", tmp_path / name)
        assert run.returncode == 0, run.stderr
        assert "lodose verdict" in run.stdout
        assert (tmp_path / name / "diary.csv").is_file()
        assert tomllib.loads((tmp_path / name / "protocol.toml").read_text("utf-8"))
        assert lodose("check", tmp_path / name / "diary.csv").returncode == 0


def test_an_example_does_not_overwrite_a_diary_unless_forced(lodose, tmp_path) -> None:
    assert lodose("example", "microdose", "--to", tmp_path).returncode == 0
    diary = tmp_path / "diary.csv"
    original = diary.read_bytes()
    diary.write_text("my own days\n")
    run = lodose("example", "microdose", "--to", tmp_path)
    assert run.returncode == 2
    assert "diary.csv" in run.stderr
    assert diary.read_text() == "my own days\n"
    assert lodose("example", "microdose", "--to", tmp_path, "--force").returncode == 0
    assert diary.read_bytes() == original


def test_an_unknown_example_is_answered_with_the_known_ones(lodose, tmp_path) -> None:
    run = lodose("example", "microdoes", "--to", tmp_path / "x")
    assert run.returncode == 2
    assert "microdose" in run.stderr
    assert not (tmp_path / "x").exists()


def test_verdict_answers_in_the_terminal_and_as_pdf_and_charts(lodose, microdose, tmp_path) -> None:
    report, charts = tmp_path / "report.pdf", tmp_path / "charts"
    run = lodose("verdict", microdose / "diary.csv", "--pdf", report, "--charts", charts)
    assert run.returncode == 0, run.stderr
    assert any(word in run.stdout for word in WORDS)
    assert "prescriber" in run.stdout
    assert "report.pdf" in run.stdout
    assert "\x1b" not in run.stdout
    assert report.read_bytes().startswith(b"%PDF-")
    written = sorted(path.name for path in charts.iterdir())
    assert written
    assert all(name.endswith(".svg") for name in written)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["charts", "report.pdf"]

    again = tmp_path / "again.pdf"
    assert lodose("verdict", microdose / "diary.csv", "--pdf", again).returncode == 0
    assert again.read_bytes() == report.read_bytes()


def test_json_is_all_that_stands_on_standard_output(lodose, microdose) -> None:
    verdict = lodose("verdict", microdose / "diary.csv", "--json")
    assert verdict.returncode == 0, verdict.stderr
    assert json.loads(verdict.stdout)["word"] in WORDS

    check = lodose("check", microdose / "diary.csv", "--json", "--today", "2030-01-01")
    assert check.returncode == 0, check.stderr
    assert isinstance(json.loads(check.stdout)["remarks"], list)


def test_the_fingerprint_of_the_plan_is_the_one_in_the_verdict(lodose, microdose: Path) -> None:
    run = lodose("protocol", "hash", microdose / "protocol.toml")
    assert re.fullmatch(r"[0-9a-f]{64}\n", run.stdout)
    verdict = json.loads(lodose("verdict", microdose / "diary.csv", "--json").stdout)
    assert verdict["provenance"]["protocol_sha256"] == run.stdout.strip()


def test_the_schema_is_a_json_schema(lodose) -> None:
    schema = json.loads(lodose("protocol", "schema").stdout)
    assert schema["type"] == "object"
    assert "primary_outcome" in schema["properties"]
