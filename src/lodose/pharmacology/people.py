"""How people differ, and how sure the model is: bands instead of one line.

One person's numbers are drawn from three sources at once: people differ (log-normal), studies of
naltrexone's clearance differ (about two-fold), and the fit leaves every parameter uncertain.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from lodose.errors import InputError
from lodose.pharmacology.arrays import FloatArray, IntArray
from lodose.pharmacology.data import read_observations
from lodose.pharmacology.estimates import read_estimates
from lodose.pharmacology.history import History
from lodose.pharmacology.many import Course
from lodose.pharmacology.model import checked_times, from_ratio
from lodose.pharmacology.parameters import ROW, Parameters, typical
from lodose.workers import usable_cores

if TYPE_CHECKING:
    from lodose.pharmacology.accelerated import Crew as AcceleratedCrew

SEED = 2026
CHUNK_VALUES = 1_000_000
"""Values of curves that a worker holds at a time: 8 MB."""

EXACT_UP_TO = 4096
"""Up to so many people every value is kept; above, they are counted in fine bins."""

MOST_TIMES = 5000
OUTPUTS = ("naltrexone_nm", "naltrexol_nm", "m0", "m1", "m2")
NAMES = (*OUTPUTS, "kappa", "delta")

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Spread:
    """What is drawn anew for each person.

    Attributes
    ----------
    people : bool
        People differ from each other.
    studies : bool
        Studies differ in naltrexone's clearance.
    parameters : bool
        The fit leaves its parameters uncertain.
    """

    people: bool = True
    studies: bool = True
    parameters: bool = True


@dataclass(frozen=True, slots=True)
class Population:
    """Many people at the same times after the same doses.

    Ask `quantiles`; up to 4,096 people they are exact, above right to 0.00025 of an occupancy and
    to 0.2 % of a concentration.
    """

    people: int
    times_h: FloatArray
    who: Parameters
    _values: FloatArray | None
    _levels: IntArray | None
    _shares: IntArray | None

    def quantiles(self, name: str, at: Sequence[float] = (0.05, 0.5, 0.95)) -> FloatArray:
        """Quantiles at each time.

        Parameters
        ----------
        name : str
            One of naltrexone_nm, naltrexol_nm (nM), m0, m1, m2, kappa, delta (0 to 1).
        at : sequence of float
            Which, 0 to 1.

        Returns
        -------
        (quantiles, T) array
        """
        if name not in NAMES:
            raise InputError(
                "is nothing that is worked out", f"choose one of {', '.join(NAMES)}.",
                column="name", value=name,
            )  # fmt: skip
        if name in ("kappa", "delta"):  # they rise with M1, so that their quantiles are its own
            mu = self.quantiles("m1", at)
            weaker = self.who.kappa_ratio if name == "kappa" else self.who.delta_ratio
            return from_ratio(mu / np.maximum(1.0 - mu, 1e-12), weaker)
        kept = self._values if self._values is not None else self._shares
        assert kept is not None  # noqa: S101  either values or counts are there
        number = OUTPUTS.index(name)
        if self._levels is None and number < 2 and len(kept) == 3:
            raise InputError(
                "was not worked out", "ask for the population with plasma=True.",
                column="name", value=name,
            )  # fmt: skip
        if self._values is not None:
            row = number - (len(OUTPUTS) - len(self._values))
            found: FloatArray = np.quantile(self._values[row], at, axis=1)
            return found
        return self._counted(number, np.asarray(at, dtype=np.float64))

    def _counted(self, number: int, at: FloatArray) -> FloatArray:
        from lodose.pharmacology import crowd

        assert self._shares is not None  # noqa: S101
        if number < 2:
            assert self._levels is not None  # noqa: S101
            counts, edges = self._levels[number], crowd.level_edges()
            edges[0] = 0.0  # the lowest bin holds everything below it, nothing at all included
        else:
            counts = self._shares[number - 2]
            edges = np.linspace(0.0, 1.0, crowd.SHARE_BINS + 1)
        found = np.empty((at.size, counts.shape[0]))
        for t, row in enumerate(counts):
            reached = np.cumsum(row)
            for q, share in enumerate(at):
                wanted = share * self.people
                bin_ = min(int(np.searchsorted(reached, wanted)), row.size - 1)
                inside = (wanted - (reached[bin_] - row[bin_])) / max(int(row[bin_]), 1)
                inside = min(max(inside, 0.0), 1.0)
                found[q, t] = edges[bin_] + inside * (edges[bin_ + 1] - edges[bin_])
        return found


def draw_people(
    count: int,
    *,
    first: int = 0,
    seed: int = SEED,
    spread: Spread | None = None,
    parameters: Parameters | None = None,
) -> FloatArray:
    """Draw people; number `n` is the same person in every call with that seed.

    Parameters
    ----------
    count : int
        How many, from number `first` on.
    seed : int
        0 to 2**63 - 1.
    spread : Spread, optional
        What differs; everything when left out.
    parameters : Parameters, optional
        The median person; the typical one when left out.

    Returns
    -------
    (count, 16) array
        Each person's numbers in the order of `Parameters.row`.
    """
    from lodose.pharmacology import crowd

    _check_count(count, seed)
    centre, weights = _laws(spread or Spread(), parameters or typical())
    rows = np.empty((count, len(ROW)))
    crowd.draw(first, seed, centre, weights, rows)
    return rows


def population(
    people: int,
    history: History,
    times_h: FloatArray,
    *,
    seed: int = SEED,
    spread: Spread | None = None,
    parameters: Parameters | None = None,
    workers: int | None = None,
    chunk: int | None = None,
    plasma: bool = True,
    accelerator: str | None = None,
) -> Population:
    """Work out the curves of many people after the same doses.

    Parameters
    ----------
    people : int
        How many.
    history : History
        What everybody swallowed and when.
    times_h : (T,) array
        Hours on the same clock.
    seed, spread, parameters
        As for `draw_people`.
    workers : int, optional
        Threads; the cores that this process may use when left out. Neither they nor `chunk`
        change the answer.
    chunk : int, optional
        People that are held in memory at a time, for each worker; by the number of times when
        left out.
    plasma : bool
        Work out concentrations too, and not the three occupancies alone.
    accelerator : str, optional
        "jax": everything on JAX's first device (extra ``gpu``), the same numbers to 1e-6;
        `workers` and `chunk` do not matter then.

    Returns
    -------
    Population
    """
    _check_count(people, seed)
    who = parameters or typical()
    times = checked_times(times_h)
    unique, where = np.unique(times, return_inverse=True)
    if unique.size > MOST_TIMES:
        raise InputError(
            f"are more than {MOST_TIMES} times", "ask for fewer.",
            column="times_h", value=unique.size,
        )  # fmt: skip
    chunk = max(64, CHUNK_VALUES // (len(OUTPUTS) * unique.size)) if chunk is None else chunk
    if chunk < 1 or (workers is not None and workers < 1):
        raise InputError("is below 1", "give 1 or more.", column="workers or chunk")
    course = Course(history, unique, lag=who.lag)
    laws = _laws(spread or Spread(), who)
    number = min(workers or usable_cores(), max(1, people // chunk))
    crew: _Crew | AcceleratedCrew = _Crew(course, laws, seed, chunk, plasma)
    if accelerator is not None:
        crew, number = _accelerated(accelerator, course, laws, seed, plasma), 1
    edges = np.linspace(0, people, number + 1).astype(int)
    spans = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    if people <= EXACT_UP_TO:
        values = np.concatenate(_by_threads(crew.values, spans), axis=2)[:, where]
        return Population(people, times, who, values, None, None)
    parts = _by_threads(crew.counts, spans)
    levels, shares = (_together([part[n] for part in parts], where) for n in (0, 1))
    return Population(people, times, who, None, levels if plasma else None, shares)


def _accelerated(
    name: str, course: Course, laws: tuple[FloatArray, FloatArray], seed: int, plasma: bool
) -> "AcceleratedCrew":
    if name != "jax":
        raise InputError(
            "is no accelerator", "use jax, or leave it out.", column="accelerator", value=name
        )
    from lodose.pharmacology.accelerated import Crew

    return Crew(course, laws, seed, plasma=plasma)


def _by_threads(
    run: Callable[[int, int], _Found], spans: Sequence[tuple[int, int]]
) -> list[_Found]:
    if len(spans) == 1:
        return [run(*spans[0])]
    with ThreadPoolExecutor(len(spans)) as pool:
        return list(pool.map(lambda span: run(*span), spans))


def _together(counts: Sequence[NDArray[np.int32]], where: IntArray) -> IntArray:
    """Counts of all workers, at the times that were asked for."""
    total = counts[0].astype(np.int64)
    for more in counts[1:]:
        total += more
    found: IntArray = total[:, where]
    return found


class _Crew:
    """What every worker needs, and the two ways to keep what it finds."""

    def __init__(
        self,
        course: Course,
        laws: tuple[FloatArray, FloatArray],
        seed: int,
        chunk: int,
        plasma: bool,
    ) -> None:
        self.course = course
        self.laws = laws
        self.seed = seed
        self.chunk = chunk
        self.plasma = plasma

    def values(self, first: int, last: int) -> FloatArray:
        """Keep every value of people `first` to before `last`."""
        return self._curves(first, last)

    def counts(self, first: int, last: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Count values in bins, a chunk at a time."""
        from lodose.pharmacology import crowd

        size = self.course.times.size
        levels = np.zeros((2 if self.plasma else 0, size, crowd.LEVEL_BINS), dtype=np.int32)
        shares = np.zeros((3, size, crowd.SHARE_BINS), dtype=np.int32)
        for start in range(first, last, self.chunk):
            crowd.count(self._curves(start, min(start + self.chunk, last)), levels, shares)
        return levels, shares

    def _curves(self, first: int, last: int) -> FloatArray:
        from lodose.pharmacology import crowd

        rows = np.empty((last - first, len(ROW)))
        crowd.draw(first, self.seed, *self.laws, rows)
        return self.course.curves(rows, plasma=self.plasma)


