"""Write whole synthetic records at once: every row, and a chain that verifies, in seconds.

Only for the demonstration and for measuring. A real record grows through the actions of its room.
"""

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from lodose.regimen import Move, Product, Report
from lodose.server.accounts.models import Role, User
from lodose.server.audit.chain import event_hash, keyed_hash
from lodose.server.audit.models import Chain, Event
from lodose.server.care.models import Grant
from lodose.server.records.actions import entry_of
from lodose.server.records.before_models import BeforeStart, ChosenPlan, HowItWent
from lodose.server.records.models import (
    CheckIn,
    DoseStep,
    LifeEvent,
    Medicine,
    Outcome,
    Pause,
    Person,
    Trial,
    TrialPeriod,
)
from lodose.server.records.regimen import content_of
from lodose.server.records.regimen_proposals import said_of
from lodose.server.records.screening import rescreen

WRITTEN_AT = time(19, 40)
_BATCH = 200


@dataclass(slots=True)
class Draft:
    """A record before it is written.

    Parameters
    ----------
    number : int
        Makes user name and label.
    now : datetime.datetime
        When the demonstration starts; nothing is written later.
    zone : str
        Time zone of the person.
    started : datetime.date
        First day of the record.
    """

    number: int
    now: datetime
    zone: str
    started: date
    user: User = field(init=False)
    person: Person = field(init=False)
    chain: Chain = field(init=False)
    rows: list[Any] = field(default_factory=list)
    events: list[tuple[datetime, str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        begin = self.moment(self.started, time(9, 0))
        self.user = User(
            username=f"person-{self.number}",
            display_name=f"Synthetic person {self.number}",
            role=Role.PERSON,
            synthetic=True,
            date_joined=begin,
        )
        self.user.set_unusable_password()
        self.chain = Chain(
            subject="person", salt=secrets.token_bytes(32), created_at=begin, id=uuid.uuid4()
        )
        self.person = Person(
            user=self.user,
            chain_id=self.chain.pk,
            time_zone=self.zone,
            synthetic=True,
            started_at=begin,
        )
        self.events.append((begin, "record-opened", {"person": str(self.person.pk)}))

    @property
    def today(self) -> date:
        """The person's calendar day."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def moment(self, day: date, at: time = WRITTEN_AT) -> datetime:
        """Return a moment of the person's day in UTC, never later than now."""
        local = datetime.combine(day, at, ZoneInfo(self.zone))
        return min(local.astimezone(UTC), self.now)

    def check_in(self, day: date, **content: Any) -> None:
        """Add the check-in of a day, written that evening."""
        at = self.moment(day)
        made = CheckIn(
            id=uuid.uuid4(),
            person=self.person,
            day=day,
            written_at=at,
            received_at=at,
            source="page",
            **content,
        )
        self.rows.append(made)
        details = {
            "check_in": str(made.pk),
            "revision": 1,
            "source": "page",
            "content": entry_of(made).content(),
        }
        self.events.append((at, "check-in-made", details))

    def outcome(self, name: str, label: str, **options: Any) -> None:
        """Add a question of the daily check-in."""
        position = sum(isinstance(row, Outcome) for row in self.rows) + 1
        self.rows.append(
            Outcome(person=self.person, name=name, label=label, position=position, **options)
        )

    def dose(self, day: date, kind: str, micrograms: int, strength: int | None = None) -> None:
        """Add a decision about the dose, agreed with the synthetic prescriber."""
        at = self.moment(day, time(10, 0))
        step = DoseStep(
            person=self.person,
            kind=kind,
            from_day=day,
            dose_micrograms=micrograms,
            micrograms_per_millilitre=strength,
            agreed_with="Synthetic prescriber",
            agreed_on=day,
            entered_at=at,
        )
        self.rows.append(step)
        details = {
            "step": str(step.pk),
            "kind": kind,
            "from_day": day.isoformat(),
            "dose_micrograms": micrograms,
            "micrograms_per_millilitre": strength,
            "decided_by": None,
            "agreed_with": step.agreed_with,
            "agreed_on": day.isoformat(),
            "reason": "",
        }
        self.events.append((at, "dose-decided", details))

    def plan(self, day: date, steps: Iterable[tuple[int, int]], product: Product) -> None:
        """Add the plan of steps that was agreed with the synthetic prescriber."""
        at = self.moment(day, time(9, 45))
        row = ChosenPlan(
            person=self.person,
            plan="own",
            steps=[list(step) for step in steps],
            product=content_of(product),
            agreed_with="Synthetic prescriber",
            agreed_on=day,
            chosen_at=at,
        )
        self.rows.append(row)
        dose = {"plan": row.plan, "steps": row.steps, "product": row.product}
        self.events.append((at, "plan-chosen", {"id": str(row.pk), "dose": dose}))

    def asked(self, report: Report, move: Move, from_ug: int, to_ug: int) -> None:
        """Add how it went, told this morning, and what is proposed for it."""
        at = self.moment(self.today, time(10, 30))
        row = HowItWent(
            person=self.person,
            on=self.today,
            said=said_of(report),
            move=move.value,
            from_micrograms=from_ug,
            to_micrograms=to_ug,
            entered_at=at,
        )
        self.rows.append(row)
        details = {"id": str(row.pk), "move": row.move, "dose": {"from": from_ug, "to": to_ug}}
        self.events.append((at, "how-it-went", details))

    def trial(self, trial: Trial, periods: Iterable[TrialPeriod]) -> None:
        """Add a trial with its periods."""
        made = list(periods)
        trial.person = self.person
        self.rows += [trial, *made]
        details = {
            "trial": str(trial.pk),
            "sealed": trial.sealed,
            "first_day": made[0].first_day.isoformat(),
            "last_day": made[-1].last_day.isoformat(),
            "protocol_hash": trial.protocol_hash,
            "commitment": trial.commitment,
            "plan": trial.plan,
        }
        self.events.append((trial.started_at, "trial-started", details))
        if trial.ended_at is not None:
            kind = f"trial-{trial.status}"
            ended = {"trial": str(trial.pk), "reason": trial.end_reason}
            self.events.append((trial.ended_at, kind, ended))

    def medicine(self, name: str, since: date, *, opioid: bool = False) -> None:
        """Add another medicine."""
        row = Medicine(person=self.person, name=name, first_day=since, opioid=opioid)
        self.rows.append(row)
        details = {"medicine": str(row.pk), "name": name, "opioid": opioid}
        self.events.append((self.moment(since), "medicine-added", details))

    def told(self, **answers: Any) -> None:
        """Add what was answered before the start; the lists count as whole."""
        at = self.moment(self.started, time(9, 45))
        self.rows.append(
            BeforeStart(
                person=self.person,
                medicines_whole_at=at,
                laboratory_whole_at=at,
                changed_at=at,
                **answers,
            )
        )
        self.events.append((at, "before-start-told", {"before": {}, "content": answers}))

    def life_event(self, day: date, what: str, days: int) -> None:
        """Add something that happened."""
        row = LifeEvent(person=self.person, day=day, what=what, days=days)
        self.rows.append(row)
        details = {"event": str(row.pk), "what": what, "day": day.isoformat(), "days": days}
        self.events.append((self.moment(day), "event-added", details))

    def pause(self, day: date) -> None:
        """Begin a pause without an end."""
        self.rows.append(Pause(person=self.person, first_day=day))
        self.events.append((self.moment(day), "pause-started", {"first_day": day.isoformat()}))

    def let_in(self, prescriber: User) -> None:
        """Let a prescriber see the record."""
        at = self.moment(self.started, time(9, 30))
        grant = Grant(person=self.person, prescriber=prescriber, given_at=at)
        self.rows.append(grant)
        details = {
            "grant": str(grant.pk),
            "who": str(prescriber.pk),
            "name": prescriber.shown_name,
        }
        self.events.append((at, "care-joined", details))

    def chained(self) -> list[Event]:
        """Return the events in order, each with the hash of the one before it."""
        made: list[Event] = []
        salt = bytes(self.chain.salt or b"")
        for at, kind, details in sorted(self.events, key=lambda event: event[0]):
            sequence = len(made) + 1
            keyed = keyed_hash(salt, details)
            value = event_hash(
                self.chain.pk, sequence, at.isoformat(), kind, keyed, self.chain.head
            )
            made.append(
                Event(
                    chain_id=self.chain.pk,
                    sequence=sequence,
                    at=at,
                    kind=kind,
                    keyed_hash=keyed,
                    previous=self.chain.head,
                    hash=value,
                    details=details,
                )
            )
            self.chain.length, self.chain.head = sequence, value
        return made


# Each before those that point to it.
_ORDER = (
    *(Outcome, CheckIn, DoseStep, LifeEvent, Medicine, BeforeStart, Pause, Trial, TrialPeriod),
    *(ChosenPlan, HowItWent, Grant),
)


def write(drafts: list[Draft]) -> None:
    """Write records, a few statements for all of them."""
    events = [event for draft in drafts for event in draft.chained()]
    with transaction.atomic():
        User.objects.bulk_create([draft.user for draft in drafts])
        Chain.objects.bulk_create([draft.chain for draft in drafts])
        Person.objects.bulk_create([draft.person for draft in drafts])
        for kind in _ORDER:
            rows = [row for draft in drafts for row in draft.rows if isinstance(row, kind)]
            kind.objects.bulk_create(rows, batch_size=_BATCH)  # type: ignore[arg-type]
        Event.objects.bulk_create(events, batch_size=_BATCH)
        for draft in drafts:
            if any(isinstance(row, BeforeStart | Medicine) for row in draft.rows):
                rescreen(draft.person)


def days(first: date, last: date) -> Iterable[date]:
    """Return the days from the first to the last."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
