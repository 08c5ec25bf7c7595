"""What the model says to each observation."""

from dataclasses import dataclass

import numpy as np

from lodose.pharmacology import units
from lodose.pharmacology.arrays import FloatArray
from lodose.pharmacology.data import Observation, Observations
from lodose.pharmacology.history import regimen
from lodose.pharmacology.kernels import modes
from lodose.pharmacology.model import Curves, from_ratio, simulate
from lodose.pharmacology.parameters import Parameters

_FINE = np.arange(0.0, 12.0, 0.02)
_NEAR = np.linspace(-0.02, 0.02, 9)
_DAY = np.arange(0.0, 24.005, 0.01)


@dataclass(frozen=True, slots=True)
class Compared:
    """An observation beside what the model says.

    Attributes
    ----------
    observation : Observation
        What was seen.
    predicted : float
        In the observation's unit, by M1 where it is a scan.
    by_structure : dict
        For scans of mu receptors, the prediction of each structure.
    off : float
        Distance in standard errors of the observation (``stated``).
    stated : float
        That standard error: on the log scale for levels and times, in points for scans.
    """

    observation: Observation
    predicted: float
    by_structure: dict[str, float]
    off: float
    stated: float

    @property
    def within(self) -> bool:
        """Whether the prediction lies within two standard errors."""
        return abs(self.off) <= 2.0

    @property
    def fold(self) -> float:
        """Predicted over observed."""
        return self.predicted / self.observation.value


def compared(data: Observations, parameters: Parameters) -> tuple[Compared, ...]:
    """Set every observation, fitted or not, beside the model."""
    return tuple(_compared(data, each, parameters) for each in data.observation)


def _compared(data: Observations, each: Observation, parameters: Parameters) -> Compared:
    stated = data.error_of(each)
    if each.analyte is not None:
        found = level(each, parameters)
        off = float(np.log(found / each.value)) / stated
        return Compared(each, found, {}, off, stated)
    by_structure = scan(data, each, parameters)
    return Compared(
        each, by_structure["M1"], by_structure, (by_structure["M1"] - each.value) / stated, stated
    )


def level(each: Observation, parameters: Parameters) -> float:
    """Peak, time of the peak, AUC or terminal half-life after one dose."""
    made = each.analyte == "naltrexol"
    if each.quantity == "half-life":
        return float(np.log(2.0)) / terminal_rate(parameters, made=made)
    if each.quantity == "absorption-half-life":
        return float(np.log(2.0)) / parameters.absorption
    weight = units.NALTREXOL if made else units.NALTREXONE
    dose = float(units.nmol(float(each.dose_ug)))
    if each.quantity == "auc":
        clearance = parameters.made_clearance if made else parameters.clearance
        return dose / clearance * weight / 1000.0
    times = _DAY if each.quantity == "auc-0-24" else _FINE
    curves = simulate(regimen(each.dose_ug, days=1, confirmed=True), times, parameters)
    found = curves.naltrexol_ng_ml if made else curves.naltrexone_ng_ml
    if each.quantity == "auc-0-24":
        return float(np.trapezoid(found, times))
    at, _ = _peak(times, found)
    # Looked at again from near: the fit needs a peak that moves smoothly with the parameters.
    near = at + _NEAR
    curves = simulate(regimen(each.dose_ug, days=1, confirmed=True), near, parameters)
    found = curves.naltrexol_ng_ml if made else curves.naltrexone_ng_ml
    at, height = _peak(near, found)
    return height if each.quantity == "cmax" else at


def terminal_rate(parameters: Parameters, *, made: bool = False) -> float:
    """Slowest rate of naltrexone, or of its metabolite, in plasma (1/h)."""
    rate = np.empty(6)
    modes(parameters.row(), rate, np.empty(3), np.empty(6), np.empty(4))
    return float(min(rate[5], rate[2])) if made else float(rate[2])


def scan(data: Observations, each: Observation, parameters: Parameters) -> dict[str, float]:
    """Occupancy in per cent at the hour of a scan, by each structure."""
    early = data.fixed_value("early_scan_h")
    assert each.at_h is not None  # noqa: S101  the record was refused otherwise
    history = regimen(each.dose_ug, days=each.days, confirmed=True)
    curves = simulate(history, np.unique([early, each.at_h]), parameters)
    found = {}
    for name in ("M0", "M1", "M2"):
        values = _receptor(each, curves, name, parameters)
        share = values[-1] / values[0] if each.quantity == "mu-of-early" else values[-1]
        found[name] = 100.0 * float(share)
    return found


def _receptor(each: Observation, curves: Curves, name: str, who: Parameters) -> FloatArray:
    mu = curves.mu(name)
    if each.quantity in ("kappa", "delta"):
        weaker = who.kappa_ratio if each.quantity == "kappa" else who.delta_ratio
        return from_ratio(mu / np.maximum(1.0 - mu, 1e-300), weaker)
    return mu


def _peak(times: FloatArray, values: FloatArray) -> tuple[float, float]:
    """Highest point of the parabola through the highest three points."""
    top = int(np.clip(np.argmax(values), 1, values.size - 2))
    left, middle, right = values[top - 1 : top + 2]
    bend = left - 2.0 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    step = times[1] - times[0]
    return float(times[top] + shift * step), float(middle - 0.25 * (left - right) * shift)
