"""The plan, what is proposed next, and what the prescriber decided."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema, Status
from pydantic import Field

from lodose.errors import InputError
from lodose.regimen import Capsules, Liquid, Product, Report, Syringe
from lodose.server.access import access_person, access_prescriber
from lodose.server.api.doors import Doors
from lodose.server.api.keys import person_of, user_of
from lodose.server.api.shapes import Day, Flag, Given, Line, Micrograms, Name, Word
from lodose.server.records.before_models import HowItWent
from lodose.server.records.models import Person
from lodose.server.records.problems import DecisionError
from lodose.server.records.regimen import (
    PlanWish,
    choose_plan,
    content_of,
    holds,
    open_proposal,
    product_of,
    reader,
    refusal,
)
from lodose.server.records.regimen_proposals import Verdict, decide_proposal, propose_next
from lodose.server.records.regimen_shown import (
    Past,
    PlanShown,
    ProposalShown,
    past_of,
    plan_shown,
    proposal_shown,
    ready_plans,
    waiting,
)

doors = Doors("Plan")

Positive = Annotated[int, Field(strict=True, ge=1, le=10_000_000)]


class ReadyPlan(Schema):
    """A plan that may be chosen: how others did it, not that it works."""

    id: str
    label: str
    context: str = Field(description="For whom it was given.")
    grade: str = Field(description="What kind of source it has, in words.")
    source: str
    steps: str = Field(description="Its doses, in words.")
    days: int = Field(description="Least days up to the last step.")
    default: bool = Field(description="The cautious one.")


class ProductShape(Given):
    """Capsules of these strengths, or a liquid with its syringe; all null: not known yet."""

    capsules_micrograms: Annotated[list[Positive], Field(min_length=1, max_length=12)] | None = (
        Field(None, description="Strength of each kind of capsule.")
    )
    micrograms_per_millilitre: Positive | None = Field(None, description="Of a liquid.")
    syringe_microlitres: Positive | None = Field(None, description="What the syringe holds.")
    mark_microlitres: Positive | None = Field(None, description="From one mark to the next.")


class GivenStep(Given):
    """One of the prescriber's own steps."""

    dose_micrograms: Micrograms
    days: Annotated[int, Field(strict=True, ge=0, le=366)] = Field(
        description="Least days before the next; 0 at the last."
    )


class NewPlan(Given):
    """A plan that was agreed. Your prescriber decides; it changes no dose by itself."""

    plan: Word = Field(description="Id of a ready plan, or own.")
    steps: Annotated[list[GivenStep], Field(max_length=60)] = Field(
        default_factory=list, description="For own."
    )
    product: ProductShape | None = Field(
        None, description="What it is taken as, which has to give every step; null: not known."
    )
    time_of_day: Literal["evening", "morning"] = Field("evening", description="When it is taken.")
    agreed_with: Name = ""
    agreed_on: Day | None = None


class StepOfPlan(Schema):
    """One step of the plan."""

    number: int
    dose_micrograms: int
    swallow: str = Field(description="Exactly what is swallowed, in words; empty if not known.")
    days: int = Field(description="Least days before the next may be asked about.")
    now: bool = Field(description="The person stands here.")


class ChosenPlan(Schema):
    """The chosen plan and the place in it."""

    plan: str = Field(description="Id of a ready plan, or own.")
    label: str
    grade: str = Field(description="What kind of source it has, in words.")
    source: str
    product: ProductShape = Field(description="What it is taken as.")
    time_of_day: str = Field(description="When it is taken.")
    steps: list[StepOfPlan] = Field(description="In order.")
    step: int = Field(description="Number of the present step; 0 at none.")
    swallow: str = Field(description="What is swallowed today, in words; empty if nothing is.")
    decided_by: str = Field(description="Name of the prescriber who entered it; empty otherwise.")
    agreed_with: str
    agreed_on: date | None


class Proposal(Schema):
    """What is proposed; nothing has changed yet, and the prescriber decides."""

    id: uuid.UUID
    on: date = Field(description="When how it went was told.")
    move: str = Field(description="What is proposed.")
    text: str = Field(description="In the words of whoever asks.")
    source: str
    asks: bool = Field(description="A prescriber is to decide about it.")
    last_dose: date | None = Field(
        description="Before an operation the last day with a dose; for the prescriber only."
    )


