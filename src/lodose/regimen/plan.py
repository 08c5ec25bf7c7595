"""A plan: ordered steps of doses, each with the days to stay before the next may be proposed."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lodose.errors import InputError
from lodose.language import translatable, translate
from lodose.regimen.doses import HIGHEST_UG, in_mg

FILE = "plans.toml"
DEFAULT = "cautious"
MOST_STEPS = 60
OWN = translatable("The prescriber's own plan")
TimeOfDay = Literal["morning", "evening", "not given"]


@dataclass(frozen=True, slots=True)
class Step:
    """One dose a day, for at least some days.

    Attributes
    ----------
    dose_ug
        Micrograms a day.
    days
        Least days before the next step may be proposed; 0 at the last one.
    """

    dose_ug: int
    days: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps from the first dose to the target.

    Attributes
    ----------
    steps
        In order, each higher than the one before.
    limit_ug
        No step is above it.
    grade
        A controlled trial or label, S a controlled trial of which the steps were read second-hand,
        C practice, D advocacy or web, J the project's judgement, P the prescriber's own.
    source
        Where it was read.
    time_of_day
        "not given" where the source says nothing; the evening is customary then.
    """

    id: str
    label: str
    context: str
    steps: tuple[Step, ...]
    limit_ug: int
    time_of_day: TimeOfDay
    grade: str
    source: str

    @property
    def target_ug(self) -> int:
        """The dose of the last step."""
        return self.steps[-1].dose_ug

    @property
    def days_to_target(self) -> int:
        """Days until the last step, where every step is taken as soon as it may be proposed."""
        return sum(step.days for step in self.steps[:-1])


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    label: Annotated[str, Field(min_length=8)]
    context: Annotated[str, Field(min_length=3)]
    start_ug: Annotated[int, Field(strict=True)]
    step_ug: Annotated[int, Field(strict=True)]
    days: Annotated[int, Field(strict=True)]
    target_ug: Annotated[int, Field(strict=True)]
    limit_ug: Annotated[int, Field(strict=True)]
    time_of_day: TimeOfDay
    grade: Literal["A", "S", "C", "D", "J"]
    source: Annotated[str, Field(min_length=8)]


@cache
def plans() -> dict[str, Plan]:
    """Return every ready plan by its identifier, read once."""
    return parse(tomllib.loads((files("lodose.regimen") / FILE).read_text("utf-8")))


def ready(name: str) -> Plan:
    """Return one ready plan.

    Raises
    ------
    InputError
        Where there is none of that name; it lists those there are.
    """
    if name not in plans():
        raise InputError(
            "is no ready plan",
            f"choose one of: {', '.join(plans())}.",
            column="plan",
            value=name,
        )
    return plans()[name]


def parse(table: dict[str, Any]) -> dict[str, Plan]:
    """Make plans of a table such as `plans.toml`; refuse what is incomplete."""
    made: dict[str, Plan] = {}
    for row in table.get("plan", []):
        try:
            checked = _Row.model_validate(row)
        except ValidationError as error:
            first = error.errors()[0]
            raise InputError(
                f"in plan {row.get('id')}: {first['msg']}",
                "complete it with what was read at its source, or leave it out.",
                file=FILE,
                column=".".join(str(part) for part in first["loc"]),
            ) from None
        made[checked.id] = make_plan(**checked.model_dump())
    return made


def make_plan(
    *,
    start_ug: int,
    step_ug: int,
    days: int,
    target_ug: int,
    limit_ug: int = HIGHEST_UG,
    time_of_day: TimeOfDay = "not given",
    id: str = "own",  # noqa: A002 - the field's name in the file and in JSON
    label: str = OWN,
    context: str = "",
    grade: str = "P",
    source: str = "the prescriber",
) -> Plan:
    """Make a plan of equal steps; the last one may be smaller, so that the target is met exactly.

    Parameters
    ----------
    start_ug, step_ug, target_ug, limit_ug : int
        Micrograms. A step of 0 means that the target is the first dose.
    days : int
        Least days at each step.

    Raises
    ------
    InputError
        Where a figure is not possible: above the limit, a step of nothing, fewer days than one.

    Examples
    --------
    >>> plan = make_plan(start_ug=1000, step_ug=1000, days=7, target_ug=4500)
    >>> [step.dose_ug for step in plan.steps], plan.days_to_target
    ([1000, 2000, 3000, 4000, 4500], 28)
    """
    _possible(start_ug, step_ug, days, target_ug, limit_ug)
    doses = list(range(start_ug, target_ug, step_ug)) if step_ug else []
    if len(doses) >= MOST_STEPS:
        raise InputError(
            translate("makes more than {most} steps").format(most=MOST_STEPS),
            translate("choose larger steps."),
            column="step",
            value=in_mg(step_ug),
        )
    steps = (*(Step(dose, days) for dose in doses), Step(target_ug, 0))
    return Plan(id, label, context, steps, limit_ug, time_of_day, grade, source)


def _possible(start: int, step: int, days: int, target: int, limit: int) -> None:
    for name, value, wrong, mend in (
        (
            "limit",
            limit,
            limit > HIGHEST_UG,
            translate("low doses end at {dose}, the highest that was studied.").format(
                dose=in_mg(HIGHEST_UG)
            ),
        ),
        ("start", start, start <= 0, translate("give the first dose.")),
        (
            "target",
            target,
            target > limit,
            translate("the limit of this plan is {dose}.").format(dose=in_mg(limit)),
        ),
        (
            "target",
            target,
            target < start,
            translate("it is below the first dose, {dose}.").format(dose=in_mg(start)),
        ),
        ("step", step, step < 0, translate("a step goes up; to go down, step back.")),
        ("step", step, step == 0 and target != start, translate("give the size of a step.")),
    ):
        if wrong:
            raise InputError(translate("is not possible"), mend, column=name, value=in_mg(value))
    if days < 0 or (days < 1 and target != start):
        raise InputError(
            translate("is too short for a step"),
            translate("stay one day or more at each."),
            column="days",
            value=days,
        )
