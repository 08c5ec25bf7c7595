"""The numbers of one person's trial, as arrays by calendar day."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lodose.errors import LodoseError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class NotEstimableError(LodoseError):
    """The data cannot carry an effect: too few periods, no variation, no days."""


@dataclass(frozen=True, slots=True, eq=False)
class TrialArrays:
    """Daily series of one outcome over consecutive calendar days.

    Parameters
    ----------
    outcome : (T,) float
        One value a day, in the outcome's unit; NaN where nothing was recorded.
    treatment : (T,) float
        Arm given on each calendar day, 1 active and 0 comparator, also on days without a record.
    period : (T,) int
        Number of the period that a day belongs to; -1 for days outside every period, whose
        outcomes are not used.
    initial_exposure : float
        Exposure on the day before the first, 1 when treatment was running at the start.
    columns : (T, q) float
        Known linear columns (weekday, a change of another drug ...), in any unit.
    column_prior_sd : (q,) float
        Standard deviation of the normal prior (mean zero) of each column's coefficient.
    column_names : sequence of str
        One name a column.

    Raises
    ------
    NotEstimableError
        When fewer than two periods an arm have a record, or all records are equal.
    ValueError
        When the shapes disagree.
    """

    outcome: FloatArray
    treatment: FloatArray
    period: IntArray
    initial_exposure: float
    columns: FloatArray
    column_prior_sd: FloatArray
    column_names: tuple[str, ...]

    def __init__(
        self,
        outcome: ArrayLike,
        treatment: ArrayLike,
        period: ArrayLike,
        *,
        initial_exposure: float = 0.0,
        columns: ArrayLike | None = None,
        column_prior_sd: ArrayLike | None = None,
        column_names: Sequence[str] = (),
    ) -> None:
        y = np.array(outcome, dtype=np.float64)
        a = np.array(treatment, dtype=np.float64)
        p = np.array(period, dtype=np.int64)
        c = np.zeros((y.size, 0)) if columns is None else np.array(columns, dtype=np.float64)
        sd = np.zeros(0) if column_prior_sd is None else np.array(column_prior_sd, dtype=float)
        y[p < 0] = np.nan
        _check(y, a, p, c, sd, column_names, initial_exposure)
        for name, value in (
            ("outcome", y),
            ("treatment", a),
            ("period", p),
            ("initial_exposure", float(initial_exposure)),
            ("columns", c),
            ("column_prior_sd", sd),
            ("column_names", tuple(column_names)),
        ):
            object.__setattr__(self, name, value)

    @property
    def days(self) -> int:
        """Number of calendar days, T."""
        return int(self.outcome.size)

    @property
    def observed(self) -> NDArray[np.bool_]:
        """(T,) where a record is used."""
        return ~np.isnan(self.outcome)

    @property
    def trend(self) -> FloatArray:
        """(T,) time from the middle of the trial, as a share of its length."""
        day = np.arange(self.days, dtype=np.float64)
        return np.asarray((day - day.mean()) / self.days)

    @property
    def constant_within_periods(self) -> bool:
        """Whether periods have several records, but none has two different ones."""
        used = self.observed
        numbers, counts = np.unique(self.period[used], return_counts=True)
        return bool(counts.max() > 1) and all(
            np.ptp(self.outcome[used & (self.period == number)]) == 0 for number in numbers
        )

    def indicators(self) -> FloatArray:
        """(T, P) one column for each period that has a record, in order of period number."""
        numbers = np.unique(self.period[self.observed])
        return np.asarray(self.period[:, None] == numbers[None, :], dtype=np.float64)


def exposure(treatment: FloatArray, onset_days: ArrayLike, initial: float = 0.0) -> FloatArray:
    """First-order build-up and wash-out of the exposure to treatment.

    Parameters
    ----------
    treatment : (T,) float
        Arm by calendar day.
    onset_days : (K,) float
        Time constants tau, days.
    initial : float
        Exposure before the first day.

    Returns
    -------
    (T, K) float
        e_t = e_{t-1} + (a_t - e_{t-1}) (1 - exp(-1/tau)).
    """
    tau = np.atleast_1d(np.asarray(onset_days, dtype=np.float64))
    rate = -np.expm1(-1.0 / tau)
    level = np.full(tau.size, float(initial))
    result = np.empty((treatment.size, tau.size))
    for day, arm in enumerate(treatment):
        level = level + (arm - level) * rate
        result[day] = level
    return result


def _check(
    y: FloatArray,
    a: FloatArray,
    p: IntArray,
    c: FloatArray,
    sd: FloatArray,
    names: Sequence[str],
    initial: float,
) -> None:
    if y.ndim != 1 or a.shape != y.shape or p.shape != y.shape:
        raise ValueError(
            f"outcome, treatment and period need one value a day, got shapes "
            f"{y.shape}, {a.shape}, {p.shape}"
        )
    if c.ndim != 2 or c.shape[0] != y.size or sd.shape != (c.shape[1],):
        raise ValueError(
            f"columns {c.shape} and their prior sd {sd.shape} do not fit {y.size} days"
        )
    if names and len(names) != c.shape[1]:
        raise ValueError(f"{len(names)} names for {c.shape[1]} columns")
    if np.isinf(y).any() or not np.isfinite(a).all() or not np.isfinite(c).all():
        raise ValueError("outcome must be finite or NaN, treatment and columns finite")
    if ((a < 0) | (a > 1)).any() or not 0 <= initial <= 1:
        raise ValueError("treatment and initial exposure lie between 0 and 1")
    if not (sd > 0).all() or not np.isfinite(sd).all():
        raise ValueError("the prior sd of a column must be positive and finite")
    used = ~np.isnan(y)
    for arm, name in ((a > 0.5, "active"), (a <= 0.5, "comparator")):
        count = np.unique(p[used & arm]).size
        if count < 2:
            raise NotEstimableError(
                f"{count} period(s) on {name} treatment have a record; an effect needs at "
                "least 2 on each. Mend: go on with the plan until each arm was taken twice."
            )
    if np.ptp(y[used]) == 0:
        raise NotEstimableError(
            f"all {used.sum()} records have the same value; nothing varies. "
            "Mend: choose an outcome that can change."
        )
