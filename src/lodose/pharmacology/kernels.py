"""The curves of one person in compiled loops: exact between events, no time stepping.

Everything but slow binding is linear, so a curve is a sum of exponentials of the time since each
dose (`modes`); one running sum per rate carries all doses so far. Where rates nearly coincide
those sums cancel, and the same answer comes from the matrix exponential (`transition`).

Slow binding is linear in the free share U = 1 - B with a known coefficient:
U(t) = exp(-G(t)) U(0) + koff times the integral of exp(-(G(t) - G(s))) over s, where
G(t) = koff t + kon fu (AUC so far) is closed. Only that integral has no closed form: it is a
Gauss-Legendre sum over each stretch, whose error koff (0.006 per hour) makes small.

A row of parameters holds, in this order: ka, CL, V1, Q, V2, fpre, CLm, Vm1, Qm, Vm2, S, kout,
EC50, kon, koff, fu. Amounts are nmol, concentrations nM, times hours.
"""

import math
from typing import Any

import numpy as np

from lodose.pharmacology.compiling import compile_kernel

RATES = 6
STATES = 7
OUTPUTS = 5  # nM naltrexone, nM 6beta-naltrexol, M0, r of M1, M2
WORST_CANCELLATION = 1e4
"""Above it the sum of exponentials gives way to the matrix exponential."""


@compile_kernel
def modes(p: Any, rate: Any, parent: Any, metabolite: Any, biophase: Any) -> float:
    """Rates and coefficients of the response to 1 nmol; returns how much the sums cancel.

    Rates: ka, alpha, beta, kout, then alpha and beta of the metabolite.
    """
    ka, v1, vm = p[0], p[2], p[7]
    k10, k12, k21 = p[1] / v1, p[3] / v1, p[3] / p[4]
    k30, k34, k43 = p[6] / vm, p[8] / vm, p[8] / p[9]
    rate[0] = ka
    spread = math.sqrt((k10 + k12 - k21) ** 2 + 4.0 * k12 * k21)
    rate[1] = 0.5 * (k10 + k12 + k21 + spread)
    rate[2] = k10 * k21 / rate[1]
    rate[3] = p[11]
    spread = math.sqrt((k30 + k34 - k43) ** 2 + 4.0 * k34 * k43)
    rate[4] = 0.5 * (k30 + k34 + k43 + spread)
    rate[5] = k30 * k43 / rate[4]
    worst = 0.0
    for i in range(RATES):
        own = 1.0
        for j in range(RATES):
            # The biophase and the metabolite never meet in one sum.
            if j == i or (i == 3 and j > 3) or (i > 3 and j == 3):
                continue
            apart = abs(rate[j] - rate[i])
            if apart == 0.0:
                return math.inf
            own *= max(rate[i], rate[j]) / apart
        worst = max(worst, own)
    for i in range(3):
        below = 1.0
        for j in range(3):
            if j != i:
                below *= rate[j] - rate[i]
        parent[i] = ka / v1 * (k21 - rate[i]) / below
        biophase[i] = p[10] * p[15] * parent[i] / (rate[3] - rate[i])
    below = (rate[0] - rate[3]) * (rate[1] - rate[3]) * (rate[2] - rate[3])
    biophase[3] = p[10] * p[15] * ka / v1 * (k21 - rate[3]) / below
    for i in range(RATES):
        metabolite[i] = 0.0
        if i == 3:
            continue
        below = 1.0
        for j in range(RATES):
            if j not in (i, 3):
                below *= rate[j] - rate[i]
        formed = p[5] * (rate[1] - rate[i]) * (rate[2] - rate[i])
        formed += (1.0 - p[5]) * k10 * (k21 - rate[i])
        metabolite[i] = ka / vm * (k43 - rate[i]) * formed / below
    return worst


@compile_kernel
def system(p: Any, matrix: Any) -> None:
    """The linear system: depot, parent 1 and 2, metabolite 1 and 2, biophase, AUC."""
    matrix[:, :] = 0.0
    k10, k12, k21 = p[1] / p[2], p[3] / p[2], p[3] / p[4]
    k30, k34, k43 = p[6] / p[7], p[8] / p[7], p[8] / p[9]
    matrix[0, 0] = -p[0]
    matrix[1, 0] = p[0]
    matrix[1, 1] = -k10 - k12
    matrix[1, 2] = k21
    matrix[2, 1] = k12
    matrix[2, 2] = -k21
    matrix[3, 0] = p[5] * p[0]
    matrix[3, 1] = (1.0 - p[5]) * k10
    matrix[3, 3] = -k30 - k34
    matrix[3, 4] = k43
    matrix[4, 3] = k34
    matrix[4, 4] = -k43
    matrix[5, 1] = p[10] * p[15] / p[2]
    matrix[5, 5] = -p[11]
    matrix[6, 1] = 1.0 / p[2]


@compile_kernel
def product(left: Any, right: Any, out: Any) -> None:
    """Multiply two small square matrices."""
    size = left.shape[0]
    for i in range(size):
        for j in range(size):
            total = 0.0
            for k in range(size):
                total += left[i, k] * right[k, j]
            out[i, j] = total


