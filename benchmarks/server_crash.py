"""kill -9 of the whole server at random moments under load: what was acknowledged is there once.

    python -m benchmarks.server_crash           5 kills on each database
    python -m benchmarks.server_crash --full    50 on each, kept as a result

What was sent and not acknowledged is sent again, under the same id, after the restart, as a phone
does: it too must be there once.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.measure import Row, at_least, at_most, say, write
from benchmarks.server_generator import Outcome, plan, send_all
from benchmarks.server_world import ROOT, World, day_of_round, start

RATE = 60.0
LONGEST = 3.0
SEED = 20261123
VARIABLE = "LODOSE_TEST_DATABASE_URL"


def crash(world: World, kills: int, name: str) -> list[Row]:
    """Kill the server so many times and count what became of every entry."""
    chance = random.Random(SEED)
    each = int(RATE * LONGEST * 1.5)
    held = world.fill(kills * each)
    days = [day_of_round(0)]
    acknowledged: list[str] = []
    resent, under_load = 0, 0
    server = start(world)
    for number in range(kills):
        load = plan(
            held[number * each : (number + 1) * each],
            days,
            rate=RATE,
            seconds=LONGEST,
            seed=SEED + number,
        )
        moment = chance.uniform(0.1, LONGEST - 0.1)
        killer = threading.Timer(moment, server.kill)
        killer.start()
        outcome = send_all(load, server.port)
        killer.join()
        acknowledged += outcome.acknowledged
        under_load += bool(outcome.acknowledged) and bool(outcome.unanswered)
        if outcome.refused:
            say(f"  refused: {outcome.refused[:3]}")
        server = start(world)
        # Again, under the same ids, at once.
        again = [replace(each_one, due=0.02 * k) for k, each_one in enumerate(outcome.unanswered)]
        second: Outcome = send_all(again, server.port)
        if second.unanswered or second.refused:
            raise RuntimeError(f"after the restart: {second.refused[:3]}")
        acknowledged += second.acknowledged
        resent += len(again)
        say(f"{name}: kill {number + 1} at {moment:.2f} s, {len(again)} sent again")
    server.stop()
    kept = world.check(acknowledged)
    say(f"{name}: {kept}")
    how = f"{len(acknowledged):,} acknowledged, of them {resent:,} sent again after a restart"
    return [
        at_least(f"{name}: kills under load", under_load, kills),
        at_most(f"{name}: acknowledged check-ins that are missing", kept["missing"], 0, "", how),
        at_most(f"{name}: check-ins that are there more than once", kept["more_than_once"], 0),
        at_most(f"{name}: faults in the chains of events", kept["chain_faults"], 0),
    ]


def main(arguments: list[str] | None = None) -> int:
    """Crash the server on both databases."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--full", action="store_true", help="50 kills; keep the result")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args(arguments)
    if options.only != "sqlite" and not os.environ.get(VARIABLE):
        words = ["tools/with-postgresql", sys.executable, "-m", "benchmarks.server_crash"]
        given = sys.argv[1:] if arguments is None else arguments
        environment = {**os.environ, "DURABLE": "1"}
        return subprocess.run([*words, *given], cwd=ROOT, env=environment, check=False).returncode
    kills = 50 if options.full else options.kills
    begin = time.monotonic()
    rows: list[Row] = []
    for name, url in (("PostgreSQL", os.environ.get(VARIABLE, "")), ("SQLite", "")):
        if options.only and options.only != name.lower():
            continue
        with tempfile.TemporaryDirectory(prefix="lodose-crash-") as made:
            rows += crash(World(Path(made) / "data", url), kills, name)
    for row in rows:
        say(f"  {row.what}: {row.figure} {row.note}")
    say(f"{time.monotonic() - begin:.0f} s")
    if options.full and not options.only:
        write("server_crash", "The server killed under load", rows, seeds={"kills": SEED})
    return 0 if all(row.passed for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
