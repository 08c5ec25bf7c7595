"""How much one person's days vary: from a run-in, or a typical person when there is none."""

import math
from dataclasses import dataclass

import numpy as np

from lodose.errors import LodoseError
from lodose.inference import Priors
from lodose.inference.arrays import FloatArray

FEWEST_DAYS = 7  # recorded days of a run-in; with fewer its prior would say it all
DRAWS = 512
NODES = (20, 16, 25)  # of phi, of the split of the noise w, of log s
SPAN = 4.0  # nodes of log s cover this many sd on each side

TYPICAL = (0.45, 0.95, 1.06, 0.4)
"""Autocorrelation, drift sd, day noise sd and period sd of a typical person on a 0 to 10 scale.

The project's judgement and no measurement: the middle of the grid that docs/validity.md was worked
out for, days with an sd of 1.5 of which half is correlated. A run-in diary replaces all but the
last.
"""


@dataclass(frozen=True, eq=False)
class Variability:
    """How a person's days vary without treatment: m equally likely sets of numbers.

    Parameters
    ----------
    level : (m,) float
        Where the days lie, in the outcome's unit.
    phi, drift_sd, noise_sd, period_sd : (m,) float
        As in `lodose.inference.nodes.Parameters`.
    origin : str
        Where the numbers come from, for the reader.
    """

    level: FloatArray
    phi: FloatArray
    drift_sd: FloatArray
    noise_sd: FloatArray
    period_sd: FloatArray
    origin: str

    @classmethod
    def fixed(
        cls,
        *,
        level: float = 5.0,
        phi: float = TYPICAL[0],
        drift_sd: float = TYPICAL[1],
        noise_sd: float = TYPICAL[2],
        period_sd: float = TYPICAL[3],
        origin: str = "given",
    ) -> "Variability":
        """One set of numbers."""
        return cls(
            level=np.array([level]),
            phi=np.array([phi]),
            drift_sd=np.array([drift_sd]),
            noise_sd=np.array([noise_sd]),
            period_sd=np.array([period_sd]),
            origin=origin,
        )

    def medians(self) -> dict[str, float]:
        """Median of each number."""
        return {
            name: float(np.median(getattr(self, name)))
            for name in ("level", "phi", "drift_sd", "noise_sd", "period_sd")
        }


def typical_person(minimum: float, maximum: float) -> Variability:
    """A typical person on a scale from `minimum` to `maximum`."""
    tenth = (maximum - minimum) / 10.0
    phi, drift, noise, period = TYPICAL
    return Variability.fixed(
        level=minimum + 5.0 * tenth,
        phi=phi,
        drift_sd=drift * tenth,
        noise_sd=noise * tenth,
        period_sd=period * tenth,
        origin="a typical person (the project's judgement, see docs/planning.md)",
    )


def person_from_run_in(values: FloatArray, priors: Priors, *, seed: int) -> Variability:
    """Draw a person's variability from what is known after days on one treatment.

    The model is the estimator's own with one period: level and trend integrated, a grid over the
    autocorrelation, the split of the noise and its size. A single stretch of days cannot show how
    much whole periods differ, so that is drawn from its prior.

    Parameters
    ----------
    values : (T,) float
        One value a calendar day, NaN where missing.
    priors : Priors
        In the outcome's unit.
    seed : int
        Of the draws.

    Raises
    ------
    LodoseError
        With fewer than 7 recorded days, or when all are equal.
    """
    seen = values[~np.isnan(values)]
    if seen.size < FEWEST_DAYS:
        raise LodoseError(
            f"The run-in has {seen.size} days with an entry; to show how much your days vary it "
            f"needs {FEWEST_DAYS} or more. Mend: go on with the run-in, or leave --run-in out."
        )
    if np.ptp(seen) == 0:
        raise LodoseError(
            "The run-in has the same value on every day, so it does not show how days vary. "
            "Mend: go on with the run-in, or leave --run-in out."
        )
    weight, at, level, level_sd = _grid(values, priors)
    chance = np.random.Generator(np.random.Philox(key=seed))
    # Evenly over the cumulated weight, then moved about inside each cell.
    target = (np.arange(DRAWS) + chance.random(DRAWS)) / DRAWS
    cell = np.searchsorted(np.cumsum(weight), target * weight.sum()).clip(0, weight.size - 1)
    steps = (1.0 / NODES[0], 0.5 * math.pi / NODES[1], 2.0 * SPAN * _spread(seen.size) / NODES[2])
    moved = [
        one[cell] + step * (chance.random(DRAWS) - 0.5) for one, step in zip(at, steps, strict=True)
    ]
    phi, angle, log_s = moved
    scale = np.exp(log_s)
    return Variability(
        level=level[cell] + level_sd[cell] * chance.standard_normal(DRAWS),
        phi=phi,
        drift_sd=scale * np.sin(angle),
        noise_sd=scale * np.cos(angle),
        period_sd=np.abs(chance.standard_normal(DRAWS)) * priors.period_sd,
        origin=f"a run-in of {seen.size} recorded days; how much whole periods differ from the "
        "prior, which a run-in cannot show",
    )


