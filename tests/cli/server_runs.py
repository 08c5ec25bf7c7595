"""Run the server's verbs in processes of their own; shared by the tests of these verbs."""

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Ran = subprocess.CompletedProcess[str]
Run = Callable[..., Ran]
COMMAND = [sys.executable, "-W", "error", "-m", "lodose"]


def environment(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LODOSE_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return {**kept, "COLUMNS": "100", **variables}


def run(*arguments: str | Path, **variables: str) -> Ran:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        stdin=subprocess.DEVNULL,
        env=environment(**variables),
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(
    data: Path, *options: str, port: int, **variables: str
) -> Iterator["subprocess.Popen[str]"]:
    """A server that is ready; stopped as Ctrl-C stops it."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--data", data, "--port", str(port), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        env=environment(**variables),
    )
    try:
        said = []
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if line.startswith("Ready"):
                break
        else:
            pytest.fail(f"the server ended: {''.join(said)}")
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=30)
        finally:
            process.kill()
            process.stdout.close()


def tables(path: Path, statement: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute(statement).fetchall()


def change(path: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()


def copy_of(data: Path, target: Path, backup: Path) -> Path:
    ran = run("restore", backup, "--to", target)
    assert ran.returncode == 0, ran.stderr
    return target
