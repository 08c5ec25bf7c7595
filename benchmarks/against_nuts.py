"""The exact posterior against long NUTS, each term but the daily drift sampled.

    python -m benchmarks.against_nuts            six data sets, a few minutes
    python -m benchmarks.against_nuts --other    the other samplers on the first of them

z is the difference to NUTS in Monte Carlo standard errors of NUTS: were both exact, its root mean
square would be near 1. The data sets, settings and seeds below were fixed before the run.
"""

import argparse
import math
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks.measure import Row, at_most, in_one_thread, say, write
from benchmarks.packed import FloatArray
from benchmarks.simulate import Truth, draw_truth, simulate_trial
from lodose.inference import REFERENCE, Posterior, Priors, TrialArrays, fit

SEED = 20261123
NUTS_SEED = 71
CHAINS, TUNE, DRAWS = 4, 2_000, 50_000
TARGET_ACCEPT = 0.99
"""At nutpie's default of 0.8 a few transitions diverge where a noise sd is near zero."""

TRUTHS = (
    Truth(level=6.0, trend=-0.5, effect=-1.5, phi=0.4, drift_sd=0.6, noise_sd=0.8, period_sd=0.3),
    Truth(level=5.0, trend=0.0, effect=0.0, phi=0.6, drift_sd=0.7, noise_sd=0.6, period_sd=0.5),
    Truth(level=4.0, trend=1.0, effect=-0.8, phi=0.2, drift_sd=0.9, noise_sd=0.5, onset_days=0.1),
    Truth(level=6.5, trend=0.0, effect=-2.0, phi=0.7, drift_sd=0.4, noise_sd=1.0, onset_days=9.0),
)
FROM_PRIOR = 2

TAIL = 400
"""A probability is compared where at least this many draws lie on its rarer side."""


def data_sets() -> Iterator[tuple[str, TrialArrays]]:
    """Four realistic diaries and two drawn from the prior."""
    rng = np.random.default_rng(SEED)
    for number, truth in enumerate(TRUTHS, 1):
        yield f"realistic {number}", simulate_trial(rng, truth)
    for number in range(1, FROM_PRIOR + 1):
        yield f"prior {number}", simulate_trial(rng, draw_truth(rng, Priors()))


def standard_error(draws: FloatArray) -> float:
    """Monte Carlo standard error of the mean of (chains, draws)."""
    import arviz

    return float(np.ravel(arviz.mcse(draws, method="mean"))[0])


def scores(exact: Posterior, effect: FloatArray) -> dict[str, float]:
    """z of mean, sd and P(effect < 0) against draws (chains, draws)."""
    below = (effect < 0).astype(np.float64)
    rarer = min(below.sum(), below.size - below.sum())
    squares = (effect - effect.mean()) ** 2
    sd = math.sqrt(squares.mean())
    z = {
        "mean": (exact.mean - effect.mean()) / standard_error(effect),
        # By the delta method: an error d of the mean square is an error d / (2 sd) of the sd.
        "sd": (exact.sd - sd) / (standard_error(squares) / (2.0 * sd)),
    }
    if rarer >= TAIL:
        miss = exact.probability_below(0.0) - below.mean()
        z["probability"] = miss / standard_error(below)
    return z


def moments(effect: FloatArray) -> tuple[float, float, float]:
    """Mean, sd and P(effect < 0) of draws."""
    return float(effect.mean()), float(effect.std()), float((effect < 0).mean())


def compare() -> list[Row]:
    """Run the six comparisons and keep them."""
    from benchmarks.hand_coded import effective, sample

    details = []
    for name, arrays in data_sets():
        exact = fit(arrays, Priors())
        nuts = sample(
            "partial",
            arrays,
            Priors(),
            chains=CHAINS,
            tune=TUNE,
            draws=DRAWS,
            seed=NUTS_SEED,
            target_accept=TARGET_ACCEPT,
        )
        assert nuts.positions is not None
        worst = [effective(nuts.positions[..., k]) for k in range(nuts.positions.shape[2])]
        entry = {
            "data": name,
            "z": scores(exact, nuts.effect),
            "z_reference": scores(fit(arrays, Priors(), rule=REFERENCE), nuts.effect),
            "lodose": (exact.mean, exact.sd, exact.probability_below(0.0)),
            "nuts": moments(nuts.effect),
            "divergences": nuts.divergences,
            "ess_effect": effective(nuts.effect)["ess"],
            "r_hat": max(one["r_hat"] for one in worst),
            "smallest_ess": min(one["ess"] for one in worst),
        }
        details.append(entry)
        say(
            f"{name:12s} "
            + "  ".join(f"z {key} {value:+.2f}" for key, value in entry["z"].items())
            + f"  divergences {nuts.divergences}, ESS {entry['ess_effect']:,.0f}"
            + f" (all ≥ {entry['smallest_ess']:,.0f}), R-hat ≤ {entry['r_hat']:.4f}"
        )
    rows = summary(details)
    write(
        "against_nuts",
        "Against long NUTS",
        rows,
        seeds={"data": SEED, "nuts": NUTS_SEED},
        details=details,
    )
    return rows


