"""May it be taken: what was told before the start, what screening finds, who decided otherwise."""

import uuid
from datetime import date
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Schema, Status
from pydantic import Field

from lodose.server.access import access_person, access_prescriber
from lodose.server.api.doors import Doors
from lodose.server.api.keys import person_of, user_of
from lodose.server.api.shapes import Day, Done, Flag, Given, Line, Name
from lodose.server.records.models import Person
from lodose.server.records.screening import (
    override_rule,
    standing_overrides,
    up_to_date,
    withdraw_override,
)
from lodose.server.records.screening_answers import Told, tell, told_by
from lodose.server.records.screening_words import for_person, for_prescriber

doors = Doors("Screening")

Planned = Literal["surgery", "anaesthesia", "endoscopy", "dental extraction", "childbirth"]
Product = Literal[
    "capsule", "liquid", "slow release", "calcium carbonate", "home diluted", "unlabelled"
]
Pregnancy = Literal["", "pregnant", "planning", "breastfeeding", "no", "does not apply"]
Lines = Annotated[list[Line], Field(max_length=40)]


class PlannedEvent(Given):
    """Something that lies ahead."""

    kind: Planned = Field(description="What is planned.")
    on: Day | None = Field(None, description="Null while the day is not known.")


class BeforeStart(Given):
    """What was told before the start; null is what nobody answered, an empty list is none."""

    birth_year: Annotated[int, Field(strict=True, ge=0, le=9999)] | None = Field(
        None, description="Year of birth; the age counts."
    )
    conditions: Lines | None = Field(None, description="Illnesses, in the person's words.")
    allergies: Lines | None = Field(None, description="Medicines and fillers.")
    natural_products: Lines | None = Field(None, description="Kratom, 7-OH and the like.")
    planned: Annotated[list[PlannedEvent], Field(max_length=6)] | None = Field(
        None, description="Operations, births and the like that lie ahead."
    )
    products: Annotated[list[Product], Field(max_length=6)] = Field(
        default_factory=list, description="How the medicine is made."
    )
    pregnancy: Pregnancy = Field("", description="Empty where it was not answered.")
    alcohol: Flag | None = Field(None, description="Whether alcohol is drunk.")
    medicines_whole: Flag = Field(False, description="The list of medicines is whole.")
    laboratory_whole: Flag = Field(False, description="There are no other blood tests.")


class PersonFinding(Schema):
    """Something that screening found, in plain words; never a date, never a number of days."""

    about: str = Field(description="What it is about.")
    level: str = Field(description="contraindicated, needs specialist, caution or inform")
    stops: bool = Field(description="It forbids a start.")
    because: list[str] = Field(description="The facts that fired it.")
    do: str = Field(description="What to do.")
    decided_by: str = Field(description="Prescriber who decided otherwise; empty where nobody.")
    decided_on: date | None = Field(description="Day of that decision.")
    decided_because: str = Field(description="Reason of that decision.")


class PersonScreening(Schema):
    """What screening found, for the person."""

    outcome: str = Field(
        description="do not start, answer first, needs specialist or talk it through"
    )
    headline: str
    findings: list[PersonFinding] = Field(description="The most severe first.")
    not_understood: list[str] = Field(description="Questions back; never taken for harmless.")
    not_asked: list[str] = Field(description="Questions that nobody answered.")
    decides: str = Field(description="Who decides.")


class IntervalShape(Schema):
    """Days without any opioid before a start; for the prescriber alone."""

    days_min: int = Field(description="The shorter figure of the source.")
    days_max: int = Field(description="The longer figure, which counts.")
    source: str = Field(description="Where the figure was read.")
    judgement: bool = Field(description="The figure is the project's judgement.")
    not_before: date | None = Field(description="If dependence is excluded; null if not known.")
    says: str = Field(description="The same in a sentence.")


class OverrideShape(Schema):
    """A prescriber's decision against a contraindication."""

    id: uuid.UUID
    by: str = Field(description="Name of the prescriber.")
    reason: str
    on: date = Field(description="Day of the decision.")


class PrescriberFinding(Schema):
    """Something that screening found, for the prescriber."""

    rule: str = Field(description="Id of the rule.")
    severity: str = Field(description="contraindicated, needs specialist, caution or inform")
    about: str = Field(description="What it is about.")
    stops: bool = Field(description="It forbids a start.")
    because: list[str] = Field(description="The facts that fired it.")
    reason: str
    action: str = Field(description="What to do.")
    basis: str = Field(description="label, guideline, case reports, pharmacology and so on")
    judgement: str = Field(description="What of it stands in no source.")
    sources: list[str] = Field(description="Where it was read.")
    interval: IntervalShape | None = Field(description="Null where the rule has none.")
    override: OverrideShape | None = Field(description="Null where nobody decided otherwise.")


