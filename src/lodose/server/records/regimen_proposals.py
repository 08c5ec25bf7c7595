"""How it went, what is proposed, and what the prescriber decided: nothing changes by itself."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lodose.errors import InputError
from lodose.regimen import Course, Move, Proposal, Report, propose
from lodose.regimen.course import BEFORE_SURGERY
from lodose.regimen.moves import capital, named
from lodose.server.audit.chain import add_event, lock_chain
from lodose.server.records.before_models import ChosenPlan, HowItWent
from lodose.server.records.clock import today_of
from lodose.server.records.models import CheckIn, DoseStep, Person, Trial
from lodose.server.records.problems import DecisionError
from lodose.server.records.regimen import (
    chosen_plan,
    course_of,
    product_of,
    reader,
    refusal,
    strength_of,
)
from lodose.server.records.screening_facts import TOLD_SIGN
from lodose.server.records.screening_state import rescreen
from lodose.server.records.treatment import Decision, check_agreed, current_step, decide_dose

# What a prescriber decides; the others say what anybody would do meanwhile.
ASKS = frozenset(
    {
        Move.STEP_UP,
        Move.HOLD,
        Move.STEP_BACK,
        Move.HIGHEST_TOLERATED,
        Move.MORNING,
        Move.PAUSE,
        Move.RESTART,
        Move.STOP,
    }
)
# What was told so long ago says nothing about now.
STALE = timedelta(days=28)
LOOKED_BACK = 14
REASON_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a prescriber decided about a proposal.

    ``agreed_with`` and ``agreed_on`` where the person records it; ``from_day`` is when it holds;
    ``despite`` and ``settled`` as `treatment.Decision` has them.
    """

    agreed: bool
    from_day: date | None = None
    agreed_with: str = ""
    agreed_on: date | None = None
    reason: str = ""
    despite: tuple[str, ...] = ()
    settled: bool = False


def propose_next(person: Person, report: Report) -> HowItWent:
    """Keep how it went, and what is proposed for it.

    Raises
    ------
    DecisionError
        Where nobody stands in a plan, or the report cannot be. Nothing was written.
    """
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        found = _proposal(person, report, today_of(person))
        row = HowItWent.objects.create(
            person=person,
            on=today_of(person),
            said=said_of(report),
            move=found.move.value,
            from_micrograms=found.from_ug,
            to_micrograms=found.to_ug,
        )
        details = {
            "id": str(row.pk),
            "move": row.move,
            "said": row.said,
            "dose": {"from": row.from_micrograms, "to": row.to_micrograms},
        }
        add_event(chain, "how-it-went", details)
        if report.opioid:
            rescreen(person, signs={TOLD_SIGN}, chain=chain)
    return row


def _proposal(person: Person, report: Report, on: date) -> Proposal:
    course = course_of(person)
    if course is None:
        raise DecisionError(
            {"plan": _("There is no plan that holds the present dose, so nothing is proposed.")}
        )
    try:
        with reader():
            return propose(course, report, on=max(on, course.since))
    except InputError as error:
        field = error.column if error.column in {"surgery"} else "missed_days"
        with reader():
            raise DecisionError({field: refusal(error)}) from None


def said_of(report: Report) -> dict[str, Any]:
    """Return a report as JSON values."""
    return {
        "side_effects": report.side_effects,
        "sleep_suffers": report.sleep_suffers,
        "missed_days": report.missed_days,
        "opioid": report.opioid,
        "surgery": report.surgery and report.surgery.isoformat(),
        "wants_to_stop": report.wants_to_stop,
    }


def report_of(row: HowItWent) -> Report:
    """Return what was said as the library takes it."""
    said = dict(row.said)
    surgery = said.get("surgery")
    return Report(**(said | {"surgery": date.fromisoformat(surgery) if surgery else None}))


def proposal_of(person: Person, row: HowItWent) -> Proposal | None:
    """Return a proposal in words, None where it no longer follows from where the person stands."""
    try:
        found = _proposal(person, report_of(row), row.on)
    except DecisionError:
        return None
    same = (found.move.value, found.from_ug, found.to_ug)
    return found if same == (row.move, row.from_micrograms, row.to_micrograms) else None


