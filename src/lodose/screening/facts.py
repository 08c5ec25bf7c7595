"""What is known of a person before a start: checked where it comes in."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lodose.errors import InputError

LABS = ("ALT", "AST", "bilirubin", "eGFR")
RELATIVE = frozenset({"ALT", "AST", "bilirubin"})
_Text = Annotated[str, Field(min_length=1, max_length=200)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Medicine(_Part):
    """A medicine, supplement or drug that is taken now or was taken lately.

    Attributes
    ----------
    name
        As it is written on the box or as people call it.
    taken
        "now" or "stopped"; "stopped" counts for days after the last dose.
    last_dose
        Day of the last dose; needed to count an interval.
    regular
        Whether a stopped opioid was taken regularly; None while nobody has asked.
    """

    name: _Text
    taken: Literal["now", "stopped"] = "now"
    last_dose: date | None = None
    regular: bool | None = None


class Lab(_Part):
    """A laboratory value.

    Attributes
    ----------
    name
        ALT, AST, bilirubin or eGFR.
    value
        In the laboratory's own unit; eGFR in mL/min/1.73 m2.
    upper_limit
        The laboratory's upper limit of normal, which differs between laboratories; needed for
        all but eGFR.
    """

    name: Literal["ALT", "AST", "bilirubin", "eGFR"]
    value: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
    upper_limit: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _with_its_limit(self) -> Self:
        if self.name in RELATIVE and self.upper_limit is None:
            raise ValueError(
                f"{self.name} needs the laboratory's upper limit of normal beside the value"
            )
        if self.name == "eGFR" and self.value > 250:
            raise ValueError("eGFR above 250 is not possible; it is counted in mL/min/1.73 m2")
        return self


class Event(_Part):
    """Something planned or that happened: an operation, a birth, an emergency."""

    kind: _Text
    on: date | None = None


class Facts(_Part):
    """What is known of a person.

    Every list may be None, which means that nobody asked, or empty, which means "none". The
    difference is kept: what was not asked is told, never taken for "no".

    Attributes
    ----------
    age
        Years.
    medicines, conditions, allergies, labs, events
        What was told.
    natural_products
        Kratom and other "natural" pain products, asked for by name.
    pregnancy
        Any of "pregnant", "planning", "breastfeeding"; "no" or "does not apply".
    alcohol
        Whether alcohol is drunk.
    products
        How the low-dose product is made: "slow release", "home diluted".
    """

    age: Annotated[int, Field(ge=0, le=120)] | None = None
    medicines: tuple[Medicine, ...] | None = None
    natural_products: tuple[_Text, ...] | None = None
    conditions: tuple[_Text, ...] | None = None
    allergies: tuple[_Text, ...] | None = None
    labs: tuple[Lab, ...] | None = None
    events: tuple[Event, ...] | None = None
    pregnancy: Literal["pregnant", "planning", "breastfeeding", "no", "does not apply"] | None = (
        None
    )
    alcohol: bool | None = None
    products: tuple[_Text, ...] = ()


def facts_from(table: dict[str, Any], *, file: str | None = None) -> Facts:
    """Check a table of facts.

    Raises
    ------
    InputError
        Naming the field, the value and the mend.
    """
    try:
        return Facts.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        value = first["input"]
        raise InputError(
            f"cannot be read: {message}",
            "see docs/screening.md for what each field holds.",
            file=file,
            column=place or None,
            value=value if isinstance(value, str | int | float | date) else None,
        ) from None


def read_facts(path: Path | str) -> Facts:
    """Read a facts file (TOML).

    Raises
    ------
    InputError
        Where the file is not there, is not TOML, or a fact in it is impossible.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("is not there", "check the name; facts are a TOML file.", file=path.name)
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"is not TOML ({str(error)[:80]})",
            "write texts in quotation marks and dates as 2026-05-01.",
            file=path.name,
        ) from None
    return facts_from(table, file=path.name)
