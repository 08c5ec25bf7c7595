"""The estimator in milliseconds: pilot, box, quadrature."""

import math

import numpy as np
from numpy.typing import NDArray

from lodose.inference import kernels, walk
from lodose.inference.arrays import FloatArray, TrialArrays
from lodose.inference.nodes import Nodes, Parameters, gauss_hermite, gauss_legendre, onset_nodes
from lodose.inference.priors import Priors
from lodose.inference.rules import ONSET_SPAN, PILOT, Rule

REACH = 14.0
"""Nodes this much (log) below the best are dropped; 10 to 12 is too greedy."""

BOX_REACH = 12.0
"""The box holds all nodes of the pilot within this much (log) of its best."""

BOX_MARGIN = 0.15
"""Added to an interpolated edge, in steps of the pilot."""

PILOTS = 4
"""A narrow peak may need the pilot again inside its first box."""


class Box:
    """The part of each direction that carries weight: (low, high) of phi, w, u and z."""

    def __init__(self) -> None:
        self.phi = (0.0, 1.0)
        self.angle = (0.0, math.pi / 2)
        self.ratio = (0.0, 1.0)
        self.onset = (-ONSET_SPAN, ONSET_SPAN)


def compiled_nodes(arrays: TrialArrays, priors: Priors, rule: Rule) -> Nodes:
    """Nodes of the structured quadrature; the same sum as `reference_nodes` in compiled loops."""
    problem = _Problem(arrays, priors)
    box = Box()
    if rule.boxed:
        for _ in range(PILOTS):
            if not problem.shrink(box):
                break
    return problem.nodes(box, rule.for_records(int(arrays.observed.sum())))


