"""What a prescriber asks of the curves; every structure is always there.

For safety the longest of the three counts; none of them counts for hope.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np

from lodose.errors import InputError
from lodose.pharmacology.arrays import FloatArray
from lodose.pharmacology.data import Guideline, read_observations
from lodose.pharmacology.history import History, regimen
from lodose.pharmacology.model import STRUCTURES, Curves, simulate
from lodose.pharmacology.parameters import Parameters, typical
from lodose.pharmacology.people import population

ABOVE = (0.5, 0.8, 0.9)
BELOW = (0.5, 0.2, 0.1, 0.05)
CLOSE_TO_STEADY = 0.95
TIMES_A_DAY = 24  # of which the mean makes a day's exposure
_STEP = 0.05
_LONGEST_H = 24.0 * 120


@dataclass(frozen=True, slots=True)
class LastDay:
    """The 24 hours after the last dose, by one structure; shares of 1.

    Attributes
    ----------
    peak, peak_h
        Highest occupancy, and how many hours after the last dose it is reached.
    trough
        Occupancy 24 h after the last dose.
    hours_above : dict
        Hours in that day above 50, 80 and 90 %.
    days_to_steady : int or None
        Days of this regimen until the trough is within 5 % of where it ends; None where the
        doses are no regimen.
    hours_until_below : dict
        Hours after the last dose until less than 50, 20, 10 and 5 % is occupied for good, as if
        nothing more were swallowed; None where it takes more than 120 days.
    """

    structure: str
    peak: float
    peak_h: float
    trough: float
    hours_above: dict[float, float]
    days_to_steady: int | None
    hours_until_below: dict[float, float | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is asked of one history.

    Attributes
    ----------
    peak_nm, peak_ng_ml, peak_h
        Naltrexone in plasma after the last dose.
    by_structure : tuple of LastDay
        M0, M1 and M2.
    """

    peak_nm: float
    peak_ng_ml: float
    peak_h: float
    by_structure: tuple[LastDay, ...]

    def longest_until_below(self, share: float) -> float | None:
        """Hours until the slowest of the structures is below a share; None past 120 days."""
        hours = [each.hours_until_below[share] for each in self.by_structure]
        return None if None in hours else max(hour for hour in hours if hour is not None)


def answer(history: History, parameters: Parameters | None = None) -> Answer:
    """Peak, trough, time above, time to steady state, hours until below: by every structure."""
    who = parameters or typical()
    if not any(history.doses_ug):
        raise InputError("holds nothing", "give one dose or more.", column="doses")
    last = history.last_h
    within = np.arange(0.0, 24.0 + _STEP / 2, _STEP)
    day = simulate(history, last + within, who)
    top = int(np.argmax(day.naltrexone_nm))
    fade = _fade(history, who)
    found = []
    for name in STRUCTURES:
        mu = day.mu(name)
        high = int(np.argmax(mu))
        found.append(
            LastDay(
                structure=name,
                peak=float(mu[high]),
                peak_h=float(within[high]),
                trough=float(mu[-1]),
                hours_above={share: hours_above(within, mu, share) for share in ABOVE},
                days_to_steady=_days_to_steady(history, who, name),
                hours_until_below={
                    share: _until_below(fade.times_h - last, fade.mu(name), share)
                    for share in BELOW
                },
            )
        )
    return Answer(
        float(day.naltrexone_nm[top]),
        float(day.naltrexone_ng_ml[top]),
        float(within[top]),
        tuple(found),
    )


def hours_above(times_h: FloatArray, values: FloatArray, limit: float) -> float:
    """How long a curve is above a limit, straight between its points.

    Examples
    --------
    >>> hours_above(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 0.0]), 0.5)
    1.0
    """
    total = 0.0
    over = values - limit
    for left, right, step in zip(over[:-1], over[1:], np.diff(times_h), strict=True):
        if left > 0 and right > 0:
            total += step
        elif left > 0 or right > 0:
            total += step * max(left, right) / (abs(left) + abs(right))
    return float(total)


