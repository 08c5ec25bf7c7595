"""Make tests/pharmacology/reference.json: 200 random people and dose histories at 50 digits.

Needs mpmath, which the project itself does not. Concentrations and the biophase come from matrix
exponentials at 50 digits; slow binding from quadrature of closed forms at 220 digits, whose equal
rates are set 1e-40 apart.

    python benchmarks/pharmacology_reference.py tests/pharmacology/reference.json
"""

import json
import sys
from multiprocessing import Pool
from pathlib import Path

import mpmath as mp
import numpy as np

NAMES = (
    "absorption", "clearance", "volume", "exchange", "outer_volume", "first_pass",
    "made_clearance", "made_volume", "made_exchange", "made_outer_volume",
    "uptake", "loss", "half_occupied", "binding", "unbinding", "unbound",
)  # fmt: skip
CENTRE = (1.5, 1050, 1250, 1000, 2650, 0.85, 52.5, 250, 62, 450, 0.148, 0.0253, 0.715, 0.0918,
          0.00581, 0.79)  # fmt: skip
HCL = 377.86


def alphas(clearance, volume, exchange, outer):
    k10, k12, k21 = clearance / volume, exchange / volume, exchange / outer
    spread = np.sqrt((k10 + k12 - k21) ** 2 + 4 * k12 * k21)
    high = 0.5 * (k10 + k12 + k21 + spread)
    return high, k10 * k21 / high


def case(number):
    chance = np.random.default_rng([20260101, number])
    row = np.array(CENTRE) * np.exp(chance.normal(0, 0.6, 16))
    row[5] = chance.uniform(0, 1)
    row[15] = chance.uniform(0.1, 1)
    closeness = (None, 0.0, 1e-13, 1e-9, 1e-6, 1e-3, 1e-2)[number % 7]
    if closeness is not None:
        high, low = alphas(row[1], row[2], row[3], row[4])
        which = number % 5
        if which in (0, 3):  # ka == alpha
            row[0] = high * (1 + closeness)
        if which in (1, 4):  # kout == beta, and ka == beta
            row[11] = low * (1 + closeness)
        if which == 4:
            row[0] = low * (1 - closeness)
        if which in (2, 3):  # the metabolite is distributed and lost like the drug
            row[6:10] = row[1:5] * chance.uniform(0.05, 0.5)
            row[7] *= 1 + closeness
    count = int(chance.integers(1, 6))
    gaps = chance.choice([0.0, 2.0, 6.5, 12.0, 24.0, 24.0, 48.0, chance.uniform(0, 60)], count)
    doses_h = np.cumsum(gaps)
    doses = chance.choice([100, 500, 1500, 4500, 6000, 50000], count)
    end = doses_h[-1] + chance.choice([6.0, 24.0, 96.0, 200.0])
    times = np.sort(np.append(chance.uniform(0, end, 4), [end, doses_h[-1] + 1.0]))
    return row, doses_h, doses, times


def matrix(p):
    k = mp.zeros(6)
    k10, k12, k21 = p[1] / p[2], p[3] / p[2], p[3] / p[4]
    k30, k34, k43 = p[6] / p[7], p[8] / p[7], p[8] / p[9]
    k[0, 0] = -p[0]
    k[1, 0], k[1, 1], k[1, 2] = p[0], -k10 - k12, k21
    k[2, 1], k[2, 2] = k12, -k21
    k[3, 0], k[3, 1], k[3, 3], k[3, 4] = p[5] * p[0], (1 - p[5]) * k10, -k30 - k34, k43
    k[4, 3], k[4, 4] = k34, -k43
    k[5, 1], k[5, 5] = p[10] * p[15] / p[2], -p[11]
    return k


def solve(number):
    row, doses_h, doses, times = case(number)
    mp.mp.dps = 50
    p = [mp.mpf(float(each)) for each in row]
    nmol = [mp.mpf(int(dose)) * 1000 / mp.mpf(str(HCL)) for dose in doses]
    k = matrix(p)
    levels = []
    for time in times:
        state = mp.zeros(6, 1)
        for when, amount in zip(doses_h, nmol, strict=True):
            if when <= time:
                step = mp.expm(k * (mp.mpf(float(time)) - mp.mpf(float(when))))
                state += step[:, 0] * amount
        levels.append((state[1] / p[2], state[3] / p[7], state[5]))
    bound = slow_binding(row, doses_h, nmol, times)
    return {
        "parameters": dict(zip(NAMES, (float(each) for each in row), strict=True)),
        "doses_h": [float(each) for each in doses_h],
        "doses_ug": [int(each) for each in doses],
        "times_h": [float(each) for each in times],
        "naltrexone_nm": [float(each[0]) for each in levels],
        "naltrexol_nm": [float(each[1]) for each in levels],
        "ratio": [float(each[2]) for each in levels],
        "m2": [float(each) for each in bound],
    }


def slow_binding(row, doses_h, nmol, times):
    mp.mp.dps = 220
    p = [mp.mpf(float(each)) for each in row]
    ka, k10, k12, k21 = p[0], p[1] / p[2], p[3] / p[2], p[3] / p[4]
    spread = mp.sqrt((k10 + k12 - k21) ** 2 + 4 * k12 * k21)
    high = (k10 + k12 + k21 + spread) / 2
    rates = [ka * (1 + mp.mpf(10) ** -40), high, k10 * k21 / high]
    shares = []
    for i in range(3):
        below = mp.mpf(1)
        for j in range(3):
            if i != j:
                below *= rates[j] - rates[i]
        shares.append(ka / p[2] * (k21 - rates[i]) / below)
    whens = [mp.mpf(float(each)) for each in doses_h]

    def grown(time):
        area = mp.mpf(0)
        for when, amount in zip(whens, nmol, strict=True):
            if when < time:
                for share, rate in zip(shares, rates, strict=True):
                    area += amount * share / rate * (1 - mp.exp(-rate * (time - when)))
        return p[14] * time + p[13] * p[15] * area

    edges = {0.0, *map(float, doses_h), *map(float, times)}
    for when in doses_h:
        edges |= {float(when) + each for each in (0.5, 1, 2, 4, 8, 16, 32, 64, 128)}
    edges = sorted(each for each in edges if each <= max(times))
    bound = {}
    free = mp.mpf(1)
    for start, stop in zip(edges, [*edges[1:], None], strict=True):
        bound[start] = 1 - free
        if stop is None:
            break
        left, right = mp.mpf(start), mp.mpf(stop)
        top = grown(right)

        def integrand(s, top=top):
            with mp.workdps(220):
                return mp.exp(grown(s) - top)

        with mp.workdps(25):
            area = mp.quad(integrand, [left, right], method="gauss-legendre")
        free = free * mp.exp(grown(left) - top) + p[14] * area
    return [bound[float(time)] for time in times]


if __name__ == "__main__":
    with Pool(2) as pool:
        cases = pool.map(solve, range(200), chunksize=5)
    Path(sys.argv[1]).write_text(
        "[\n" + ",\n".join(json.dumps(each) for each in cases) + "\n]\n", "utf-8"
    )