def is_outdated(person: Person, row: HowItWent) -> bool:
    """Whether the dose, the plan or the report has changed since a proposal was made."""
    if row.on + STALE < today_of(person):
        return True
    changed = (
        HowItWent.objects.filter(person=person, entered_at__gt=row.entered_at).exists()
        or DoseStep.objects.filter(person=person, entered_at__gt=row.entered_at).exists()
        or DoseStep.objects.filter(person=person, removed_at__gt=row.entered_at).exists()
        or ChosenPlan.objects.filter(person=person, chosen_at__gt=row.entered_at).exists()
    )
    return changed or proposal_of(person, row) is None


def waits(person: Person, row: HowItWent) -> bool:
    """Whether a prescriber is to decide about a proposal."""
    return row.agreed is None and row.move in ASKS and not is_outdated(person, row)


def asked_of(people: Sequence[uuid.UUID], now: datetime) -> list[HowItWent]:
    """Return, for a list of people, what a prescriber is to look at, in one query.

    That is every proposal that waits, and every opioid that was told of in the last weeks, even
    where something was told or changed since.
    """
    later = {"person": OuterRef("person"), "entered_at__gt": OuterRef("entered_at")}
    person = {"person": OuterRef("person")}
    changed = (
        Exists(HowItWent.objects.filter(**later))
        | Exists(DoseStep.objects.filter(**later))
        | Exists(DoseStep.objects.filter(**person, removed_at__gt=OuterRef("entered_at")))
        | Exists(
            DoseStep.objects.filter(**person, from_day__gt=OuterRef("on"), from_day__lte=now.date())
        )
        | Exists(ChosenPlan.objects.filter(**person, chosen_at__gt=OuterRef("entered_at")))
        | Exists(Trial.objects.filter(**person, status=Trial.Status.RUNNING))
    )
    return list(
        HowItWent.objects.filter(
            person__in=people, agreed=None, move__in=ASKS, on__gte=now.date() - STALE
        ).filter(Q(said__opioid=True) | ~changed)
    )


def decide_proposal(
    person: Person, row: HowItWent, verdict: Verdict, *, decided_by: Any = None
) -> HowItWent:
    """Keep what the prescriber decided; where they agree, the dose follows in the same moment.

    Parameters
    ----------
    person : Person
        Whose treatment.
    row : HowItWent
        The proposal.
    verdict : Verdict
        What was decided.
    decided_by : User, optional
        The prescriber whose account enters it; None: the person writes what was agreed.

    Raises
    ------
    DecisionError
        Where it was decided already or is out of date, nobody is named, or the dose cannot be
        written, for example beside an opioid. Nothing was written.
    """
    check_agreed(person, verdict.agreed_with, verdict.agreed_on, decided_by)
    if not verdict.agreed and not verdict.reason.strip():
        raise DecisionError({"reason": _("Write why not: it is kept beside the proposal.")})
    with transaction.atomic():
        lock_chain(person.chain_id)
        row = HowItWent.objects.get(person=person, pk=row.pk)
        _check_open(person, row)
        step = _carry_out(person, row, verdict, decided_by) if verdict.agreed else None
        row.agreed = verdict.agreed
        row.decided_by = decided_by
        row.agreed_with = verdict.agreed_with.strip()[:120]
        row.agreed_on = verdict.agreed_on
        row.reason = verdict.reason.strip()[:REASON_LENGTH]
        row.step = step
        row.decided_at = timezone.now()
        row.save()
        details = {
            "id": str(row.pk),
            "move": row.move,
            "agreed": row.agreed,
            "step": step and str(step.pk),
            "decided_by": decided_by and str(decided_by.pk),
            "agreed_with": row.agreed_with,
            "agreed_on": row.agreed_on and row.agreed_on.isoformat(),
            "reason": row.reason,
        }
        # Read anew: the dose wrote its own event in between.
        add_event(lock_chain(person.chain_id), "next-step-decided", details)
    return row


