"""Make the synthetic diaries: invented people with a known truth, always labelled so.

The diaries are shipped as files; this module is how they were made, and the tests make them
again. ``python -m lodose.examples.synthetic FOLDER`` writes them below a folder.
"""

import datetime as dt
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from statistics import NormalDist

import numpy as np

from lodose.errors import LodoseError
from lodose.trial import Protocol, read_protocol

_HEADER = "date,pain,sleep,dose_mg,side_effects,note"
_SEVERITY_WORDS = ("mild", "moderate", "severe")


@dataclass(frozen=True, slots=True)
class Truth:
    """What the simulated person is made of; pain and sleep are on scales of 0 to 10.

    Parameters
    ----------
    seed : int
        Key of the random numbers.
    effect : float
        Effect of the treatment on pain at full exposure.
    level : float
        Pain without treatment in the middle of the trial.
    trend : float
        Change of pain over the whole trial for reasons other than the treatment.
    build_up_days : float
        Time constant of build-up and wash-out.
    autocorrelation, drift_sd, noise_sd, period_sd : float
        Day-to-day correlation and innovation of the slow part, noise of single days, and
        spread of whole periods.
    dreams_active, dreams_comparator : float
        Daily probability of vivid dreams on each arm.
    missing : float
        Fraction of days without an entry.
    missed_doses : float
        Fraction of active days on which the dose was forgotten.
    """

    seed: int
    effect: float
    level: float = 6.0
    trend: float = 0.0
    build_up_days: float = 3.0
    autocorrelation: float = 0.4
    drift_sd: float = 0.7
    noise_sd: float = 0.8
    period_sd: float = 0.4
    dreams_active: float = 0.25
    dreams_comparator: float = 0.08
    missing: float = 0.12
    missed_doses: float = 0.04


TRUTHS = {
    "ldn-helps": Truth(seed=20250106, effect=-2.0),
    "ldn-no-effect": Truth(seed=20250107, effect=0.0),
    "ldn-open-label": Truth(seed=20250108, effect=-1.5, trend=-0.5),
    "ldn-before-after": Truth(seed=20250109, effect=0.0, level=5.5, trend=-2.0),
}


class _Chance:
    """Random numbers that no release of NumPy changes.

    Only the raw bits of Philox are fixed for good; the normal numbers of a ``Generator`` may
    change. So bits become uniform and normal numbers here.
    """

    def __init__(self, seed: int) -> None:
        self._bits = np.random.Philox(key=seed)

    def uniform(self) -> float:
        """Return a number between 0 and 1, neither of them included."""
        return ((int(self._bits.random_raw()) >> 11) + 0.5) / 2.0**53

    def normal(self, sd: float) -> float:
        return NormalDist().inv_cdf(self.uniform()) * sd


def diary_csv(name: str) -> str:
    """Return the synthetic diary of that name as CSV.

    Raises
    ------
    LodoseError
        If no synthetic diary has that name.
    """
    if name not in TRUTHS:
        raise LodoseError(f"There is no synthetic diary '{name}'. There are: {', '.join(TRUTHS)}.")
    path = resources.files("lodose.examples").joinpath("data", name, "protocol.toml")
    with resources.as_file(path) as file:
        protocol = read_protocol(file)
    return "\n".join([_HEADER, *_rows(protocol, TRUTHS[name]), ""])


def _rows(protocol: Protocol, truth: Truth) -> Iterator[str]:
    # Every day draws the same numbers in the same order, recorded or not, so that changing one
    # fraction leaves the rest of the diary as it was.
    chance = _Chance(truth.seed)
    shocks = [chance.normal(truth.period_sd) for _ in protocol.periods]
    stationary = truth.drift_sd / math.sqrt(1 - truth.autocorrelation**2)
    drift, exposure = chance.normal(stationary), 0.0
    total = (protocol.last_day - protocol.first_day).days + 1
    for number in range(total):
        day = protocol.first_day + dt.timedelta(days=number)
        index = protocol.period_index(day)
        if index is None:
            raise LodoseError(f"{day} lies between two periods: leave no gap in this schedule.")
        period = protocol.periods[index]
        active = period.arm == "active"
        exposure += (active - exposure) * (1 - math.exp(-1 / truth.build_up_days))
        pain = (
            truth.level
            + truth.trend * ((number + 0.5) / total - 0.5)
            + truth.effect * exposure
            + shocks[index]
            + drift
            + chance.normal(truth.noise_sd)
        )
        drift = truth.autocorrelation * drift + chance.normal(truth.drift_sd)
        sleep = 5.5 + chance.normal(1.2)
        forgotten = chance.uniform() < truth.missed_doses and active
        effects = _side_effects(chance, truth.dreams_active if active else truth.dreams_comparator)
        skipped = chance.uniform() < truth.missing
        unrated = chance.uniform() < 0.02
        # The first day stays, because its note carries the label.
        if skipped and number:
            continue
        dose = "0" if forgotten or not active else f"{(period.dose_micrograms or 0) / 1000:g}"
        rated = "" if unrated else _rating(pain)
        note = "synthetic diary" if number == 0 else "forgot the capsule" if forgotten else ""
        yield f"{day},{rated},{_rating(sleep)},{dose},{effects},{note}"


def _side_effects(chance: _Chance, dreams: float) -> str:
    """Draw the day's side effects; headache comes as often on either arm."""
    felt = []
    for name, probability in (("vivid dreams", dreams), ("headache", 0.06)):
        happens, how_bad = chance.uniform() < probability, chance.uniform()
        if happens:
            felt.append(f"{name}:{_SEVERITY_WORDS[(how_bad > 0.7) + (how_bad > 0.97)]}")
    return "; ".join(felt) or "none"


def _rating(value: float) -> str:
    return str(min(10, max(0, math.floor(value + 0.5))))


def _main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        raise SystemExit("usage: python -m lodose.examples.synthetic FOLDER")
    for name in TRUTHS:
        target = Path(arguments[0]) / name
        target.mkdir(parents=True, exist_ok=True)
        (target / "diary.csv").write_bytes(diary_csv(name).encode("utf-8"))


if __name__ == "__main__":
    _main(sys.argv[1:])
