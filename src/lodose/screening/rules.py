"""The rules, read from `rules.toml`; an incomplete rule is refused, never half used."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lodose.errors import InputError
from lodose.screening.model import Interval, LabLimit, Rule, Severity, Source, Trigger
from lodose.screening.words import known

FILE = "rules.toml"
BASES = Literal["label", "guideline", "case reports", "pharmacology", "theoretical", "anecdotal"]
_Said = Annotated[str, Field(min_length=8)]
_Name = Annotated[str, Field(min_length=2)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class _Lab(_Strict):
    name: Literal["ALT", "AST", "bilirubin", "eGFR"]
    above: float | None = None
    below: float | None = None


class _Interval(_Strict):
    days_min: Annotated[int, Field(ge=1)]
    days_max: Annotated[int, Field(ge=1)]
    source: _Said
    judgement: bool = False


class _Trigger(_Strict):
    groups: tuple[_Name, ...] = ()
    together_with: tuple[_Name, ...] = ()
    use: Literal["current", "recent", "dated"] = "current"
    long_acting: bool = False
    lookback_days: Annotated[int, Field(ge=0)] = 0
    conditions: tuple[_Name, ...] = ()
    allergies: tuple[_Name, ...] = ()
    products: tuple[_Name, ...] = ()
    labs: tuple[_Lab, ...] = ()
    events: tuple[_Name, ...] = ()
    lookahead_days: int | None = None
    age_below: int | None = None
    age_from: int | None = None
    always: bool = False


class _Rule(_Strict):
    id: Annotated[str, Field(pattern=r"^[A-Z]{2,4}-\d{3}-[a-z-]+$")]
    title: _Name
    severity: Severity
    basis: BASES
    reason: _Said
    prescriber: _Said
    person: _Said
    sources: Annotated[tuple[_Said, ...], Field(min_length=1)]
    verified: Literal[True]
    judgement: str = ""
    interval: _Interval | None = None
    trigger: _Trigger


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, read once."""
    text = (files("lodose.screening") / FILE).read_text("utf-8")
    return parse(tomllib.loads(text))


def parse(table: dict[str, Any]) -> tuple[Rule, ...]:
    """Make rules of a table such as `rules.toml`.

    Raises
    ------
    InputError
        Where a rule lacks a reason, an action, a source or a trigger, was not verified, does not
        say that the prescriber decides, or stands there twice; it names the rule and the field.
    """
    made: list[Rule] = []
    for row in table.get("rule", []):
        name = str(row.get("id", f"rule {len(made) + 1}"))
        try:
            checked = _Rule.model_validate(row)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise _refused(name, place, first["msg"]) from None
        _complete(checked)
        if any(rule.id == checked.id for rule in made):
            raise _refused(name, "id", "is there twice")
        made.append(_rule(checked))
    return tuple(made)


def _complete(row: _Rule) -> None:
    trigger = row.trigger
    if not any(
        (
            trigger.groups,
            trigger.conditions,
            trigger.allergies,
            trigger.products,
            trigger.labs,
            trigger.events,
            trigger.age_below is not None,
            trigger.age_from is not None,
            trigger.always,
        )
    ):
        raise _refused(row.id, "trigger", "names nothing that could fire it")
    # "Your prescriber decides", and also "the team there and your prescriber decide".
    if "your prescriber decide" not in row.person.casefold():
        raise _refused(row.id, "person", "does not say that the prescriber decides")
    for kind, keys in (
        ("condition", (*trigger.conditions, *trigger.together_with)),
        ("allergy", trigger.allergies),
        ("product", trigger.products),
        ("event", trigger.events),
    ):
        for key in keys:
            if key not in known(kind):
                raise _refused(row.id, "trigger", f"names the unknown {kind} '{key}'")


def _refused(rule: str, field: str, problem: str) -> InputError:
    return InputError(
        f"in rule {rule}: {problem}",
        "complete the rule with what was read at its source, or leave it out.",
        file=FILE,
        column=field,
    )


def _rule(row: _Rule) -> Rule:
    trigger = row.trigger.model_dump(exclude={"labs"})
    return Rule(
        id=row.id,
        title=row.title,
        severity=row.severity,
        basis=row.basis,
        reason=row.reason,
        for_prescriber=row.prescriber,
        for_person=row.person,
        sources=tuple(Source(place) for place in row.sources),
        trigger=Trigger(
            labs=tuple(LabLimit(**lab.model_dump()) for lab in row.trigger.labs), **trigger
        ),
        judgement=row.judgement,
        interval=Interval(**row.interval.model_dump()) if row.interval else None,
    )
