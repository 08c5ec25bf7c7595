"""Curves of many people after the same doses: the formulas of `kernels`, many people abreast.

Every inner loop runs over `LANES` people and does the same for each, so that the compiler makes
vector instructions of it. What is laid out for that:

- `own` holds the people's numbers, `LANES` of each: the sixteen of a row, then what follows from
  them (rates and coefficients; their places are named below);
- a stretch between two events is known by its width: `fall` holds what is left of each exponential
  after it, `still` the AUC from each node to its end (times kon fu), both made once for a width;
- the exponential is written out, because a call of the mathematical library stops the compiler;
- rows are sliced before a loop: an index that might be negative would cost a gather.

What four nodes cannot carry, and rates that nearly coincide, is reported and left to `many`.
"""

import math
from functools import partial
from typing import Any

import numpy as np

from lodose.pharmacology.compiling import compile_kernel

compile_abreast = partial(compile_kernel, fused=True)

LANES = 64
NODES = 4
ROW = 16
RATES = 6
RATE, PARENT, BIOPHASE, MADE, CANCELLED, OWN = 16, 22, 25, 29, 35, 36
"""Where rates, coefficients and the worst cancellation stand in `own`.

Rates as in `kernels.modes`: ka, alpha, beta, kout, then alpha and beta of the metabolite, which
are left out where only the occupancies are asked for.
"""

TABLE = 64
"""Widths that are kept; with more, as in a real diary, each stretch is worked out when it comes."""

LOG2E = 1.4426950408889634
LN2_HIGH = 0.693147180369123816490
LN2_LOW = 1.90821492927058770002e-10
ROUNDING = 6755399441055744.0  # 1.5 times 2 to the 52: adding it leaves an integer in the low bits
LOWEST = -700.0


@compile_abreast
def exp_below(x: float) -> float:
    """exp(x) for x up to some hundred, right to 1e-14; exp(-700) below -700."""
    x = max(x, LOWEST)
    shifted = np.float64(x * LOG2E + ROUNDING)
    whole = shifted - ROUNDING
    r = (x - whole * LN2_HIGH) - whole * LN2_LOW
    total = 1.0 / 3628800.0 + r * (1.0 / 39916800.0)
    total = 1.0 / 40320.0 + r * (1.0 / 362880.0 + r * total)
    total = 1.0 / 720.0 + r * (1.0 / 5040.0 + r * total)
    total = 1.0 / 24.0 + r * (1.0 / 120.0 + r * total)
    total = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * total)))
    power = np.int64((shifted.view(np.int64) + np.int64(1023)) << np.int64(52))
    return total * power.view(np.float64)


@compile_abreast
def two_rates(own: Any, clearance: int, first: int) -> None:
    """Rates alpha and beta of two compartments whose four numbers start at `clearance`."""
    here, rate = own[clearance * LANES :], own[first * LANES :]
    for j in range(LANES):
        volume = here[LANES + j]
        k10, k12 = here[j] / volume, here[2 * LANES + j] / volume
        k21 = here[2 * LANES + j] / here[3 * LANES + j]
        spread = math.sqrt((k10 + k12 - k21) ** 2 + 4.0 * k12 * k21)
        alpha = 0.5 * (k10 + k12 + k21 + spread)
        rate[j] = alpha
        rate[LANES + j] = k10 * k21 / alpha


@compile_abreast
def parent(own: Any) -> None:
    """Rates of naltrexone and the biophase, and their coefficients after 1 nmol."""
    two_rates(own, 1, RATE + 1)
    for j in range(LANES):
        ka, alpha = own[j], own[(RATE + 1) * LANES + j]
        beta, kout = own[(RATE + 2) * LANES + j], own[11 * LANES + j]
        own[RATE * LANES + j] = ka
        own[(RATE + 3) * LANES + j] = kout
        k21 = own[3 * LANES + j] / own[4 * LANES + j]
        scale = ka / own[2 * LANES + j]
        first = scale * (k21 - ka) / ((alpha - ka) * (beta - ka))
        second = scale * (k21 - alpha) / ((ka - alpha) * (beta - alpha))
        third = scale * (k21 - beta) / ((ka - beta) * (alpha - beta))
        own[PARENT * LANES + j] = first
        own[(PARENT + 1) * LANES + j] = second
        own[(PARENT + 2) * LANES + j] = third
        uptake = own[10 * LANES + j] * own[15 * LANES + j]
        own[BIOPHASE * LANES + j] = uptake * first / (kout - ka)
        own[(BIOPHASE + 1) * LANES + j] = uptake * second / (kout - alpha)
        own[(BIOPHASE + 2) * LANES + j] = uptake * third / (kout - beta)
        below = (ka - kout) * (alpha - kout) * (beta - kout)
        own[(BIOPHASE + 3) * LANES + j] = uptake * scale * (k21 - kout) / below


