"""The plan, the place in it and a proposal as pages and programs show them.

What a person reads names no date for an opioid and none for a pause before an operation; those are
the prescriber's.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lodose.errors import InputError
from lodose.language import translate
from lodose.regimen import (
    FORMULAS,
    Course,
    Liquid,
    Move,
    Plan,
    Product,
    in_mg,
    in_ml,
    plans,
    supply,
    use_before,
)
from lodose.regimen.plan import DEFAULT
from lodose.server.records.before_models import ChosenPlan, HowItWent
from lodose.server.records.clock import today_of
from lodose.server.records.models import Person
from lodose.server.records.regimen import (
    chosen_plan,
    course_of,
    holds,
    open_proposal,
    plan_of,
    product_of,
    reader,
    swallow_of,
)
from lodose.server.records.regimen_proposals import (
    ASKS,
    history_of,
    is_outdated,
    last_dose_day,
    move_words,
    proposal_of,
)
from lodose.server.spoken import said_full_day

GRADES = {
    "A": gettext_lazy("as in a controlled trial"),
    "S": gettext_lazy("highest dose as in a controlled trial, steps read second-hand"),
    "C": gettext_lazy("as pharmacists or prescribers do it"),
    "D": gettext_lazy("as patient organisations or web pages give it"),
    "J": gettext_lazy("the project’s judgement"),
    "P": gettext_lazy("the prescriber’s own steps"),
}


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step: its number, the dose, what is swallowed, the least days, and whether it is now."""

    number: int
    dose_micrograms: int
    dose: str
    swallow: str
    days: int
    now: bool


@dataclass(frozen=True, slots=True)
class PlanShown:
    """A chosen plan with the place in it.

    Parameters
    ----------
    step : int
        Number of the present step, 0 where the person stands at none.
    swallow : str
        What is swallowed today; "" where nothing is, or no product was chosen.
    """

    chosen: ChosenPlan
    label: str
    context: str
    grade: str
    source: str
    product: str
    steps: tuple[StepShown, ...]
    step: int
    since: date | None
    state: str
    swallow: str


@dataclass(frozen=True, slots=True)
class ProposalShown:
    """A proposal in words.

    Parameters
    ----------
    asks : bool
        A prescriber decides about it; otherwise it only says what to do meanwhile.
    last_dose : date, optional
        Before an operation, and only for a prescriber.
    """

    row: HowItWent
    title: str
    text: str
    source: str
    asks: bool
    last_dose: date | None


@dataclass(frozen=True, slots=True)
class Past:
    """One line of the history: what was proposed, and what became of it."""

    row: HowItWent
    title: str
    outcome: str
    who: str


def ready_plans() -> list[dict[str, Any]]:
    """Return the ready plans as somebody chooses among them."""
    with reader():
        return [
            {
                "id": each.id,
                "label": translate(each.label),
                "context": translate(each.context),
                "grade": str(GRADES[each.grade]),
                "source": source_of(each),
                "steps": ", ".join(in_mg(step.dose_ug) for step in each.steps),
                "days": each.days_to_target,
                "default": each.id == DEFAULT,
            }
            for each in plans().values()
        ]


def source_of(plan: Plan) -> str:
    """Return where a plan was read; of the project's own, why it is so."""
    if plan.grade == "P":
        return ""
    if plan.grade == "J":
        return _(
            "The most cautious pattern among the published ones (0.5 mg steps, 14 days), up to the "
            "customary highest dose."
        )
    return plan.source


def product_words(product: Product | None) -> str:
    """Return a product in words; "" where none was chosen."""
    with reader():
        if isinstance(product, Liquid):
            return _(
                "liquid, %(strength)s in 1 mL; syringe of %(holds)s, a mark every %(mark)s"
            ) % {
                "strength": in_mg(product.ug_per_ml),
                "holds": in_ml(product.syringe.holds_ul),
                "mark": in_ml(product.syringe.mark_ul),
            }
        strengths = getattr(product, "strengths_ug", ())
        said = ", ".join(in_mg(each) for each in sorted(set(strengths)))
        return _("capsules of %(strengths)s") % {"strengths": said} if said else ""