def _fade(history: History, who: Parameters) -> Curves:
    fine = np.concatenate([np.arange(0.0, 48.0, 0.05), np.arange(48.0, _LONGEST_H + 1, 0.5)])
    return simulate(history, history.last_h + fine, who)


def _until_below(after_h: FloatArray, values: FloatArray, share: float) -> float | None:
    over = np.flatnonzero(values >= share)
    if not over.size:
        return 0.0
    last = int(over[-1])
    if last == values.size - 1:
        return None
    high, low = values[last], values[last + 1]
    part = (high - share) / (high - low)
    return float(after_h[last] + part * (after_h[last + 1] - after_h[last]))


def _days_to_steady(history: History, who: Parameters, name: str) -> int | None:
    """Only where one dose is repeated at one distance."""
    gaps = set(np.round(np.diff(history.times_h), 6).tolist())
    if len(set(history.doses_ug)) != 1 or len(gaps) > 1:
        return None
    every = gaps.pop() if gaps else 24.0
    if every <= 0:
        return None
    days = 120
    long = regimen(history.doses_ug[0], days=days, every_h=every, confirmed=True)
    troughs = np.arange(1, round(days * 24 / every) + 1) * every
    mu = simulate(long, troughs, who).mu(name)
    reached = np.flatnonzero(mu < CLOSE_TO_STEADY * mu[-1])
    number = int(reached[-1]) + 2 if reached.size else 1
    return int(np.ceil(number * every / 24.0))


@dataclass(frozen=True, slots=True)
class ResidualDay:
    """How much is still occupied so many days after the last dose, by one structure."""

    days: int
    structure: str
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Residual:
    """Residual blockade by day with 90 % bands, beside what guidelines state.

    `people` is the number drawn; bands hold how people and studies differ and how sure the fit is.
    """

    people: int
    days: tuple[ResidualDay, ...]
    guidelines: tuple[Guideline, ...]

    def at(self, days: int) -> tuple[ResidualDay, ...]:
        """The three structures on one day."""
        return tuple(each for each in self.days if each.days == days)


def residual(
    history: History,
    *,
    days: Sequence[int] = (1, 2, 3, 4, 5, 7, 10, 14),
    people: int = 500,
    seed: int = 2026,
    parameters: Parameters | None = None,
) -> Residual:
    """If there were an operation: what is left by day, and the intervals that were published."""
    times = history.last_h + 24.0 * np.array(sorted(days), dtype=np.float64)
    found = population(people, history, times, seed=seed, parameters=parameters)
    rows = []
    for name in STRUCTURES:
        low, median, high = found.quantiles(name.lower())
        rows += [
            ResidualDay(day, name, float(median[at]), float(low[at]), float(high[at]))
            for at, day in enumerate(sorted(days))
        ]
    return Residual(people, tuple(rows), read_observations().guideline)


@dataclass(frozen=True, slots=True)
class Clock:
    """Highest and lowest occupancy by day (07-23) and by night (23-07), by one structure."""

    structure: str
    taken_at: float
    day: tuple[float, float]
    night: tuple[float, float]


def morning_or_bedtime(
    dose_ug: int,
    *,
    days: int = 28,
    at: Sequence[float] = (8.0, 22.0),
    parameters: Parameters | None = None,
    confirmed: bool = False,
) -> tuple[Clock, ...]:
    """Lowest and highest occupancy by day and by night for a morning and a bedtime dose."""
    hours: FloatArray = np.linspace(0.0, 23.9, 240)
    last_day = (24.0 * (days - 1) + hours).astype(np.float64)
    night = (hours >= 23.0) | (hours < 7.0)
    found = []
    for clock in at:
        history = regimen(dose_ug, days=days, start_h=clock, confirmed=confirmed)
        curves = simulate(history, last_day, parameters)
        for name in STRUCTURES:
            mu = curves.mu(name)
            lows = [(float(mu[part].min()), float(mu[part].max())) for part in (~night, night)]
            found.append(Clock(name, clock, lows[0], lows[1]))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Missed:
    """What a missed dose does, by one structure.

    Attributes
    ----------
    before, lowest
        Trough before the missed dose, and just before the next dose that is taken.
    days_to_recover : int
        Doses until the trough is within 5 % of where it was; 0 where it never left that.
    """

    structure: str
    before: float
    lowest: float
    days_to_recover: int


