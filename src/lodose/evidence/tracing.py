"""Proposes what each number of a sentence rests on, for somebody to read and correct."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from lodose.errors import InputError
from lodose.evidence.numbers import _NUMBER, plain
from lodose.evidence.schema import Study
from lodose.evidence.traces import FILE, Sentence, Trace, Traces, fields_of

_HEAD = """# What each number of a sentence rests on, in the order of the sentence: number, then
# study.field or study#figure.field. `lodose evidence check --trace` adds what is missing and keeps
# what still fits; read each line that it adds.
"""
_PEOPLE = r"(?:\w+ ){0,2}(?:people|women|men|adults|children|veterans|papers|person)"
# What follows or precedes a number, and which fields that speaks for.
_SIGNS: tuple[tuple[str, str, float], ...] = (
    (r"^ ?%", r"percent$|value$|mean$|label$", 3),
    (r"^ ?mg", r"^dose$", 4),
    (rf"^ {_PEOPLE}", r"^participants$", 4),
    (rf"^ {_PEOPLE}", r"\.n$", 2),
    (r"^ weeks?", r"^weeks$", 4),
    (r"^ months?", r"^outcome$", 3),
    (r"^ of \d", r"events$|value$", 4),
    (r"^ points", r"value$|mean$|label$", 2),
    (r"^ studies|^ trials", r"value$|note$|studies$", 2),
)
_BEFORE: tuple[tuple[str, str, float], ...] = (
    (r"\bof $", r"\.n$", 4),
    (r"\bof $", r"^participants$", 3),
    (r"\bp $", r"^p$", 4),
    (r"\($|from $", r"^lower$|^upper$", 1),
    (r"\bto $", r"^upper$|^lower$", 1),
    (r"placebo[^.,;]{0,20}$", r"^comparator", 1.5),
)


def traced(asked: Iterable[Sentence], old: Traces, studies: Mapping[str, Study]) -> Traces:
    """Return a line for every number: the old ones where they still fit, proposals for the rest.

    Raises
    ------
    InputError
        For a number that stands in no figure of a study that its sentence cites.
    """
    found: dict[tuple[str, str], tuple[Trace, ...]] = {}
    for sentence in asked:
        known = [
            (trace, name)
            for study in dict.fromkeys(sentence.studies)
            for trace, name in fields_of(studies[study])
        ]
        lines = _lines(sentence, known, old.get(sentence.key, ()))
        if lines:
            found[sentence.key] = lines
    return found


def write_traces(traces: Traces, folder: Path) -> Path:
    """Write ``traces.toml``."""
    records: dict[str, list[str]] = {}
    for (record, part), lines in traces.items():
        name = part if " " not in part else f'"{part}"'
        listed = ", ".join(f'"{one}"' for one in lines)
        line = f"{name} = [{listed}]"
        if len(line) > 100:
            listed = "".join(f'  "{one}",\n' for one in lines)
            line = f"{name} = [\n{listed}]"
        records.setdefault(record, []).append(line)
    text = _HEAD
    for record, parts in records.items():
        text += f'\n["{record}"]\n' + "\n".join(parts) + "\n"
    path = folder / FILE
    path.write_text(text, encoding="utf-8")
    return path


def _lines(
    sentence: Sentence, known: list[tuple[Trace, str]], old: tuple[Trace, ...]
) -> tuple[Trace, ...]:
    numbers = list(_NUMBER.finditer(sentence.text))
    fields = {trace for trace, _ in known}
    if [one.number for one in old] == [_value(one) for one in numbers] and set(old) <= fields:
        return old
    lines: list[Trace] = []
    for found in numbers:
        candidates = [(trace, name) for trace, name in known if trace.number == _value(found)]
        if not candidates:
            raise InputError(
                "stands in no figure of the studies that the sentence cites",
                "add the figure with where it was read, or leave the number out.",
                column=f"{sentence.record}, {sentence.part}",
                value=_value(found),
            )
        scored = [
            (_score(sentence.text, found, trace, name, lines), -rank, trace)
            for rank, (trace, name) in enumerate(candidates)
        ]
        lines.append(max(scored, key=lambda one: one[:2])[2])
    return tuple(lines)


def _value(found: "re.Match[str]") -> str:
    return plain(found.group().rstrip(",").replace(",", ""))


def _score(text: str, found: "re.Match[str]", trace: Trace, name: str, lines: list[Trace]) -> float:
    """Say how well a field fits what stands around a number."""
    after, before = text[found.end() :], text[: found.start()]
    score = 0.0
    for pattern, fields, weight in _SIGNS:
        if re.search(pattern, after) and re.search(fields, name):
            score += weight
    for pattern, fields, weight in _BEFORE:
        if re.search(pattern, before) and re.search(fields, name):
            score += weight
    if (
        lines
        and trace.figure
        and (trace.study, trace.figure) == (lines[-1].study, lines[-1].figure)
    ):
        score += 1.5
    if trace in lines:
        score -= 1
    return score - (0.5 if name in {"limits", "outcome", "comparator", "note", "label"} else 0)
