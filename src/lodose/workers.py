"""Many small pieces of work over processes: in order, in chunks, never far ahead.

The seam is `concurrent.futures.Executor`: none at all, `local_workers`, or a cluster's (Dask's
``client.get_executor()``). What is worked on never depends on how it was cut or on who did it.
"""

import os
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from lodose.errors import LodoseError

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

Progress = Callable[[int], object]
"""Called with the number of items that are done, after every chunk."""

AHEAD = 4
"""Chunks handed out and not yet taken back: enough to keep a few workers busy."""

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
"""Read by the numerical libraries when they are loaded, so set before a worker starts."""


def in_chunks(
    function: Callable[[_Item], _Result],
    items: Iterable[_Item],
    *,
    executor: Executor | None = None,
    chunk_size: int = 32,
    ahead: int = AHEAD,
    progress: Progress | None = None,
) -> Iterator[_Result | Exception]:
    """Apply `function` to every item and give the results back in order.

    Parameters
    ----------
    function : callable
        Known by a name to the workers, or a `functools.partial` of one that is.
    items : iterable
        Read as results are taken: never more than ``(ahead + 1) * chunk_size`` before them.
    executor : concurrent.futures.Executor, optional
        Who does the work; this process when left out.
    chunk_size : int
        Items sent to a worker at a time.
    ahead : int
        Chunks that may be out at a time; some twice the number of workers keeps all busy.
    progress : callable, optional
        Called with the number of items done.

    Yields
    ------
    result or Exception
        One for each item. An item that failed gives its exception in its place, and the others
        are done all the same.
    """
    if min(chunk_size, ahead) < 1:
        raise ValueError(f"chunk_size {chunk_size} and ahead {ahead} must be 1 or more")
    rest = iter(items)
    done = 0
    if executor is None:
        while chunk := list(islice(rest, chunk_size)):
            for item in chunk:
                yield _attempt(function, item)
            done += len(chunk)
            if progress is not None:
                progress(done)
        return
    out: deque[Future[list[_Result | Exception]]] = deque()
    try:
        while True:
            while len(out) < ahead and (chunk := list(islice(rest, chunk_size))):
                out.append(executor.submit(_work, function, chunk))
            if not out:
                return
            results = out.popleft().result()
            done += len(results)
            if progress is not None:
                progress(done)
            yield from results
    finally:
        for future in out:  # whoever stopped reading wants no more of it
            future.cancel()


@contextmanager
def local_workers(number: int | None = None) -> Iterator[Executor | None]:
    """Processes of this machine, one thread each; None where one worker is all there is.

    Parameters
    ----------
    number : int, optional
        How many; the cores that this process may use when left out.
    """
    count = usable_cores() if number is None else number
    if count <= 1:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        # Started anew and not forked: a fork copies locks that other threads of a caller hold.
        with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
            yield pool
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _work(
    function: Callable[[_Item], _Result], chunk: Sequence[_Item]
) -> list[_Result | Exception]:
    return [_portable(_attempt(function, item)) for item in chunk]


def _attempt(function: Callable[[_Item], _Result], item: _Item) -> _Result | Exception:
    try:
        return function(item)
    except Exception as error:  # noqa: BLE001  whatever is wrong with one must not cost the others
        return error


def _portable(result: _Result | Exception) -> _Result | Exception:
    """An exception that survives the way back; one that would not becomes its own words."""
    if not isinstance(result, Exception):
        return result
    try:
        pickle.loads(pickle.dumps(result))  # noqa: S301  made a line before
    except Exception:  # noqa: BLE001  a constructor of its own may want anything
        return LodoseError(f"{type(result).__name__}: {result}")
    return result
