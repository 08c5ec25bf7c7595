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
"""Prior medians of the onset (days) under which the word has to stay on its side."""

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
    onset_words
        The word under each prior median of the onset (days).
    """

    word: Word
    primary_word: Word
    probabilities: Probabilities
    onset_words: Mapping[float, Word]

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
    """Decide on a word that does not hang on the onset.

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
    words: dict[float, Word] = {}
    if onset.at_once_weight < 1:
        for median in ONSET_MEDIANS:
            other = posterior.with_hyperpriors(onset=replace(onset, median_days=median))
            words[median], _ = word_of(other, better=better, mcid=mcid, cuts=cuts)
    flips = any(SIDES[other] != SIDES[word] for other in words.values())
    return Decision(Word.NOT_KNOWN_YET if flips else word, word, probabilities, words)
