"""The answer of a record, worked out once and kept until the record changes.

The numerical libraries are loaded where they are used: a process that never shows an answer
never pays for them. ``warm_up`` loads them ahead of the first person who asks.
"""

import json
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from threading import Lock
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

import lodose
from lodose.diary import DailyEntry, Diary
from lodose.errors import LodoseError
from lodose.language import nearest, speaking
from lodose.server.answers.models import Rendering
from lodose.server.answers.pages import CHARTS, WIDTHS, draw_charts, page_of
from lodose.server.records.bridge import (
    ArmsSealedError,
    diary_of,
    protocol_of,
    sealed_days,
    with_record,
)
from lodose.server.records.clock import today_of
from lodose.server.records.exports import csv_of, has_diary, protocol_toml
from lodose.server.records.models import Person, Trial
from lodose.server.records.schedules import is_sealed, last_day_of, latest_trial
from lodose.server.records.upload_files import MOST_LISTED, listed_in
from lodose.trial import Protocol

# An answer takes seconds and hundreds of megabytes: a process works out one after the other, so
# that pressing twice, or many people at once, does not take the memory of all of them.
ONE_AT_A_TIME = Lock()
# Goes up when what is kept changes its shape without a new version of the library.
FORM = 3


@dataclass(frozen=True, slots=True)
class Subject:
    """What an answer is made of, and the hash that names it."""

    trial: Trial
    diary: Diary
    protocol: Protocol
    today: date
    language: str

    @property
    def key(self) -> str:
        """Hash of everything that the answer depends on."""
        parts = (
            str(FORM),
            self.diary.digest,
            self.protocol.sha256,
            self.today.isoformat(),
            self.language,
            lodose.__version__,
        )
        return sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer: the page as plain values and its charts as SVG."""

    page: dict[str, Any]
    charts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """The report as a file; its name says a day and nothing else."""

    name: str
    content: bytes


def subject_of(trial: Trial) -> Subject:
    """Return what a trial's answer is made of.

    Days before the first and after the last day of the trial are in no period and stay out, so
    that the same trial has the same report whenever it is opened.

    Raises
    ------
    ArmsSealedError
        If something about the arms is still sealed, or the trial still runs.
    LodoseError
        If no day was recorded.
    """
    if is_sealed(trial):
        raise ArmsSealedError("The schedule is sealed until the trial has ended.")
    if trial.status == Trial.Status.RUNNING:
        raise ArmsSealedError("The plan foresees no look before its last day.")
    person = trial.person
    protocol = with_record(protocol_of(trial), person)
    listed = listed_in(protocol)
    if listed > MOST_LISTED:
        raise LodoseError(
            _(
                "Your record lists %(count)d events, medicines and changes of them for the days "
                "of the trial, more than an answer can be worked out over: at most %(most)d. "
                "Remove those that do not matter."
            )
            % {"count": listed, "most": MOST_LISTED}
        )
    last = last_day_of(trial)
    if not has_diary(person):
        raise LodoseError(_("No day of these periods was recorded."))
    recorded = diary_of(person, trial=trial)
    days = tuple(each for each in recorded.entries if protocol.first_day <= each.date <= last)
    if not days:
        raise LodoseError(_("No day of these periods was recorded."))
    if trial.status == Trial.Status.FINISHED and days[-1].date < last:
        # The library takes a trial whose diary ends early for one that still runs; the calendar
        # says that it is over, so the last day stands there as the empty one that it was.
        days = (*days, DailyEntry(date=last, outcomes={}))
    return Subject(
        trial=trial,
        diary=Diary(days, recorded.outcome_names, source=recorded.source),
        protocol=protocol,
        today=last,  # it is over, also where the person has since flown back into that day
        language=nearest(translation.get_language() or "en"),
    )


def answer_of(trial: Trial) -> Answer:
    """Return the answer of a trial that has ended, from what is kept where nothing changed.

    Raises
    ------
    ArmsSealedError, LodoseError
        As `subject_of`.
    """
    kept = _kept(subject_of(trial))
    charts = {
        f"{name}-{width}": kept[f"{name}-{width}"].decode() for name in CHARTS for width in WIDTHS
    }
    return Answer(json.loads(kept["page"]), charts)


def report_json(trial: Trial) -> bytes:
    """Return the answer for programs, as `lodose.verdict.to_json` writes it."""
    return _kept(subject_of(trial))["json"]


def pdf_of(trial: Trial) -> bytes:
    """Return the report of a trial that has ended, as a PDF."""
    return _kept(subject_of(trial))["pdf"]


def analysed_diary(trial: Trial) -> bytes:
    """Return the days that the answer was worked out from, as CSV; its digest is the report's."""
    return csv_of(subject_of(trial).diary, with_doses=not sealed_days(trial.person))


