"""Laboratory values, other medicines and events: add, change with a reason, take out."""

import uuid
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from django.http import Http404, HttpRequest
from ninja import Schema, Status
from pydantic import Field

from lodose.server.api.doors import Doors
from lodose.server.api.keys import person_of
from lodose.server.api.shapes import (
    Day,
    Done,
    Flag,
    Given,
    Line,
    Name,
    Page,
    PageNumber,
    Word,
    decimal_text,
    page_of,
)
from lodose.server.records.events import (
    MOST_DAYS,
    Happened,
    add_event_of_life,
    change_event_of_life,
    events_of,
)
from lodose.server.records.items import remove_item
from lodose.server.records.laboratory import (
    Result,
    add_result,
    analytes,
    change_result,
    label_of,
    series_of,
)
from lodose.server.records.medicines import Taken, add_medicine, change_medicine, medicines_of
from lodose.server.records.models import Laboratory, LifeEvent, Medicine, Person

doors = Doors("Laboratory, medicines, events")

Item = TypeVar("Item", Laboratory, Medicine, LifeEvent)
What = Literal["flare", "infection", "surgery", "other"]
Why = Annotated[Line, Field(min_length=1, description="Kept with what stood there before.")]


class AnalyteShape(Schema):
    """Something that a laboratory measures."""

    id: str
    label: str
    units: list[str]


class NewLaboratory(Given):
    """A laboratory value as it stands on the report."""

    day: Day
    analyte: Word = Field(description="Id of the list, or other.")
    value: Word = Field(description="A decimal as text; <5 if below detection.")
    unit: Word = ""
    upper_limit: Word = Field("", description="Of the person's own laboratory.")
    note: Line = ""
    other_name: Word = Field("", description="For other: what was measured.")
    other_unit: Word = ""
    as_typed: Flag = Field(False, description="Keeps a value that was asked back.")


class ChangedLaboratory(NewLaboratory):
    """A laboratory value, corrected."""

    reason: Why


class LaboratoryShape(Schema):
    """A laboratory value in the unit it was reported in."""

    id: uuid.UUID
    day: date
    analyte: str
    label: str
    value: str
    unit: str
    below_detection: bool
    upper_limit: str | None
    note: str


class NewMedicine(Given):
    """Another medicine."""

    name: Name
    dose: Annotated[Name, Field(max_length=80)] = ""
    first_day: Day | None = None
    last_day: Day | None = None
    disease_modifying: Flag = False
    opioid: Flag | None = Field(None, description="Asked where a name looks like an opioid's.")
    regular: Flag | None = Field(None, description="Of an opioid: taken day after day.")
    last_dose: Day | None = Field(None, description="Of what is taken only as needed.")
    note: Line = ""
    as_typed: Flag = Field(
        default=False, description="Keeps a name that was asked back, as not understood."
    )


class ChangedMedicine(NewMedicine):
    """Another medicine, corrected."""

    reason: Why


class MedicineShape(Schema):
    """Another medicine."""

    id: uuid.UUID
    name: str
    dose: str
    first_day: date | None
    last_day: date | None
    disease_modifying: bool
    opioid: bool | None = Field(description="Null where neither name nor person says it.")
    regular: bool | None = Field(description="Of an opioid: taken day after day.")
    last_dose: date | None = Field(description="Of what is taken only as needed.")
    note: str


class NewEvent(Given):
    """Something that may have changed how the person felt."""

    day: Day
    what: What
    days: Annotated[int, Field(strict=True, ge=1, le=MOST_DAYS)] = 1
    note: Line = ""


class ChangedEvent(NewEvent):
    """An event, corrected."""

    reason: Why


class EventShape(Schema):
    """Something that may have changed how the person felt."""

    id: uuid.UUID
    day: date
    what: What
    days: int
    note: str


class Removal(Given):
    """Why it is taken out."""

    reason: Why


@doors.get("/laboratory/analytes", "read:diary", answers={200: list[AnalyteShape]})
def list_analytes(request: HttpRequest) -> Any:
    """List what can be measured, with its units."""
    person_of(request)
    return [
        {"id": each.id, "label": label_of(each.id), "units": list(each.units)}
        for each in analytes().values()
    ]


@doors.get("/laboratory", "read:diary", answers={200: Page[LaboratoryShape]})
def laboratory(request: HttpRequest, page: PageNumber = 1) -> Any:
    """List laboratory values, by what was measured, the newest first."""
    return page_of(_results(person_of(request)), page, laboratory_shape)


@doors.post("/laboratory", "write:diary", answers={201: LaboratoryShape})
def post_laboratory(request: HttpRequest, given: NewLaboratory) -> Any:
    """Add a laboratory value; a likely slip of the decimal point is asked back."""
    return Status(201, laboratory_shape(add_result(person_of(request), _result(given))))


@doors.put("/laboratory/{item}", "write:diary", answers={200: LaboratoryShape})
def put_laboratory(request: HttpRequest, item: uuid.UUID, given: ChangedLaboratory) -> Any:
    """Correct a laboratory value."""
    found = _own(_results(person_of(request)), item)
    return laboratory_shape(change_result(found, _result(given), reason=given.reason))


