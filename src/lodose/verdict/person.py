"""What a verdict says to the person, in sentences from the one table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lodose.language import translate
from lodose.trial import Audit, Outcome, Protocol
from lodose.trial.audit import DoseAgreement
from lodose.verdict.analysis import Analysis, arm_mean
from lodose.verdict.arrays import MedicineChange
from lodose.verdict.blinding import guesses_beat_chance, too_few_guesses
from lodose.verdict.decision import SIDES, Decision
from lodose.verdict.limits import onset_limit
from lodose.verdict.numbers import (
    amount,
    chance,
    count,
    day,
    is_level,
    length_in_words,
    spoken,
    upper_first,
    window_length,
)
from lodose.verdict.readings import is_naltrexone
from lodose.verdict.result import (
    BlindingIndex,
    Claim,
    GuessScore,
    OutcomeAnswer,
    SideEffectCount,
    Word,
    Wording,
)
from lodose.verdict.retold import retold, shown_side_effect
from lodose.verdict.robust import known_lines, missing_line, sensitivity_line
from lodose.verdict.rules import Cuts, decide
from lodose.verdict.table import answer_template, sentence, word_said

PAIN = re.compile("pain|schmerz", re.IGNORECASE)
MOST_SIDE_EFFECTS = 3  # in the person's line; the rest stands in the table
FEW_PERIODS = 8
MUCH_MISSING = 0.1
NEARLY_SURE = 0.95  # P(benefit) from which the direction is not called uncertain
DAYS_BEFORE = 84  # a disease-modifying drug changed in these days may still be building up
NEXT_STEP = {
    Word.HELPS: "helps",
    Word.PROBABLY_HELPS: "helps",
    Word.NO_MEANINGFUL_DIFFERENCE: "no-help",
    Word.UNLIKELY_TO_HELP_ENOUGH: "no-help",
    Word.PROBABLY_HARMS: "harms",
    Word.HARMS: "harms",
    Word.NOT_KNOWN_YET: "not-known-yet",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the sentences speak of."""

    protocol: Protocol
    analysis: Analysis
    word: Word
    claim: Claim
    reason: str  # why the word is held at "not known yet", or ""
    audit: Audit
    side_effects: tuple[SideEffectCount, ...]
    days_asked: dict[str, int]
    blinding: tuple[BlindingIndex, ...]
    medicines: tuple[MedicineChange, ...]
    guesses: GuessScore | None = None
    days_so_far: int | None = None  # planned days up to the last entry or today; None: all

    @property
    def answer(self) -> OutcomeAnswer:
        """The primary outcome's answer."""
        return self.analysis.answer

    @property
    def unfinished(self) -> bool:
        """Whether planned days are still to come."""
        return self.days_so_far is not None and self.days_so_far < self.audit.days_planned

    @property
    def outcome(self) -> Outcome:
        """The primary outcome."""
        return self.answer.outcome


def words_for_person(facts: Facts, doctor: tuple[str, ...]) -> Wording:
    """Fill in every sentence of the person's layer and set the doctor's beside it."""
    return Wording(
        answer=answer_line(facts),
        benefit=benefit_line(facts),
        harm=harm_line(facts),
        not_told=not_told_line(facts),
        window=window_phrase(facts),
        next_step=sentence("next-step", NEXT_STEP[facts.word]),
        uncertain=tuple(uncertain_lines(facts)),
        doctor=doctor,
        allowed_for=known_lines(facts.answer, facts.protocol),
        headline=headline(facts),
    )


def headline(facts: Facts) -> str:
    """The word above the answer, no stronger than the design allows."""
    if facts.claim is Claim.CAUSED_BY:
        return word_said(facts.word)
    if facts.claim is not Claim.CHANGED_SINCE:
        return sentence("headline", facts.word.value)
    means = [arm_mean(facts.answer.periods, arm) for arm in ("comparator", "active")]
    # Otherwise something else is in the way: faults, doses, no day on one side.
    changed = facts.reason == facts.answer.not_estimable and None not in means
    return sentence("headline", "changed-since" if changed else "not-known")


