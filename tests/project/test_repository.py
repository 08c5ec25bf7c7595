"""What holds of the repository as a whole."""

import ast
import datetime
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_MODULE = 450
LOCKS = ("run", "server", "test", "bench")


def code_files() -> list[Path]:
    folders = ("src", "tests", "benchmarks", "tools")
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def readme() -> str:
    return (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("command", ["make demo", "make test", "make test-all"])
def test_the_readme_holds_the_commands_and_the_makefile_has_them(command: str) -> None:
    assert re.search(rf"^{command}$", readme(), re.MULTILINE)
    target = command.removeprefix("make ")
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def command_between(mark: str) -> str:
    found = re.search(
        rf"<!-- {mark} -->\n```[a-z]*\n(.*?)\n```\n<!-- /{mark} -->", readme(), re.DOTALL
    )
    assert found
    return found.group(1)


def test_the_checks_run_the_readmes_own_command_for_everything() -> None:
    assert command_between("test-command") == "make test"
    assert command_between("ci-test-command") == "make test-all"
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "<!-- ci-test-command -->" in script
    assert "make test" not in script, "the command must come from the README"


def test_nothing_that_make_test_all_runs_may_be_left_out_unnoticed() -> None:
    """Where no PostgreSQL can be run, the tool ends with 3 "not run", and make with it."""
    rule = (ROOT / "Makefile").read_text("utf-8").partition("\ntest-all:")[2].partition("\n\n")[0]
    assert "tools/with-postgresql $(BIN)/pytest $(SIDE_BY_SIDE) tests/server" in rule
    assert "-@" not in rule
    assert "||" not in rule


def test_no_two_test_files_share_a_name() -> None:
    """pytest imports them by name alone: the second would hide the first."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))


def test_every_file_that_the_readme_points_to_is_there() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", readme())
    missing = [
        target
        for target in targets
        if not target.startswith("https:") and not (ROOT / target).exists()
    ]
    assert not missing


def locked(use: str) -> dict[str, str]:
    """Return version by package, after checking that each is pinned and hashed."""
    text = (ROOT / "requirements" / f"{use}.txt").read_text("utf-8")
    lines = [line for line in text.replace("\\\n", " ").splitlines() if not line.startswith("#")]
    versions: dict[str, str] = {}
    for line in lines:
        found = re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", line)
        assert found, f"{use}: not pinned: {line[:60]}"
        name, version = found.groups()
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), f"{use}: {name} has no hash"
        assert name not in versions, f"{use}: {name} is there in two versions"
        versions[name] = version
    return versions


@pytest.mark.parametrize("use", LOCKS)
def test_a_lock_pins_and_hashes_everything_and_holds_no_address(use: str) -> None:
    text = (ROOT / "requirements" / f"{use}.txt").read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-(?!-hash=)", text, re.MULTILINE), "an option of the installer"
    assert len(locked(use)) > 30


@pytest.mark.parametrize("use", LOCKS)
def test_a_package_has_one_version_in_all_locks_and_the_build_backend_is_among_them(
    use: str,
) -> None:
    run, other = locked("run"), locked(use)
    assert run.items() <= other.items()
    assert "hatchling" in other


def test_every_direct_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    extras = project["project"]["optional-dependencies"]
    wanted = {
        "run": project["project"]["dependencies"] + groups["build"],
        "server": extras["server"],
        "test": groups["test"],
        "bench": extras["bench"],
    }
    for use, requirements in wanted.items():
        names = {re.match(r"[A-Za-z0-9._-]+", each).group() for each in requirements}  # type: ignore[union-attr]
        assert names <= set(locked(use)), use


def test_no_lock_format_with_addresses_is_committed() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not listed.stdout


def test_the_source_archive_holds_the_whole_repository() -> None:
    """So that the tests pass in it too; pyproject.toml and .gitignore are always in it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packed = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()  # nothing in the archive itself
    tops = {f"/{name.partition('/')[0]}" for name in tracked}
    assert sorted(tops - {"/pyproject.toml", "/.gitignore"} - set(packed)) == []
    assert [name for name in packed if not (ROOT / name[1:]).exists()] == []


def test_the_makefile_and_the_scripts_can_be_run() -> None:
    for script in (
        ".ci/run",
        *sorted(
            f"tools/{path.name}"
            for path in (ROOT / "tools").iterdir()
            if not path.suffix and path.is_file()
        ),
    ):
        assert (ROOT / script).stat().st_mode & 0o100, f"{script} is not executable"


def test_no_module_is_longer_than_can_be_read() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for path in code_files()
    }
    # A migration is generated from the models, and nobody reads or edits it by hand.
    read = {name: lines for name, lines in lengths.items() if "/migrations/" not in name}
    assert {name: lines for name, lines in read.items() if lines > LONGEST_MODULE} == {}


def skips() -> list[tuple[str, int, str | None]]:
    """Return file, line and reason of every skip and expected failure in the tests."""
    return [
        (str(path.relative_to(ROOT)), node.lineno, reason_at(path, node))
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"skip", "skipif", "xfail"}
    ]


def reason_at(path: Path, attribute: ast.Attribute) -> str | None:
    """Return the text of the call that an attribute such as ``pytest.skip`` starts."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and (node.func.lineno, node.func.col_offset, node.func.attr)
            == (attribute.lineno, attribute.col_offset, attribute.attr)
        ):
            words = [keyword.value for keyword in node.keywords if keyword.arg == "reason"]
            if attribute.attr == "skip":
                words += node.args
            return ast.unparse(words[0]) if words else None
    return None


def test_a_skip_says_why_and_until_when() -> None:
    """The form is ``reason="... until YYYY-MM-DD"``; when the day has come, this test fails."""
    today = datetime.datetime.now(datetime.UTC).date()
    for file, line, reason in skips():
        until = re.search(r"until (\d{4}-\d{2}-\d{2})", reason or "")
        assert until, f"{file}, line {line}: a skip needs a reason that ends 'until YYYY-MM-DD'"
        expiry = datetime.date.fromisoformat(until.group(1))
        assert today <= expiry, f"{file}, line {line}: the skip ran out on {expiry}"