@doors.post("/laboratory/{item}/removal", "write:diary", answers={200: Done})
def remove_laboratory(request: HttpRequest, item: uuid.UUID, given: Removal) -> Any:
    """Take a laboratory value out; it is kept and marked."""
    remove_item(_own(_results(person_of(request)), item), reason=given.reason)
    return {"done": True}


@doors.get("/medicines", "read:diary", answers={200: Page[MedicineShape]})
def medicines(request: HttpRequest, page: PageNumber = 1) -> Any:
    """List other medicines, those still taken first."""
    return page_of(medicines_of(person_of(request)), page, medicine_shape)


@doors.post("/medicines", "write:diary", answers={201: MedicineShape})
def post_medicine(request: HttpRequest, given: NewMedicine) -> Any:
    """Add another medicine."""
    return Status(201, medicine_shape(add_medicine(person_of(request), _taken(given))))


@doors.put("/medicines/{item}", "write:diary", answers={200: MedicineShape})
def put_medicine(request: HttpRequest, item: uuid.UUID, given: ChangedMedicine) -> Any:
    """Correct another medicine."""
    found = _own(medicines_of(person_of(request)), item)
    return medicine_shape(change_medicine(found, _taken(given), reason=given.reason))


@doors.post("/medicines/{item}/removal", "write:diary", answers={200: Done})
def remove_medicine(request: HttpRequest, item: uuid.UUID, given: Removal) -> Any:
    """Take another medicine out; it is kept and marked."""
    remove_item(_own(medicines_of(person_of(request)), item), reason=given.reason)
    return {"done": True}


@doors.get("/events", "read:diary", answers={200: Page[EventShape]})
def events(request: HttpRequest, page: PageNumber = 1) -> Any:
    """List events, the newest first."""
    return page_of(events_of(person_of(request)), page, event_shape)


@doors.post("/events", "write:diary", answers={201: EventShape})
def post_event(request: HttpRequest, given: NewEvent) -> Any:
    """Add an event."""
    return Status(201, event_shape(add_event_of_life(person_of(request), _happened(given))))


@doors.put("/events/{item}", "write:diary", answers={200: EventShape})
def put_event(request: HttpRequest, item: uuid.UUID, given: ChangedEvent) -> Any:
    """Correct an event."""
    found = _own(events_of(person_of(request)), item)
    return event_shape(change_event_of_life(found, _happened(given), reason=given.reason))


@doors.post("/events/{item}/removal", "write:diary", answers={200: Done})
def remove_event(request: HttpRequest, item: uuid.UUID, given: Removal) -> Any:
    """Take an event out; it is kept and marked."""
    remove_item(_own(events_of(person_of(request)), item), reason=given.reason)
    return {"done": True}


def _own(items: list[Item], item_id: uuid.UUID) -> Item:
    """Return the person's own item of that id; nothing else is there."""
    for item in items:
        if item.pk == item_id:
            return item
    raise Http404


def _results(person: Person) -> list[Laboratory]:
    return [shown.item for series in series_of(person) for shown in series.values]


def _result(given: NewLaboratory) -> Result:
    return Result(
        day=given.day,
        analyte=given.analyte,
        value=given.value,
        unit=given.unit,
        upper_limit=given.upper_limit,
        note=given.note,
        other_name=given.other_name,
        other_unit=given.other_unit,
        as_typed=given.as_typed,
    )


def _taken(given: NewMedicine) -> Taken:
    return Taken(
        name=given.name,
        dose=given.dose,
        first_day=given.first_day,
        last_day=given.last_day,
        disease_modifying=given.disease_modifying,
        note=given.note,
        opioid=given.opioid,
        regular=given.regular,
        last_dose=given.last_dose,
        as_typed=given.as_typed,
    )


def _happened(given: NewEvent) -> Happened:
    return Happened(day=given.day, what=given.what, days=given.days, note=given.note)


def laboratory_shape(item: Laboratory) -> dict[str, Any]:
    """Return a laboratory value with its numbers as decimals."""
    return {
        "id": item.pk,
        "day": item.day,
        "analyte": item.analyte,
        "label": label_of(item.analyte),
        "value": decimal_text(item.value),
        "unit": item.unit,
        "below_detection": item.below_detection,
        "upper_limit": decimal_text(item.upper_limit),
        "note": item.note,
    }


def medicine_shape(item: Medicine) -> dict[str, Any]:
    """Return another medicine."""
    return {
        "id": item.pk,
        "name": item.name,
        "dose": item.dose,
        "first_day": item.first_day,
        "last_day": item.last_day,
        "disease_modifying": item.disease_modifying,
        "opioid": item.opioid,
        "regular": item.regular,
        "last_dose": item.last_dose,
        "note": item.note,
    }


def event_shape(item: LifeEvent) -> dict[str, Any]:
    """Return an event."""
    return {
        "id": item.pk,
        "day": item.day,
        "what": item.what,
        "days": item.days,
        "note": item.note,
    }
