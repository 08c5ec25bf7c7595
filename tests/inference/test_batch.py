"""Many trials give what each gives alone, whoever does the work and however it is cut."""

import math
import os
import pickle
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.inference.trials import make_trial, trials

from lodose.errors import InputError, LodoseError
from lodose.inference import SCREENING, NotEstimableError, OnsetPrior, Priors, TrialArrays, fit
from lodose.inference.batch import FitSummary, fit_many
from lodose.inference.quick import QuickPosterior, quick_fit
from lodose.workers import ONE_THREAD, in_chunks, local_workers

ASKED: dict[str, Any] = {"below": (-1.0, 0.0, 1.0), "onset_medians": (7.0, 21.0)}
PRIORS = Priors(resolution=0.5)


def diaries() -> list[TrialArrays]:
    kinds = [(4, 5, 0.1), (6, 7, 0.3), (8, 3, 0.0)]
    made = [
        make_trial(seed, periods=periods, days=days, missing=missing, columns=seed % 2)
        for seed, (periods, days, missing) in enumerate(kinds * 3)
    ]
    # Constant within every period: refused without a resolution, estimable with one.
    arm = np.repeat([0, 1, 1, 0], 3)
    return [*made[:4], TrialArrays(5.0 + arm, arm, np.repeat(np.arange(4), 3)), *made[4:]]


class Late(Executor):
    """Does each chunk only when its result is wanted, and remembers how many were out at once."""

    def __init__(self) -> None:
        self.out, self.most, self.cancelled = 0, 0, 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.out += 1
        self.most = max(self.most, self.out)
        return _Lazy(self, fn, args)


class _Lazy(Future[Any]):
    def __init__(self, owner: Late, fn: Any, args: tuple[Any, ...]) -> None:
        super().__init__()
        self.owner, self.fn, self.args = owner, fn, args

    def result(self, timeout: float | None = None) -> Any:
        self.owner.out -= 1
        return pickle.loads(pickle.dumps(self.fn(*pickle.loads(pickle.dumps(self.args)))))

    def cancel(self) -> bool:
        self.owner.cancelled += 1
        return super().cancel()


def half(number: int) -> float:
    if number == 7:
        raise ValueError("seven")
    return number / 2


def thread_settings(_: int) -> list[str | None]:
    return [os.environ.get(name) for name in ONE_THREAD]


def test_one_bad_trial_gives_its_error_in_place_and_the_others_are_what_each_is_alone() -> None:
    given_ = diaries()
    found = list(fit_many(given_, Priors(), **ASKED))
    assert len(found) == len(given_)
    assert isinstance(found[4], NotEstimableError)
    for trial, summary in zip(given_[:4] + given_[5:], found[:4] + found[5:], strict=True):
        alone = fit(trial, rule=SCREENING)
        assert isinstance(summary, FitSummary)
        assert (summary.mean, summary.sd) == (alone.mean, alone.sd)
        assert summary.below == tuple(alone.probability_below(v) for v in ASKED["below"])
        assert (summary.lower, summary.upper) == pytest.approx(alone.interval(), abs=1e-6)
        for median, row in zip(ASKED["onset_medians"], summary.below_by_onset, strict=True):
            other = alone.with_hyperpriors(onset=OnsetPrior(median_days=median))
            assert row == tuple(other.probability_below(v) for v in ASKED["below"])
        assert len(pickle.dumps(summary)) < 1000
    assert all(isinstance(one, FitSummary) for one in fit_many(given_, PRIORS))


@pytest.mark.slow
def test_the_same_bits_for_one_and_for_four_workers_and_for_any_chunk() -> None:
    given_ = diaries()
    here = [pickle.dumps(one) for one in fit_many(given_, PRIORS, **ASKED)]
    with local_workers(4) as pool:
        for chunk_size in (1, 3, 50):
            there = fit_many(given_, PRIORS, **ASKED, executor=pool, chunk_size=chunk_size)
            assert [pickle.dumps(one) for one in there] == here
        assert list(in_chunks(thread_settings, range(3), executor=pool)) == [["1"] * 4] * 3


def test_order_progress_errors_and_how_far_the_work_runs_ahead() -> None:
    for executor in (None, Late()):
        read, told = [], []

        def numbers(read: list[int] = read) -> Iterator[int]:
            for number in range(20):
                read.append(number)
                yield number

        results = in_chunks(
            half, numbers(), executor=executor, chunk_size=3, ahead=2, progress=told.append
        )
        assert next(results) == 0.0
        assert len(read) <= 3 * 2
        rest = list(results)
        assert [one for one in rest if not isinstance(one, Exception)] == [
            number / 2 for number in range(1, 20) if number != 7
        ]
        assert isinstance(rest[6], ValueError)
        assert told == [3, 6, 9, 12, 15, 18, 20]
    assert executor.most == 2


def test_whoever_stops_reading_leaves_nothing_running() -> None:
    executor = Late()
    results = in_chunks(half, range(1000), executor=executor, chunk_size=5, ahead=3)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert executor.cancelled == 2
    with pytest.raises(ValueError, match="must be 1 or more"):
        next(in_chunks(half, range(3), chunk_size=0))


def fail(number: int) -> None:
    class OwnError(Exception):
        pass

    if number:
        raise OwnError("cannot be pickled")
    raise InputError("is wrong", "mend it.", file="diary.csv", row=3, column="pain", value="x")


def test_an_error_comes_back_whole_or_in_its_own_words() -> None:
    named, own = in_chunks(fail, range(2), executor=Late())
    assert isinstance(named, InputError)
    assert (named.row, named.column, named.mend) == (3, "pain", "mend it.")
    assert str(named) == "diary.csv, line 3, column 'pain': value 'x' is wrong. Mend: mend it."
    assert isinstance(own, LodoseError)
    assert str(own) == "OwnError: cannot be pickled"


@pytest.mark.property
@settings(max_examples=15, deadline=None)
@given(trials(), st.floats(0.001, 0.999))
def test_a_quick_posterior_says_what_the_plain_one_says(trial: TrialArrays, share: float) -> None:
    plain, quick = fit(trial, PRIORS, rule=SCREENING), quick_fit(trial, PRIORS)
    assert quick.quantile(share) == pytest.approx(plain.quantile(share), abs=1e-6 * plain.sd)
    for value in (-2.0, 0.0, 1.0):
        assert quick.probability_below(value) == plain.probability_below(value)
        assert quick.probability_above(value) == plain.probability_above(value)
    at_once = OnsetPrior(at_once_weight=1.0)
    for onset in (OnsetPrior(median_days=21.0), at_once):
        one, other = plain.with_hyperpriors(onset=onset), quick.with_hyperpriors(onset=onset)
        assert (one.mean, one.sd) == (other.mean, other.sd)
        assert other.quantile(share) == pytest.approx(one.quantile(share), abs=1e-6 * one.sd)
        assert one.probability_below(-1.0) == other.probability_below(-1.0)


def test_a_quick_quantile_finds_its_way_between_far_peaks_and_refuses_no_probability() -> None:
    plain = fit(make_trial(3), PRIORS, rule=SCREENING)
    plain.component_mean = np.where(plain.weight.cumsum() < 0.5, -40.0, 40.0)
    plain.mean = float((plain.weight * plain.component_mean).sum())
    quick = QuickPosterior.of(plain)
    for share in (0.1, 0.4, 0.6, 0.9):
        assert quick.quantile(share) == pytest.approx(plain.quantile(share), abs=1e-6)
    for wrong in (0.0, 1.0, math.nan):
        with pytest.raises(ValueError, match="inside"):
            quick.quantile(wrong)
