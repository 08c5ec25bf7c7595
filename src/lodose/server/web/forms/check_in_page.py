"""What the check-in page shows: the form's fields with what was typed and what is wrong."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from lodose.server.records.entries import spelt
from lodose.server.records.models import Outcome
from lodose.server.records.plans import DayPlan
from lodose.server.records.question_words import words_of
from lodose.server.records.red_flags import RedFlag, red_flags
from lodose.server.records.side_effects import effect_label
from lodose.server.web.forms.check_in import OTHER, offered_effects

MOST_TILES = 11  # 0 to 10: more do not fit a thumb


@dataclass(frozen=True, slots=True)
class QuestionField:
    """One outcome as the page asks it."""

    name: str
    legend: str
    hint: str
    tiles: bool
    minimum: str
    maximum: str
    step: str
    low_label: str
    high_label: str
    unit: str
    value: str
    error: str


@dataclass(frozen=True, slots=True)
class Chip:
    """One side effect that can be chosen; ``own`` where the person named it before."""

    value: str
    label: str
    checked: bool
    severity: str
    own: bool


@dataclass(frozen=True, slots=True)
class Flag:
    """One red flag with what to do."""

    flag: RedFlag
    action: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the summary: the field's anchor, its name, what is wrong and how to mend it."""

    anchor: str
    label: str
    text: str


def amount(micrograms: int, micrograms_per_millilitre: int | None) -> str:
    """Return a dose for people: in mg, with mL beside it where the strength is known."""
    milligrams = _number(Decimal(micrograms) / 1000)
    if not micrograms_per_millilitre:
        return _("%(mg)s mg") % {"mg": milligrams}
    millilitres = _number(round(Decimal(micrograms) / micrograms_per_millilitre, 2))
    return _("%(mg)s mg = %(ml)s mL") % {"mg": milligrams, "ml": millilitres}


def _number(value: Decimal) -> str:
    return number_format(spelt(value), use_l10n=True)


def question_field(outcome: Outcome, typed: QueryDict, problems: dict[str, str]) -> QuestionField:
    """Return an outcome with what was typed; 0 to 10 in whole steps become tiles."""
    whole = outcome.step == 1 and outcome.minimum % 1 == 0 and outcome.maximum % 1 == 0
    name = f"outcome-{outcome.name}"
    words = words_of(outcome)
    return QuestionField(
        name=name,
        legend=words.label,
        hint=words.question if words.question != words.label else "",
        tiles=whole and outcome.maximum - outcome.minimum < MOST_TILES,
        minimum=spelt(Decimal(outcome.minimum)),
        maximum=spelt(Decimal(outcome.maximum)),
        step="any" if outcome.step is None else spelt(Decimal(outcome.step)),
        low_label=words.low_label or (_("worst") if outcome.better == "higher" else _("best")),
        high_label=words.high_label or (_("best") if outcome.better == "higher" else _("worst")),
        unit=outcome.unit,
        value=typed.get(name, ""),
        error=problems.get(outcome.name, ""),
    )


def form_context(
    plan: DayPlan, typed: QueryDict, problems: dict[str, str], recent: list[str]
) -> dict[str, Any]:
    """Return everything that ``today_form.html`` needs.

    Parameters
    ----------
    plan : DayPlan
        What is asked on the day.
    typed : QueryDict
        What was typed, or stored for this day; empty for a new form.
    problems : dict of str to str
        What is wrong, by field, as an ``EntryError`` names it.
    recent : list of str
        The person's own recent side effects; empty where nothing may be read.
    """
    chosen = set(typed.getlist("side_effect"))
    flagged = set(typed.getlist("red_flag"))
    questions = [question_field(each, typed, problems) for each in plan.outcomes]
    planned = plan.dose_micrograms
    return {
        "plan": plan,
        "typed": typed,
        "problems": problems,
        "problem_list": _problem_list(problems, questions),
        "questions": questions,
        "planned_amount": amount(planned, plan.micrograms_per_millilitre) if planned else "",
        "dose_choice": typed.get("dose", ""),
        "strength": (
            _number(Decimal(plan.micrograms_per_millilitre) / 1000)
            if plan.micrograms_per_millilitre
            else ""
        ),
        "chips": [
            Chip(
                value=name,
                label=effect_label(name),
                checked=name in chosen,
                severity=typed.get(f"side_effect-{name}", ""),
                own=name in recent,
            )
            for name in offered_effects(typed, recent)
        ],
        "other_value": OTHER,
        "other_checked": OTHER in chosen,
        "other_severity": typed.get(f"side_effect-{OTHER}", ""),
        "flags": [Flag(each, "\n\n".join(each.action), each.id in flagged) for each in red_flags()],
    }


def red_flag_choices(chosen: Collection[str] = ()) -> list[Flag]:
    """Return every red flag for the part ``red_flag``."""
    return [Flag(each, "\n\n".join(each.action), each.id in chosen) for each in red_flags()]


def _problem_list(problems: dict[str, str], questions: list[QuestionField]) -> list[Problem]:
    labels = {
        "day": ("today-title", _("Day")),
        "dose": ("dose", _("Dose")),
        "dose_mg": ("dose_mg", _("Amount in mg")),
        "dose_again": ("dose_again", _("Amount in mg")),
        "dose_at": ("dose_at", _("Time of the dose")),
        "kit": ("dose", _("Capsule")),
        "side_effects": ("side_effects", _("Side effects")),
        "other_effect": ("other_effect", _("Something else")),
        "red_flags": ("red_flags", _("Red flags")),
        "note": ("note", _("Note")),
        "form": ("today-title", _("The form")),
        "id": ("today-title", _("The form")),
    }
    for each in questions:
        key = each.name.removeprefix("outcome-")
        anchor = each.name if each.tiles else f"{each.name}-number"
        labels[key] = (anchor, each.legend)
    return [
        Problem(*labels.get(field, ("today-title", field)), text)
        for field, text in problems.items()
    ]
