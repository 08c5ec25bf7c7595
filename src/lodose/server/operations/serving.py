"""Start the server: database, files, first account, processes."""

import getpass
import hashlib
import json
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lodose import __version__
from lodose.errors import LodoseError
from lodose.server.operations import set_up

Say = Callable[[str], None]

TARGET = "lodose.server.operations.worker:application"
THREADS = 4
STOP_SECONDS = 15
READY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server keeps its data and how it is reached.

    Parameters
    ----------
    data : Path
        Folder of the server; made if need be.
    port : int
        Port to listen on; with ``lan`` the next one serves the page about trust.
    lan : bool
        Listen for the network, over https with a certificate of our own.
    names : tuple of str
        Names and addresses for the certificate; empty: found.
    workers : int
        Processes.
    once : bool
        Stop when ready.
    """

    data: Path
    port: int = 8000
    lan: bool = False
    names: tuple[str, ...] = ()
    workers: int = 1
    once: bool = False


def serve(place: Place, *, say: Say) -> None:
    """Prepare everything and answer until stopped.

    Raises
    ------
    LodoseError
        If something is not as it must be; nothing listens then.
    """
    free_port(place.port)
    place.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    certificate, settings = None, {"origin": f"http://localhost:{place.port}"}
    if place.lan:
        from lodose.server.operations import certificates

        names = certificates.own_names(place.names)
        certificate = certificates.certificate_for(names, place.data / "certificates")
        shown = f"[{names[0]}]" if ":" in names[0] else names[0]
        settings = {"origin": f"https://{shown}:{place.port}", "hosts": ",".join(names)}
        free_port(place.port + 1)
    set_up.start(place.data, **settings)
    set_up.remember_address(place.data, settings)
    prepare(say=say)
    first_account(say=say)
    run(place, certificate, lambda: _announce(place, certificate, say))
    say("Stopped.")


def origin() -> str:
    """Return the address at which people reach the server."""
    from django.conf import settings

    return str(settings.CONFIG.origin)


def free_port(port: int) -> None:
    """Raise if somebody listens there already: two servers would share its visitors."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            raise LodoseError(
                f"Port {port} cannot be used ({error.strerror}). Mend: stop what listens there, "
                f"or choose another: --port {port + 10 if port < 65000 else 8000}"
            ) from None


def prepare(*, say: Say) -> None:
    """Bring database and files to this version, with a backup before if there is data."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from lodose.server.operations import checks, database_checks

    for name in ("fields", "audit"):  # made now, so that the first backup holds them
        settings.CONFIG.key(name)
    checks.refuse_a_bad_start()
    if database_checks.has_data():
        unknown = database_checks.unknown_changes()
        if unknown:
            raise LodoseError(
                f"The database belongs to a later version of Lodose ({unknown[0]}). Mend: install "
                "that version, or restore a backup of this one."
            )
        if database_checks.waiting_changes():
            from lodose.server.operations.backups import back_up

            written = back_up(_before_change())
            say(f"Backup before the change to {__version__}: {written}")
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    collect_static()
    connections.close_all()


def _before_change() -> Path:
    from django.conf import settings

    folder = Path(settings.CONFIG.data) / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"before-{__version__}-{datetime.now(UTC):%Y%m%d-%H%M%S}.tar"


def collect_static() -> None:
    """Collect, hash and compress style sheets, scripts and icons; only when they changed."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    state = hashlib.sha256(__version__.encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda item: item[0]):
            facts = Path(storage.path(path)).stat()
            state.update(json.dumps([path, facts.st_size, facts.st_mtime_ns]).encode())
    stamp = Path(settings.STATIC_ROOT) / ".made-from"
    if stamp.is_file() and stamp.read_text() == state.hexdigest():
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(state.hexdigest())


