"""What somebody sees who does not know the command yet."""

import re
from pathlib import Path

import pytest

import lodose as package
from lodose.cli.main import app

pytestmark = pytest.mark.interface


def verbs() -> list[tuple[str, ...]]:
    top = [
        (command.name or command.callback.__name__,)  # type: ignore[union-attr]
        for command in app.registered_commands
    ]
    return [*top, ("protocol", "schema"), ("protocol", "hash")]


@pytest.mark.parametrize("verb", verbs(), ids=" ".join)
def test_every_verb_explains_itself_with_an_example(lodose, verb: tuple[str, ...]) -> None:
    run = lodose(*verb, "--help")
    assert run.returncode == 0
    assert not run.stderr
    assert re.search(r"Examples?\b", run.stdout)
    assert f"lodose {' '.join(verb)}" in run.stdout


def test_version(lodose) -> None:
    run = lodose("--version")
    assert (run.returncode, run.stdout) == (0, f"lodose {package.__version__}\n")
    citation = (Path(__file__).parents[2] / "CITATION.cff").read_text("utf-8")
    assert f"\nversion: {package.__version__}\n" in citation


def test_a_wrong_verb_or_option_exits_with_2(lodose) -> None:
    for arguments in (["verdcit"], ["verdict", "--pfd", "x"], ["verdict"]):
        run = lodose(*arguments)
        assert run.returncode == 2
        assert run.stderr
        assert not run.stdout


def test_no_colour_without_a_terminal_and_none_when_not_wanted(lodose) -> None:
    for variables in ({}, {"NO_COLOR": "1"}):
        run = lodose("--help", **variables)
        assert "\x1b" not in run.stdout
