"""List the examples that come with Lodose and write one into a folder."""

import difflib
from importlib import resources
from importlib.resources.abc import Traversable
from os import PathLike
from pathlib import Path

from lodose.errors import LodoseError

# The order in which a person should meet them.
_NAMES = (
    "microdose",
    "ldn-helps",
    "ldn-no-effect",
    "ldn-open-label",
    "ldn-before-after",
    "blank",
)
_FILES = ("diary.csv", "protocol.toml", "README.md")


def names() -> tuple[str, ...]:
    """Return the names of the examples.

    Examples
    --------
    >>> names()[0]
    'microdose'
    """
    return _NAMES


def describe(name: str) -> str:
    """Return one sentence about an example.

    Raises
    ------
    LodoseError
        If there is no such example.
    """
    lines = _folder(name).joinpath("README.md").read_text("utf-8").splitlines()
    return next(line for line in lines if line and not line.startswith("#"))


def write(name: str, folder: str | PathLike[str], *, force: bool = False) -> list[Path]:
    """Write the files of an example into a folder, which is made if need be.

    Parameters
    ----------
    name : str
        One of ``names()``.
    folder : path
        Where to write diary.csv, protocol.toml and README.md.
    force : bool
        Replace files of these names that are already there.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    LodoseError
        If there is no such example, a file is already there, or the folder cannot be written
        to. Nothing is replaced unless ``force`` is true.
    """
    source = _folder(name)
    target = Path(folder)
    paths = [target / file for file in _FILES]
    there = [path.name for path in paths if path.exists()]
    if there and not force:
        raise LodoseError(
            f"'{target}' already holds {', '.join(there)}. Mend: choose another folder, or "
            "replace the files with --force (in Python: force=True)."
        )
    try:
        target.mkdir(parents=True, exist_ok=True)
        for path in paths:
            path.write_bytes(source.joinpath(path.name).read_bytes())
    except OSError as error:
        raise LodoseError(
            f"'{target}' cannot be written to ({error.strerror}). Mend: choose another folder."
        ) from None
    return paths


def _folder(name: str) -> Traversable:
    if name not in _NAMES:
        near = difflib.get_close_matches(name, _NAMES, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise LodoseError(f"There is no example '{name}'.{hint} There are: {', '.join(_NAMES)}.")
    return resources.files("lodose.examples").joinpath("data", name)
