"""Bad input: one clear message, exit status 2, nothing written, nothing of the diary repeated."""

import tomllib
from pathlib import Path

import pytest
import typer

from lodose.cli.shared import guarded
from lodose.errors import InputError

pytestmark = pytest.mark.interface

SECRET = "could not sleep, cried all night"


def spoiled(microdose: Path, folder: Path, line: int, replace: tuple[str, str]) -> Path:
    """Copy an example with one line of its diary changed."""
    folder.mkdir()
    (folder / "protocol.toml").write_text((microdose / "protocol.toml").read_text("utf-8"), "utf-8")
    lines = (microdose / "diary.csv").read_text("utf-8").splitlines()
    assert replace[0] in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(*replace, 1)
    diary = folder / "diary.csv"
    diary.write_text("\n".join(lines) + "\n", "utf-8")
    return diary


def first_date(microdose: Path, line: int) -> str:
    header, *rows = (microdose / "diary.csv").read_text("utf-8").splitlines()
    return rows[line - 2].split(",")[header.split(",").index("date")]


def test_a_fault_in_the_diary_is_named_with_its_place(lodose, microdose, tmp_path) -> None:
    diary = spoiled(microdose, tmp_path / "a", 5, (first_date(microdose, 5), "the fifth"))
    before = sorted(tmp_path.rglob("*"))
    for verb in (
        ["verdict", diary, "--pdf", tmp_path / "a" / "r.pdf"],
        ["verdict", diary, "--json"],
    ):
        run = lodose(*verb)
        assert run.returncode == 2
        assert not run.stdout
        assert run.stderr.count("Error: ") == 1
        for word in ("diary.csv", "line 5", "the fifth", "Mend: "):
            assert word in run.stderr
        assert "Traceback" not in run.stderr
        assert str(tmp_path) not in run.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_check_lists_what_verdict_stops_at(lodose, microdose, tmp_path) -> None:
    assert lodose("check", microdose / "diary.csv").returncode == 0
    diary = spoiled(microdose, tmp_path / "a", 5, (first_date(microdose, 5), "the fifth"))
    run = lodose("check", diary)
    assert run.returncode == 1
    assert "the fifth" in run.stdout


def test_no_answer_is_built_on_a_value_outside_its_range(lodose, microdose, tmp_path) -> None:
    header, *rows = (microdose / "diary.csv").read_text("utf-8").splitlines()
    outcome = tomllib.loads((microdose / "protocol.toml").read_text("utf-8"))["primary_outcome"]
    cells = rows[3].split(",")
    cells[header.split(",").index(outcome)] = "4711"
    diary = spoiled(microdose, tmp_path / "a", 5, (rows[3], ",".join(cells)))
    before = sorted(tmp_path.rglob("*"))
    for more in ((), ("--json",), ("--pdf", tmp_path / "a" / "r.pdf")):
        run = lodose("verdict", diary, *more)
        assert run.returncode == 2
        assert not run.stdout
        assert run.stderr.count("Error: ") == 1
        for word in ("diary.csv, line 5: ", f"{outcome} is 4711", "Mend: ", "lodose check"):
            assert word in run.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_a_missing_diary_or_protocol_is_named(lodose, microdose, tmp_path) -> None:
    run = lodose("verdict", tmp_path / "none.csv")
    assert run.returncode == 2
    assert "none.csv" in run.stderr

    alone = tmp_path / "diary.csv"
    alone.write_bytes((microdose / "diary.csv").read_bytes())
    run = lodose("verdict", alone)
    assert run.returncode == 2
    assert "protocol.toml" in run.stderr
    assert "--protocol" in run.stderr

    named = lodose("check", alone, "--protocol", microdose / "protocol.toml")
    assert named.returncode == 0, named.stderr

    run = lodose("verdict", alone, "--protocol", tmp_path / "no.toml")
    assert run.returncode == 2
    assert "no.toml" in run.stderr


def test_a_fault_in_the_protocol_is_named_with_its_field(lodose, microdose, tmp_path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text("colour = 'red'\n" + (microdose / "protocol.toml").read_text("utf-8"), "utf-8")
    for verb in (
        ["verdict", microdose / "diary.csv", "--protocol", plan],
        ["protocol", "hash", plan],
    ):
        run = lodose(*verb)
        assert run.returncode == 2
        assert "plan.toml" in run.stderr
        assert "colour" in run.stderr

    plan.write_text("title = 'unfinished\n", "utf-8")
    run = lodose("protocol", "hash", plan)
    assert run.returncode == 2
    assert "plan.toml" in run.stderr


def test_a_report_does_not_replace_the_diary(lodose, microdose, tmp_path) -> None:
    diary = tmp_path / "diary.csv"
    diary.write_bytes((microdose / "diary.csv").read_bytes())
    run = lodose("verdict", diary, "-p", microdose / "protocol.toml", "--pdf", diary)
    assert run.returncode == 2
    assert "not a PDF" in run.stderr
    assert diary.read_bytes() == (microdose / "diary.csv").read_bytes()


@pytest.mark.parametrize(
    ("raised", "status", "told"),
    [
        (InputError("is wrong", "mend it.", file="diary.csv"), 2, "diary.csv: is wrong. Mend"),
        (PermissionError(13, "Permission denied", "/home/me/report.pdf"), 2, "report.pdf: Permis"),
        (ValueError(SECRET), 3, "ValueError in lodose.cli.shared, line "),
        (KeyError(SECRET), 3, "KeyError in lodose.cli.shared, line "),
    ],
)
def test_a_message_never_repeats_the_text_of_an_unexpected_fault(
    raised: Exception, status: int, told: str, capsys, monkeypatch
) -> None:
    monkeypatch.delenv("LODOSE_TRACEBACK", raising=False)

    @guarded
    def command() -> None:
        raise raised

    with pytest.raises(typer.Exit) as exit_:
        command()
    assert exit_.value.exit_code == status
    # Nothing hangs on the exit from which a traceback could be printed.
    assert exit_.value.__suppress_context__
    shown = capsys.readouterr()
    assert not shown.out
    assert told in shown.err
    assert SECRET not in shown.err
    assert "/home/me" not in shown.err


def test_developers_can_ask_for_the_traceback(monkeypatch) -> None:
    monkeypatch.setenv("LODOSE_TRACEBACK", "1")

    @guarded
    def command() -> None:
        raise ValueError(SECRET)

    with pytest.raises(ValueError, match="sleep"):
        command()
