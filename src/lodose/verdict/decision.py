"""From a posterior to the word, and whether the word hangs on how fast the drug is believed to act.

Used by the verdict of one person and by every simulation of it, so that what is calibrated is what
is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lodose.inference import Posterior
from lodose.verdict.result import Probabilities, Word
from lodose.verdict.rules import Cuts, decide, probabilities_of

ONSET_MEDIANS = (3.0, 7.0, 21.0)
"""Prior medians of the onset (days) in the sensitivity table."""

SIDES: Mapping[Word, str] = {
    Word.HELPS: "benefit",
    Word.PROBABLY_HELPS: "benefit",
    Word.NO_MEANINGFUL_DIFFERENCE: "little",
    Word.UNLIKELY_TO_HELP_ENOUGH: "little",
    Word.PROBABLY_HARMS: "harm",
    Word.HARMS: "harm",
    Word.NOT_KNOWN_YET: "open",
}
"""Words on the same side say the same thing more or less firmly; a flip is a change of side."""


SLOW_ONSET_MEDIAN = 21.0
"""Prior median of the onset (days) that stands for "the drug is slow"."""

SLOW_CHANCE = 0.20
"""A claim of little effect is held back while a slow drug leaves more than this chance of the
effect that it denies: a gain of an MCID, for "no meaningful difference" a loss as well. Chosen by
the table truth x verdict x onset in docs/validity.md."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A word and what it stands on.

    Attributes
    ----------
    word
        What may be said.
    primary_word
        What the primary analysis alone would say.
    probabilities
        Of the primary analysis, in the direction of benefit.
    slow
        Probabilities if the drug is believed to act slowly; None where that was not asked: an
        open word, or a protocol that says "at once".
    """

    word: Word
    primary_word: Word
    probabilities: Probabilities
    slow: Probabilities | None

    @property
    def flipped_by_onset(self) -> bool:
        """Whether the word was held back because it hangs on the onset."""
        return self.word != self.primary_word


def word_of(
    posterior: Posterior, *, better: str, mcid: float, cuts: Cuts
) -> tuple[Word, Probabilities]:
    """Word and probabilities of one posterior, taken as it is."""
    probabilities = probabilities_of(
        posterior.probability_below, posterior.probability_above, better=better, mcid=mcid
    )
    return decide(probabilities, cuts), probabilities


def settle(posterior: Posterior, *, better: str, mcid: float, cuts: Cuts) -> Decision:
    """Decide on a word that holds also if the drug is slow.

    A word of benefit or harm is held back ("not known yet") when the same diary, read with a slow
    onset, says the opposite side or "little". A word of little effect is held back when it then
    leaves more than `SLOW_CHANCE` for what it denies: in periods shorter than the onset
    a slow drug looks like none.

    Parameters
    ----------
    posterior
        Of the primary analysis.
    better
        ``"lower"`` or ``"higher"``.
    mcid
        The smallest gain worth having, in the outcome's unit.
    cuts
        Fixed beforehand by the protocol.
    """
    word, probabilities = word_of(posterior, better=better, mcid=mcid, cuts=cuts)
    onset = posterior.priors.onset
    if word == Word.NOT_KNOWN_YET or onset.at_once_weight == 1:
        return Decision(word, word, probabilities, None)
    slow_onset = replace(onset, median_days=max(onset.median_days, SLOW_ONSET_MEDIAN))
    slow_word, slow = word_of(
        posterior.with_hyperpriors(onset=slow_onset), better=better, mcid=mcid, cuts=cuts
    )
    if word == Word.NO_MEANINGFUL_DIFFERENCE:  # denies harm as well as benefit
        held = max(slow.benefit_at_least_mcid, slow.harm_at_least_mcid) > SLOW_CHANCE
    elif word == Word.UNLIKELY_TO_HELP_ENOUGH:
        held = slow.benefit_at_least_mcid > SLOW_CHANCE
    else:
        held = SIDES[slow_word] not in (SIDES[word], "open")
    return Decision(Word.NOT_KNOWN_YET if held else word, word, probabilities, slow)
