"""The second layer of a verdict: figures for the doctor, a sentence each."""

from lodose.language import decimal, thousands, translate
from lodose.verdict.analysis import priors_of
from lodose.verdict.blinding import pooled_guesses, pooled_p
from lodose.verdict.limits import onset_limit
from lodose.verdict.numbers import (
    amount,
    count,
    doctors_decimals,
    figure,
    general,
    p_figure,
    plain,
    probability_figure,
    unit_of,
)
from lodose.verdict.person import Facts
from lodose.verdict.readings import SCEPTIC_SD
from lodose.verdict.result import BlindingIndex, Estimate, GuessScore
from lodose.verdict.retold import retold
from lodose.verdict.robust import known_for_doctor, missing_for_doctor, sensitivity_for_doctor
from lodose.verdict.table import sentence

SAID = "doctor"  # the section of the table
INDEX_DIGITS = 2


def words_for_doctor(facts: Facts) -> tuple[str, ...]:
    """Effect, probabilities, prior rows, companions, model, priors, quality of the data."""
    return (
        *_effect(facts),
        *sensitivity_for_doctor(facts.answer),
        *missing_for_doctor(facts.answer),
        *known_for_doctor(facts.answer, facts.protocol),
        *_companions(facts),
        *_method(facts),
        _data(facts),
        *_bounds(facts),
    )


def _interval(estimate: Estimate, digits: int) -> dict[str, str]:
    return {
        "mean": figure(estimate.mean, digits),
        "lower": figure(estimate.lower, digits),
        "upper": figure(estimate.upper, digits),
    }


def _unit(facts: Facts) -> str:
    return unit_of(facts.outcome)


def _effect(facts: Facts) -> list[str]:
    answer, outcome, unit = facts.answer, facts.outcome, _unit(facts)
    p = answer.probabilities
    if answer.effect is None or answer.contrast is None or p is None:
        return [sentence(SAID, "not-estimable", problem=retold(answer.not_estimable))]
    mcid = amount(outcome.mcid, outcome, exact=True)
    rows = {row.key: row.effect.mean for row in answer.priors}
    digits = doctors_decimals(outcome)
    lines = [
        sentence(
            SAID,
            "effect",
            unit=unit,
            better=translate(outcome.better),
            **_interval(answer.effect, digits),
        ),
        sentence(
            SAID,
            "contrast",
            unit=unit,
            **_interval(answer.contrast, digits),
        ),
        sentence(
            SAID,
            "probabilities",
            mcid=mcid,
            twice=amount(2 * outcome.mcid, outcome, exact=True),
            benefit=probability_figure(p.benefit),
            enough=probability_figure(p.benefit_at_least_mcid),
            much=probability_figure(p.benefit_at_least_twice_mcid),
            small=probability_figure(p.smaller_than_mcid),
            harm=probability_figure(p.harm),
            too_much=probability_figure(p.harm_at_least_mcid),
        ),
        _cuts(facts),
    ]
    if outcome.mcid != outcome.mcid_default:
        default = amount(outcome.mcid_default, outcome, exact=True)
        lines.append(sentence(SAID, "mcid-default", default=default))
    lines.append(
        sentence(
            SAID,
            "pull",
            sd=plain(SCEPTIC_SD / 10 * float(outcome.range)),
            flat=figure(rows["data-alone"], digits),
            sceptical=figure(rows["trials"], digits),
            primary=figure(rows["primary"], digits),
            unit=unit,
        )
    )
    return lines


def _cuts(facts: Facts) -> str:
    cuts = facts.protocol.cuts
    return sentence(
        SAID,
        "cuts",
        benefit=plain(cuts.benefit_probability),
        enough=plain(cuts.mcid_probability),
        probable=plain(cuts.probable_mcid_probability),
        small=plain(cuts.equivalence_probability),
        unlikely=plain(cuts.unlikely_probability),
    )


def _companions(facts: Facts) -> list[str]:
    lines = []
    paired, test = facts.answer.paired, facts.answer.randomisation
    if paired is not None:
        transition = (
            sentence(SAID, "transition", days=paired.transition_days)
            if paired.transition_days
            else sentence(SAID, "transition-none")
        )
        means = Estimate(paired.difference, paired.standard_error, paired.lower, paired.upper)
        lines.append(
            sentence(
                SAID,
                "paired" if paired.method == "pairs" else "welch",
                unit=_unit(facts),
                pairs=paired.pairs,
                p=p_figure(paired.p_value),
                transition=transition,
                **_interval(means, doctors_decimals(facts.outcome)),
            )
        )
    elif facts.analysis.no_paired:
        lines.append(sentence(SAID, "no-paired", problem=retold(facts.analysis.no_paired)))
    if test is not None:
        how = "randomisation-exact" if test.exact else "randomisation-sampled"
        error = decimal(f"{test.standard_error:.1g}")
        lines.append(
            sentence(
                SAID,
                "randomisation",
                p=p_figure(test.p_value),
                how=sentence(SAID, how, sequences=thousands(test.sequences), error=error),
                smallest=p_figure(test.smallest_p_value),
            )
        )
    elif facts.analysis.no_randomisation:
        problem = retold(facts.analysis.no_randomisation)
        lines.append(sentence(SAID, "no-randomisation", problem=problem))
    return lines


