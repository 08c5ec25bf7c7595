"""The same model in PyMC and in NumPyro, as a careful user of them would write it.

Both sample every term: the daily drift u as a latent AR(1) over all calendar days (real gaps are
days that carry no record), the period effects, level, trend, effect, phi, the three sds and the
onset. The onset's mixture (at once, or log-normal) is a discrete choice that NUTS cannot sample:
it is marginalised by a log-sum-exp of the two log likelihoods, exactly as in
`benchmarks.partial` and `benchmarks.collapsed`.

Period effects are non-centred. The drift is written with its innovations scaled by su
("non-centred", which was chosen because it diverged less than the centred form; see `NON_CENTRED`).
The data enter as mutable data of fixed shape, so that one compilation serves all trials of the
same length.
"""

import math
from typing import Any

import numpy as np

from benchmarks.packed import FloatArray
from lodose.inference import Priors, TrialArrays

NON_CENTRED = True


def data_of(arrays: TrialArrays) -> dict[str, FloatArray]:
    """Records with 0 where missing, a mask, and the design by day."""
    seen = arrays.observed
    return {
        "record": np.where(seen, arrays.outcome, 0.0),
        "seen": seen.astype(np.float64),
        "time": arrays.trend,
        "indicators": arrays.indicators(),
        "steps": np.diff(arrays.treatment, prepend=arrays.initial_exposure),
    }


def lags(days: int) -> FloatArray:
    """(T, T) days from the switch (column) to the end of each day (row); 0 before it."""
    day = np.arange(days)
    return np.maximum(day[:, None] - day[None, :] + 1, 0).astype(np.float64)


def pymc_model(arrays: TrialArrays, priors: Priors, *, non_centred: bool = NON_CENTRED) -> Any:
    """The full model in PyMC."""
    import pymc as pm
    import pytensor.tensor as pt

    days = arrays.days
    # One column for each day on which the arm changes: e_t = e_0 + sum of its steps, each built up.
    changes = np.flatnonzero(data_of(arrays)["steps"])
    onset = priors.onset
    a, b = priors.autocorrelation
    with pm.Model() as model:
        data = {name: pm.Data(name, value) for name, value in data_of(arrays).items()}
        since = pm.Data("since", lags(days)[:, changes])
        size = pm.Data("size", data_of(arrays)["steps"][changes])
        del data["steps"]
        level = pm.Normal("level", priors.level_mean, priors.level_sd)
        trend = pm.Normal("trend", 0.0, priors.trend_sd)
        effect = pm.Normal("effect", priors.effect_mean, priors.effect_sd)
        phi = pm.Beta("phi", a, b)
        drift_sd = pm.HalfNormal("drift_sd", priors.drift_sd)
        noise_sd = pm.HalfNormal("noise_sd", priors.noise_sd)
        period_sd = pm.HalfNormal("period_sd", priors.period_sd)
        tau = pm.LogNormal("tau", math.log(onset.median_days), onset.log_sd)
        shock = pm.Normal("shock", shape=arrays.indicators().shape[1])
        start = drift_sd / pt.sqrt(1.0 - phi**2)
        if non_centred:
            z = pm.Normal("z", shape=days)
            scaled = pt.concatenate([start * z[:1], drift_sd * z[1:]])
            power = lags(days) - 1.0
            u = pt.switch(power >= 0.0, pt.exp(pt.log(phi) * pt.maximum(power, 0.0)), 0.0) @ scaled
        else:
            u = pm.AR(
                "u", rho=phi, sigma=drift_sd, init_dist=pm.Normal.dist(0.0, start), shape=days
            )
        steady = level + trend * data["time"] + period_sd * (data["indicators"] @ shock) + u

        def log_likelihood(onset_days: Any) -> Any:
            exposure = arrays.initial_exposure - pt.expm1(-since / onset_days) @ size
            each = pm.logp(pm.Normal.dist(steady + effect * exposure, noise_sd), data["record"])
            return (each * data["seen"]).sum()

        pm.Potential(
            "records",
            pt.logaddexp(
                math.log(onset.at_once_weight) + log_likelihood(onset.at_once_days),
                math.log1p(-onset.at_once_weight) + log_likelihood(tau),
            ),
        )
    return model


def numpyro_model(
    record: Any,
    seen: Any,
    time: Any,
    indicators: Any,
    steps: Any,
    *,
    initial: float,
    priors: Priors,
    non_centred: bool = NON_CENTRED,
) -> None:
    """The full model in NumPyro; drift and exposure by `jax.lax.scan`."""
    import jax
    import jax.numpy as jnp
    import numpyro
    import numpyro.distributions as dist

    onset = priors.onset
    days = record.shape[0]
    level = numpyro.sample("level", dist.Normal(priors.level_mean, priors.level_sd))
    trend = numpyro.sample("trend", dist.Normal(0.0, priors.trend_sd))
    effect = numpyro.sample("effect", dist.Normal(priors.effect_mean, priors.effect_sd))
    phi = numpyro.sample("phi", dist.Beta(*priors.autocorrelation))
    drift_sd = numpyro.sample("drift_sd", dist.HalfNormal(priors.drift_sd))
    noise_sd = numpyro.sample("noise_sd", dist.HalfNormal(priors.noise_sd))
    period_sd = numpyro.sample("period_sd", dist.HalfNormal(priors.period_sd))
    tau = numpyro.sample("tau", dist.LogNormal(math.log(onset.median_days), onset.log_sd))
    shock = numpyro.sample("shock", dist.Normal().expand([indicators.shape[1]]).to_event(1))
    z = numpyro.sample("z", dist.Normal().expand([days]).to_event(1))
    start = drift_sd / jnp.sqrt(1.0 - phi**2)
    treatment = initial + jnp.cumsum(steps)
    keep = jnp.exp(-1.0 / jnp.stack([tau, jnp.asarray(onset.at_once_days)]))

    shifts = jnp.concatenate([start * z[:1], drift_sd * z[1:]])

    def next_day(state: Any, day: Any) -> Any:
        u, e = state
        shift, arm = day
        u, e = phi * u + shift, arm + keep * (e - arm)
        return (u, e), (u, e)

    _, (u, e) = jax.lax.scan(next_day, (0.0, jnp.full(2, initial)), (shifts, treatment))
    steady = level + trend * time + period_sd * (indicators @ shock) + u

    def log_likelihood(exposure: Any) -> Any:
        each = dist.Normal(steady + effect * exposure, noise_sd).log_prob(record)
        return (each * seen).sum()

    numpyro.factor(
        "records",
        jnp.logaddexp(
            math.log1p(-onset.at_once_weight) + log_likelihood(e[:, 0]),
            math.log(onset.at_once_weight) + log_likelihood(e[:, 1]),
        ),
    )
