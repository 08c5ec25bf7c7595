"""Thousands of trials through the estimator: arrays in, a few numbers each out."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

from lodose.inference.arrays import TrialArrays
from lodose.inference.priors import Priors
from lodose.inference.quick import quick_fit
from lodose.inference.rules import SCREENING, Rule
from lodose.workers import AHEAD, Progress, in_chunks


@dataclass(frozen=True, slots=True)
class FitSummary:
    """What is kept of one fit: some hundred bytes instead of its nodes.

    Parameters
    ----------
    mean, sd : float
        Of the effect, active minus comparator, in the outcome's unit.
    lower, upper : float
        Ends of the central 95 % interval.
    below : tuple of float
        Probability that the effect lies below each of the values that were asked for.
    below_by_onset : tuple of tuple of float
        The same under each of the prior medians of the onset that were asked for.
    log_evidence : float
        See `Posterior.log_evidence`.
    records : int
        Days with a record.
    """

    mean: float
    sd: float
    lower: float
    upper: float
    below: tuple[float, ...]
    below_by_onset: tuple[tuple[float, ...], ...]
    log_evidence: float
    records: int


def fit_many(
    trials: Iterable[TrialArrays],
    priors: Priors | None = None,
    *,
    rule: Rule = SCREENING,
    below: Sequence[float] = (0.0,),
    onset_medians: Sequence[float] = (),
    executor: Executor | None = None,
    chunk_size: int = 32,
    ahead: int = AHEAD,
    progress: Progress | None = None,
) -> Iterator[FitSummary | Exception]:
    """Fit many trials and give back what is asked for, in order.

    The numbers do not depend on the executor, its workers or the size of a chunk, to the last bit.

    Parameters
    ----------
    trials : iterable of TrialArrays
        Read as results are taken, a few chunks ahead.
    priors : Priors, optional
        The same for all, in the outcome's unit.
    rule : Rule
        Node counts.
    below : sequence of float
        Values of the effect whose probability of not being reached is wanted, in the
        outcome's unit.
    onset_medians : sequence of float
        Other prior medians of the onset (days) under which it is wanted too.
    executor : concurrent.futures.Executor, optional
        `lodose.workers.local_workers`, a cluster's, or none: this process.
    chunk_size, ahead : int
        Trials sent to a worker at a time, and chunks that may be out.
    progress : callable, optional
        Called with the number of trials done.

    Yields
    ------
    FitSummary or Exception
        One for each trial; one that cannot be estimated gives its error in its place.

    Examples
    --------
    >>> import numpy as np
    >>> arm = np.repeat([0, 1, 1, 0, 0, 1], 7)
    >>> pain = 6 - 2 * arm + np.sin(np.arange(42))
    >>> trial = TrialArrays(pain, arm, np.repeat(np.arange(6), 7))
    >>> [round(found.below[0], 1) for found in fit_many([trial, trial])]
    [1.0, 1.0]
    """
    one = partial(
        summary_of,
        priors=priors or Priors(),
        rule=rule,
        below=tuple(below),
        onset_medians=tuple(onset_medians),
    )
    return in_chunks(
        one, trials, executor=executor, chunk_size=chunk_size, ahead=ahead, progress=progress
    )


def summary_of(
    arrays: TrialArrays,
    *,
    priors: Priors,
    rule: Rule,
    below: tuple[float, ...],
    onset_medians: tuple[float, ...],
) -> FitSummary:
    """Fit one trial: what `fit_many` does to each."""
    posterior = quick_fit(arrays, priors, rule=rule)
    onset = priors.onset
    others = [
        posterior.with_hyperpriors(onset=replace(onset, median_days=median))
        for median in onset_medians
    ]
    lower, upper = posterior.interval()
    return FitSummary(
        mean=posterior.mean,
        sd=posterior.sd,
        lower=lower,
        upper=upper,
        below=tuple(posterior.probability_below(value) for value in below),
        below_by_onset=tuple(
            tuple(other.probability_below(value) for value in below) for other in others
        ),
        log_evidence=posterior.log_evidence,
        records=int(arrays.observed.sum()),
    )
