"""Simulated diaries with a known truth, each from its own stream of random numbers."""

import math
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from lodose.inference import OnsetPrior, TrialArrays
from lodose.inference.arrays import FloatArray
from lodose.inference.paired import days_in_transition
from lodose.planning.design import Schedule
from lodose.planning.person import Variability


@dataclass(frozen=True, eq=False)
class Truth:
    """What makes a simulated diary.

    Parameters
    ----------
    effect : float
        Of the treatment at full exposure, active minus comparator, in the outcome's unit.
    variability : Variability
        Of the person; each diary takes one of its sets.
    onset : OnsetPrior or float
        Time constant of build-up and wash-out, drawn for each diary or fixed (days).
    trend : float
        Change over the trial for other reasons, in the outcome's unit.
    """

    effect: float
    variability: Variability
    onset: OnsetPrior | float
    trend: float = 0.0


@dataclass(frozen=True, slots=True)
class Scale:
    """The range that ratings are kept to, and their step; ``step`` 0 leaves them unrounded."""

    minimum: float = -math.inf
    maximum: float = math.inf
    step: float = 0.0

    def rated(self, values: FloatArray) -> FloatArray:
        """What somebody would write down for `values`."""
        if self.step > 0:
            values = np.round((values - self.minimum) / self.step) * self.step + self.minimum
        return np.clip(values, self.minimum, self.maximum)


def stream(seed: int, index: int) -> np.random.Generator:
    """The random numbers of one simulated trial, whoever simulates it and in whatever order."""
    return np.random.Generator(np.random.Philox(key=np.array([seed, index], dtype=np.uint64)))


def simulate_trial(
    schedule: Schedule, truth: Truth, scale: Scale, *, seed: int, index: int
) -> TrialArrays:
    """One diary, from the estimator's own model, rated on the outcome's scale.

    Trials of the same seed and index differ only by what differs in the schedule and the truth:
    two effects are compared on the same days of the same person.
    """
    chance = stream(seed, index)
    person = truth.variability
    row = int(chance.random() * person.phi.size)
    onset = _onset(truth.onset, chance)
    treatment = schedule.draw_treatment(chance)
    days, period = schedule.total_days, schedule.period
    shocks = chance.standard_normal(schedule.periods) * person.period_sd[row]
    phi, drift_sd = float(person.phi[row]), float(person.drift_sd[row])
    values = autoregression(phi, chance.standard_normal(days) * drift_sd)
    values += chance.standard_normal(days) * person.noise_sd[row]
    values += person.level[row] + truth.trend * (np.arange(days) - 0.5 * (days - 1)) / days
    values += np.where(period >= 0, shocks[period], 0.0)
    if truth.effect != 0:
        values += truth.effect * build_up(treatment, onset, schedule.initial_exposure)
    values = scale.rated(values)
    values[chance.random(days) < schedule.missing] = np.nan
    if schedule.drop_days:
        start = int(schedule.initial_exposure)
        values[days_in_transition(treatment, schedule.drop_days, initial_treatment=start)] = np.nan
    return TrialArrays(values, treatment, period, initial_exposure=schedule.initial_exposure)


def _onset(onset: OnsetPrior | float, chance: np.random.Generator) -> float:
    """Always two random numbers, so that what follows does not depend on the kind of onset."""
    share, z = chance.random(), chance.standard_normal()
    if not isinstance(onset, OnsetPrior):
        return onset
    if share < onset.at_once_weight:
        return onset.at_once_days
    return onset.median_days * math.exp(onset.log_sd * z)


def autoregression(phi: float, steps: FloatArray, start: float | None = None) -> FloatArray:
    """(T,) u_t = phi u_{t-1} + step_t, from `start`; without one, as if it had always been so."""
    found = []
    level = start
    for step in steps.tolist():
        level = step / math.sqrt(1.0 - phi * phi) if level is None else phi * level + step
        found.append(level)
    return np.array(found)


def build_up(treatment: FloatArray, onset_days: float, initial: float) -> FloatArray:
    """(T,) exposure by first-order build-up and wash-out, a run of one arm at a time."""
    found = []
    level = initial
    for arm, run in groupby(treatment.tolist()):
        days = np.arange(1, 1 + sum(1 for _ in run))
        found.append(arm + (level - arm) * np.exp(-days / onset_days))
        level = float(found[-1][-1])
    return np.concatenate(found)
