"""People a second: Lodose, diffrax and SciPy on the same people, doses and hours.

    python -m benchmarks.pharmacology                   100,000 people, three repeats
    python -m benchmarks.pharmacology --quick           32,768 people, once; not kept
    python -m benchmarks.pharmacology --people 1000000

4.5 mg once a day for 14 days; occupancy by three structures every quarter of an hour of day 14.
Each side works in two processes of one thread, warm and compiled, each on half of the people, and
is timed around its calls alone; the sides take turns, so that a busy machine slows all alike. A
side's tolerance is the loosest of its list whose error stays below `AGREED` of a person's peak; the
error is counted from the exact curves of `lodose.pharmacology.simulate`, which tests hold to 50
digits. Whoever is too slow for all people gets fewer, and is scaled per person.
"""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.measure import (
    Row,
    at_least,
    calibration_loop,
    in_one_thread,
    median,
    say,
    write,
)
from benchmarks.pharmacology_product import accelerator_rows, chart_row, memory_rows, whole
from benchmarks.two_processes import Clocks, Pair, Share

PEOPLE, QUICK = 100_000, 32_768
REPEATS = 3
AGREED = 1e-6
TIMES_DIFFRAX = 20.0


@dataclass(frozen=True, slots=True)
class Rival:
    """One side of the comparison.

    Parameters
    ----------
    name : str
        As the table says it.
    kind : str
        As `side` knows it.
    chunk : int
        People of one call.
    most : int
        People it is given at most.
    tried : int
        People on whom the tolerance is chosen and the error counted.
    tolerances : tuple of float
        From loose to tight; a single one where there is nothing to choose.
    alike : bool
        People are sorted, so that those of a call need like steps.
    """

    name: str
    kind: str
    chunk: int
    most: int
    tried: int
    tolerances: tuple[float, ...] = (0.0,)
    alike: bool = False


LODOSE = Rival("Lodose", "lodose", 4096, sys.maxsize, 4096)
SHARED = Rival(
    "diffrax, steps shared by 256 people", "shared", 256, sys.maxsize, 2048,
    (1e-5, 3e-6, 1e-6, 3e-7, 1e-7, 3e-8, 1e-8), alike=True,
)  # fmt: skip
VMAP = Rival("diffrax, vmap", "vmap", 512, 16_384, 2048, (1e-6, 3e-7, 1e-7, 3e-8, 1e-8), alike=True)
TOGETHER = Rival(
    "SciPy, RK45 on 64 people at once", "together", 64, 512, 128,
    (1e-6, 1e-7, 1e-8, 1e-9, 1e-10), alike=True,
)  # fmt: skip
ONE_BY_ONE = Rival(
    "SciPy, LSODA person by person", "alone", 8, 64, 16, (1e-6, 1e-7, 1e-8, 1e-9, 1e-10)
)
RIVALS = (LODOSE, SHARED, VMAP, TOGETHER, ONE_BY_ONE)


def side(kind: str, tolerance: float) -> Callable[[Any], Any]:
    """Make the function that solves one call."""
    from benchmarks import pharmacology_sides as sides

    if kind == "lodose":
        return sides.lodose_side()
    if kind == "alone":
        return sides.SciPy("LSODA", tolerance, tolerance)
    if kind == "together":
        return sides.SciPy("RK45", tolerance, tolerance, together=True)
    from benchmarks.pharmacology_diffrax import diffrax_side

    return diffrax_side(kind, tolerance)


