"""The promises of SECURITY.md that can be read off the source."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "lodose"

NETWORK = {"socket", "ssl", "http", "urllib", "ftplib", "smtplib", "requests", "httpx", "aiohttp"}
LOGGING = {"logging", "syslog"}
CHANCE = {"random", "secrets", "uuid"}
# The one place that asks which day it is, when the caller gave no `today`.
MAY_ASK_THE_DAY = {"verdict/build.py"}


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def attributes(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize("forbidden", [NETWORK, LOGGING], ids=["network", "logging"])
def test_the_source_opens_no_connection_and_writes_no_log(forbidden: set[str]) -> None:
    wrong = {
        str(path.relative_to(SOURCE)): sorted(imports(path) & forbidden)
        for path in SOURCE.rglob("*.py")
        # The server is a program of its own: SECURITY.md says what it may do.
        if imports(path) & forbidden and not path.is_relative_to(SOURCE / "server")
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "room", ["inference", "verdict", "trial", "diary", "report", "planning", "pharmacology"]
)
def test_no_clock_and_no_unseeded_chance_in_what_makes_an_answer(room: str) -> None:
    clock = re.compile(r"(date\.today|datetime\.(now|today|utcnow)|time\.time)$")
    for path in (SOURCE / room).rglob("*.py"):
        assert not imports(path) & CHANCE, path
        if str(path.relative_to(SOURCE)) not in MAY_ASK_THE_DAY:
            assert not {name for name in attributes(path) if clock.search(name)}, path
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("default_rng"):
                assert node.args or node.keywords, f"{path}, line {node.lineno}: no seed"


def test_every_place_and_test_that_security_md_names_is_there() -> None:
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    named = re.findall(r"`(tests/[a-z_/]+\.py|tools/[a-z]+)`", text)
    named += [f"src/{name}" for name in re.findall(r"`(lodose/[a-z_/.]+)`", text)]
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).exists()] == []
