"""A verdict as JSON: stable keys, ISO dates, finite numbers only."""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel

from lodose.verdict.result import Verdict

SCHEMA_VERSION = 1


def to_dict(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as plain dictionaries, lists, strings and finite numbers.

    The keys are the field names of `lodose.verdict.result`; a number that is not known is None,
    never NaN. The protocol stands as its validated model, decimals as strings, as in its hash.

    Returns
    -------
    dict
        With ``schema_version`` first.
    """
    return {"schema_version": SCHEMA_VERSION, **_plain(verdict)}


def to_json(verdict: Verdict, *, indent: int | None = 2) -> str:
    """Return a verdict as JSON text: the same verdict, the same bytes."""
    return json.dumps(to_dict(verdict), indent=indent, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return _atom(value)


def _atom(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, float):
        # NumPy's floats are floats too, but only a plain one prints as a plain number.
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, (str, bool, int)):
        return value
    raise TypeError(f"a verdict holds a {type(value).__name__}, which has no place in JSON")
