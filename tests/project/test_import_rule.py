"""Which room may import which: the arrows of the design, held here."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "lodose"

# Every room may use `lodose.errors`, `lodose.language`, `lodose.workers` and `lodose.__version__`;
# beyond that, only what stands here.
ARROWS: dict[str, set[str]] = {
    "diary": set(),
    "inference": set(),
    "trial": {"diary"},
    "verdict": {"trial", "diary", "inference"},
    "report": {"verdict", "trial", "diary"},
    "planning": {"verdict", "trial", "diary", "inference"},
    "examples": {"trial", "diary"},
    "screening": set(),
    "regimen": set(),
    # Its charts are drawn by the same machinery as the pictures of a verdict.
    "pharmacology": {"report"},
    # Its forest plots and icons are drawn by the same machinery as the pictures of a verdict.
    "evidence": {"report"},
    "brief": {"evidence", "screening", "regimen", "report", "diary"},
    # The verbs that start and keep the server load it by name, where they are used.
    "cli": {
        "evidence",
        "diary",
        "trial",
        "inference",
        "verdict",
        "planning",
        "report",
        "examples",
        "screening",
        "regimen",
        "pharmacology",
        "brief",
    },
    "server": {
        "evidence",
        "diary",
        "trial",
        "inference",
        "verdict",
        "planning",
        "report",
        "examples",
        "screening",
        "regimen",
        "pharmacology",
        "brief",
    },
}
EVERYWHERE = {"errors", "language", "workers"}
HEAVY = ("numba", "scipy", "numpy", "pydantic", "altair", "vl_convert", "typst", "rich", "typer")


def rooms() -> list[str]:
    return sorted(path.name for path in SOURCE.iterdir() if any(path.glob("*.py")))


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Return every absolute module name that a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module == "lodose":
                names.update(f"lodose.{alias.name}" for alias in node.names)
            elif node.module:
                names.add(node.module)
    return names


def test_every_room_has_its_arrows() -> None:
    assert set(rooms()) <= set(ARROWS), "a new room needs a line in ARROWS"


@pytest.mark.parametrize("room", sorted(ARROWS))
def test_a_room_imports_only_along_its_arrows(room: str) -> None:
    allowed = ARROWS[room] | EVERYWHERE | {room, "__version__"}
    wrong = [
        f"{path.relative_to(SOURCE)} imports {name}"
        for path in sorted((SOURCE / room).rglob("*.py"))
        for name in imported(path)
        # `import lodose` alone brings the public names, which load no room by themselves.
        if name.startswith("lodose.") and name.split(".")[1] not in allowed
    ]
    assert not wrong


def test_nothing_in_the_core_imports_django() -> None:
    wrong = [
        str(path.relative_to(SOURCE))
        for path in modules()
        if path.relative_to(SOURCE).parts[0] != "server"
        and any(name.partition(".")[0] == "django" for name in imported(path))
    ]
    assert not wrong


def loaded_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in run.stdout.split()}


def test_importing_lodose_loads_no_heavy_library() -> None:
    assert not loaded_after("import lodose") & {*HEAVY, "django"}


def test_the_command_line_starts_without_the_numerical_libraries() -> None:
    loaded = loaded_after("import lodose.cli.main")
    assert not loaded & {"numba", "scipy", "numpy", "altair", "vl_convert", "typst", "django"}


def test_the_public_names_are_there_in_whatever_order_they_are_asked_for() -> None:
    code = (
        "import lodose\n"
        "from lodose.verdict import Verdict\n"
        "assert callable(lodose.verdict) and callable(lodose.read_diary)\n"
        "assert callable(lodose.read_protocol) and lodose.verdict.Verdict is Verdict\n"
        "from lodose import verdict\n"
        "assert callable(verdict)\n"
        "assert set(dir(lodose)) == set(lodose.__all__)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    subprocess.run(
        [sys.executable, "-c", "import lodose\nassert callable(lodose.verdict)"], check=True
    )