def answer_line(facts: Facts) -> str:
    """The answer itself: the cell of the table for this word and this design."""
    p = facts.answer.probabilities
    known = (
        {}
        if p is None
        else {
            "chance_enough": chance(p.benefit_at_least_mcid),
            "chance_small": chance(p.smaller_than_mcid),
            "chance_too_much": chance(p.harm_at_least_mcid),
        }
    )
    treatment = facts.protocol.treatment
    return answer_template(facts.word, facts.claim).format_map(
        {
            "Treatment": upper_first(treatment.active),
            "treatment": treatment.active,
            "comparator": treatment.comparator,
            "outcome": spoken(facts.outcome),
            "mcid": _mcid(facts.outcome),
            "reason": facts.reason or sentence("reason", "undecided"),
            **known,
        }
    )


def benefit_line(facts: Facts) -> str:
    """The first of the three lines: what was gained, and how sure that is."""
    answer, outcome = facts.answer, facts.outcome
    if answer.effect is None or answer.probabilities is None:
        never = facts.claim is Claim.CHANGED_SINCE
        return sentence("benefit", "never" if never else "none")
    low, high = _ends_in_benefit(answer)
    return sentence(
        "benefit",
        "estimated" if facts.claim is Claim.CAUSED_BY else "seen",
        a_change=change(_benefit(answer.effect.mean, outcome), outcome),
        low_change=change(low, outcome),
        high_change=change(high, outcome),
        mcid=_mcid(outcome),
        chance_enough=chance(answer.probabilities.benefit_at_least_mcid),
        treatment=facts.protocol.treatment.active,
        comparator=facts.protocol.treatment.comparator,
    )


def change(benefit: float, outcome: Outcome) -> str:
    """Say a difference as a gain or a loss: "a gain of 1.9 points"."""
    if is_level(benefit, outcome):
        return sentence("benefit", "level")
    size = amount(benefit, outcome)
    return sentence("benefit", "gain" if benefit > 0 else "loss", amount=size)


def _benefit(effect: float, outcome: Outcome) -> float:
    return effect if outcome.better == "higher" else -effect


def _ends_in_benefit(answer: OutcomeAnswer) -> tuple[float, float]:
    """Ends of the 95 % interval, the worse for the person first."""
    assert answer.effect is not None  # noqa: S101  a private precondition, for the type checker
    ends = (_benefit(end, answer.outcome) for end in (answer.effect.lower, answer.effect.upper))
    low, high = sorted(ends)
    return low, high


def _mcid(outcome: Outcome) -> str:
    return amount(outcome.mcid, outcome, exact=True)


def harm_line(facts: Facts) -> str:
    """The second line: the chance of being worse, and side effects as counts of days."""
    p = facts.answer.probabilities
    label = spoken(facts.outcome)
    if p is None:
        never = facts.claim is Claim.CHANGED_SINCE
        first = sentence("harm", "never-figure" if never else "no-figure", outcome=label)
    else:
        first = sentence(
            "harm",
            "worse",
            outcome=label,
            mcid=_mcid(facts.outcome),
            chance_too_much=chance(p.harm_at_least_mcid),
        )
    return f"{first} {_side_effect_words(facts)}"


def _side_effect_words(facts: Facts) -> str:
    treatment = facts.protocol.treatment
    names = {"active": treatment.active, "comparator": treatment.comparator}
    asked = facts.days_asked
    if not any(asked.values()):
        return sentence("harm", "not-asked")

    def on(arm: str, days: int | None) -> str:
        if asked[arm] == 0:
            return sentence("harm", "not-asked-on", arm=names[arm])
        which = "none-felt-on" if days is None else "asked-on"
        return sentence("harm", which, days=days, asked=asked[arm], arm=names[arm])

    if not facts.side_effects:
        return sentence(
            "harm", "none-felt", active=on("active", None), comparator=on("comparator", None)
        )
    shown = facts.side_effects[:MOST_SIDE_EFFECTS]
    parts = [
        sentence(
            "harm",
            "count",
            name=shown_side_effect(effect.name),
            active=on("active", effect.active_days),
            comparator=on("comparator", effect.comparator_days),
        )
        for effect in shown
    ]
    if len(facts.side_effects) > len(shown):
        parts.append(sentence("harm", "more", number=len(facts.side_effects) - len(shown)))
    return sentence("harm", "counts", counts="; ".join(parts))


