"""Whether the person could tell what they were taking."""

from collections.abc import Iterable
from math import comb

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

    Blinding is lost where the guesses beat chance, in either arm or over both, and where most of
    the guesses that were dared rest on side effects: a drug that is felt unblinds whoever feels it.
    """
    if protocol.design != "randomised-blinded":
        return Claim(protocol.design)
    dared = [guess for guess in protocol.blinding.guesses if guess.guess != "unsure"]
    felt = sum(guess.reason == "side effects" for guess in dared)
    lost = guesses_beat_chance(guess_indices(protocol)) or 2 * felt > len(dared)
    return Claim.BLINDING_LOST if lost else Claim.CAUSED_BY


def guesses_beat_chance(arms: Iterable[BlindingIndex]) -> bool:
    """Whether the guesses of an arm, or those of both arms together, beat chance.

    One arm of four periods can never exclude chance (four of four right: p = .06); both arms
    together can (eight of eight: p = .004).

    Examples
    --------
    >>> arms = [guess_index(arm, [arm] * 4) for arm in ("active", "comparator")]
    >>> [index.better_than_chance for index in arms], guesses_beat_chance(arms)
    ([False, False], True)
    """
    found = list(arms)
    right, wrong = pooled_guesses(found)
    return any(index.better_than_chance for index in found) or _exact_share(right, wrong)[0] > 0.5


def pooled_guesses(arms: Iterable[BlindingIndex]) -> tuple[int, int]:
    """Right and wrong guesses over both arms; "unsure" is neither."""
    found = list(arms)
    return sum(index.correct for index in found), sum(index.wrong for index in found)


def pooled_p(arms: Iterable[BlindingIndex]) -> float:
    """One-sided exact binomial p of the guesses of both arms against one half."""
    right, wrong = pooled_guesses(arms)
    total = right + wrong
    return float(sum(comb(total, k) for k in range(right, total + 1))) / 2.0**total


def too_few_guesses(arms: Iterable[BlindingIndex]) -> bool:
    """Whether even guesses that are all right could not have excluded chance.

    Guesses of "unsure" alone say that nothing was noticed, if there are enough of them.
    """
    found = list(arms)
    dared = sum(pooled_guesses(found))
    number = dared or sum(index.guesses for index in found)
    return _exact_share(number, 0)[0] <= 0.5


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
