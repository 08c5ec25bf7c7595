"""What every verb does the same way: where it prints, how it reads, how it fails."""

import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import typer

from lodose.errors import InputError, LodoseError

if TYPE_CHECKING:
    from rich.console import Console

    from lodose.diary import Diary
    from lodose.trial import Protocol

BAD_INPUT = 2
OWN_FAULT = 3

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


def printer() -> "Console":
    """Return a console on standard output: coloured on a terminal only, NO_COLOR honoured."""
    from rich.console import Console

    return Console(highlight=False)


def complain(message: str) -> None:
    """Print one message for the person on standard error."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(Text("Error: ", style="bold red"), Text(message), sep="", end="\n")


@contextmanager
def progress(doing: str) -> Iterator[None]:
    """Show on standard error what is being done, while somebody is watching."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(doing):
        yield


@contextmanager
def progress_bar(doing: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show on standard error how far a long piece of work is, while somebody is watching."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda done: bar.update(task, completed=done)


def guarded(command: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Turn every failure of a command into one message and an exit status.

    What a person can mend exits with 2. Anything else is a fault of Lodose: it exits with 3 and
    names the place in the code only, because the text of an unexpected exception may repeat what
    stands in a diary.
    """

    @functools.wraps(command)
    def run(*args: _Parameters.args, **options: _Parameters.kwargs) -> _Result:
        try:
            return command(*args, **options)
        except LodoseError as error:
            complain(str(error))
            raise typer.Exit(BAD_INPUT) from None
        except BrokenPipeError:  # the reader of `lodose ... | head` has gone: typer ends quietly
            raise
        except OSError as error:
            name = Path(error.filename).name if isinstance(error.filename, str) else "a file"
            complain(f"{name}: {error.strerror or 'cannot be read or written'}.")
            raise typer.Exit(BAD_INPUT) from None
        except Exception as error:
            # typer's own exits and usage errors pass; they are not faults.
            if not _is_fault(error) or os.environ.get("LODOSE_TRACEBACK"):
                raise
            complain(
                f"Lodose stopped on a fault of its own ({_place(error)}). Nothing was written. "
                "Please report this line; it holds nothing from your diary."
            )
            raise typer.Exit(OWN_FAULT) from None

    return run


def _is_fault(error: Exception) -> bool:
    return not isinstance(error, typer.Exit | typer.Abort | typer.BadParameter)


def _place(error: Exception) -> str:
    """Name the innermost line of Lodose that an exception went through."""
    place = "lodose"
    step = error.__traceback__
    while step is not None:
        module = step.tb_frame.f_globals.get("__name__", "")
        if module.partition(".")[0] == "lodose":
            place = f"{module}, line {step.tb_lineno}"
        step = step.tb_next
    return f"{type(error).__name__} in {place}"


def find_protocol(diary: Path, protocol: Path | None) -> Path:
    """Return the protocol that was named, or ``protocol.toml`` beside the diary.

    Raises
    ------
    InputError
        When none was named and there is none beside the diary.
    """
    if protocol is not None:
        return protocol
    beside = diary.parent / "protocol.toml"
    if not beside.is_file():
        raise InputError(
            "has no protocol.toml beside it, and none was named",
            "name the plan of your trial with --protocol FILE. "
            "`lodose example microdose` writes one to start from.",
            file=diary.name,
        )
    return beside


def read_inputs(
    diary: Path, protocol: Path | None, *, collect: bool = False
) -> tuple["Diary", "Protocol"]:
    """Read the protocol, and the diary with the outcomes that the protocol names.

    With ``collect`` faults of single lines become remarks of the diary instead of stopping at
    the first: to list what needs mending, not to answer from.
    """
    from lodose.diary import read_diary, scan_diary
    from lodose.trial import read_protocol

    if not diary.is_file():
        raise InputError(
            "is not there" if not diary.exists() else "is not a file",
            "check the name; the diary is a CSV file with one line a day.",
            file=diary.name,
        )
    plan = read_protocol(find_protocol(diary, protocol))
    outcomes = [outcome.name for outcome in plan.outcomes]
    reader = scan_diary if collect else read_diary
    return reader(diary, protocol_outcomes=outcomes), plan


def day_of_reading(today: datetime | None, protocol: "Protocol") -> date:
    """Return the day given on the command line, or today where the person lives."""
    if today is not None:
        return today.date()
    return datetime.now(ZoneInfo(protocol.time_zone)).date()


def write_json(text: str) -> None:
    """Print JSON, and nothing else, on standard output."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()
