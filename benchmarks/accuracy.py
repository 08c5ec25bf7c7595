"""Compiled engine against the plain one on a much finer grid.

    python -m benchmarks.accuracy            20 trials, about five minutes
    python -m benchmarks.accuracy --stress   noise, shocks and numbers of periods far apart

Errors are of the posterior mean (in posterior sd), of the sd (relative) and of three
probabilities. The seeds below were fixed before the first run.
"""

import argparse
import itertools
import sys
from collections.abc import Iterator

import numpy as np

from benchmarks.measure import Row, at_most, write
from benchmarks.simulate import Truth, draw_truth, simulate_trial
from lodose.inference import DEFAULT, Posterior, Priors, Rule, TrialArrays, fit

SEED = 20261122
FINER = Rule("finer", 24, 24, 97, 18, 6, boxed=False)
FINER_FOR_STRESS = Rule("finer for stress", 22, 22, 321, 18, 5, boxed=False)


def realistic_trials() -> Iterator[tuple[str, TrialArrays]]:
    """Ten diaries as people with chronic pain might keep them, and ten drawn from the prior."""
    rng = np.random.default_rng(SEED)
    for number in range(10):
        truth = Truth(
            level=rng.uniform(3, 7),
            trend=rng.normal(0, 0.7),
            effect=float(rng.choice([0.0, -0.5, -1.0, -2.0])),
            phi=rng.uniform(0.1, 0.8),
            drift_sd=rng.uniform(0.3, 1.0),
            noise_sd=rng.uniform(0.4, 1.2),
            period_sd=rng.uniform(0.0, 0.8),
            onset_days=float(rng.choice([0.1, 2.0, 5.0, 10.0])),
        )
        yield f"realistic {number}", simulate_trial(rng, truth)
    for number in range(10):
        yield f"prior {number}", simulate_trial(rng, draw_truth(rng, Priors()))


def stress_trials() -> Iterator[tuple[str, TrialArrays]]:
    """Clean and noisy diaries, small and large shocks, few and many periods."""
    rng = np.random.default_rng(SEED + 1)
    for noise, shock, periods in itertools.product((0.1, 0.5, 1.5), (0.05, 0.3, 0.8), (4, 8, 32)):
        truth = Truth(
            effect=-1.5, drift_sd=noise * 0.6, noise_sd=noise * 0.8, period_sd=shock, onset_days=3.0
        )
        days = 14 if periods <= 8 else 5
        name = f"noise {noise}, shock {shock}, {periods} periods"
        yield name, simulate_trial(rng, truth, periods=periods, days=days)


def difference(quick: Posterior, fine: Posterior) -> dict[str, float]:
    """Errors of `quick`, taking `fine` as the truth."""
    cuts = (-1.0, 0.0, 1.0)
    return {
        "mean": abs(quick.mean - fine.mean) / fine.sd,
        "sd": abs(quick.sd / fine.sd - 1.0),
        "probability": max(
            abs(quick.probability_below(c) - fine.probability_below(c)) for c in cuts
        ),
    }


def main(arguments: list[str] | None = None) -> int:
    """Run one of the two studies and write its rows as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stress", action="store_true")
    parser.add_argument("--only", type=int, default=None, help="first N data sets")
    options = parser.parse_args(arguments)
    trials = stress_trials() if options.stress else realistic_trials()
    finer = FINER_FOR_STRESS if options.stress else FINER
    rows = []
    for name, arrays in itertools.islice(trials, options.only):
        fine = fit(arrays, engine="reference", rule=finer)
        quick = fit(arrays, rule=DEFAULT)
        row = {"data": name, "fine_mean": fine.mean, "fine_sd": fine.sd, **difference(quick, fine)}
        rows.append(row)
        errors = "  ".join(f"{key} {row[key]:.5f}" for key in ("mean", "sd", "probability"))
        print(f"{name:40s} {errors}", file=sys.stderr, flush=True)
    worst = {key: max(float(row[key]) for row in rows) for key in ("mean", "sd", "probability")}
    if options.only is None:
        name = "stress" if options.stress else "accuracy"
        title = "Compiled engine against the plain one" + (", stress" if options.stress else "")
        table = _table(worst, len(rows), stress=options.stress)
        write(name, title, table, seeds={"data": SEED}, details=rows)
    return 0


def _table(worst: dict[str, float], count: int, *, stress: bool) -> list[Row]:
    note = f"largest of {count}, against the plain engine on a much finer grid"
    if stress:
        return [
            at_most("stress: error of the mean", worst["mean"], 0.04, "sd", note),
            at_most("stress: error of the sd", 100 * worst["sd"], 4, "%", note),
            at_most("stress: error of a probability", worst["probability"], 0.04, "", note),
        ]
    return [
        at_most("error of the mean", worst["mean"], 0.005, "sd", note),
        at_most("error of the sd", 100 * worst["sd"], 0.5, "%", note),
        at_most("error of any probability", worst["probability"], 0.002, "", note),
    ]


if __name__ == "__main__":
    sys.exit(main())
