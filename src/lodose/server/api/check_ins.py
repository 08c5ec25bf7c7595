"""Check-ins: read, make once, correct with a reason."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Schema, Status
from pydantic import Field, StringConstraints

from lodose.server.access import access_check_in
from lodose.server.api.doors import Doors
from lodose.server.api.keys import person_of, user_of
from lodose.server.api.problems import conflict
from lodose.server.api.shapes import (
    Clock,
    Day,
    Flag,
    Given,
    Line,
    Micrograms,
    Moment,
    Page,
    PageNumber,
    Text,
    Word,
    clock_of,
    page_of,
)
from lodose.server.records.actions import Receipt
from lodose.server.records.bridge import sealed_days
from lodose.server.records.calendar_view import written_on
from lodose.server.records.entries import Entry
from lodose.server.records.listings import check_ins_of
from lodose.server.records.models import CheckIn, Person
from lodose.server.records.plans import plan_of
from lodose.server.records.sendings import OtherContentError, send_check_in, send_correction

doors = Doors("Check-ins")

Severity = Annotated[
    int, Field(strict=True, ge=1, le=3, description="1 mild, 2 moderate, 3 severe")
]
Rating = Annotated[
    str,
    StringConstraints(pattern=r"^-?[0-9]{1,8}([.,][0-9]{1,4})?$"),
]


class SideEffect(Given):
    """A side effect and how bad it was."""

    name: Annotated[str, Field(max_length=60)] = Field(description="As the person calls it.")
    severity: Severity


class Content(Given):
    """What is written about a day; what is left out was not answered."""

    outcomes: dict[Word, Rating] = Field(
        default_factory=dict,
        max_length=40,
        description="Name of each outcome with its value as a decimal: see the plan of the day.",
    )
    dose_micrograms: Micrograms | None = Field(
        None, description="Dose taken; 0 for none. Refused on a day of a blinded trial."
    )
    dose_at: Clock | None = Field(None, description="When, by the person's own clock: 20:15.")
    kit_taken: Flag | None = Field(
        None, description="In a blinded trial only: whether the capsule of the day was taken."
    )
    side_effects: Annotated[list[SideEffect], Field(max_length=30)] | None = Field(
        None, description="Left out: not asked. An empty list: none felt."
    )
    red_flags: Annotated[list[Word], Field(max_length=20)] = Field(
        default_factory=list, description="Ids of the list of red flags."
    )
    note: Text = ""


class NewCheckIn(Content):
    """A day's entry as it is sent the first time."""

    day: Day
    written_at: Moment | None = Field(None, description="When it was written; now if left out.")


class Correction(Content):
    """A whole new entry for the same day, and why."""

    reason: Line = Field(min_length=1, description="Kept beside the old entry.")


class SideEffectKept(Schema):
    """A side effect and how bad it was."""

    name: str
    severity: int = Field(description="1 mild, 2 moderate, 3 severe")


class ContentKept(Schema):
    """What an entry says."""

    day: str = Field(description="A calendar day, 2026-03-01.")
    outcomes: dict[str, str]
    dose_micrograms: int | None = Field(description="Null where not said, or sealed.")
    dose_at: str | None
    kit: str = Field(description="Code of the kit in a blinded trial.")
    kit_taken: bool | None
    side_effects: list[SideEffectKept] | None
    red_flags: list[str]
    note: str
    skipped: bool = Field(description="The day stays empty on purpose.")


class CheckInKept(ContentKept):
    """An entry as it stands."""

    id: uuid.UUID
    written_at: datetime
    received_at: datetime
    late: bool = Field(description="Made after its day had ended.")
    source: str = Field(description="page, device, offline, api or upload")
    revision: int = Field(description="1, and one more for each correction.")
    corrected_at: datetime | None


class Version(Schema):
    """What an entry said before."""

    revision: int
    content: ContentKept
    kept_at: datetime
    reason: str = Field(description="Why it was replaced.")


class ReceiptKept(Schema):
    """What became of an entry. Nobody is watching this now."""

    outcome: Literal["made", "corrected", "unchanged", "superseded"] = Field(
        description="unchanged: the same was sent before."
    )
    check_in: CheckInKept


def content_shape(content: dict[str, Any], *, sealed: bool) -> dict[str, Any]:
    """Return an entry's content; on a day of a sealed trial without any dose."""
    effects = content["side_effects"]
    return {
        **content,
        "dose_micrograms": None if sealed else content["dose_micrograms"],
        "dose_at": None if sealed else content["dose_at"],
        "side_effects": None
        if effects is None
        else [{"name": name, "severity": severity} for name, severity in effects],
    }