def not_told_line(facts: Facts) -> str:
    """The third line: what an answer from a diary can never tell."""
    always = sentence("not-told", "always")
    if not window_length(facts.answer.periods):
        return always
    return f"{always} {sentence('not-told', 'window', window=window_phrase(facts))}"


def window_phrase(facts: Facts) -> str:
    """Name the time that the answer is about: "within 2 weeks on each"."""
    length = window_length(facts.answer.periods)
    return sentence("window", "each", length=length) if length else sentence("window", "none")


def uncertain_lines(facts: Facts) -> list[str]:
    """Say what is uncertain about this answer, a sentence each, the weightiest first."""
    lines = [*_uncertain_estimate(facts), *_uncertain_data(facts)]
    lines += _uncertain_blinding(facts)
    lines += [
        sentence("uncertain", "medicine-minor", medicine=upper_first(item.medicine))
        for item in facts.medicines
        if not item.disease_modifying
    ]
    lines += _medicines_before(facts.protocol)
    if facts.claim is not Claim.CAUSED_BY:
        pain = PAIN.search(facts.outcome.label)
        known = pain and is_naltrexone(facts.protocol)
        which = "placebo-naltrexone" if known else "placebo-general"
        lines.append(sentence("uncertain", which))
    return lines


def _medicines_before(protocol: Protocol) -> list[str]:
    """Name disease-modifying medicines that were changed shortly before the first day."""
    first = protocol.first_day
    return [
        sentence(
            "uncertain",
            "medicine-before",
            medicine=upper_first(medicine.name),
            what=translate(made.what),
            date=day(made.date),
        )
        for medicine in protocol.medicines
        if medicine.disease_modifying
        for made in medicine.changes
        if first - timedelta(days=DAYS_BEFORE) <= made.date < first
    ]


def _uncertain_blinding(facts: Facts) -> list[str]:
    """Say whether the blinding held, or that nobody can know."""
    if facts.claim is Claim.BLINDING_LOST:
        beaten = guesses_beat_chance(facts.blinding)
        return [sentence("uncertain", "blinding-beaten" if beaten else "blinding-felt")]
    if facts.claim is not Claim.CAUSED_BY:
        return []
    if not facts.blinding:
        return [sentence("uncertain", "blinding-not-asked")]
    if too_few_guesses(facts.blinding):
        return [sentence("uncertain", "blinding-few")]
    return []


def _uncertain_estimate(facts: Facts) -> list[str]:
    answer, outcome = facts.answer, facts.outcome
    if answer.effect is None or answer.contrast is None:
        return []
    low, high = _ends_in_benefit(answer)
    ends = change(low, outcome), change(high, outcome)
    lines = []
    if low < 0 < high:
        which = _crossing(answer)
        lines.append(sentence("uncertain", which, low_change=ends[0], high_change=ends[1]))
    elif ends[0] != ends[1]:
        near, far = ends if abs(low) < abs(high) else ends[::-1]
        lines.append(sentence("uncertain", "wide", near_change=near, far_change=far))
    if not facts.reason and (said := sensitivity_line(answer)):
        lines.append(said)
    other = sceptics_word(facts)
    # A sceptic on another side is already among the ways of reading the days.
    if other is not answer.word and SIDES[other] == SIDES[answer.word] and not facts.reason:
        values = {"other_word": word_said(other), "word": word_said(answer.word)}
        lines.append(sentence("uncertain", "sceptic", **values))
    if SIDES[facts.word] in ("little", "open") and (limit := onset_limit(facts.protocol)):
        onset = length_in_words(round(limit.onset_days))
        missed = chance(limit.missed)
        lines.append(sentence("uncertain", "slow-drug", missed=missed, onset=onset))
    if answer.extrapolates:
        shortest = min(p.days for p in answer.periods if p.days_observed > 0)
        lines.append(
            sentence(
                "uncertain",
                "extrapolation",
                shortest=length_in_words(shortest),
                contrast_change=change(_benefit(answer.contrast.mean, outcome), outcome),
            )
        )
    return lines


