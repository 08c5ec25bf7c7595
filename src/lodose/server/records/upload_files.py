"""Read the files that somebody brings in, and say what bringing them in would do.

Files are read in memory and never written to disk. Nothing here writes.
"""

import hashlib
import io
import uuid
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lodose.diary import DailyEntry, Diary, Remark, scan_diary
from lodose.errors import InputError, LodoseError
from lodose.server.records.actions import entry_of
from lodose.server.records.bridge import daily_entry
from lodose.server.records.entries import Entry, spelt
from lodose.server.records.models import CheckIn, Outcome, Person
from lodose.server.spoken import said_day
from lodose.trial import Protocol, audit
from lodose.trial.reading import parse_protocol

LARGEST_DIARY = 1_000_000  # bytes; ten years of days with long notes are less
LARGEST_PROTOCOL = 250_000
MOST_PROBLEMS = 50
LONGEST_NAME = 40  # of a question in the record
# Over a trial of these sizes an answer takes about ten seconds; over a protocol as large as the
# library reads, many minutes and all the memory of the server.
MOST_PERIODS, MOST_OUTCOMES, MOST_TRIAL_DAYS, MOST_LISTED = 60, 12, 1500, 120


class UploadError(LodoseError):
    """What has to be mended before anything can be brought in; nothing was written."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Files:
    """What was sent, read and found sound by itself; ``sha256`` is that of the diary's bytes."""

    diary: Diary
    protocol: Protocol | None
    remarks: tuple[Remark, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A day that is already written, otherwise than in the file; both as ``Entry.content()``."""

    day: date
    here: dict[str, Any]
    there: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Preview:
    """What bringing the files in would do.

    ``unknown`` names the columns that neither the record nor the protocol knows; the person says
    what they mean or leaves them out. ``not_kept`` names what the record has no place for.
    """

    files: Files
    new_days: tuple[date, ...]
    same_days: int
    conflicts: tuple[Conflict, ...]
    from_protocol: tuple[str, ...]
    unknown: tuple[str, ...]
    not_kept: tuple[str, ...]


class _Named(io.BytesIO):
    """Bytes with the name that errors mention."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name


def read_files(
    diary: tuple[str, bytes], protocol: tuple[str, bytes] | None, *, today: date
) -> Files:
    """Read a diary and, where there is one, its protocol.

    Parameters
    ----------
    diary, protocol : tuple of str and bytes
        Name of the file, for messages, and its content.
    today : datetime.date
        Days after it are faults.

    Raises
    ------
    UploadError
        Listing every fault with line, column, value and mend.
    """
    name, content = diary
    _check_size(name, content, LARGEST_DIARY)
    plan: Protocol | None = None
    try:
        if protocol is not None:
            _check_size(*protocol, LARGEST_PROTOCOL)
            plan = parse_protocol(protocol[1], protocol[0])
        outcomes = None if plan is None else [outcome.name for outcome in plan.outcomes]
        read = scan_diary(_Named(content, name), protocol_outcomes=outcomes)
    except InputError as error:
        raise UploadError([str(error)]) from None
    remarks = audit(read, plan, today=today).remarks if plan else (*read.issues,)
    problems = [_in_words(each) for each in remarks if each.severity == "error"]
    if plan is None:
        problems += [
            _("%(day)s is after today, %(today)s. Correct the date.")
            % {"day": said_day(entry.date), "today": said_day(today)}
            for entry in read.entries
            if entry.date > today
        ]
    elif plan.last_day >= today:
        problems.append(
            _(
                "The trial of the protocol ends on %(day)s. Only a finished trial can be brought "
                "in: come back when it is over, or plan one under Treatment."
            )
            % {"day": said_day(plan.last_day)}
        )
    else:
        problems += _too_much(plan)
    if problems:
        raise UploadError(_bounded(problems))
    return Files(read, plan, tuple(remarks), hashlib.sha256(content).hexdigest())


def listed_in(plan: Protocol) -> int:
    """Return how many events, medicines and changes of them an answer has to look at."""
    changes = sum(len(each.changes) for each in plan.medicines)
    return len(plan.events) + len(plan.medicines) + changes


def _too_much(plan: Protocol) -> list[str]:
    """Say why an answer over a trial cannot be worked out here."""
    days = (plan.last_day - plan.first_day).days + 1
    sizes = (
        (
            len(plan.periods),
            MOST_PERIODS,
            _(
                "The trial has %(count)d periods, and this server works out an answer over at "
                "most %(most)d. Work it out with the command line of Lodose."
            ),
        ),
        (
            len(plan.outcomes),
            MOST_OUTCOMES,
            _(
                "The trial has %(count)d outcomes, and this server works out an answer over at "
                "most %(most)d. Work it out with the command line of Lodose."
            ),
        ),
        (
            days,
            MOST_TRIAL_DAYS,
            _(
                "The trial has %(count)d days, and this server works out an answer over at most "
                "%(most)d. Work it out with the command line of Lodose."
            ),
        ),
        (
            listed_in(plan),
            MOST_LISTED,
            _(
                "The protocol lists %(count)d medicines, changes and events, and this server "
                "works out an answer over at most %(most)d. Work it out with the command line of "
                "Lodose."
            ),
        ),
    )
    return [words % {"count": count, "most": most} for count, most, words in sizes if count > most]


def _check_size(name: str, content: bytes, most: int) -> None:
    if len(content) > most:
        raise UploadError(
            [
                _("%(name)s is larger than %(most)d kB. Bring in one person's diary at a time.")
                % {"name": name, "most": most // 1000}
            ]
        )


def _in_words(remark: Remark) -> str:
    if remark.line is None:
        return remark.message
    return _("Line %(line)d: %(message)s") % {"line": remark.line, "message": remark.message}


def _bounded(problems: list[str]) -> list[str]:
    if len(problems) <= MOST_PROBLEMS:
        return problems
    more = _("%(count)d more, once these are mended.") % {"count": len(problems) - MOST_PROBLEMS}
    return [*problems[:MOST_PROBLEMS], more]


def preview(person: Person, files: Files) -> Preview:
    """Say what the files would add to a record.

    Raises
    ------
    UploadError
        If a question of the files contradicts one of the record.
    """
    asked = {each.name: each for each in Outcome.objects.filter(person=person)}
    planned = {each.name for each in files.protocol.outcomes} if files.protocol else set()
    _check_names(files, asked)
    names = files.diary.outcome_names
    here = {each.day: each for each in CheckIn.objects.filter(person=person)}
    new, same, conflicts = [], 0, []
    for entry in files.diary.entries:
        existing = here.get(entry.date)
        if existing is None:
            new.append(entry.date)
        elif _says_nothing_new(existing, entry, names):
            same += 1
        else:
            conflicts.append(_conflict(existing, entry))
    return Preview(
        files=files,
        new_days=tuple(new),
        same_days=same,
        conflicts=tuple(conflicts),
        from_protocol=tuple(name for name in planned if name not in asked),
        unknown=tuple(name for name in names if name not in asked and name not in planned),
        not_kept=tuple(_not_kept(files.diary)),
    )


def _check_names(files: Files, asked: dict[str, Outcome]) -> None:
    spelt_here = {name.casefold(): name for name in asked}
    names = dict.fromkeys(files.diary.outcome_names)
    if files.protocol:
        names |= dict.fromkeys(each.name for each in files.protocol.outcomes)
    problems = []
    for name in names:
        here = spelt_here.get(name.casefold(), name)
        if here != name:
            problems.append(
                _("The column “%(name)s” is “%(here)s” in your record. Spell it as there.")
                % {"name": name, "here": here}
            )
        elif len(name) > LONGEST_NAME:
            problems.append(
                _("The column “%(name)s” has a name of more than %(most)d characters. Shorten it.")
                % {"name": name, "most": LONGEST_NAME}
            )
    if problems:
        raise UploadError(_bounded(problems))


def _conflict(existing: CheckIn, entry: DailyEntry) -> Conflict:
    there = merged(existing, entry_from(entry))
    return Conflict(entry.date, entry_of(existing).content(), there.content())


def merged(existing: CheckIn, entry: Entry) -> Entry:
    """Return a day as it would be with the file's entry: what the file leaves open stays."""
    if existing.skipped:
        return entry
    here = entry_of(existing)
    is_said = entry.dose_micrograms is not None
    return replace(
        here,
        id=entry.id,
        source=entry.source,
        written_at=entry.written_at,
        outcomes={**here.outcomes, **entry.outcomes},
        dose_micrograms=entry.dose_micrograms if is_said else here.dose_micrograms,
        dose_at=None if is_said and entry.dose_micrograms == 0 else here.dose_at,
        side_effects=here.side_effects if entry.side_effects is None else entry.side_effects,
        note=entry.note or here.note,
    )


def _says_nothing_new(existing: CheckIn, entry: DailyEntry, names: tuple[str, ...]) -> bool:
    """Whether all that the file says of a day already stands there, as a file would spell it."""
    here = daily_entry(existing, names)
    return (
        not existing.skipped
        and all(here.outcomes.get(name) == value for name, value in entry.outcomes.items())
        and entry.dose_micrograms in (None, here.dose_micrograms)
        and entry.side_effects in (None, here.side_effects)
        and entry.note in ("", here.note)
    )


def _not_kept(diary: Diary) -> list[str]:
    found = []
    if any(entry.arm is not None for entry in diary.entries):
        found.append(_("The column “arm” is not kept: the protocol's schedule says the arm."))
    if any(entry.study_day is not None for entry in diary.entries):
        found.append(_("The column “study_day” is not kept: the calendar counts the days."))
    if any(entry.entries > 1 for entry in diary.entries):
        found.append(_("Several entries of one day become one, as the remarks say."))
    return found


def entry_from(entry: DailyEntry, names: frozenset[str] | None = None) -> Entry:
    """Return a day of a file as an entry of the record, with the outcomes of these names."""
    effects = entry.side_effects
    return Entry(
        id=uuid.uuid4(),
        day=entry.date,
        written_at=timezone.now(),
        source="upload",
        outcomes={
            name: spelt(Decimal(repr(value)))
            for name, value in entry.outcomes.items()
            if names is None or name in names
        },
        dose_micrograms=entry.dose_micrograms,
        side_effects=None if effects is None else [[each.name, each.severity] for each in effects],
        note=entry.note,
    )