def _check_open(person: Person, row: HowItWent) -> None:
    if row.agreed is not None:
        raise DecisionError({"proposal": _("This was decided already.")})
    if row.move not in ASKS:
        raise DecisionError({"proposal": _("There is nothing to decide about this.")})
    if is_outdated(person, row):
        raise DecisionError(
            {
                "proposal": _(
                    "This proposal is out of date: the dose, the plan or what was told has changed "
                    "since. Ask for a new one."
                )
            }
        )


def _carry_out(
    person: Person, row: HowItWent, verdict: Verdict, decided_by: Any
) -> DoseStep | None:
    """Write the dose that follows from a proposal; None where the dose stays."""
    course = course_of(person)
    chosen = chosen_plan(person)
    if course is None or chosen is None:  # held by `_check_open`
        return None
    if row.move == Move.MORNING:
        ChosenPlan.objects.filter(pk=chosen.pk).update(time_of_day="morning")
        return None
    kind = _kind(person, course, Move(row.move))
    if not kind:
        return None
    decision = Decision(
        kind=kind,
        from_day=verdict.from_day or today_of(person),
        dose_micrograms=row.to_micrograms,
        micrograms_per_millilitre=strength_of(product_of(chosen)),
        agreed_with=verdict.agreed_with,
        agreed_on=verdict.agreed_on,
        reason=verdict.reason,
        despite=verdict.despite,
        settled=verdict.settled,
    )
    return decide_dose(person, decision, decided_by=decided_by)


def _kind(person: Person, course: Course, move: Move) -> str:
    """Return the kind of decision about the dose that a move is, "" where it is none."""
    if move in {Move.STEP_UP, Move.STEP_BACK}:
        return "step"
    if move is Move.PAUSE:
        return "pause"
    if move is Move.STOP:
        return "stop"
    if move is not Move.RESTART:
        return ""
    if course.state == "taking":
        return "step"
    return "restart" if course.state == "paused" else "start"


def move_words(move: str) -> str:
    """Return what is proposed, in a few words."""
    with reader():
        return capital(named(Move(move)))


def history_of(person: Person) -> list[HowItWent]:
    """Return what was proposed and decided, the newest first."""
    found = HowItWent.objects.filter(person=person).select_related("decided_by", "step")
    return list(found[:50])


def last_dose_day(row: HowItWent) -> date | None:
    """Return the last day with a dose before a planned operation; for the prescriber only."""
    surgery = report_of(row).surgery
    return surgery - BEFORE_SURGERY if surgery and row.move == Move.PAUSE else None


def told_by_diary(person: Person) -> dict[str, Any]:
    """Return what the diary already says of the last days: to be shown, corrected, confirmed.

    ``missed_days`` counts the days in a row, up to yesterday, on which the diary says that nothing
    was taken; a day without an entry says nothing, and ends the count.
    """
    today = today_of(person)
    step = current_step(person, today)
    first = max(step.from_day, today - timedelta(days=LOOKED_BACK)) if step else today
    entries = list(
        CheckIn.objects.filter(person=person, day__gte=first, day__lte=today).order_by("-day")
    )
    felt = [(name, int(level)) for entry in entries for name, level in (entry.side_effects or ())]
    worst = max((level for _name, level in felt), default=0)
    lately = any(entry.side_effects for entry in entries if entry.day >= today - timedelta(days=3))
    missed, expected = 0, today - timedelta(days=1)
    for entry in entries:
        if entry.day == today:
            continue
        if entry.day != expected or entry.dose_micrograms != 0:
            break
        missed, expected = missed + 1, expected - timedelta(days=1)
    return {
        "side_effects": _felt(worst, lately=lately, asked=bool(entries)),
        "sleep_suffers": any(name in SLEEP for name, _level in felt if lately),
        "missed_days": missed,
        "names": tuple(dict.fromkeys(name for name, _level in felt)),
    }


# As the check-in names them, `records.side_effects`.
SLEEP = frozenset({"vivid dreams", "trouble sleeping"})


def _felt(worst: int, *, lately: bool, asked: bool) -> str:
    if not asked:
        return ""
    if worst == 0:
        return "none"
    if not lately:
        return "settled"
    return "too much" if worst >= 3 else "bothersome" if worst == 2 else "settled"