def _crossing(answer: OutcomeAnswer) -> str:
    """How firmly the direction is known although the interval reaches to both sides."""
    p = answer.probabilities
    if p is not None and p.benefit >= NEARLY_SURE:
        return "crosses-loss"
    if p is not None and p.harm >= NEARLY_SURE:
        return "crosses-gain"
    return "crosses"


def sceptics_word(facts: Facts) -> Word:
    """The word that the sceptical prior would give."""
    cuts = Cuts.of(facts.protocol.cuts)
    rows = {row.key: row for row in facts.answer.priors}
    return decide(rows["trials"].probabilities, cuts)


def _uncertain_data(facts: Facts) -> list[str]:
    lines = []
    if facts.unfinished:
        done = {"done": facts.days_so_far, "planned": facts.audit.days_planned}
        lines.append(sentence("uncertain", "unfinished", **done))
    periods = sum(period.days_observed > 0 for period in facts.answer.periods)
    if 0 < periods <= FEW_PERIODS:
        lines.append(sentence("uncertain", "few-periods", periods=periods))
    audit = facts.audit
    missing = []
    if audit.missing_days > MUCH_MISSING * (audit.days_observed + audit.missing_days):
        planned = audit.days_observed + audit.missing_days
        counts = {"missing": audit.missing_days, "planned": planned}
        missing.append(sentence("uncertain", "missing", **counts))
    if not facts.reason and (said := missing_line(facts.answer, facts.protocol, facts.unfinished)):
        missing.append(said)
    if missing:
        lines.append(" ".join(missing))
    faults = [remark for remark in audit.remarks if remark.severity != "note"]
    if faults:
        number = count(len(faults), "thing")
        lines.append(
            sentence("uncertain", "faults", number=number, first=retold(faults[0].message))
        )
    return lines


def reason_against(protocol: Protocol, audit: Audit, medicines: Sequence[MedicineChange]) -> str:
    """Say why the trial as a whole can carry no word, whatever the numbers say, or ""."""
    if audit.errors:
        return sentence("reason", "diary", problem=retold(audit.errors[0].message))
    if broken := [found for found in audit.dose_agreement if found.broken]:
        return _dose_reason(broken[0], protocol)
    if protocol.design == Claim.CHANGED_SINCE.value:
        return ""  # each outcome says for itself how it changed since
    modifying = [item for item in medicines if item.disease_modifying]
    if modifying:
        return _medicine_reason(modifying[0].medicine, modifying[0].date)
    return ""


def reason_of_onset(decision: Decision | None, protocol: Protocol) -> str:
    """Say why the word hangs on how fast the drug is believed to act, or ""."""
    if decision is None or not decision.flipped_by_onset:
        return ""
    treatment = protocol.treatment.active
    if SIDES[decision.primary_word] != "little" or decision.slow is None:
        return sentence("reason", "onset-other-side", treatment=treatment)
    gain, loss = decision.slow.benefit_at_least_mcid, decision.slow.harm_at_least_mcid
    return sentence(
        "reason",
        "onset-little" if gain >= loss else "onset-little-harm",
        treatment=treatment,
        mcid=_mcid(protocol.primary),
        chance_enough=chance(gain),
        chance_too_much=chance(loss),
    )


def reason_of_prior(answer: OutcomeAnswer, protocol: Protocol) -> str:
    """Say why the word hangs on what was believed beforehand, or ""."""
    side = SIDES[answer.word]
    rows = {row.key: row.probabilities for row in answer.priors}
    if side not in ("benefit", "harm") or "data-alone" not in rows:
        return ""
    alone = rows["data-alone"]
    if (alone.benefit >= alone.harm) == (side == "benefit"):
        return ""
    return sentence("reason", "prior", treatment=protocol.treatment.active)


def _dose_reason(found: DoseAgreement, protocol: Protocol) -> str:
    treatment = protocol.treatment
    return sentence(
        "reason",
        "doses",
        arm=treatment.active if found.arm == "active" else treatment.comparator,
        days=count(found.days, "day"),
        agreeing=found.agreeing,
        percent=round(100 * found.agreeing / found.days),
    )


def _medicine_reason(medicine: str, on: date) -> str:
    return sentence("reason", "medicine", medicine=upper_first(medicine), date=day(on))
