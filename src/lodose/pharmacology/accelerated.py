"""Populations on an accelerator, by JAX: the people, curves and counts of `crowd` and `lanes`.

Used only when asked (``population(..., accelerator="jax")``, extra ``gpu``); nothing depends on it.
The same numbers: Philox by the person's number, float64, the same stretches and nodes. Whoever
needs finer stretches, or has rates that nearly coincide, is worked out by `many` on the processor.
"""

import math
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodose.errors import LodoseError
from lodose.pharmacology import crowd
from lodose.pharmacology.arrays import FloatArray
from lodose.pharmacology.chance import TWO_PI
from lodose.pharmacology.many import MOST_CANCELLED, MOST_CARRIED, NODES, Course
from lodose.pharmacology.model import legendre
from lodose.pharmacology.parameters import ROW

HELD = 32_000_000
"""Values that are held at a time."""

_M0, _M1 = 0xD2E7470EE14C6C93, 0xCA5A826395121157
_W0, _W1 = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B


def load_jax() -> Any:
    """Return JAX, or say how to get it."""
    try:
        import jax
    except ImportError as error:
        raise LodoseError(
            "The accelerator 'jax' was asked for, but JAX is not installed. Install Lodose with "
            "its extra 'gpu', or leave accelerator out: the numbers are the same."
        ) from error
    return jax