class PastProposal(Schema):
    """What was proposed, and what became of it."""

    id: uuid.UUID
    on: date = Field(description="When how it went was told.")
    move: str = Field(description="What was proposed.")
    outcome: str = Field(description="What became of it, in words.")
    agreed: bool | None = Field(description="Null while nobody has decided.")
    who: str = Field(description="Who decided, in words.")
    reason: str
    decided_at: datetime | None = Field(description="Null while nobody has.")


class PlanKept(Schema):
    """Where a plan stands; null and empty while a schedule of periods holds the dose."""

    held: Literal["", "running", "sealed"] = Field(
        description="A schedule of periods holds the dose instead."
    )
    plan: ChosenPlan | None = Field(description="Null where none was chosen.")
    proposal: Proposal | None = Field(description="Null where nothing is proposed.")
    past: list[PastProposal] = Field(description="What was proposed before, the newest first.")


class HowItGoes(Given):
    """How it went since the last change."""

    side_effects: Literal["none", "settled", "bothersome", "too much"] = Field(
        description="settled: they have gone or are no bother."
    )
    sleep_suffers: Flag = Field(description="Sleep suffers, or dreams bother.")
    missed_days: Annotated[int, Field(strict=True, ge=0, le=366)] = Field(
        description="Days in a row without a dose, up to today."
    )
    opioid: Flag = Field(description="An opioid was taken or is needed.")
    surgery: Day | None = Field(None, description="Day of a planned operation.")
    wants_to_stop: Flag = Field(default=False, description="The person would like to stop.")


class GivenVerdict(Given):
    """What the prescriber decided about a proposal."""

    proposal: uuid.UUID = Field(description="Id of the proposal that was read.")
    agreed: Flag = Field(description="As proposed; false needs a reason and changes nothing.")
    from_day: Day | None = Field(None, description="From which day on it holds; null: today.")
    agreed_with: Name = ""
    agreed_on: Day | None = None
    reason: Line = ""
    despite: Annotated[list[Name], Field(max_length=40)] = Field(
        default_factory=list, description="Contraindications that a prescriber decides against."
    )
    settled: Flag = Field(
        default=False, description="Open questions of screening were settled with the prescriber."
    )


@doors.get("/plans", "read:treatment", answers={200: list[ReadyPlan]})
def plans(request: HttpRequest) -> Any:
    """List the ready plans with their sources."""
    user_of(request)
    return ready_plans()


@doors.get("/treatment/plan", "read:treatment", answers={200: PlanKept})
def treatment_plan(request: HttpRequest) -> Any:
    """Read the plan, the place in it and what is proposed."""
    return _kept(person_of(request))


@doors.post("/treatment/plan", "write:treatment", answers={201: PlanKept})
def post_plan(request: HttpRequest, given: NewPlan) -> Any:
    """Keep a plan that was agreed; the one before ends, and no dose changes."""
    person = person_of(request)
    choose_plan(person, _wish(given))
    return Status(201, _kept(person))


@doors.post("/treatment/how-it-goes", "write:treatment", answers={201: PlanKept})
def post_how_it_goes(request: HttpRequest, given: HowItGoes) -> Any:
    """Say how it went, and read what is proposed; nothing changes by itself."""
    person = person_of(request)
    propose_next(person, Report(**given.dict()))
    return Status(201, _kept(person))


@doors.post("/treatment/decision", "write:treatment", answers={201: PlanKept})
def post_plan_decision(request: HttpRequest, given: GivenVerdict) -> Any:
    """Write down what the prescriber decided about the open proposal, with whom and when."""
    person = person_of(request)
    decide_proposal(person, _open(person, given.proposal), _verdict(given))
    return Status(201, _kept(person))


@doors.get("/people/{person}/plan", "read:people", answers={200: PlanKept})
def person_plan(request: HttpRequest, person: uuid.UUID) -> Any:
    """Read a person's plan and the proposal that waits; the person sees that you did."""
    found = access_person(access_prescriber(user_of(request)), person, looked_at="record")
    return _kept(found, for_prescriber=True)


@doors.post("/people/{person}/plan", "write:people", answers={201: PlanKept})
def post_person_plan(request: HttpRequest, person: uuid.UUID, given: NewPlan) -> Any:
    """Choose a person's plan; they read that you decided it. It changes no dose by itself."""
    prescriber = access_prescriber(user_of(request))
    found = access_person(prescriber, person)
    choose_plan(found, _wish(given), decided_by=prescriber)
    return Status(201, _kept(found, for_prescriber=True))