def _method(facts: Facts) -> list[str]:
    posterior = facts.analysis.posterior
    if posterior is None:
        return []
    priors = priors_of(facts.protocol, facts.outcome)
    a, b = priors.autocorrelation
    lines = [sentence(SAID, "model", engine=posterior.engine, rule=posterior.rule)]
    lines.append(
        sentence(
            SAID,
            "priors",
            unit=_unit(facts),
            effect_mean=plain(priors.effect_mean),
            effect_sd=plain(priors.effect_sd),
            level_mean=plain(priors.level_mean),
            level_sd=plain(priors.level_sd),
            trend_sd=plain(priors.trend_sd),
            a=plain(a),
            b=plain(b),
            drift_sd=plain(priors.drift_sd),
            noise_sd=plain(priors.noise_sd),
            period_sd=plain(priors.period_sd),
            at_once=plain(priors.onset.at_once_weight),
            onset_median=plain(priors.onset.median_days),
            onset_log_sd=plain(priors.onset.log_sd),
        )
    )
    return lines


def _data(facts: Facts) -> str:
    audit = facts.audit
    if audit.adherence is None:
        adherence = sentence(SAID, "adherence-none")
    else:
        percent = round(100 * audit.adherence)
        adherence = sentence(SAID, "adherence", percent=percent, doses=audit.doses_recorded)
    return sentence(
        SAID,
        "data",
        observed=audit.days_observed,
        planned=audit.days_planned,
        gap=count(audit.longest_gap, "day"),
        adherence=adherence,
    )


def _bounds(facts: Facts) -> list[str]:
    lines = []
    if facts.answer.effect is not None and (limit := onset_limit(facts.protocol)):
        lines.append(
            sentence(
                SAID,
                "slow-drug",
                pairs=limit.pairs,
                days=limit.days,
                missed=round(100 * limit.missed),
                onset=general(limit.onset_days),
            )
        )
    if facts.blinding:
        arms = {index.arm: _blinding_arm(index) for index in facts.blinding}
        lines.append(
            sentence(
                SAID,
                "blinding",
                active=arms.get("active", translate("active not asked")),
                comparator=arms.get("comparator", translate("comparator not asked")),
            )
        )
        right, wrong = pooled_guesses(facts.blinding)
        p = p_figure(pooled_p(facts.blinding))
        lines.append(sentence(SAID, "blinding-pooled", correct=right, guesses=right + wrong, p=p))
    if facts.guesses is not None:
        lines += _guesses(facts.guesses)
    design = translate(facts.protocol.design)
    lines.append(sentence(SAID, "bound", design=design, claim=_claim(facts)))
    return lines


def _claim(facts: Facts) -> str:
    return sentence("claim", facts.claim.value)


def _blinding_arm(index: BlindingIndex) -> str:
    return sentence(
        SAID,
        "blinding-arm",
        arm=translate(index.arm),
        index=figure(index.index, INDEX_DIGITS),
        lower=figure(index.lower, INDEX_DIGITS),
        upper=figure(index.upper, INDEX_DIGITS),
        correct=index.correct,
        wrong=index.wrong,
        guesses=index.guesses,
    )


def _guesses(found: GuessScore) -> list[str]:
    if found.james_lower is None or found.james_upper is None:
        interval = sentence(SAID, "james-no-interval")
    else:
        ends = figure(found.james_lower, INDEX_DIGITS), figure(found.james_upper, INDEX_DIGITS)
        interval = sentence(SAID, "james-interval", lower=ends[0], upper=ends[1])
    lines = [sentence(SAID, "james", index=figure(found.james, INDEX_DIGITS), interval=interval)]
    if found.log_score is not None and found.log_score_chance is not None:
        lines.append(
            sentence(
                SAID,
                "log-score",
                scored=found.scored,
                score=figure(found.log_score, INDEX_DIGITS),
                chance=figure(found.log_score_chance, INDEX_DIGITS),
            )
        )
    return lines