def worker(rival: Rival) -> Callable[[tuple[str, Any]], Any]:
    """Stand in one process: answers ("choose", None), ("warm", tolerance), ("solve", span)."""
    import numpy as np

    from benchmarks import pharmacology_sides as sides

    solve: dict[str, Callable[[Any], Any]] = {}

    def rows_of(first: int, count: int) -> Any:
        rows = sides.people(count, first=first)
        if rival.alike:
            rows = rows[np.argsort(sides.fastest_rate(rows))]
        # The last call is filled up, so that nothing is compiled for its size.
        rest = -count % rival.chunk
        return np.concatenate([rows, np.repeat(rows[-1:], rest, axis=0)])

    def through(rows: Any, call: Callable[[Any], Any]) -> Any:
        parts = [call(rows[at : at + rival.chunk]) for at in range(0, len(rows), rival.chunk)]
        return np.concatenate(parts, axis=2)

    def choose() -> tuple[float, float]:
        rows = rows_of(0, rival.tried)
        exact = sides.alone_side()(rows)
        for tolerance in rival.tolerances:
            found = sides.error(through(rows, side(rival.kind, tolerance)), exact)
            if found <= AGREED:
                break
        return tolerance, found

    def answer(message: tuple[str, Any]) -> Any:
        what, about = message
        if what == "choose":
            return choose()
        if what == "warm":
            solve["call"] = side(rival.kind, about)
            return through(rows_of(0, rival.chunk), solve["call"]).shape
        rows, clocks = rows_of(*about), Clocks()
        # Who is too slow for all gets calls from all over the sorted people, the stiff among them.
        calls = len(rows) // rival.chunk
        given = min(calls, max(1, rival.most // 2 // rival.chunk))
        for number in range(given):
            at = (2 * number + 1) * calls // (2 * given) * rival.chunk
            clocks.timed(lambda at=at: solve["call"](rows[at : at + rival.chunk]))
        return clocks.share(min(given * rival.chunk, about[1]))

    return answer


@dataclass(frozen=True, slots=True)
class Found:
    """What one side did in one repeat."""

    people: int
    seconds: float
    cpu: float
    memory: float

    @property
    def rate(self) -> float:
        """People a second, both cores."""
        return self.people / self.seconds


def solved(pair: Pair, people: int) -> Found:
    """Let both processes of a side work, each on its half."""
    half = people // 2
    shares: list[Share] = pair.ask(("solve", (0, half)), ("solve", (half, half)))
    return Found(
        sum(share.people for share in shares),
        max(share.clock for share in shares),
        sum(share.cpu for share in shares),
        max(share.memory for share in shares),
    )


@dataclass(slots=True)
class Measured:
    """All repeats of all sides, with the tolerance and error of each."""

    found: dict[str, list[Found]]
    chosen: dict[str, tuple[float, float]]
    whole: dict[bool, list[float]]
    loops: list[float]
    load: tuple[float, float]

    def rate(self, rival: Rival) -> float:
        """Median of people a second."""
        return median(one.rate for one in self.found[rival.kind])

    def ratio(self, rival: Rival) -> float:
        """How many times its throughput Lodose has: median over the repeats."""
        mine, theirs = self.found["lodose"], self.found[rival.kind]
        return median(one.rate / other.rate for one, other in zip(mine, theirs, strict=True))

    def note(self, rival: Rival) -> str:
        """CPU, error and people."""
        runs = self.found[rival.kind]
        cpu = median(1e6 * one.cpu / one.people for one in runs)
        tolerance, error = self.chosen[rival.kind]
        parts = [f"{cpu:,.3g} µs of CPU a person", f"error {error:.1g} of the peak"]
        if tolerance:
            parts.append(f"at rtol = atol = {tolerance:g}")
        return "; ".join([*parts, f"{runs[0].people:,} people"])


def measure(people: int, repeats: int) -> Measured:
    """Let the sides take turns."""
    pairs = {rival.kind: Pair(worker, rival) for rival in RIVALS}
    before = os.getloadavg()[0]
    result = Measured({rival.kind: [] for rival in RIVALS}, {}, {False: [], True: []}, [], (0, 0))
    for rival in RIVALS:
        pair = pairs[rival.kind]
        (chosen,) = pair.ask(("choose", None))
        result.chosen[rival.kind] = chosen
        pair.ask(*[("warm", chosen[0])] * 2)
        say(f"{rival.name}: tolerance {chosen[0]:g}, error {chosen[1]:.2g}")
    for plasma in result.whole:
        whole(5000, plasma=plasma)
    for repeat in range(repeats):
        result.loops.append(calibration_loop())
        for rival in RIVALS:
            one = solved(pairs[rival.kind], people)
            result.found[rival.kind].append(one)
            say(f"repeat {repeat + 1}: {rival.name}: {one.rate:,.0f} people/s")
        for plasma, seconds in result.whole.items():
            seconds.append(whole(people, plasma=plasma))
    for pair in pairs.values():
        pair.close()
    result.load = (before, os.getloadavg()[0])
    return result


def rows_of(result: Measured, people: int) -> list[Row]:
    """The table."""
    rows = [
        Row("people a second, Lodose", result.rate(LODOSE), "/s", note=result.note(LODOSE)),
        at_least(
            f"times the throughput of {SHARED.name}",
            result.ratio(SHARED),
            TIMES_DIFFRAX,
            note=result.note(SHARED),
        ),
    ]
    rows.append(
        Row(
            "the same, Lodose with drawing its people and counting bands, diffrax without",
            median(
                (people / one) / other.rate
                for one, other in zip(result.whole[False], result.found["shared"], strict=True)
            ),
        )
    )
    rows += [
        Row(f"times the throughput of {rival.name}", result.ratio(rival), note=result.note(rival))
        for rival in (VMAP, TOGETHER, ONE_BY_ONE)
    ]
    seconds = median(result.whole[False])
    rows += [
        Row(
            f"population of {people:,} with bands: occupancies",
            seconds,
            "s",
            note="two threads, by the clock",
        ),
        Row("the same with both concentrations", median(result.whole[True]), "s"),
        Row(
            "calibration loop",
            1000 * median(result.loops),
            "ms",
            note=f"fixed work, beside every repeat; load average {result.load[0]:.1f} before, "
            f"{result.load[1]:.1f} after (the sides themselves make it 2)",
        ),
    ]
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Measure and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few people, once; not kept")
    parser.add_argument("--people", type=int, default=None)
    parser.add_argument("--repeats", type=int, default=None)
    options = parser.parse_args(arguments)
    people = options.people or (QUICK if options.quick else PEOPLE)
    # Memory first: a child's peak begins with that of the process that starts it.
    memory = memory_rows(people)
    result = measure(people, options.repeats or (1 if options.quick else REPEATS))
    rows = [*rows_of(result, people), *memory, chart_row(), *accelerator_rows(people)]
    if options.quick:
        for row in rows:
            shown = row.figure if isinstance(row.figure, str) else f"{row.figure:.4g}"
            say(f"{row.what}: {shown} {row.unit} {row.note}")
        return 0
    write(
        "pharmacology",
        "Plasma and receptors",
        rows,
        seeds={"people": _seed()},
        details={
            "people": people,
            "repeats": {name: [asdict(one) for one in runs] for name, runs in result.found.items()},
            "tolerance and error": result.chosen,
        },
    )
    return 0


def _seed() -> int:
    from lodose.pharmacology.people import SEED

    return SEED


if __name__ == "__main__":
    in_one_thread("benchmarks.pharmacology")
    sys.exit(main())
