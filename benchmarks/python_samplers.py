"""NUTS on the PyMC and the NumPyro model, compiled once and run on any trial of the same shape."""

from functools import partial
from typing import Any, Literal

import numpy as np

from benchmarks.hand_coded import Draws
from benchmarks.nuts_models import data_of, lags, numpyro_model, pymc_model
from lodose.inference import Priors, TrialArrays


def compile_for_nutpie(arrays: TrialArrays, priors: Priors, *, non_centred: bool = True) -> Any:
    """Compile the PyMC model for nutpie, which takes half a minute."""
    import nutpie

    return nutpie.compile_pymc_model(pymc_model(arrays, priors, non_centred=non_centred))


def with_trial(compiled: Any, arrays: TrialArrays) -> Any:
    """Put another trial, with arms changing as often, into a compiled model."""
    data = data_of(arrays)
    steps = data.pop("steps")
    changes = np.flatnonzero(steps)
    return compiled.with_data(**data, since=lags(arrays.days)[:, changes], size=steps[changes])


def nutpie_draws(
    compiled: Any,
    arrays: TrialArrays,
    *,
    chains: int,
    tune: int,
    draws: int,
    seed: int,
    **options: Any,
) -> Draws:
    """Sample a model that `compile_for_nutpie` returned, on one core."""
    import nutpie

    trace = nutpie.sample(
        with_trial(compiled, arrays),
        chains=chains,
        tune=tune,
        draws=draws,
        seed=seed,
        cores=1,
        progress_bar=False,
        save_warmup=False,
        **options,
    )
    return _from_arviz(trace)


def pymc_draws(
    arrays: TrialArrays,
    priors: Priors,
    *,
    chains: int,
    tune: int,
    draws: int,
    seed: int,
    sampler: Literal["nutpie", "pymc"] = "nutpie",
    **options: Any,
) -> Draws:
    """`pymc.sample` as a user calls it, its compilation included, on one core."""
    import pymc as pm

    if sampler == "nutpie":
        setting = {"chains": chains, "tune": tune, "draws": draws, "seed": seed}
        return nutpie_draws(compile_for_nutpie(arrays, priors), arrays, **setting, **options)
    with pymc_model(arrays, priors):
        trace = pm.sample(
            chains=chains,
            tune=tune,
            draws=draws,
            random_seed=seed,
            cores=1,
            progressbar=False,
            compute_convergence_checks=False,
            **options,
        )
    return _from_arviz(trace)


def numpyro_sampler(
    arrays: TrialArrays, priors: Priors, *, chains: int, tune: int, draws: int, **options: Any
) -> Any:
    """NumPyro's sampler in double precision; it compiles at its first run."""
    import jax
    from numpyro.infer import MCMC, NUTS

    jax.config.update("jax_enable_x64", True)
    model = partial(numpyro_model, initial=arrays.initial_exposure, priors=priors)
    kernel = NUTS(model, target_accept_prob=options.get("target_accept", 0.8))
    return MCMC(
        kernel,
        num_warmup=tune,
        num_samples=draws,
        num_chains=chains,
        chain_method="sequential",
        progress_bar=False,
        jit_model_args=True,
    )


def run_numpyro(sampler: Any, arrays: TrialArrays, *, seed: int) -> Draws:
    """Run a sampler of `numpyro_sampler` on a trial."""
    import jax

    data = data_of(arrays)
    order = ("record", "seen", "time", "indicators", "steps")
    sampler.run(
        jax.random.PRNGKey(seed), *(data[name] for name in order), extra_fields=("diverging",)
    )
    effect = np.asarray(sampler.get_samples(group_by_chain=True)["effect"])
    return Draws(effect, int(sampler.get_extra_fields()["diverging"].sum()))


def numpyro_draws(
    arrays: TrialArrays,
    priors: Priors,
    *,
    chains: int,
    tune: int,
    draws: int,
    seed: int,
    **options: Any,
) -> Draws:
    """Compile and run NumPyro."""
    sampler = numpyro_sampler(arrays, priors, chains=chains, tune=tune, draws=draws, **options)
    return run_numpyro(sampler, arrays, seed=seed)


def _from_arviz(trace: Any) -> Draws:
    divergences = int(trace.sample_stats["diverging"].to_numpy().sum())
    return Draws(trace.posterior["effect"].to_numpy(), divergences)
