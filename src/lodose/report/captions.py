"""Each picture in words: for people who listen to the report, and beneath it for everybody."""

from lodose.language import translatable, translate
from lodose.report.words import (
    amount,
    arm_names,
    gain,
    number,
    outcome_name,
    sentence_case,
    span,
    unit,
    with_interval,
)
from lodose.trial import Outcome
from lodose.verdict.numbers import count, decimals, general
from lodose.verdict.result import Verdict

PERIODS_KEY = translatable(
    "Mark: mean of the period. Bar: its 95 % interval. Dashed: periods of one pair."
)


def diary_description(verdict: Verdict, *, blinded: bool = False) -> str:
    """Say in words what the picture of the diary shows."""
    answer = verdict.primary
    outcome = answer.outcome
    values = [value for value in answer.curve.observed if value is not None]
    if not values:
        return translate("No picture day by day: nothing could be fitted to the days.")
    dates = answer.curve.dates
    said = [
        translate(
            "{outcome} day by day from {dates}: {days} between {lowest} and {highest} on a scale "
            "from {scale}."
        ).format(
            outcome=outcome_name(outcome),
            dates=span(dates[0], dates[-1]),
            days=count(len(values), "recorded day"),
            lowest=number(min(values)),
            highest=number(max(values)),
            scale=scale(outcome),
        )
    ]
    if blinded:
        hidden = translate("{periods}; their order is not shown.")
        return f"{said[0]} {hidden.format(periods=count(len(answer.periods), 'period'))}"
    names = arm_names(verdict.protocol)
    for arm in ("active", "comparator"):
        means = [p.mean for p in answer.periods if p.arm == arm and p.mean is not None]
        if means:
            said.append(
                translate("Period means on {arm} lie between {lowest} and {highest}.").format(
                    arm=names[arm], lowest=number(min(means)), highest=number(max(means))
                )
            )
    if answer.curve.mean:
        said.append(translate("A fitted curve with its 95 % band follows the days."))
    return " ".join(said)


def diary_key(verdict: Verdict, *, blinded: bool = False) -> str:
    """What the marks of the diary picture mean."""
    if blinded:
        return translate(
            "Each mark is one recorded day. Numbers: periods. Their order is not shown."
        )
    names = arm_names(verdict.protocol, 48)
    mcid = amount_of_mcid(verdict.primary.outcome)
    said = [translate("Each mark is one recorded day; shaded: {arm}.").format(arm=names["active"])]
    if verdict.primary.curve.mean:
        said.append(translate("Line and grey band: fitted curve with its 95 % band."))
    said.append(
        translate("Bar at the right: the smallest gain that matters ({mcid}).").format(mcid=mcid)
    )
    return " ".join(said)


def periods_description(verdict: Verdict) -> str:
    """Say in words what the picture of the period means shows."""
    answer = verdict.primary
    number_of_periods = sum(period.mean is not None for period in answer.periods)
    if not number_of_periods:
        return translate("No picture: no period has a recorded day.")
    said = translate(
        "Mean {outcome} of {periods} with 95 % intervals, on a scale from {scale}. The table of "
        "periods beside it holds the same numbers."
    ).format(
        outcome=outcome_name(answer.outcome),
        periods=count(number_of_periods, "period"),
        scale=scale(answer.outcome),
    )
    pairs, better = _pairs_better(verdict)
    if pairs:
        names = arm_names(verdict.protocol)
        compared = translate("{better} of {pairs} were better on {arm}.").format(
            better=better, pairs=count(pairs, "pair"), arm=names["active"]
        )
        said = f"{said} {compared}"
    return said


def effect_description(verdict: Verdict) -> str:
    """Say in words what the picture of the effect shows."""
    answer = verdict.primary
    if not answer.priors:
        return translate("No picture: the effect could not be estimated.")
    rows = []
    for row in answer.priors:
        better = gain(row.effect, answer.outcome)
        rows.append(
            f"{sentence_case(row.label)}: {with_interval(better, decimals(answer.outcome))}"
        )
    return translate(
        "How much better on the active treatment, with 95 % intervals. {results}. The smallest "
        "gain that matters is {mcid}."
    ).format(results="; ".join(rows), mcid=amount_of_mcid(answer.outcome))


def amount_of_mcid(outcome: Outcome) -> str:
    """The smallest gain worth having, with its unit."""
    return amount(float(outcome.mcid), outcome)


def better_by(outcome: Outcome) -> str:
    """The title of an axis along which right is better."""
    return translate("Better on the active treatment by ({unit})").format(unit=unit(outcome))


def better_way(outcome: Outcome) -> str:
    """``lower is better``."""
    if outcome.better == "lower":
        return translate("lower is better")
    return translate("higher is better")


def scale(outcome: Outcome) -> str:
    """``0 to 10, lower is better``."""
    return translate("{low} to {high}, {better}").format(
        low=general(outcome.minimum), high=general(outcome.maximum), better=better_way(outcome)
    )


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
