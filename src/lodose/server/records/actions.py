"""Changes of a check-in; each writes its own event in the same transaction."""

import json
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lodose.server.audit.chain import add_event, lock_chain
from lodose.server.prepared import insert
from lodose.server.records.clock import day_of, today_of
from lodose.server.records.entries import Entry, EntryError, check_entry
from lodose.server.records.models import CheckIn, CheckInVersion, Person
from lodose.server.records.plans import DayPlan, plan_of
from lodose.server.records.screening_facts import OPIOID_SIGNS
from lodose.server.records.screening_state import rescreen
from lodose.server.records.statements import is_first_of_its_day
from lodose.server.spoken import said_day

# A phone's clock may be fast by this much before its time is replaced by ours.
CLOCK_SLACK = timedelta(minutes=5)
# A page keeps its id while somebody goes back and changes an answer; a queue or a program never
# changes what it sends under one id.
SOURCES_THAT_GO_BACK = frozenset({"page", "device"})


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an entry.

    ``outcome`` is "made", "corrected", "unchanged" (sent again) or "superseded" (a newer entry of
    the same day was already here; this one is kept as an older version).
    """

    check_in: CheckIn
    outcome: str


def make_check_in(
    person: Person,
    entry: Entry,
    *,
    reason: str = "",
    back_fill_days: int | None = None,
    plan: DayPlan | None = None,
    keep_unanswered: bool = False,
) -> Receipt:
    """Write a check-in, or correct the one of that day, once however often it is sent.

    Parameters
    ----------
    person : Person
        Whose day it is.
    entry : Entry
        What was written; ``entry.id`` is made by the writer and identifies the sending.
    reason : str
        Why an earlier entry is corrected; kept with the old value.
    back_fill_days : int, optional
        How far back an entry may be made; None: as far as anybody likes (uploads).
    plan : DayPlan, optional
        What is asked on that day, where the caller has it already.
    keep_unanswered : bool
        What the entry leaves open stays as an earlier entry of that day said it: for forms that
        began empty, whose writer could not see what is already there.

    Raises
    ------
    EntryError
        Naming the fields that cannot be. Nothing was written.
    """
    now = timezone.now()
    today = today_of(person, now)
    if entry.day > today:
        raise EntryError({"day": _("%(day)s has not come yet.") % {"day": said_day(entry.day)}})
    if back_fill_days is not None and (today - entry.day).days > back_fill_days:
        raise EntryError(
            {
                "day": _("%(day)s is more than %(days)d days ago. Use the diary's correction.")
                % {"day": said_day(entry.day), "days": back_fill_days}
            }
        )
    plan = plan or plan_of(person, entry.day)
    entry = check_entry(entry, plan.questions, sealed=plan.sealed)
    written_at = entry.written_at if entry.written_at <= now + CLOCK_SLACK else now
    try:
        with transaction.atomic():
            return _write(person, entry, min(written_at, now), now, reason, keep_unanswered)
    except IntegrityError:
        # The chain is held, so that only the id can be there already: in another's record.
        raise _known_id() from None


def _write(
    person: Person, entry: Entry, written_at: datetime, now: datetime, reason: str, keep: bool
) -> Receipt:
    """Write what ``make_check_in`` has checked, inside its transaction."""
    chain = lock_chain(person.chain_id)
    existing, version = None, None
    if not is_first_of_its_day(person, entry.day, entry.id):
        existing = CheckIn.objects.filter(person_id=person.pk, day=entry.day).first()
        sent = CheckInVersion.objects.filter(entry_id=entry.id)
        version = sent.values_list("check_in_id").first()
    if existing is None:
        if version is not None:
            raise _known_id()
        check_in = _new(person, entry, written_at, now)
        insert(check_in)
        add_event(chain, "check-in-made", _event(entry, check_in))
        if signs := OPIOID_SIGNS.intersection(entry.red_flags):
            rescreen(person, signs=signs, chain=chain)
        return Receipt(check_in, "made")
    if existing.pk == entry.id or version == (existing.pk,):
        if not _went_back(existing, entry, keep):
            return Receipt(existing, "unchanged")
        content = json.dumps(entry.content(), sort_keys=True)
        entry = replace(entry, id=uuid.uuid5(entry.id, content))
        if CheckInVersion.objects.filter(entry_id=entry.id).exists():
            return Receipt(existing, "unchanged")
    elif version is not None or CheckIn.objects.filter(pk=entry.id).exists():
        raise _known_id()
    if written_at < existing.written_at and entry.source == "offline" and not existing.skipped:
        there = entry_of(existing)
        filled = _with_unanswered(there, entry) if keep else there
        if filled.content() != there.content():
            # What only the earlier sending answered counts, in whichever order the two arrive.
            filled = replace(filled, id=entry.id)
            written_then = existing.written_at
            return Receipt(
                _correct(chain, existing, filled, written_then, now, reason), "corrected"
            )
        _keep_version(existing, entry.id, existing.revision, entry.content(), now, "late")
        add_event(chain, "check-in-superseded", _event(entry, existing))
        return Receipt(existing, "superseded")
    if keep:
        entry = _with_unanswered(entry, entry_of(existing))
    return Receipt(_correct(chain, existing, entry, written_at, now, reason), "corrected")


def _known_id() -> EntryError:
    """Say that an id already names another day's entry: one sending is one entry."""
    return EntryError({"id": _("This entry was already sent for another day.")})


