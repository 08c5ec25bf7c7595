"""Thousands of fits at the screening rule: how many a core-second, and what comes back.

    python -m benchmarks.batch            a minute
    python -m benchmarks.batch --quick    half the trials, for a look

Five repeats, each on its own simulated trials (112 days, 8 periods, 15 % missing days), CPU time of
one process: fit, mean, sd, interval, three probabilities, and packing the summary up.
"""

import argparse
import pickle
import sys
import time

from benchmarks.measure import (
    Row,
    at_least,
    calibration_loop,
    in_one_thread,
    median,
    say,
    write,
)

SEED = 20261125
REPEATS = 5
TRIALS = 600
BELOW = (-1.0, 0.0, 1.0)


def diaries(repeat: int, number: int, name: str) -> list:
    """Simulated trials of a ready design, ratings rounded to whole points."""
    from lodose.inference import Priors
    from lodose.planning import READY, Scale, Truth, simulate_trial, typical_person

    truth = Truth(-1.0, typical_person(0, 10), Priors().onset)
    schedule = READY[name].schedule()
    scale = Scale(0.0, 10.0, 1.0)
    return [
        simulate_trial(schedule, truth, scale, seed=SEED + repeat, index=index)
        for index in range(number)
    ]


def rate(trials: list, priors) -> float:
    """Fits a core-second."""
    from lodose.inference.batch import fit_many

    start = time.process_time()
    size = sum(len(pickle.dumps(one)) for one in fit_many(trials, priors, below=BELOW))
    assert size < 1000 * len(trials)
    return len(trials) / (time.process_time() - start)


def main(arguments: list[str] | None = None) -> int:
    """Measure and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    number = TRIALS // 2 if parser.parse_args(arguments).quick else TRIALS

    from lodose.inference import Priors
    from lodose.inference.batch import FitSummary, fit_many
    from lodose.workers import local_workers

    priors = Priors(resolution=1.0)
    rate(diaries(99, 20, "4x14"), priors)  # compiled by now
    rates: list[float] = []
    loops: list[float] = []
    others: dict[str, list[float]] = {"6x14": [], "3x28": []}
    for repeat in range(REPEATS):
        rates.append(rate(diaries(repeat, number, "4x14"), priors))
        loops.append(calibration_loop())
        for name, found in others.items():
            found.append(rate(diaries(repeat, number // 4, name), priors))
        say(f"repeat {repeat + 1}: {rates[-1]:.0f} fits a core-second")

    trials = diaries(0, 64, "4x14")
    asked = {"below": BELOW, "onset_medians": (21.0,)}
    one = [pickle.dumps(each) for each in fit_many(trials, priors, **asked)]
    with local_workers(4) as pool:
        four = [
            pickle.dumps(each)
            for each in fit_many(trials, priors, executor=pool, chunk_size=7, **asked)
        ]
    assert all(isinstance(pickle.loads(each), FitSummary) for each in one)
    low, high = min(rates), max(rates)
    rows = [
        at_least(
            "fits a core-second, screening rule, 4 x 14 days",
            median(rates),
            600,
            note=f"ambition 1,500; {low:.0f} to {high:.0f} over {REPEATS} repeats of {number}",
        ),
        *(
            Row(f"the same, {name.replace('x', ' x ')} days", median(found))
            for name, found in others.items()
        ),
        Row("bytes that come back from a fit", len(one[0]), note="its nodes would be some 200,000"),
        Row(
            "summaries that differ between 1 and 4 workers",
            sum(a != b for a, b in zip(one, four, strict=True)),
            bar="= 0",
            passed=one == four,
            note=f"of {len(one)}, byte for byte, chunks of 32 and of 7",
        ),
        Row("calibration loop", 1000 * median(loops), "ms", note="fixed work, beside every repeat"),
    ]
    write("batch", "Batch at the screening rule", rows, seeds={"data": SEED})
    return 0


if __name__ == "__main__":
    in_one_thread("benchmarks.batch")
    sys.exit(main())
