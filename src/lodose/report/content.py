"""The tables and sentences of the report as plain text, the same for every form of it."""

from dataclasses import dataclass, field

from lodose.report.captions import amount_of_mcid, scale
from lodose.report.means import mean_interval
from lodose.report.words import (
    MINUS,
    NOTHING,
    amount,
    arm_names,
    clean,
    gain,
    interval,
    number,
    outcome_name,
    plural,
    probability,
    sentence_case,
    span,
    unit,
    with_interval,
)
from lodose.trial import Audit, Outcome
from lodose.verdict.numbers import chance, decimals
from lodose.verdict.result import OutcomeAnswer, PeriodResult, Verdict, Word

TITLE = "Treatment report"  # no drug and no name: it is shown in tabs, lists and file managers
SYNTHETIC = "Synthetic data: made up to show the report. Nobody's diary."

DOTS = 20
MANY = 16  # periods from which a table and a picture save room

DESIGNS = {
    "randomised-blinded": "randomised and blinded periods",
    "randomised-open": "randomised periods, treatment known",
    "open-on-off": "on and off treatment in a chosen order, treatment known",
    "before-after": "before and after starting, treatment known",
}
SEVERITIES = {1: "mild", 2: "moderate", 3: "severe"}

CENT = (
    "Vohra S, Shamseer L, Sampson M, et al. CONSORT extension for reporting N-of-1 trials (CENT) "
    "2015 Statement. BMJ 2015;350:h1738. doi:10.1136/bmj.h1738"
)


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
        (f"Better by {least} or more", found.benefit_at_least_mcid),
        ("A difference too small to matter", found.smaller_than_mcid),
        (f"Worse by {least} or more", found.harm_at_least_mcid),
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
        return "The chances, from this diary"
    return "The chances of a difference, whatever caused it"


def headline(verdict: Verdict) -> str:
    """The word, no stronger than the design allows it to be said."""
    return clean(verdict.wording.headline) or str(verdict.word)


