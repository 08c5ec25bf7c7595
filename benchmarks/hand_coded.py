"""NUTS (nutpie) on the hand-coded compiled log densities, without a line of Python per step.

nutpie's way in for foreign code is `nutpie.compiled_pyfunc.from_pyfunc`, which calls Python at
every gradient. Its compiled PyMC models instead hand over the address of a C function and of its
data; the models here fill the same form with numba functions, so that the sampler is as fast as
nutpie can be. The functions read all sizes from the data: they compile once for all trials.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

from benchmarks import collapsed, partial
from benchmarks.packed import FAST, HEAD, FloatArray, pack
from lodose.inference import Priors, TrialArrays

LOG_DENSITIES = {
    "partial": partial.log_density,
    "collapsed": collapsed.log_density,
    "collapsed, differences": collapsed.log_density_by_differences,
}

C_DOUBLES = types.CPointer(types.double)
C_DENSITY = types.int64(types.uint64, C_DOUBLES, C_DOUBLES, C_DOUBLES, types.voidptr)
C_EXPAND = types.int64(types.uint64, types.uint64, C_DOUBLES, C_DOUBLES, types.voidptr)


@dataclass(frozen=True, slots=True)
class Draws:
    """What a sampler returned.

    Parameters
    ----------
    effect : (chains, draws) float
        Draws of the effect, in the outcome's unit.
    divergences : int
        Number of divergent transitions after warm-up.
    positions : (chains, draws, dim) float or None
        All coordinates.
    """

    effect: FloatArray
    divergences: int
    positions: FloatArray | None = None


@lru_cache(maxsize=4)
def c_density(kind: str) -> Any:
    """Compile one log density to a C function that returns 0, or 3 where it is not finite."""
    inner = LOG_DENSITIES[kind]

    def density(dim, x_, gradient_, value_, data_):  # type: ignore[no-untyped-def]
        head = numba.carray(data_, (HEAD,), np.float64)
        data = numba.carray(data_, (HEAD + 5 * int(head[0]),), np.float64)
        x = numba.carray(x_, (dim,))
        gradient = numba.carray(gradient_, (dim,))
        value = inner(x, data, gradient)
        numba.carray(value_, (1,))[0] = value
        if not np.isfinite(value):
            return 3
        for k in range(dim):
            if not np.isfinite(gradient[k]):
                return 3
        return 0

    return numba.cfunc(C_DENSITY, fastmath=FAST, error_model="numpy")(density)


@lru_cache(maxsize=1)
def c_expand() -> Any:
    """Compile the copy of a position into the trace."""

    def expand(dim, count, x_, out_, data_):  # type: ignore[no-untyped-def]
        x, out = numba.carray(x_, (dim,)), numba.carray(out_, (count,))
        for k in range(count):
            out[k] = x[k]
        return 0

    return numba.cfunc(C_EXPAND)(expand)


def model(kind: str, arrays: TrialArrays, priors: Priors) -> Any:
    """Fill nutpie's form of a compiled model."""
    from nutpie.compile_pymc import CompiledPyMCModel

    data = pack(arrays, priors)
    dim = collapsed.SIZE
    if kind == "partial":
        dim = partial.SIZE_WITHOUT_PERIODS + int(data[1])
    return CompiledPyMCModel(
        _n_dim=dim,
        dims={},
        _coords={},
        _shapes={"x": (dim,)},
        compiled_logp_func=c_density(kind),
        compiled_expand_func=c_expand(),
        initial_point_func=lambda seed: np.random.default_rng(seed).uniform(-1.0, 1.0, dim),
        shared_data={},
        user_data=data,
        n_expanded=dim,
        shape_info=(["x"], [slice(0, dim)], [(dim,)]),
        logp_func=None,
        expand_func=None,
    )


@numba.njit(fastmath=FAST, error_model="numpy")
def _draw_effects(positions: FloatArray, data: FloatArray, noise: FloatArray) -> FloatArray:
    effects = np.empty(positions.shape[0])
    for k in range(positions.shape[0]):
        parts = collapsed.effect_given(positions[k], data)
        c = 0 if noise[k, 0] < parts[0, 0] else 1
        effects[k] = parts[c, 1] + np.sqrt(parts[c, 2]) * noise[k, 1]
    return effects


def sample(
    kind: str,
    arrays: TrialArrays,
    priors: Priors,
    *,
    chains: int,
    tune: int,
    draws: int,
    seed: int,
    **options: Any,
) -> Draws:
    """Draw from the posterior with nutpie on one core; `options` go to `nutpie.sample`.

    ``kind`` is "partial" (period effects and linear terms sampled), "collapsed" (five parameters
    sampled, the effect drawn afterwards) or "collapsed, differences".
    """
    import nutpie

    trace = nutpie.sample(
        model(kind, arrays, priors),
        chains=chains,
        tune=tune,
        draws=draws,
        seed=seed,
        cores=1,
        progress_bar=False,
        save_warmup=False,
        **options,
    )
    positions = np.ascontiguousarray(trace.posterior["x"].to_numpy())
    divergences = int(trace.sample_stats["diverging"].to_numpy().sum())
    if kind == "partial":
        scaled = positions[..., 7]
    else:
        flat = positions.reshape(-1, collapsed.SIZE)
        rng = np.random.default_rng(seed)
        noise = np.column_stack([rng.random(len(flat)), rng.normal(size=len(flat))])
        scaled = _draw_effects(flat, pack(arrays, priors), noise).reshape(positions.shape[:2])
    return Draws(priors.effect_mean + priors.effect_sd * scaled, divergences, positions)


def effective(draws: NDArray[np.float64]) -> dict[str, float]:
    """Effective sample size (bulk) and R-hat of (chains, draws)."""
    import arviz

    return {
        "ess": float(arviz.ess(draws, method="bulk")),
        "r_hat": float(arviz.rhat(draws)),
    }
