"""Everything of a running server in one file: database, keys, certificates, manifest."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from lodose import __version__
from lodose.errors import LodoseError
from lodose.server.audit.signing import sign_heads
from lodose.server.config import PREFIX
from lodose.server.operations import archive
from lodose.server.operations.database_checks import waiting_changes

ENDING = ".tar"


def back_up(to: Path) -> Path:
    """Write a backup while the server runs; return the file.

    Parameters
    ----------
    to : Path
        A new file, or a folder to write a dated file into. The file belongs to its owner alone.

    Raises
    ------
    LodoseError
        If the file is there already or the database cannot be copied. Nothing half is left.
    """
    target = _target(to)
    if not waiting_changes():
        # The backup holds a signature over everything that happened before it.
        sign_heads()
    data = Path(settings.CONFIG.data)
    with (
        tempfile.TemporaryDirectory(prefix=".lodose-backup-", dir=target.parent) as made,
        archive.written_whole(target) as part,
    ):
        folder = Path(made)
        if connection.vendor == "sqlite":
            facts = _copy_sqlite(folder / "lodose.sqlite3")
        else:
            facts = _dump_postgresql(folder / "database.dump")
        for name in archive.FOLDERS:
            if (data / name).is_dir():
                shutil.copytree(data / name, folder / name)
        files = [path for path in folder.rglob("*") if path.is_file()]
        manifest = archive.Manifest(
            version=__version__,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            engine=connection.vendor,
            keys_elsewhere=sorted(
                name.removeprefix(f"{PREFIX}KEY_").lower()
                for name in os.environ
                if name.startswith(f"{PREFIX}KEY_")
            ),
            files={str(path.relative_to(folder)): archive.digest(path) for path in files},
            **facts,
        )
        archive.pack(manifest, folder, part)
    return target


def _target(to: Path) -> Path:
    if to.is_dir():
        to /= f"lodose-{datetime.now(UTC):%Y%m%d-%H%M%S}{ENDING}"
    if to.exists():
        raise LodoseError(f"'{to}' is there already. Mend: name a new file, or a folder.")
    if not to.parent.is_dir():
        raise LodoseError(f"There is no folder '{to.parent}'. Mend: make it, or name another.")
    return to.absolute()


def _copy_sqlite(target: Path) -> dict[str, Any]:
    source = str(connection.settings_dict["NAME"])
    with (
        closing(sqlite3.connect(source, timeout=20)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, without a journal beside it
        return {"database": target.name, **sqlite_facts(new)}


def sqlite_facts(database: sqlite3.Connection) -> dict[str, Any]:
    """Return what a manifest says of an SQLite database."""
    return _facts(lambda statement: database.execute(statement).fetchall(), _SQLITE_TABLES)


def _dump_postgresql(target: Path) -> dict[str, Any]:
    """Dump from one snapshot, so that what is counted is what is dumped."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        run_postgresql(
            "pg_dump",
            f"--snapshot={snapshot}",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--file={target}",
        )
        return {"database": target.name, **postgresql_facts()}


def postgresql_facts() -> dict[str, Any]:
    """Return what a manifest says of the PostgreSQL database that we are connected to."""

    def ask(statement: str) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    return _facts(ask, _POSTGRESQL_TABLES)


_SQLITE_TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
)
_POSTGRESQL_TABLES = (
    "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
)


def _facts(ask: Any, tables_statement: str) -> dict[str, Any]:
    tables = [row[0] for row in ask(tables_statement)]
    counts = {
        table: ask(f'SELECT count(*) FROM "{table}"')[0][0]  # noqa: S608  # the database's own names
        for table in tables
    }
    changes: list[str] = []
    heads = hashlib.sha256()
    if MigrationRecorder.Migration._meta.db_table in tables:
        rows = ask("SELECT app, name FROM django_migrations")
        changes = sorted(f"{app}.{name}" for app, name in rows)
    if "audit_chain" in tables:
        # An id is spelt with hyphens or without, depending on the database.
        rows = ask("SELECT id, length, head FROM audit_chain")
        for line in sorted(f"{str(i).replace('-', '')} {n} {h}" for i, n, h in rows):
            heads.update(f"{line}\n".encode())
    return {"counts": counts, "changes": changes, "chains": heads.hexdigest()}


def run_postgresql(program: str, *arguments: str, database: str = "") -> None:
    """Run one of PostgreSQL's own programs against our database.

    The password travels in the environment: a command line can be read by others.

    Raises
    ------
    LodoseError
        If the program is missing or fails; with its last line, never with the address.
    """
    place = connection.settings_dict
    found = find_program(program)
    environment = {
        **os.environ,
        "PGHOST": str(place["HOST"] or ""),
        "PGPORT": str(place["PORT"] or ""),
        "PGUSER": str(place["USER"] or ""),
        "PGPASSWORD": str(place["PASSWORD"] or ""),
        "PGDATABASE": database or str(place["NAME"]),
    }
    environment = {name: value for name, value in environment.items() if value}
    ran = subprocess.run(  # noqa: S603  # our own words
        [found, *arguments], capture_output=True, text=True, check=False, env=environment
    )
    if ran.returncode:
        last = (ran.stderr.strip().splitlines() or ["no message"])[-1]
        raise LodoseError(f"{program} failed: {last}")


def find_program(name: str) -> str:
    """Return a program of PostgreSQL: the PATH's, else the newest that Debian has.

    Raises
    ------
    LodoseError
        If there is none.
    """
    newest = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4])
    )
    if newest:
        return str(newest[-1])
    on_path = shutil.which(name)
    if on_path is None:
        raise LodoseError(f"'{name}' is not installed. Mend: apt install postgresql-client")
    return on_path