class Crew:
    """Draws people, works out their curves and counts them, a chunk at a time.

    Parameters
    ----------
    course : Course
        What everybody swallowed and the times asked for.
    laws : tuple of arrays
        Logarithms of the median person, and how each own number moves each of them.
    seed : int
    plasma : bool
        Concentrations too.
    """

    def __init__(
        self, course: Course, laws: tuple[FloatArray, FloatArray], seed: int, *, plasma: bool
    ) -> None:
        self._jax = load_jax()
        self.course, self.laws, self.seed, self.plasma = course, laws, seed, plasma
        self.chunk = max(64, HELD // (5 * max(1, course.events(0).kind.size)))
        with self._jax.enable_x64(True):
            self._work = self._jax.jit(partial(_worked_out, self._jax, course, laws, plasma=plasma))
            self._count = self._jax.jit(partial(_counted, self._jax), donate_argnums=(0, 1))

    def values(self, first: int, last: int) -> FloatArray:
        """Keep every value of people `first` to before `last`."""
        parts = []
        for start in range(first, last, self.chunk):
            stop = min(start + self.chunk, last)
            with self._jax.enable_x64(True):
                found, good = (np.array(each) for each in self._work(*self._who(start)))
            found, good = found[:, :, : stop - start], good[: stop - start]
            left = np.flatnonzero(~good)
            found[:, :, left] = self._left(start + left)
            parts.append(found)
        return np.concatenate(parts, axis=2)

    def counts(self, first: int, last: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Count values in bins."""
        numpy, size = self._jax.numpy, self.course.times.size
        shapes = ((2 * self.plasma, size, crowd.LEVEL_BINS), (3, size, crowd.SHARE_BINS))
        own = [np.zeros(shape, dtype=np.int32) for shape in shapes]
        with self._jax.enable_x64(True):
            kept = [numpy.zeros(shape, dtype=numpy.int32) for shape in shapes]
            for start in range(first, last, self.chunk):
                found, good = self._work(*self._who(start))
                inside = np.arange(start, start + self.chunk) < last
                kept = self._count(*kept, found, good & inside)
                left = np.flatnonzero(~np.asarray(good) & inside)
                if left.size:
                    crowd.count(self._left(start + left), *own)
            levels, shares = (np.asarray(each) for each in kept)
        return own[0] + levels, own[1] + shares

    def _who(self, start: int) -> tuple[Any, Any]:
        return np.arange(start, start + self.chunk, dtype=np.uint64), np.uint64(self.seed)

    def _left(self, people: NDArray[np.int64]) -> FloatArray:
        rows = np.empty((people.size, len(ROW)))
        for row, person in zip(rows, people.tolist(), strict=True):
            crowd.draw(person, self.seed, *self.laws, row[None])
        return self.course.curves(rows, plasma=self.plasma)


def _worked_out(
    jax: Any, course: Course, laws: tuple[FloatArray, FloatArray], people: Any, seed: Any,
    *, plasma: bool,
) -> tuple[Any, Any]:  # fmt: skip
    """Curves of some people, (5 or 3, times, people), and whose are fine enough."""
    np_ = jax.numpy
    own = _normals(np_, people, seed, laws[1].shape[1])
    p = np_.exp(laws[0][:, None] + laws[1] @ own)
    rate, parent, biophase, made, cancelled = _modes(np_, p)
    events = course.events(0)
    nodes, weights = legendre(NODES)
    binding = (p[13] * p[15] * parent / rate[:3])[None]

    def moment(sums: Any, free: Any) -> Any:
        level = np_.maximum((parent * sums[:3]).sum(0), 0.0)
        ratio = np_.maximum((biophase * sums[:4]).sum(0), 0.0)
        bound = p[15] * level
        shares = [bound / (bound + p[12]), ratio / (1.0 + ratio), np_.clip(1.0 - free, 0.0, 1.0)]
        if plasma:
            return np_.stack([level, np_.maximum((made * sums).sum(0), 0.0), *shares])
        return np_.stack(shares)

    def step(carry: Any, event: Any) -> Any:
        sums, free, most = carry
        dose, hours = event
        sums = sums + dose
        seen = moment(sums, free)
        left = np_.exp(-rate * hours)
        at = np_.append(nodes, 0.0)[:, None, None] * hours
        still = binding * (np_.exp(-rate[:3] * at) - left[:3])
        grown = (still * sums[:3]).sum(1) + p[14] * (hours - at[:, 0])
        area = (weights[:, None] * np_.exp(-grown[:NODES])).sum(0)
        free = free * np_.exp(-grown[NODES]) + p[14] * hours * area
        return (sums * left, free, np_.maximum(most, grown[NODES])), seen

    widths = np.append(events.widths, 0.0)[events.kind]  # the last event begins no stretch
    start = (np_.zeros_like(rate), np_.ones_like(p[0]), np_.zeros_like(p[0]))
    (_, _, most), seen = jax.lax.scan(step, start, (events.doses_nmol, widths))
    shown = np.flatnonzero(events.place >= 0)
    order = shown[np.argsort(events.place[shown])]
    good = (most <= MOST_CARRIED) & (cancelled <= MOST_CANCELLED)
    return np_.moveaxis(seen[order], 1, 0), good


def _counted(jax: Any, levels: Any, shares: Any, values: Any, good: Any) -> list[Any]:
    """Add the values of people who are `good` to their bins."""
    np_ = jax.numpy
    above = values.shape[0] - 3
    heads = jax.lax.bitcast_convert_type(values[:above], np_.int64) >> crowd.LEVEL_SHIFT
    bins = (
        np_.clip(heads - crowd.LEVEL_LOWEST, 0, crowd.LEVEL_BINS - 1),
        np_.clip((values[above:] * crowd.SHARE_BINS).astype(np_.int64), 0, crowd.SHARE_BINS - 1),
    )
    found = []
    for counts, at in zip((levels, shares), bins, strict=True):
        row = np_.arange(counts.shape[0] * counts.shape[1]).reshape(*counts.shape[:2], 1)
        flat = (row * counts.shape[2] + at).ravel()
        once = np_.broadcast_to(good, at.shape).ravel().astype(np_.int32)
        found.append(counts.ravel().at[flat].add(once).reshape(counts.shape))
    return found


def _modes(np_: Any, p: Any) -> tuple[Any, Any, Any, Any, Any]:
    """Rates and coefficients, as `kernels.modes` has them, and the worst cancellation."""
    k10, k21 = p[1] / p[2], p[3] / p[4]
    k43 = p[8] / p[9]
    rate = np_.stack([p[0], *_two_rates(np_, p[1:5]), p[11], *_two_rates(np_, p[6:10])])
    cancelled, apart = np_.zeros_like(p[0]), {}
    for i in range(6):
        share = np_.ones_like(p[0])
        for j in range(6):
            if j == i or (i == 3 and j > 3) or (i > 3 and j == 3):
                continue
            apart[i, j] = rate[j] - rate[i]
            share = share * np_.maximum(rate[i], rate[j]) / np_.abs(apart[i, j])
        cancelled = np_.maximum(cancelled, share)

    def below(i: int, others: tuple[int, ...]) -> Any:
        return math.prod(apart[i, j] for j in others if j != i)

    scale, uptake = p[0] / p[2], p[10] * p[15]
    parent = np_.stack([scale * (k21 - rate[i]) / below(i, (0, 1, 2)) for i in range(3)])
    biophase = [uptake * scale * (k21 - rate[i]) / below(i, (0, 1, 2, 3)) for i in range(4)]
    made = []
    for i in range(6):
        formed = p[5] * (rate[1] - rate[i]) * (rate[2] - rate[i])
        formed = (formed + (1.0 - p[5]) * k10 * (k21 - rate[i])) * p[0] / p[7] * (k43 - rate[i])
        made.append(np_.zeros_like(p[0]) if i == 3 else formed / below(i, (0, 1, 2, 4, 5)))
    return rate, parent, np_.stack(biophase), np_.stack(made), cancelled


def _two_rates(np_: Any, four: Any) -> tuple[Any, Any]:
    """Rates alpha and beta of two compartments: clearance, volume, exchange, outer volume."""
    k10, k12, k21 = four[0] / four[1], four[2] / four[1], four[2] / four[3]
    alpha = 0.5 * (k10 + k12 + k21 + np_.sqrt((k10 + k12 - k21) ** 2 + 4.0 * k12 * k21))
    return alpha, k10 * k21 / alpha


def _normals(np_: Any, people: Any, seed: Any, number: int) -> Any:
    """Standard normal numbers of people, (number, people), as `chance.normals` draws them."""
    found = []
    for block in range(number // 4):
        raw = _philox(np_, block, people, seed)
        for pair in (0, 2):
            one, two = (
                ((each >> 11).astype(np_.float64) + 0.5) * 2.0**-53 for each in raw[pair : pair + 2]
            )
            length = np_.sqrt(-2.0 * np_.log(one))
            found += [length * np_.cos(TWO_PI * two), length * np_.sin(TWO_PI * two)]
    return np_.stack(found)


def _philox(np_: Any, block: int, people: Any, seed: Any) -> list[Any]:
    """Four 64-bit numbers of each person: `chance.philox`, many abreast."""
    nothing = np_.zeros_like(people)
    c0, c1, c2, c3 = nothing + np.uint64(block + 1), nothing, people, nothing
    k0, k1 = nothing + seed, np.uint64(0)
    for turn in range(10):
        if turn:
            k0, k1 = k0 + np.uint64(_W0), np.uint64((int(k1) + _W1) % 2**64)
        high0, low0 = _high_half(np.uint64(_M0), c0), np.uint64(_M0) * c0
        high1, low1 = _high_half(np.uint64(_M1), c2), np.uint64(_M1) * c2
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
    return [c0, c1, c2, c3]


def _high_half(a: Any, b: Any) -> Any:
    """Upper 64 bits of the product of two 64-bit numbers."""
    low, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    a_low, a_high, b_low, b_high = a & low, a >> half, b & low, b >> half
    middle = a_high * b_low + ((a_low * b_low) >> half)
    other = a_low * b_high + (middle & low)
    return a_high * b_high + (middle >> half) + (other >> half)
