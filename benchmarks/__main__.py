"""All figures by one command.

    python -m benchmarks                 everything, about an hour on one core
    python -m benchmarks speed product   these only
    python -m benchmarks --list          what there is

Each benchmark runs in a process of its own, one thread, one after the other, and writes
``benchmarks/results/NAME.json``; then the tables are printed and docs/benchmarks.md is brought
up to date. The exit status is 0 also where a bar is missed: the document says so.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from benchmarks import tables
from benchmarks.measure import ONE_THREAD, say

ROOT = Path(__file__).parents[1]

BENCHMARKS: dict[str, tuple[str, list[str]]] = {
    "product": ("benchmarks.product", []),
    "speed": ("benchmarks.speed", []),
    "against_nuts": ("benchmarks.against_nuts", []),
    "other_samplers": ("benchmarks.against_nuts", ["--other"]),
    "accuracy": ("benchmarks.accuracy", []),
    "stress": ("benchmarks.accuracy", ["--stress"]),
    "calibration": ("benchmarks.calibration", []),
    "batch": ("benchmarks.batch", []),
    "planning": ("benchmarks.planning", []),
    "pharmacology": ("benchmarks.pharmacology", []),
}
"""By name: the module and its arguments."""


def environment() -> dict[str, str]:
    """One thread, and the sources of this tree unless the package is installed."""
    paths = [str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks that were named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    parser.add_argument("--list", action="store_true", help="name them and stop")
    options = parser.parse_args(arguments)
    if options.list:
        print("\n".join(BENCHMARKS))
        return 0
    unknown = sorted(set(options.names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"no benchmark named {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    names = options.names or list(BENCHMARKS)
    failed = []
    for number, name in enumerate(names, 1):
        module, extra = BENCHMARKS[name]
        say(f"==> {name} ({number} of {len(names)})")
        command = [sys.executable, "-m", module, *extra]
        if subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode:
            failed.append(name)
    tables.main([])
    if tables.DOCUMENT.exists():
        tables.main(["--write"])
    if failed:
        say(f"Did not run to the end: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
