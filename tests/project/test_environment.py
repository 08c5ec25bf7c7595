"""What somebody is told whose machine lacks what the set-up needs."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.interface


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder with as much of the repository as the set-up reads first."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "requirements").mkdir()
    shutil.copy(ROOT / "tools" / "environment", tmp_path / "tools")
    shutil.copy(ROOT / "requirements" / "run.txt", tmp_path / "requirements")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def set_up(clone: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [clone / "tools" / "environment", "run"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "UV": "no", **variables},
    )


def test_a_python_that_is_too_old_is_named_with_what_is_needed(clone: Path) -> None:
    old = program(
        clone / "old-python", '[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1'
    )
    run = set_up(clone, PYTHON=str(old))
    assert run.returncode == 2
    assert "needs Python 3.11" in run.stderr
    assert "Python 3.9.2" in run.stderr
    assert "Mend: " in run.stderr
    assert not (clone / ".venv").exists()


def test_a_python_that_is_not_there_is_named(clone: Path) -> None:
    run = set_up(clone, PYTHON="python3.99")
    assert run.returncode == 2
    assert "PYTHON=python3.99 is not a program here" in run.stderr


def test_a_missing_venv_module_is_named_with_its_debian_package(clone: Path) -> None:
    bare = program(
        clone / "bare-python",
        'case "$2" in "import venv, ensurepip"*) exit 1;; esac\n' + f'exec "{sys.executable}" "$@"',
    )
    run = set_up(clone, PYTHON=str(bare))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert run.returncode == 2
    assert "apt install python3-venv" in run.stderr
    assert f"python{version}-venv" in run.stderr
    assert not (clone / ".venv").exists()
