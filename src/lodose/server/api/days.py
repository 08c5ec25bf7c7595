"""Days: what is asked and taken, months of the diary, skipped days, signs that need somebody."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Path, Schema
from pydantic import Field

from lodose.errors import LodoseError
from lodose.server.answers.diary_picture import diary_picture
from lodose.server.api.doors import Doors
from lodose.server.api.keys import person_of
from lodose.server.api.problems import conflict
from lodose.server.api.shapes import Day, Done, decimal_text
from lodose.server.records.calendar_view import month_of
from lodose.server.records.clock import today_of
from lodose.server.records.exports import diary_csv
from lodose.server.records.models import Outcome
from lodose.server.records.pauses import skip_day, undo_skip
from lodose.server.records.plans import plan_of
from lodose.server.records.red_flags import red_flags

doors = Doors("Diary")


class Question(Schema):
    """A question of the daily check-in."""

    name: str = Field(description="As an entry names it.")
    label: str
    question: str
    instrument: str = Field(description="Empty for a plain rating.")
    minimum: str
    maximum: str
    step: str | None = Field(description="Null: any value between minimum and maximum.")
    low_label: str
    high_label: str
    better: str = Field(description="lower or higher")
    unit: str
    mcid: str | None = Field(description="The smallest change that matters to this person.")
    primary: bool = Field(description="Carries the word of the answer.")


class Plan(Schema):
    """What is asked and taken on a day."""

    day: date
    questions: list[Question]
    sealed: bool = Field(description="A blinded trial holds the day: there is a kit, no dose.")
    kit: str
    dose_micrograms: int | None
    micrograms_per_millilitre: int | None = Field(description="Strength, for liquids.")


class MonthDay(Schema):
    """A day of the calendar."""

    day: date
    state: Literal["", "done", "late", "missing", "paused", "future"]
    skipped: bool


class Month(Schema):
    """A month of the diary."""

    month: str = Field(description="2026-03")
    days: list[MonthDay]


class RedFlagShape(Schema):
    """A sign that needs somebody now, with what to do."""

    id: str
    sign: str
    question: str
    title: str
    action: list[str]
    source: str


def question_shape(outcome: Outcome) -> dict[str, Any]:
    """Return a question with its numbers as decimals."""
    return {
        "name": outcome.name,
        "label": outcome.label,
        "question": outcome.question,
        "instrument": outcome.instrument,
        "minimum": decimal_text(outcome.minimum),
        "maximum": decimal_text(outcome.maximum),
        "step": decimal_text(outcome.step),
        "low_label": outcome.low_label,
        "high_label": outcome.high_label,
        "better": outcome.better,
        "unit": outcome.unit,
        "mcid": decimal_text(outcome.mcid),
        "primary": outcome.primary,
    }


@doors.get("/days/{day}/plan", "read:diary", answers={200: Plan})
def plan(request: HttpRequest, day: Day) -> Any:
    """Read what is asked and taken on a day."""
    found = plan_of(person_of(request), day)
    return {
        "day": found.day,
        "questions": [question_shape(each) for each in found.outcomes],
        "sealed": found.sealed,
        "kit": found.kit,
        "dose_micrograms": found.dose_micrograms,
        "micrograms_per_millilitre": found.micrograms_per_millilitre,
    }


@doors.put("/days/{day}/skip", "write:diary", answers={200: Done}, conflicts=True)
def put_skip(request: HttpRequest, day: Day) -> Any:
    """Say that a day stays empty on purpose.

    409 if it has an entry, also a skipped one.
    """
    if not skip_day(person_of(request), day):
        raise conflict(_("That day has an entry already."))
    return {"done": True}


@doors.delete("/days/{day}/skip", "write:diary", answers={200: Done})
def delete_skip(request: HttpRequest, day: Day) -> Any:
    """Take a skip back, as if it had never been said."""
    if not undo_skip(person_of(request), day):
        raise Http404
    return {"done": True}


@doors.get("/months/{month}", "read:diary", answers={200: Month})
def month(
    request: HttpRequest,
    month: Annotated[str, Path(pattern=r"^(19[7-9][0-9]|20[0-9]{2}|21[0-9]{2})-(0[1-9]|1[0-2])$")],
) -> Any:
    """Read which days of a month have an entry."""
    person = person_of(request)
    year, number = (int(part) for part in month.split("-"))
    found = month_of(person, year, number)
    cells = [{"day": cell.day, "state": cell.state, "skipped": cell.skipped} for cell in found.days]
    return {"month": month, "days": cells}


@doors.get("/diary.csv", "read:diary", answers={200: None}, kind="text/csv; charset=utf-8")
def diary_file(request: HttpRequest) -> Any:
    """Download the diary as CSV; without doses as long as a trial is sealed.

    404 while nothing is recorded.
    """
    person = person_of(request)
    try:
        content = diary_csv(person)
    except LodoseError:
        raise Http404 from None
    return as_file(f"diary-{today_of(person)}.csv", content, "text/csv; charset=utf-8")


@doors.get("/diary.svg", "read:diary", answers={200: None}, kind="image/svg+xml")
def diary_chart(request: HttpRequest, width: Literal["340", "720"] = "720") -> Any:
    """Read the diary's primary outcome as a picture.

    404 while nothing is recorded.
    """
    drawn = diary_picture(person_of(request), int(width))
    if drawn is None:
        raise Http404
    return HttpResponse(drawn, content_type="image/svg+xml")


@doors.get("/red-flags", answers={200: list[RedFlagShape]})
def list_red_flags(request: HttpRequest) -> Any:
    """List the signs that need somebody now, with what to do; nobody needs an account for it."""
    return [
        {
            "id": each.id,
            "sign": each.sign,
            "question": each.question,
            "title": each.title,
            "action": list(each.action),
            "source": each.source,
        }
        for each in red_flags()
    ]


def as_file(name: str, content: bytes, kind: str) -> HttpResponse:
    """Return a file under a name that says a day and nothing else."""
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
