"""The file that a backup is: a tar with a manifest of what it must hold."""

import hashlib
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

from lodose.errors import LodoseError

FORMAT = 1
MANIFEST = "manifest.json"
# What a backup may hold, and nothing else is ever unpacked.
FOLDERS = ("keys", "certificates")
DATABASES = ("lodose.sqlite3", "database.dump")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    Parameters
    ----------
    version : str
        Version of Lodose that wrote it.
    made_at : str
        Moment in UTC, ISO 8601.
    engine : str
        "sqlite" or "postgresql".
    database : str
        Name of the database's file.
    changes : list of str
        Changes that the database has had, "app.name".
    counts : dict of str to int
        Rows by table.
    chains : str
        SHA-256 over the heads of all chains of events.
    keys_elsewhere : list of str
        Keys that came from the environment and are not in the file.
    files : dict of str to str
        SHA-256 by file.
    """

    version: str
    made_at: str
    engine: str
    database: str
    changes: list[str]
    counts: dict[str, int]
    chains: str
    keys_elsewhere: list[str]
    files: dict[str, str]

    def as_json(self) -> str:
        """Return the manifest as it stands in the file."""
        content = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({"format": FORMAT, **content}, indent=1, sort_keys=True)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Give a file to write that takes its name only when everything succeeded."""
    part = target.with_name(f".{target.name}.{uuid4().hex[:8]}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.rename(target)
        folder = os.open(target.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    finally:
        part.unlink(missing_ok=True)


def pack(manifest: Manifest, folder: Path, target: Path) -> None:
    """Write manifest and files into one archive, the manifest first."""
    (folder / MANIFEST).write_text(manifest.as_json(), "utf-8")
    with tarfile.open(target, "w") as archive:
        for name in [MANIFEST, *sorted(manifest.files)]:
            archive.add(folder / name, arcname=name, recursive=False, filter=_nobodys)


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def unpack(file: Path, folder: Path) -> Manifest:
    """Unpack a backup into a private folder and check every file's SHA-256.

    Raises
    ------
    LodoseError
        If it is no backup, is damaged, or holds what no backup holds.
    """
    if not file.is_file():
        raise LodoseError(f"'{file}' is not there. Mend: name the file that lodose backup wrote.")
    try:
        with tarfile.open(file, "r:") as archive:
            first = archive.next()
            if first is None or first.name != MANIFEST:
                raise LodoseError(f"'{file.name}' is not a backup of Lodose.")
            manifest = _read(archive, first, file)
            found = {}
            while (member := archive.next()) is not None:
                found[member.name] = _unpack_one(archive, member, folder, manifest, file)
    except (tarfile.TarError, EOFError, KeyError, TypeError, ValueError):
        raise LodoseError(
            f"'{file.name}' is damaged or not a backup of Lodose. Mend: use another backup."
        ) from None
    wrong = sorted(name for name, expected in manifest.files.items() if found.get(name) != expected)
    if wrong:
        raise LodoseError(
            f"'{file.name}' is damaged: {', '.join(wrong)} is not what was written. "
            "Mend: use another backup."
        )
    return manifest


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo, file: Path) -> Manifest:
    opened = archive.extractfile(member)
    content: dict[str, Any] = json.loads(opened.read()) if opened else {}
    if content.pop("format", None) != FORMAT:
        raise LodoseError(
            f"'{file.name}' was written by a later version. Mend: install that version first."
        )
    return Manifest(**content)


def _unpack_one(
    archive: tarfile.TarFile,
    member: tarfile.TarInfo,
    folder: Path,
    manifest: Manifest,
    file: Path,
) -> str:
    parts = PurePosixPath(member.name).parts
    allowed = (len(parts) == 1 and parts[0] in DATABASES) or (
        len(parts) == 2 and parts[0] in FOLDERS and not parts[1].startswith(".")
    )
    if not (member.isfile() and allowed and member.name in manifest.files):
        raise LodoseError(f"'{file.name}' holds '{member.name}', which no backup holds.")
    target = folder / member.name
    target.parent.mkdir(mode=0o700, exist_ok=True)
    source = archive.extractfile(member)
    state = hashlib.sha256()
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        while source and (chunk := source.read(_CHUNK)):
            state.update(chunk)
            out.write(chunk)
    return state.hexdigest()
