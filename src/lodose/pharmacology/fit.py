"""Estimate the model from the data file; the same file gives the same numbers.

Plasma first, by least squares on the log scale, each observation weighted by the error that the
data file states; then each structure of occupancy by chi-square, with plasma as it was found.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lodose.errors import LodoseError
from lodose.pharmacology.arrays import FloatArray
from lodose.pharmacology.data import LOG_QUANTITIES, Observation, Observations
from lodose.pharmacology.estimates import Block, Estimates
from lodose.pharmacology.parameters import Parameters
from lodose.pharmacology.predict import level, scan

PLASMA = (
    "absorption", "clearance", "volume", "outer_volume",
    "made_clearance", "made_volume", "made_outer_volume",
)  # fmt: skip
OCCUPANCY = {
    "M0": ("half_occupied",),
    "M1": ("uptake", "loss"),
    "M2": ("binding", "unbinding"),
}
DIGITS = 5

# Where the search starts; it ends at the same place from any start within a factor of two.
_START = {
    "absorption": 1.0, "clearance": 1000.0, "volume": 1000.0, "outer_volume": 2500.0,
    "made_clearance": 50.0, "made_volume": 250.0, "made_outer_volume": 400.0,
    "uptake": 0.1, "loss": 0.02, "half_occupied": 1.0, "binding": 0.1, "unbinding": 0.005,
}  # fmt: skip


def fit(data: Observations, text: str, *, start: float = 1.0) -> Estimates:
    """Fit plasma and the three structures.

    Parameters
    ----------
    data : Observations
        What was observed.
    text : str
        The data file as it was read: its hash goes into the estimates.
    start : float
        Multiplies where the search starts.

    Returns
    -------
    Estimates
        Rounded to five digits, so that the same file gives the same numbers on every machine.
    """
    fixed = {each.id: each.value for each in data.fixed}
    names = {name: value for name, value in fixed.items() if name != "early_scan_h"}
    first = {name: value * start for name, value in _START.items()}
    who = Parameters(**names, **first)
    fitted = [each for each in data.observation if each.use == "fitted"]
    levels = [each for each in fitted if each.quantity in LOG_QUANTITIES]
    scans = [each for each in fitted if each.quantity not in LOG_QUANTITIES]

    def off_levels(person: Parameters) -> FloatArray:
        return np.array(
            [np.log(level(each, person) / each.value) / data.error_of(each) for each in levels]
        )

    plasma, who = _fit_block("plasma", PLASMA, who, off_levels)
    blocks = [plasma]
    for structure, parameters in OCCUPANCY.items():
        block, who = _fit_block(structure, parameters, who, _off_scans(data, scans, structure))
        blocks.append(block)
    return Estimates(
        observations_sha256=hashlib.sha256(text.encode()).hexdigest(),
        between_study_log_sd=_rounded(between_studies(data)),
        fixed=fixed,
        block=tuple(blocks),
    )


def between_studies(data: Observations) -> float:
    """How far studies lie apart in AUC per mg: standard deviation of the logarithms.

    One value from each study; two products in the same people count as one.
    """
    by_study: dict[str, list[float]] = {}
    for each in data.observation:
        if each.analyte == "naltrexone" and each.quantity in ("auc", "auc-0-24"):
            by_study.setdefault(each.source, []).append(float(np.log(each.value / each.dose_ug)))
    means = [float(np.mean(values)) for values in by_study.values()]
    return float(np.std(means, ddof=1))


def _off_scans(
    data: Observations, scans: list[Observation], structure: str
) -> Callable[[Parameters], FloatArray]:
    def off(person: Parameters) -> FloatArray:
        return np.array(
            [
                (scan(data, each, person)[structure] - each.value) / data.error_of(each)
                for each in scans
            ]
        )

    return off


def _fit_block(
    name: str,
    names: tuple[str, ...],
    who: Parameters,
    off: Callable[[Parameters], FloatArray],
) -> tuple[Block, Parameters]:
    from scipy.optimize import least_squares

    def person(logs: FloatArray) -> Parameters:
        values = np.exp(logs)
        return replace(who, **dict(zip(names, map(float, values), strict=True)))

    begin = np.log([getattr(who, each) for each in names])
    found = least_squares(
        lambda logs: off(person(logs)),
        begin,
        jac="3-point",
        bounds=(begin - 5.0, begin + 5.0),
        xtol=1e-13,
        ftol=1e-13,
        gtol=1e-13,
        max_nfev=300,
    )
    if not found.success:
        raise LodoseError(f"The fit of {name} did not settle. Mend: check the data file.")
    covariance = np.linalg.pinv(found.jac.T @ found.jac)
    errors = np.sqrt(np.diag(covariance))
    values = tuple(_rounded(float(value)) for value in np.exp(found.x))
    block = Block(
        id=name,  # type: ignore[arg-type]
        names=names,
        values=values,
        standard_errors=tuple(_rounded(float(each), 3) for each in errors),
        correlation=tuple(
            tuple(round(float(each), 3) + 0.0 for each in row)
            for row in covariance / np.outer(errors, errors)
        ),
        chi_square=_rounded(2.0 * float(found.cost)),
        observations=len(found.fun),
    )
    return block, replace(who, **dict(zip(names, values, strict=True)))


def _rounded(value: float, digits: int = DIGITS) -> float:
    return float(f"{value:.{digits}g}")


def as_toml(found: Estimates) -> str:
    """Write estimates as the file that the room reads."""
    lines = [
        "# Written by `lodose pharmacology fit` from observations.toml; not to be edited by hand.",
        "# Standard errors and correlations are those of the logarithms.",
        "",
        f'observations_sha256 = "{found.observations_sha256}"',
        f"between_study_log_sd = {found.between_study_log_sd}",
        "",
        "[fixed]",
        *(f"{name} = {value}" for name, value in found.fixed.items()),
    ]
    for block in found.block:
        lines += [
            "",
            "[[block]]",
            f'id = "{block.id}"',
            f"names = {_texts(block.names)}",
            f"values = {list(block.values)}",
            f"standard_errors = {list(block.standard_errors)}",
            f"chi_square = {block.chi_square}",
            f"observations = {block.observations}",
            "correlation = [",
            *(f"  {list(row)}," for row in block.correlation),
            "]",
        ]
    return "\n".join(lines) + "\n"


def _texts(names: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"
