"""What was observed, where it was read, and what was fixed for which reason."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from lodose.errors import InputError

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)]
Identity = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$")]
Number = Annotated[float, Field(allow_inf_nan=False)]
Above = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Place = Literal["full text", "abstract", "registry", "label", "practice", "secondary"]
LOG_QUANTITIES = frozenset({"cmax", "tmax", "auc", "auc-0-24", "half-life", "absorption-half-life"})
SCANS = frozenset({"mu", "mu-of-early", "kappa", "delta"})


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Record):
    """Where a figure comes from and where it was read."""

    id: Identity
    text: Text
    identifier: Text
    place: Place
    read: Text


class Observation(_Record):
    """One figure that the model is fitted to or checked against.

    `cmax` in ng/mL, `auc` in ng h/mL, `tmax` and `half-life` in hours, scans in per cent.
    """

    id: Identity
    what: Text
    quantity: Literal[
        "cmax",
        "tmax",
        "auc",
        "auc-0-24",
        "half-life",
        "absorption-half-life",
        "mu",
        "mu-of-early",
        "kappa",
        "delta",
    ]
    value: Above
    source: Identity
    use: Literal["fitted", "check"]
    dose_ug: Annotated[int, Field(gt=0)]
    analyte: Literal["naltrexone", "naltrexol"] | None = None
    days: Annotated[int, Field(ge=1)] = 1
    at_h: Above | None = None
    n: Annotated[int, Field(ge=1)] | None = None
    sd: Above | None = None
    sem: Above | None = None
    spread: Literal["one-scan"] | None = None
    note: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.quantity in LOG_QUANTITIES:
            if self.analyte is None:
                raise ValueError("is a concentration but names no analyte")
        else:
            if self.at_h is None:
                raise ValueError("is a scan but does not say when: give at_h")
            if self.value > 100:
                raise ValueError("is an occupancy above 100 per cent")
            if self.sd is None and self.sem is None and self.spread is None:
                raise ValueError("is a scan without a spread: give sd, sem or spread")
        if (self.sd is not None or self.sem is not None) and self.n is None:
            raise ValueError("has a spread but not of how many: give n")
        return self

    @property
    def unit(self) -> str:
        """Unit of the value."""
        if self.quantity in SCANS:
            return "%"
        units = {"cmax": "ng/mL", "auc": "ng h/mL", "auc-0-24": "ng h/mL"}
        return units.get(self.quantity, "h")


class Fixed(_Record):
    """A number that is not fitted, and why it is what it is."""

    id: Identity
    value: Number
    unit: Annotated[str, Field(min_length=1)]
    reason: Text


class Error(_Record):
    """How far an observation of a kind may lie from the truth."""

    id: Identity
    value: Above
    scale: Literal["log", "points"]
    reason: Text


class Variability(_Record):
    """How people differ in a parameter: log-normal, coefficient of variation."""

    id: Identity
    cv_percent: Above
    reason: Text


class Liver(_Record):
    """By how much a state of the liver multiplies the exposure to naltrexone."""

    id: Text
    value: Annotated[float, Field(ge=1)]
    reason: Text
    source: Identity | None = None


class Tlr4(_Record):
    """A concentration at which something was seen at TLR4."""

    what: Text
    value_nm: Above
    source: Identity
    note: Text


class Level(_Record):
    """A concentration that means something for opioids."""

    what: Text
    ng_per_ml: Above
    source: Identity
    note: Text


class Story(_Record):
    """A popular story with the figure that it stands on."""

    what: Text
    hours: tuple[Above, Above]
    source: Identity
    note: Text


class Guideline(_Record):
    """An interval that somebody states for the time before an operation."""

    what: Text
    hours: Above
    place: Place
    source_text: Text
    read: Text
    note: Text


class Observations(_Record):
    """The whole data file."""

    schema_: Literal[1] = Field(alias="schema")
    source: tuple[Source, ...]
    observation: Annotated[tuple[Observation, ...], Field(min_length=1)]
    fixed: tuple[Fixed, ...]
    error: tuple[Error, ...]
    variability: tuple[Variability, ...]
    liver: tuple[Liver, ...]
    tlr4: tuple[Tlr4, ...]
    level: tuple[Level, ...]
    story: tuple[Story, ...]
    guideline: tuple[Guideline, ...]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        known = {each.id for each in self.source}
        named = {
            one.source
            for table in (self.observation, self.liver, self.tlr4, self.level, self.story)
            for one in table
        }
        if unknown := sorted(each for each in named if each is not None and each not in known):
            raise ValueError(f"names the source '{unknown[0]}', which is not in the file")
        for ids in (
            [each.id for each in self.source],
            [each.id for each in self.observation],
            [each.id for each in self.fixed],
            [each.id for each in self.error],
            [each.id for each in self.variability],
        ):
            if len(ids) != len(set(ids)):
                raise ValueError(f"has an id twice: {sorted(i for i in ids if ids.count(i) > 1)}")
        errors = {each.id for each in self.error}
        for each in self.observation:
            wanted = each.spread or (each.quantity if each.quantity in LOG_QUANTITIES else None)
            if wanted and wanted not in errors:
                raise ValueError(f"has no error for '{wanted}', which '{each.id}' needs")
        return self

    def fixed_value(self, name: str) -> float:
        """Return a fixed number by its name."""
        for each in self.fixed:
            if each.id == name:
                return each.value
        raise InputError("is not fixed in the data file", "add it to [[fixed]].", column=name)

    def error_of(self, observation: Observation) -> float:
        """Standard error of an observation: log scale for levels and times, points for scans."""
        by_name = {each.id: each.value for each in self.error}
        if observation.quantity in LOG_QUANTITIES:
            return by_name[observation.quantity]
        if observation.spread:
            return by_name[observation.spread]
        if observation.sem is not None:
            return observation.sem
        assert observation.sd is not None  # noqa: S101  the record was refused otherwise
        return observation.sd

    def source_of(self, name: str) -> Source:
        """Return a source by its name."""
        return next(each for each in self.source if each.id == name)


def parse(text: str, *, file: str = "observations.toml") -> Observations:
    """Read the text of a data file.

    Raises
    ------
    InputError
        Naming the record, what is wrong with it and the mend.
    """
    try:
        table: dict[str, Any] = tomllib.loads(text)
        return Observations.model_validate(table)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"is no TOML ({error})", "mend that line.", file=file) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"])
        raise InputError(
            first["msg"], "complete the record.", file=file, column=where or "file"
        ) from None


@cache
def read_observations() -> Observations:
    """Return the observations that come with Lodose."""
    return parse((files("lodose.pharmacology") / "observations.toml").read_text("utf-8"))
