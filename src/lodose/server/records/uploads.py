"""A diary, and the protocol of a finished trial, brought in from files.

Everything is checked before anything is written, and written in one transaction: a failed upload
leaves nothing behind.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lodose.diary import DailyEntry
from lodose.server.audit.chain import add_event, lock_chain
from lodose.server.records.actions import make_check_in
from lodose.server.records.bridge import sealed_days
from lodose.server.records.entries import Entry, EntryError, check_entry
from lodose.server.records.models import CheckIn, Outcome, Person, Trial, TrialPeriod
from lodose.server.records.plans import DayPlan, question_of
from lodose.server.records.upload_files import Files, UploadError, entry_from, merged
from lodose.server.spoken import said_day
from lodose.trial import Outcome as PlannedOutcome
from lodose.trial import Period, Protocol

_DAY = timedelta(days=1)
_BATCH = 200  # rows a statement: SQLite binds no more than 999 values in old builds
_LARGEST = Decimal(10) ** 8  # what the record's decimal columns hold
_FINEST = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """A column that the record does not ask yet, as the person described it."""

    name: str
    label: str
    minimum: Decimal
    maximum: Decimal
    better: str


@dataclass(frozen=True, slots=True)
class Brought:
    """What was written."""

    days: int
    replaced: int
    trial: Trial | None


def bring_in(
    person: Person,
    files: Files,
    *,
    questions: Collection[NewQuestion] = (),
    replaced: Collection[date] = (),
    ask_daily: bool = False,
) -> Brought:
    """Write the days of a file, and the trial of its protocol, into a record.

    Parameters
    ----------
    person : Person
        Whose record.
    files : Files
        As ``upload_files.read_files`` returned them.
    questions : collection of NewQuestion
        What the columns mean that neither record nor protocol knows; others are left out.
    replaced : collection of datetime.date
        Days already written that the file's entry corrects; the old values are kept beside.
        Other days that are already written stay as they are.
    ask_daily : bool
        Whether new questions are asked in the check-in from now on.

    Raises
    ------
    UploadError
        Naming what has to be mended. Nothing was written.
    """
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        trial = None
        if files.protocol is not None:
            trial = bring_trial(person, files.protocol, ask_daily=ask_daily)
        _add_questions(person, questions, ask_daily=ask_daily)
        outcomes = tuple(Outcome.objects.filter(person=person))
        sealed = sealed_days(person)
        there = {each.day: each for each in CheckIn.objects.filter(person=person)}
        new, corrections = _checked(files, outcomes, sealed, there, set(replaced))
        CheckIn.objects.bulk_create([_row(person, each) for each in new], batch_size=_BATCH)
        reason = _("Brought in from a file.")
        for entry in corrections:
            make_check_in(person, entry, reason=reason, plan=_plan(entry.day, outcomes, sealed))
        # Locked again: a correction has added its own event since.
        chain = lock_chain(person.chain_id)
        content = json.dumps([each.content() for each in new], sort_keys=True)
        add_event(
            chain,
            "diary-brought-in",
            {
                "file": files.sha256,
                "days": [each.day.isoformat() for each in new],
                "replaced": [each.day.isoformat() for each in corrections],
                "content": hashlib.sha256(content.encode()).hexdigest(),
            },
        )
    return Brought(len(new), len(corrections), trial)


def _checked(
    files: Files,
    outcomes: tuple[Outcome, ...],
    sealed: list[tuple[date, date]],
    there: Mapping[date, CheckIn],
    replaced: set[date],
) -> tuple[list[Entry], list[Entry]]:
    """Return the new entries and the corrections, or say everything that is wrong with them."""
    names = frozenset(outcome.name for outcome in outcomes)
    new: list[Entry] = []
    corrections: list[Entry] = []
    problems: list[str] = []
    for daily in files.diary.entries:
        if daily.date in there and daily.date not in replaced:
            continue
        entry = entry_from(daily, names)
        if daily.date in there:
            entry = merged(there[daily.date], entry)
        plan = _plan(entry.day, outcomes, sealed)
        try:
            checked = check_entry(entry, plan.questions, sealed=plan.sealed)
        except EntryError as error:
            problems += [_in_words(daily, name, text) for name, text in error.problems.items()]
            continue
        (corrections if daily.date in there else new).append(checked)
    if problems:
        raise UploadError(problems[:50])
    return new, corrections


def _in_words(daily: DailyEntry, name: str, text: str) -> str:
    return _("Line %(line)d, %(day)s, “%(name)s”: %(problem)s") % {
        "line": daily.source_line,
        "day": said_day(daily.date),
        "name": name,
        "problem": text,
    }


def _plan(day: date, outcomes: tuple[Outcome, ...], sealed: list[tuple[date, date]]) -> DayPlan:
    """A day on which every outcome may be answered, also between two steps: means of a day are."""
    held = any(first <= day <= last for first, last in sealed)
    return _AnyStep(day, outcomes, held, "", None, None)


class _AnyStep(DayPlan):
    """A plan whose questions take any value of their range."""

    __slots__ = ()

    @property
    def questions(self) -> dict[str, Any]:
        """The questions by name."""
        return {each.name: replace(question_of(each), step=None) for each in self.outcomes}


def _row(person: Person, entry: Entry) -> CheckIn:
    """A new day; when it was first written is not known, so that it does not count as late."""
    return CheckIn(
        id=entry.id,
        person=person,
        day=entry.day,
        outcomes=entry.outcomes,
        dose_micrograms=entry.dose_micrograms,
        side_effects=entry.side_effects,
        note=entry.note,
        written_at=entry.written_at,
        received_at=entry.written_at,
        source="upload",
    )


def _add_questions(person: Person, questions: Collection[NewQuestion], *, ask_daily: bool) -> None:
    there = Outcome.objects.filter(person=person).count()
    archived = None if ask_daily else timezone.now()
    for position, each in enumerate(questions, there + 1):
        Outcome.objects.create(
            person=person,
            name=each.name,
            label=each.label,
            minimum=each.minimum,
            maximum=each.maximum,
            step=None,
            better=each.better,
            position=position,
            archived_at=archived,
        )


def bring_trial(person: Person, protocol: Protocol, *, ask_daily: bool = True) -> Trial:
    """Write a finished trial, whose arms are known, into a record.

    The outcomes of its protocol that the record does not ask yet become questions of it; the
    protocol's primary outcome becomes the record's, where the record has none. Pages that show an
    answer read the trial by ``records.bridge.protocol_of``, to the same hash.

    Parameters
    ----------
    person : Person
        Whose record.
    protocol : lodose.trial.Protocol
        As ``lodose.read_protocol`` returned it.
    ask_daily : bool
        Whether new questions are asked in the check-in from now on. A record that asks nothing
        yet asks them in any case.

    Returns
    -------
    Trial
        With status "finished", its periods and the protocol's own hash.

    Raises
    ------
    UploadError
        If the trial is already here, another trial holds some of its days, or a question
        contradicts one of the record. Nothing was written.
    """
    plan = protocol.model_dump(mode="json", exclude={"periods"})
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        _refuse(person, protocol)
        _add_planned(person, protocol, ask_daily=ask_daily)
        zone = ZoneInfo(protocol.time_zone)
        trial = Trial.objects.create(
            person=person,
            status=Trial.Status.FINISHED,
            sealed=False,
            plan=plan,
            protocol_hash=protocol.sha256,
            started_at=datetime.combine(protocol.first_day, time(), zone),
            ended_at=datetime.combine(protocol.last_day + _DAY, time(), zone),
        )
        guesses = {guess.period: guess for guess in protocol.blinding.guesses}
        TrialPeriod.objects.bulk_create(
            [
                _period_row(trial, number, period, guesses)
                for number, period in enumerate(protocol.periods, 1)
            ],
            batch_size=_BATCH // 4,
        )
        details = {"trial": str(trial.pk), "protocol": protocol.sha256}
        add_event(chain, "trial-brought-in", details)
    return trial


def _period_row(
    trial: Trial, number: int, period: Period, guesses: Mapping[int, Any]
) -> TrialPeriod:
    """A period; a guess stands in the plan, exactly, and here as far as the columns hold it."""
    guess = guesses.get(number)
    confidence = None if guess is None else guess.confidence
    return TrialPeriod(
        trial=trial,
        number=number,
        first_day=period.start,
        last_day=period.end,
        pair=period.pair,
        kit=period.kit or "",
        arm=period.arm,
        dose_micrograms=period.dose_micrograms,
        guess="" if guess is None else guess.guess,
        guess_confidence=None if confidence is None else round(confidence, 2),
        guess_reason="" if guess is None else guess.reason or "",
    )


def _refuse(person: Person, protocol: Protocol) -> None:
    """Refuse a trial that is here, that meets another, or that the record cannot hold."""
    problems = []
    if Trial.objects.filter(person=person, protocol_hash=protocol.sha256).exists():
        raise UploadError([_("This trial is already in your record. Bring in the diary alone.")])
    met = TrialPeriod.objects.filter(
        trial__person=person,
        first_day__lte=protocol.last_day,
        last_day__gte=protocol.first_day,
    ).first()
    if met is not None:
        problems.append(
            _(
                "Another trial of your record holds %(first)s to %(last)s, which the protocol "
                "holds too. A day belongs to one trial: bring in the diary alone."
            )
            % {"first": said_day(met.first_day), "last": said_day(met.last_day)}
        )
    for number, period in enumerate(protocol.periods, 1):
        if len(period.kit or "") > 40 or not 0 <= (period.pair or 0) <= 32767:
            problems.append(
                _("Period %(number)d has a kit or pair that is too long. Shorten it.")
                % {"number": number}
            )
    asked = {each.name: each for each in Outcome.objects.filter(person=person)}
    for planned in protocol.outcomes:
        problems += _contradictions(planned, asked.get(planned.name))
    if problems:
        raise UploadError(problems)


def _contradictions(planned: PlannedOutcome, asked: Outcome | None) -> list[str]:
    numbers = [planned.minimum, planned.maximum, planned.mcid, planned.step or Decimal(1)]
    if any(abs(each) >= _LARGEST or each % _FINEST for each in numbers):
        return [
            _("“%(name)s” has a range, step or change with more than 4 decimals or 8 digits.")
            % {"name": planned.name}
        ]
    if asked is None:
        return []
    ours = (Decimal(asked.minimum), Decimal(asked.maximum), asked.better)
    if ours == (planned.minimum, planned.maximum, planned.better):
        return []
    return [
        _(
            "“%(name)s” goes from %(minimum)s to %(maximum)s, %(better)s is better, in the "
            "protocol, and otherwise in your record. Give it another name in both files."
        )
        % {
            "name": planned.name,
            "minimum": planned.minimum,
            "maximum": planned.maximum,
            "better": planned.better,
        }
    ]


def _add_planned(person: Person, protocol: Protocol, *, ask_daily: bool) -> None:
    asked = list(Outcome.objects.filter(person=person))
    names = {each.name for each in asked}
    has_primary = any(each.primary for each in asked)
    active = any(each.archived_at is None for each in asked)
    archived = None if ask_daily or not active else timezone.now()
    for position, planned in enumerate(protocol.outcomes, len(asked) + 1):
        if planned.name in names:
            continue
        Outcome.objects.create(
            person=person,
            name=planned.name,
            label=planned.label[:120],
            instrument=(planned.instrument or "")[:40],
            minimum=planned.minimum,
            maximum=planned.maximum,
            step=planned.step,
            better=planned.better,
            mcid=planned.mcid,
            unit=planned.unit[:20],
            primary=planned.name == protocol.primary_outcome and not has_primary,
            position=position,
            archived_at=archived,
        )
