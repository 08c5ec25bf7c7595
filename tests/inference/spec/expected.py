"""Expected answers of the spec tables by weighing draws from the prior (no quadrature).

    python tests/inference/spec/expected.py [TABLE ...]

Prints [expected] for each table; the figures in the files are these, from two million draws.
"""

import math
import sys
import tomllib
from pathlib import Path

import numpy as np
from scipy.special import ndtr

DRAWS = 2_000_000
SEED = 4711


def read(path: Path) -> dict:
    spec = tomllib.loads(path.read_text())
    rows = [[c.strip() for c in line.split("|")] for line in spec["table"].strip().splitlines()]
    spec["rows"] = rows[1:]
    return spec


def expected(spec: dict, draws: int = DRAWS, seed: int = SEED) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    given = spec.get("priors", {})
    onset = {"at_once_weight": 0.3, "at_once_days": 0.1, "median_days": 5.0, "log_sd": 1.0}
    onset |= given.get("onset", {})
    effect_sd = given.get("effect_sd", 1.5)
    days = len(spec["rows"])
    arm = np.array([1.0 if r[1] == "on" else 0.0 for r in spec["rows"]])
    used = np.array([r[2] != "-" and r[3] != "." for r in spec["rows"]])
    y = np.array([float(r[3]) for r, u in zip(spec["rows"], used, strict=True) if u]) - 5.0
    period = np.array([r[2] for r, u in zip(spec["rows"], used, strict=True) if u])
    time = np.flatnonzero(used)
    same = (period[:, None] == period[None, :]).astype(float)
    known = 9.0 + 1.5**2 * np.outer(*[(time - (days - 1) / 2) / days] * 2)  # level and trend
    if "column" in spec:
        c = np.array(spec["column"], dtype=float)[used]
        known = known + spec["column_prior_sd"] ** 2 * np.outer(c, c)
    lag = np.abs(time[:, None] - time[None, :])
    weights, means, variances = [], [], []
    for _ in range(max(1, draws // 20_000)):
        m = 20_000
        phi = rng.beta(*given.get("autocorrelation", (2, 2)), m)
        su = np.abs(rng.normal(0, 1, m)) * given.get("drift_sd", 1.5)
        se = np.abs(rng.normal(0, 1, m)) * 1.5
        so = np.abs(rng.normal(0, 1, m)) * given.get("period_sd", 0.75)
        slow = onset["median_days"] * np.exp(onset["log_sd"] * rng.normal(size=m))
        at_once = rng.random(m) < onset["at_once_weight"]
        tau = np.where(at_once, onset["at_once_days"], slow)
        level = np.full(m, spec.get("initial_exposure", 0.0))
        e = np.empty((m, days))
        for day in range(days):
            level = arm[day] + (level - arm[day]) * np.exp(-1 / tau)
            e[:, day] = level
        e = e[:, used]
        cov = (su**2 / (1 - phi**2))[:, None, None] * phi[:, None, None] ** lag
        cov = cov + se[:, None, None] ** 2 * np.eye(y.size) + so[:, None, None] ** 2 * same + known
        solved = np.linalg.solve(cov, np.stack([np.broadcast_to(y, e.shape), e], axis=2))
        precision = (e * solved[:, :, 1]).sum(axis=1) + effect_sd**-2.0
        shift = (e * solved[:, :, 0]).sum(axis=1)
        # The effect is integrated under its own prior: N(0, effect_sd^2).
        log_w = -0.5 * np.linalg.slogdet(cov)[1] - 0.5 * (y * solved[:, :, 0]).sum(axis=1)
        log_w += 0.5 * shift**2 / precision - 0.5 * np.log(precision) - math.log(effect_sd)
        # One record's worth of rounding error (Priors.resolution).
        log_w -= given.get("resolution", 0.0) ** 2 / 24 / (su**2 + se**2)
        weights.append(np.exp(log_w))
        means.append(shift / precision)
        variances.append(1 / precision)
    w, mean, var = (np.concatenate(x) for x in (weights, means, variances))
    share = w / w.sum()
    center = share @ mean
    sd = math.sqrt(share @ (var + (mean - center) ** 2))
    below = ndtr((0 - mean) / np.sqrt(var))
    return {
        "mean": float(center),
        "sd": sd,
        "probability_below_zero": float(share @ below),
        "log_evidence": math.log(w.mean()) - 0.5 * y.size * math.log(2 * math.pi),
        "error": float(np.sqrt((share**2 * (mean - center) ** 2).sum()) / sd),
    }


def main() -> None:
    here = Path(__file__).parent
    for path in [Path(p) for p in sys.argv[1:]] or sorted(here.glob("*.toml")):
        print(f"# {path.name}\n[expected]")
        for name, value in expected(read(path)).items():
            print(f"{name} = {value:.5f}")


if __name__ == "__main__":
    main()
