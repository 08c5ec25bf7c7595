"""What a person waits for: the verdict, the command, its memory, the import, the install.

    python -m benchmarks.product               two minutes
    python -m benchmarks.product --no-install  without measuring the install

Everything runs in child processes, as on a person's machine. Times are of the clock, the median of
five; the CPU time stands beside them. This program itself imports nothing large, since a
child's peak memory would otherwise begin with its parent's.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Row, at_most, in_one_thread, median, say, write

ROOT = Path(__file__).parents[1]
EXAMPLE = "ldn-helps"
LARGE_EXAMPLE = "microdose"
REPEATS = 5

WRITE_EXAMPLE = """
import sys
from pathlib import Path
from lodose import examples
examples.write(sys.argv[1], Path(sys.argv[2]))
"""

WARM = """
import json, sys, time
import lodose
diary = lodose.read_diary(sys.argv[1])
protocol = lodose.read_protocol(sys.argv[2])
lodose.verdict(diary, protocol)
clock, cpu = [], []
for _ in range(int(sys.argv[3])):
    start, used = time.perf_counter(), time.process_time()
    lodose.verdict(diary, protocol)
    clock.append(time.perf_counter() - start)
    cpu.append(time.process_time() - used)
print(json.dumps([clock, cpu]))
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One child process: seconds by the clock, CPU seconds, peak memory in MB, its output."""

    clock: float
    cpu: float
    memory: float
    output: str


def child(*arguments: str) -> Run:
    """Run Python with `arguments`; fail loudly when it fails."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        start = time.perf_counter()
        process = subprocess.Popen([sys.executable, *arguments], stdout=output, cwd=ROOT)
        _, status, usage = os.wait4(process.pid, 0)
        clock = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"exit status {process.returncode}: {' '.join(arguments)[:200]}")
        output.seek(0)
        kilobytes = usage.ru_maxrss / 1024 if sys.platform == "darwin" else usage.ru_maxrss
        cpu = usage.ru_utime + usage.ru_stime
        return Run(clock, cpu, kilobytes / 1024, output.read())


def import_time() -> Row:
    """`import lodose`, less what Python itself takes."""
    code = ("pass", "import lodose")
    child("-c", code[1])
    pairs = [[child("-c", line).clock for line in code] for _ in range(REPEATS)]
    seconds = median(loaded - bare for bare, loaded in pairs)
    note = f"bare Python {median(bare for bare, _ in pairs):.3f} s taken off"
    return at_most("import lodose", seconds, 0.5, "s", note)


def verdict_times(example: str, folder: Path) -> list[Row]:
    """The verdict within a running Python, and by the command."""
    child("-c", WRITE_EXAMPLE, example, str(folder))
    diary, protocol = str(folder / "diary.csv"), str(folder / "protocol.toml")
    say(f"{example}: verdict, warm")
    clock, cpu = json.loads(child("-c", WARM, diary, protocol, str(REPEATS)).output)
    say(f"{example}: command")
    command = ("-m", "lodose", "verdict", diary, "--protocol", protocol)
    child(*command)
    runs = [child(*command) for _ in range(REPEATS)]
    with_report = [child(*command, "--pdf", str(folder / f"{k}.pdf")) for k in range(2 * REPEATS)]
    warm = (f"verdict with its companions, warm ({example})", median(clock))
    seconds = (f"the command, compiled cache present ({example})", median(r.clock for r in runs))
    memory = (f"peak memory of the command ({example})", max(r.memory for r in runs))
    warm_note = f"{median(cpu):.3f} s CPU"
    command_note = f"{median(r.cpu for r in runs):.2f} s CPU"
    if example == LARGE_EXAMPLE:
        rows = [
            Row(*warm, "s", note=f"{warm_note}; 42 periods, stated by itself"),
            Row(*seconds, "s", note=command_note),
            Row(*memory, "MB"),
        ]
    else:
        rows = [
            at_most(*warm, 0.3, "s", warm_note),
            at_most(*seconds, 3.0, "s", command_note),
            at_most(*memory, 400.0, "MB", "largest of five"),
        ]
    return [
        *rows,
        Row(
            f"the command with its PDF ({example})",
            median(r.clock for r in with_report[REPEATS:]),
            "s",
            note=f"{median(r.cpu for r in with_report[REPEATS:]):.2f} s CPU; peak memory "
            f"{max(r.memory for r in with_report):.0f} MB",
        ),
    ]


def first_command(folder: Path) -> Row:
    """The very first command after the install, which compiles."""
    diary, protocol = str(folder / "diary.csv"), str(folder / "protocol.toml")
    with tempfile.TemporaryDirectory() as cache:
        os.environ["LODOSE_CACHE_DIR"] = cache
        try:
            run = child("-m", "lodose", "verdict", diary, "--protocol", protocol)
        finally:
            del os.environ["LODOSE_CACHE_DIR"]
    note = f"compiles the estimator; {run.cpu:.1f} s CPU, one run"
    return Row("the first command after an install", run.clock, "s", note=note)


def install_size() -> Row:
    """Size of the core install, from the locked requirements, byte code included."""
    say("core install")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "core"
        locked = str(ROOT / "requirements" / "run.txt")
        python = str(place / "bin" / "python")
        if shutil.which("uv"):
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            steps = [
                ["uv", "venv", "--quiet", "--python", version, str(place)],
                ["uv", "pip", "install", "--quiet", "--python", python, "--compile-bytecode"]
                + ["--link-mode", "copy", "--require-hashes", "-r", locked],
            ]
        else:
            steps = [
                [sys.executable, "-m", "venv", str(place)],
                [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", locked],
            ]
        for step in steps:
            subprocess.run(step, check=True)
        megabytes = (on_disk(place) + on_disk(ROOT / "src")) / 2**20
        packages = place / "lib"
        sizes = sorted(
            ((on_disk(one) / 2**20, one.name) for one in packages.glob("*/site-packages/*")),
            reverse=True,
        )
        largest = ", ".join(f"{name} {size:.0f}" for size, name in sizes[:5])
    return at_most("core install, by du", megabytes, 700.0, "MB", f"largest: {largest}")


def on_disk(folder: Path) -> int:
    """Bytes that a folder takes on disk, as du counts them: each file once, in whole blocks."""
    counted: dict[tuple[int, int], int] = {}
    for path in (folder, *folder.rglob("*")):
        facts = path.lstat()
        counted[facts.st_dev, facts.st_ino] = facts.st_blocks * 512
    return sum(counted.values())


def main(arguments: list[str] | None = None) -> int:
    """Measure and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-install", action="store_true", help="leave the install out")
    options = parser.parse_args(arguments)
    rows = [import_time()]
    with tempfile.TemporaryDirectory() as folder:
        for example in (EXAMPLE, LARGE_EXAMPLE):
            rows += verdict_times(example, Path(folder) / example)
        rows.append(first_command(Path(folder) / EXAMPLE))
    if not options.no_install:
        rows.append(install_size())
    for row in rows:
        say(f"{row.what}: {row.figure:.4g} {row.unit} {row.note}")
    write("product", "Verdict, command and install", rows)
    return 0


if __name__ == "__main__":
    in_one_thread("benchmarks.product")
    sys.exit(main())