@compile_abreast
def metabolite(own: Any) -> None:
    """Rates and coefficients of 6beta-naltrexol after 1 nmol."""
    two_rates(own, 6, RATE + 4)
    for i in range(RATES):
        rate, made = own[(RATE + i) * LANES :], own[(MADE + i) * LANES :]
        for j in range(LANES):
            made[j] = 1.0 if i != 3 else 0.0
        for other in range(RATES):
            if other != i and i != 3 and other != 3:
                there = own[(RATE + other) * LANES :]
                for j in range(LANES):
                    made[j] *= there[j] - rate[j]
        if i != 3:
            formed(own, rate, made)


@compile_abreast
def formed(own: Any, rate: Any, made: Any) -> None:
    """Turn the product of the differences of one rate into its coefficient."""
    for j in range(LANES):
        k10, k21 = own[LANES + j] / own[2 * LANES + j], own[3 * LANES + j] / own[4 * LANES + j]
        k43 = own[8 * LANES + j] / own[9 * LANES + j]
        alpha, beta = own[(RATE + 1) * LANES + j], own[(RATE + 2) * LANES + j]
        before = own[5 * LANES + j]
        total = before * (alpha - rate[j]) * (beta - rate[j])
        total += (1.0 - before) * k10 * (k21 - rate[j])
        made[j] = own[j] / own[7 * LANES + j] * (k43 - rate[j]) * total / made[j]


@compile_abreast
def cancellation(own: Any, rates: int) -> None:
    """How much the sums of each person cancel: infinite where two rates are the same."""
    worst, share = own[CANCELLED * LANES :], np.empty(LANES)
    for j in range(LANES):
        worst[j] = 0.0
    for i in range(rates):
        here = own[(RATE + i) * LANES :]
        for j in range(LANES):
            share[j] = 1.0
        for other in range(rates):
            # The biophase and the metabolite never meet in one sum.
            if other == i or (i == 3 and other > 3) or (i > 3 and other == 3):
                continue
            there = own[(RATE + other) * LANES :]
            for j in range(LANES):
                share[j] *= max(here[j], there[j]) / abs(there[j] - here[j])
        for j in range(LANES):
            worst[j] = max(worst[j], share[j])


@compile_abreast
def stretch(own: Any, rates: int, hours: float, nodes: Any, fall: Any, still: Any) -> None:
    """Fill one width's place in the two tables; the last rows of `still` are the whole stretch."""
    for i in range(rates):
        rate, left = own[(RATE + i) * LANES :], fall[i * LANES :]
        for j in range(LANES):
            left[j] = exp_below(-rate[j] * hours)
    at0, at1, at2, at3 = nodes[0] * hours, nodes[1] * hours, nodes[2] * hours, nodes[3] * hours
    for i in range(3):
        rate, level = own[(RATE + i) * LANES :], own[(PARENT + i) * LANES :]
        left, area = fall[i * LANES :], still[i * LANES :]
        for j in range(LANES):
            end = left[j]
            scale = own[13 * LANES + j] * own[15 * LANES + j] * level[j] / rate[j]
            area[j] = scale * (exp_below(-rate[j] * at0) - end)
            area[3 * LANES + j] = scale * (exp_below(-rate[j] * at1) - end)
            area[6 * LANES + j] = scale * (exp_below(-rate[j] * at2) - end)
            area[9 * LANES + j] = scale * (exp_below(-rate[j] * at3) - end)
            area[12 * LANES + j] = scale * (1.0 - end)


@compile_abreast
def bind(
    own: Any, hours: float, nodes: Any, weights: Any, still: Any, sums: Any, free: Any, most: Any
) -> None:
    """Carry the free share of slow binding over one stretch, in one loop over the people."""
    rest0, rest1 = hours * (1.0 - nodes[0]), hours * (1.0 - nodes[1])
    rest2, rest3 = hours * (1.0 - nodes[2]), hours * (1.0 - nodes[3])
    w0, w1, w2, w3 = weights[0], weights[1], weights[2], weights[3]
    for j in range(LANES):
        off, s0, s1, s2 = own[14 * LANES + j], sums[j], sums[LANES + j], sums[2 * LANES + j]
        grown = still[j] * s0 + still[LANES + j] * s1 + still[2 * LANES + j] * s2
        area = w0 * exp_below(-(off * rest0 + grown))
        grown = still[3 * LANES + j] * s0 + still[4 * LANES + j] * s1 + still[5 * LANES + j] * s2
        area += w1 * exp_below(-(off * rest1 + grown))
        grown = still[6 * LANES + j] * s0 + still[7 * LANES + j] * s1 + still[8 * LANES + j] * s2
        area += w2 * exp_below(-(off * rest2 + grown))
        grown = still[9 * LANES + j] * s0 + still[10 * LANES + j] * s1 + still[11 * LANES + j] * s2
        area += w3 * exp_below(-(off * rest3 + grown))
        grown = still[12 * LANES + j] * s0 + still[13 * LANES + j] * s1 + still[14 * LANES + j] * s2
        lost = off * hours
        free[j] = free[j] * exp_below(-(lost + grown)) + lost * area
        most[j] = max(most[j], grown + lost)


