"""Simulation-based calibration of the treatment effect.

    python -m benchmarks.calibration

Truth and diary are drawn from the priors and the model; where the posterior is right, the truth's
place in it, P(effect < truth), is uniform. 1,000 draws each at 4 and 8 periods of 14 days, 15 %
missing, 20 bins. The seed below was fixed before the first run.
"""

import math
import sys

import numpy as np
from scipy.special import gammaincc

from benchmarks.measure import Row, at_least, at_most, write
from benchmarks.simulate import draw_truth, simulate_trial
from lodose.inference import DEFAULT, NotEstimableError, Priors, Rule, fit

SEED = 11222026
BINS = 20


def places(
    draws: int, periods: int, *, seed: int = SEED, rule: Rule = DEFAULT
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """P(effect < truth) for `draws` truths from the prior."""
    found = np.empty(draws)
    for number in range(draws):
        rng = np.random.default_rng([seed, periods, number])
        while True:
            truth = draw_truth(rng, Priors())
            try:
                arrays = simulate_trial(rng, truth, periods=periods)
            except NotEstimableError:  # pragma: no cover - 14 days of a period all missing
                continue
            break
        found[number] = fit(arrays, rule=rule).probability_below(truth.effect)
    return found


def chi_square(place: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, float]:
    """Chi-square of a uniform histogram and its p value."""
    counts = np.histogram(place, bins=BINS, range=(0, 1))[0]
    expected = place.size / BINS
    statistic = float(((counts - expected) ** 2 / expected).sum())
    return statistic, float(gammaincc((BINS - 1) / 2, statistic / 2))


def coverage(
    place: np.ndarray[tuple[int], np.dtype[np.float64]], level: float
) -> tuple[float, float]:
    """Share of truths inside the central interval, and its distance from `level` in SE."""
    inside = float((np.abs(place - 0.5) < level / 2).mean())
    return inside, (inside - level) / math.sqrt(level * (1 - level) / place.size)


def main() -> int:
    """Run both designs and write the rows as JSON."""
    table: list[Row] = []
    histograms = {}
    for periods in (4, 8):
        place = places(1000, periods)
        statistic, p_value = chi_square(place)
        histograms[periods] = np.histogram(place, bins=BINS, range=(0, 1))[0].tolist()
        note = f"chi-square {statistic:.1f} on {BINS - 1}, 1,000 draws from the priors"
        table.append(at_least(f"{periods} periods: p of uniformity", p_value, 0.01, "", note))
        for level in (0.5, 0.8, 0.95):
            inside, z = coverage(place, level)
            what = f"{periods} periods: coverage of the {level:.0%} interval, distance"
            table.append(at_most(what, abs(z), 3.0, "SE", f"{inside:.1%} covered"))
    title = "Simulation-based calibration of the effect"
    write("calibration", title, table, seeds={"draws": SEED}, details={"histograms": histograms})
    return 0


if __name__ == "__main__":
    sys.exit(main())
