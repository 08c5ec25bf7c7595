"""CPU time of a fit, and of NUTS on the same data in the same run.

    python -m benchmarks.speed            about ten minutes
    python -m benchmarks.speed --quick    Lodose and the hand-coded NUTS only, half a minute

Five repeats, each on its own simulated diary of 112 days, 8 periods and 15 % missing days; within
a repeat everything runs in turn on the same diary, one thread, so that a busy machine slows all
alike. A figure is the median of the five. Two settings of NUTS:

* *brief*: 4 chains × 500 draws after 300 of warm-up, the sampler's default target acceptance:
  as little as one may ask. Some transitions diverge and R-hat can exceed 1.01.
* *clean*: 4 chains × 1,000 draws after 1,000 of warm-up, target acceptance 0.99: what the usual
  advice (R-hat < 1.01, 400 effective draws, no divergence) leads to.

The bars are on *brief*, the setting that flatters NUTS.
"""

import argparse
import atexit
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks.measure import (
    Row,
    at_least,
    at_most,
    calibration_loop,
    cpu_of,
    cpu_seconds,
    in_one_thread,
    median,
    say,
    write,
)
from benchmarks.simulate import Truth, simulate_trial
from lodose.inference import SCREENING, Priors, Rule, TrialArrays, fit

SEED = 20261124
NUTS_SEED = 72
REPEATS = 5
FITS = 40
BRIEF: dict[str, Any] = {"chains": 4, "tune": 300, "draws": 500}
CLEAN: dict[str, Any] = {"chains": 4, "tune": 1_000, "draws": 1_000, "target_accept": 0.99}
ONCE = ("PyMC, clean",)
"""Takes minutes: on the first diary only."""

ERROR_ASKED = 0.005
"""Largest error of the mean that is asked of a fit, in posterior sd."""


def diary(repeat: int) -> TrialArrays:
    """One repeat's diary: 8 periods of 14 days, 15 % of the days missing."""
    rng = np.random.default_rng(SEED + repeat)
    return simulate_trial(rng, Truth(effect=-1.0), periods=8, days=14, missing=0.15)


def one_fit(arrays: TrialArrays, rule: Rule | None = None) -> tuple[float, ...]:
    """Mean, sd and three probabilities."""
    posterior = fit(arrays, Priors(), rule=rule)
    chances = tuple(posterior.probability_below(cut) for cut in (-1.0, 0.0, 1.0))
    return (posterior.mean, posterior.sd, *chances)