def _went_back(existing: CheckIn, entry: Entry, keep: bool) -> bool:
    """Whether a page that was already saved now says something that was never saved."""
    if entry.source not in SOURCES_THAT_GO_BACK:
        return False
    said = [entry_of(existing).content()]
    said += existing.versions.values_list("content", flat=True)
    told = _with_unanswered(entry, entry_of(existing)) if keep else entry
    return told.content() not in said


def _with_unanswered(entry: Entry, earlier: Entry) -> Entry:
    """Return the entry with what it leaves open as the earlier one said it."""
    if earlier.skipped:
        return entry
    dose_is_open = entry.dose_micrograms is None and entry.kit_taken is None
    said_before = set(entry.note.split("\n")) <= set(earlier.note.split("\n"))
    notes = [earlier.note] if said_before else [earlier.note, entry.note]
    return replace(
        entry,
        outcomes={**earlier.outcomes, **entry.outcomes},
        dose_micrograms=earlier.dose_micrograms if dose_is_open else entry.dose_micrograms,
        dose_at=earlier.dose_at if dose_is_open else entry.dose_at,
        kit=earlier.kit if dose_is_open else entry.kit,
        kit_taken=earlier.kit_taken if dose_is_open else entry.kit_taken,
        side_effects=earlier.side_effects if entry.side_effects is None else entry.side_effects,
        red_flags=sorted({*earlier.red_flags, *entry.red_flags}),
        note="\n".join(dict.fromkeys(note for note in notes if note)),
    )


def _new(person: Person, entry: Entry, written_at: datetime, now: datetime) -> CheckIn:
    return CheckIn(
        id=entry.id,
        person=person,
        day=entry.day,
        written_at=written_at,
        received_at=now,
        late=day_of(person, written_at) > entry.day,
        source=entry.source,
        **_fields(entry),
    )


def _fields(entry: Entry) -> dict[str, Any]:
    return {
        "outcomes": entry.outcomes,
        "dose_micrograms": entry.dose_micrograms,
        "dose_at": entry.dose_at,
        "kit": entry.kit,
        "kit_taken": entry.kit_taken,
        "side_effects": entry.side_effects,
        "red_flags": entry.red_flags,
        "note": entry.note,
        "skipped": entry.skipped,
    }


def entry_of(check_in: CheckIn) -> Entry:
    """Return a stored check-in as the entry that it is."""
    return Entry(
        id=check_in.pk,
        day=check_in.day,
        written_at=check_in.written_at,
        source=check_in.source,
        outcomes=check_in.outcomes,
        dose_micrograms=check_in.dose_micrograms,
        dose_at=check_in.dose_at,
        kit=check_in.kit,
        kit_taken=check_in.kit_taken,
        side_effects=check_in.side_effects,
        red_flags=check_in.red_flags,
        note=check_in.note,
        skipped=check_in.skipped,
    )


def _keep_version(
    check_in: CheckIn, entry_id: Any, revision: int, content: Any, now: datetime, reason: str
) -> None:
    CheckInVersion.objects.create(
        check_in=check_in,
        entry_id=entry_id,
        revision=revision,
        content=content,
        kept_at=now,
        reason=reason[:200],
    )


def _correct(
    chain: Any, existing: CheckIn, entry: Entry, written_at: datetime, now: datetime, reason: str
) -> CheckIn:
    """Keep what stood there under the id of the correction, then write the correction."""
    old = entry_of(existing)
    if existing.skipped:
        existing.late = day_of(existing.person, written_at) > existing.day
    _keep_version(existing, entry.id, existing.revision, old.content(), now, reason)
    for name, value in _fields(entry).items():
        setattr(existing, name, value)
    existing.written_at = max(written_at, existing.written_at)
    existing.revision += 1
    existing.corrected_at = now
    existing.save()
    details = _event(entry, existing) | {"before": old.content(), "reason": reason}
    add_event(chain, "check-in-corrected", details)
    if OPIOID_SIGNS.intersection({*old.red_flags} ^ {*entry.red_flags}):
        told = OPIOID_SIGNS.intersection(entry.red_flags).difference(old.red_flags)
        rescreen(existing.person, signs=told, chain=chain)
    return existing


def _event(entry: Entry, check_in: CheckIn) -> dict[str, Any]:
    return {
        "check_in": str(check_in.pk),
        "revision": check_in.revision,
        "source": entry.source,
        "content": entry.content(),
    }
