"""What must hold before and while the server runs; each finding says how to mend it."""

import difflib
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.utils import Error as DatabaseError

from lodose.errors import LodoseError
from lodose.server.config import PREFIX, Config
from lodose.server.operations import database_checks
from lodose.server.operations.findings import Finding, caution, good, wrong

LITTLE_SPACE, NO_SPACE = 1_000_000_000, 100_000_000
# Before this software was written no clock can be right.
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
# Variables of ours that are no settings of the server.
OTHER_VARIABLES = ("LODOSE_TEST_", "LODOSE_KEY_", "LODOSE_TRACEBACK", "LODOSE_CHROMIUM")


@dataclass(frozen=True, slots=True)
class Check:
    """A question to the installation, and whether the server may start without a good answer."""

    name: str
    ask: Callable[[], Iterator[Finding]]
    before_start: bool = True


def examine() -> list[Finding]:
    """Ask everything. A check that breaks is itself a finding, never an end."""
    return [finding for check in CHECKS for finding in _asked(check)]


def refuse_a_bad_start() -> None:
    """Raise if the server must not start like this.

    Raises
    ------
    LodoseError
        Naming all that is wrong, with the mend.
    """
    found = [each for check in CHECKS if check.before_start for each in _asked(check)]
    faults = [f"{each.name}: {each.found} Mend: {each.mend}" for each in found if each.is_wrong]
    if faults:
        raise LodoseError("The server does not start. " + " ".join(faults))


def _asked(check: Check) -> list[Finding]:
    try:
        return list(check.ask())
    except (OSError, DatabaseError) as error:
        return [
            wrong(
                check.name,
                f"cannot be examined ({type(error).__name__}).",
                "see the database's own log, and the findings above.",
            )
        ]


def settings_known() -> Iterator[Finding]:
    """No variable that looks like a setting and is none; the zone exists."""
    known = {f"{PREFIX}{name.upper()}" for name in Config.model_fields}
    for name in sorted(os.environ):
        if not name.startswith(PREFIX) or name in known or name.startswith(OTHER_VARIABLES):
            continue
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "remove it; docs/server.md lists them all."
        yield wrong("settings", f"{name} is not a setting.", hint)
    try:
        ZoneInfo(settings.CONFIG.time_zone)
    except (KeyError, ValueError, OSError):
        yield wrong(
            "settings",
            f"LODOSE_TIME_ZONE '{settings.CONFIG.time_zone}' is not a time zone.",
            "a name such as Europe/Berlin.",
        )
    if settings.DEBUG and settings.CONFIG.is_https:
        yield wrong(
            "settings",
            "LODOSE_DEBUG is on and people reach the server over https: its error pages show data.",
            "unset LODOSE_DEBUG.",
        )
    elif settings.DEBUG:
        yield caution("settings", "LODOSE_DEBUG is on.", "unset it wherever real diaries are kept.")
    else:
        yield good("settings", "can be used.")


def private_files() -> Iterator[Finding]:
    """Keys, database and folder belong to the server's user alone."""
    data: Path = settings.CONFIG.data
    if not os.access(data, os.W_OK):
        yield wrong("files", f"'{data}' cannot be written to.", f"chown -R {os.getuid()} {data}")
        return
    private = [data, *data.glob("keys"), *data.glob("keys/*"), *data.glob("*.sqlite3*")]
    private += [*data.glob("certificates"), *data.glob("certificates/*.key")]
    loose = [
        path for path in private if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    for path in loose:
        mode = "700" if path.is_dir() else "600"
        yield wrong("files", f"'{path}' can be read by others.", f"chmod {mode} {path}")
    if not loose:
        yield good("files", "keys and database belong to the server's user alone.")


def disk_space() -> Iterator[Finding]:
    """Enough room to write."""
    free = shutil.disk_usage(settings.CONFIG.data).free
    said = f"{free / 1e9:.1f} GB free."
    if free < NO_SPACE:
        yield wrong("disk", said, "make room, or move the folder: lodose backup, lodose restore.")
    elif free < LITTLE_SPACE:
        yield caution("disk", said, "make room soon.")
    else:
        yield good("disk", said)


def clock() -> Iterator[Finding]:
    """The clock is neither before this software nor before what it wrote itself."""
    from lodose.server.audit.models import Event

    now = datetime.now(UTC)
    if now < EARLIEST:
        yield wrong("clock", f"it says {now:%Y-%m-%d}.", "set the clock; use a time service.")
        return
    try:
        last = Event.objects.order_by("-id").values_list("at", flat=True).first()
    except DatabaseError:
        last = None
    if last is not None and last > now + timedelta(minutes=5):
        yield wrong(
            "clock",
            f"it says {now:%Y-%m-%d %H:%M} UTC, and the last event is of {last:%Y-%m-%d %H:%M}.",
            "set the clock; use a time service.",
        )
    else:
        yield good("clock", f"{now:%Y-%m-%d %H:%M} UTC.")


def static_files() -> Iterator[Finding]:
    """Style sheet, scripts and icons are collected."""
    if settings.DEBUG or (settings.STATIC_ROOT / "staticfiles.json").is_file():
        yield good("static files", "are there.")
    else:
        yield wrong("static files", "are not collected.", "start once with: lodose serve")


def chains() -> Iterator[Finding]:
    """Every chain of events verifies."""
    from lodose.server.operations.chains import verify_chains

    count, faults = verify_chains()
    if faults:
        listed = "; ".join(faults[:5])
        yield wrong(
            "chains of events",
            f"{len(faults)} of {count} do not verify: {listed}.",
            "keep a copy of the database as it is, and compare with backups: docs/server.md.",
        )
    else:
        yield good("chains of events", f"all {count} verify.")


def address() -> Iterator[Finding]:
    """How people reach the server."""
    config: Config = settings.CONFIG
    if config.is_https:
        yield good("address", f"{config.origin}, over https.")
    else:
        yield good("address", f"{config.origin}, from this computer only.")
    if config.behind_proxy and not config.is_https:
        yield wrong(
            "address",
            "LODOSE_BEHIND_PROXY is on and LODOSE_ORIGIN is not an https address.",
            "set LODOSE_ORIGIN to the address that people type.",
        )
    if config.demonstration and config.is_https:
        yield wrong(
            "address",
            "LODOSE_DEMONSTRATION is on at an address that others reach.",
            "unset it: a demonstration asks nobody for a second factor.",
        )
    if config.admin_site:
        yield caution(
            "address",
            "Django's own admin is on.",
            "unset LODOSE_ADMIN_SITE when it is no longer needed.",
        )


def mail() -> Iterator[Finding]:
    """The mail server answers, where one is named."""
    if not settings.CONFIG.email_url:
        yield good("e-mail", "none is ever sent.")
        return
    from django.core.mail import get_connection

    try:
        opened = get_connection(timeout=5)
        opened.open()
        opened.close()
    except OSError as error:  # smtplib's errors are OSErrors
        yield caution(
            "e-mail",
            f"the mail server does not take us ({type(error).__name__}).",
            "check LODOSE_EMAIL_URL.",
        )
    else:
        yield good("e-mail", f"{settings.EMAIL_HOST} answers.")


CHECKS = (
    Check("settings", settings_known),
    Check("files", private_files),
    Check("address", address),
    Check("disk", disk_space),
    Check("database", database_checks.database),
    Check("changes", database_checks.changes, before_start=False),
    Check("cache", database_checks.cache_table, before_start=False),
    Check("clock", clock),
    Check("static files", static_files, before_start=False),
    Check("chains of events", chains, before_start=False),
    Check("e-mail", mail, before_start=False),
)
