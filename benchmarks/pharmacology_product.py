"""What the product itself does with a population: time, memory, a chart, the optional JAX path.

Part of `benchmarks.pharmacology`. Nothing large is imported before it is needed: a child's peak
memory would otherwise begin with its parent's.
"""

import time

from benchmarks.measure import Row, at_most, median
from benchmarks.product import child

BAND, BAND_MS, CHARTS = 500, 50.0, 15
GROWTH = 1.15
CHILDREN = 3
ALIKE = 4096
PLACES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
NAMES = ("naltrexone_nm", "naltrexol_nm", "m0", "m1", "m2", "kappa", "delta")
AGREED = 1e-6


def whole(people: int, *, plasma: bool) -> float:
    """Seconds of the product's own call: people drawn, curves, bands; two threads."""
    from benchmarks.pharmacology_sides import history, times
    from lodose.pharmacology import population

    start = time.perf_counter()
    found = population(people, history(), times(), workers=2, plasma=plasma)
    for name in ("m0", "m1", "m2"):
        found.quantiles(name)
    return time.perf_counter() - start


PEAK = """
import sys
from benchmarks.pharmacology_sides import history, times
from lodose.pharmacology import population
population(int(sys.argv[1]), history(), times(), workers=2).quantiles("m2")
"""


def memory_rows(people: int) -> list[Row]:
    """Peak memory of the product's own call, concentrations included, by number of people."""
    numbers = (people // 10, people, people * 10)
    child("-c", PEAK, "5000")  # what is compiled is kept
    peaks = [
        median(child("-c", PEAK, str(number)).memory for _ in range(CHILDREN)) for number in numbers
    ]
    rows = [
        Row(
            f"peak memory, {number:,} people",
            peak,
            "MB",
            note=f"median of {CHILDREN} processes; Python included",
        )
        for number, peak in zip(numbers, peaks, strict=True)
    ]
    return [
        *rows,
        at_most("peak memory of the last by that of the first", peaks[-1] / peaks[0], GROWTH),
    ]


def chart_row() -> Row:
    """The numbers of one chart: three curves and the band of 500 people."""
    from benchmarks.pharmacology_sides import history
    from lodose.pharmacology import population, simulate
    from lodose.pharmacology.charts import chart_times

    asked = chart_times(history())
    found = []
    for _ in range(CHARTS + 1):
        start = time.perf_counter()
        simulate(history(), asked)
        population(BAND, history(), asked).quantiles("m1")
        found.append(1000 * (time.perf_counter() - start))
    return at_most(
        f"numbers of one chart: {asked.size} hours, three curves, band of {BAND} people",
        median(found[1:]),
        BAND_MS,
        "ms",
        f"median of {CHARTS}, slowest {max(found[1:]):.1f} ms; clock, in a warm process",
    )


def accelerator_rows(people: int) -> list[Row]:
    """The optional path by JAX on whatever device JAX finds, beside the product's own numbers."""
    import jax
    import numpy as np

    from benchmarks.pharmacology_sides import history, times
    from lodose.pharmacology import population

    few = [population(ALIKE, history(), times(), accelerator=name) for name in (None, "jax")]
    ours, theirs = (np.stack([one.quantiles(name, PLACES) for name in NAMES]) for one in few)
    peaks = ours.max(axis=2, keepdims=True)
    population(people, history(), times(), accelerator="jax")
    start = time.perf_counter()
    population(people, history(), times(), accelerator="jax")
    device = jax.devices()[0]
    return [
        at_most(
            "largest difference of the optional JAX path, as a share of the peak",
            float(np.max(np.abs(ours - theirs) / peaks)),
            AGREED,
            note=f"{len(PLACES)} quantiles of {ALIKE:,} people, all of {len(NAMES)} curves",
        ),
        Row(
            f"population of {people:,} with bands and concentrations by JAX",
            time.perf_counter() - start,
            "s",
            note=f"on {device.device_kind} ({device.platform}), in one thread where that is cpu",
        ),
    ]