def _check_count(count: int, seed: int) -> None:
    if not 1 <= count <= 100_000_000:
        raise InputError(
            "is no number of people", "give 1 to 100,000,000.", column="people", value=count
        )
    if not 0 <= seed < 2**63:
        raise InputError("is no seed", "give 0 to 2**63 - 1.", column="seed", value=seed)


def _laws(spread: Spread, who: Parameters) -> tuple[FloatArray, FloatArray]:
    """Logarithms of the median person, and how each own number moves each of them."""
    centre = np.log(who.row())
    columns: list[FloatArray] = []
    for each in read_observations().variability:
        column = np.zeros(len(ROW))
        if spread.people:
            column[ROW.index(each.id)] = np.sqrt(np.log1p((each.cv_percent / 100.0) ** 2))
        columns.append(column)
    estimates = read_estimates()
    column = np.zeros(len(ROW))
    if spread.studies:
        column[ROW.index("clearance")] = estimates.between_study_log_sd
    columns.append(column)
    for block in estimates.block:
        # A square root that also exists where rounding left the matrix a hair indefinite.
        values, vectors = np.linalg.eigh(block.covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0)) * float(spread.parameters)
        for part in root.T:
            column = np.zeros(len(ROW))
            column[[ROW.index(name) for name in block.names]] = part
            columns.append(column)
    while len(columns) % 4:
        columns.append(np.zeros(len(ROW)))
    return centre, np.ascontiguousarray(np.column_stack(columns))


def with_row(who: Parameters, row: FloatArray) -> Parameters:
    """Return a person with the numbers of a row."""
    return replace(who, **dict(zip(ROW, map(float, row), strict=True)))
