"""From bytes to rows of text: encoding, separator, header, ragged lines."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import IO

from lodose.diary.files import read_file
from lodose.diary.model import RemarkKind
from lodose.errors import InputError

Source = str | PathLike[str] | IO[str] | IO[bytes]

DATE_COLUMNS = ("date", "datetime")
_LARGEST_FILE = 64 * 1024 * 1024
_SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: its number in the file and its cells by column position."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Header and rows, all cells stripped of blanks; every row as long as the header."""

    file: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    separator: str


def read_table(source: Source, report: Callable[[InputError, RemarkKind], None]) -> Table:
    """Read a CSV file as text.

    Parameters
    ----------
    source : path or open file
        A str is a path.
    report : callable
        Called with a fault of a single line and its kind; it may raise. A fault of the
        whole file is always raised.
    """
    name, content = _read_bytes(source)
    text = _decode(name, content)
    separator = _sniff(text)
    records = _records(name, text, separator)
    try:
        header_line, header = next(records)
    except StopIteration:
        raise InputError("is empty", "write a header line and one line a day.", file=name) from None
    width = _checked_header(name, header_line, header)
    rows = []
    for line, cells in records:
        if any(cells[width:]) or len(cells) < width:
            report(_ragged(name, line, cells, width), "ragged-line")
            continue
        rows.append(Row(line, cells[:width]))
    return Table(name, header[:width], tuple(rows), separator)


def _read_bytes(source: Source) -> tuple[str, bytes]:
    if isinstance(source, str | PathLike):
        path = Path(source)
        return path.name, _limited(path.name, read_file(path, "CSV", _LARGEST_FILE))
    name = Path(str(getattr(source, "name", "diary"))).name
    content = source.read()
    if isinstance(content, str):
        # A lone surrogate cannot be written as UTF-8; decoding refuses it with its line.
        content = content.encode("utf-8", "surrogatepass")
    return name, _limited(name, content)


def _limited(name: str, content: bytes) -> bytes:
    if len(content) > _LARGEST_FILE:
        raise InputError(
            "is larger than 64 MB, too large for a diary", "give one person's diary.", file=name
        )
    return content


def _decode(name: str, content: bytes) -> str:
    save = "save it as 'CSV UTF-8' and try again."
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError("is in the encoding UTF-16, not UTF-8", save, file=name)
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError("is a spreadsheet or archive, not a text file", save, file=name)
    if b"\x00" in content:
        raise InputError("is a binary file, not text", "give the path of a CSV file.", file=name)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise InputError(
            f"holds the byte 0x{content[fault.start]:02x}, which is not UTF-8",
            save,
            file=name,
            row=content.count(b"\n", 0, fault.start) + 1,
        ) from None


def _sniff(text: str) -> str:
    """Choose the separator that gives the header a date column, then the most columns."""
    header = next((line for line in io.StringIO(text, newline="") if line.strip()), "")

    def score(separator: str) -> tuple[bool, int]:
        try:
            names = next(csv.reader([header], delimiter=separator), [])
        except csv.Error:
            return False, 0
        found = {name.strip().casefold() for name in names}
        return any(column in found for column in DATE_COLUMNS), len(names)

    return max(_SEPARATORS, key=score)


def _records(name: str, text: str, separator: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the line where each record starts and its cells; blank lines are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = tuple(cell.strip() for cell in next(reader))
        except StopIteration:
            return
        except csv.Error as fault:
            raise InputError(
                f"cannot be read as CSV ({fault})",
                'check the quotation marks: a cell with a quote needs "" inside "...".',
                file=name,
                row=line,
            ) from None
        if any(cells):
            yield line, cells


def _checked_header(name: str, line: int, header: tuple[str, ...]) -> int:
    """Refuse unnamed and doubled columns; return the number of named columns."""
    width = len(header)
    while width and not header[width - 1]:
        width -= 1
    seen: dict[str, int] = {}
    for position, column in enumerate(header[:width], start=1):
        if not column:
            raise InputError(
                f"has no name for column {position}",
                "name the column or delete it.",
                file=name,
                row=line,
            )
        if column.casefold() in seen:
            raise InputError(
                f"stands over columns {seen[column.casefold()]} and {position}",
                "give each column its own name (capitals do not tell names apart).",
                file=name,
                row=line,
                column=column,
            )
        seen[column.casefold()] = position
    return width


def _ragged(name: str, line: int, cells: tuple[str, ...], width: int) -> InputError:
    mend = (
        "leave unrecorded cells empty but keep their separators; put text that holds the "
        'separator in "quotation marks".'
    )
    problem = f"has {len(cells)} cells where the header has {width}"
    return InputError(problem, mend, file=name, row=line)
