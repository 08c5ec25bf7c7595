"""`tools/with-postgresql`: a database for the tests wherever they run, gone afterwards."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).parents[2]
TOOL = str(ROOT / "tools" / "with-postgresql")

pytestmark = pytest.mark.interface


def run(*command: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LODOSE_")}
    return subprocess.run(
        [sys.executable, TOOL, *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**environment, **variables},
    )


def test_an_address_that_is_set_is_used_and_the_commands_status_passed_on() -> None:
    code = "import os, sys; print(os.environ['LODOSE_TEST_DATABASE_URL']); sys.exit(7)"
    ran = run(sys.executable, "-c", code, LODOSE_TEST_DATABASE_URL="postgres://there/already")
    assert (ran.stdout.strip(), ran.returncode) == ("postgres://there/already", 7)


def test_where_there_is_none_it_says_not_run_and_how_to_mend_it(tmp_path: Path) -> None:
    ran = run("touch", str(tmp_path / "ran"), PATH=str(tmp_path), POSTGRESQL_BIN=str(tmp_path))
    assert ran.returncode == 3
    assert "not run" in ran.stderr
    assert "apt install postgresql" in ran.stderr
    assert not (tmp_path / "ran").exists()


def test_without_a_command_it_explains_itself() -> None:
    ran = run()
    assert ran.returncode == 2
    assert "COMMAND" in ran.stderr


@pytest.mark.django_db
def test_the_tests_on_postgresql_run_as_a_plain_role() -> None:
    """On SQLite there are no roles: then this says that no foreign key is left unchecked."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles "
                "WHERE rolname = current_user"
            )
            assert cursor.fetchone() == (False, False, False)
        else:
            cursor.execute("PRAGMA foreign_keys")
            assert cursor.fetchone() == (1,)
