"""How often each word would be said: simulated diaries through the verdict's own rule."""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

from scipy.special import betaincinv

from lodose.inference import SCREENING, NotEstimableError, Priors, Rule
from lodose.inference.quick import quick_fit
from lodose.planning.design import Schedule, TrialDesign
from lodose.planning.simulate import Scale, Truth, simulate_trial
from lodose.verdict import Cuts, Word
from lodose.verdict.decision import settle
from lodose.workers import AHEAD, Progress, in_chunks

WORDS = tuple(Word)
CHUNK = 64
AT_ONCE = 1.0


@dataclass(frozen=True, slots=True)
class Share:
    """A share of simulated trials with its 95 % interval (Clopper-Pearson)."""

    count: int
    trials: int
    share: float
    lower: float
    upper: float


def share_of(count: int, trials: int, *, level: float = 0.95) -> Share:
    """Share with the exact interval that the number of trials leaves.

    Examples
    --------
    >>> found = share_of(5, 100)
    >>> round(found.share, 3), round(found.lower, 3), round(found.upper, 3)
    (0.05, 0.016, 0.113)
    """
    tail = 0.5 * (1.0 - level)
    lower = 0.0 if count == 0 else float(betaincinv(count, trials - count + 1, tail))
    upper = 1.0 if count == trials else float(betaincinv(count + 1, trials - count, 1.0 - tail))
    return Share(count, trials, count / trials, lower, upper)


@dataclass(frozen=True, slots=True)
class WordCounts:
    """How many of so many simulated trials ended with each word."""

    counts: Mapping[Word, int]
    trials: int

    def share(self, *words: Word) -> Share:
        """Share that ended with one of `words`."""
        return share_of(sum(self.counts[word] for word in words), self.trials)


def simulate_words(
    design: TrialDesign | Schedule,
    truth: Truth,
    priors: Priors,
    cuts: Cuts,
    *,
    mcid: float,
    better: str = "lower",
    scale: Scale | None = None,
    trials: int = 2000,
    seed: int = 1,
    executor: Executor | None = None,
    rule: Rule = SCREENING,
    progress: Progress | None = None,
) -> WordCounts:
    """Count the words of simulated trials with one known truth.

    Parameters
    ----------
    design : TrialDesign or Schedule
        What is planned.
    truth : Truth
        What makes the diaries.
    priors, cuts, mcid, better
        What the analysis believes, and how the word is decided.
    scale : Scale, optional
        Range and step of the ratings; unrounded and without ends when left out.
    trials, seed : int
        The same for any number of workers.
    executor : concurrent.futures.Executor, optional
        None: this process.
    rule : Rule
        Of the quadrature.
    progress : callable, optional
        Called with the number of trials done.

    Returns
    -------
    WordCounts
    """
    (found,) = count_words(
        design,
        [truth],
        priors,
        cuts,
        mcid=mcid,
        better=better,
        scale=scale,
        trials=trials,
        seed=seed,
        executor=executor,
        rule=rule,
        progress=progress,
    )
    return found


def count_words(
    design: TrialDesign | Schedule,
    truths: Sequence[Truth],
    priors: Priors,
    cuts: Cuts,
    *,
    mcid: float,
    better: str = "lower",
    scale: Scale | None = None,
    trials: int = 2000,
    seed: int = 1,
    executor: Executor | None = None,
    rule: Rule = SCREENING,
    progress: Progress | None = None,
) -> tuple[WordCounts, ...]:
    """As `simulate_words`, several truths on the same simulated days."""
    if trials < 1:
        raise ValueError(f"trials must be 1 or more, got {trials}")
    schedule = design.schedule() if isinstance(design, TrialDesign) else design
    if schedule.drop_days:
        priors = replace(priors, onset=replace(priors.onset, at_once_weight=AT_ONCE))
    one = partial(
        _word_number,
        schedule=schedule,
        truths=tuple(truths),
        priors=priors,
        cuts=cuts,
        mcid=mcid,
        better=better,
        scale=scale or Scale(),
        trials=trials,
        seed=seed,
        rule=rule,
    )
    numbers = in_chunks(
        one,
        range(trials * len(truths)),
        executor=executor,
        chunk_size=CHUNK,
        ahead=2 * AHEAD,
        progress=progress,
    )
    found: list[Counter[Word]] = [Counter() for _ in truths]
    for index, number in enumerate(numbers):
        if isinstance(number, Exception):
            raise number
        found[index // trials][WORDS[number]] += 1
    return tuple(WordCounts({word: int(c[word]) for word in WORDS}, trials) for c in found)


def _word_number(
    item: int,
    *,
    schedule: Schedule,
    truths: tuple[Truth, ...],
    priors: Priors,
    cuts: Cuts,
    mcid: float,
    better: str,
    scale: Scale,
    trials: int,
    seed: int,
    rule: Rule,
) -> int:
    """Simulate one trial, fit it and decide; the word's place in `WORDS`."""
    try:
        arrays = simulate_trial(
            schedule, truths[item // trials], scale, seed=seed, index=item % trials
        )
        posterior = quick_fit(arrays, priors, rule=rule)
    except NotEstimableError:
        return WORDS.index(Word.NOT_KNOWN_YET)  # what the verdict says of such a diary
    return WORDS.index(settle(posterior, better=better, mcid=mcid, cuts=cuts).word)
