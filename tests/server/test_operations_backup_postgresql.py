"""Backup, proof and restore of PostgreSQL, and the roles under which the server does not start."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.interface, pytest.mark.postgresql]

TOOL = Path(__file__).parents[2] / "tools" / "with-postgresql"

# One script in a server of its own, so that roles and databases can be made freely.
SCRIPT = r"""
import json, os, subprocess, sys
from pathlib import Path
from urllib.parse import urlsplit
import psycopg

url, base = os.environ["LODOSE_TEST_DATABASE_URL"], Path(sys.argv[1])
told = []

def lodose(*words, database=url, **more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LODOSE_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    if database:
        kept["LODOSE_DATABASE_URL"] = database
    ran = subprocess.run([sys.executable, "-m", "lodose", *map(str, words)], env={**kept, **more},
                         capture_output=True, text=True, stdin=subprocess.DEVNULL)
    told.append([words[0], ran.returncode, ran.stdout + ran.stderr])

def other(name):
    return url.rpartition("/")[0] + "/" + name

with psycopg.connect(url, autocommit=True) as connection:
    connection.execute("CREATE DATABASE empty_one")
    lodose("serve", "--data", base / "d", "--port", sys.argv[2], "--once")
    lodose("account", "add", "mira", "--data", base / "d")
    lodose("doctor", "--data", base / "d")
    lodose("backup", base / "b.tar", "--data", base / "d")
    lodose("restore", "--verify", base / "b.tar")
    left = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'lodose_verify%'")
    told.append(["left", len(left.fetchall()), ""])
    lodose("restore", base / "b.tar", "--to", base / "over")
    lodose("restore", base / "b.tar", "--to", base / "no", database="")
    lodose("restore", base / "b.tar", "--to", base / "e", database=other("empty_one"))
    lodose("account", "list", "--data", base / "e", database=other("empty_one"))
    lodose("doctor", "--data", base / "e", database=other("empty_one"))
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int, str]]:
    folder = tmp_path_factory.mktemp("postgresql")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LODOSE_")}
    ran = subprocess.run(
        [sys.executable, TOOL, sys.executable, "-c", SCRIPT, folder, "8169"],
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "DURABLE": "1"},
    )
    assert ran.returncode == 0, ran.stderr
    assert not (folder / "over").exists()
    assert not (folder / "no").exists()
    return [tuple(each) for each in json.loads(ran.stdout)]


def test_a_server_on_postgresql_is_backed_up_verified_and_restored(
    told: list[tuple[str, int, str]],
) -> None:
    serve, add, doctor, backup, verify, left, over, no, restored, listed, unwell = told
    assert serve[1] == add[1] == doctor[1] == backup[1] == 0, told
    assert "a plain role, durable" in doctor[2]
    assert verify[1] == 0, verify[2]
    assert "can be restored" in verify[2]
    assert left[1] == 0, "a temporary database is left"
    assert over[1] == 2
    assert "is not empty" in over[2]
    assert no[1] == 2
    assert "LODOSE_DATABASE_URL" in no[2]
    assert restored[1] == 0, restored[2]
    assert "mira" in listed[2]
    assert "All 2 chains" not in unwell[2]
    assert "all 2 verify" in unwell[2]


def test_as_a_superuser_or_a_role_that_bypasses_row_security_it_does_not_start(
    tmp_path: Path,
) -> None:
    """Asked of the check itself: the tests' own role may not make such roles."""
    from lodose.server.operations import database_checks

    class Cursor:
        rows = iter([(True, True, False), ("off",), ("on",), ("15",)])

        def __enter__(self) -> "Cursor":
            return self

        def __exit__(self, *_: object) -> None: ...

        def execute(self, _statement: str) -> None: ...

        def fetchone(self) -> tuple[object, ...]:
            return next(self.rows)

    class Connection:
        vendor = "postgresql"

        def cursor(self) -> Cursor:
            return Cursor()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database_checks, "connection", Connection())
        found = list(database_checks._postgresql())
    assert [each.state for each in found] == ["wrong"] * 3
    assert "SUPERUSER" in found[0].found
    assert "BYPASSRLS" in found[1].found
    assert "fsync off" in found[2].found
