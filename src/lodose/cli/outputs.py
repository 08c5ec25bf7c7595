"""Files that appear whole or not at all."""

import errno
import os
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from lodose.errors import InputError


@dataclass(frozen=True, slots=True)
class _Move:
    """A file that was made, where it belongs, and the path that the person asked for."""

    made: Path
    wanted: Path
    asked: Path


class Outputs:
    """Collects what a command writes and puts it in place when everything succeeded.

    Each file is made under a temporary name in the folder where it belongs and renamed at the
    end, so that an interrupted or failed run leaves what was there before: all files or none.

    Raises
    ------
    InputError
        When something cannot be written, naming the path that was asked for.

    Examples
    --------
    >>> with Outputs() as outputs:  # doctest: +SKIP
    ...     outputs.file(Path("report.pdf"), lambda path: write_pdf(verdict, path))
    """

    def __init__(self) -> None:
        self._moves: list[_Move] = []
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
                self._put_in_place()
        finally:
            for room in self._rooms:
                shutil.rmtree(room, ignore_errors=True)

    def file(self, path: Path, write: Callable[[Path], object]) -> None:
        """Have ``write`` make one file, to be put at ``path``."""
        with _naming(path):
            made = self._room(path.parent) / path.name
            write(made)
        self._moves.append(_Move(made, path, path))

    def folder(self, path: Path, write: Callable[[Path], object]) -> None:
        """Have ``write`` fill a folder, whose files are to be put into ``path``."""
        with _naming(path):
            room = self._room(_nearest(path))
            write(room)
            self._moves += [_Move(made, path / made.name, path) for made in sorted(room.iterdir())]

    def _room(self, folder: Path) -> Path:
        room = Path(tempfile.mkdtemp(prefix=".lodose-", dir=folder))
        self._rooms.append(room)
        return room

    def _put_in_place(self) -> None:
        """Rename every file to where it belongs; if one cannot be, take all back."""
        for move in self._moves:
            _refuse_what_is_no_file(move.wanted)
        undo: list[Callable[[], object]] = []
        try:
            for move in self._moves:
                with _naming(move.asked):
                    _make_folders(move.wanted.parent, undo)
                    self._replace(move, undo)
        except BaseException:
            for step in reversed(undo):
                with suppress(OSError):
                    step()
            raise

    def _replace(self, move: _Move, undo: list[Callable[[], object]]) -> None:
        """Rename one file into place, keeping a second name for what was there before."""
        if not move.wanted.exists():
            move.made.replace(move.wanted)
            undo.append(move.wanted.unlink)
            return
        before = self._room(move.wanted.parent) / move.wanted.name
        try:
            before.hardlink_to(move.wanted)
        except OSError:  # a file system without second names
            shutil.copy2(move.wanted, before)
        # Noted first: giving an unchanged file its own name back changes nothing.
        undo.append(lambda: before.replace(move.wanted))
        move.made.replace(move.wanted)


def _make_folders(folder: Path, undo: list[Callable[[], object]]) -> None:
    missing = [each for each in (folder, *folder.parents) if not each.is_dir()]
    for each in reversed(missing):
        each.mkdir()
        undo.append(each.rmdir)


@contextmanager
def _naming(asked: Path) -> Iterator[None]:
    """Tell of a failure to write by the path that was asked for, not by a temporary name."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise InputError(
            f"cannot be written ({error.strerror or type(error).__name__}); nothing was changed",
            "make room on the disk, or choose another folder." if full else "choose another place.",
            file=str(asked),
        ) from None


def check_pdf_place(path: Path) -> None:
    """Refuse a place for the PDF that would destroy something else.

    Raises
    ------
    InputError
        When the folder is missing or cannot be written to, or something is there that is not
        a PDF.
    """
    if path.is_dir():
        raise InputError("is a folder", "name the file too, such as report.pdf.", file=str(path))
    if not path.parent.is_dir():
        raise InputError(
            "cannot be written: its folder is not there",
            f"make the folder first: mkdir -p {shlex.quote(str(path.parent))}",
            file=str(path),
        )
    _refuse_what_is_no_file(path)
    if path.is_file() and not _is_pdf(path):
        raise InputError(
            "exists and is not a PDF, so it is left as it is",
            "choose another name for the report.",
            file=str(path),
        )
    _refuse_read_only(path.parent, path)


def check_charts_place(path: Path) -> None:
    """Refuse a folder for the charts that is something else or cannot be written to.

    Raises
    ------
    InputError
        When a file of that name is there, or on the way there, or the folder is read-only.
    """
    for each in (path, *path.parents):
        if os.path.lexists(each) and not each.is_dir():
            what = "is not a folder" if each == path else f"cannot be made: {each} is not a folder"
            raise InputError(
                f"{what}; the charts need a folder", "choose another name.", file=str(path)
            )
    _refuse_read_only(_nearest(path), path)


def _nearest(path: Path) -> Path:
    """Return the folder itself or, while it is not there, the nearest above it that is."""
    return next((each for each in (path, *path.parents) if each.is_dir()), path)


def _refuse_what_is_no_file(path: Path) -> None:
    """Never take the place of a device, a pipe, a folder or a link that leads nowhere."""
    if os.path.lexists(path) and not path.is_file():
        raise InputError(
            "exists and is not a regular file, so it is left as it is",
            "choose another name.",
            file=str(path),
        )


def _refuse_read_only(folder: Path, asked: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(
            f"cannot be written: the folder {folder} is read-only for you",
            "choose another folder.",
            file=str(asked),
        )


def _is_pdf(path: Path) -> bool:
    with _naming(path), path.open("rb") as file:
        start = file.read(5)
    return start in {b"%PDF-", b""}