@doors.post("/people/{person}/plan/decision", "write:people", answers={201: PlanKept})
def post_person_decision(request: HttpRequest, person: uuid.UUID, given: GivenVerdict) -> Any:
    """Decide about the open proposal; if you agree, the dose follows in the same moment."""
    prescriber = access_prescriber(user_of(request))
    found = access_person(prescriber, person)
    row = _open(found, given.proposal)
    decide_proposal(found, row, _verdict(given), decided_by=prescriber)
    return Status(201, _kept(found, for_prescriber=True))


def _wish(given: NewPlan) -> PlanWish:
    return PlanWish(
        plan=given.plan,
        steps=tuple((each.dose_micrograms, each.days) for each in given.steps),
        product=_product(given.product),
        time_of_day=given.time_of_day,
        agreed_with=given.agreed_with,
        agreed_on=given.agreed_on,
    )


def _product(given: ProductShape | None) -> Product | None:
    if given is None:
        return None
    liquid = (given.micrograms_per_millilitre, given.syringe_microlitres, given.mark_microlitres)
    strength, holds_ul, mark = liquid
    try:
        with reader():
            if given.capsules_micrograms is not None and liquid == (None, None, None):
                return Capsules(tuple(given.capsules_micrograms))
            if given.capsules_micrograms is None and strength and holds_ul and mark:
                return Liquid(strength, Syringe(holds_ul, mark))
    except InputError as error:
        raise DecisionError({"product": refusal(error)}) from None
    if given.capsules_micrograms is None and liquid == (None, None, None):
        return None
    raise DecisionError(
        {"product": _("Give the capsules, or all three figures of a liquid and its syringe.")}
    )


def _verdict(given: GivenVerdict) -> Verdict:
    return Verdict(
        agreed=given.agreed,
        from_day=given.from_day,
        agreed_with=given.agreed_with,
        agreed_on=given.agreed_on,
        reason=given.reason,
        despite=tuple(given.despite),
        settled=given.settled,
    )


def _open(person: Person, proposal: uuid.UUID) -> HowItWent:
    """Return the proposal that waits, if it is the one that was read."""
    row = open_proposal(person)
    if row is None or row.pk != proposal or holds(person):
        raise Http404
    return row


def _kept(person: Person, *, for_prescriber: bool = False) -> dict[str, Any]:
    held = holds(person)
    shown = None if held else plan_shown(person)
    proposal = None
    if not held:
        proposal = waiting(person) if for_prescriber else proposal_shown(person)
    return {
        "held": held,
        "plan": shown and _plan(shown),
        "proposal": proposal and _proposal(proposal),
        "past": [] if held else [_past(each) for each in past_of(person)],
    }


def _plan(shown: PlanShown) -> dict[str, Any]:
    chosen = shown.chosen
    kept = content_of(product_of(chosen))
    return {
        "plan": chosen.plan,
        "label": shown.label,
        "grade": shown.grade,
        "source": shown.source,
        "product": {
            "capsules_micrograms": kept.get("capsules_ug"),
            "micrograms_per_millilitre": kept.get("ug_per_ml"),
            "syringe_microlitres": kept.get("syringe_ul"),
            "mark_microlitres": kept.get("mark_ul"),
        },
        "time_of_day": chosen.time_of_day,
        "steps": [
            {
                "number": each.number,
                "dose_micrograms": each.dose_micrograms,
                "swallow": each.swallow,
                "days": each.days,
                "now": each.now,
            }
            for each in shown.steps
        ],
        "step": shown.step,
        "swallow": shown.swallow,
        "decided_by": chosen.decided_by.shown_name if chosen.decided_by else "",
        "agreed_with": chosen.agreed_with,
        "agreed_on": chosen.agreed_on,
    }


def _proposal(shown: ProposalShown) -> dict[str, Any]:
    return {
        "id": shown.row.pk,
        "on": shown.row.on,
        "move": shown.row.move,
        "text": shown.text,
        "source": shown.source,
        "asks": shown.asks,
        "last_dose": shown.last_dose,
    }


def _past(each: Past) -> dict[str, Any]:
    row = each.row
    return {
        "id": row.pk,
        "on": row.on,
        "move": row.move,
        "outcome": each.outcome,
        "agreed": row.agreed,
        "who": each.who,
        "reason": row.reason,
        "decided_at": row.decided_at,
    }
