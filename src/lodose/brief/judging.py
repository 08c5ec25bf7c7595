"""The plan in short lines, and how it will be judged."""

from math import ceil

from lodose.brief.model import JudgedBy
from lodose.diary import read_instruments
from lodose.errors import InputError
from lodose.evidence import read_evidence
from lodose.language import decimal, full_date, plural, translatable, translate
from lodose.regimen import Plan, Product, each_step, in_mg, supply

INSTRUMENT = "pain-nrs"
WITHOUT_A_PLAN = 12  # weeks, as long as the FINAL trial
AT_THE_DOSE = 8  # weeks; the FINAL trial held the highest tolerated dose so long
LENGTH_SOURCE = "NCT04270877"
ON_PLACEBO = "final-2024#pain-groups"  # what pain fell by without the medicine
SUPPLY_DAYS = 90
GRADES = {
    "A": translatable("as in a controlled trial"),
    "S": translatable("highest dose as in a controlled trial, steps read second-hand"),
    "C": translatable("from practice, not from a trial"),
    "D": translatable("advice of users, not from a trial"),
    "J": translatable("the project's judgement"),
    "P": translatable("the prescriber's own"),
}
TIMES = {"morning": translatable("in the morning"), "evening": translatable("in the evening")}
Pairs = tuple[tuple[str, str], ...]


def usual() -> JudgedBy:
    """Return how it is judged where nobody chose: pain from 0 to 10."""
    return judged_by_instrument(INSTRUMENT)


def judged_by_instrument(name: str) -> JudgedBy:
    """Return the judging by a ready instrument, with its smallest change that matters.

    Raises
    ------
    InputError
        Where there is no such instrument, or none of its changes is known to matter.
    """
    known = {key: one for key, one in read_instruments().items() if one.mcid is not None}
    tool = known.get(name)
    if tool is None or tool.mcid is None:
        raise InputError(
            "is no outcome with a known change that matters",
            f"choose one of {', '.join(known)}, or give label, better and mcid of your own.",
            column="judged.outcome",
            value=name,
        )
    return JudgedBy(translate(tool.label), tool.mcid, tool.better, source=tool.identifier or "")


def check(judged: JudgedBy) -> None:
    """Refuse what nobody can be judged by.

    Raises
    ------
    InputError
        Where the change that matters is not above 0, or the length is not possible.
    """
    if not judged.mcid > 0:
        raise InputError(
            "is no change that matters", "give a number above 0.", column="mcid", value=judged.mcid
        )
    if judged.weeks is not None and not 1 <= judged.weeks <= 104:
        raise InputError(
            "is no length of a treatment to judge",
            "give 1 to 104 weeks.",
            column="weeks",
            value=judged.weeks,
        )


def plan_lines(plan: Plan, product: Product | None) -> Pairs:
    """Return a plan in short lines: steps, when, product, where it was read."""
    first, target = in_mg(plan.steps[0].dose_ug), in_mg(plan.target_ug)
    lines = [(translate("Doses"), _doses(plan, first, target))]
    if plan.time_of_day in TIMES:
        lines.append((translate("When"), translate(TIMES[plan.time_of_day])))
    if product is not None:
        taken = each_step(plan, product)
        last = taken[-1].said()
        lines.append((translate("Product"), _product(taken[0].said(), last)))
    lines.append((translate("Whose"), _whose(plan)))
    return tuple(lines)


def _whose(plan: Plan) -> str:
    """Whose plan it is, with where it was read where others published it."""
    grade = translate(GRADES[plan.grade])
    if plan.grade in "JP":
        return grade
    return translate("{grade} ({source})").format(grade=grade, source=plan.source)


def _product(first: str, last: str) -> str:
    if first == last:
        return first
    return translate("first {first}; at the target {last}").format(first=first, last=last)


