"""Concentrations and occupancies at any times after any doses, solved exactly."""

from dataclasses import dataclass

import numpy as np

from lodose.errors import InputError
from lodose.pharmacology import units
from lodose.pharmacology.arrays import FloatArray, IntArray
from lodose.pharmacology.history import History
from lodose.pharmacology.parameters import Parameters, typical

STRUCTURES = ("M0", "M1", "M2")
NODES = 8
CLOSE_ENOUGH = 1e-11
"""Halving every stretch must change slow binding by less than this."""

MOST_HALVINGS = 6

_AFTER_A_DOSE = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0, 13.0, 18.0, 24.0, 36.0, 60.0)
_LONGEST = 48.0


@dataclass(frozen=True, slots=True)
class Curves:
    """What was asked for, at the times asked for.

    Attributes
    ----------
    times_h : (T,) array
        Hours on the clock of the history.
    naltrexone_nm, naltrexol_nm : (T,) array
        Total concentration in plasma, nM; 6beta-naltrexol is the main metabolite.
    m0, m1, m2 : (T,) array
        Occupancy of mu receptors, 0 to 1, by the three structures.
    kappa, delta : (T,) array
        Occupancy of kappa and delta receptors, from M1.
    """

    times_h: FloatArray
    naltrexone_nm: FloatArray
    naltrexol_nm: FloatArray
    m0: FloatArray
    m1: FloatArray
    m2: FloatArray
    kappa: FloatArray
    delta: FloatArray

    @property
    def naltrexone_ng_ml(self) -> FloatArray:
        """Naltrexone in ng/mL."""
        return units.ng_per_ml(self.naltrexone_nm)

    @property
    def naltrexol_ng_ml(self) -> FloatArray:
        """6beta-naltrexol in ng/mL."""
        return units.ng_per_ml(self.naltrexol_nm, grams_per_mole=units.NALTREXOL)

    def mu(self, structure: str) -> FloatArray:
        """Occupancy of mu receptors by M0, M1 or M2."""
        if structure not in STRUCTURES:
            raise InputError(
                "is no structure", "choose M0, M1 or M2.", column="structure", value=structure
            )
        found: FloatArray = getattr(self, structure.lower())
        return found


@dataclass(frozen=True, slots=True)
class Events:
    """Doses, times asked for and the edges between them, as the kernels take them."""

    kind: IntArray
    widths: FloatArray
    doses_nmol: FloatArray
    place: IntArray


def simulate(history: History, times_h: FloatArray, parameters: Parameters | None = None) -> Curves:
    """Work out the curves of one person.

    Parameters
    ----------
    history : History
        What was swallowed and when.
    times_h : (T,) array
        Hours on the same clock; they do not go backwards.
    parameters : Parameters, optional
        The person; the typical one when left out.

    Returns
    -------
    Curves
        Right to 1e-10 of each curve's peak (docs/pharmacology.md says how that is checked).

    Raises
    ------
    InputError
        Where a time is missing, infinite or goes backwards.
    """
    from lodose.pharmacology import kernels

    who = parameters or typical()
    asked = checked_times(times_h)
    times, where = np.unique(asked, return_inverse=True)
    nodes, weights = legendre(NODES)
    row = who.row()

    def solve(halvings: int) -> FloatArray:
        events = events_of(history, times, lag=who.lag, halvings=halvings)
        out = np.zeros((kernels.OUTPUTS, times.size))
        kernels.curve(
            row, events.kind, events.widths, events.doses_nmol, events.place, nodes, weights, out
        )
        return out

    out = solve(0)
    for halvings in range(1, MOST_HALVINGS):
        before, out = out, solve(halvings)
        if times.size == 0 or np.max(np.abs(out[4] - before[4])) < CLOSE_ENOUGH:
            break
    out = out[:, where]
    ratio = out[3]
    return Curves(
        times_h=asked,
        naltrexone_nm=out[0],
        naltrexol_nm=out[1],
        m0=out[2],
        m1=ratio / (1.0 + ratio),
        m2=out[4],
        kappa=from_ratio(ratio, who.kappa_ratio),
        delta=from_ratio(ratio, who.delta_ratio),
    )


def from_ratio(ratio: FloatArray, weaker: float) -> FloatArray:
    """Occupancy where the hold is weaker than on mu by a factor: (r/f) / (1 + r/f)."""
    return ratio / (weaker + ratio)


def legendre(number: int) -> tuple[FloatArray, FloatArray]:
    """Gauss-Legendre nodes and weights on 0 to 1."""
    nodes, weights = np.polynomial.legendre.leggauss(number)
    return (nodes + 1.0) / 2.0, weights / 2.0


def checked_times(times_h: FloatArray) -> FloatArray:
    """Times as an array, refused where they are not finite or go backwards."""
    times = np.atleast_1d(np.asarray(times_h, dtype=np.float64))
    if times.ndim != 1 or not np.all(np.isfinite(times)):
        raise InputError(
            "is no row of times", "give finite hours, one after the other.", column="times_h"
        )
    back = np.flatnonzero(np.diff(times) < 0)
    if back.size:
        raise InputError(
            "goes back in time",
            "sort the times; each may equal the one before it, none may lie before it.",
            column="times_h",
            row=int(back[0]) + 2,
            value=times[back[0] + 1],
        )
    return times


def events_of(
    history: History,
    times: FloatArray,
    *,
    lag: float,
    halvings: int = 0,
    after_a_dose: tuple[float, ...] = _AFTER_A_DOSE,
) -> Events:
    """Lay doses, times (each once) and the edges of the sums for slow binding on one line.

    Edges are close after a dose, where concentrations change fast, and far apart later.
    """
    given = np.asarray(history.times_h, dtype=np.float64) + lag
    amounts = np.asarray(units.nmol(np.asarray(history.doses_ug, dtype=np.float64)))
    last = times[-1] if times.size else 0.0
    used = given <= last
    given, amounts = given[used], amounts[used]
    edges = _edges(np.unique(given), float(last), after_a_dose)
    moments = np.unique(np.concatenate([given, edges, times]))
    for _ in range(halvings):
        middle = (moments[1:] + moments[:-1]) / 2.0
        moments = np.unique(np.concatenate([moments, middle]))
    doses = np.zeros(moments.size)
    np.add.at(doses, np.searchsorted(moments, given), amounts)
    place = np.full(moments.size, -1, dtype=np.int64)
    place[np.searchsorted(moments, times)] = np.arange(times.size)
    gaps = np.round(np.diff(moments), 12).astype(np.float64)
    widths, kind = np.unique(gaps, return_inverse=True)
    ends = np.concatenate([kind.astype(np.int64), np.array([-1], dtype=np.int64)])
    if moments.size == 0:
        ends = ends[:0]
    return Events(ends, widths, doses, place)


def _edges(given: FloatArray, last: float, after_a_dose: tuple[float, ...]) -> FloatArray:
    stops = np.append(given[1:], last) if given.size else given
    found = []
    for start, stop in zip(given, stops, strict=True):
        offsets = np.array([each for each in after_a_dose if start + each < stop])
        found.append(start + offsets)
        later = np.arange(start + after_a_dose[-1] + _LONGEST, stop, _LONGEST)
        found.append(later)
    return np.concatenate(found) if found else np.zeros(0)