class NotUnderstood(Schema):
    """Something entered that was not understood."""

    kind: str
    entered: str = Field(description="As it was written.")
    offers: list[str] = Field(description="Near names, which it may stand for.")
    maybe_opioid: bool = Field(description="It may be an opioid.")


class UnderstoodShape(Schema):
    """What a medicine was taken for."""

    entered: str = Field(description="As it was written.")
    ingredients: list[str] = Field(description="What is in it.")
    long_acting: bool = Field(description="A patch or a slow-release form.")


class PrescriberScreening(Schema):
    """What screening found, for the prescriber."""

    outcome: str = Field(
        description="do not start, answer first, needs specialist or talk it through"
    )
    on: date = Field(description="The day it was done for.")
    findings: list[PrescriberFinding] = Field(description="The most severe first.")
    not_understood: list[NotUnderstood] = Field(description="Never taken for harmless.")
    not_asked: list[str] = Field(description="Questions that nobody answered.")
    understood: list[UnderstoodShape] = Field(description="What each medicine was taken for.")


class NewOverride(Given):
    """A decision against a contraindication, with its reason."""

    rule: Annotated[Name, Field(max_length=80)] = Field(description="Id of the rule.")
    reason: Annotated[str, Field(max_length=500)] = ""


@doors.get("/before-start", "read:diary", answers={200: BeforeStart})
def before_start(request: HttpRequest) -> Any:
    """Read what was told before the start."""
    return _told(told_by(person_of(request)))


@doors.put("/before-start", "write:diary", answers={200: BeforeStart})
def put_before_start(request: HttpRequest, given: BeforeStart) -> Any:
    """Tell what screening asks; what is left out counts as not answered."""
    person = person_of(request)
    tell(
        person,
        Told(
            birth_year=given.birth_year,
            conditions=_lines(given.conditions),
            allergies=_lines(given.allergies),
            natural_products=_lines(given.natural_products),
            planned=None
            if given.planned is None
            else tuple((each.kind, each.on) for each in given.planned),
            products=tuple(given.products),
            pregnancy=given.pregnancy,
            alcohol=given.alcohol,
            medicines_whole=given.medicines_whole,
            laboratory_whole=given.laboratory_whole,
        ),
    )
    return _told(told_by(person))


@doors.get("/screening", "read:diary", answers={200: PersonScreening})
def screening(request: HttpRequest) -> Any:
    """Read what speaks against the treatment; your prescriber decides."""
    said = for_person(up_to_date(person_of(request)))
    for each in said["findings"]:
        override = each["override"]
        each["decided_by"] = override.by if override else ""
        each["decided_on"] = override.on if override else None
        each["decided_because"] = override.reason if override else ""
    return said


@doors.get("/people/{person}/screening", "read:people", answers={200: PrescriberScreening})
def person_screening(request: HttpRequest, person: uuid.UUID) -> Any:
    """Read what fires, why, and with which interval; the person sees that you looked."""
    found = access_person(access_prescriber(user_of(request)), person, looked_at="screening")
    return _for_prescriber(found)


@doors.post(
    "/people/{person}/screening/overrides", "write:people", answers={201: PrescriberScreening}
)
def post_override(request: HttpRequest, person: uuid.UUID, given: NewOverride) -> Any:
    """Decide against a contraindication, for what fires it now; the reason is kept."""
    prescriber = access_prescriber(user_of(request))
    found = access_person(prescriber, person)
    override_rule(found, given.rule, by=prescriber, reason=given.reason)
    return Status(201, _for_prescriber(found))


@doors.post(
    "/people/{person}/screening/overrides/{override}/withdrawal",
    "write:people",
    answers={200: Done},
)
def withdraw_rule_override(request: HttpRequest, person: uuid.UUID, override: uuid.UUID) -> Any:
    """Take a decision against a contraindication back."""
    prescriber = access_prescriber(user_of(request))
    found = access_person(prescriber, person)
    if not withdraw_override(found, override, by=prescriber):
        raise Http404
    return {"done": True}


def _lines(given: list[str] | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(given)


def _told(told: Told) -> dict[str, Any]:
    shown = {name: getattr(told, name) for name in Told.__dataclass_fields__}
    if told.planned is not None:
        shown["planned"] = [{"kind": kind, "on": day} for kind, day in told.planned]
    return shown


def _for_prescriber(found: Person) -> dict[str, Any]:
    said = for_prescriber(up_to_date(found))
    standing = {each.rule: each for each in standing_overrides(found)}
    for each in said["findings"]:
        kept = standing.get(each["rule"]) if each["override"] else None
        each["override"] = kept and {
            "id": kept.pk,
            "by": kept.by_name,
            "reason": kept.reason,
            "on": kept.on,
        }
    return said
