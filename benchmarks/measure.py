"""Clocks, a loop of known work beside them, and the form in which every figure is kept."""

import importlib.metadata
import json
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
}
"""Libraries read these when they are loaded, so that they must be set before."""

PACKAGES = (
    "lodose",
    "numpy",
    "scipy",
    "numba",
    "pymc",
    "pytensor",
    "nutpie",
    "numpyro",
    "jax",
    "diffrax",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Parameters
    ----------
    what : str
        What was measured.
    figure : float or str
        What came out.
    unit : str
        Unit of the figure; empty for a ratio or a share.
    bar : str or None
        What was asked for, as text ("<= 4"); None where nothing was.
    passed : bool or None
        Whether the figure meets the bar.
    note : str
        How it was measured, or why it misses.
    """

    what: str
    figure: float | str
    unit: str = ""
    bar: str | None = None
    passed: bool | None = None
    note: str = ""


def at_most(what: str, figure: float, bar: float, unit: str = "", note: str = "") -> Row:
    """A figure that must not exceed its bar."""
    return Row(what, figure, unit, f"≤ {bar:g}", figure <= bar, note)


def at_least(what: str, figure: float, bar: float, unit: str = "", note: str = "") -> Row:
    """A figure that must reach its bar."""
    return Row(what, figure, unit, f"≥ {bar:,g}", figure >= bar, note)


def in_one_thread(module: str) -> None:
    """Start this program anew with one thread for every library, unless that is so already."""
    if all(os.environ.get(name) == value for name, value in ONE_THREAD.items()):
        return
    os.execve(
        sys.executable,
        [sys.executable, "-m", module, *sys.argv[1:]],
        {**os.environ, **ONE_THREAD},
    )


def cpu_seconds() -> float:
    """CPU time of this process (all threads) and of its children that have ended."""
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    return total


def cpu_of(work: Callable[[], Any], times: int = 1) -> float:
    """CPU seconds of one call, averaged over `times` calls."""
    start = cpu_seconds()
    for _ in range(times):
        work()
    return (cpu_seconds() - start) / times


def calibration_loop() -> float:
    """CPU seconds of a fixed amount of plain Python and NumPy work, about a tenth of a second.

    Figures from two machines, or from one that is busy, can be compared through it.
    """
    import numpy as np

    start = time.process_time()
    total = 0
    for k in range(1_000_000):
        total += k & 7
    matrix = np.arange(250_000, dtype=np.float64).reshape(500, 500) / 250_000
    for _ in range(10):
        matrix = np.sin(matrix) + np.sqrt(np.abs(matrix))
    return time.process_time() - start


def median(values: Iterable[float]) -> float:
    """Median."""
    return float(statistics.median(values))


def machine() -> dict[str, Any]:
    """Facts of the machine and of the software that a reader needs to compare figures."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": _versions(),
        "engine": _engine(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    for line in lines:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _engine() -> str:
    from lodose.inference.kernel_cache import source_hash

    return source_hash()


def write(
    name: str,
    title: str,
    rows: list[Row],
    *,
    seeds: dict[str, int] | None = None,
    details: Any = None,
    folder: Path = RESULTS,
) -> Path:
    """Keep figures as ``results/<name>.json``, the form that `benchmarks.tables` renders."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.json"
    content = {
        "title": title,
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "seeds": seeds or {},
        "rows": [asdict(row) for row in rows],
        "details": details,
    }
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return path


def say(text: str) -> None:
    """Progress, beside the figures."""
    print(text, file=sys.stderr, flush=True)
