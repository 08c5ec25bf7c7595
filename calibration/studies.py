"""The grids: which designs and truths are simulated, and how often."""

import itertools
from collections.abc import Iterator

from calibration.trials import Cell

TRIALS = 1000
AGAIN = 10_000  # a cell that fails is run once more with so many, and a new seed
SEED = 31415
SEED_AGAIN = 27182

READY = {
    "3 x 28 d": (3, 28),
    "4 x 14 d": (4, 14),
    "6 x 14 d": (6, 14),
    "6 x 7 d": (6, 7),
    "2 x 42 d": (2, 42),
}
"""Ready designs: pairs of periods x days of a period."""

ONSETS = (0.1, 3.0, 7.0, 14.0, 30.0)
BENEFITS = (0.0, 0.5, 1.0, 2.0)


def no_effect() -> Iterator[Cell]:
    """False "helps" or "probably helps" where the drug does nothing.

    All of the day noise is correlated here, the hardest case for a given correlation.
    """
    for phi, shock, pairs, days in itertools.product(
        (0.0, 0.3, 0.7), (0.0, 0.3, 0.6), (3, 4, 6), (7, 14, 28)
    ):
        yield Cell("no effect", pairs, days, phi=phi, shock_sd=shock, correlated_share=1.0)


def truth_by_verdict() -> Iterator[Cell]:
    """Every ready design, effect and onset, pooled over correlations and shocks."""
    for pairs, days in READY.values():
        for benefit, onset in itertools.product(BENEFITS, ONSETS):
            if benefit > 0 or onset == ONSETS[0]:
                yield Cell("truth", pairs, days, benefit=benefit, onset_days=onset)


def transition_dropped() -> Iterator[Cell]:
    """The same with transition days left out and the drug taken to act at once."""
    for pairs, days in READY.values():
        for benefit, onset in ((0.0, 0.1), *itertools.product((2.0,), ONSETS)):
            yield Cell(
                "dropped", pairs, days, benefit=benefit, onset_days=onset, drop_days=days // 2
            )


def looks() -> Iterator[Cell]:
    """Looks after 3, 6, 9 and 12 pairs; the first answer stands."""
    for days, benefit in itertools.product((7, 14), (0.0, 1.0, 2.0)):
        yield Cell(
            "looks", 12, days, benefit=benefit, onset_days=3.0, shock_sd=0.4, looks=(3, 6, 9, 12)
        )


def cuts() -> Iterator[Cell]:
    """Probabilities kept trial by trial, to be judged by other cuts."""
    for (pairs, days), benefit in itertools.product(((4, 14), (3, 28)), BENEFITS):
        yield Cell("cuts", pairs, days, benefit=benefit, onset_days=3.0)


STUDIES = {
    "no_effect": no_effect,
    "truth": truth_by_verdict,
    "dropped": transition_dropped,
    "looks": looks,
    "cuts": cuts,
}
