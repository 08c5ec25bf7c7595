"""How an answer was reached, what it was made from, and how many more cycles would settle it."""

from lodose.diary import read_instruments
from lodose.language import decimal, translatable, translate
from lodose.report.captions import amount_of_mcid, scale
from lodose.report.content import DESIGNS, not_estimable
from lodose.report.words import amount, clean, outcome_name
from lodose.trial import Outcome
from lodose.verdict.numbers import count
from lodose.verdict.result import Verdict

ENGINE_HASH = translatable("Engine hash")
PROTOCOL_HASH = translatable("Protocol, SHA-256")
DIARY_HASH = translatable("Diary, SHA-256")

CENT = (
    "Vohra S, Shamseer L, Sampson M, et al. CONSORT extension for reporting N-of-1 trials (CENT) "
    "2015 Statement. BMJ 2015;350:h1738. doi:10.1136/bmj.h1738"
)


def methods(verdict: Verdict) -> tuple[str, ...]:
    """How the answer was reached, in a few sentences."""
    protocol, answer = verdict.protocol, verdict.primary
    outcome = answer.outcome
    said = [
        translate(
            "Design: {design}; {periods}. Chosen beforehand as the one outcome that carries the "
            "answer: {outcome} ({scale})."
        ).format(
            design=translate(DESIGNS.get(protocol.design, clean(protocol.design))),
            periods=count(len(answer.periods), "period"),
            outcome=outcome_name(outcome),
            scale=scale(outcome),
        ),
        _mcid_words(outcome),
    ]
    if answer.effect is not None:
        said.append(
            translate(
                "Analysis: a Bayesian model of the daily values, stated under “In numbers”; days "
                "without an entry stay missing. The same diary always gives the same numbers."
            )
        )
    else:
        said.append(not_estimable(answer))
    if protocol.transition_days:
        said.append(
            translate(
                "The first {days} after each switch are left out of the paired means; the model "
                "keeps them."
            ).format(days=count(protocol.transition_days, "day"))
        )
    said += looking_ahead_in_numbers(verdict)
    said.append(translate("Each period is shown as CENT 2015 asks: {source}.").format(source=CENT))
    return tuple(said)


def looking_ahead(verdict: Verdict) -> str:
    """How many more cycles would settle an open answer, or that this was left out, or ""."""
    return clean(translate(verdict.planning.words)) if verdict.planning else ""


def looking_ahead_in_numbers(verdict: Verdict) -> tuple[str, ...]:
    """The same for the doctor, with the error that the number of simulations leaves."""
    planning = verdict.planning
    if planning is None or not planning.rows:
        return ()
    template = translate(
        "{cycles} {settled} ({lower} to {upper}; benefit {benefit}, little {little}, harm {harm})"
    )
    rows = [
        template.format(
            cycles=count(row.cycles, "cycle"),
            **{
                name: decimal(f"{getattr(row, name):.2f}")
                for name in ("settled", "lower", "upper", "benefit", "little", "harm")
            },
        )
        for row in planning.rows
    ]
    return (
        translate(
            "Looking ahead, probability that the answer is settled after so many further cycles of "
            "one period on each: {rows}. From {simulations} trials continued from the posterior, "
            "rule {rule}, seed {seed}; the interval is that of the simulation. One look at the end "
            "of each; going on until something is said has higher error rates."
        ).format(
            rows="; ".join(rows),
            simulations=planning.simulations,
            rule=clean(planning.rule),
            seed=planning.seed,
        ),
    )


def provenance(verdict: Verdict) -> tuple[tuple[str, str], ...]:
    """What made this answer, as pairs of a name and a value."""
    made = verdict.provenance
    engine = (
        (
            (
                translate("Engine"),
                translate("{engine}, rule {rule}").format(
                    engine=clean(made.engine), rule=clean(made.rule)
                ),
            ),
            (translate(ENGINE_HASH), clean(made.engine_hash)),
        )
        if made.engine_hash
        else ((translate("Engine"), translate("none: nothing was estimated")),)
    )
    return (
        (translate("Lodose version"), clean(made.lodose_version)),
        *engine,
        (translate(PROTOCOL_HASH), clean(made.protocol_sha256)),
        (translate(DIARY_HASH), clean(made.diary_sha256)),
        (translate("Diary file"), clean(made.diary_source)),
    )


def _mcid_words(outcome: Outcome) -> str:
    """Whose the smallest gain that matters is, and where the usual one comes from."""
    chosen, usual = float(outcome.mcid), float(outcome.mcid_default)
    template = (
        translate(
            "Smallest gain that matters, stated beforehand: {amount}. Source of the usual one: "
            "{source}."
        )
        if chosen == usual
        else translate(
            "Smallest gain that matters, stated beforehand: {amount} (the person's own; the usual "
            "one is {usual}). Source of the usual one: {source}."
        )
    )
    return template.format(
        amount=amount_of_mcid(outcome),
        usual=amount(usual, outcome),
        source=_source(outcome).rstrip("."),
    )


def _source(outcome: Outcome) -> str:
    """Where the usual smallest gain comes from; the instruments say it in English."""
    said = clean(outcome.mcid_default_source)
    tool = read_instruments().get(outcome.instrument or "")
    if tool is not None and said == clean(f"{tool.mcid_source} {tool.identifier}"):
        return clean(f"{translate(tool.mcid_source)} {tool.identifier}")
    return translate(said)


SOURCES = (translatable("a tenth of the range"), translatable("stated in the protocol"))
"""What a protocol says where no instrument does."""
