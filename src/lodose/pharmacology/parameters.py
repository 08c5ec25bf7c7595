"""What the model needs to know of a person."""

from dataclasses import dataclass, fields, replace
from functools import cache
from math import isfinite

import numpy as np

from lodose.errors import InputError
from lodose.pharmacology.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Parameters:
    """Rates, clearances and volumes of one person; apparent (over F), because taken by mouth.

    Attributes
    ----------
    absorption
        ka, 1/h.
    clearance, volume, exchange, outer_volume
        CL/F (L/h), V1/F (L), Q/F (L/h), V2/F (L) of naltrexone.
    first_pass
        Share of the dose that becomes 6beta-naltrexol before it reaches the blood.
    made_clearance, made_volume, made_exchange, made_outer_volume
        The same four of 6beta-naltrexol, over the share that is formed.
    uptake, loss
        S (1/(nM h), per free nM) and kout (1/h) of the slow biophase, M1.
    half_occupied
        EC50 of the plasma equilibrium, M0, in free nM.
    binding, unbinding
        kon (1/(nM h), per free nM) and koff (1/h) of slow binding, M2.
    unbound
        Free share in plasma.
    kappa_ratio, delta_ratio
        How much weaker the hold on kappa and delta receptors is than on mu.
    lag
        Hours from swallowing to the start of absorption.
    """

    absorption: float
    clearance: float
    volume: float
    exchange: float
    outer_volume: float
    first_pass: float
    made_clearance: float
    made_volume: float
    made_exchange: float
    made_outer_volume: float
    uptake: float
    loss: float
    half_occupied: float
    binding: float
    unbinding: float
    unbound: float
    kappa_ratio: float
    delta_ratio: float
    lag: float

    def __post_init__(self) -> None:
        """Refuse what is no person."""
        for field in fields(self):
            value = getattr(self, field.name)
            least = field.name in ("lag", "first_pass")
            if not isfinite(value) or value < 0 or (value == 0 and not least):
                raise InputError(
                    "is no rate, clearance, volume or share",
                    "give a number above 0 (0 is possible for lag and first_pass).",
                    column=field.name,
                    value=value,
                )
        for name in ("first_pass", "unbound"):
            if getattr(self, name) > 1:
                raise InputError(
                    "is more than the whole", "give a share from 0 to 1.",
                    column=name, value=getattr(self, name),
                )  # fmt: skip

    def row(self) -> FloatArray:
        """The sixteen numbers in the kernels' order."""
        return np.array([getattr(self, name) for name in ROW])

    def with_liver_disease(self, liver: str) -> "Parameters":
        """Return the parameters with a liver that lets more of each dose through.

        Decompensated cirrhosis multiplied the AUC by eight and left half-lives and the
        metabolite's AUC about as they were (Bertolotti 1997): the first pass is lost, so that
        everything apparent of naltrexone is divided by the same factor.
        """
        from lodose.pharmacology.data import read_observations

        factors = {each.id: each.value for each in read_observations().liver}
        if liver not in factors:
            raise InputError(
                "is no state of the liver",
                f"choose one of {', '.join(factors)}.",
                column="liver",
                value=liver,
            )
        factor = factors[liver]
        names = ("clearance", "volume", "exchange", "outer_volume")
        return replace(self, **{name: getattr(self, name) / factor for name in names})


ROW = (
    "absorption", "clearance", "volume", "exchange", "outer_volume", "first_pass",
    "made_clearance", "made_volume", "made_exchange", "made_outer_volume",
    "uptake", "loss", "half_occupied", "binding", "unbinding", "unbound",
)  # fmt: skip


@cache
def typical() -> Parameters:
    """Return the typical person: the committed estimates and what was fixed."""
    from lodose.pharmacology.estimates import read_estimates

    return read_estimates().parameters()
