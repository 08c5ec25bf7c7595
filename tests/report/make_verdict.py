"""Verdicts made up from a seed, shaped like the real thing, for the tests of the report.

Nothing here estimates anything: the numbers are plausible, not fitted.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from math import erf, exp, sqrt
from statistics import fmean, stdev

import made_protocol

from lodose.diary import Remark
from lodose.trial import Audit, Outcome, Protocol
from lodose.verdict.result import (
    Curve,
    Estimate,
    OutcomeAnswer,
    PairedMeans,
    PeriodResult,
    PriorRow,
    Probabilities,
    Provenance,
    RandomisationTest,
    SensitivityRow,
    SideEffectCount,
    Verdict,
    Word,
    Wording,
)

FIRST_DAY = date(2031, 3, 3)
MEASURED_BETTER = {"lower": -1.0, "higher": 1.0}


def _normal_cdf(value: float, mean: float, sd: float) -> float:
    return 0.5 * (1.0 + erf((value - mean) / (sd * sqrt(2.0))))


def _estimate(mean: float, sd: float) -> Estimate:
    return Estimate(mean, sd, mean - 1.96 * sd, mean + 1.96 * sd)


def _probabilities(effect: Estimate, outcome: Outcome) -> Probabilities:
    gain = MEASURED_BETTER[outcome.better] * effect.mean
    mcid = float(outcome.mcid)

    def above(threshold: float) -> float:
        return 1.0 - _normal_cdf(threshold, gain, effect.sd)

    return Probabilities(
        benefit=above(0.0),
        benefit_at_least_mcid=above(mcid),
        benefit_at_least_twice_mcid=above(2 * mcid),
        smaller_than_mcid=above(-mcid) - above(mcid),
        harm=1.0 - above(0.0),
        harm_at_least_mcid=1.0 - above(-mcid),
    )


def _prior_row(key: str, label: str, prior: str, effect: Estimate, outcome: Outcome) -> PriorRow:
    return PriorRow(key, label, prior, effect, _probabilities(effect, outcome))


def _sensitivity(outcome: Outcome, effect: float, sd: float) -> tuple[SensitivityRow, ...]:
    """A row of each kind: as the primary one, less firm, changed, not done."""
    words = (
        ("primary", "primary analysis", "", 1.0, Word.HELPS),
        ("no-trend", "no trend over the trial", "trend left out", 1.02, Word.HELPS),
        ("sceptic", "large effects rare", "N(0, 0.7)", 0.7, Word.PROBABLY_HELPS),
        ("onset-21", "takes about 21 days to act", "prior median 21", 0.4, Word.NOT_KNOWN_YET),
    )
    rows = []
    for key, label, changed, share, word in words:
        steady = _estimate(effect * share, sd)
        flips, weaker = word is Word.NOT_KNOWN_YET, word is Word.PROBABLY_HELPS
        known = _probabilities(steady, outcome)
        rows.append(SensitivityRow(key, label, changed, steady, known, word, flips, weaker))
    why = "8 periods would be left without a record"
    skipped = SensitivityRow(
        "at-once-14", "first 14 days dropped", "", None, None, None, skipped=why
    )
    return (*rows, skipped)


def _diary(
    arms: Sequence[str], days: int, effect: float, level: float, seed: int
) -> tuple[list[float | None], list[float], list[float]]:
    """Observed values, fitted mean and exposure of consecutive periods."""
    draw = random.Random(seed)
    observed: list[float | None] = []
    fitted: list[float] = []
    exposures: list[float] = []
    exposure, drift = 0.0, 0.0
    for arm in arms:
        target = 1.0 if arm == "active" else 0.0
        for _ in range(days):
            exposure += (target - exposure) * (1.0 - exp(-1.0 / 2.5))
            drift = 0.7 * drift + draw.gauss(0.0, 0.35)
            mean = level + effect * exposure + drift
            fitted.append(mean)
            exposures.append(exposure)
            value = min(10.0, max(0.0, float(round(mean + draw.gauss(0.0, 0.8)))))
            observed.append(None if draw.random() < 0.06 else value)
    return observed, fitted, exposures


def _periods(
    arms: Sequence[str], days: int, observed: Sequence[float | None], paired: bool
) -> tuple[PeriodResult, ...]:
    results = []
    for index, arm in enumerate(arms):
        values = [v for v in observed[index * days : (index + 1) * days] if v is not None]
        results.append(
            PeriodResult(
                number=index + 1,
                pair=index // 2 + 1 if paired else None,
                arm=arm,
                start=FIRST_DAY + timedelta(days=index * days),
                end=FIRST_DAY + timedelta(days=(index + 1) * days - 1),
                days=days,
                days_observed=len(values),
                mean=fmean(values) if values else None,
                sd=stdev(values) if len(values) > 1 else None,
                doses_recorded=days,
                doses_taken=days - index % 2,
            )
        )
    return tuple(results)


def _answer(
    outcome: Outcome,
    arms: Sequence[str],
    days: int,
    *,
    effect: float = -1.9,
    sd: float = 0.55,
    word: Word = Word.HELPS,
    seed: int = 1,
    paired: bool = True,
) -> OutcomeAnswer:
    observed, fitted, exposures = _diary(arms, days, effect, 6.2, seed)
    steady = _estimate(effect, sd)
    alone = _estimate(effect * 1.15, sd * 1.1)
    trials = _estimate(effect * 0.6, sd * 0.8)
    dates = tuple(FIRST_DAY + timedelta(days=day) for day in range(len(observed)))
    pairs = len(arms) // 2
    difference = _estimate(effect * 0.85, sd * 1.2)
    return OutcomeAnswer(
        outcome=outcome,
        effect=steady,
        contrast=_estimate(effect * 0.85, sd * 0.9),
        probabilities=_probabilities(steady, outcome),
        priors=(
            _prior_row(
                "data-alone",
                "your data alone",
                "flat: every size of effect equally likely beforehand",
                alone,
                outcome,
            ),
            _prior_row(
                "primary", "primary analysis", "normal, mean 0, sd 1.5 points", steady, outcome
            ),
            _prior_row(
                "trials",
                "with what trials found",
                "normal, mean 0, sd 0.8 points: changes in the trial had "
                "the same spread on both arms",
                trials,
                outcome,
            ),
        ),
        terms={
            "level": _estimate(6.2, 0.4),
            "trend": _estimate(-0.1, 0.5),
            "autocorrelation": _estimate(0.52, 0.12),
            "day noise": _estimate(0.82, 0.08),
        },
        periods=_periods(arms, days, observed, paired),
        paired=PairedMeans(
            difference.mean,
            difference.sd,
            difference.lower,
            difference.upper,
            0.0123,
            pairs,
            0,
        )
        if paired
        else None,
        randomisation=RandomisationTest(0.125, 2.0 ** (1 - pairs), 2**pairs, True, 0.0)
        if paired
        else None,
        curve=Curve(
            dates,
            tuple(observed),
            tuple(fitted),
            tuple(value - 0.7 for value in fitted),
            tuple(value + 0.7 for value in fitted),
            tuple(exposures),
        ),
        word=word,
        not_estimable="",
        sensitivity=_sensitivity(outcome, effect, sd),
    )


def _wording(active: str, comparator: str) -> Wording:
    return Wording(
        answer=f"{active} helps your pain compared with {comparator}.",
        benefit="Benefit: your pain was about 1.9 points lower (of 10); the chance that the "
        "gain is at least the 1 point you asked for is about 9 in 10.",
        harm="Harm: vivid dreams: 5 of 54 days asked on active, 1 of 53 on comparator.",
        not_told="What this does not tell: how you feel does not show whether your disease is "
        "controlled. It also does not say what happens after the four weeks on each.",
        window="within 2 weeks on each",
        next_step="Take this report to your next visit. Your prescriber decides with you what "
        "comes next; do not change or stop any medicine because of this page alone.",
        uncertain=(
            "The true gain could be as small as 0.8 or as large as 3.0 points.",
            "7 of 112 days were not recorded.",
            "Eight periods are few: one unusual fortnight could move the answer.",
        ),
        allowed_for=(
            "On Saturdays and Sundays your pain was 0.4 points worse than on other days (likely "
            "range: 0.7 points worse to 0.1 points worse).",
        ),
        doctor=(
            "Steady-state effect -1.9 points (95 % interval -3.0 to -0.8), active minus "
            "comparator, on the 0 to 10 scale.",
            "P(benefit > 0) > 0.99; P(benefit at least 1 point) 0.95; P(benefit at least 2 "
            "points) 0.43.",
            "Bayesian state-space model: level, trend, AR(1) drift, day noise, random period "
            "effect; onset and wash-out estimated.",
            "Prior for the effect: normal, mean 0, sd 1.5; with a flat prior the word is the same.",
        ),
    )


def _side_effects() -> tuple[SideEffectCount, ...]:
    return (
        SideEffectCount("vivid dreams", 5, 54, 1, 53, 2),
        SideEffectCount("nausea", 2, 54, 2, 53, 1),
        SideEffectCount("headache", 0, 54, 3, 53, 1),
    )


def _audit(days: int, missing: int, *, remarks: tuple[Remark, ...] | None = None) -> Audit:
    if remarks is None:
        remarks = (
            Remark("warning", "gap", "No entry on 4 days running, 9 to 12 April.", 38, None),
            Remark("note", "averaged", "Two entries on 21 March were averaged.", 20, None),
        )
    return Audit(
        remarks=remarks,
        days_planned=days,
        days_observed=days - missing,
        missing_days=missing,
        longest_gap=4,
        adherence=0.97,
        doses_recorded=days,
    )


def _provenance(protocol: Protocol) -> Provenance:
    return Provenance(
        lodose_version="0.1.0",
        engine="compiled",
        engine_hash="5f1c" * 16,
        rule="default",
        protocol_sha256=protocol.sha256,
        diary_sha256="a9b4" * 16,
        diary_source="diary.csv",
    )


def pain_verdict(pairs: int = 4, days: int = 14, **protocol_changes: object) -> Verdict:
    """A randomised, blinded trial of pairs of periods whose answer is "helps"."""
    draw = random.Random(pairs)
    arms: list[str] = []
    for _ in range(pairs):
        pair = ["active", "comparator"]
        draw.shuffle(pair)
        arms += pair
    protocol = made_protocol.protocol(FIRST_DAY, arms, days, **protocol_changes)
    primary, sleep = protocol.outcomes[0], protocol.outcomes[1]
    answer = _answer(primary, arms, days)
    missing = sum(value is None for value in answer.curve.observed)
    return Verdict(
        word=Word.HELPS,
        wording=_wording(protocol.treatment.active, protocol.treatment.comparator),
        primary=answer,
        also_measured=(
            _answer(sleep, arms, days, effect=0.4, sd=0.5, word=Word.NOT_KNOWN_YET, seed=2),
        ),
        side_effects=_side_effects(),
        side_effects_asked=True,
        audit=_audit(pairs * 2 * days, missing),
        protocol=protocol,
        provenance=_provenance(protocol),
    )


def many_blocks_verdict() -> Verdict:
    """Forty-two one-week periods, in 21 pairs."""
    return pain_verdict(pairs=21, days=7)


def not_estimable_verdict() -> Verdict:
    """Too little was recorded: no effect, no curve, no means, nothing asked."""
    whole = pain_verdict()
    reason = "No day was recorded on the comparator."
    empty = replace(
        whole.primary,
        effect=None,
        contrast=None,
        probabilities=None,
        priors=(),
        terms={},
        periods=tuple(
            replace(period, mean=None, sd=None, days_observed=0)
            if period.arm == "comparator"
            else period
            for period in whole.primary.periods
        ),
        paired=None,
        randomisation=None,
        sensitivity=(),
        curve=Curve((), (), (), (), (), ()),
        word=Word.NOT_KNOWN_YET,
        not_estimable=reason,
    )
    return replace(
        whole,
        word=Word.NOT_KNOWN_YET,
        wording=replace(
            whole.wording,
            answer="It is not known yet whether it helps: there is nothing to compare.",
            benefit="Not known yet.",
            harm="Side effects were not asked.",
            uncertain=(),
            doctor=(),
        ),
        primary=empty,
        also_measured=(),
        side_effects=(),
        side_effects_asked=False,
        audit=_audit(112, 56, remarks=()),
    )


def before_after_verdict() -> Verdict:
    """Two stretches, one before and one after; no pairs, nothing randomised."""
    arms = ["comparator", "active"]
    protocol = made_protocol.protocol(FIRST_DAY, arms, 28, design="before-after", paired=False)
    answer = _answer(protocol.outcomes[0], arms, 28, sd=0.9, word=Word.NOT_KNOWN_YET, paired=False)
    whole = pain_verdict()
    return replace(
        whole,
        word=Word.NOT_KNOWN_YET,
        primary=answer,
        also_measured=(),
        side_effects=(),
        protocol=protocol,
        provenance=_provenance(protocol),
    )


HOSTILE = (
    '#import "/etc/passwd" $x^2$ *bold* _it_ <script>alert(1)</script> @ref [red]markup[/red] '
    '\\ "quoted" {{x}} & `code` \x1b[31mred\x07'
)


def hostile_verdict() -> Verdict:
    """User text that is markup in every language the report is written in."""
    whole = pain_verdict(
        question=HOSTILE, active=HOSTILE, comparator="placebo " + HOSTILE, notes=HOSTILE
    )
    return replace(
        whole,
        side_effects=(SideEffectCount(HOSTILE, 5, 54, 1, 53, 2),),
        audit=_audit(112, 7, remarks=(Remark("note", "note", HOSTILE, 3, None),)),
        wording=replace(whole.wording, answer=HOSTILE, uncertain=(HOSTILE,)),
    )


def long_verdict() -> Verdict:
    """Names and notes that are far longer than a page is wide."""
    name = "low-dose naltrexone 4.5 mg, compounded capsules with microcrystalline cellulose, " * 2
    whole = pain_verdict(question=f"Does {name}help my pain? " * 3, active=name, comparator=name)
    return replace(
        whole,
        side_effects=tuple(
            SideEffectCount(f"{name} effect {index}", index, 54, 1, 53, 2) for index in range(12)
        ),
        audit=_audit(
            112,
            7,
            remarks=tuple(
                Remark("note", "note", f"Remark {index}: {name * 2}", index, None)
                for index in range(25)
            ),
        ),
    )
