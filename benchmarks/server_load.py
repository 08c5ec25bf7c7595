"""Check-ins a second on one core, what they cost, and that none is lost.

    python -m benchmarks.server_load           a short look: 1,000 people, 20 s
    python -m benchmarks.server_load --full    10,000 people, 5 minutes, kept as a result

The server is held to one core; PostgreSQL (durable: fsync on) and this generator to the other.
Sessions were made beforehand. Each check-in is the page's own POST with session cookie and CSRF
token. A bare Django view takes the same arrivals before it, in the same run.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Row, at_least, at_most, say, write
from benchmarks.server_generator import Outcome, plan, quantile, send_all
from benchmarks.server_world import OTHER_CORE, ROOT, World, day_of_round, serving

RATE = 60.0  # the bar is 50: arrivals of a Poisson process stay above it
SEED = 20261122
VARIABLE = "LODOSE_TEST_DATABASE_URL"


@dataclass(frozen=True, slots=True)
class Measured:
    """One server under the load."""

    outcome: Outcome
    cpu: float
    seconds: float
    kept: dict[str, int]

    @property
    def milliseconds(self) -> float:
        """CPU milliseconds of the server for each check-in."""
        return 1000 * self.cpu / max(1, len(self.outcome.acknowledged))


def measure(world: World, held: list[dict[str, str]], seconds: float, *, bare: bool) -> Measured:
    """Put one server under the load."""
    days = [day_of_round(number) for number in range(8)]
    with serving(world, bare=bare) as server:
        server.settle()
        # People who are counted nowhere: the first visits open connections and fill caches.
        warm = plan(held[-200:], days, rate=20, seconds=5, seed=SEED + 1)
        send_all(warm, server.port)
        load = plan(held[:-200], days, rate=RATE, seconds=seconds, seed=SEED)
        before = server.cpu_seconds()
        outcome = send_all(load, server.port)
        cpu = server.cpu_seconds() - before
    kept = {} if bare else world.check(outcome.acknowledged)
    return Measured(outcome, cpu, seconds, kept)


def rows_of(name: str, real: Measured, bare: Measured, *, with_bars: bool) -> list[Row]:
    """The figures of one database."""
    done = real.outcome
    rate = len(done.acknowledged) / real.seconds
    p99 = 1000 * quantile(done.latencies, 0.99)
    p50 = 1000 * quantile(done.latencies, 0.50)
    errors = len(done.refused) + len(done.unanswered)
    lost = real.kept["missing"] + real.kept["more_than_once"] + real.kept["chain_faults"]
    ratio = real.milliseconds / bare.milliseconds
    how = f"{len(done.acknowledged):,} check-ins in {real.seconds:.0f} s; open-loop"
    rows = [
        at_least(f"{name}: check-ins a second", rate, 50, "/s", how),
        at_most(
            f"{name}: 99th percentile from the moment it was due",
            p99,
            100,
            "ms",
            f"median {p50:.1f} ms, longest {1000 * max(done.latencies):.0f} ms",
        ),
        at_most(f"{name}: errors", errors, 0),
        at_most(f"{name}: acknowledged and lost, doubled or with a broken chain", lost, 0),
        Row(f"{name}: CPU of the server for a check-in", real.milliseconds, "ms"),
        Row(f"{name}: CPU of a bare Django view that writes one row", bare.milliseconds, "ms"),
        at_most(f"{name}: the first by the second", ratio, 3, "", "same arrivals, same run"),
    ]
    if with_bars:
        return rows
    return [Row(each.what, each.figure, each.unit, note=each.note) for each in rows]


def both(people: int, seconds: float, database_url: str, name: str, bars: bool) -> list[Row]:
    """Measure one database."""
    with tempfile.TemporaryDirectory(prefix="lodose-load-") as made:
        world = World(Path(made) / "data", database_url)
        say(f"{name}: {people:,} people")
        held = world.fill(people)
        # Of the bare view only the mean cost is used, which settles within a minute.
        short = min(seconds, 60.0)
        say(f"{name}: the bare view, {short:.0f} s")
        bare = measure(world, held, short, bare=True)
        say(f"{name}: the product, {seconds:.0f} s")
        real = measure(world, held, seconds, bare=False)
        for problem in sorted(set(real.outcome.refused))[:5]:
            say(f"  refused: {problem}")
        rows = rows_of(name, real, bare, with_bars=bars)
    for row in rows:
        say(f"  {row.what}: {row.figure:.4g} {row.unit} {row.note}")  # type: ignore[str-format]
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Measure PostgreSQL, then SQLite."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--full", action="store_true", help="as the bar says; keep the result")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--people", type=int, default=1500)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args(arguments)
    os.sched_setaffinity(0, {OTHER_CORE})
    if options.only != "sqlite" and not os.environ.get(VARIABLE):
        words = ["tools/with-postgresql", sys.executable, "-m", "benchmarks.server_load"]
        given = sys.argv[1:] if arguments is None else arguments
        environment = {**os.environ, "DURABLE": "1"}
        return subprocess.run([*words, *given], cwd=ROOT, env=environment, check=False).returncode
    people, seconds = (10_200, 300.0) if options.full else (options.people, options.seconds)
    rows: list[Row] = []
    if options.only != "sqlite":
        rows += both(people, seconds, os.environ[VARIABLE], "PostgreSQL", bars=True)
    if options.only != "postgresql":
        rows += both(people, seconds, "", "SQLite", bars=False)
    if options.full and not options.only:
        write("server_load", "The server under load", rows, seeds={"arrivals": SEED})
    return 0


if __name__ == "__main__":
    sys.exit(main())
