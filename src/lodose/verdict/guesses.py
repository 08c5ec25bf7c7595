"""How good the guesses were over both arms together: James' index and the log score."""

from math import log, sqrt

import numpy as np

from lodose.trial import Protocol
from lodose.verdict.arrays import FloatArray
from lodose.verdict.result import GuessScore

WEIGHTS = np.array([[0.0, 0.5], [0.5, 0.0], [1.0, 1.0]])
"""Rows: guessed active, comparator, unsure; columns: was active, comparator (James 1996)."""

SUREST = 0.99
"""A guess stated as certain counts as this: one that is wrong would make every score infinite."""

NORMAL_975 = 1.959963984540054


def guess_score(protocol: Protocol) -> GuessScore | None:
    """James' index and the log score of a trial's guesses; None where none were asked.

    The log score adds log p over the guesses, p the probability that the person gave to what
    was taken: the stated confidence of a right guess, one minus it of a wrong one, one half for
    "unsure". A guess without a confidence is left out of it. Chance is one half each time.
    """
    rows = {"active": 0, "comparator": 1, "unsure": 2}
    counts = np.zeros((3, 2))
    stated = []
    for guess in protocol.blinding.guesses:
        arm = protocol.periods[guess.period - 1].arm
        counts[rows[guess.guess], rows[arm]] += 1
        if guess.guess == "unsure":
            stated.append(0.5)
        elif guess.confidence is not None:
            confidence = float(guess.confidence)
            stated.append(confidence if guess.guess == arm else 1.0 - confidence)
    if not counts.any():
        return None
    index, error = james_index(counts)
    return GuessScore(
        guesses=int(counts.sum()),
        james=index,
        james_lower=None if error is None else max(0.0, index - NORMAL_975 * error),
        james_upper=None if error is None else min(1.0, index + NORMAL_975 * error),
        scored=len(stated),
        log_score=log_score(stated) if stated else None,
        log_score_chance=len(stated) * log(0.5) if stated else None,
    )


def log_score(stated: list[float]) -> float:
    """Sum of the log probabilities that were given to what turned out to be true."""
    return sum(log(min(SUREST, max(1.0 - SUREST, p))) for p in stated)


def james_index(counts: FloatArray) -> tuple[float, float | None]:
    """James' blinding index: 1 all unsure, 1/2 as by chance, 0 all right.

    Parameters
    ----------
    counts : (3, 2) float
        Guessed active, comparator, unsure (rows) in active and comparator periods (columns).

    Returns
    -------
    index : float
    error : float or None
        Standard error by the delta method, as James gives it; None where it has no width, as
        when every guess is right. It rests on many guesses, which one person rarely makes.

    References
    ----------
    .. [1] James KE, Bloch DA, Lee KK, Kraemer HC, Fuller RK. An index for assessing blindness in
       a multi-centre clinical trial: disulfiram for alcohol cessation. Stat Med
       1996;15(13):1421-1434.

    Examples
    --------
    >>> index, error = james_index(np.array([[48, 22], [4, 30], [330, 319]]))
    >>> f"{index:.3f} {error:.3f}"
    '0.896 0.011'
    """
    share = counts / counts.sum()
    index = _james(share)
    # Gradient of the index over the shares, by central differences; it need not be more exact.
    step = 1e-6
    slope = np.zeros(share.shape)
    for place in np.ndindex(share.shape):
        nudged = np.zeros(share.shape)
        nudged[place] = step
        slope[place] = (_james(share + nudged) - _james(share - nudged)) / (2 * step)
    spread = float((share * slope**2).sum() - (share * slope).sum() ** 2) / float(counts.sum())
    return index, sqrt(spread) if spread > 1e-12 else None


def _james(share: FloatArray) -> float:
    total = float(share.sum())
    unsure = float(share[2].sum())
    dared = total - unsure
    if dared <= 0:
        return 1.0
    guessed, was = share[:2].sum(axis=1), share[:2].sum(axis=0)
    seen = float((WEIGHTS[:2] * share[:2]).sum()) / dared
    expected = float((WEIGHTS[:2] * np.outer(guessed, was)).sum()) / dared**2
    if expected <= 0:  # one arm only, always guessed right
        return unsure / total
    return (1.0 + unsure / total + dared / total * (seen - expected) / expected) / 2.0
