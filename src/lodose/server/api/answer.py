"""The answer: in words, as pictures, as a report; nothing at all while the schedule is sealed."""

from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field

from lodose.errors import LodoseError
from lodose.server.answers.actions import choose_opening
from lodose.server.answers.compute import Answer, answer_of, report_json, report_pdf
from lodose.server.answers.stages import Stage, stage_of
from lodose.server.api.days import as_file
from lodose.server.api.doors import Doors
from lodose.server.api.keys import person_of
from lodose.server.api.problems import RefusalError, conflict
from lodose.server.api.shapes import Given
from lodose.server.records.bridge import ArmsSealedError
from lodose.server.records.models import Person, Trial

doors = Doors("Answer")

Chart = Literal["diary", "periods", "effect", "sensitivity"]


class StageShape(Schema):
    """How far the person is on the way to an answer."""

    stage: Literal["nothing", "running", "waiting", "ready"] = Field(
        description="waiting: ended, the schedule still sealed."
    )
    recorded: int = Field(description="Days with an entry.")
    so_far: int
    planned: int
    left: int
    answer_day: str | None = Field(description="From which day the answer can be read.")
    opening: Literal["", "now", "with-doctor"] = Field(
        description="How the answer shall be opened; empty: not said yet."
    )


class Opening(Given):
    """How the answer shall be opened."""

    choice: Literal["now", "with-doctor"]


@doors.get("/answer/stage", "read:answer", answers={200: StageShape})
def answer_stage(request: HttpRequest) -> Any:
    """Read how far the person is, without anything that could tell an arm."""
    person = person_of(request)
    return _stage(person, stage_of(person))


@doors.put("/answer/opening", "write:treatment", answers={200: StageShape})
def put_opening(request: HttpRequest, given: Opening) -> Any:
    """Choose whether the answer is opened now or with the doctor."""
    person = person_of(request)
    choose_opening(person, given.choice)
    return _stage(person, stage_of(person))


@doors.get("/answer", "read:answer", answers={200: dict[str, Any]}, conflicts=True)
def answer(request: HttpRequest) -> Any:
    """Read the answer in words and numbers.

    404 while there was no trial; 409, and nothing else, while the schedule runs or is sealed, and
    until the person has said how the answer shall be opened.
    """
    _person, trial, _found = _opened(request)
    return HttpResponse(report_json(trial), content_type="application/json; charset=utf-8")


@doors.get(
    "/answer/charts/{name}.svg",
    "read:answer",
    answers={200: None},
    conflicts=True,
    kind="image/svg+xml",
)
def answer_chart(request: HttpRequest, name: Chart, width: Literal["340", "720"] = "720") -> Any:
    """Read one picture of the answer; 404 where there is nothing to draw."""
    _person, _trial, found = _opened(request)
    if not found.page["primary"]["drawn"][name]:
        raise Http404
    return HttpResponse(found.charts[f"{name}-{width}"], content_type="image/svg+xml")


@doors.get(
    "/answer/report.pdf",
    "read:answer",
    answers={200: None},
    conflicts=True,
    kind="application/pdf",
)
def answer_report(request: HttpRequest) -> Any:
    """Download the report for the doctor."""
    person, _trial, _found = _opened(request)
    made = report_pdf(person)
    if made is None:
        raise Http404
    return as_file(made.name, made.content, "application/pdf")


def _opened(request: HttpRequest) -> tuple[Person, Trial, Answer]:
    """Return the answer if there is one and the person has chosen how to open it."""
    person = person_of(request)
    stage = stage_of(person)
    if stage.trial is None:
        raise Http404
    if stage.kind != "ready":
        raise ArmsSealedError
    if stage.recorded and not person.answer_choice:
        # Asked before every answer: asked before some, the question itself would tell.
        raise _not_chosen()
    try:
        found = answer_of(stage.trial)
    except ArmsSealedError:
        raise
    except LodoseError:
        raise conflict(_("Nothing was recorded from which an answer could be made.")) from None
    return person, stage.trial, found


def _not_chosen() -> RefusalError:
    return conflict(
        _("The person has not said yet how the answer shall be opened."),
        mend=_("Choose under Answer, or with PUT /answer/opening: now, or with your doctor."),
    )


def _stage(person: Person, stage: Stage) -> dict[str, Any]:
    return {
        "stage": stage.kind,
        "recorded": stage.recorded,
        "so_far": stage.so_far,
        "planned": stage.planned,
        "left": stage.left,
        "answer_day": stage.answer_day and stage.answer_day.isoformat(),
        "opening": person.answer_choice,
    }
