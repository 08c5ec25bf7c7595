"""Shared by the tests of the command line."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from server_runs import free_port, run

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="package")
def lodose() -> Run:
    """Run the real command in its own process, as a person would."""

    def run(*arguments: str | Path, **variables: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "lodose", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            env={**os.environ, "COLUMNS": "100", **variables},
        )

    return run


@pytest.fixture(scope="package")
def microdose(lodose: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the example `microdose`, written once and not to be changed."""
    folder = tmp_path_factory.mktemp("examples") / "microdose"
    run = lodose("example", "microdose", "--to", folder)
    assert run.returncode == 0, run.stderr
    return folder


@pytest.fixture(scope="session")
def server_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a server that was started once; not to be changed."""
    folder = tmp_path_factory.mktemp("server") / "data"
    ran = run("serve", "--data", folder, "--port", str(free_port()), "--once")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder


@pytest.fixture(scope="session")
def server_backup(server_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of that server with one account; not to be changed."""
    assert run("account", "add", "mira", "--data", server_data).returncode == 0
    file = tmp_path_factory.mktemp("backup") / "diary.tar"
    ran = run("backup", file, "--data", server_data)
    assert ran.returncode == 0, ran.stderr
    return file
