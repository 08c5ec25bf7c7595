"""Whether the person could tell what they were taking."""

from collections.abc import Iterable

from lodose.trial import Protocol
from lodose.verdict.result import BlindingIndex, Claim

ONE_TAIL = 0.025  # the lower end of a 95 % interval


def guess_indices(protocol: Protocol) -> tuple[BlindingIndex, ...]:
    """Bang's index of each arm that has guesses."""
    found = []
    for arm in ("active", "comparator"):
        guesses = [
            guess.guess
            for guess in protocol.blinding.guesses
            if protocol.periods[guess.period - 1].arm == arm
        ]
        if guesses:
            found.append(guess_index(arm, guesses))
    return tuple(found)


def claim_of(protocol: Protocol) -> Claim:
    """Say how much the design allows, the blinding held against the guesses.

    Blinding is lost where the guesses of either arm beat chance, and where most of the guesses
    that were dared rest on side effects: a drug that is felt unblinds whoever feels it.
    """
    if protocol.design != "randomised-blinded":
        return Claim(protocol.design)
    dared = [guess for guess in protocol.blinding.guesses if guess.guess != "unsure"]
    felt = sum(guess.reason == "side effects" for guess in dared)
    beaten = any(index.better_than_chance for index in guess_indices(protocol))
    return Claim.BLINDING_LOST if beaten or 2 * felt > len(dared) else Claim.CAUSED_BY


def guess_index(arm: str, guesses: Iterable[str]) -> BlindingIndex:
    """Compute Bang's index from the guesses made in the periods of one arm.

    The index is (right - wrong) / all. Its usual interval is far too narrow for a handful of
    guesses (three of three right would have no width at all), so whether it lies above 0 is
    asked of the exact binomial (Clopper-Pearson) bound of the share of right guesses among those
    who dared one: the index is above 0 exactly where that share is above one half. The interval
    takes the share of those who dared one as it was.

    References
    ----------
    .. [1] Bang H, Ni L, Davis CE. Assessment of blinding in clinical trials. Control Clin Trials
       2004;25(2):143-156.
    .. [2] Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the
       case of the binomial. Biometrika 1934;26(4):404-413.

    Examples
    --------
    >>> guess_index("active", ["active"] * 6).better_than_chance
    True
    >>> guess_index("active", ["active"] * 3).better_than_chance
    False
    """
    said = list(guesses)
    other = {"active": "comparator", "comparator": "active"}[arm]
    correct, wrong = said.count(arm), said.count(other)
    low, high = _exact_share(correct, wrong)
    dared = (correct + wrong) / len(said) if said else 0.0
    return BlindingIndex(
        arm=arm,
        guesses=len(said),
        correct=correct,
        wrong=wrong,
        index=(correct - wrong) / len(said) if said else 0.0,
        better_than_chance=low > 0.5,
        lower=dared * (2.0 * low - 1.0),
        upper=dared * (2.0 * high - 1.0),
    )


def _exact_share(right: int, wrong: int) -> tuple[float, float]:
    """Clopper-Pearson ends of the share of right guesses among those that were dared."""
    from scipy.special import betaincinv

    low = float(betaincinv(right, wrong + 1, ONE_TAIL)) if right else 0.0
    high = float(betaincinv(right + 1, wrong, 1.0 - ONE_TAIL)) if wrong else 1.0
    return low, high
