"""What needs a prescriber's attention, as plain data from a fixed number of queries.

Nothing here says a dose, an arm or an answer: a sealed trial may run.
"""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from lodose.server.care.models import Seen
from lodose.server.records.before_models import HowItWent, Raised
from lodose.server.records.clock import day_of, today_of
from lodose.server.records.models import (
    CheckIn,
    DoseStep,
    Medicine,
    Pause,
    Person,
    Trial,
    TrialPeriod,
)
from lodose.server.records.regimen_proposals import asked_of
from lodose.server.records.screening_rules import SIGN_RULE

SEVERE = 3
SEVERE_DAYS = 7
RED_FLAG_DAYS = 30
DOSE_DAYS = 14
ENDED_DAYS = 30
PERIOD_DAYS = 3
MISSED_AT_LEAST = 3
# Days without a check-in are looked for no further back than this.
MISSED_DAYS = 30

# Most pressing first.
KINDS = (
    "red-flag",
    "contraindication",
    "opioid-told",
    "severe-side-effect",
    "opioid",
    "next-step",
    "missed",
    "answer-ready",
    "trial-stopped",
    "trial-ended",
    "period-ending",
    "dose-changed",
)
URGENT = frozenset(KINDS[:5])


@dataclass(frozen=True, slots=True)
class Sight:
    """A prescriber saw an item."""

    prescriber: uuid.UUID | None
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that needs attention.

    Parameters
    ----------
    kind : str
        One of ``KINDS``.
    key : str
        Names the item for as long as it says the same: what was seen stays seen, and a check-in
        corrected to say more is new.
    day : datetime.date
        Since when, or by when a period ends.
    names : tuple of str
        Side effects, signs or the medicine that it is about; of a contraindication its rule, then
        the facts that fired it.
    count, total : int
        Days missed; or the number of the period and how many there are.
    seen : tuple of Sight
        By whom and when.
    """

    kind: str
    key: str
    day: date
    names: tuple[str, ...] = ()
    count: int = 0
    total: int = 0
    seen: tuple[Sight, ...] = ()

    @property
    def is_urgent(self) -> bool:
        """Whether it is a matter of safety."""
        return self.kind in URGENT

    @property
    def rank(self) -> int:
        """Place in the order of ``KINDS``."""
        return KINDS.index(self.kind)

    def is_seen_by(self, prescriber_id: uuid.UUID) -> bool:
        """Whether this prescriber saw it."""
        return any(sight.prescriber == prescriber_id for sight in self.seen)


@dataclass(slots=True)
class _Rows:
    """What was fetched for one person."""

    check_ins: list[dict[str, Any]] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    medicines: list[Medicine] = field(default_factory=list)
    raised: list[Raised] = field(default_factory=list)
    asked: list[HowItWent] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    dose_steps: list[DoseStep] = field(default_factory=list)
    seen: dict[str, list[Sight]] = field(default_factory=lambda: defaultdict(list))


def attention_of(
    people: Sequence[Person], now: datetime | None = None
) -> dict[uuid.UUID, list[Item]]:
    """Return what needs attention, by person, the most pressing first.

    Ten queries, however many people.
    """
    now = now or timezone.now()
    fetched = _fetch(people, now)
    found: dict[uuid.UUID, list[Item]] = {}
    for person in people:
        rows = fetched[person.pk]
        items = [
            replace(item, seen=tuple(rows.seen.get(item.key, ())))
            for item in _items(person, rows, now)
        ]
        found[person.pk] = sorted(items, key=lambda item: (item.rank, -item.day.toordinal()))
    return found


def _fetch(people: Sequence[Person], now: datetime) -> dict[uuid.UUID, _Rows]:
    ids = [person.pk for person in people]
    rows: dict[uuid.UUID, _Rows] = {each: _Rows() for each in ids}
    # Two days more than needed: the person's calendar may be a day ahead of or behind ours.
    since = now.date() - timedelta(days=max(RED_FLAG_DAYS, MISSED_DAYS) + 2)
    for row in CheckIn.objects.filter(person__in=ids, day__gte=since).values(
        "person_id", "day", "side_effects", "red_flags"
    ):
        rows[row["person_id"]].check_ins.append(dict(row))
    for pause in Pause.objects.filter(person__in=ids):
        rows[pause.person_id].pauses.append(pause)
    for medicine in Medicine.objects.filter(person__in=ids, opioid=True, removed_at=None):
        rows[medicine.person_id].medicines.append(medicine)
    for raised in Raised.objects.filter(person__in=ids):
        rows[raised.person_id].raised.append(raised)
    for asked in asked_of(ids, now):
        rows[asked.person_id].asked.append(asked)
    # "Not before": a running trial has no end yet, and is wanted too.
    for trial in (
        Trial.objects.filter(person__in=ids)
        .exclude(ended_at__lt=now - timedelta(days=ENDED_DAYS))
        .prefetch_related("periods")
    ):
        rows[trial.person_id].trials.append(trial)
    for step in DoseStep.objects.filter(
        person__in=ids,
        decided_by=None,
        removed_at=None,
        entered_at__gte=now - timedelta(days=DOSE_DAYS),
    ):
        rows[step.person_id].dose_steps.append(step)
    for seen in Seen.objects.filter(person__in=ids).select_related("prescriber"):
        name = seen.prescriber.shown_name if seen.prescriber else ""
        rows[seen.person_id].seen[seen.item].append(Sight(seen.prescriber_id, name, seen.seen_at))
    return rows


def _items(person: Person, rows: _Rows, now: datetime) -> Iterable[Item]:
    today = today_of(person, now)
    yield from _from_check_ins(rows.check_ins, today)
    for raised in rows.raised:
        # A sign in a check-in is a red flag already.
        if raised.settled_at is None and raised.rule != SIGN_RULE:
            yield Item(
                "contraindication",
                f"screening:{raised.pk}",
                day_of(person, raised.raised_at),
                names=(raised.rule, *raised.fired_by),
            )
    for asked in rows.asked:
        kind = "opioid-told" if asked.said.get("opioid") else "next-step"
        yield Item(kind, f"{kind}:{asked.pk}", asked.on, names=(asked.move,))
    # What was raised once, and may have been decided since, needs no second word.
    told = {fact for raised in rows.raised for fact in raised.fired_by}
    for medicine in rows.medicines:
        if any(fact.startswith(medicine.name) for fact in told):
            continue
        if medicine.last_day is None or medicine.last_day >= today:
            yield Item(
                "opioid",
                f"opioid:{medicine.pk}",
                medicine.first_day or today,
                names=(medicine.name,),
            )
    if person.share_missed_days:
        yield from _missed(person, rows, today)
    for trial in rows.trials:
        yield from _from_trial(person, trial, today)
    for step in rows.dose_steps:
        yield Item("dose-changed", f"dose-changed:{step.pk}", day_of(person, step.entered_at))


def _from_check_ins(check_ins: list[dict[str, Any]], today: date) -> Iterable[Item]:
    for row in check_ins:
        age = (today - row["day"]).days
        if row["red_flags"] and age <= RED_FLAG_DAYS:
            signs = tuple(sorted(row["red_flags"]))
            yield Item("red-flag", _key("red-flag", row["day"], signs), row["day"], names=signs)
        severe = tuple(name for name, level in row["side_effects"] or () if level == SEVERE)
        if severe and age <= SEVERE_DAYS:
            key = _key("severe-side-effect", row["day"], severe)
            yield Item("severe-side-effect", key, row["day"], names=severe)


def _key(kind: str, day: date, names: tuple[str, ...]) -> str:
    """Return a key that changes when the names do; the day comes last, see ``records.days``."""
    short = hashlib.sha256("\n".join(names).encode()).hexdigest()[:8]
    return f"{kind}:{short}:{day.isoformat()}"


def _missed(person: Person, rows: _Rows, today: date) -> Iterable[Item]:
    run = missed_run(
        today,
        first=day_of(person, person.started_at),
        recorded={row["day"] for row in rows.check_ins},
        paused=rows.pauses,
    )
    if len(run) >= MISSED_AT_LEAST:
        # Seen once, it comes back after another week of silence.
        weeks = (len(run) - MISSED_AT_LEAST) // 7
        yield Item("missed", f"missed:{run[-1].isoformat()}:{weeks}", run[-1], count=len(run))


def missed_run(
    today: date, *, first: date, recorded: set[date], paused: Iterable[Pause]
) -> list[date]:
    """Return the expected days in a row, up to yesterday, without a check-in; latest first.

    A skipped day has a check-in that says so. Paused days are not expected: a run goes on behind
    them, but while a pause lasts nothing is missed. Today may still come.
    """
    pauses = [(each.first_day, each.last_day or date.max) for each in paused]

    def is_paused(day: date) -> bool:
        return any(start <= day <= end for start, end in pauses)

    if is_paused(today) or today in recorded:
        return []
    run: list[date] = []
    for back in range(1, MISSED_DAYS + 1):
        day = today - timedelta(days=back)
        if day < first or day in recorded:
            break
        if not is_paused(day):
            run.append(day)
    return run


def _from_trial(person: Person, trial: Trial, today: date) -> Iterable[Item]:
    periods = list(trial.periods.all())
    if not periods:
        return
    last_day = max(period.last_day for period in periods)
    if trial.status == Trial.Status.RUNNING and today <= last_day:
        yield from _period_ending(trial, periods, today)
        return
    ended = day_of(person, trial.ended_at) if trial.ended_at else last_day
    if trial.status == Trial.Status.STOPPED:
        yield Item("trial-stopped", f"trial-stopped:{trial.pk}", ended)
    elif all(period.arm for period in periods):
        yield Item("answer-ready", f"answer-ready:{trial.pk}", min(ended, last_day))
    else:
        yield Item("trial-ended", f"trial-ended:{trial.pk}", min(ended, last_day))


def _period_ending(trial: Trial, periods: list[TrialPeriod], today: date) -> Iterable[Item]:
    for period in periods:
        if period.first_day <= today <= period.last_day <= today + timedelta(days=PERIOD_DAYS):
            yield Item(
                "period-ending",
                f"period-ending:{trial.pk}:{period.number}",
                period.last_day,
                count=period.number,
                total=len(periods),
            )