class _Problem:
    """What all passes over the same data share."""

    def __init__(self, arrays: TrialArrays, priors: Priors) -> None:
        self.arrays = arrays
        self.priors = priors
        self.pilot = PILOT.for_records(int(arrays.observed.sum()))
        self.observed = arrays.observed
        record = np.where(self.observed, arrays.outcome, priors.level_mean) - priors.level_mean
        indicators = arrays.indicators()
        self.base = np.column_stack(
            [record, np.ones(arrays.days), arrays.trend, arrays.columns, indicators]
        )
        self.fixed = 3 + arrays.columns.shape[1]
        self.periods = indicators.shape[1]
        self.precision = priors.linear_precision(arrays.column_prior_sd)
        self.scales = np.array(
            [priors.drift_sd, priors.noise_sd, priors.period_sd, priors.resolution**2 / 12.0]
        )
        self.effect_prior = np.array([priors.effect_mean, priors.effect_sd**2])
        a, b = priors.autocorrelation
        self.log_constant = (
            priors.log_constant()
            - 0.5 * (int(self.observed.sum()) - 1) * math.log(2.0 * math.pi)
            + 0.5 * float(np.log(self.precision).sum())
        )
        self.log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)

    def _grid(self, box: Box, rule: Rule) -> tuple[FloatArray, ...]:
        if self.priors.drift_sd == 0:  # no AR(1) part: one node, all noise is the day's own
            zero = np.zeros(1)
            return zero, zero, zero, zero
        phi, log_phi = gauss_legendre(rule.autocorrelation, *box.phi)
        a, b = self.priors.autocorrelation
        log_phi = log_phi + (a - 1) * np.log(phi) + (b - 1) * np.log1p(-phi) - self.log_beta
        angle, log_angle = gauss_legendre(rule.angle, *box.angle)
        return phi, log_phi, angle, log_angle

    def _walk(
        self, box: Box, rule: Rule, *, keep: bool
    ) -> tuple[list[FloatArray], FloatArray, NDArray[np.int32], tuple[FloatArray, ...]]:
        phi, log_phi, angle, log_angle = self._grid(box, rule)
        onset, log_onset = onset_nodes(self.priors.onset, rule.onset, *box.onset)
        design = np.empty((self.arrays.days, self.base.shape[1] + onset.size))
        design[:, : self.base.shape[1]] = self.base
        kernels.build_up(
            self.arrays.treatment, onset, self.arrays.initial_exposure, design, self.base.shape[1]
        )
        hermite, log_hermite = gauss_hermite(rule.scale)
        ratios = rule.period if self.priors.period_sd > 0 else 1
        sizes = (phi.size, angle.size, ratios, onset.size)
        peaks = [np.empty((2, size)) for size in sizes]
        rows = math.prod(sizes) * hermite.size if keep else 0
        out = np.empty((rows, 5))
        index = np.empty((rows, 3), dtype=np.int32)
        filled = walk.quadrature(
            self.observed, design, self.fixed, self.periods, self.precision, self.scales,
            self.effect_prior, phi, log_phi, angle, log_angle, np.array(box.ratio), ratios,
            hermite, log_hermite, log_onset, REACH, tuple(peaks), out, index,
        )  # fmt: skip
        return peaks, out[:filled], index[:filled], (phi, angle, onset)

    def shrink(self, box: Box) -> bool:
        """Run the pilot inside the box and draw it in; True when it pays to look again."""
        peaks, _, _, (phi, angle, _) = self._walk(box, self.pilot, keep=False)
        before = (box.phi, box.angle, box.ratio, box.onset)
        if self.priors.drift_sd > 0:
            box.phi = _around(phi, peaks[0], *box.phi)
            box.angle = _around(angle, peaks[1], *box.angle)
        if self.priors.period_sd > 0:
            grid = np.linspace(*box.ratio, self.pilot.period)
            box.ratio = _around(grid, peaks[2], *box.ratio)
        if self.priors.onset.at_once_weight < 1:
            z = np.linspace(*box.onset, self.pilot.onset)
            box.onset = _around(z, peaks[3][:, -self.pilot.onset :], *box.onset)
        after = (box.phi, box.angle, box.ratio, box.onset)
        shares = [(b - a) / (d - c) for (a, b), (c, d) in zip(after, before, strict=True)]
        return min(shares) < 0.5

    def nodes(self, box: Box, rule: Rule) -> Nodes:
        """All nodes that carry weight."""
        _, out, index, (phi, angle, onset) = self._walk(box, rule, keep=True)
        mean, variance, log_weight, log_s, ratio = np.ascontiguousarray(out.T)

        def locate() -> Parameters:
            s, w = np.exp(log_s), angle[index[:, 1]]
            return Parameters(
                phi[index[:, 0]], s * np.sin(w), s * np.cos(w), s * ratio, onset[index[:, 2]]
            )

        return Nodes(mean, variance, log_weight + self.log_constant, locate)


def _around(grid: FloatArray, peaks: FloatArray, low: float, high: float) -> tuple[float, float]:
    """Stretch that holds all that carries weight, from the largest log weights at pilot nodes.

    Where the pilot has enough nodes inside, the edge is put where a parabola would fall through
    the reach: sqrt(drop) is straight there. Else the next node outside is the edge.
    """
    drop = (peaks.max(axis=1, keepdims=True) - peaks).min(axis=0)
    inside = np.flatnonzero(drop < BOX_REACH)
    first, last = int(inside[0]), int(inside[-1])
    exact = inside.size >= 3
    return (
        _edge(grid, drop, first, first - 1, exact) if first > 0 else low,
        _edge(grid, drop, last, last + 1, exact) if last < grid.size - 1 else high,
    )


def _edge(grid: FloatArray, drop: FloatArray, inner: int, outer: int, exact: bool) -> float:
    if not exact:
        return float(grid[outer])
    near, far = math.sqrt(drop[inner]), math.sqrt(drop[outer])
    share = (math.sqrt(BOX_REACH) - near) / (far - near)
    return float(grid[inner] + min(1.0, share + BOX_MARGIN) * (grid[outer] - grid[inner]))
