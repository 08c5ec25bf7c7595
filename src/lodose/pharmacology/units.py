"""Micrograms, nanomoles, ng/mL and nM: said each time, never guessed."""

from lodose.pharmacology.arrays import FloatArray

NALTREXONE = 341.40
"""Grams per mole of the base, which is what an assay measures."""

NALTREXONE_HCL = 377.86
"""Grams per mole of the hydrochloride, which is what a dose is weighed as."""

NALTREXOL = 343.42
"""Grams per mole of 6beta-naltrexol."""


def nmol(dose_ug: FloatArray | float) -> FloatArray | float:
    """Nanomoles in a dose of the hydrochloride in micrograms.

    Examples
    --------
    >>> round(nmol(4500))
    11909
    """
    return dose_ug * 1000.0 / NALTREXONE_HCL


def ng_per_ml(nm: FloatArray, *, grams_per_mole: float = NALTREXONE) -> FloatArray:
    """Concentration in ng/mL from nM.

    Examples
    --------
    >>> import numpy as np
    >>> ng_per_ml(np.array([3.4])).round(2)
    array([1.16])
    """
    return nm * (grams_per_mole / 1000.0)


def nm(ng_ml: FloatArray, *, grams_per_mole: float = NALTREXONE) -> FloatArray:
    """Concentration in nM from ng/mL."""
    return ng_ml * (1000.0 / grams_per_mole)
