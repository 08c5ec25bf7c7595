"""Bytes of a file that a person named, or one clear error."""

from pathlib import Path

from lodose.errors import InputError


def read_file(path: Path, kind: str, most: int) -> bytes:
    """Read at most `most` bytes and one more, so that the caller can refuse a larger file.

    Parameters
    ----------
    path
        What the person named; messages hold the name without its folders.
    kind
        "CSV" or "TOML", for the mend.
    most
        Largest size that will be taken, bytes.

    Raises
    ------
    InputError
        When the file is not there or cannot be read.
    """
    try:
        with path.open("rb") as handle:
            return handle.read(most + 1)
    except FileNotFoundError:
        raise InputError(
            "does not exist", "check the name and the folder.", file=path.name
        ) from None
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or str(fault)
        raise InputError(
            f"cannot be read ({reason})", f"give the path of a {kind} file.", file=path.name
        ) from None
