"""Two processes that work side by side, each warm before its clock starts.

A pair is started once for each side and waits while the others work. Each process times what it is
asked for around the calls alone: what it took to import, compile and draw people is not counted.
"""

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any


@dataclass(frozen=True, slots=True)
class Share:
    """What one process did: people, seconds of the clock and of CPU, its peak memory in MB."""

    people: int
    clock: float
    cpu: float
    memory: float


class Clocks:
    """Adds up clock and CPU over many calls."""

    def __init__(self) -> None:
        self.clock = self.cpu = 0.0

    def timed(self, work: Callable[[], Any]) -> Any:
        """Do it, and count how long it took."""
        clock, cpu = time.perf_counter(), time.process_time()
        found = work()
        self.clock += time.perf_counter() - clock
        self.cpu += time.process_time() - cpu
        return found

    def share(self, people: int) -> Share:
        """Everything so far."""
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return Share(people, self.clock, self.cpu, memory)


class Pair:
    """Two processes with the same worker.

    Parameters
    ----------
    make : callable
        Called in each process with `arguments`; gives a function that answers one message.
    """

    def __init__(self, make: Callable[..., Callable[[Any], Any]], *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self._ends, self._processes = [], []
        for _ in range(2):
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(there, make, arguments), daemon=True)
            process.start()
            there.close()
            self._ends.append(here)
            self._processes.append(process)

    def ask(self, *messages: Any) -> list[Any]:
        """Send one message to each of the first processes, at once; wait for all answers."""
        ends = self._ends[: len(messages)]
        for end, message in zip(ends, messages, strict=True):
            end.send(message)
        answers = [end.recv() for end in ends]
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers

    def close(self) -> None:
        """End both."""
        for end in self._ends:
            end.send(None)
        for process in self._processes:
            process.join()


def _serve(end: Connection, make: Callable[..., Callable[[Any], Any]], arguments: Any) -> None:
    work = make(*arguments)
    while (message := end.recv()) is not None:
        try:
            end.send(work(message))
        except Exception as error:  # noqa: BLE001  whoever asked has to see it
            end.send(RuntimeError(f"{type(error).__name__}: {error}"))