def three_lines(verdict: Verdict) -> tuple[tuple[str, str], ...]:
    """Benefit, harm and what this does not tell, each with its name apart from its text."""
    wording = verdict.wording
    lines = (
        ("Benefit", wording.benefit),
        ("Harm", wording.harm),
        ("What this does not tell", wording.not_told),
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
    head = ("Period", "Pair", "Treatment", "Dates", "Days", "Mean (95 % interval)", "SD")
    return Table(
        caption=f"{outcome_name(outcome)} in each period ({scale(outcome)})",
        head=(*head, "Drug taken") if doses else head,
        rows=tuple(_period_row(period, names, decimals(outcome), doses) for period in periods),
        empty="The protocol holds no period that could be shown.",
        note="Days: recorded of planned. "
        + (
            "Drug taken: days on which the drug was taken, of days with a dose recorded. "
            if doses
            else "No dose was recorded. "
        )
        + "The interval of a mean treats its days as independent; days resemble each other, so "
        "it is rather too narrow.",
        arms=tuple(period.arm for period in periods),
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
    least = f"{float(outcome.mcid):g}"
    return Table(
        caption=f"How much better on the active treatment ({unit(outcome)}), read in "
        "more than one way",
        head=(
            "Reading, with what was believed beforehand",
            "Better by",
            "95 % interval",
            "P(gain)",
            f"P(gain ≥ {least})",
            f"P(harm ≥ {least})",
        ),
        rows=tuple(rows),
        empty=_not_estimable(answer),
        note=f"Below zero ({MINUS}) means worse. The smallest gain that matters was set at {mcid}.",
    )


def side_effect_table(verdict: Verdict) -> Table:
    """Days with each side effect, by arm, out of the days on which it was asked."""
    names = arm_names(verdict.protocol, 40)
    rows = tuple(
        (
            clean(count.name),
            f"{count.active_days} of {count.active_days_asked}",
            f"{count.comparator_days} of {count.comparator_days_asked}",
            SEVERITIES.get(count.worst_severity, NOTHING),
        )
        for count in verdict.side_effects
    )
    empty = (
        "Side effects were asked and none was reported."
        if verdict.side_effects_asked
        else "Side effects were not asked, so nothing can be said about them here. That is not "
        "the same as none."
    )
    return Table(
        caption="Days with a side effect, of the days on which it was asked",
        head=("Side effect", f"On {names['active']}", f"On {names['comparator']}", "Worst"),
        rows=rows,
        empty=empty,
    )


def also_measured_table(verdict: Verdict) -> Table:
    """Other outcomes: intervals, never the word."""
    rows = []
    for answer in verdict.also_measured:
        label = f"{outcome_name(answer.outcome)} ({scale(answer.outcome)})"
        if answer.effect is None:
            rows.append((label, "could not be estimated", amount_of_mcid(answer.outcome)))
            continue
        better = gain(answer.effect, answer.outcome)
        rows.append(
            (label, with_interval(better, decimals(answer.outcome)), amount_of_mcid(answer.outcome))
        )
    return Table(
        caption="Also measured",
        head=("Outcome", "Better on active by (95 % interval)", "Smallest gain that matters"),
        rows=tuple(rows),
        empty="Nothing else was measured.",
        note="One outcome was chosen beforehand to carry the answer; these are beside it.",
    )


def audit_facts(audit: Audit) -> tuple[tuple[str, str], ...]:
    """What the diary holds, as pairs of a name and a value."""
    adherence = (
        "not recorded" if audit.adherence is None else f"{100 * audit.adherence:.0f} % of doses"
    )
    return (
        ("Days planned", str(audit.days_planned)),
        ("Days recorded", str(audit.days_observed)),
        ("Days missing", str(audit.missing_days)),
        ("Longest gap", plural(audit.longest_gap, "day")),
        ("Doses recorded", str(audit.doses_recorded)),
        ("Doses as planned", adherence),
    )


def audit_table(audit: Audit) -> Table:
    """The same facts as one row of a table."""
    facts = audit_facts(audit)
    return Table(
        caption="What was recorded",
        head=tuple(name for name, _ in facts),
        rows=(tuple(value for _, value in facts),),
        empty="",
    )


def audit_remarks(audit: Audit) -> tuple[str, ...]:
    """Each remark of the audit as a line, the gravest first."""
    order = {"error": 0, "warning": 1, "note": 2}
    said = []
    for remark in sorted(audit.remarks, key=lambda remark: order.get(remark.severity, 3)):
        line = f" (line {remark.line})" if remark.line is not None else ""
        said.append(f"{remark.severity.capitalize()}: {clean(remark.message)}{line}")
    return tuple(said)


def methods(verdict: Verdict) -> tuple[str, ...]:
    """How the answer was reached, in a few sentences."""
    protocol, answer = verdict.protocol, verdict.primary
    outcome = answer.outcome
    design = DESIGNS.get(protocol.design, clean(protocol.design))
    label = outcome_name(outcome)
    said = [
        f"Design: {design}; {plural(len(answer.periods), 'period')}. Chosen beforehand as the one "
        f"outcome that carries the answer: {label} ({scale(outcome)}).",
        _mcid_words(outcome),
    ]
    if answer.effect is not None:
        said.append(
            "Analysis: a Bayesian model of the daily values, stated under “In numbers”; days "
            "without an entry stay missing. The same diary always gives the same numbers."
        )
    else:
        said.append(_not_estimable(answer))
    if protocol.transition_days:
        said.append(
            f"The first {plural(protocol.transition_days, 'day')} after each switch "
            "are left out of the paired means; the model keeps them."
        )
    said += looking_ahead_in_numbers(verdict)
    said.append(f"Each period is shown as CENT 2015 asks: {CENT}.")
    return tuple(said)


def looking_ahead(verdict: Verdict) -> str:
    """How many more cycles would settle an open answer, or that this was left out, or ""."""
    return clean(verdict.planning.words) if verdict.planning else ""


def looking_ahead_in_numbers(verdict: Verdict) -> tuple[str, ...]:
    """The same for the doctor, with the error that the number of simulations leaves."""
    planning = verdict.planning
    if planning is None or not planning.rows:
        return ()
    rows = "; ".join(
        f"{plural(row.cycles, 'cycle')} {row.settled:.2f} ({row.lower:.2f} to "
        f"{row.upper:.2f}; benefit {row.benefit:.2f}, little {row.little:.2f}, harm {row.harm:.2f})"
        for row in planning.rows
    )
    return (
        "Looking ahead, probability that the answer is settled after so many further cycles of one "
        f"period on each: {rows}. From {planning.simulations} trials continued from the "
        f"posterior, rule {clean(planning.rule)}, seed {planning.seed}; the interval is that of "
        "the simulation. One look at the end of each; going on until something is said has higher "
        "error rates.",
    )


def provenance(verdict: Verdict) -> tuple[tuple[str, str], ...]:
    """What made this answer, as pairs of a name and a value."""
    made = verdict.provenance
    engine = (
        (
            ("Engine", f"{clean(made.engine)}, rule {clean(made.rule)}"),
            ("Engine hash", clean(made.engine_hash)),
        )
        if made.engine_hash
        else (("Engine", "none: nothing was estimated"),)
    )
    return (
        ("Lodose version", clean(made.lodose_version)),
        *engine,
        ("Protocol, SHA-256", clean(made.protocol_sha256)),
        ("Diary, SHA-256", clean(made.diary_sha256)),
        ("Diary file", clean(made.diary_source)),
    )


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
        f"{period.days_observed} of {period.days}",
        mean if ends is None else f"{mean} ({interval(*ends, digits)})",
        number(period.sd, digits),
    )
    return (*row, f"{period.doses_taken} of {period.doses_recorded}") if doses else row


def _not_estimable(answer: OutcomeAnswer) -> str:
    reason = clean(answer.not_estimable)
    return f"The effect could not be estimated. {reason}".strip()


def _mcid_words(outcome: Outcome) -> str:
    """Whose the smallest gain that matters is, and where the usual one comes from."""
    chosen, usual = float(outcome.mcid), float(outcome.mcid_default)
    source = clean(outcome.mcid_default_source).rstrip(".")
    said = f"Smallest gain that matters, stated beforehand: {amount_of_mcid(outcome)}"
    if chosen != usual:
        said += f" (the person's own; the usual one is {amount(usual, outcome)})"
    return f"{said}. Source of the usual one: {source}."
