"""Receptors: the shape in words for everybody, the numbers for a prescriber."""

import datetime as dt
import uuid
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import get_language
from ninja import Query
from pydantic import Field

from lodose.errors import InputError
from lodose.language import nearest, speaking
from lodose.server.access import access_person, access_prescriber
from lodose.server.answers.receptors import (
    LATEST_SURGERY,
    LIVERS,
    LONGEST_DAYS,
    USUAL_DAYS,
    USUAL_DOSE_UG,
    USUAL_TIME,
    Wish,
    asked_of,
    asked_of_log,
    numbers_of,
)
from lodose.server.api.doors import Doors
from lodose.server.api.keys import user_of
from lodose.server.api.shapes import Given
from lodose.server.records.dose_log import diary_doses, is_sealed
from lodose.server.records.problems import DecisionError
from lodose.server.records.regimen import refusal

doors = Doors("Receptors")


class Situation(Given):
    """What else changes the answer."""

    liver: Annotated[str, Field(max_length=40)] = Field(
        LIVERS[0], description=f"One of: {', '.join(LIVERS)}."
    )
    surgery_days: int | None = Field(
        None,
        description=f"Days from the last dose to an operation, 0 to {LATEST_SURGERY}.",
        ge=-LATEST_SURGERY,
        le=LATEST_SURGERY,
    )


class Regimen(Situation):
    """A daily dose that is asked about."""

    dose_micrograms: int = Field(
        USUAL_DOSE_UG, description="Each dose.", ge=-1_000_000, le=1_000_000
    )
    confirmed_micrograms: int | None = Field(
        None, description="Repeats a dose above 6 mg, which is asked back."
    )
    at: dt.time = Field(USUAL_TIME, description="Time of day of each dose.")
    days: int = Field(
        USUAL_DAYS, description=f"Days since the start, 1 to {LONGEST_DAYS}.", ge=1, le=LONGEST_DAYS
    )
    missed: Annotated[str, Field(max_length=400, pattern=r"^[0-9, ]*$")] = Field(
        "", description="Days that were missed, counted from 1: 5,6"
    )


@doors.get("/receptors/shape", answers={200: dict[str, Any]})
def receptors_shape(request: HttpRequest) -> Any:
    """Read the shape in plain words: no date, no hours, no threshold."""
    from lodose.pharmacology import regimen
    from lodose.pharmacology.views import for_person

    with speaking(nearest(get_language() or "en")):
        return for_person(regimen(USUAL_DOSE_UG, days=1))


@doors.get("/receptors", "read:people", answers={200: dict[str, Any]})
def receptors(request: HttpRequest, asked: Query[Regimen]) -> Any:
    """Read all three structures for a daily dose, of nobody in particular; prescribers only.

    Occupancies in per cent with bands, hours until less is occupied, what guidelines state, and
    every observation beside the model. Nothing in it says that an opioid would be safe.
    """
    access_prescriber(user_of(request))
    return numbers_of(
        asked_of(
            Wish(
                dose_ug=asked.dose_micrograms,
                at=asked.at,
                days=asked.days,
                missed=tuple(int(each) for each in asked.missed.split(",") if each.strip()),
                liver=asked.liver,
                surgery_days=asked.surgery_days,
                confirmed_ug=asked.confirmed_micrograms,
            )
        )
    )


@doors.get("/people/{person}/receptors", "read:people", answers={200: dict[str, Any]})
def person_receptors(request: HttpRequest, person: uuid.UUID, asked: Query[Situation]) -> Any:
    """Read the same for the doses of a person's diary; the person sees that you looked.

    404 while a schedule is sealed, and where the diary holds no dose.
    """
    found = access_person(access_prescriber(user_of(request)), person, looked_at="receptors")
    if is_sealed(found):
        raise Http404
    try:
        diary = diary_doses(found)
    except InputError as error:
        raise DecisionError({"dose": refusal(error)}) from None
    if diary is None:
        raise Http404
    return numbers_of(
        asked_of_log(
            diary.history,
            diary.last_ug,
            liver=asked.liver,
            surgery_days=asked.surgery_days,
        )
    )
