"""From probabilities to one word, by cuts that the protocol fixed beforehand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol as Shape
from typing import SupportsFloat

from lodose.verdict.result import Probabilities, Word


class _CutsLike(Shape):
    @property
    def mcid_probability(self) -> SupportsFloat: ...
    @property
    def benefit_probability(self) -> SupportsFloat: ...
    @property
    def probable_mcid_probability(self) -> SupportsFloat: ...
    @property
    def equivalence_probability(self) -> SupportsFloat: ...
    @property
    def unlikely_probability(self) -> SupportsFloat: ...


@dataclass(frozen=True, slots=True)
class Cuts:
    """The probabilities at which the words change.

    Parameters
    ----------
    mcid_probability
        P(benefit >= MCID) from which "helps" may be said.
    benefit_probability
        P(benefit > 0) that "helps" and "probably helps" need; above one half, so that help and
        harm cannot both be said.
    probable_mcid_probability
        P(benefit >= MCID) that "probably helps" needs.
    equivalence_probability
        P(abs(effect) < MCID) from which "no meaningful difference" is said.
    unlikely_probability
        P(benefit >= MCID) up to which "unlikely to help enough" is said.
    """

    mcid_probability: float = 0.80
    benefit_probability: float = 0.95
    probable_mcid_probability: float = 0.50
    equivalence_probability: float = 0.90
    unlikely_probability: float = 0.10

    def __post_init__(self) -> None:
        if not self.benefit_probability > 0.5:
            raise ValueError(
                f"benefit_probability {self.benefit_probability} must be above 0.5: "
                "otherwise help and harm could both be said"
            )

    @classmethod
    def of(cls, cuts: _CutsLike) -> "Cuts":
        """Take the cuts of a protocol, whatever kind of number they are kept as."""
        return cls(
            float(cuts.mcid_probability),
            float(cuts.benefit_probability),
            float(cuts.probable_mcid_probability),
            float(cuts.equivalence_probability),
            float(cuts.unlikely_probability),
        )


def decide(probabilities: Probabilities, cuts: Cuts) -> Word:
    """Say the one word that the probabilities carry.

    The rules are tried in the order of the table in ``docs/verdict.md``; the first that holds
    is the word. Help and harm are mirror images of each other.

    Parameters
    ----------
    probabilities
        In the direction of benefit.
    cuts
        Fixed before the trial began.

    Returns
    -------
    Word

    Examples
    --------
    >>> decide(Probabilities(0.99, 0.85, 0.3, 0.15, 0.01, 0.0), Cuts()).value
    'helps'
    """
    p = probabilities
    sides = (
        (p.benefit, p.benefit_at_least_mcid, Word.HELPS, Word.PROBABLY_HELPS),
        (p.harm, p.harm_at_least_mcid, Word.HARMS, Word.PROBABLY_HARMS),
    )
    for direction, meaningful, certain, probable in sides:
        if direction >= cuts.benefit_probability:
            if meaningful >= cuts.mcid_probability:
                return certain
            if meaningful >= cuts.probable_mcid_probability:
                return probable
    if p.smaller_than_mcid >= cuts.equivalence_probability:
        return Word.NO_MEANINGFUL_DIFFERENCE
    if p.benefit_at_least_mcid <= cuts.unlikely_probability:
        return Word.UNLIKELY_TO_HELP_ENOUGH
    return Word.NOT_KNOWN_YET


def probabilities_of(
    probability_below: Callable[[float], float],
    probability_above: Callable[[float], float],
    *,
    better: str,
    mcid: float,
) -> Probabilities:
    """Turn the tails of the effect's posterior into the direction of benefit.

    Parameters
    ----------
    probability_below, probability_above
        Of the effect, active minus comparator, in the outcome's unit.
    better
        ``"lower"`` or ``"higher"``: which way the outcome is better for the person.
    mcid
        The smallest gain worth having, above 0.
    """
    if better not in ("lower", "higher"):
        raise ValueError(f"better must be 'lower' or 'higher', got '{better}'")
    if not mcid > 0:
        raise ValueError(f"the smallest gain worth having must be above 0, got {mcid}")

    def gain(size: float) -> float:
        return probability_above(size) if better == "higher" else probability_below(-size)

    def loss(size: float) -> float:
        return probability_below(-size) if better == "higher" else probability_above(size)

    enough, too_much = gain(mcid), loss(mcid)
    return Probabilities(
        benefit=gain(0.0),
        benefit_at_least_mcid=enough,
        benefit_at_least_twice_mcid=gain(2 * mcid),
        smaller_than_mcid=max(0.0, 1.0 - enough - too_much),
        harm=loss(0.0),
        harm_at_least_mcid=too_much,
    )
