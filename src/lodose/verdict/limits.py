"""What a trial of this design would miss: slow drugs, by simulation.

The figures come from ``python -m calibration`` (docs/validity.md). A design that calls a drug that
gains twice the MCID "little" in more than one trial of ten, at some speed of onset, says so in
every report made with it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from lodose.trial import Protocol

MOST_MISSED = 0.10
"""Share of wrongly dismissed drugs from which a design has to say so."""


@dataclass(frozen=True, slots=True)
class OnsetLimit:
    """The quickest drug that a design dismisses too often.

    Attributes
    ----------
    onset_days
        Time constant of its build-up, days.
    missed
        Share of trials that call it little although it gains twice the MCID.
    pairs, days
        The simulated design that stands for this one.
    """

    onset_days: float
    missed: float
    pairs: int
    days: int


@dataclass(frozen=True, slots=True)
class SimulatedDesign:
    """A ready design and what it misses, by onset (days)."""

    pairs: int
    days: int
    missed: Mapping[float, float]


@lru_cache(maxsize=1)
def simulated_designs() -> tuple[SimulatedDesign, ...]:
    """Read the designs that were simulated, as they stand in ``limits.toml``."""
    text = files("lodose.verdict").joinpath("limits.toml").read_text("utf-8")
    return tuple(
        SimulatedDesign(
            row["pairs"],
            row["days"],
            {float(onset): float(share) for onset, share in row["missed"].items()},
        )
        for row in tomllib.loads(text)["design"]
    )


def onset_limit(protocol: Protocol) -> OnsetLimit | None:
    """Find the quickest drug that a trial like this one dismisses too often.

    Taken from the simulated design with periods no longer than the shortest of this trial (the
    shortest one simulated, if none is that short) and the nearest number of pairs.

    Returns
    -------
    OnsetLimit or None
        None where no simulated onset is missed too often, or the protocol says that the drug acts
        at once.
    """
    if protocol.priors.onset_at_once == 1:
        return None
    shortest = min(period.days for period in protocol.periods)
    pairs = len(protocol.periods) // 2
    known = simulated_designs()
    fitting = [design for design in known if design.days <= shortest] or [
        design for design in known if design.days == min(each.days for each in known)
    ]
    longest = max(design.days for design in fitting)
    nearest = min(
        (design for design in fitting if design.days == longest),
        key=lambda design: (abs(design.pairs - pairs), design.pairs),
    )
    for onset, missed in sorted(nearest.missed.items()):
        if missed > MOST_MISSED:
            return OnsetLimit(onset, missed, nearest.pairs, nearest.days)
    return None
