"""Many people after the same doses: all abreast, and again more finely where somebody needs it."""

import numpy as np

from lodose.pharmacology.arrays import FloatArray, IntArray
from lodose.pharmacology.history import History
from lodose.pharmacology.model import Events, checked_times, events_of, legendre

EDGES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 24.0, 36.0, 60.0)
"""Hours after a dose that end a stretch of the sums for slow binding."""

MOST_CARRIED = 3.0
"""Largest exponent over one stretch at which four nodes leave slow binding right to 1e-6."""

MOST_CANCELLED = 1e6
"""Above it, rates that nearly coincide cost more than 1e-9: that person is solved alone."""

NODES = 4
HALVINGS = 7
ALONE_HALVINGS, ALONE_NODES = 3, 8


class Course:
    """What everybody swallowed and the times asked for, laid out as finely as anybody needs.

    How finely somebody is worked out depends on that person alone, never on the company.

    Parameters
    ----------
    history : History
        What everybody swallowed and when.
    times_h : (T,) array
        Hours on the same clock; they rise, none twice.
    lag : float
        Hours from swallowing to the start of absorption.
    """

    def __init__(self, history: History, times_h: FloatArray, *, lag: float) -> None:
        self.times = checked_times(times_h)
        self._laid_out: dict[int, Events] = {}
        self._rule = legendre(NODES)
        self._history, self._lag = history, lag

    def events(self, halvings: int) -> Events:
        """Doses, times and edges, every stretch halved so many times."""
        if halvings not in self._laid_out:  # two threads may both do it, and get the same
            self._laid_out[halvings] = events_of(
                self._history, self.times, lag=self._lag, halvings=halvings, after_a_dose=EDGES
            )
        return self._laid_out[halvings]

    def curves(self, rows: FloatArray, *, plasma: bool = True) -> FloatArray:
        """Curves of many people.

        Parameters
        ----------
        rows : (people, 16) array
            Each person's numbers in the order of `Parameters.row`.
        plasma : bool
            Concentrations of naltrexone and 6beta-naltrexol (nM) stand before the occupancies.

        Returns
        -------
        (5 or 3, T, people) array
            nM, nM, M0, M1 and M2, or the last three; occupancies are right to 1e-6.
        """
        rows = np.ascontiguousarray(rows, dtype=np.float64)
        out, carried, cancelled = self._abreast(rows, 0, plasma)
        alone = np.flatnonzero(~(cancelled <= MOST_CANCELLED))
        left = np.flatnonzero((carried > MOST_CARRIED) & (cancelled <= MOST_CANCELLED))
        for halvings in range(1, HALVINGS):
            if not left.size:
                break
            found, carried, _ = self._abreast(rows[left], halvings, plasma)
            out[:, :, left] = found
            left = left[carried > MOST_CARRIED]
        for person in alone:
            out[:, :, person] = self._alone(rows[person])[-out.shape[0] :]
        return out

    def _abreast(
        self, rows: FloatArray, halvings: int, plasma: bool
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        from lodose.pharmacology import lanes

        out = np.empty((5 if plasma else 3, self.times.size, rows.shape[0]))
        cancelled, carried = np.empty(rows.shape[0]), np.empty(rows.shape[0])
        lanes.abreast(rows, *_arrays(self.events(halvings)), *self._rule, out, cancelled, carried)
        return out, carried, cancelled

    def _alone(self, row: FloatArray) -> FloatArray:
        from lodose.pharmacology import kernels

        out = np.empty((kernels.OUTPUTS, self.times.size))
        events = self.events(ALONE_HALVINGS)
        kernels.curve(row, *_arrays(events), *legendre(ALONE_NODES), out)
        out[3] /= 1.0 + out[3]
        return out


def _arrays(events: Events) -> tuple[IntArray, FloatArray, FloatArray, IntArray]:
    return events.kind, events.widths, events.doses_nmol, events.place
