"""The brief: what the person writes for it, and the two pages as data and as a file."""

import uuid
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from pydantic import Field

from lodose.brief import Brief, as_data
from lodose.server.access import access_person, access_prescriber
from lodose.server.api.days import as_file
from lodose.server.api.doors import Doors
from lodose.server.api.keys import person_of, user_of
from lodose.server.api.shapes import Given
from lodose.server.records.brief import (
    FILE_NAME,
    LONGEST,
    LONGEST_NAME,
    MOST_QUESTIONS,
    Written,
    brief_of,
    brief_pdf,
    keep_written,
    written_by,
)

doors = Doors("Brief")


class BriefText(Given):
    """What a person writes for the brief."""

    condition: Annotated[str, Field(max_length=40)] = Field(
        "", description="Id of a condition of the evidence; empty where none fits."
    )
    shown_name: Annotated[str, Field(max_length=LONGEST_NAME)] = Field(
        "", description="Name on the page."
    )
    why: Annotated[str, Field(max_length=LONGEST)] = Field("", description="Why it is asked for.")
    tried: Annotated[str, Field(max_length=LONGEST)] = Field("", description="What was tried.")
    questions: Annotated[list[str], Field(max_length=MOST_QUESTIONS)] = Field(
        default_factory=list, description="The person's own questions."
    )


@doors.get("/brief/text", "read:diary", answers={200: BriefText})
def brief_text(request: HttpRequest) -> Any:
    """Read what was written for the brief."""
    return _text(written_by(person_of(request)))


@doors.put("/brief/text", "write:diary", answers={200: BriefText})
def put_brief_text(request: HttpRequest, given: BriefText) -> Any:
    """Write it anew, whole."""
    person = person_of(request)
    lines = tuple(" ".join(each.split()) for each in given.questions)
    keep_written(
        person,
        Written(
            given.condition,
            given.shown_name,
            given.why,
            given.tried,
            tuple(each for each in lines if each),
        ),
    )
    return _text(written_by(person))


@doors.get("/brief", "read:diary", answers={200: dict[str, Any]})
def brief(request: HttpRequest) -> Any:
    """Read both pages, without any opioid-free interval; 404 while a schedule is sealed."""
    return _data(brief_of(person_of(request), reader="person"))


@doors.get("/brief.pdf", "read:diary", answers={200: None}, kind="application/pdf")
def brief_document(request: HttpRequest) -> Any:
    """Download the person's copy; 404 while a schedule is sealed."""
    return _file(brief_pdf(person_of(request), reader="person"))


@doors.get("/people/{person}/brief", "read:people", answers={200: dict[str, Any]})
def person_brief(request: HttpRequest, person: uuid.UUID) -> Any:
    """Read the prescriber's copy, with intervals; the person sees that you looked."""
    found = access_person(access_prescriber(user_of(request)), person, looked_at="brief")
    return _data(brief_of(found, reader="prescriber"))


@doors.get("/people/{person}/brief.pdf", "read:people", answers={200: None}, kind="application/pdf")
def person_brief_document(request: HttpRequest, person: uuid.UUID) -> Any:
    """Download the prescriber's copy; the person sees that you looked."""
    found = access_person(access_prescriber(user_of(request)), person, looked_at="brief")
    return _file(brief_pdf(found, reader="prescriber"))


def _text(written: Written) -> dict[str, Any]:
    return {
        "condition": written.condition,
        "shown_name": written.shown_name,
        "why": written.why,
        "tried": written.tried,
        "questions": list(written.questions),
    }


def _data(made: Brief | None) -> dict[str, Any]:
    if made is None:
        raise Http404
    return as_data(made)


def _file(content: bytes | None) -> Any:
    if content is None:
        raise Http404
    return as_file(FILE_NAME, content, "application/pdf")