def root_mean_square(values: list[float]) -> float:
    """Root mean square."""
    return math.sqrt(float(np.mean(np.square(values))))


def summary(details: list[dict[str, Any]]) -> list[Row]:
    """Root mean square of z, and what vouches for the chains."""
    z = [value for entry in details for value in entry["z"].values()]
    z_reference = [value for entry in details for value in entry["z_reference"].values()]
    ess = [entry["ess_effect"] for entry in details]
    divergences = sum(entry["divergences"] for entry in details)
    r_hat = max(entry["r_hat"] for entry in details)
    setting = f"{CHAINS} chains × {DRAWS:,} draws after {TUNE:,}, target acceptance {TARGET_ACCEPT}"
    return [
        at_most(
            "difference to long NUTS, rms of z",
            root_mean_square(z),
            1.3,
            note=f"{len(z)} comparisons of mean, sd and P(effect < 0) on {len(details)} data sets",
        ),
        Row("the same, largest |z|", max(abs(value) for value in z)),
        Row("the same at the reference rule, rms of z", root_mean_square(z_reference)),
        Row(
            "largest difference of the mean",
            max(abs(e["lodose"][0] - e["nuts"][0]) / e["nuts"][1] for e in details),
            "posterior sd",
            note="NUTS's own error included",
        ),
        Row("NUTS: smallest effective sample size of the effect", min(ess), note=setting),
        Row("NUTS: largest R-hat of any coordinate", f"{r_hat:.4f}"),
        Row("NUTS: divergent transitions", divergences, note=f"of {CHAINS * DRAWS * len(ess):,}"),
    ]


def other_samplers() -> list[Row]:
    """The other models on the first data set: are they the same model?"""
    from benchmarks.hand_coded import Draws, effective, sample
    from benchmarks.python_samplers import numpyro_draws, pymc_draws

    name, arrays = next(data_sets())
    exact = fit(arrays, Priors())
    setting: dict[str, Any] = {
        "chains": 4,
        "tune": 1_000,
        "draws": 1_000,
        "seed": NUTS_SEED,
        "target_accept": 0.95,
    }
    runs: dict[str, Callable[[], Draws]] = {
        "collapsed NUTS": partial(sample, "collapsed", arrays, Priors(), **setting),
        "NumPyro model and sampler": partial(numpyro_draws, arrays, Priors(), **setting),
        "PyMC model, nutpie": partial(pymc_draws, arrays, Priors(), **setting),
        "PyMC model, PyMC's sampler": partial(
            pymc_draws, arrays, Priors(), **setting, sampler="pymc"
        ),
    }
    rows, details = [], []
    for what, run in runs.items():
        draws = run()
        z = scores(exact, draws.effect)
        found = effective(draws.effect)
        shown = ", ".join(f"{key} {value:+.2f}" for key, value in z.items())
        say(f"{what}: z {shown}; {found}, divergences {draws.divergences}")
        rows.append(
            Row(
                f"{what}: largest |z|",
                max(abs(value) for value in z.values()),
                note=f"z of {shown}; ESS {found['ess']:,.0f}, R-hat {found['r_hat']:.3f}, "
                f"{draws.divergences} divergent",
            )
        )
        details.append({"sampler": what, "data": name, "z": z, **found})
    write(
        "other_samplers",
        "Four ways of sampling the same model",
        rows,
        seeds={"data": SEED, "nuts": NUTS_SEED},
        details=details,
    )
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Run one of the two studies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--other", action="store_true", help="the other samplers instead")
    options = parser.parse_args(arguments)
    if options.other:
        other_samplers()
    else:
        compare()
    return 0


if __name__ == "__main__":
    in_one_thread("benchmarks.against_nuts")
    sys.exit(main())
