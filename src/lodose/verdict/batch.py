"""Verdicts of many people over processes, the same as one by one."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from datetime import date
from functools import partial

from lodose.diary import Diary
from lodose.inference.estimate import Engine
from lodose.language import current_language, speaking
from lodose.trial import Protocol
from lodose.verdict.build import verdict
from lodose.verdict.result import Verdict
from lodose.workers import AHEAD, Progress, in_chunks


def verdicts(
    pairs: Iterable[tuple[Diary, Protocol]],
    *,
    today: date | None = None,
    engine: Engine = "compiled",
    executor: Executor | None = None,
    chunk_size: int = 4,
    ahead: int = AHEAD,
    progress: Progress | None = None,
) -> Iterator[Verdict | Exception]:
    """Answer for many diaries, in order.

    Parameters
    ----------
    pairs : iterable of (Diary, Protocol)
        Read as verdicts are taken, a few chunks ahead.
    today, engine
        As for `lodose.verdict`; without `today` each is read by its own person's calendar.
    executor : concurrent.futures.Executor, optional
        `lodose.workers.local_workers`, a cluster's, or none: this process.
    chunk_size, ahead : int
        Diaries sent to a worker at a time, and chunks that may be out.
    progress : callable, optional
        Called with the number of diaries done.

    Yields
    ------
    Verdict or Exception
        One for each pair, the same as `lodose.verdict` gives; a pair that fails gives its error
        in its place.
    """
    one = partial(_verdict_of, today=today, engine=engine, language=current_language())
    return in_chunks(
        one, pairs, executor=executor, chunk_size=chunk_size, ahead=ahead, progress=progress
    )


def _verdict_of(
    pair: tuple[Diary, Protocol], *, today: date | None, engine: Engine, language: str
) -> Verdict:
    diary, protocol = pair
    with speaking(language):  # a worker does not inherit it
        return verdict(diary, protocol, today=today, engine=engine)
