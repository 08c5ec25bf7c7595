"""Where a few milligrams go: plasma, receptors, and for how long.

Examples
--------
>>> import numpy as np
>>> curves = simulate(regimen(4500, days=14), np.array([13 * 24.0, 14 * 24.0]))
>>> bool(curves.m1[1] > curves.m0[1])
True
"""

from lodose.pharmacology.history import (
    History,
    amount_ug,
    dose_log,
    joined,
    regimen,
)
from lodose.pharmacology.model import STRUCTURES, Curves, simulate
from lodose.pharmacology.parameters import Parameters, typical
from lodose.pharmacology.people import Population, Spread, draw_people, population

__all__ = [
    "STRUCTURES",
    "Curves",
    "History",
    "Parameters",
    "Population",
    "Spread",
    "amount_ug",
    "dose_log",
    "draw_people",
    "joined",
    "population",
    "regimen",
    "simulate",
    "typical",
]
