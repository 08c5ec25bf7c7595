"""A record as the library's own files: ``diary.csv`` and ``protocol.toml``.

Both are read back by ``lodose check`` to the same digest and the same hash.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@`` as a formula. The usual
guard, an apostrophe before it, would stay in the note for ever. Here a no-break space stands
before it: to a spreadsheet the cell is text, and the library's reader strips blanks around a
cell, so that what is read back is what was written.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from lodose.diary import DailyEntry, Diary
from lodose.diary.model import SEVERITIES
from lodose.server.records.bridge import diary_of, sealed_days
from lodose.server.records.entries import spelt
from lodose.server.records.models import CheckIn, Person, Trial
from lodose.trial import Protocol
from lodose.trial.values import canonical_decimal

GUARD = "\u00a0"
# Their wide forms are turned into the plain ones by some spreadsheets.
FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_WORDS = {level: word for word, level in SEVERITIES.items()}


def has_diary(person: Person) -> bool:
    """Whether there is anything that a diary file could hold."""
    return CheckIn.objects.filter(person=person, skipped=False).exists()


def disclosed_trials(person: Person) -> list[Trial]:
    """Return the trials whose protocols may leave the server, oldest first."""
    return [
        trial
        for trial in Trial.objects.filter(person=person, sealed=False).prefetch_related("periods")
        if all(period.arm for period in trial.periods.all())
    ]


def diary_csv(person: Person) -> bytes:
    """Return a person's whole diary as CSV in UTF-8.

    As long as a trial is sealed the file has no column for doses at all.

    Raises
    ------
    LodoseError
        If nothing was recorded yet.
    """
    return csv_of(diary_of(person), with_doses=not sealed_days(person))


def csv_of(diary: Diary, *, with_doses: bool = True) -> bytes:
    """Return a diary as CSV, with a byte order mark so that spreadsheets read it as UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    doses = ["dose_mg"] if with_doses else []
    names = [_guarded(name) for name in diary.outcome_names]
    writer.writerow(["date", *names, *doses, "side_effects", "note"])
    for entry in diary.entries:
        values = [_number(entry.outcomes.get(name)) for name in diary.outcome_names]
        dose = [_milligrams(entry.dose_micrograms)] if with_doses else []
        texts = [_guarded(_effects(entry)), _guarded(entry.note)]
        writer.writerow([entry.date.isoformat(), *values, *dose, *texts])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _guarded(text: str) -> str:
    return GUARD + text if text.startswith(FORMULA_SIGNS) else text


def _number(value: float | None) -> str:
    return "" if value is None else spelt(Decimal(repr(value)))


def _milligrams(micrograms: int | None) -> str:
    return "" if micrograms is None else spelt(Decimal(micrograms) / 1000)


def _effects(entry: DailyEntry) -> str:
    if entry.side_effects is None:
        return ""
    if not entry.side_effects:
        return "none"
    return "; ".join(f"{each.name}:{_WORDS[each.severity]}" for each in entry.side_effects)


def protocol_toml(protocol: Protocol) -> bytes:
    """Return a protocol as TOML with every default filled in; its hash is the same."""
    given = protocol.model_dump(mode="python")
    return "\n".join(_table("", given)).lstrip("\n").encode()


def _table(path: str, values: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table's own values, then the tables in it."""
    inner = {}
    for key, value in values.items():
        if isinstance(value, Mapping) or _is_tables(value):
            inner[key] = value
        elif value is not None:
            yield f"{key} = {_toml(value)}"
    for key, value in inner.items():
        name = f"{path}{key}"
        if isinstance(value, Mapping):
            yield from ("", f"[{name}]", *_table(f"{name}.", value))
        else:
            for each in value:
                yield from ("", f"[[{name}]]", *_table(f"{name}.", each))


def _is_tables(value: object) -> bool:
    return isinstance(value, Sequence) and bool(value) and isinstance(value[0], Mapping)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return canonical_decimal(value)
    if isinstance(value, int | date):
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(each) for each in value)}]"
    # JSON's escapes are TOML's, but for one sign that JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