def _spread(records: int) -> float:
    """Sd of log s, about."""
    return math.sqrt(0.5 / max(records - 3, 1))


def _grid(
    values: FloatArray, priors: Priors
) -> tuple[FloatArray, tuple[FloatArray, ...], FloatArray, FloatArray]:
    """Weights over the cells, where they lie (phi, w, log s), and the level at each."""
    phi, angle = (
        axis.ravel()
        for axis in np.meshgrid(
            (np.arange(NODES[0]) + 0.5) / NODES[0],
            (np.arange(NODES[1]) + 0.5) / NODES[1] * 0.5 * math.pi,
            indexing="ij",
        )
    )
    gram, half_log_v = _whitened(values - priors.level_mean, phi, angle)
    gram[:, 0, 0] += priors.resolution**2 / 12.0
    records = int((~np.isnan(values)).sum())
    residual = gram[:, 0, 0] - np.einsum(
        "gi,gi->g", gram[:, 0, 1:], np.linalg.solve(gram[:, 1:, 1:], gram[:, 0, 1:, None])[..., 0]
    )
    centre = 0.5 * np.log(np.maximum(residual, 1e-9 * gram[:, 0, 0]) / (records - 2))
    offset = (np.arange(NODES[2]) + 0.5) / NODES[2] * 2.0 - 1.0
    log_s = centre[:, None] + SPAN * _spread(records) * offset
    inverse = np.exp(-2.0 * log_s)
    prior = np.diag([priors.level_sd**-2.0, priors.trend_sd**-2.0])
    a = gram[:, None, 1:, 1:] * inverse[..., None, None] + prior
    b = gram[:, None, 0, 1:] * inverse[..., None]
    mean = np.linalg.solve(a, b[..., None])[..., 0]
    square = gram[:, None, 0, 0] * inverse - (b * mean).sum(axis=-1)
    log_weight = -records * log_s - half_log_v[:, None] - 0.5 * np.linalg.slogdet(a)[1]
    log_weight -= 0.5 * square
    alpha, beta = priors.autocorrelation
    log_weight += ((alpha - 1) * np.log(phi) + (beta - 1) * np.log1p(-phi))[:, None]
    log_weight += 2.0 * log_s  # from (log s, w) to the two sd
    noise = np.exp(log_s) * np.cos(angle)[:, None]
    log_weight -= 0.5 * (noise / priors.noise_sd) ** 2
    if priors.drift_sd > 0:
        log_weight -= 0.5 * (np.exp(log_s) * np.sin(angle)[:, None] / priors.drift_sd) ** 2
    else:
        log_weight[angle > angle.min()] = -np.inf
    weight = np.exp(log_weight - log_weight.max()).ravel()
    shape = log_s.shape
    at = (
        np.broadcast_to(phi[:, None], shape).ravel(),
        np.broadcast_to(angle[:, None], shape).ravel(),
        log_s.ravel(),
    )
    level_sd = np.sqrt(np.linalg.inv(a)[..., 0, 0])
    return weight, at, (mean[..., 0] + priors.level_mean).ravel(), level_sd.ravel()


def _whitened(
    values: FloatArray, phi: FloatArray, angle: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Products of the whitened columns {value, level, trend} at noise scale 1, every cell at once.

    Returns
    -------
    gram : (G, 3, 3) float
    half_log_v : (G,) float
        Half the log determinant of the noise's covariance.
    """
    days = values.size
    trend = (np.arange(days) - 0.5 * (days - 1)) / days
    columns = np.column_stack([values, np.ones(days), trend])
    drift, noise = np.sin(angle) ** 2, np.cos(angle) ** 2
    state = np.zeros((phi.size, 3))
    variance = drift / (1.0 - phi**2)
    gram, half_log_v = np.zeros((phi.size, 3, 3)), np.zeros(phi.size)
    for day in range(days):
        if not math.isnan(values[day]):
            total = variance + noise
            miss = columns[day] - state
            gram += miss[:, :, None] * miss[:, None, :] / total[:, None, None]
            half_log_v += 0.5 * np.log(total)
            gain = variance / total
            state = state + gain[:, None] * miss
            variance = variance * (1.0 - gain)
        state = phi[:, None] * state
        variance = phi**2 * variance + drift
    return gram, half_log_v
