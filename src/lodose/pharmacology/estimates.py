"""The committed estimates: written by the fit, read by everything else."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from lodose.errors import InputError
from lodose.pharmacology.arrays import FloatArray
from lodose.pharmacology.parameters import Parameters


class Block(BaseModel):
    """Parameters that were fitted together, on the log scale.

    Attributes
    ----------
    names : tuple of str
        Fields of `Parameters`.
    values : tuple of float
        Estimates.
    standard_errors : tuple of float
        Of the logarithms: 0.17 is about 17 %.
    correlation : tuple of tuple of float
        Of the logarithms.
    chi_square : float
        Weighted sum of squares at the estimates.
    observations : int
        How many were fitted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Literal["plasma", "M0", "M1", "M2"]
    names: tuple[str, ...]
    values: tuple[float, ...]
    standard_errors: tuple[float, ...]
    correlation: tuple[tuple[float, ...], ...]
    chi_square: float
    observations: int

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        size = len(self.names)
        if not (len(self.values) == len(self.standard_errors) == len(self.correlation) == size):
            raise ValueError("has another number of values than of names")
        return self

    @property
    def covariance(self) -> FloatArray:
        """Covariance of the logarithms."""
        errors = np.array(self.standard_errors)
        found: FloatArray = np.array(self.correlation) * np.outer(errors, errors)
        return found


class Estimates(BaseModel):
    """Everything that the fit found, and what it was given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    observations_sha256: str
    between_study_log_sd: float
    fixed: dict[str, float]
    block: tuple[Block, ...]

    def parameters(self) -> Parameters:
        """Return the typical person."""
        values = {name: value for name, value in self.fixed.items() if name != "early_scan_h"}
        for block in self.block:
            values |= dict(zip(block.names, block.values, strict=True))
        return Parameters(**values)

    def of(self, name: str) -> Block:
        """Return the block of that name."""
        return next(each for each in self.block if each.id == name)


def parse_estimates(text: str, *, file: str = "estimates.toml") -> Estimates:
    """Read the text of an estimates file."""
    try:
        return Estimates.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise InputError(
            f"is no file of estimates ({type(error).__name__})",
            "write it anew: lodose pharmacology fit.",
            file=file,
        ) from None


@cache
def read_estimates() -> Estimates:
    """Return the estimates that come with Lodose."""
    return parse_estimates((files("lodose.pharmacology") / "estimates.toml").read_text("utf-8"))
