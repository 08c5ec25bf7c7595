"""Whether the database really works as the settings say: asked of it, not read from them."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.utils import Error as DatabaseError

from lodose.server.operations.findings import Finding, good, wrong

DURABLE_SYNCHRONOUS = 2  # FULL


def database() -> Iterator[Finding]:
    """The database answers, keeps what it acknowledged, and our role is a plain one."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield wrong(
            "database",
            f"does not answer ({type(error).__name__}).",
            "check LODOSE_DATABASE_URL and that the database runs.",
        )
        return
    if connection.vendor == "sqlite":
        yield from _sqlite()
    else:
        yield from _postgresql()


def _pragma(name: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return cursor.fetchone()[0]


def _sqlite() -> Iterator[Finding]:
    problems = []
    if str(_pragma("journal_mode")).lower() != "wal":
        problems.append("journal_mode is not WAL")
    if _pragma("synchronous") < DURABLE_SYNCHRONOUS:
        problems.append("synchronous is not FULL")
    if _pragma("foreign_keys") != 1:
        problems.append("foreign keys are not enforced")
    if _pragma("secure_delete") != 1:
        problems.append("secure_delete is off: deleted entries stay readable in the file")
    if not _begins_as_writer():
        problems.append("transactions do not begin as IMMEDIATE")
    for problem in problems:
        yield wrong("database", f"SQLite: {problem}.", "use a local disk, and this version's code.")
    broken = _pragma("quick_check(1)")
    if broken != "ok":
        yield wrong("database", "SQLite finds the file damaged.", "restore the last backup.")
    elif not problems:
        yield good("database", "SQLite, WAL, synchronous FULL, IMMEDIATE, undamaged.")


def _begins_as_writer() -> bool:
    """Whether an open transaction of ours keeps another writer out from its first moment."""
    name = str(connection.settings_dict["NAME"])
    with transaction.atomic():
        other = sqlite3.connect(name, timeout=0, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        else:
            other.execute("ROLLBACK")
            return False
        finally:
            other.close()


def _postgresql() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles "
            "WHERE rolname = current_user"
        )
        superuser, bypasses, makes_roles = cursor.fetchone()
        cursor.execute("SHOW fsync")
        (fsync,) = cursor.fetchone()
        cursor.execute("SHOW synchronous_commit")
        (commit,) = cursor.fetchone()
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
    powers = {"SUPERUSER": superuser, "BYPASSRLS": bypasses, "CREATEROLE": makes_roles}
    held = [name for name, has in powers.items() if has]
    for name in held:
        yield wrong(
            "database",
            f"the role may {name}, so that nothing in the database holds it back.",
            f'use a plain role: ALTER ROLE "..." NO{name};',
        )
    durable = fsync == "on" and commit != "off"
    setting = f"fsync {fsync}, synchronous_commit {commit}"
    if not durable and not settings.DEMONSTRATION:
        yield wrong(
            "database",
            f"PostgreSQL may lose what it acknowledged ({setting}).",
            "set both to on in postgresql.conf.",
        )
    elif not held:
        yield good("database", f"PostgreSQL {version}, a plain role, durable.")


def waiting_changes() -> list[str]:
    """Names of the changes that the database still needs."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def unknown_changes() -> list[str]:
    """Names of changes that the database has and this version does not know."""
    loader = MigrationLoader(connection)
    ours = {app for app, _name in loader.disk_migrations}
    unknown = set(loader.applied_migrations) - set(loader.disk_migrations)
    return sorted(f"{app}.{name}" for app, name in unknown if app in ours)


def has_data() -> bool:
    """Whether the database has ever been set up."""
    return "django_migrations" in connection.introspection.table_names()


def changes() -> Iterator[Finding]:
    """The database has every change of this version, and none of a later one."""
    unknown = unknown_changes()
    if unknown:
        yield wrong(
            "changes",
            f"the database belongs to a later version ({', '.join(unknown[:3])}).",
            "install that version, or restore a backup of this one.",
        )
    waiting = waiting_changes()
    if waiting:
        yield wrong(
            "changes",
            f"{len(waiting)} wait to be made in the database.",
            "lodose serve makes them, after a backup.",
        )
    if not unknown and not waiting:
        yield good("changes", "the database is of this version.")


def cache_table() -> Iterator[Finding]:
    """Rate limits and once-only codes are shared by all processes."""
    from django.core.cache import cache

    table = settings.CACHES["default"]["LOCATION"]
    if table not in connection.introspection.table_names():
        yield wrong("cache", f"the table '{table}' is missing.", "start once with: lodose serve")
        return
    cache.set("doctor", "well", 5)
    if cache.get("doctor") != "well":
        yield wrong("cache", "it does not keep what is written.", "check the disk.")
    else:
        cache.delete("doctor")
        yield good("cache", "is shared by all processes.")
