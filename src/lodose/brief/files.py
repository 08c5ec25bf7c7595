"""A brief file (TOML): everything that a brief holds, or the facts alone."""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lodose.brief.judging import judged_by_instrument
from lodose.brief.model import JudgedBy
from lodose.errors import InputError
from lodose.regimen import (
    Capsules,
    Liquid,
    Plan,
    Product,
    Syringe,
    concentration,
    dose_ug,
    make_plan,
    ready,
    volume_ul,
)
from lodose.screening import Facts, facts_from

SYRINGE = "5 mL/0.1 mL"
_Text = Annotated[str, Field(max_length=2000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class _Own(_Part):
    start: str
    target: str
    step: str = ""
    days: Annotated[int, Field(ge=1, le=366)] = 14
    time_of_day: Literal["morning", "evening", "not given"] = "not given"


class _Judged(_Part):
    outcome: str = "pain-nrs"
    label: str = ""
    better: Literal["lower", "higher"] | None = None
    mcid: Annotated[Decimal, Field(gt=0, allow_inf_nan=False)] | None = None
    weeks: Annotated[int, Field(ge=1, le=104)] | None = None
    first_dose: date | None = None


class _File(_Part):
    facts: dict[str, Any] = {}
    condition: str = ""
    who: _Text = ""
    why: _Text = ""
    tried: _Text = ""
    questions: tuple[_Text, ...] = ()
    plan: str | _Own = ""
    capsules: tuple[str, ...] = ()
    liquid: str = ""
    syringe: str = SYRINGE
    judged: _Judged = _Judged()


@dataclass(frozen=True, slots=True)
class Told:
    """What a brief is made from; what nobody wrote is empty or None."""

    facts: Facts
    condition: str = ""
    who: str = ""
    why: str = ""
    tried: str = ""
    questions: tuple[str, ...] = ()
    plan: Plan | None = None
    product: Product | None = None
    judged_by: JudgedBy | None = None


def read_told(path: Path | str) -> Told:
    """Read a brief file, or a facts file as `lodose screen` takes it.

    Raises
    ------
    InputError
        Where the file is not there, is not TOML, or something in it is impossible.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("is not there", "check the name; it is a TOML file.", file=path.name)
    try:
        table = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"is not TOML ({str(error)[:80]})",
            "write texts in quotation marks and dates as 2026-05-01.",
            file=path.name,
        ) from None
    if set(table) <= set(Facts.model_fields):
        return Told(facts_from(table, file=path.name))
    return _told(_checked(table, path.name), path.name)


def _checked(table: dict[str, Any], file: str) -> _File:
    try:
        return _File.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        value = first["input"]
        raise InputError(
            f"cannot be read: {first['msg']}",
            "see docs/brief.md for what each field holds; what screening asks stands in [facts].",
            file=file,
            column=place,
            value=value if isinstance(value, str | int | Decimal | date) else None,
        ) from None


def _told(read: _File, file: str) -> Told:
    return Told(
        facts=facts_from(read.facts, file=file),
        condition=read.condition,
        who=read.who,
        why=read.why,
        tried=read.tried,
        questions=read.questions,
        plan=_plan(read.plan),
        product=product_of(", ".join(read.capsules), read.liquid, read.syringe),
        judged_by=_judged(read.judged),
    )


def _plan(named: str | _Own) -> Plan | None:
    if isinstance(named, str):
        return ready(named) if named else None
    return make_plan(
        start_ug=dose_ug(named.start, what="start"),
        step_ug=dose_ug(named.step, what="step") if named.step else 0,
        days=named.days,
        target_ug=dose_ug(named.target, what="target"),
        time_of_day=named.time_of_day,
    )


def product_of(capsules: str, liquid: str, syringe: str = SYRINGE) -> Product | None:
    """Return what is swallowed, from "0.5 mg, 1.5 mg" or "1 mg/mL"; None where nothing is given.

    Raises
    ------
    InputError
        For both at once, or a strength that cannot be meant.
    """
    if capsules and liquid:
        raise InputError("cannot be both", "name capsules or a liquid.", column="liquid")
    if capsules:
        return Capsules(tuple(dose_ug(each, what="capsules") for each in capsules.split(", ")))
    if not liquid:
        return None
    holds, _, mark = syringe.partition("/")
    marks = Syringe(volume_ul(holds, what="syringe"), volume_ul(mark, what="syringe"))
    return Liquid(concentration(liquid), marks)


def _judged(read: _Judged) -> JudgedBy | None:
    if read == _Judged():
        return None
    if not read.label:
        tool = judged_by_instrument(read.outcome)
        return JudgedBy(
            tool.outcome,
            read.mcid or tool.mcid,
            read.better or tool.better,
            weeks=read.weeks,
            first_dose=read.first_dose,
            source="" if read.mcid else tool.source,
        )
    if read.better is None or read.mcid is None:
        raise InputError(
            "needs better and mcid beside its label",
            "write better = 'lower' or 'higher', and mcid, the smallest change that matters.",
            column="judged",
            value=read.label,
        )
    return JudgedBy(
        read.label, read.mcid, read.better, weeks=read.weeks, first_dose=read.first_dose
    )
