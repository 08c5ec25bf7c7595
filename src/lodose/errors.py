"""Errors that name the thing, the value and the mend."""

from typing import Any


class LodoseError(Exception):
    """Anything Lodose refuses to do; the message is meant for the person who asked."""


class InputError(LodoseError):
    """A fault in something that was read.

    Parameters
    ----------
    problem : str
        What is wrong, as the end of a sentence: "is above the range 0 to 10".
    mend : str
        What to do about it, as a sentence.
    file : str, optional
        Name of the file, without folders.
    row : int, optional
        Line in the file, the header being line 1.
    column : str, optional
        Column or field.
    value : object, optional
        The value found there.
    """

    def __init__(
        self,
        problem: str,
        mend: str,
        *,
        file: str | None = None,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
    ) -> None:
        self.problem = problem
        self.mend = mend
        self.file = file
        self.row = row
        self.column = column
        self.value = value
        super().__init__(str(self))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes with every part."""
        value = None if self.value is None else str(self.value)
        place = (self.file, self.row, self.column, value)
        return _input_error, (type(self), self.problem, self.mend, *place)

    def __str__(self) -> str:
        place = [self.file] if self.file else []
        if self.row is not None:
            place.append(f"line {self.row}")
        if self.column is not None:
            place.append(f"column '{self.column}'")
        where = f"{', '.join(place)}: " if place else ""
        what = f"value '{self.value}' " if self.value is not None else ""
        return f"{where}{what}{self.problem}. Mend: {self.mend}"


def _input_error(
    kind: type[InputError],
    problem: str,
    mend: str,
    file: str | None,
    row: int | None,
    column: str | None,
    value: object,
) -> InputError:
    return kind(problem, mend, file=file, row=row, column=column, value=value)
