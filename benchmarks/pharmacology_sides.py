"""The work of the population benchmark, the model's equations, and the sides that need no JAX.

Everybody swallows a dose once a day for 14 days; asked for is the occupancy by M0, M1 and M2 every
quarter of an hour of day 14. A side takes people, (n, 16) as `Parameters.row` orders them, and
gives (3, 97, n). The metabolite does not bear on it, so that no side works it out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodose.pharmacology import History, draw_people, regimen, simulate, typical
from lodose.pharmacology.many import Course
from lodose.pharmacology.people import with_row
from lodose.pharmacology.units import nmol

FloatArray = NDArray[np.float64]
Side = Callable[[FloatArray], Any]

DOSE_UG = 4500
DAYS = 14
DAY = 24.0
ASKED = np.arange(0.0, 24.01, 0.25)
"""Hours of day 14; absorption starts at the second of them."""

NAMES = ("ka", "out", "k12", "k21", "uptake", "kout", "ec50", "kon", "koff", "dose")


def people(count: int, *, first: int = 0) -> FloatArray:
    """People as the product draws them."""
    return draw_people(count, first=first)


def history() -> History:
    """What they swallow."""
    return regimen(DOSE_UG, days=DAYS)


def times() -> FloatArray:
    """The hours asked for, on the clock of the history."""
    return (DAYS - 1) * DAY + ASKED


def rates(rows: FloatArray) -> dict[str, FloatArray]:
    """What the equations need of each person; concentrations are those of free naltrexone.

    Worked out before the solver starts, so that it divides by nothing.
    """
    ka, clearance, volume, exchange, outer = rows.T[:5]
    uptake, kout, ec50, kon, koff, unbound = rows.T[10:]
    values = (
        ka, (clearance + exchange) / volume, exchange / volume, exchange / outer,
        uptake, kout, ec50, kon, koff, unbound * float(nmol(DOSE_UG)) / volume,
    )  # fmt: skip
    return {name: np.ascontiguousarray(each) for name, each in zip(NAMES, values, strict=True)}


def fastest_rate(rows: FloatArray) -> FloatArray:
    """1/h: what bounds the steps of a solver that is not implicit."""
    p = rates(rows)
    spread = np.sqrt((p["out"] - p["k21"]) ** 2 + 4.0 * p["k12"] * p["k21"])
    return np.maximum(0.5 * (p["out"] + p["k21"] + spread), p["ka"])


def slopes(depot: Any, level: Any, outer: Any, ratio: Any, bound: Any, p: dict[str, Any]) -> Any:
    """Right-hand side: depot, free naltrexone in blood and tissue (nM), M1's ratio, M2's share."""
    entering = p["ka"] * depot
    return (
        -entering,
        entering - p["out"] * level + p["k21"] * outer,
        p["k12"] * level - p["k21"] * outer,
        p["uptake"] * level - p["kout"] * ratio,
        p["kon"] * level * (1.0 - bound) - p["koff"] * bound,
    )


def occupancies(level: Any, ratio: Any, bound: Any, p: dict[str, Any], stack: Any) -> Any:
    """M0, M1 and M2 from the states."""
    return stack([level / (level + p["ec50"]), ratio / (1.0 + ratio), bound])


def lodose_side() -> Side:
    """Lodose, as `population` works."""
    course = Course(history(), times(), lag=typical().lag)
    return lambda rows: course.curves(rows, plasma=False)


def alone_side() -> Side:
    """Lodose, a person at a time: the exact curves that the others' errors are counted from."""

    def solve(rows: FloatArray) -> FloatArray:
        found = [simulate(history(), times(), with_row(typical(), row)) for row in rows]
        return np.stack([[each.m0, each.m1, each.m2] for each in found], axis=-1)

    return solve


@dataclass(frozen=True, slots=True)
class SciPy:
    """`solve_ivp` from dose to dose.

    Parameters
    ----------
    method : str
        LSODA or DOP853.
    rtol, atol : float
        Tolerances.
    together : bool
        All people of a call are one system with one step size, so that NumPy works on arrays.
    """

    method: str
    rtol: float
    atol: float
    together: bool = False

    def __call__(self, rows: FloatArray) -> FloatArray:
        """Solve."""
        if self.together:
            return self._solve(rates(rows))
        return np.concatenate([self._solve(rates(row[None])) for row in rows], axis=2)

    def _solve(self, p: dict[str, FloatArray]) -> FloatArray:
        from scipy.integrate import solve_ivp

        count = p["ka"].size

        def slope(_: float, y: FloatArray) -> FloatArray:
            return np.concatenate(slopes(*y.reshape(5, count), p))

        y = np.zeros(5 * count)
        kept = []
        for day in range(DAYS):
            y[:count] += p["dose"]
            asked = wanted(day)
            ends = np.append(asked[asked < DAY], DAY)
            found = solve_ivp(
                slope, (0.0, DAY), y, method=self.method, rtol=self.rtol, atol=self.atol,
                t_eval=ends,
            )  # fmt: skip
            y = found.y[:, -1].copy()
            kept.append(found.y[:, : asked.size].reshape(5, count, -1))
        states = np.moveaxis(np.concatenate(kept, axis=2), 1, 2)
        return np.asarray(occupancies(states[1], states[3], states[4], p, np.stack))


def wanted(day: int) -> FloatArray:
    """Hours since the start of absorption of a day's dose that are asked for; days from 0."""
    lag = typical().lag
    since = times() - (day * DAY + lag)
    last = day == DAYS - 1
    return since[(since >= -1e-9) & ((since < DAY - 1e-9) | last)] if day >= DAYS - 2 else since[:0]


def error(found: Any, exact: FloatArray) -> float:
    """Largest distance from the exact curve, as a share of that person's peak."""
    peaks = exact.max(axis=1, keepdims=True)
    return float(np.max(np.abs(np.asarray(found) - exact) / peaks))