@compile_kernel
def transition(matrix: Any, hours: float, out: Any) -> None:
    """Exponential of a matrix whose entries off the diagonal are not negative.

    Shifted by its largest rate the matrix has no negative entry, so that the series and the
    squarings add only positive numbers: every entry is right to its last digits, however close
    the eigenvalues are.

    References
    ----------
    Xue & Ye, Computing exponentials of essentially non-negative matrices entrywise to high
    relative accuracy, Math. Comp. 82 (2013) 1577.
    """
    size = matrix.shape[0]
    shift = 0.0
    for i in range(size):
        shift = max(shift, -matrix[i, i])
    positive = matrix.copy()
    norm = 0.0
    for i in range(size):
        positive[i, i] += shift
        norm = max(norm, positive[i, :].sum())
    squarings = 0
    step = hours
    while norm * step > 0.5 or shift * step > 0.5:
        step *= 0.5
        squarings += 1
    term = np.eye(size)
    out[:, :] = term
    work = np.empty_like(positive)
    for degree in range(1, 16):
        product(term, positive, work)
        term[:, :] = work * (step / degree)
        out += term
    out *= math.exp(-shift * step)
    for _ in range(squarings):
        product(out, out, work)
        out[:, :] = work


@compile_kernel
def by_modes(
    p: Any, rate: Any, parent: Any, metabolite: Any, biophase: Any, kind: Any, widths: Any,
    doses: Any, place: Any, nodes: Any, weights: Any, out: Any,
) -> None:  # fmt: skip
    """Curves as sums of exponentials; `out` is (OUTPUTS, times).

    `kind[k]` names the width of the stretch from event k to the next, `doses[k]` the nmol given
    at event k, `place[k]` the column of `out` that event k fills, or -1.
    """
    many = nodes.size
    fall = np.empty((widths.size, RATES))
    still = np.empty((widths.size, many, 3))  # AUC from a node to the end of its stretch
    whole = np.empty((widths.size, 3))
    for w in range(widths.size):
        for i in range(RATES):
            fall[w, i] = math.exp(-rate[i] * widths[w])
        for i in range(3):
            scale = p[13] * p[15] * parent[i] / rate[i]
            whole[w, i] = -scale * math.expm1(-rate[i] * widths[w])
            for n in range(many):
                at = nodes[n] * widths[w]
                rest = -math.expm1(-rate[i] * (widths[w] - at))
                still[w, n, i] = scale * math.exp(-rate[i] * at) * rest
    sums = np.zeros(RATES)
    free = 1.0
    for k in range(kind.size):
        for i in range(RATES):
            sums[i] += doses[k]
        column = place[k]
        if column >= 0:
            level = parent[0] * sums[0] + parent[1] * sums[1] + parent[2] * sums[2]
            made = 0.0
            for i in range(RATES):
                made += metabolite[i] * sums[i]
            ratio = biophase[3] * sums[3]
            for i in range(3):
                ratio += biophase[i] * sums[i]
            _put(p, level, made, ratio, free, column, out)
        w = kind[k]
        if w < 0:
            continue
        hours = widths[w]
        area = 0.0
        for n in range(many):
            grown = p[14] * hours * (1.0 - nodes[n])
            for i in range(3):
                grown += still[w, n, i] * sums[i]
            area += weights[n] * math.exp(-grown)
        grown = p[14] * hours
        for i in range(3):
            grown += whole[w, i] * sums[i]
        free = free * math.exp(-grown) + p[14] * hours * area
        for i in range(RATES):
            sums[i] *= fall[w, i]


@compile_kernel
def by_matrix(
    p: Any, kind: Any, widths: Any, doses: Any, place: Any, nodes: Any, weights: Any, out: Any
) -> None:
    """The same by matrix exponentials, whatever the rates."""
    many = nodes.size
    matrix = np.empty((STATES, STATES))
    system(p, matrix)
    steps = np.empty((widths.size, STATES, STATES))
    rows = np.empty((widths.size, many, STATES))
    work = np.empty((STATES, STATES))
    for w in range(widths.size):
        transition(matrix, widths[w], steps[w])
        for n in range(many):
            transition(matrix, nodes[n] * widths[w], work)
            rows[w, n] = steps[w, 6] - work[6]
    state = np.zeros(STATES)
    after = np.zeros(STATES)
    free = 1.0
    for k in range(kind.size):
        state[0] += doses[k]
        if place[k] >= 0:
            _put(p, state[1] / p[2], state[3] / p[7], state[5], free, place[k], out)
        w = kind[k]
        if w < 0:
            continue
        state[6] = 0.0
        after[:] = 0.0
        for i in range(STATES):
            for j in range(STATES):
                after[i] += steps[w, i, j] * state[j]
        area = 0.0
        binding = p[13] * p[15]
        for n in range(many):
            rest = 0.0
            for j in range(6):
                rest += rows[w, n, j] * state[j]
            area += weights[n] * math.exp(-binding * rest - p[14] * widths[w] * (1.0 - nodes[n]))
        kept = math.exp(-binding * after[6] - p[14] * widths[w])
        free = free * kept + p[14] * widths[w] * area
        state[:] = after


@compile_kernel
def _put(
    p: Any, level: float, made: float, ratio: float, free: float, column: int, out: Any
) -> None:
    """Write one column; rounding must not leave a concentration below nothing."""
    level = max(level, 0.0)
    out[0, column] = level
    out[1, column] = max(made, 0.0)
    out[2, column] = p[15] * level / (p[15] * level + p[12])
    out[3, column] = max(ratio, 0.0)
    out[4, column] = min(max(1.0 - free, 0.0), 1.0)


@compile_kernel
def curve(
    p: Any, kind: Any, widths: Any, doses: Any, place: Any, nodes: Any, weights: Any, out: Any
) -> bool:
    """Curves of one person by the quicker way that is exact; True when that is the matrix."""
    rate = np.empty(RATES)
    parent = np.empty(3)
    metabolite = np.empty(RATES)
    biophase = np.empty(4)
    if modes(p, rate, parent, metabolite, biophase) > WORST_CANCELLATION:
        by_matrix(p, kind, widths, doses, place, nodes, weights, out)
        return True
    by_modes(p, rate, parent, metabolite, biophase, kind, widths, doses, place, nodes, weights, out)
    return False
