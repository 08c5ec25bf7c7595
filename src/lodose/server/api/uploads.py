"""Bring in a diary from files: look first, then decide."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema, Status
from pydantic import AfterValidator, Field, StringConstraints

from lodose.server.api.check_ins import ContentKept, content_shape
from lodose.server.api.doors import Doors
from lodose.server.api.keys import person_of
from lodose.server.api.problems import RefusalError
from lodose.server.api.shapes import Day, Flag, Given, Name, Word, without_nul
from lodose.server.records.clock import today_of
from lodose.server.records.models import Person
from lodose.server.records.upload_files import (
    LARGEST_DIARY,
    LARGEST_PROTOCOL,
    Preview,
    UploadError,
    preview,
    read_files,
)
from lodose.server.records.uploads import NewQuestion, bring_in

doors = Doors("Bring in a diary")

SHOWN = 100
Bound = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,7}(\.[0-9]{1,4})?$")]
Diary = Annotated[str, StringConstraints(max_length=LARGEST_DIARY), AfterValidator(without_nul)]
Protocol = Annotated[
    str, StringConstraints(max_length=LARGEST_PROTOCOL), AfterValidator(without_nul)
]


class Files(Given):
    """The files, as text."""

    diary: Diary = Field(description="The content of diary.csv.")
    protocol: Protocol | None = Field(
        None, description="The content of protocol.toml of a finished trial."
    )


class Meaning(Given):
    """What a column means that neither the record nor the protocol knows."""

    name: Word = Field(min_length=1, description="As the file names the column.")
    label: Name = Field(min_length=1)
    minimum: Bound
    maximum: Bound
    better: Literal["lower", "higher"]


class Bringing(Files):
    """The files, and what was decided about them."""

    questions: Annotated[list[Meaning], Field(max_length=40)] = Field(
        default_factory=list, description="Unknown columns that are kept; others are left out."
    )
    replace: Annotated[list[Day], Field(max_length=4000)] = Field(
        default_factory=list, description="Days of the record that the file corrects."
    )
    ask_daily: Flag = Field(False, description="New questions are asked from now on.")


class Conflict(Schema):
    """A day that says something else in the record."""

    day: date
    here: ContentKept = Field(description="What the record says.")
    there: ContentKept = Field(description="What it would say.")


class PreviewShape(Schema):
    """What bringing the files in would do."""

    new_days: int = Field(description="How many days would be added.")
    same_days: int = Field(description="How many days say the same already.")
    conflicts: list[Conflict] = Field(description="The first hundred days that differ.")
    from_protocol: list[str] = Field(description="Columns that the protocol explains.")
    unknown: list[str] = Field(description="Columns that nobody has explained yet.")
    not_kept: list[str] = Field(description="What the record has no place for.")
    remarks: list[str] = Field(description="What is odd and can stay.")


class Brought(Schema):
    """What was written."""

    days: int = Field(description="Days added.")
    replaced: int = Field(description="Days corrected; the old ones are kept beside.")


@doors.post("/uploads/preview", "write:diary", "read:diary", answers={200: PreviewShape})
def post_preview(request: HttpRequest, given: Files) -> Any:
    """Say what the files would add; nothing is written."""
    seen = _seen(person_of(request), given)
    return {
        "new_days": len(seen.new_days),
        "same_days": seen.same_days,
        "conflicts": [
            {
                "day": each.day,
                # What the record holds of a sealed day has no dose, and a file may bring none.
                "here": content_shape(each.here, sealed=False),
                "there": content_shape(each.there, sealed=False),
            }
            for each in seen.conflicts[:SHOWN]
        ],
        "from_protocol": list(seen.from_protocol),
        "unknown": list(seen.unknown),
        "not_kept": list(seen.not_kept),
        "remarks": [each.message for each in seen.files.remarks if each.severity != "error"][
            :SHOWN
        ],
    }


@doors.post("/uploads", "write:diary", answers={201: Brought})
def post_upload(request: HttpRequest, given: Bringing) -> Any:
    """Write the days of a file, and the finished trial of its protocol, all or nothing."""
    person = person_of(request)
    seen = _seen(person, given)
    questions = _questions(seen, given.questions)
    try:
        brought = bring_in(
            person,
            seen.files,
            questions=questions,
            replaced=set(given.replace) & {each.day for each in seen.conflicts},
            ask_daily=given.ask_daily,
        )
    except UploadError as error:
        raise _refused(error) from None
    return Status(201, {"days": brought.days, "replaced": brought.replaced})


def _seen(person: Person, given: Files) -> Preview:
    protocol = None if given.protocol is None else ("protocol.toml", given.protocol.encode())
    try:
        files = read_files(("diary.csv", given.diary.encode()), protocol, today=today_of(person))
        return preview(person, files)
    except UploadError as error:
        raise _refused(error) from None


def _refused(error: UploadError) -> RefusalError:
    return RefusalError(
        422,
        _("Nothing was brought in: something in the files cannot be."),
        fields={"diary": "\n".join(error.problems)},
        mend=_("Mend the lines that are named and send the files again."),
    )


def _questions(seen: Preview, given: list[Meaning]) -> list[NewQuestion]:
    problems: dict[str, str] = {}
    for each in given:
        if each.name not in seen.unknown:
            problems[each.name] = _("The files have no such column that nobody knows.")
        elif Decimal(each.minimum) >= Decimal(each.maximum):
            problems[each.name] = _("The lowest value has to be below the highest.")
    names = [each.name for each in given]
    if len(set(names)) < len(names):
        problems["questions"] = _("Explain each column once.")
    columns = seen.files.diary.outcome_names
    if not given and columns and set(columns) == set(seen.unknown):
        problems["questions"] = _("Keep at least one column.")
    if problems:
        raise RefusalError(422, _("Nothing was brought in."), fields=problems)
    return [
        NewQuestion(
            each.name, each.label, Decimal(each.minimum), Decimal(each.maximum), each.better
        )
        for each in given
    ]
