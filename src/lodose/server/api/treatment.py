"""Treatment: questions, pauses, decisions about the dose."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema, Status
from pydantic import Field

from lodose.server.api.days import Question, question_shape
from lodose.server.api.doors import Doors
from lodose.server.api.keys import person_of
from lodose.server.api.problems import conflict
from lodose.server.api.shapes import (
    Amount,
    Day,
    Done,
    Flag,
    Given,
    Line,
    Micrograms,
    Name,
    Page,
    PageNumber,
    Word,
    page_of,
)
from lodose.server.care.summary import is_sealed
from lodose.server.records.clock import today_of
from lodose.server.records.listings import pauses_of
from lodose.server.records.models import DoseStep, Pause, Person
from lodose.server.records.outcomes import (
    MOST_QUESTIONS,
    READY,
    Choice,
    choose_outcomes,
    outcomes_locked,
    outcomes_of,
    own_choice,
)
from lodose.server.records.pauses import current_pause, end_pause, start_pause
from lodose.server.records.problems import DecisionError
from lodose.server.records.schedules import stop_now
from lodose.server.records.treatment import (
    Decision,
    current_step,
    decide_dose,
    kinds_open,
    remove_step,
    steps_of,
)

doors = Doors("Treatment")

Kind = Literal["start", "step", "pause", "restart", "stop"]


class Questions(Schema):
    """The questions of the daily check-in."""

    locked: bool = Field(description="A trial runs: they cannot be changed.")
    questions: list[Question]


class ReadyQuestion(Schema):
    """A question that may be chosen."""

    name: str
    label: str
    question: str
    low_label: str
    high_label: str
    better: str
    instrument: str
    mcid: str = Field(description="The smallest change that matters, until the person names one.")
    mcid_source: str


class OwnQuestion(Given):
    """A question in the person's own words, rated 0 to 10."""

    label: Name = Field(min_length=1)
    low_label: Word = ""
    high_label: Word = ""
    better: Literal["lower", "higher"] = "lower"


class ChosenQuestions(Given):
    """Which questions are asked from now on; those left out are kept and asked no more."""

    ready: Annotated[list[Word], Field(max_length=MOST_QUESTIONS)] = Field(
        default_factory=list, description="Names of the ready ones or of own ones asked before."
    )
    own: Annotated[list[OwnQuestion], Field(max_length=MOST_QUESTIONS)] = Field(
        default_factory=list
    )
    primary: Name = Field(description="Name of the one that carries the answer, or its own label.")
    mcid: Amount | None = Field(None, description="Smallest change worth a daily capsule.")


class PauseShape(Schema):
    """Days on which no check-in is expected."""

    first_day: date
    last_day: date | None = Field(description="Null while it lasts.")
    reason: str


class NewPause(Given):
    """Why nothing is expected from today on."""

    reason: Line = ""


class Step(Schema):
    """A decision about the dose, and who made it."""

    id: uuid.UUID
    kind: Kind
    from_day: date
    dose_micrograms: int | None = Field(description="Null while a trial is sealed.")
    micrograms_per_millilitre: int | None
    decided_by: str = Field(description="Name of the prescriber who entered it; empty otherwise.")
    agreed_with: str
    agreed_on: date | None
    reason: str
    entered_at: datetime


class NewStep(Given):
    """A decision about the dose. Your prescriber decides; a stop needs nobody's leave."""

    kind: Kind
    from_day: Day
    dose_micrograms: Micrograms = Field(0, description="For start, step and restart.")
    micrograms_per_millilitre: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = (
        Field(None, description="Strength, for liquids.")
    )
    agreed_with: Name = Field("", description="The prescriber with whom it was agreed.")
    agreed_on: Day | None = None
    reason: Line = ""
    confirmed_micrograms: Micrograms | None = Field(
        None, description="Repeats a dose above the usual low ones, once it was asked back."
    )
    despite: Annotated[list[Name], Field(max_length=40)] = Field(
        default_factory=list,
        description="Rules of the screening that a prescriber decides against; needs a reason.",
    )
    settled: Flag = Field(
        default=False,
        description="Open questions of the screening are settled with the prescriber.",
    )


class Reason(Given):
    """Why."""

    reason: Line = ""


class Treatment(Schema):
    """Where the treatment stands."""

    name: str
    sealed: bool = Field(description="A trial is sealed: no dose is told anywhere.")
    current: Step | None
    may_follow: list[Kind] = Field(description="Which kinds of decision may come next.")
    paused: PauseShape | None = Field(description="The pause of the diary that holds today.")


@doors.get("/outcomes", "read:diary", answers={200: Questions})
def outcomes(request: HttpRequest) -> Any:
    """Read which questions are asked every day."""
    person = person_of(request)
    return {
        "locked": outcomes_locked(person),
        "questions": [question_shape(each) for each in outcomes_of(person)],
    }


@doors.get("/outcomes/ready", "read:diary", answers={200: list[ReadyQuestion]})
def ready_outcomes(request: HttpRequest) -> Any:
    """List the ready questions."""
    person_of(request)
    return [
        {
            "name": each.name,
            "label": str(each.label),
            "question": str(each.question),
            "low_label": str(each.low_label),
            "high_label": str(each.high_label),
            "better": each.better,
            "instrument": each.instrument,
            "mcid": str(each.mcid),
            "mcid_source": each.mcid_source,
        }
        for each in READY
    ]