class Masks:
    """The days on which no dose of a person may be told."""

    def __init__(self, person: Person) -> None:
        self.periods = sealed_days(person)

    def holds(self, check_in: CheckIn) -> bool:
        """Whether a sealed trial holds the entry's day."""
        return any(first <= check_in.day <= last for first, last in self.periods)

    def shape(self, check_in: CheckIn) -> dict[str, Any]:
        """Return an entry as it may be told."""
        content: dict[str, Any] = {
            "day": check_in.day.isoformat(),
            "outcomes": check_in.outcomes,
            "dose_micrograms": check_in.dose_micrograms,
            "dose_at": check_in.dose_at and check_in.dose_at.isoformat("minutes"),
            "kit": check_in.kit,
            "kit_taken": check_in.kit_taken,
            "side_effects": check_in.side_effects,
            "red_flags": check_in.red_flags,
            "note": check_in.note,
            "skipped": check_in.skipped,
        }
        return {
            **content_shape(content, sealed=self.holds(check_in)),
            "id": check_in.pk,
            "written_at": check_in.written_at,
            "received_at": check_in.received_at,
            "late": check_in.late,
            "source": check_in.source,
            "revision": check_in.revision,
            "corrected_at": check_in.corrected_at,
        }


@doors.get("/check-ins", "read:diary", answers={200: Page[CheckInKept]})
def check_ins(
    request: HttpRequest, first: Day | None = None, last: Day | None = None, page: PageNumber = 1
) -> Any:
    """List entries, the newest day first.

    Between two days, both included, where they are given.
    """
    person = person_of(request)
    return page_of(check_ins_of(person, first, last), page, Masks(person).shape)


@doors.get("/check-ins/{check_in}", "read:diary", answers={200: CheckInKept})
def check_in(request: HttpRequest, check_in: uuid.UUID) -> Any:
    """Read one entry."""
    found = access_check_in(user_of(request), check_in)
    return Masks(found.person).shape(found)


@doors.put(
    "/check-ins/{check_in}",
    "write:diary",
    answers={200: ReceiptKept, 201: ReceiptKept},
    conflicts=True,
)
def put_check_in(request: HttpRequest, check_in: uuid.UUID, content: NewCheckIn) -> Any:
    """Make the entry of a day, once however often it is sent.

    The id is made by you. The same content again gives 200 and changes nothing; another content
    under the same id, or a day that has an entry, gives 409: correct the entry instead.
    """
    person = person_of(request)
    moment = content.written_at or timezone.now()
    entry = _entry(person, check_in, content, content.day, moment)
    try:
        receipt = send_check_in(person, entry, back_fill_days=settings.BACK_FILL_DAYS)
    except OtherContentError as error:
        raise _standing(error) from None
    return Status(201 if receipt.outcome == "made" else 200, _receipt(person, receipt))


@doors.put(
    "/check-ins/{check_in}/corrections/{correction}",
    "write:diary",
    answers={200: ReceiptKept, 201: ReceiptKept},
    conflicts=True,
)
def put_correction(
    request: HttpRequest, check_in: uuid.UUID, correction: uuid.UUID, content: Correction
) -> Any:
    """Replace what an entry says; the old one is kept with the reason.

    The id of the correction is made by you: sent again, it changes nothing.
    """
    found = access_check_in(user_of(request), check_in)
    entry = _entry(found.person, correction, content, found.day, timezone.now())
    try:
        receipt = send_correction(found, entry, content.reason)
    except OtherContentError as error:
        raise _standing(error) from None
    status = 200 if receipt.outcome == "unchanged" else 201
    return Status(status, _receipt(found.person, receipt))


@doors.get("/check-ins/{check_in}/versions", "read:diary", answers={200: list[Version]})
def versions(request: HttpRequest, check_in: uuid.UUID) -> Any:
    """Read what an entry said before, the newest first."""
    found = access_check_in(user_of(request), check_in)
    sealed = Masks(found.person).holds(found)
    return [
        {
            "revision": each.revision,
            "content": content_shape(each.content, sealed=sealed),
            "kept_at": each.kept_at,
            "reason": each.reason,
        }
        for each in written_on(found.person, found.day).versions
    ]


def _entry(
    person: Person, entry_id: uuid.UUID, content: Content, day: Any, written_at: datetime
) -> Entry:
    effects = content.side_effects
    kit = "" if content.kit_taken is None else plan_of(person, day, with_dose=False).kit
    return Entry(
        id=entry_id,
        day=day,
        written_at=written_at,
        source="api",
        outcomes=dict(content.outcomes),
        dose_micrograms=content.dose_micrograms,
        dose_at=clock_of(content.dose_at),
        kit=kit,
        kit_taken=content.kit_taken,
        side_effects=None if effects is None else [[each.name, each.severity] for each in effects],
        red_flags=content.red_flags,
        note=content.note,
    )


def _receipt(person: Person, receipt: Receipt) -> dict[str, Any]:
    return {"outcome": receipt.outcome, "check_in": Masks(person).shape(receipt.check_in)}


def _standing(error: OtherContentError) -> Exception:
    return conflict(
        error.problem,
        mend=_("Read the entry and correct it with a reason."),
        fields={"check_in": str(error.standing.pk)},
    )
