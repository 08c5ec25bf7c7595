"""Whether periods with and without the treatment suit: five points that a prescriber confirms."""

import uuid
from datetime import date
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Schema, Status
from pydantic import Field

from lodose.language import translate
from lodose.server.access import access_person, access_prescriber
from lodose.server.api.doors import Doors
from lodose.server.api.keys import person_of, user_of
from lodose.server.api.shapes import Day, Given, Name, Word
from lodose.server.records.models import Person
from lodose.server.records.regimen import reader
from lodose.server.records.suitability import (
    Confirming,
    confirm,
    confirmed_on,
    standing,
    take_back,
    why_not,
)
from lodose.trial.suitability import POINTS

doors = Doors("Suitability")


class Point(Schema):
    """One point of the checklist."""

    id: str = Field(description="Its name.")
    says: str = Field(description="What is confirmed.")
    reason: str


class Suits(Schema):
    """Whether periods with and without the treatment suit."""

    stands: bool = Field(description="A schedule may start.")
    why_not: str = Field(description="Why it may not, in words.")
    confirmed_on: date | None = Field(description="Null where none stands.")
    decided_by: str = Field(description="Name of the prescriber who entered it; empty otherwise.")
    agreed_with: str
    points: list[Point] = Field(description="All of them have to hold.")


class GivenSuits(Given):
    """A prescriber's word that the points hold: every one of them is named."""

    points: Annotated[list[Word], Field(max_length=10)] = Field(description="Names of the points.")
    agreed_with: Name = ""
    agreed_on: Day | None = None


@doors.get("/treatment/suitability", "read:treatment", answers={200: Suits})
def suitability(request: HttpRequest) -> Any:
    """Read whether periods with and without the treatment suit."""
    return _suits(person_of(request))


@doors.post("/treatment/suitability", "write:treatment", answers={201: Suits})
def post_suitability(request: HttpRequest, given: GivenSuits) -> Any:
    """Write down that a prescriber confirmed every point, with whom and when."""
    person = person_of(request)
    confirm(person, _confirming(given))
    return Status(201, _suits(person))


@doors.delete("/treatment/suitability", "write:treatment", answers={200: Suits})
def delete_suitability(request: HttpRequest) -> Any:
    """Take the confirmation back; 404 if none was given."""
    person = person_of(request)
    if not take_back(person):
        raise Http404
    return _suits(person)


@doors.get("/people/{person}/suitability", "read:people", answers={200: Suits})
def person_suits(request: HttpRequest, person: uuid.UUID) -> Any:
    """Read whether periods suit a person; the person sees that you did."""
    return _suits(access_person(access_prescriber(user_of(request)), person, looked_at="record"))


@doors.post("/people/{person}/suitability", "write:people", answers={201: Suits})
def post_person_suits(request: HttpRequest, person: uuid.UUID, given: GivenSuits) -> Any:
    """Confirm that every point holds; your account says who confirmed."""
    prescriber = access_prescriber(user_of(request))
    found = access_person(prescriber, person)
    confirm(found, _confirming(given), decided_by=prescriber)
    return Status(201, _suits(found))


def _confirming(given: GivenSuits) -> Confirming:
    return Confirming(tuple(given.points), given.agreed_with, given.agreed_on)


def _suits(person: Person) -> dict[str, Any]:
    row = standing(person)
    with reader():
        points = [
            {"id": name, "says": translate(each.says), "reason": translate(each.reason)}
            for name, each in POINTS.items()
        ]
    return {
        "stands": row is not None,
        "why_not": why_not(person),
        "confirmed_on": row and confirmed_on(row),
        "decided_by": row.decided_by.shown_name if row is not None and row.decided_by else "",
        "agreed_with": row.agreed_with if row is not None else "",
        "points": points,
    }