@doors.put("/outcomes", "write:diary", answers={200: Questions})
def put_outcomes(request: HttpRequest, chosen: ChosenQuestions) -> Any:
    """Choose which questions are asked every day; refused while a trial runs."""
    person = person_of(request)
    own = [
        own_choice(each.label, each.low_label, each.high_label, each.better) for each in chosen.own
    ]
    choices = [*_ready(person, chosen.ready), *own]
    by_label = {str(each.label): each.name for each in own}
    choose_outcomes(
        person,
        choices,
        primary=by_label.get(chosen.primary, chosen.primary),
        mcid=None if chosen.mcid is None else Decimal(chosen.mcid),
    )
    return outcomes(request)


def _ready(person: Person, names: list[str]) -> list[Choice]:
    known = {each.name: each for each in READY}
    for each in outcomes_of(person):
        known[each.name] = Choice(
            each.name, each.label, each.question, each.low_label, each.high_label, each.better
        )
    unknown = [name for name in names if name not in known]
    if unknown:
        raise DecisionError({"ready": _("Choose from the questions that are listed.")})
    return [known[name] for name in names]


@doors.get("/pauses", "read:treatment", answers={200: Page[PauseShape]})
def pauses(request: HttpRequest, page: PageNumber = 1) -> Any:
    """List the pauses of the diary, the newest first."""
    return page_of(pauses_of(person_of(request)), page, _pause)


@doors.post("/pauses", "write:treatment", answers={201: PauseShape}, conflicts=True)
def post_pause(request: HttpRequest, given: NewPause) -> Any:
    """Expect no check-in from today on; 409 if that is so already."""
    person = person_of(request)
    if not start_pause(person, given.reason):
        raise conflict(_("The diary is paused already."))
    return Status(201, _current(person))


@doors.delete("/pauses/current", "write:treatment", answers={200: Done})
def delete_pause(request: HttpRequest) -> Any:
    """Expect check-ins again from today on; 404 if nothing is paused."""
    if not end_pause(person_of(request)):
        raise Http404
    return {"done": True}


@doors.get("/treatment", "read:treatment", answers={200: Treatment})
def treatment(request: HttpRequest) -> Any:
    """Read where the treatment stands."""
    person = person_of(request)
    sealed = is_sealed(person)
    today = today_of(person)
    step = current_step(person, today)
    return {
        "name": person.treatment_name,
        "sealed": sealed,
        "current": step and step_shape(step, sealed=sealed),
        "may_follow": kinds_open(person, today),
        "paused": _current(person),
    }


@doors.get("/treatment/dose-steps", "read:treatment", answers={200: Page[Step]})
def dose_steps(request: HttpRequest, page: PageNumber = 1) -> Any:
    """List the decisions about the dose, the newest first."""
    person = person_of(request)
    sealed = is_sealed(person)
    return page_of(steps_of(person), page, lambda step: step_shape(step, sealed=sealed))


@doors.post("/treatment/dose-steps", "write:treatment", answers={201: Step})
def post_dose_step(request: HttpRequest, given: NewStep) -> Any:
    """Enter what was agreed about the dose.

    A dose above the usual low ones is asked back: repeat it in confirmed_micrograms.
    """
    person = person_of(request)
    step = decide_dose(person, decision_of(given))
    return Status(201, step_shape(step, sealed=is_sealed(person)))


@doors.post("/treatment/dose-steps/{step}/removal", "write:treatment", answers={200: Done})
def post_removal(request: HttpRequest, step: uuid.UUID, given: Reason) -> Any:
    """Take back a decision that was entered by mistake; it is kept and marked."""
    if not remove_step(person_of(request), step, given.reason):
        raise Http404
    return {"done": True}


@doors.post("/treatment/stop", "write:treatment", answers={201: Step})
def post_stop(request: HttpRequest, given: Reason) -> Any:
    """Record that the treatment was stopped today; a running schedule ends with it.

    Nobody's leave is needed, and no reason.
    """
    person = person_of(request)
    step = stop_now(person, given.reason)
    return Status(201, step_shape(step, sealed=is_sealed(person)))


def decision_of(given: NewStep) -> Decision:
    """Return a decision as the room takes it."""
    return Decision(
        kind=given.kind,
        from_day=given.from_day,
        dose_micrograms=given.dose_micrograms,
        micrograms_per_millilitre=given.micrograms_per_millilitre,
        agreed_with=given.agreed_with,
        agreed_on=given.agreed_on,
        reason=given.reason,
        confirmed_micrograms=given.confirmed_micrograms,
        despite=tuple(given.despite),
        settled=given.settled,
    )


def step_shape(step: DoseStep, *, sealed: bool) -> dict[str, Any]:
    """Return a decision; without its dose while a trial is sealed."""
    return {
        "id": step.pk,
        "kind": step.kind,
        "from_day": step.from_day,
        "dose_micrograms": None if sealed else step.dose_micrograms,
        "micrograms_per_millilitre": None if sealed else step.micrograms_per_millilitre,
        "decided_by": step.decided_by.shown_name if step.decided_by else "",
        "agreed_with": step.agreed_with,
        "agreed_on": step.agreed_on,
        "reason": step.reason,
        "entered_at": step.entered_at,
    }


def _pause(pause: Pause) -> dict[str, Any]:
    return {
        "first_day": pause.first_day,
        "last_day": pause.last_day,
        "reason": pause.reason,
    }


def _current(person: Person) -> dict[str, Any] | None:
    pause = current_pause(person, today_of(person))
    return None if pause is None else _pause(pause)
