"""A prescriber's people: only those who let them in, and the person sees each reading."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Schema, Status
from pydantic import Field

from lodose.server.access import access_person, access_prescriber, people_of
from lodose.server.answers.compute import report_pdf
from lodose.server.answers.diary_picture import diary_picture
from lodose.server.api.care import Attention, attention_shape
from lodose.server.api.check_ins import SideEffectKept
from lodose.server.api.days import as_file
from lodose.server.api.diary_items import (
    EventShape,
    LaboratoryShape,
    MedicineShape,
    event_shape,
    laboratory_shape,
    medicine_shape,
)
from lodose.server.api.doors import Doors
from lodose.server.api.keys import user_of
from lodose.server.api.shapes import Given, Name, Page, PageNumber, page_of
from lodose.server.api.treatment import NewStep, Step, decision_of, step_shape
from lodose.server.care.actions import mark_seen
from lodose.server.care.attention import attention_of
from lodose.server.care.panel import Row, note_looks, panel_of
from lodose.server.care.summary import (
    Day,
    RunningTrial,
    Summary,
    answer_in_words,
    is_sealed,
    summary_of,
)
from lodose.server.care.team import has_looked_lately
from lodose.server.records.models import Person
from lodose.server.records.treatment import decide_dose

doors = Doors("People")


class PanelRow(Schema):
    """One person on the panel."""

    id: uuid.UUID
    name: str
    synthetic: bool = Field(description="Invented for the demonstration.")
    urgent: bool
    open: list[Attention] = Field(description="What you have not seen, the most pressing first.")
    seen: int = Field(description="How many things you have seen.")


class DayShape(Schema):
    """One of the last days."""

    day: date
    recorded: bool
    skipped: bool
    paused: bool
    outcomes: dict[str, str]
    side_effects: list[SideEffectKept] | None
    red_flags: list[str]
    dose_micrograms: int | None = Field(description="Null where not said, or sealed.")
    note: str


class Running(Schema):
    """Where a running trial stands."""

    period: int | None = Field(description="Number of the period that holds today.")
    periods: int
    first_day: date
    last_day: date
    days_recorded: int
    days_so_far: int


class AnswerShape(Schema):
    """The answer of the newest trial, in words."""

    headline: str
    answer: str
    lines: list[str]
    opening: str = Field(description="now, with-doctor, or empty: the person has not said yet.")


class PersonShape(Schema):
    """One person's record, as the page for a desk shows it."""

    id: uuid.UUID
    name: str
    synthetic: bool
    started_at: datetime
    hopes: str
    treatment: str
    today: date = Field(description="The person's own calendar day.")
    sealed: bool = Field(description="A trial is sealed: no dose, arm or answer is told.")
    kit: str
    dose_micrograms: int | None
    micrograms_per_millilitre: int | None
    attention: list[Attention]
    days: list[DayShape] = Field(description="Missed days only if the person shows them.")
    trial: Running | None
    answer: AnswerShape | None
    laboratory: list[LaboratoryShape]
    medicines: list[MedicineShape]
    events: list[EventShape]
    dose_steps: list[Step]


class Seen(Given):
    """What was seen."""

    item: Annotated[Name, Field(max_length=80)] = Field(description="The key of the item.")


class SeenKept(Schema):
    """Whether it was new."""

    first: bool = Field(description="False if it was noted before.")


@doors.get("/people", "read:people", answers={200: Page[PanelRow]})
def people(
    request: HttpRequest,
    q: Annotated[str, Field(max_length=80, description="A part of the name.")] = "",
    page: PageNumber = 1,
) -> Any:
    """List the people who let you in, the most pressing first; they see that you looked."""
    prescriber = access_prescriber(user_of(request))
    rows = panel_of(people_of(prescriber), prescriber.pk, q)
    part = page_of(rows, page, lambda row: row)
    note_looks(prescriber, part["items"])
    return {**part, "items": [_row(row) for row in part["items"]]}


@doors.get("/people/{person}", "read:people", answers={200: PersonShape})
def person(request: HttpRequest, person: uuid.UUID) -> Any:
    """Read one person's record; the person sees that you did."""
    found = access_person(access_prescriber(user_of(request)), person, looked_at="record")
    return _person(found, summary_of(found))


@doors.get(
    "/people/{person}/report.pdf", "read:people", answers={200: None}, kind="application/pdf"
)
def person_report(request: HttpRequest, person: uuid.UUID) -> Any:
    """Download the person's report; 404 while there is none, or it is sealed."""
    found = access_person(access_prescriber(user_of(request)), person, looked_at="report")
    made = report_pdf(found)
    if made is None:
        raise Http404
    return as_file(made.name, made.content, "application/pdf")