def first_account(*, say: Say) -> None:
    """Ask for the first account where there is none; without a terminal print a link for it."""
    from lodose.server.accounts.models import Role, User

    if User.objects.exists():
        return
    if not sys.stdin.isatty():
        from lodose.server.accounts.actions import invite_account
        from lodose.server.operations.addresses import join_address

        say("There is no account yet. This link opens the first one, once, within 7 days:")
        say(join_address(invite_account(None, Role.PERSON)))
        return
    from lodose.server.operations import desk

    say("There is no account yet. This opens the first one: yours, for your own diary.")
    say("(For a clinic: stop here, and use `lodose account add NAME --role administrator`.)")
    name = _ask("User name: ", input)
    desk.add(name, Role.PERSON, password=_new_password(name, say))
    say(f"Account '{name}' is open.")


def _ask(prompt: str, reader: Callable[[str], str]) -> str:
    while not (answer := reader(prompt).strip()):
        pass
    return answer


def _new_password(name: str, say: Say) -> str:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from lodose.server.accounts.models import User

    while True:
        password = _ask("Password (8 characters or more): ", getpass.getpass)
        try:
            validate_password(password, User(username=name))
        except ValidationError as error:
            say(" ".join(error.messages))
            continue
        if getpass.getpass("Once more: ") == password:
            return password
        say("They differ.")


def run(place: Place, certificate: Any, when_ready: Callable[[], None]) -> None:
    """Answer until stopped by Ctrl-C or a signal.

    ``when_ready`` is called from a thread as soon as the server answers.
    """
    from django.db import connections
    from granian.constants import Interfaces
    from granian.server import Server

    from lodose.server.operations.logs import SERVER_LOGGING

    class Running(Server):  # type: ignore[misc,valid-type]  # chosen by granian at run time
        def startup(self, *arguments: Any, **options: Any) -> None:
            super().startup(*arguments, **options)
            # After the processes were made: a thread would not live on in them.
            if place.lan:
                _start_trust_page(place, certificate)
            threading.Thread(target=self._tell, name="ready", daemon=True).start()

        def _tell(self) -> None:
            if wait_until_ready(place):
                when_ready()
            if place.once:
                self.signal_handler_interrupt()

    connections.close_all()
    Running(
        TARGET,
        address="0.0.0.0" if place.lan else "127.0.0.1",  # noqa: S104  # asked for by --lan
        port=place.port,
        interface=Interfaces.WSGI,
        workers=place.workers,
        blocking_threads=THREADS,
        backpressure=256,
        log_level="warning",
        log_dictconfig=SERVER_LOGGING,
        log_access=False,  # an address line would say who looked at what
        ssl_cert=certificate.certificate if certificate else None,
        ssl_key=certificate.key if certificate else None,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        process_name=None,
    ).serve()


def wait_until_ready(place: Place, seconds: float = READY_SECONDS) -> bool:
    """Ask the server's own readiness address until it answers well."""
    import ssl

    scheme, context = "http", None
    if place.lan:
        # Only whether it answers: the certificate is our own, the connection does not leave here.
        scheme = "https"
        context = ssl.create_default_context(cafile=place.data / "certificates" / "authority.crt")
    address = f"{scheme}://localhost:{place.port}/health/ready"
    # Straight there: a proxy named in the environment is for the world outside.
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with opener.open(address, timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    return False


def _start_trust_page(place: Place, certificate: Any) -> None:
    from lodose.server.operations import trust_page

    trust_page.start(
        certificate.authority,
        certificate.fingerprint,
        origin(),
        ("0.0.0.0", place.port + 1),  # noqa: S104
    )


def _announce(place: Place, certificate: Any, say: Say) -> None:
    if not place.lan:
        say(f"Ready: {origin()}")
        say("Ctrl-C stops it.")
        return
    import io

    import segno

    trust = f"{origin().replace('https://', 'http://').rpartition(':')[0]}:{place.port + 1}/trust/"
    picture = io.StringIO()
    segno.make(trust, error="l").terminal(out=picture, border=2, compact=True)
    say(picture.getvalue())
    say("A new phone, once: scan this with its camera and follow the page about trust.")
    say(f"  {trust}")
    say(f"  Compare the fingerprint there: {certificate.fingerprint}")
    say(f"Ready, for this network: {origin()}")
    say("Ctrl-C stops it.")
