"""What is believed about the terms of the model before the data."""

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lodose.inference.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class OnsetPrior:
    """Prior of the onset time constant tau: at once, or log-normal.

    Parameters
    ----------
    at_once_weight : float
        Prior probability that the drug acts (and stops acting) at once.
    at_once_days : float
        The time constant that stands for "at once", days.
    median_days, log_sd : float
        Median (days) and standard deviation of log tau of the rest.
    """

    at_once_weight: float = 0.3
    at_once_days: float = 0.1
    median_days: float = 5.0
    log_sd: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.at_once_weight <= 1:
            raise ValueError(f"at_once_weight {self.at_once_weight} is not a probability")
        if min(self.at_once_days, self.median_days, self.log_sd) <= 0:
            raise ValueError("onset days and log_sd must be positive")


@dataclass(frozen=True, slots=True)
class Priors:
    """Priors in the outcome's own unit.

    The defaults are for a 0-10 scale; `for_range` scales them to another.

    Parameters
    ----------
    level_mean, level_sd : float
        Normal prior of the level mu.
    trend_sd : float
        Normal prior (mean 0) of the trend delta, change over the whole trial.
    autocorrelation : (float, float)
        Beta prior of phi on (0, 1).
    drift_sd : float
        Half-normal scale of the AR(1) innovation sd (su). 0 leaves the AR(1) part out.
    noise_sd : float
        Half-normal scale of the day's own noise sd (se).
    period_sd : float
        Half-normal scale of the period effects' sd (so). 0 leaves period effects out.
    effect_mean, effect_sd : float
        Normal prior of the treatment effect beta; ``math.inf`` is flat.
    onset : OnsetPrior
        Prior of the onset time constant.
    resolution : float
        Smallest step of the scale, in its unit. One record's worth of rounding error, step^2 / 12,
        is added to the residual sum of squares: without it a diary that is constant within every
        period has a noise of zero, and the answer is decided by that instead of by the periods.
        `for_range` does not scale it.
    """

    level_mean: float = 5.0
    level_sd: float = 3.0
    trend_sd: float = 1.5
    autocorrelation: tuple[float, float] = (2.0, 2.0)
    drift_sd: float = 1.5
    noise_sd: float = 1.5
    period_sd: float = 0.75
    effect_mean: float = 0.0
    effect_sd: float = 1.5
    onset: OnsetPrior = field(default_factory=OnsetPrior)
    resolution: float = 0.0

    def __post_init__(self) -> None:
        if min(self.level_sd, self.trend_sd, self.noise_sd, self.effect_sd) <= 0:
            raise ValueError("level, trend, noise and effect priors need a positive sd")
        if (
            min(self.drift_sd, self.period_sd, self.resolution) < 0
            or min(self.autocorrelation) <= 0
        ):
            raise ValueError("prior scales must not be negative")

    @classmethod
    def for_range(cls, minimum: float, maximum: float, **changes: Any) -> "Priors":
        """Priors for an instrument that runs from `minimum` to `maximum`.

        Parameters
        ----------
        minimum, maximum : float
            Range of the instrument, in its unit.
        **changes
            Fields to set otherwise, as on a 0-10 scale; they are scaled alike.
        """
        standard = replace(cls(), **changes)
        scale = (maximum - minimum) / 10.0
        return replace(
            standard,
            level_mean=minimum + standard.level_mean * scale,
            level_sd=standard.level_sd * scale,
            trend_sd=standard.trend_sd * scale,
            drift_sd=standard.drift_sd * scale,
            noise_sd=standard.noise_sd * scale,
            period_sd=standard.period_sd * scale,
            effect_mean=standard.effect_mean * scale,
            effect_sd=standard.effect_sd * scale,
        )

    def linear_precision(self, column_prior_sd: FloatArray) -> FloatArray:
        """Prior precision of (level, trend, columns)."""
        return np.concatenate([[self.level_sd, self.trend_sd], column_prior_sd]) ** -2.0

    def log_constant(self) -> float:
        """Log of the constants of the half-normal priors that are in use.

        A half-normal with scale A has density sqrt(2/pi)/A at zero.
        """
        scales = [a for a in (self.drift_sd, self.noise_sd, self.period_sd) if a > 0]
        return sum(0.5 * math.log(2.0 / math.pi) - math.log(a) for a in scales)
