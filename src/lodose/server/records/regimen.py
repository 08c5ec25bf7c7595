"""The plan of steps that was agreed, the product it is taken with, and where somebody stands in it.

A schedule of periods holds the dose while it runs, and nothing about a dose is told while one is
sealed: `holds` says which, and everything here is silent then.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lodose.errors import InputError
from lodose.language import nearest, speaking
from lodose.regimen import (
    Capsules,
    Course,
    Decision,
    Liquid,
    Move,
    Plan,
    Product,
    Step,
    Swallow,
    Syringe,
    plans,
)
from lodose.regimen.doses import HIGHEST_UG
from lodose.regimen.plan import MOST_STEPS, OWN
from lodose.server.audit.chain import add_event, lock_chain
from lodose.server.records.before_models import ChosenPlan, HowItWent
from lodose.server.records.clock import today_of
from lodose.server.records.models import DoseStep, Person, TrialPeriod
from lodose.server.records.plans import DayPlan
from lodose.server.records.problems import DecisionError
from lodose.server.records.treatment import TAKEN, check_agreed

OWN_PLAN = "own"
TIMES = ("evening", "morning")
LONGEST_STEP = 366


@dataclass(frozen=True, slots=True)
class PlanWish:
    """A plan as somebody chooses it.

    ``plan`` names a ready one, or is "own" with its ``steps`` in micrograms and days.
    """

    plan: str
    steps: tuple[tuple[int, int], ...] = ()
    product: Product | None = None
    time_of_day: str = "evening"
    agreed_with: str = ""
    agreed_on: date | None = None


@contextmanager
def reader() -> Iterator[None]:
    """Let the library speak the language of whoever reads the page."""
    with speaking(nearest(get_language() or "en")):
        yield


def holds(person: Person) -> Literal["", "running", "sealed"]:
    """Return what holds the dose instead of a plan: a schedule that runs, or one that is sealed."""
    if TrialPeriod.objects.filter(trial__person=person, trial__sealed=True, arm="").exists():
        return "sealed"
    from lodose.server.records.schedules import running_trial

    return "running" if running_trial(person) is not None else ""


def chosen_plan(person: Person) -> ChosenPlan | None:
    """Return the plan that holds, None while none was chosen."""
    found = ChosenPlan.objects.filter(person=person, ended_at=None).select_related("decided_by")
    return found.first()


def plan_of(chosen: ChosenPlan) -> Plan:
    """Return a chosen plan with the steps that were agreed, whatever a ready one says by now."""
    steps = tuple(Step(dose_ug, days) for dose_ug, days in chosen.steps)
    known = plans().get(chosen.plan)
    if known is not None:
        return replace(known, steps=steps)
    return Plan(OWN_PLAN, OWN, "", steps, HIGHEST_UG, "not given", "P", source="the prescriber")


def product_of(chosen: ChosenPlan) -> Product | None:
    """Return what is taken, None while it was not chosen."""
    kept = chosen.product
    if "capsules_ug" in kept:
        return Capsules(tuple(kept["capsules_ug"]))
    if "ug_per_ml" in kept:
        return Liquid(kept["ug_per_ml"], Syringe(kept["syringe_ul"], kept["mark_ul"]))
    return None


def content_of(product: Product | None) -> dict[str, Any]:
    """Return a product as JSON values."""
    if isinstance(product, Capsules):
        return {"capsules_ug": sorted(set(product.strengths_ug))}
    if isinstance(product, Liquid):
        syringe = product.syringe
        return {
            "ug_per_ml": product.ug_per_ml,
            "syringe_ul": syringe.holds_ul,
            "mark_ul": syringe.mark_ul,
        }
    return {}


def strength_of(product: Product | None) -> int | None:
    """Return the micrograms in a millilitre of a liquid, None for anything else."""
    return product.ug_per_ml if isinstance(product, Liquid) else None


def choose_plan(person: Person, wish: PlanWish, *, decided_by: Any = None) -> ChosenPlan:
    """Keep a plan that was agreed; it changes no dose.

    Parameters
    ----------
    person : Person
        Whose plan.
    wish : PlanWish
        What was chosen.
    decided_by : User, optional
        The prescriber whose account chooses; None: the person writes what was agreed.

    Raises
    ------
    DecisionError
        Naming the fields that cannot be. Nothing was written.
    """
    steps = _steps(wish)
    if wish.time_of_day not in TIMES:
        raise DecisionError({"time_of_day": _("Choose the morning or the evening.")})
    if wish.product is not None:
        check_product(wish.product, [dose for dose, _days in steps])
    check_agreed(person, wish.agreed_with, wish.agreed_on, decided_by)
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        if holds(person):
            raise DecisionError({"plan": _("A schedule of periods is running and holds the dose.")})
        now = timezone.now()
        ChosenPlan.objects.filter(person=person, ended_at=None).update(ended_at=now)
        chosen = ChosenPlan.objects.create(
            person=person,
            plan=wish.plan,
            steps=[list(step) for step in steps],
            product=content_of(wish.product),
            time_of_day=wish.time_of_day,
            decided_by=decided_by,
            agreed_with=wish.agreed_with.strip()[:120],
            agreed_on=wish.agreed_on,
            chosen_at=now,
        )
        details = {
            "id": str(chosen.pk),
            # Under this name the download leaves it out while a trial is sealed.
            "dose": {"plan": chosen.plan, "steps": chosen.steps, "product": chosen.product},
            "time_of_day": chosen.time_of_day,
            "decided_by": decided_by and str(decided_by.pk),
            "agreed_with": chosen.agreed_with,
            "agreed_on": chosen.agreed_on and chosen.agreed_on.isoformat(),
        }
        add_event(chain, "plan-chosen", details)
    return chosen


def _steps(wish: PlanWish) -> tuple[tuple[int, int], ...]:
    """Return the steps of a wish, checked."""
    if wish.plan != OWN_PLAN:
        if wish.plan not in plans():
            raise DecisionError({"plan": _("Choose one of the plans that are listed.")})
        return tuple((step.dose_ug, step.days) for step in plans()[wish.plan].steps)
    doses = [dose for dose, _days in wish.steps]
    days = [days for _dose, days in wish.steps]
    if not 1 <= len(doses) <= MOST_STEPS:
        raise DecisionError({"steps": _("Write 1 to %(most)d steps.") % {"most": MOST_STEPS}})
    if min(doses) <= 0 or max(doses) > HIGHEST_UG:
        raise DecisionError(
            {"steps": _("Every dose is above 0 and at most 6 mg, the highest that was studied.")}
        )
    if any(later <= earlier for earlier, later in pairwise(doses)):
        raise DecisionError({"steps": _("Every step is higher than the one before it.")})
    if any(not 1 <= each <= LONGEST_STEP for each in days[:-1]):
        raise DecisionError({"steps": _("Every step but the last lasts 1 to 366 days.")})
    return (*wish.steps[:-1], (doses[-1], 0))


def check_product(product: Product, doses: Sequence[int]) -> None:
    """Refuse a product that cannot give one of the doses exactly.

    Raises
    ------
    DecisionError
        Under ``product``, one sentence a dose, with the doses that can be given instead.
    """
    with reader():
        told = []
        for dose in dict.fromkeys(doses):
            try:
                product.swallow(dose)
            except InputError as error:
                told.append(refusal(error))
    if told:
        raise DecisionError({"product": " ".join(told)})


def refusal(error: InputError) -> str:
    """Return what the library refused as one sentence with its mend."""
    return _("%(value)s %(problem)s: %(mend)s") % {
        "value": "" if error.value is None else str(error.value),
        "problem": error.problem,
        "mend": error.mend,
    }


def standing_steps(person: Person, day: date) -> list[DoseStep]:
    """Return the decisions about the dose that hold up to a day, the oldest first."""
    found = DoseStep.objects.filter(person=person, removed_at=None, from_day__lte=day)
    return list(found.order_by("from_day", "entered_at"))


def course_of(person: Person, day: date | None = None) -> Course | None:
    """Return where a person stands in the chosen plan.

    None where no plan is chosen, nothing was ever taken, the present dose is no step of the plan,
    or a schedule of periods holds the dose.
    """
    chosen = chosen_plan(person)
    if chosen is None or holds(person):
        return None
    plan = plan_of(chosen)
    steps = standing_steps(person, day or today_of(person))
    taken = [step for step in steps if step.kind in TAKEN]
    if not taken:
        return None
    doses = [step.dose_ug for step in plan.steps]
    last, dose = steps[-1], taken[-1].dose_micrograms
    taking = last.kind in TAKEN
    if taking and dose not in doses:
        return None
    decisions = tuple(
        _decision(row)
        for row in HowItWent.objects.filter(person=person, agreed__isnull=False)
        .select_related("decided_by")
        .order_by("decided_at")
    )
    return Course(
        plan=plan,
        since=last.from_day,
        at=doses.index(dose) if dose in doses else 0,
        time_of_day=cast(Literal["morning", "evening"], chosen.time_of_day),
        state="taking" if taking else "paused" if last.kind == "pause" else "stopped",
        stepped_back=_stepped_back(person, steps),
        decisions=decisions,
    )


def _stepped_back(person: Person, steps: list[DoseStep]) -> int:
    """How often a dose was given up for a lower one since it was begun or begun again."""
    begun_again = set(
        HowItWent.objects.filter(person=person, move=Move.RESTART, agreed=True)
        .exclude(step=None)
        .values_list("step_id", flat=True)
    )
    count, before = 0, 0
    for step in steps:
        if step.kind not in TAKEN:
            continue
        if step.kind != "step" or step.pk in begun_again:
            count = 0
        elif step.dose_micrograms < before:
            count += 1
        before = step.dose_micrograms
    return count


def _decision(row: HowItWent) -> Decision:
    by_account = row.decided_by is not None
    return Decision(
        on=row.agreed_on or (row.decided_at or row.entered_at).date(),
        by=row.decided_by.shown_name if row.decided_by is not None else row.agreed_with,
        recorded_by="prescriber" if by_account else "person",
        move=Move(row.move),
        from_ug=row.from_micrograms,
        to_ug=row.to_micrograms,
        agreed=bool(row.agreed),
        reason=row.reason,
    )


def open_proposal(person: Person) -> HowItWent | None:
    """Return the proposal that waits for a prescriber's decision, None where none does.

    Only the newest can wait, and none after anything about the dose or the plan was changed.
    """
    from lodose.server.records.regimen_proposals import waits

    row = HowItWent.objects.filter(person=person).first()
    return row if row is not None and waits(person, row) else None


def capsules_said(person: Person, plan: DayPlan) -> str:
    """Return a day's dose in capsules, in words; "" where it is sealed, a liquid or not known."""
    if plan.sealed or not plan.dose_micrograms or plan.micrograms_per_millilitre:
        return ""
    chosen = chosen_plan(person)
    product = product_of(chosen) if chosen is not None else None
    if not isinstance(product, Capsules):
        return ""
    with reader():
        try:
            return product.swallow(plan.dose_micrograms).said()
        except InputError:  # a dose beside the plan
            return ""


def talk_day(person: Person) -> date | None:
    """Return the day from which the next step may be asked about, for the calendar.

    None where it is past, no step is above, the one above was given up, or a decision that was
    made (a pause, another dose) comes before it. What was only told or proposed changes nothing.
    """
    today = today_of(person)
    course = course_of(person, today)
    if course is None or course.state != "taking" or course.stepped_back:
        return None
    if course.at == len(course.plan.steps) - 1:
        return None
    day = course.since + timedelta(days=course.plan.steps[course.at].days)
    later = DoseStep.objects.filter(
        person=person, removed_at=None, from_day__gt=today, from_day__lte=day
    )
    return None if day < today or later.exists() else day


def swallow_of(person: Person, day: date) -> Swallow | None:
    """Return what is swallowed on a day, None where no product is chosen or nothing is planned."""
    chosen = chosen_plan(person)
    if chosen is None or holds(person):
        return None
    product = product_of(chosen)
    steps = standing_steps(person, day)
    if product is None or not steps or steps[-1].kind not in TAKEN:
        return None
    try:
        return product.swallow(steps[-1].dose_micrograms)
    except InputError:  # a dose beside the plan, which this product cannot give
        return None
