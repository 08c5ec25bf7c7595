"""Files that appear whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from lodose.errors import InputError


class Outputs:
    """Collects what a command writes and puts it in place when everything succeeded.

    Each file is made under a temporary name in the folder where it belongs and renamed at the
    end, so that an interrupted or failed run leaves what was there before.

    Examples
    --------
    >>> with Outputs() as outputs:  # doctest: +SKIP
    ...     outputs.file(Path("report.pdf"), lambda path: write_pdf(verdict, path))
    """

    def __init__(self) -> None:
        self._moves: list[tuple[Path, Path]] = []
        self._rooms: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                for made, wanted in self._moves:
                    wanted.parent.mkdir(parents=True, exist_ok=True)
                    made.replace(wanted)
        finally:
            for room in self._rooms:
                shutil.rmtree(room, ignore_errors=True)

    def file(self, path: Path, write: Callable[[Path], object]) -> None:
        """Have ``write`` make one file, to be put at ``path``."""
        made = self._room(path.parent) / path.name
        write(made)
        self._moves.append((made, path))

    def folder(self, path: Path, write: Callable[[Path], object]) -> None:
        """Have ``write`` fill a folder, whose files are to be put into ``path``."""
        room = self._room(next(each for each in (path, *path.parents) if each.is_dir()))
        write(room)
        self._moves += [(made, path / made.name) for made in sorted(room.iterdir())]

    def _room(self, folder: Path) -> Path:
        room = Path(tempfile.mkdtemp(prefix=".lodose-", dir=folder))
        self._rooms.append(room)
        return room


def check_pdf_place(path: Path) -> None:
    """Refuse a place for the PDF that would destroy something else.

    Raises
    ------
    InputError
        When the folder is missing, or a file is there that is not a PDF.
    """
    if not path.parent.is_dir():
        raise InputError(
            "cannot be written: its folder is not there",
            f"make the folder first: mkdir {path.parent}",
            file=path.name,
        )
    if path.is_dir():
        raise InputError(
            "is a folder", "name the file too, such as report.pdf.", file=path.name or str(path)
        )
    if path.is_file() and not _is_pdf(path):
        raise InputError(
            "exists and is not a PDF, so it is left as it is",
            "choose another name for the report.",
            file=path.name,
        )
    if not os.access(path.parent, os.W_OK):
        raise InputError(
            "cannot be written: its folder is read-only", "choose another folder.", file=path.name
        )


def check_charts_place(path: Path) -> None:
    """Refuse a folder for the charts that is a file.

    Raises
    ------
    InputError
        When a file of that name is there.
    """
    if path.exists() and not path.is_dir():
        raise InputError(
            "is a file; the charts need a folder", "choose another name.", file=path.name
        )


def _is_pdf(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(5)
    return start in {b"%PDF-", b""}