def plan_shown(person: Person) -> PlanShown | None:
    """Return the chosen plan with the place in it; None without one, or where a trial holds."""
    chosen = chosen_plan(person)
    if chosen is None or holds(person):
        return None
    plan, product, course = plan_of(chosen), product_of(chosen), course_of(person)
    taking = course is not None and course.state == "taking"
    taken = swallow_of(person, today_of(person))
    with reader():
        return PlanShown(
            chosen=chosen,
            label=translate(plan.label),
            context=translate(plan.context),
            grade=str(GRADES[plan.grade]),
            source=source_of(plan),
            product=product_words(product),
            steps=_steps(plan, product, course if taking else None),
            step=course.at + 1 if course is not None and taking else 0,
            since=course.since if course is not None else None,
            state=course.state if course is not None else "",
            swallow=taken.said() if taken is not None else "",
        )


def _steps(plan: Plan, product: Product | None, course: Course | None) -> tuple[StepShown, ...]:
    return tuple(
        StepShown(
            number=number,
            dose_micrograms=step.dose_ug,
            dose=in_mg(step.dose_ug),
            swallow=_swallow(product, step.dose_ug),
            days=step.days,
            now=course is not None and course.at == number - 1,
        )
        for number, step in enumerate(plan.steps, 1)
    )


def _swallow(product: Product | None, dose_ug: int) -> str:
    if product is None:
        return ""
    try:
        return product.swallow(dose_ug).said()
    except InputError:  # a row from before the product was checked
        return ""


def supply_words(person: Person, days: int) -> str:
    """Return how much is needed from the present step on; "" without a product."""
    chosen = chosen_plan(person)
    product = product_of(chosen) if chosen is not None else None
    if chosen is None or product is None or holds(person):
        return ""
    plan, course = plan_of(chosen), course_of(person)
    rest = replace(plan, steps=plan.steps[course.at :]) if course is not None else plan
    with reader():
        return supply(rest, product, days=days).said()


def use_before_words(person: Person, *, made: date, formula: str, storage: str) -> str:
    """Return until when a liquid may be used, or that only the pharmacy can tell."""
    chosen = chosen_plan(person)
    product = product_of(chosen) if chosen is not None else None
    ask = _("Ask the pharmacy that made it: its keeping was not measured.")
    if not isinstance(product, Liquid) or formula not in FORMULAS:
        return ask
    try:
        last = use_before(
            formula,
            made=made,
            storage="room" if storage == "room" else "fridge",
            ug_per_ml=product.ug_per_ml,
        )
    except InputError:
        return ask
    return _("Use it up to %(day)s, not later (%(source)s).") % {
        "day": said_full_day(last),
        "source": FORMULAS[formula].source.split(";")[0],
    }


def title_of(row: HowItWent) -> str:
    """Return what is proposed, in a few words."""
    return move_words(row.move)


def proposal_shown(
    person: Person, row: HowItWent | None = None, *, for_prescriber: bool = False
) -> ProposalShown | None:
    """Return the newest proposal in words, as long as it holds and nobody has decided about it."""
    newest = row or next(iter(history_of(person)), None)
    if newest is None or newest.agreed is not None or is_outdated(person, newest):
        return None
    found = proposal_of(person, newest)
    if found is None:
        return None
    asks = newest.move in ASKS
    if for_prescriber and not asks:
        return None
    source = found.source
    if not for_prescriber and newest.move == Move.PAUSE:
        # The page behind the source names the hours; the date is the prescriber's.
        source = ""
    return ProposalShown(
        row=newest,
        title=title_of(newest),
        text=found.for_prescriber if for_prescriber else found.for_person,
        source=source,
        asks=asks,
        last_dose=last_dose_day(newest) if for_prescriber else None,
    )


def waiting(person: Person) -> ProposalShown | None:
    """Return the proposal that waits for a decision, in the prescriber's words."""
    row = open_proposal(person)
    return proposal_shown(person, row, for_prescriber=True) if row is not None else None


def past_of(person: Person) -> list[Past]:
    """Return what was proposed and decided, the newest first."""
    return [_past(person, row, newest=not place) for place, row in enumerate(history_of(person))]


def _past(person: Person, row: HowItWent, *, newest: bool) -> Past:
    if row.agreed is not None:
        outcome = _("as proposed") if row.agreed else _("not as proposed")
    elif row.move not in ASKS:
        outcome = _("nothing to decide")
    elif newest and not is_outdated(person, row):
        outcome = _("waits for the prescriber")
    else:
        outcome = _("out of date, not decided")
    who = ""
    if row.decided_by is not None:
        who = row.decided_by.shown_name
    elif row.agreed_with and row.agreed_on is not None:
        who = _("agreed with %(who)s on %(day)s") % {
            "who": row.agreed_with,
            "day": said_full_day(row.agreed_on),
        }
    return Past(row, title_of(row), outcome, who)
