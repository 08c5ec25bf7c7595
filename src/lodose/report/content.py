"""The tables and sentences of the report as plain text, the same for every form of it."""

from dataclasses import dataclass, field

from lodose.language import translatable, translate
from lodose.report.captions import amount_of_mcid, scale
from lodose.report.means import mean_interval
from lodose.report.words import (
    MINUS,
    NOTHING,
    arm_names,
    clean,
    gain,
    interval,
    number,
    outcome_name,
    probability,
    sentence_case,
    span,
    unit,
    with_interval,
)
from lodose.trial import Audit, Outcome
from lodose.verdict.numbers import chance, count, decimals, general
from lodose.verdict.result import OutcomeAnswer, PeriodResult, Verdict, Word
from lodose.verdict.retold import retold, shown_side_effect
from lodose.verdict.table import word_said

TITLE = translatable(
    "Treatment report"
)  # no drug and no name: it is shown in tabs, lists and file managers
SYNTHETIC = translatable("Synthetic data: made up to show the report. Nobody's diary.")

DOTS = 20
MANY = 16  # periods from which a table and a picture save room

DESIGNS = {
    "randomised-blinded": translatable("randomised and blinded periods"),
    "randomised-open": translatable("randomised periods, treatment known"),
    "open-on-off": translatable("on and off treatment in a chosen order, treatment known"),
    "before-after": translatable("before and after starting, treatment known"),
}
SEVERITIES = {1: translatable("mild"), 2: translatable("moderate"), 3: translatable("severe")}
GRAVITY = {
    "error": translatable("Error"),
    "warning": translatable("Warning"),
    "note": translatable("Note"),
}
"""Of remarks on a diary, the gravest first."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as text: its caption, its head and its rows; ``empty`` stands where no row does."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str
    note: str = ""
    arms: tuple[str, ...] = field(default=())  # the arm of each row, for the mark beside it


@dataclass(frozen=True, slots=True)
class Chance:
    """One thing that may be true, how many of twenty dots it fills, and that in words."""

    what: str
    dots: int
    words: str


def chances(verdict: Verdict) -> tuple[Chance, ...]:
    """The probabilities of a gain, of too little and of harm, for a person.

    Empty where nothing could be estimated.
    """
    found = verdict.primary.probabilities
    if found is None:
        return ()
    least = amount_of_mcid(verdict.primary.outcome)
    rows = (
        (
            translate("Better by {least} or more").format(least=least),
            found.benefit_at_least_mcid,
        ),
        (translate("A difference too small to matter"), found.smaller_than_mcid),
        (translate("Worse by {least} or more").format(least=least), found.harm_at_least_mcid),
    )
    return tuple(Chance(what, _dots(p), chance(p)) for what, p in rows)


def _dots(probability: float) -> int:
    """Dots to fill of twenty: all or none only where the words leave no more than 1 in 100."""
    if probability > 0.99:
        return DOTS
    if probability < 0.01:
        return 0
    return min(DOTS - 1, max(1, round(DOTS * probability)))


def chances_heading(verdict: Verdict) -> str:
    """Name the chances so that they claim no more than the design and the word allow."""
    caused = verdict.protocol.design == "randomised-blinded"
    if caused and verdict.word is not Word.NOT_KNOWN_YET:
        return translate("The chances, from this diary")
    return translate("The chances of a difference, whatever caused it")


def headline(verdict: Verdict) -> str:
    """The word, no stronger than the design allows it to be said."""
    return clean(verdict.wording.headline) or word_said(verdict.word)


def three_lines(verdict: Verdict) -> tuple[tuple[str, str], ...]:
    """Benefit, harm and what this does not tell, each with its name apart from its text."""
    wording = verdict.wording
    lines = (
        (translate("Benefit"), wording.benefit),
        (translate("Harm"), wording.harm),
        (translate("What this does not tell"), wording.not_told),
    )
    return tuple(
        (name, sentence_case(clean(text).removeprefix(f"{name}:").strip())) for name, text in lines
    )


def period_table(verdict: Verdict) -> Table:
    """Each period as it happened (CENT 2015, item 17a)."""
    answer = verdict.primary
    outcome, periods = answer.outcome, answer.periods
    # Many periods are read down the column: one line each, whatever the arms are called.
    names = arm_names(verdict.protocol, 26 if len(periods) > MANY else 48)
    doses = any(period.doses_recorded for period in periods)
    head = (
        *(translate("Period"), translate("Pair"), translate("Treatment"), translate("Dates")),
        *(translate("Days"), translate("Mean (95 % interval)"), translate("SD")),
    )
    notes = (
        translate("Days: recorded of planned."),
        translate("Drug taken: days on which the drug was taken, of days with a dose recorded.")
        if doses
        else translate("No dose was recorded."),
        translate(
            "The interval of a mean treats its days as independent; days resemble each other, so "
            "it is rather too narrow."
        ),
    )
    return Table(
        caption=in_each_period(outcome),
        head=(*head, translate("Drug taken")) if doses else head,
        rows=tuple(_period_row(period, names, decimals(outcome), doses) for period in periods),
        empty=translate("The protocol holds no period that could be shown."),
        note=" ".join(notes),
        arms=tuple(period.arm for period in periods),
    )


def in_each_period(outcome: Outcome) -> str:
    """What the table of periods shows."""
    return translate("{outcome} in each period ({scale})").format(
        outcome=outcome_name(outcome), scale=scale(outcome)
    )


def prior_table(verdict: Verdict) -> Table:
    """The gain under each prior, side by side."""
    answer = verdict.primary
    outcome = answer.outcome
    digits = decimals(outcome)
    rows = []
    for row in answer.priors:
        better = gain(row.effect, outcome)
        chances = row.probabilities
        rows.append(
            (
                f"{sentence_case(row.label)} ({clean(row.prior)})",
                number(better.mean, digits),
                interval(better.lower, better.upper, digits),
                probability(chances.benefit),
                probability(chances.benefit_at_least_mcid),
                probability(chances.harm_at_least_mcid),
            )
        )
    mcid = amount_of_mcid(outcome)
    least = general(outcome.mcid)
    return Table(
        caption=translate(
            "How much better on the active treatment ({unit}), read in more than one way"
        ).format(unit=unit(outcome)),
        head=(
            translate("Reading, with what was believed beforehand"),
            translate("Better by"),
            translate("95 % interval"),
            translate("P(gain)"),
            translate("P(gain ≥ {least})").format(least=least),
            translate("P(harm ≥ {least})").format(least=least),
        ),
        rows=tuple(rows),
        empty=not_estimable(answer),
        note=translate(
            "Below zero ({minus}) means worse. The smallest gain that matters was set at {mcid}."
        ).format(minus=MINUS, mcid=mcid),
    )


def side_effect_table(verdict: Verdict) -> Table:
    """Days with each side effect, by arm, out of the days on which it was asked."""
    names = arm_names(verdict.protocol, 40)
    rows = tuple(
        (
            clean(shown_side_effect(effect.name)),
            some_of(effect.active_days, effect.active_days_asked),
            some_of(effect.comparator_days, effect.comparator_days_asked),
            translate(SEVERITIES.get(effect.worst_severity, NOTHING)),
        )
        for effect in verdict.side_effects
    )
    empty = (
        translate("Side effects were asked and none was reported.")
        if verdict.side_effects_asked
        else translate(
            "Side effects were not asked, so nothing can be said about them here. That is not the "
            "same as none."
        )
    )
    return Table(
        caption=translate("Days with a side effect, of the days on which it was asked"),
        head=(
            translate("Side effect"),
            translate("On {arm}").format(arm=names["active"]),
            translate("On {arm}").format(arm=names["comparator"]),
            translate("Worst"),
        ),
        rows=rows,
        empty=empty,
    )


def also_measured_table(verdict: Verdict) -> Table:
    """Other outcomes: intervals, never the word."""
    rows = []
    for answer in verdict.also_measured:
        label = f"{outcome_name(answer.outcome)} ({scale(answer.outcome)})"
        if answer.effect is None:
            missing = translate("could not be estimated")
            rows.append((label, missing, amount_of_mcid(answer.outcome)))
            continue
        better = gain(answer.effect, answer.outcome)
        rows.append(
            (label, with_interval(better, decimals(answer.outcome)), amount_of_mcid(answer.outcome))
        )
    return Table(
        caption=translate("Also measured"),
        head=(
            translate("Outcome"),
            translate("Better on active by (95 % interval)"),
            translate("Smallest gain that matters"),
        ),
        rows=tuple(rows),
        empty=translate("Nothing else was measured."),
        note=translate(
            "One outcome was chosen beforehand to carry the answer; these are beside it."
        ),
    )


def audit_facts(audit: Audit) -> tuple[tuple[str, str], ...]:
    """What the diary holds, as pairs of a name and a value."""
    adherence = (
        translate("not recorded")
        if audit.adherence is None
        else translate("{percent} % of doses").format(percent=f"{100 * audit.adherence:.0f}")
    )
    return (
        (translate("Days planned"), str(audit.days_planned)),
        (translate("Days recorded"), str(audit.days_observed)),
        (translate("Days missing"), str(audit.missing_days)),
        (translate("Longest gap"), count(audit.longest_gap, "day")),
        (translate("Doses recorded"), str(audit.doses_recorded)),
        (translate("Doses as planned"), adherence),
    )


def audit_table(audit: Audit) -> Table:
    """The same facts as one row of a table."""
    facts = audit_facts(audit)
    return Table(
        caption=translate("What was recorded"),
        head=tuple(name for name, _ in facts),
        rows=(tuple(value for _, value in facts),),
        empty="",
    )


def audit_remarks(audit: Audit) -> tuple[str, ...]:
    """Each remark of the audit as a line, the gravest first."""
    order = list(GRAVITY)
    said = []
    for remark in sorted(audit.remarks, key=lambda remark: order.index(remark.severity)):
        template = (
            translate("{gravity}: {message}")
            if remark.line is None
            else translate("{gravity}: {message} (line {line})")
        )
        gravity, message = translate(GRAVITY[remark.severity]), clean(retold(remark.message))
        said.append(template.format(gravity=gravity, message=message, line=remark.line))
    return tuple(said)


def _period_row(
    period: PeriodResult, names: dict[str, str], digits: int, doses: bool
) -> tuple[str, ...]:
    ends = mean_interval(period)
    mean = number(period.mean, digits)
    row = (
        str(period.number),
        NOTHING if period.pair is None else str(period.pair),
        names[period.arm],
        span(period.start, period.end),
        some_of(period.days_observed, period.days),
        mean if ends is None else f"{mean} ({interval(*ends, digits)})",
        number(period.sd, digits),
    )
    return (*row, some_of(period.doses_taken, period.doses_recorded)) if doses else row


def some_of(some: int, whole: int) -> str:
    """``3 of 14``."""
    return translate("{some} of {whole}").format(some=some, whole=whole)


def not_estimable(answer: OutcomeAnswer) -> str:
    """Why there is no estimate."""
    reason = clean(answer.not_estimable)
    return f"{translate('The effect could not be estimated.')} {reason}".strip()
