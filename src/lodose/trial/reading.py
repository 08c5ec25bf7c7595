"""Read a protocol from TOML; every fault is one message with file, field, value and mend."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from os import PathLike
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lodose.diary.files import read_file
from lodose.errors import InputError
from lodose.trial.protocol import Protocol

_LARGEST_FILE = 4 * 1024 * 1024
# Names joined by more dots than any table of a protocol has. TOML's reader takes a time that grows
# with the square of their number: one line could keep it busy for minutes.
_MOST_JOINED = 32
_JOINED = re.compile(
    r"(?<![\w-])(?:(?:\"(?:[^\"\\\n]|\\.){0,100}\"|'[^'\n]{0,100}'|[\w-]+)[ \t]*\.[ \t]*)"
    + f"{{{_MOST_JOINED}}}"
)
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


def read_protocol(path: str | PathLike[str]) -> Protocol:
    """Read and validate a protocol.

    Parameters
    ----------
    path : path
        A TOML file in UTF-8; see docs/protocol.md.

    Raises
    ------
    InputError
        Naming file, field, value and the mend.
    """
    where = Path(path)
    return parse_protocol(read_file(where, "TOML", _LARGEST_FILE), where.name)


def parse_protocol(content: bytes, name: str) -> Protocol:
    """Validate a protocol whose file was already read.

    Parameters
    ----------
    content : bytes
        TOML in UTF-8; see docs/protocol.md.
    name : str
        Of the file, for messages.

    Raises
    ------
    InputError
        Naming file, field, value and the mend.
    """
    text = _decode(content, name)
    if _JOINED.search(text):
        raise _too_deep(name)
    try:
        table = tomllib.loads(text, parse_float=_exact)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = int(place.group(1)) if place and place.group(1) else None
        raise InputError(
            f"is not valid TOML ({_PLACE.sub('', str(error))})",
            "correct that line: text stands in quotation marks, dates as 2026-03-01, "
            "true and false in small letters.",
            file=name,
            row=line,
        ) from None
    except RecursionError:
        raise _too_deep(name) from None
    except (ValueError, ArithmeticError):
        raise InputError(
            "holds a number with more digits than can be read",
            "write amounts as in docs/protocol.md.",
            file=name,
        ) from None
    try:
        return Protocol.model_validate(table)
    except ValidationError as error:
        raise _as_input_error(name, table, error.errors(include_url=False)) from None


def _too_deep(name: str) -> InputError:
    return InputError("is nested too deeply", "write a protocol as in docs/protocol.md.", file=name)


def _exact(text: str) -> Decimal:
    return Decimal(text.replace("_", ""))


def _decode(content: bytes, name: str) -> str:
    if len(content) > _LARGEST_FILE:
        raise InputError(
            "is larger than 4 MB, too large for a protocol", "check the file.", file=name
        )
    try:
        # A byte order mark is no part of TOML, but some editors write one.
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InputError(
            f"holds the byte 0x{content[error.start]:02x}, which is not UTF-8",
            "save the file as UTF-8.",
            file=name,
            row=content.count(b"\n", 0, error.start) + 1,
        ) from None


def _as_input_error(file: str, table: Mapping[str, Any], faults: list[ErrorDetails]) -> InputError:
    """Turn the first fault into words; the others wait until it is mended."""
    faults = _without_consequences(faults)
    # An unknown field is most often a slip in the name of one that is then missing.
    first = min(faults, key=lambda one: one["type"] != "extra_forbidden")
    problem, mend = _in_words(first)
    if len(faults) > 1:
        mend = f"{mend} ({len(faults) - 1} more to mend after this one.)"
    value = first["input"]
    plain = isinstance(value, str | int | float | Decimal) or hasattr(value, "isoformat")
    missing = first["type"] == "missing"
    return InputError(
        problem,
        mend,
        file=file,
        column=field_path(first["loc"]) or None,
        value=_shown(value) if plain and not missing else None,
    )


def _without_consequences(faults: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out faults that are only there because of another one.

    A list counts as too short once one of its members was refused, and what is filled in from
    other fields is missing once one of those was refused.
    """

    def is_consequence(one: ErrorDetails) -> bool:
        if one["type"] == "missing":
            return one["loc"][-1] in ("label", "mcid", "mcid_default")
        deeper = (other["loc"] for other in faults if len(other["loc"]) > len(one["loc"]))
        return one["type"] == "too_short" and any(
            location[: len(one["loc"])] == one["loc"] for location in deeper
        )

    return [one for one in faults if not is_consequence(one)] or faults


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def field_path(location: tuple[int | str, ...]) -> str:
    """Spell where a field is, counting from 1: "periods 3, dose_micrograms"."""
    parts: list[str] = []
    for step in location:
        if isinstance(step, int) and parts:
            parts[-1] = f"{parts[-1]} {step + 1}"
        else:
            parts.append(str(step))
    return ", ".join(parts)


def _in_words(one: ErrorDetails) -> tuple[str, str]:
    kind, context = one["type"], one.get("ctx", {})
    if kind == "lodose":
        return str(context["problem"]), str(context["mend"])
    if kind == "missing":
        return "is missing", "add it; docs/protocol.md shows a full example."
    if kind == "extra_forbidden":
        return "is not a field of a protocol", _nearest(one["loc"])
    if kind == "literal_error":
        return "is not one of the possible words", f"write {context['expected']}."
    if kind in ("bool_type", "string_type", "model_type", "tuple_type", "dict_type"):
        wanted = {
            "bool_type": "write true or false, without quotation marks.",
            "string_type": 'write text in "quotation marks".',
            "tuple_type": "write a list, or [[double brackets]] for a list of tables.",
        }.get(kind, "write a table with fields, as in docs/protocol.md.")
        return "is of the wrong kind", wanted
    message = one["msg"]
    return f"is refused: {message[0].lower()}{message[1:]}", "correct the value."


def _nearest(location: tuple[int | str, ...]) -> str:
    """Suggest the field whose name is nearest."""
    schema = Protocol.json_schema()
    names = set(schema["properties"])
    for part in schema["$defs"].values():
        names |= set(part.get("properties", ()))
    near = difflib.get_close_matches(str(location[-1]), sorted(names), n=1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    return f"{hint}Correct the name, move it to its table, or delete it."