class Rivals:
    """The samplers, each compiled once beforehand, with the CPU seconds that took."""

    def __init__(self, arrays: TrialArrays, *, quick: bool) -> None:
        from benchmarks import hand_coded

        self.compiling: dict[str, float] = {}
        self.runs: dict[str, Callable[[TrialArrays], Any]] = {}
        tiny = {"chains": 1, "tune": 20, "draws": 20}
        for kind in hand_coded.LOG_DENSITIES:
            self._add(f"{kind}, brief", hand_coded.sample, kind, BRIEF)
            say(f"compiling nutpie, {kind}")
            self.compiling[kind] = cpu_of(
                lambda kind=kind: hand_coded.sample(kind, arrays, Priors(), **tiny, seed=1)
            )
        self._add("partial, clean", hand_coded.sample, "partial", CLEAN)
        self._add("collapsed, clean", hand_coded.sample, "collapsed", CLEAN)
        if not quick:
            self._add_python_models(arrays)

    def _add(self, name: str, sample: Any, kind: str, setting: dict[str, Any]) -> None:
        self.runs[name] = lambda arrays: sample(kind, arrays, Priors(), **setting, seed=NUTS_SEED)

    def _add_python_models(self, arrays: TrialArrays) -> None:
        # An empty folder, so that the compilation is a new one.
        folder = tempfile.mkdtemp(prefix="lodose-bench-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ["PYTENSOR_FLAGS"] = f"base_compiledir={folder}"
        from benchmarks import python_samplers as samplers

        for name, non_centred in (("PyMC", True), ("PyMC, drift centred", False)):
            say(f"compiling {name} for nutpie")
            start = cpu_seconds()
            model = samplers.compile_for_nutpie(arrays, Priors(), non_centred=non_centred)
            self.compiling[name] = cpu_seconds() - start
            for setting, options in (("brief", BRIEF), ("clean", CLEAN)):
                if setting == "brief" or non_centred:
                    self.runs[f"{name}, {setting}"] = partial(
                        samplers.nutpie_draws, model, **options, seed=NUTS_SEED
                    )
        say("compiling NumPyro")
        sampler = samplers.numpyro_sampler(arrays, Priors(), **BRIEF)
        first = cpu_of(lambda: samplers.run_numpyro(sampler, arrays, seed=NUTS_SEED))
        second = cpu_of(lambda: samplers.run_numpyro(sampler, arrays, seed=NUTS_SEED))
        self.compiling["NumPyro"] = max(first - second, 0.0)
        self.runs["NumPyro, brief"] = lambda arrays: samplers.run_numpyro(
            sampler, arrays, seed=NUTS_SEED
        )


def measure(rivals: Rivals, repeats: int) -> list[dict[str, Any]]:
    """All repeats; each entry holds CPU seconds by name, with what vouches for the draws."""
    from benchmarks.hand_coded import effective

    found = []
    for repeat in range(repeats):
        arrays = diary(repeat)
        one_fit(arrays), one_fit(arrays, SCREENING)
        entry: dict[str, Any] = {
            "calibration": calibration_loop(),
            "fit": cpu_of(lambda arrays=arrays: one_fit(arrays), FITS),
            "screening": cpu_of(lambda arrays=arrays: one_fit(arrays, SCREENING), FITS),
            "samplers": {},
        }
        for name, run in rivals.runs.items():
            if repeat and name in ONCE:
                continue
            start = cpu_seconds()
            draws = run(arrays)
            cpu = cpu_seconds() - start
            entry["samplers"][name] = {
                "cpu": cpu,
                "divergences": draws.divergences,
                **effective(draws.effect),
            }
        # Lodose again at the end, so that a change of the machine's speed shows on both sides.
        again = cpu_of(lambda arrays=arrays: one_fit(arrays), FITS)
        entry["fit"] = 0.5 * (entry["fit"] + again)
        found.append(entry)
        rates = {name: round(one["cpu"] / entry["fit"]) for name, one in entry["samplers"].items()}
        say(f"repeat {repeat + 1}: fit {entry['fit'] * 1e3:.2f} ms; ratios {rates}")
    return found


def over_fit(found: list[dict[str, Any]], name: str, extra: float = 0.0) -> float:
    """Median ratio of a sampler's CPU time (and `extra` seconds) to that of a fit."""
    used = [one for one in found if name in one["samplers"]]
    return median((one["samplers"][name]["cpu"] + extra) / one["fit"] for one in used)


def vouch(found: list[dict[str, Any]], name: str) -> str:
    """CPU time, effective draws, R-hat and divergences of one sampler."""
    runs = [one["samplers"][name] for one in found if name in one["samplers"]]
    ess = [run["ess"] for run in runs]
    return (
        f"{median(run['cpu'] for run in runs):.3g} s; ESS of the effect {min(ess):,.0f} to "
        f"{max(ess):,.0f}, R-hat up to {max(run['r_hat'] for run in runs):.3f}, "
        f"{sum(run['divergences'] for run in runs)} divergent in {len(runs)} runs"
    )


def rows_of(found: list[dict[str, Any]], rivals: Rivals) -> list[Row]:
    """The table."""
    milliseconds = 1e3 * median(one["fit"] for one in found)
    loop = median(one["calibration"] for one in found)
    rows = [
        at_most(
            "CPU per fit: mean, sd, three probabilities; 112 days, 8 periods",
            milliseconds,
            4.0,
            "ms",
            f"ambition 1.5; median of {len(found)} × {2 * FITS} fits",
        ),
        Row(
            "fits a core-second at the screening rule",
            1.0 / median(one["screening"] for one in found),
        ),
        Row("calibration loop", 1e3 * loop, "ms", note="fixed work, beside every repeat"),
    ]

    def ratio(what: str, name: str, bar: float | None, extra: float = 0.0) -> None:
        if name in rivals.runs:
            figure, note = over_fit(found, name, extra), vouch(found, name)
            if extra:
                note = f"{extra:.3g} s of CPU more"
            what = f"CPU ratio: {what}"
            rows.append(
                Row(what, figure, note=note)
                if bar is None
                else at_least(what, figure, bar, note=note)
            )

    ratio("nutpie, hand-coded compiled gradient, brief", "partial, brief", 120)
    ratio("the same, clean", "partial, clean", None)
    ratio("collapsed nutpie, gradient by hand, brief", "collapsed, brief", 350)
    ratio("the same, gradient by differences, brief", "collapsed, differences, brief", None)
    ratio("the same, gradient by hand, clean", "collapsed, clean", None)
    ratio("stock PyMC + nutpie, brief, without compilation", "PyMC, brief", 1_500)
    compiling = rivals.compiling
    if "NumPyro" in compiling:
        ratio("the same, with compilation", "PyMC, brief", None, compiling["PyMC"])
        ratio("the same, clean, without compilation", "PyMC, clean", None)
        ratio("the same, drift centred, without compilation", "PyMC, drift centred, brief", None)
        ratio("NumPyro, brief, without compilation", "NumPyro, brief", 2_000)
        ratio("the same, with compilation", "NumPyro, brief", None, compiling["NumPyro"])
    rows.append(equal_error(found))
    return rows


def equal_error(found: list[dict[str, Any]]) -> Row:
    """CPU of the quickest clean NUTS to a mean as exact as is asked of a fit."""
    draws_needed = ERROR_ASKED**-2.0
    ratios = {
        name: median(
            one["samplers"][name]["cpu"] * draws_needed / one["samplers"][name]["ess"] / one["fit"]
            for one in found
        )
        for name in ("partial, clean", "collapsed, clean")
    }
    best = min(ratios, key=lambda name: ratios[name])
    return Row(
        f"CPU ratio: NUTS to a Monte Carlo error of {ERROR_ASKED} sd in the mean",
        ratios[best],
        note=f"extrapolated from the effective draws of the quickest clean one ({best})",
    )


def pymc_itself() -> Row:
    """PyMC's default sampler once, as `pymc.sample` is called, model building included."""
    from benchmarks.hand_coded import effective
    from benchmarks.python_samplers import pymc_draws

    arrays = diary(0)
    fit_cpu = cpu_of(lambda: one_fit(arrays), FITS)
    start = cpu_seconds()
    wall = time.perf_counter()
    draws = pymc_draws(arrays, Priors(), **BRIEF, seed=NUTS_SEED, sampler="pymc")
    cpu = cpu_seconds() - start
    found = effective(draws.effect)
    say(f"PyMC's own sampler: {cpu:.1f} s CPU, {time.perf_counter() - wall:.1f} s")
    return Row(
        "CPU ratio: stock PyMC with its own sampler, brief, as called",
        cpu / fit_cpu,
        note=f"{cpu:.3g} s with its compilation, one run; ESS {found['ess']:,.0f}, R-hat "
        f"{found['r_hat']:.3f}, {draws.divergences} divergent; PyTensor had no BLAS",
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="hand-coded NUTS only; not kept")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    options = parser.parse_args(arguments)
    rivals = Rivals(diary(0), quick=options.quick)
    found = measure(rivals, options.repeats)
    rows = rows_of(found, rivals)
    if options.quick:
        for row in rows:
            say(f"{row.what}: {row.figure:.4g} {row.unit} {row.note}")
        return 0
    rows.append(pymc_itself())
    write(
        "speed",
        "Speed",
        rows,
        seeds={"data": SEED, "nuts": NUTS_SEED},
        details={"repeats": found, "compilation_cpu_seconds": rivals.compiling},
    )
    return 0


if __name__ == "__main__":
    in_one_thread("benchmarks.speed")
    sys.exit(main())