def _doses(plan: Plan, first: str, target: str) -> str:
    if len(plan.steps) == 1:
        return translate("{dose} a day from the first day").format(dose=first)
    days = {step.days for step in plan.steps[:-1]}
    sizes = {
        after.dose_ug - before.dose_ug
        for before, after in zip(plan.steps[:-2], plan.steps[1:-1], strict=True)
    }
    if len(days) > 1 or len(sizes) > 1:
        return translate(
            "{first} a day, in {count} steps to {target}, each only when settled"
        ).format(first=first, count=len(plan.steps), target=target)
    size = in_mg(next(iter(sizes), plan.target_ug - plan.steps[0].dose_ug))
    return translate(
        "{first} a day, then {size} more after {days} days or more, only when side effects have "
        "settled, up to {target}"
    ).format(first=first, size=size, days=next(iter(days)), target=target)


def steps(plan: Plan, product: Product | None) -> tuple[str, ...]:
    """Return every step with what is swallowed and how long it lasts at least."""
    said = (
        [each.said() for each in each_step(plan, product)]
        if product is not None
        else [in_mg(each.dose_ug) for each in plan.steps]
    )
    lines = [
        f"{text}, {plural('{number} day', '{number} days', step.days)}" if step.days else text
        for text, step in zip(said, plan.steps, strict=True)
    ]
    if product is not None:
        needed = supply(plan, product, days=SUPPLY_DAYS).said()
        lines.append(translate("Supply: {supply}").format(supply=needed))
    return tuple(lines)


def weeks_of(plan: Plan | None, judged: JudgedBy) -> int:
    """Return the weeks from the first dose to the stop."""
    if judged.weeks is not None:
        return judged.weeks
    if plan is None:
        return WITHOUT_A_PLAN
    return ceil(plan.days_to_target / 7) + AT_THE_DOSE


def judged_lines(plan: Plan | None, judged: JudgedBy) -> Pairs:
    """Return outcome, change that matters, length, the day to stop, and what placebo does."""
    weeks = weeks_of(plan, judged)
    change = decimal(f"{judged.mcid.normalize():f}")
    falls = translate("{outcome}: {change} or more lower than before is a gain that matters")
    rises = translate("{outcome}: {change} or more higher than before is a gain that matters")
    gain = falls if judged.better == "lower" else rises
    stop = judged.stop(weeks)
    end = (
        translate("{weeks} weeks after the first dose, on ____________, unless that gain is there")
        if stop is None
        else translate("{weeks} weeks after the first dose, on {day}, unless that gain is there")
    )
    return (
        (translate("Outcome"), gain.format(outcome=judged.outcome, change=change)),
        (translate("Length"), _length(plan, judged, weeks)),
        (
            translate("Stop"),
            end.format(weeks=weeks, day=full_date(stop) if stop is not None else ""),
        ),
        (translate("Placebo"), _placebo(judged)),
    )


def _placebo(judged: JudgedBy) -> str:
    """Say that a gain alone tells nothing; of pain with what it fell by on placebo in a trial."""
    study, figure = read_evidence().figure(ON_PLACEBO)
    if not _is_pain(judged) or figure.comparator is None or figure.comparator.mean is None:
        return translate("A gain alone may be placebo. Only blinded periods can tell.")
    fall = translate(
        "A fall of one point alone may be placebo: in {study} pain fell by {fall} on placebo. "
        "Only blinded periods can tell."
    )
    return fall.format(study=study.name, fall=decimal(f"{-figure.comparator.mean:g}"))


def _is_pain(judged: JudgedBy) -> bool:
    return judged.outcome == translate(read_instruments()[INSTRUMENT].label)


def _length(plan: Plan | None, judged: JudgedBy, weeks: int) -> str:
    if judged.weeks is not None or plan is None or not plan.days_to_target:
        return plural("{number} week", "{number} weeks", weeks)
    return translate(
        "{weeks} weeks: {steps} of steps, then {held} at the dose that is reached"
    ).format(weeks=weeks, steps=weeks - AT_THE_DOSE, held=AT_THE_DOSE)


def judged_sources(plan: Plan | None, judged: JudgedBy) -> tuple[str, ...]:
    """Return where the change that matters, placebo's change and the length were read."""
    found = [judged.source] if judged.source else []
    if _is_pain(judged):
        found.append(read_evidence().figure(ON_PLACEBO)[0].citation.identifier)
    return (*found, LENGTH_SOURCE) if judged.weeks is None else tuple(found)
