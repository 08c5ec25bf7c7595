"""A server of its own for measuring: its people, its sessions, its process, what it kept.

Run by `benchmarks.server_load` and `benchmarks.server_crash`. What needs Django runs in processes
of its own, since one process knows one database:

    python -m benchmarks.server_world fill N SESSIONS.json    people with a session each
    python -m benchmarks.server_world check IDS.json          what became of these entries
"""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SERVER_CORE, OTHER_CORE = 0, 1
READY_SECONDS = 90
BATCH = 500


@dataclass(frozen=True, slots=True)
class World:
    """Where a server keeps its data.

    Parameters
    ----------
    folder : Path
        Its data folder.
    database_url : str
        "" for SQLite in the folder.
    """

    folder: Path
    database_url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """Variables of every process of this server."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LODOSE_")}
        paths = [str(ROOT), str(ROOT / "src"), kept.get("PYTHONPATH", "")]
        return {
            **kept,
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "LODOSE_DATA": str(self.folder),
            "LODOSE_DATABASE_URL": self.database_url,
            "OMP_NUM_THREADS": "1",
        }

    def run(self, *words: str) -> str:
        """Run one of the two tasks below in a process of its own."""
        command = [sys.executable, "-m", "benchmarks.server_world", *words]
        ran = subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        )
        return ran.stdout

    def fill(self, people: int) -> list[dict[str, str]]:
        """Make people with a session each; return what their browsers hold."""
        target = self.folder.with_name(f"{self.folder.name}-sessions.json")
        self.run("fill", str(people), str(target))
        return list(json.loads(target.read_text("utf-8")))

    def check(self, ids: list[str]) -> dict[str, int]:
        """Count what became of entries."""
        target = self.folder.with_name(f"{self.folder.name}-ids.json")
        target.write_text(json.dumps(ids), "utf-8")
        return dict(json.loads(self.run("check", str(target))))


@dataclass(slots=True)
class Running:
    """A server that answers, in a process group of its own."""

    process: "subprocess.Popen[bytes]"
    port: int

    def cpu_seconds(self) -> float:
        """CPU time of all its processes, from /proc/PID/stat."""
        ticks = 0
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[2]) == self.process.pid:  # process group
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def settle(self, most: float = 90) -> None:
        """Wait until nothing is warmed up any more."""
        deadline = time.monotonic() + most
        while time.monotonic() < deadline:
            before = self.cpu_seconds()
            time.sleep(1)
            if self.cpu_seconds() - before < 0.05:
                return

    def kill(self) -> None:
        """End every process of it at once, without a chance to write anything."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it as an administrator would."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(world: World, *, bare: bool = False) -> Running:
    """Start the product's server, or the bare one, held to one core."""
    port = free_port()
    words = ["-m", "lodose", "serve", "--data", str(world.folder), "--port", str(port)]
    if bare:
        words = ["-c", f"from benchmarks.server_bare import main; main({port})"]
    process = subprocess.Popen(
        ["taskset", "-c", str(SERVER_CORE), sys.executable, *words],
        cwd=ROOT,
        env=world.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    running = Running(process, port)
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with contextlib.suppress(urllib.error.URLError, OSError):
            address = f"http://127.0.0.1:{port}/health/ready"
            with urllib.request.urlopen(address, timeout=2):
                return running
        time.sleep(0.02)
    running.kill()
    raise RuntimeError("the server was not ready in time")


@contextlib.contextmanager
def serving(world: World, *, bare: bool = False) -> Iterator[Running]:
    """A server for the length of a block."""
    running = start(world, bare=bare)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()


# In processes of their own ---------------------------------------------------------------------


def _set_up() -> None:
    from lodose.server.operations import serving as product
    from lodose.server.operations import set_up

    folder = Path(os.environ["LODOSE_DATA"])
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    set_up.start(folder)
    product.prepare(say=lambda _text: None)


def _fill(people: int, target: Path) -> None:
    _set_up()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from lodose.server.accounts.sessions import SessionStore
    from lodose.server.operations.demonstration_rows import Draft, write

    now = timezone.now()
    started = now.date() - timedelta(days=20)
    backend = "lodose.server.accounts.backends.Accounts"
    held = []
    for first in range(0, people, BATCH):
        drafts = []
        for number in range(first, min(first + BATCH, people)):
            draft = Draft(number, now, "UTC", started=started)
            draft.outcome("pain", "Pain", instrument="pain-nrs", primary=True, mcid=1)
            draft.outcome("sleep", "Sleep last night", better="higher")
            draft.outcome("tiredness", "Tiredness")
            draft.dose(started, "start", 4500)
            drafts.append(draft)
        write(drafts)
        sessions = []
        for draft in drafts:
            key = secrets.token_hex(16)
            content = {
                SESSION_KEY: str(draft.user.pk),
                BACKEND_SESSION_KEY: backend,
                HASH_SESSION_KEY: draft.user.get_session_auth_hash(),
                "started": int(now.timestamp()),
                "seen": int(now.timestamp()),
            }
            data = SessionStore().encode(content)
            expires = now + timedelta(hours=12)
            sessions.append(Session(session_key=key, session_data=data, expire_date=expires))
            held.append({"session": key, "csrf": secrets.token_hex(16)})
        Session.objects.bulk_create(sessions)
    target.write_text(json.dumps(held), "utf-8")


def _check(source: Path) -> dict[str, Any]:
    _set_up()
    from django.db.models import Count

    from lodose.server.audit.chain import verify
    from lodose.server.audit.models import Chain
    from lodose.server.records.models import CheckIn, CheckInVersion

    ids = json.loads(source.read_text("utf-8"))
    times = dict.fromkeys(ids, 0)
    people = set()
    for first in range(0, len(ids), BATCH):
        some = ids[first : first + BATCH]
        for pk, chain in CheckIn.objects.filter(pk__in=some).values_list("pk", "person__chain_id"):
            times[str(pk)] += 1
            people.add(chain)
        for pk in CheckInVersion.objects.filter(entry_id__in=some).values_list(
            "entry_id", flat=True
        ):
            times[str(pk)] += 1
    doubled = (
        CheckIn.objects.values("person", "day").annotate(n=Count("pk")).filter(n__gt=1).count()
    )
    faults = sum(len(verify(Chain.objects.get(pk=chain))) for chain in people)
    return {
        "asked": len(ids),
        "missing": sum(count == 0 for count in times.values()),
        "more_than_once": sum(count > 1 for count in times.values()) + doubled,
        "chain_faults": faults,
    }


def day_of_round(number: int) -> str:
    """The day that somebody's n-th check-in is for: today, then yesterday, and so on."""
    return (datetime.now(UTC).date() - timedelta(days=number)).isoformat()


if __name__ == "__main__":
    task, *rest = sys.argv[1:]
    if task == "fill":
        _fill(int(rest[0]), Path(rest[1]))
    else:
        print(json.dumps(_check(Path(rest[0]))))
