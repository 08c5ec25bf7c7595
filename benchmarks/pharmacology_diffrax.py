"""The population by diffrax: compiled by XLA, float64, doses at the ends of the solves.

Days 1 to 12 are a `lax.scan` of solves that keep nothing but their end; only what is asked for is
saved, and only what bears on it is solved. Two ways to take steps:

- ``shared``: all people of a call are one state (5, n), and diffrax's controller chooses steps that
  they share, by the largest error of any of them. The benchmark sorts people by their fastest
  rate, so that those of a call need like steps; without that it takes about four times as long.
- ``vmap``: as in diffrax's documentation, everybody with steps of their own; XLA then runs all of
  a call until the last one is done.

Tried and slower: Dopri5 and Dopri8 for Tsit5, Kvaerno5 (under vmap, also on the stiffest people
alone), a state of five arrays, calls of 1,024 and more. A fixed grid of steps (`StepTo`) tuned by
hand to the typical person takes half as long as ``shared`` and is unstable for one person in ten.
"""

from typing import Any

import diffrax
import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.pharmacology_sides import (
    DAY,
    DAYS,
    FloatArray,
    Side,
    occupancies,
    rates,
    slopes,
    wanted,
)

jax.config.update("jax_enable_x64", True)

FIRST_STEP = 0.05
MOST_STEPS = 4096


def field(_: Any, y: Any, p: Any) -> Any:
    """Right-hand side on a state (5,) or (5, n)."""
    return jnp.stack(slopes(y[0], y[1], y[2], y[3], y[4], p))


def largest(errors: Any) -> Any:
    """A norm that nobody's error can hide in."""
    return jnp.max(jnp.abs(errors))


def solver(kind: str, tolerance: float) -> Any:
    """The whole course, compiled: rates of the people in, (3, 97, n) out."""
    norm = {} if kind == "vmap" else {"norm": largest}
    steps = diffrax.PIDController(rtol=tolerance, atol=tolerance, **norm)

    def one_dose(y: Any, p: Any, save: Any) -> Any:
        return diffrax.diffeqsolve(
            diffrax.ODETerm(field), diffrax.Tsit5(), 0.0, DAY, FIRST_STEP, y.at[0].add(p["dose"]),
            args=p, saveat=save, stepsize_controller=steps, max_steps=MOST_STEPS,
        ).ys  # fmt: skip

    def course(p: Any) -> Any:
        only_end = diffrax.SaveAt(t1=True)
        y = jnp.zeros((5, *p["ka"].shape))
        y, _ = jax.lax.scan(
            lambda y, _: (one_dose(y, p, only_end)[-1], None), y, None, length=DAYS - 2
        )
        kept = diffrax.SubSaveAt(
            ts=jnp.asarray(wanted(DAYS - 2)), fn=lambda t, y, args: y[jnp.array([1, 3, 4])]
        )
        before, y = one_dose(y, p, diffrax.SaveAt(subs=[kept, diffrax.SubSaveAt(t1=True)]))
        last = diffrax.SubSaveAt(ts=jnp.asarray(wanted(DAYS - 1)), fn=kept.fn)
        states = jnp.concatenate([before, one_dose(y[-1], p, diffrax.SaveAt(subs=last))])
        return occupancies(states[:, 0], states[:, 1], states[:, 2], p, jnp.stack)

    if kind == "vmap":
        return jax.jit(jax.vmap(course, out_axes=-1))
    return jax.jit(course)


def diffrax_side(kind: str, tolerance: float) -> Side:
    """Diffrax; what it gives is a NumPy array that shares XLA's memory."""
    run = solver(kind, tolerance)

    def solve(rows: FloatArray) -> FloatArray:
        found = run({name: jnp.asarray(each) for name, each in rates(rows).items()})
        return np.asarray(jax.block_until_ready(found))

    return solve
