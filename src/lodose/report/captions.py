"""Each picture in words: for people who listen to the report, and beneath it for everybody."""

from lodose.report.words import (
    amount,
    arm_names,
    gain,
    number,
    outcome_name,
    plural,
    sentence_case,
    span,
    with_interval,
)
from lodose.trial import Outcome
from lodose.verdict.numbers import decimals
from lodose.verdict.result import Verdict

PERIODS_KEY = "Mark: mean of the period. Bar: its 95 % interval. Dashed: periods of one pair."


def diary_description(verdict: Verdict, *, blinded: bool = False) -> str:
    """Say in words what the picture of the diary shows."""
    answer = verdict.primary
    outcome = answer.outcome
    values = [value for value in answer.curve.observed if value is not None]
    if not values:
        return "No picture day by day: nothing could be fitted to the days."
    dates = answer.curve.dates
    said = [
        f"{outcome_name(outcome)} day by day from {span(dates[0], dates[-1])}: "
        f"{plural(len(values), 'recorded day')} between {number(min(values))} and "
        f"{number(max(values))} on a scale from {scale(outcome)}."
    ]
    if blinded:
        return said[0] + f" {plural(len(answer.periods), 'period')}; their order is not shown."
    names = arm_names(verdict.protocol)
    for arm in ("active", "comparator"):
        means = [p.mean for p in answer.periods if p.arm == arm and p.mean is not None]
        if means:
            said.append(
                f"Period means on {names[arm]} lie between {number(min(means))} and "
                f"{number(max(means))}."
            )
    if answer.curve.mean:
        said.append("A fitted curve with its 95 % band follows the days.")
    return " ".join(said)


def diary_key(verdict: Verdict, *, blinded: bool = False) -> str:
    """What the marks of the diary picture mean."""
    if blinded:
        return "Each mark is one recorded day. Numbers: periods. Their order is not shown."
    names = arm_names(verdict.protocol, 48)
    said = f"Each mark is one recorded day; shaded: {names['active']}."
    if verdict.primary.curve.mean:
        said += " Line and grey band: fitted curve with its 95 % band."
    mcid = amount_of_mcid(verdict.primary.outcome)
    return f"{said} Bar at the right: the smallest gain that matters ({mcid})."


def periods_description(verdict: Verdict) -> str:
    """Say in words what the picture of the period means shows."""
    answer = verdict.primary
    count = sum(period.mean is not None for period in answer.periods)
    if not count:
        return "No picture: no period has a recorded day."
    said = (
        f"Mean {outcome_name(outcome := answer.outcome)} of {plural(count, 'period')} with 95 % "
        f"intervals, on a scale from {scale(outcome)}. The table of periods beside it holds the "
        "same numbers."
    )
    pairs, better = _pairs_better(verdict)
    if pairs:
        names = arm_names(verdict.protocol)
        said += f" {better} of {plural(pairs, 'pair')} were better on {names['active']}."
    return said


def effect_description(verdict: Verdict) -> str:
    """Say in words what the picture of the effect shows."""
    answer = verdict.primary
    if not answer.priors:
        return "No picture: the effect could not be estimated."
    rows = []
    for row in answer.priors:
        better = gain(row.effect, answer.outcome)
        rows.append(
            f"{sentence_case(row.label)}: {with_interval(better, decimals(answer.outcome))}"
        )
    said = "How much better on the active treatment, with 95 % intervals. " + "; ".join(rows) + "."
    said += f" The smallest gain that matters is {amount_of_mcid(answer.outcome)}."
    return said


def amount_of_mcid(outcome: Outcome) -> str:
    """The smallest gain worth having, with its unit."""
    return amount(float(outcome.mcid), outcome)


def scale(outcome: Outcome) -> str:
    """``0 to 10, lower is better``."""
    ends = f"{float(outcome.minimum):g} to {float(outcome.maximum):g}"
    return f"{ends}, {outcome.better} is better"


def _pairs_better(verdict: Verdict) -> tuple[int, int]:
    """How many pairs have both means, and in how many the active arm was better."""
    answer = verdict.primary
    means: dict[int, dict[str, float]] = {}
    for period in answer.periods:
        if period.pair is not None and period.mean is not None:
            means.setdefault(period.pair, {})[period.arm] = period.mean
    whole = [pair for pair in means.values() if len(pair) == 2]
    sign = 1 if answer.outcome.better == "higher" else -1
    better = sum(sign * (pair["active"] - pair["comparator"]) > 0 for pair in whole)
    return len(whole), better