def missed_dose(
    dose_ug: int, *, parameters: Parameters | None = None, confirmed: bool = False
) -> tuple[Missed, ...]:
    """One dose missed in a settled daily regimen."""
    settled = 60
    history = regimen(dose_ug, days=settled + 40, missed={settled}, confirmed=confirmed)
    troughs = (24.0 * np.arange(settled - 1, settled + 40)).astype(np.float64)
    curves = simulate(history, troughs, parameters)
    found = []
    for name in STRUCTURES:
        mu = curves.mu(name)
        low = np.flatnonzero(mu[1:] < CLOSE_TO_STEADY * mu[0])
        back = int(low[-1]) + 1 if low.size else 0
        found.append(Missed(name, float(mu[0]), float(mu[1]), back))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Tlr4Distance:
    """A concentration at which something was seen at TLR4, over the peak in plasma."""

    what: str
    nm: float
    times_the_peak: float
    share_percent: float
    note: str
    source: str


def tlr4(peak_nm: float) -> tuple[Tlr4Distance, ...]:
    """How far the peak in plasma is below what was needed to see an effect at TLR4."""
    if peak_nm <= 0:
        raise InputError("is no peak", "give nM above 0.", column="peak_nm", value=peak_nm)
    return tuple(
        Tlr4Distance(
            each.what,
            each.value_nm,
            each.value_nm / peak_nm,
            100.0 * peak_nm / (peak_nm + each.value_nm),
            each.note,
            each.source,
        )
        for each in read_observations().tlr4
    )


@dataclass(frozen=True, slots=True)
class ShortBlockade:
    """The story of a few hours of blockade and then rebound, against the three structures.

    `hours` is how long more than half of the mu receptors is occupied in a settled day;
    `chi_square` how badly human scans fit that structure.
    """

    hours: dict[str, float]
    chi_square: dict[str, float]
    said_hours: tuple[float, float]
    note: str


def short_blockade(history: History, parameters: Parameters | None = None) -> ShortBlockade:
    """Set the story of a few hours of blockade against the numbers."""
    from lodose.pharmacology.estimates import read_estimates

    story = read_observations().story[0]
    given = answer(history, parameters)
    return ShortBlockade(
        {each.structure: each.hours_above[0.5] for each in given.by_structure},
        {name: read_estimates().of(name).chi_square for name in STRUCTURES},
        story.hours,
        story.note,
    )


def exposure(history: History, times_h: FloatArray, structure: str = "M1") -> FloatArray:
    """Occupancy over the time course of real doses, 0 to 1: an exposure for the estimator."""
    return simulate(history, times_h).mu(structure)


def daily_exposure(
    history: History, start: datetime, days: Sequence[date]
) -> dict[str, dict[date, float]]:
    """Mean occupancy of mu receptors by calendar day, for each structure.

    Parameters
    ----------
    history : History
        What was swallowed, as `lodose.pharmacology.dose_log` gives it.
    start : datetime
        The moment that is hour 0, with its time zone, in which the days are counted.
    days : sequence of date
        Consecutive calendar days; a day on which the clock changes has 23 or 25 hours.

    Returns
    -------
    dict of dict
        Structure to day to occupancy, 0 to 1.
    """
    zone = start.tzinfo
    edges = np.array(
        [
            (datetime.combine(day, time(), zone).timestamp() - start.timestamp()) / 3600.0
            for day in (*days, days[-1] + timedelta(days=1))
        ]
    )
    middles = (np.arange(TIMES_A_DAY) + 0.5) / TIMES_A_DAY
    times_h = edges[:-1, None] + np.diff(edges)[:, None] * middles
    curves = simulate(history, times_h.ravel())
    return {
        name: dict(
            zip(days, curves.mu(name).reshape(times_h.shape).mean(axis=1).tolist(), strict=True)
        )
        for name in STRUCTURES
    }
