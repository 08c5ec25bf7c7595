"""Schedules of periods; nothing of dose or arm while one is sealed."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Schema, Status
from pydantic import Field

from lodose.server.access import access_trial
from lodose.server.api.days import as_file
from lodose.server.api.doors import Doors
from lodose.server.api.keys import person_of, user_of
from lodose.server.api.shapes import (
    Amount,
    Day,
    Given,
    Line,
    Micrograms,
    Name,
    Page,
    PageNumber,
    decimal_text,
    page_of,
)
from lodose.server.records.bridge import protocol_of, with_record
from lodose.server.records.clock import today_of
from lodose.server.records.disclosure import period_to_guess, record_guess
from lodose.server.records.exports import protocol_toml
from lodose.server.records.listings import trials_of
from lodose.server.records.models import Trial
from lodose.server.records.schedules import (
    Wish,
    is_sealed,
    latest_trial,
    start_schedule,
    stop_trial,
)

doors = Doors("Trials")


class Period(Schema):
    """One period."""

    number: int
    first_day: date
    last_day: date
    kit: str
    arm: str | None = Field(description="Null while the schedule is sealed.")
    dose_micrograms: int | None = Field(description="Null while the schedule is sealed.")
    guess: str = Field(description="What the person took it for, before anything was known.")
    guess_confidence: str | None


class TrialShape(Schema):
    """A schedule of periods."""

    id: uuid.UUID
    status: Literal["running", "finished", "stopped"]
    sealed: bool = Field(description="Arms and doses are not known here yet.")
    started_at: datetime
    ended_at: datetime | None
    end_reason: str
    agreed_with: str
    agreed_on: date | None
    protocol_hash: str = Field(description="Of plan and periods as fixed; empty while sealed.")
    commitment: str = Field(description="By which a sealed schedule can be checked afterwards.")
    period_to_guess: int | None = Field(description="The period that the person is asked about.")
    periods: list[Period]


class NewTrial(Given):
    """An open schedule. Your prescriber decides; say with whom it was agreed and when."""

    design: Literal["randomised-open", "open-on-off"]
    pairs: Annotated[int, Field(strict=True, ge=2, le=12)]
    days: Annotated[int, Field(strict=True, ge=5, le=60)] = Field(
        description="Length of one period."
    )
    first_day: Day
    dose_micrograms: Micrograms
    agreed_with: Name = ""
    agreed_on: Day | None = None
    confirmed_micrograms: Micrograms | None = None
    settled: Annotated[bool, Field(strict=True)] = Field(
        default=False,
        description="Open questions of the screening are settled with the prescriber.",
    )


class Stop(Given):
    """Why the schedule is stopped: the report says it."""

    reason: Line


class Guess(Given):
    """What the person takes a period for."""

    guess: Literal["active", "comparator", "unsure"]
    confidence: Amount | None = Field(None, description="Probability of being right, 0.5 to 1.")
    reason: Literal["", "side effects", "benefit", "other"] = ""


@doors.get("/trials", "read:treatment", answers={200: Page[TrialShape]})
def trials(request: HttpRequest, page: PageNumber = 1) -> Any:
    """List the schedules, the newest first."""
    person = person_of(request)
    latest_trial(person)  # ends it where its last day is over

    def shape(trial: Trial) -> dict[str, Any]:
        trial.person = person
        return trial_shape(trial)

    return page_of(trials_of(person), page, shape)


@doors.get("/trials/{trial}", "read:treatment", answers={200: TrialShape})
def trial(request: HttpRequest, trial: uuid.UUID) -> Any:
    """Read one schedule."""
    latest_trial(person_of(request))
    return trial_shape(access_trial(user_of(request), trial))


@doors.post("/trials", "write:treatment", answers={201: TrialShape})
def post_trial(request: HttpRequest, given: NewTrial) -> Any:
    """Draw and start an open schedule; from then on it does not change."""
    person = person_of(request)
    started = start_schedule(
        person,
        Wish(
            design=given.design,
            pairs=given.pairs,
            days=given.days,
            first_day=given.first_day,
            dose_micrograms=given.dose_micrograms,
            agreed_with=given.agreed_with,
            agreed_on=given.agreed_on,
            confirmed_micrograms=given.confirmed_micrograms,
            settled=given.settled,
        ),
    )
    return Status(201, trial_shape(started))


@doors.post("/trials/{trial}/stop", "write:treatment", answers={200: TrialShape})
def post_trial_stop(request: HttpRequest, trial: uuid.UUID, given: Stop) -> Any:
    """End a schedule before its last day; the treatment itself goes on as decided."""
    found = access_trial(user_of(request), trial)
    stop_trial(found, given.reason)
    return trial_shape(found)


@doors.put("/trials/{trial}/guesses/{number}", "write:treatment", answers={200: TrialShape})
def put_guess(
    request: HttpRequest,
    trial: uuid.UUID,
    number: Annotated[int, Path(ge=1, le=100)],
    given: Guess,
) -> Any:
    """Keep what the person takes a sealed period for; once, and before anything is disclosed."""
    found = access_trial(user_of(request), trial)
    record_guess(
        found,
        number,
        given.guess,
        confidence=None if given.confidence is None else Decimal(given.confidence),
        reason=given.reason,
    )
    return trial_shape(access_trial(user_of(request), trial))


@doors.get(
    "/trials/{trial}/protocol.toml",
    "read:treatment",
    answers={200: None},
    conflicts=True,
    kind="application/toml",
)
def protocol(request: HttpRequest, trial: uuid.UUID) -> Any:
    """Download plan and periods as the library's protocol file; 409 while sealed."""
    found = access_trial(user_of(request), trial)
    made = with_record(protocol_of(found), found.person)
    name = f"protocol-{today_of(found.person)}.toml"
    return as_file(name, protocol_toml(made), "application/toml")


def trial_shape(trial: Trial) -> dict[str, Any]:
    """Return a schedule; without arms and doses while anything of it is sealed."""
    sealed = is_sealed(trial)
    asked = period_to_guess(trial, today_of(trial.person))
    return {
        "id": trial.pk,
        "status": trial.status,
        "sealed": sealed,
        "started_at": trial.started_at,
        "ended_at": trial.ended_at,
        "end_reason": trial.end_reason,
        "agreed_with": trial.agreed_with,
        "agreed_on": trial.agreed_on,
        "protocol_hash": "" if sealed else trial.protocol_hash,
        "commitment": trial.commitment,
        "period_to_guess": asked and asked.number,
        "periods": [
            {
                "number": each.number,
                "first_day": each.first_day,
                "last_day": each.last_day,
                "kit": each.kit,
                "arm": None if sealed else each.arm,
                "dose_micrograms": None if sealed else each.dose_micrograms,
                "guess": each.guess,
                "guess_confidence": decimal_text(each.guess_confidence),
            }
            for each in trial.periods.all()
        ],
    }