def analysed_protocol(trial: Trial) -> bytes:
    """Return plan, events, medicines and guesses as analysed, as TOML with the report's hash."""
    return protocol_toml(subject_of(trial).protocol)


def report_pdf(person: Person) -> Report | None:
    """Return the report of a person's newest trial, or None while there is none to show.

    It is the same for the person and for a prescriber whom they let in.
    """
    trial = latest_trial(person)
    if trial is None:
        return None
    try:
        content = pdf_of(trial)
    except LodoseError:  # sealed, running or empty: there is no report
        return None
    return Report(f"report-{today_of(person).isoformat()}.pdf", content)


def _kept(subject: Subject) -> dict[str, bytes]:
    """Return every piece of an answer by its kind, made now where it is not there."""
    found = _found(subject)
    if found:
        return found
    with ONE_AT_A_TIME:
        # Whoever asked for the same a moment earlier has made it while this one waited.
        return _found(subject) or _keep(subject, _made(subject))


def _found(subject: Subject) -> dict[str, bytes]:
    rows = Rendering.objects.filter(person=subject.trial.person, key=subject.key)
    return {row.kind.removeprefix(f"{subject.language}/"): bytes(row.content) for row in rows}


def _keep(subject: Subject, made: dict[str, bytes]) -> dict[str, bytes]:
    key, prefix = subject.key, f"{subject.language}/"
    now = timezone.now()
    with transaction.atomic():
        # What was made from an earlier state of the record is of no more use.
        Rendering.objects.filter(person=subject.trial.person, kind__startswith=prefix).exclude(
            key=key
        ).delete()
        Rendering.objects.bulk_create(
            [
                Rendering(
                    person=subject.trial.person,
                    key=key,
                    kind=prefix + kind,
                    content=content,
                    made_at=now,
                )
                for kind, content in made.items()
            ],
            ignore_conflicts=True,  # another process made the same answer at the same time
        )
    return made


def _made(subject: Subject) -> dict[str, bytes]:
    from lodose.report import pdf_bytes
    from lodose.verdict import to_json, verdict

    with speaking(subject.language):
        found = verdict(subject.diary, subject.protocol, today=subject.today)
        made = {
            "page": json.dumps(page_of(found), ensure_ascii=False).encode(),
            "json": to_json(found).encode(),
            "pdf": pdf_bytes(found),
        }
        for name, drawn in draw_charts(found).items():
            made[name] = drawn.encode()
    return made


def warm_up() -> None:
    """Load and compile what the first answer of a process would otherwise wait for.

    Works out an example, draws it and sets it as a PDF; touches no database.
    """
    from importlib import resources
    from pathlib import Path

    from lodose.report import pdf_bytes
    from lodose.verdict import verdict

    with resources.as_file(
        resources.files("lodose.examples").joinpath("data", "ldn-no-effect")
    ) as folder:
        diary = lodose.read_diary(str(Path(folder) / "diary.csv"))
        protocol = lodose.read_protocol(str(Path(folder) / "protocol.toml"))
    found = verdict(diary, protocol)
    draw_charts(found)
    pdf_bytes(found)