@doors.get("/people/{person}/diary.svg", "read:people", answers={200: None}, kind="image/svg+xml")
def person_chart(
    request: HttpRequest, person: uuid.UUID, width: Literal["340", "720"] = "720"
) -> Any:
    """Read the picture of the person's diary, which tells no arm."""
    prescriber = access_prescriber(user_of(request))
    found = access_person(prescriber, person)
    if not has_looked_lately(found, prescriber.pk):
        access_person(prescriber, person, looked_at="picture")
    drawn = diary_picture(found, int(width))
    if drawn is None:
        raise Http404
    return HttpResponse(drawn, content_type="image/svg+xml")


@doors.post("/people/{person}/seen", "write:people", answers={200: SeenKept})
def post_seen(request: HttpRequest, person: uuid.UUID, given: Seen) -> Any:
    """Note that you have seen what needs attention; the person reads when."""
    prescriber = access_prescriber(user_of(request))
    found = access_person(prescriber, person)
    if all(item.key != given.item for item in attention_of([found])[found.pk]):
        raise Http404
    return {"first": mark_seen(prescriber, found, given.item)}


@doors.post("/people/{person}/dose-steps", "write:people", answers={201: Step})
def post_person_dose_step(request: HttpRequest, person: uuid.UUID, given: NewStep) -> Any:
    """Enter a decision about the dose; the person reads that you decided it."""
    prescriber = access_prescriber(user_of(request))
    found = access_person(prescriber, person)
    step = decide_dose(found, decision_of(given), decided_by=prescriber)
    return Status(201, step_shape(step, sealed=is_sealed(found)))


def _row(row: Row) -> dict[str, Any]:
    return {
        "id": row.person.pk,
        "name": row.person.user.shown_name,
        "synthetic": row.person.synthetic,
        "urgent": row.is_urgent,
        "open": [attention_shape(each) for each in row.open],
        "seen": row.seen,
    }


def _person(found: Person, summary: Summary) -> dict[str, Any]:
    sealed, plan = summary.is_sealed, summary.plan
    return {
        "id": found.pk,
        "name": found.user.shown_name,
        "synthetic": found.synthetic,
        "started_at": found.started_at,
        "hopes": found.hopes,
        "treatment": found.treatment_name,
        "today": summary.today,
        "sealed": sealed,
        "kit": plan.kit,
        "dose_micrograms": None if sealed else plan.dose_micrograms,
        "micrograms_per_millilitre": None if sealed else plan.micrograms_per_millilitre,
        "attention": [attention_shape(each) for each in summary.attention],
        "days": [_day(each, sealed=sealed) for each in summary.days],
        "trial": summary.trial and _running(summary.trial),
        "answer": _answer(found),
        "laboratory": [laboratory_shape(each) for each in summary.laboratory],
        "medicines": [medicine_shape(each) for each in summary.medicines],
        "events": [event_shape(each) for each in summary.events],
        "dose_steps": [step_shape(each.step, sealed=sealed) for each in summary.decisions],
    }


def _day(day: Day, *, sealed: bool) -> dict[str, Any]:
    entry = day.check_in
    effects = entry.side_effects if entry else None
    return {
        "day": day.day,
        "recorded": entry is not None and not entry.skipped,
        "skipped": entry is not None and entry.skipped,
        "paused": day.is_paused,
        "outcomes": entry.outcomes if entry else {},
        "side_effects": None
        if effects is None
        else [{"name": name, "severity": level} for name, level in effects],
        "red_flags": entry.red_flags if entry else [],
        "dose_micrograms": None if sealed or entry is None else entry.dose_micrograms,
        "note": entry.note if entry else "",
    }


def _running(trial: RunningTrial) -> dict[str, Any]:
    return {
        "period": trial.period and trial.period.number,
        "periods": len(trial.periods),
        "first_day": trial.first_day,
        "last_day": trial.last_day,
        "days_recorded": trial.days_recorded,
        "days_so_far": trial.days_so_far,
    }


def _answer(found: Person) -> dict[str, Any] | None:
    said = answer_in_words(found)
    if said is None:
        return None
    return {
        "headline": said.headline,
        "answer": said.answer,
        "lines": [_line(each) for each in said.lines],
        "opening": said.choice,
    }


def _line(line: Any) -> str:
    """Return a line of the answer, which comes as a sentence or as its heading and a sentence."""
    return line if isinstance(line, str) else ": ".join(line)
