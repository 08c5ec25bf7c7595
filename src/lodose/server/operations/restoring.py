"""A server from its backup: checked first, moved into place last."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from lodose.errors import LodoseError
from lodose.server.operations import archive, set_up


def verify(file: Path) -> list[str]:
    """Restore a backup into a temporary place, check all of it, and remove it.

    Returns
    -------
    list of str
        What was checked, one line each.

    Raises
    ------
    LodoseError
        Naming the first thing that is not as the backup says.
    """
    with tempfile.TemporaryDirectory(prefix="lodose-verify-") as made:
        folder = Path(made)
        manifest = archive.unpack(file, folder)
        report = [_headline(manifest)]
        if manifest.engine == "sqlite":
            set_up.start(folder)
            report += _check_sqlite(folder / manifest.database, manifest)
        else:
            set_up.start(folder)
            with _temporary_database() as name:
                _load_postgresql(folder / manifest.database, name)
                report += _check_postgresql(manifest)
        return [*report, "The backup can be restored. Nothing was changed."]


def restore(file: Path, to: Path) -> list[str]:
    """Restore a backup into a new or empty folder (and an empty database, for PostgreSQL).

    Everybody is signed out, since a session that was ended after the backup would live again.

    Raises
    ------
    LodoseError
        If the target is not empty or the backup is not whole. The target is as it was.
    """
    to = to.absolute()
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise LodoseError(
            f"'{to}' is not empty, and nothing is ever restored over something. "
            "Mend: name a new folder."
        )
    if not to.parent.is_dir():
        raise LodoseError(f"There is no folder '{to.parent}'. Mend: make it, or name another.")
    with tempfile.TemporaryDirectory(prefix=".lodose-restore-", dir=to.parent) as made:
        folder = Path(made) / "data"
        folder.mkdir(mode=0o700)
        manifest = archive.unpack(file, folder)
        set_up.start(folder)
        report = [_headline(manifest)]
        if manifest.engine == "sqlite":
            report += _check_sqlite(folder / manifest.database, manifest)
        else:
            report += _restore_postgresql(folder / manifest.database, manifest)
        _sign_everybody_out()
        _close()
        for left in folder.glob("*.sqlite3-*"):
            left.unlink()
        if to.exists():
            to.rmdir()
        folder.rename(to)
    report.append("Everybody is signed out; links that were not used have ended.")
    if manifest.keys_elsewhere:
        names = ", ".join(f"LODOSE_KEY_{name.upper()}" for name in manifest.keys_elsewhere)
        report.append(f"Set these as they were, they are not in the backup: {names}")
    report.append(
        "People who deleted their record after this backup are in it again: see docs/server.md."
    )
    return [*report, f"Restored. Start it: lodose serve --data {to}"]


def _headline(manifest: archive.Manifest) -> str:
    return (
        f"Backup of {manifest.made_at}, Lodose {manifest.version}, {manifest.engine}: "
        f"{len(manifest.files)} files, each as it was written (SHA-256)."
    )


def _check_sqlite(path: Path, manifest: archive.Manifest) -> list[str]:
    from django.db import connection

    from lodose.server.operations.backups import sqlite_facts

    if connection.vendor != "sqlite" or Path(connection.settings_dict["NAME"]) != path:
        raise LodoseError(
            "This is a backup of SQLite, and LODOSE_DATABASE_URL names another database. "
            "Mend: unset LODOSE_DATABASE_URL."
        )
    with closing(sqlite3.connect(path)) as database:
        try:
            (found,) = database.execute("PRAGMA integrity_check(1)").fetchone()
            loose = database.execute("PRAGMA foreign_key_check").fetchone()
        except sqlite3.DatabaseError:
            found, loose = "damaged", None
        if found != "ok" or loose is not None:
            raise LodoseError("The database in the backup is damaged. Mend: use another backup.")
        facts = sqlite_facts(database)
    return ["SQLite finds the database undamaged.", *_compare(facts, manifest)]


def _check_postgresql(manifest: archive.Manifest) -> list[str]:
    from lodose.server.operations.backups import postgresql_facts

    return ["PostgreSQL took the dump whole.", *_compare(postgresql_facts(), manifest)]


def _compare(facts: dict[str, Any], manifest: archive.Manifest) -> list[str]:
    """Compare what is there with what the manifest says, then verify the chains."""
    from lodose.server.operations.chains import verify_chains
    from lodose.server.operations.database_checks import unknown_changes, waiting_changes

    for name, words in (("counts", "numbers of rows"), ("changes", "changes"), ("chains", "heads")):
        if facts[name] != getattr(manifest, name):
            raise LodoseError(
                f"The {words} in the database are not those of the backup's manifest. "
                "Mend: use another backup."
            )
    unknown = unknown_changes()
    if unknown:
        raise LodoseError(
            f"The backup belongs to a later version ({manifest.version}). Mend: install it first."
        )
    waiting = waiting_changes()
    count, faults = (0, []) if waiting else verify_chains()
    if faults:
        raise LodoseError(f"Chains of events in the backup do not verify: {'; '.join(faults[:3])}.")
    rows = sum(facts["counts"].values())
    said = [f"{rows} rows in {len(facts['counts'])} tables, as counted when it was written."]
    if waiting:
        said.append(f"{len(waiting)} changes of this version wait; lodose serve makes them.")
    else:
        said.append(f"All {count} chains of events verify.")
    return said


def _sign_everybody_out() -> None:
    from django.db import connection
    from django.utils import timezone

    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table in ("django_session", "usersessions_usersession", "lodose_cache"):
            if table in there:
                cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608  # the three names above
        if "accounts_signinlink" in there:
            cursor.execute(
                "UPDATE accounts_signinlink SET used_at = %s WHERE used_at IS NULL",
                [timezone.now()],
            )
        # One that was taken back after the backup would live again.
        for table in ("accounts_apitoken", "accounts_trusteddevice"):
            if table in there:
                cursor.execute(
                    f'UPDATE "{table}" SET revoked_at = %s WHERE revoked_at IS NULL',  # noqa: S608
                    [timezone.now()],
                )


def _close() -> None:
    from django.db import connection, connections

    if connection.vendor == "sqlite":
        # One file again: what was written goes from the journal into it.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connections.close_all()


def _restore_postgresql(dump: Path, manifest: archive.Manifest) -> list[str]:
    from django.db import connection

    if connection.vendor != "postgresql":
        raise LodoseError(
            "This is a backup of PostgreSQL. Mend: set LODOSE_DATABASE_URL to an empty database."
        )
    if connection.introspection.table_names():
        raise LodoseError(
            "The database of LODOSE_DATABASE_URL is not empty, and nothing is ever restored over "
            "something. Mend: make a new one with createdb."
        )
    _load_postgresql(dump, str(connection.settings_dict["NAME"]))
    return _check_postgresql(manifest)


def _load_postgresql(dump: Path, database: str) -> None:
    from lodose.server.operations.backups import run_postgresql

    run_postgresql(
        "pg_restore",
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        f"--dbname={database}",
        str(dump),
        database=database,
    )


@contextmanager
def _temporary_database() -> Iterator[str]:
    """Make a database beside ours, connect to it, and drop it in the end."""
    from django.db import DatabaseError, connection

    if connection.vendor != "postgresql":
        raise LodoseError(
            "This is a backup of PostgreSQL, and it is checked in a temporary database. Mend: set "
            "LODOSE_DATABASE_URL to a server whose role may make databases (CREATEDB)."
        )
    own = connection.settings_dict["NAME"]
    name = f"lodose_verify_{uuid4().hex[:12]}"
    try:
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
    except DatabaseError:
        raise LodoseError(
            "A temporary database cannot be made. Mend: name a role that may make databases "
            "(CREATEDB) in LODOSE_DATABASE_URL."
        ) from None
    try:
        connection.close()
        connection.settings_dict["NAME"] = name
        yield name
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.close()