@compile_abreast
def shares(own: Any, sums: Any, free: Any, work: Any) -> None:
    """Concentration and occupancies of one moment, in rows 0 and 2 to 4 of `work`.

    Rounding must not leave a share below nothing or above the whole.
    """
    for j in range(LANES):
        level = own[PARENT * LANES + j] * sums[j]
        level += own[(PARENT + 1) * LANES + j] * sums[LANES + j]
        level = max(level + own[(PARENT + 2) * LANES + j] * sums[2 * LANES + j], 0.0)
        work[j] = level
        unbound = own[15 * LANES + j] * level
        work[2 * LANES + j] = unbound / (unbound + own[12 * LANES + j])
        ratio = own[BIOPHASE * LANES + j] * sums[j]
        ratio += own[(BIOPHASE + 1) * LANES + j] * sums[LANES + j]
        ratio += own[(BIOPHASE + 2) * LANES + j] * sums[2 * LANES + j]
        ratio = max(ratio + own[(BIOPHASE + 3) * LANES + j] * sums[3 * LANES + j], 0.0)
        work[3 * LANES + j] = ratio / (1.0 + ratio)
        work[4 * LANES + j] = min(max(1.0 - free[j], 0.0), 1.0)


@compile_abreast
def level_made(own: Any, sums: Any, work: Any) -> None:
    """Concentration of 6beta-naltrexol, in row 1 of `work`."""
    made = work[LANES:]
    for j in range(LANES):
        made[j] = 0.0
    for i in range(RATES):
        share, here = own[(MADE + i) * LANES :], sums[i * LANES :]
        for j in range(LANES):
            made[j] += share[j] * here[j]
    for j in range(LANES):
        made[j] = max(made[j], 0.0)


@compile_abreast
def put(own: Any, sums: Any, free: Any, work: Any, column: int, first: int, out: Any) -> None:
    """Write one moment of the people of one block."""
    shares(own, sums, free, work)
    if out.shape[0] == 5:
        level_made(own, sums, work)
    count = min(LANES, out.shape[2] - first)
    for row in range(out.shape[0]):
        found, here = work[(row + 5 - out.shape[0]) * LANES :], out[row, column, first:]
        for j in range(count):
            here[j] = found[j]


@compile_abreast
def block(
    own: Any, kind: Any, widths: Any, doses: Any, place: Any, nodes: Any, weights: Any,
    fall: Any, still: Any, first: int, out: Any, most: Any,
) -> None:  # fmt: skip
    """Curves of the people of one block."""
    rates = fall.shape[1] // LANES
    sums, free = np.zeros(rates * LANES), np.ones(LANES)
    work = np.empty(5 * LANES)
    kept = fall.shape[0] == widths.size
    if kept:
        for w in range(widths.size):
            stretch(own, rates, widths[w], nodes, fall[w], still[w])
    for k in range(kind.size):
        if doses[k] != 0.0:
            for j in range(sums.size):
                sums[j] += doses[k]
        if place[k] >= 0:
            put(own, sums, free, work, place[k], first, out)
        if kind[k] < 0:
            continue
        hours = widths[kind[k]]
        slot = kind[k] if kept else 0
        if not kept:
            stretch(own, rates, hours, nodes, fall[0], still[0])
        bind(own, hours, nodes, weights, still[slot], sums, free, most)
        left = fall[slot]
        for j in range(sums.size):
            sums[j] *= left[j]


@compile_abreast
def abreast(
    rows: Any, kind: Any, widths: Any, doses: Any, place: Any, nodes: Any, weights: Any,
    out: Any, cancelled: Any, most: Any,
) -> None:  # fmt: skip
    """Curves of everybody: `rows` is (people, 16), `out` (5 or 3, times, people).

    The events are those of `kernels.curve`; there are four nodes. The rows of `out` are nM, nM,
    M0, M1, M2, or the last three. Of each person, `cancelled` holds how much the sums cancel and
    `most` the largest exponent that the nodes had to carry over one stretch.
    """
    people = rows.shape[0]
    rates = RATES if out.shape[0] == 5 else RATES - 2
    slots = widths.size if widths.size <= TABLE else 1
    fall = np.empty((slots, rates * LANES))
    still = np.empty((slots, (NODES + 1) * 3 * LANES))
    own, carried = np.empty(OWN * LANES), np.empty(LANES)
    for first in range(0, people, LANES):
        for j in range(LANES):
            carried[j] = 0.0
            for i in range(ROW):
                own[i * LANES + j] = rows[min(first + j, people - 1), i]
        parent(own)
        if rates == RATES:
            metabolite(own)
        cancellation(own, rates)
        block(own, kind, widths, doses, place, nodes, weights, fall, still, first, out, carried)
        for j in range(min(LANES, people - first)):
            cancelled[first + j] = own[CANCELLED * LANES + j]
            most[first + j] = carried[j]
