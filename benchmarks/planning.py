"""Planning by simulation: what a person waits for, and simulations a core-second.

    python -m benchmarks.planning         two minutes
    python -m benchmarks.planning --quick

Five repeats. A simulation is a diary made, fitted at the screening rule and decided on by the rule
of the verdict. Times of two cores are of the clock, with the workers' start, in a process where the
libraries are loaded.
"""

import argparse
import sys
import time

from benchmarks.measure import (
    Row,
    at_least,
    at_most,
    calibration_loop,
    in_one_thread,
    median,
    say,
    write,
)

SEED = 20261126
REPEATS = 5
TRIALS = 2000
NOF1KIT = 0.094  # seconds a simulation, as its authors publish for the R package


def one_core(name: str, number: int, seed: int) -> float:
    """CPU seconds of a simulation in this process."""
    from lodose.inference import Priors
    from lodose.planning import READY, Scale, Truth, simulate_words, typical_person
    from lodose.verdict import Cuts

    priors = Priors(resolution=1.0)
    truth = Truth(-1.0, typical_person(0, 10), priors.onset)
    start = time.process_time()
    simulate_words(
        READY[name], truth, priors, Cuts(),
        mcid=1.0, scale=Scale(0, 10, 1), trials=number, seed=seed,
    )  # fmt: skip
    return (time.process_time() - start) / number


def two_cores(number: int, seed: int) -> tuple[float, float]:
    """Seconds of the clock: `number` trials of one truth, and the plan of four truths."""
    from lodose.inference import Priors
    from lodose.planning import READY, Scale, Truth, plan_trial, simulate_words, typical_person
    from lodose.verdict import Cuts
    from lodose.workers import local_workers

    priors = Priors(resolution=1.0)
    truth = Truth(-1.0, typical_person(0, 10), priors.onset)
    start = time.perf_counter()
    with local_workers(2) as pool:
        simulate_words(
            READY["4x14"], truth, priors, Cuts(),
            mcid=1.0, scale=Scale(0, 10, 1), trials=number, seed=seed, executor=pool,
        )  # fmt: skip
    single = time.perf_counter() - start
    start = time.perf_counter()
    with local_workers(2) as pool:
        plan_trial(READY["4x14"], trials=number, seed=seed, executor=pool, cache=False)
    return single, time.perf_counter() - start


def look_ahead() -> float:
    """Seconds of the clock of an open example's cycles to settle, in two threads."""
    import tempfile
    from concurrent.futures import ThreadPoolExecutor
    from pathlib import Path

    import lodose
    from lodose import examples
    from lodose.diary import Diary
    from lodose.planning import cycles_to_settle

    with tempfile.TemporaryDirectory() as folder:
        examples.write("ldn-no-effect", Path(folder))
        protocol = lodose.read_protocol(f"{folder}/protocol.toml")
        names = [outcome.name for outcome in protocol.outcomes]
        whole = lodose.read_diary(f"{folder}/diary.csv", protocol_outcomes=names)
    diary = Diary(whole.entries[:59], whole.outcome_names, whole.source)
    times = []
    with ThreadPoolExecutor(2) as threads:
        for _ in range(REPEATS + 1):
            start = time.perf_counter()
            cycles_to_settle(diary, protocol, executor=threads)
            times.append(time.perf_counter() - start)
    return median(times[1:])


def main(arguments: list[str] | None = None) -> int:
    """Measure and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    number = TRIALS // 10 if parser.parse_args(arguments).quick else TRIALS
    one_core("4x14", 20, SEED)
    two_cores(20, SEED)
    alone: dict[str, list[float]] = {name: [] for name in ("4x14", "6x14", "3x28", "6x7", "2x42")}
    pairs, loops = [], []
    for repeat in range(REPEATS):
        for name, found in alone.items():
            found.append(one_core(name, number // 5, SEED + repeat))
        pairs.append(two_cores(number, SEED + repeat))
        loops.append(calibration_loop())
        say(f"repeat {repeat + 1}: {1000 * alone['4x14'][-1]:.2f} ms, two cores {pairs[-1]}")
    single, plan = (median(pair[k] for pair in pairs) for k in (0, 1))
    seconds = {name: median(found) for name, found in alone.items()}
    rows = [
        at_most(
            f"{number:,} trials of one design (4 x 14 days), two cores",
            single,
            10.0,
            "s",
            "ambition 3; one size of effect, with the start of the workers",
        ),
        Row(
            "the whole plan: the same for each of four sizes of effect",
            plan,
            "s",
            note=f"{4 * number:,} trials",
        ),
        at_least(
            "times the simulations of nof1kit, per core",
            NOF1KIT / seconds["4x14"],
            20,
            note=f"its published 94 ms against {1000 * seconds['4x14']:.2f} ms CPU (4 x 14 days)",
        ),
        *(
            Row(f"CPU of a simulation, {name.replace('x', ' x ')} days", 1000 * found, "ms")
            for name, found in seconds.items()
        ),
        Row("cycles that would settle an open answer, two threads", look_ahead(), "s"),
        Row("calibration loop", 1000 * median(loops), "ms", note="fixed work, beside every repeat"),
    ]
    write("planning", "Planning by simulation", rows, seeds={"data": SEED})
    return 0


if __name__ == "__main__":
    in_one_thread("benchmarks.planning")
    sys.exit(main())
