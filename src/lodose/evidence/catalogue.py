"""The studies, claims and conditions, read once and refused where they are not whole."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from lodose.errors import InputError, LodoseError
from lodose.evidence.schema import Claim, Condition, Figure, Study
from lodose.evidence.traces import FILE, Traces, read_traces

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that is known here, by id, in the order of the files.

    ``traces`` says what each number of each sentence rests on.
    """

    studies: Mapping[str, Study]
    claims: Mapping[str, Claim]
    conditions: Mapping[str, Condition]
    traces: Traces = field(default_factory=dict)

    def study(self, name: str) -> Study:
        """Return a study; the message of the error lists near names."""
        return _named(self.studies, name, "study")

    def claim(self, name: str) -> Claim:
        """Return a claim."""
        return _named(self.claims, name, "claim")

    def condition(self, name: str) -> Condition:
        """Return a condition."""
        return _named(self.conditions, name, "condition")

    def studies_of(self, condition: str) -> list[Study]:
        """Return the studies of a condition, randomised trials first, larger ones first."""
        found = [one for one in self.studies.values() if condition in one.conditions]
        return sorted(found, key=lambda one: (not one.controlled, -(one.participants or 0)))

    def controlled_studies_of(self, condition: str) -> list[Study]:
        """Return the randomised trials with results."""
        return [one for one in self.studies_of(condition) if one.controlled]

    def figure(self, reference: str) -> tuple[Study, Figure]:
        """Return what ``study#figure`` refers to."""
        study_id, _, figure_id = reference.partition("#")
        study = self.study(study_id)
        figure = study.figure(figure_id)
        if figure is None:
            known = ", ".join(one.id for one in study.figures) or "none"
            raise LodoseError(
                f"study {study_id} has no figure '{figure_id}'. Mend: choose one of: {known}."
            )
        return study, figure


@cache
def read_evidence() -> Evidence:
    """Read what comes with Lodose: once per process."""
    with resources.as_file(resources.files("lodose.evidence")) as folder:
        return read_folder(folder)


def read_folder(folder: Path) -> Evidence:
    """Read ``studies/*.toml``, the claims, the conditions and the traces, and check them.

    Raises
    ------
    InputError
        For the first fault, naming file, study, field, value and mend.
    """
    from lodose.evidence.checks import check_origins

    evidence = replace(_read_records(folder), traces=read_traces(folder / FILE))
    check_origins(evidence)
    return evidence


def trace_folder(folder: Path) -> Path:
    """Write what each number of each sentence rests on into ``traces.toml``; return its path.

    What is kept there already and still fits stays; the rest is proposed, for somebody to read.

    Raises
    ------
    InputError
        For the first fault, and for a number that stands in no figure.
    """
    from lodose.evidence.checks import texts_of
    from lodose.evidence.tracing import traced, write_traces

    evidence = _read_records(folder)
    path = folder / FILE
    old = read_traces(path) if path.is_file() else {}
    return write_traces(traced(texts_of(evidence), old, evidence.studies), folder)


def _read_records(folder: Path) -> Evidence:
    from lodose.evidence.checks import check_evidence

    studies: dict[str, Study] = {}
    files = sorted((folder / "studies").glob("*.toml"))
    if not files:
        raise InputError(
            "holds no study", "put a record into it as docs/evidence.md says.", file="studies"
        )
    for path in files:
        for study in _records(path, "study", Study):
            if study.id in studies:
                raise InputError(
                    "is there twice", "give each study one record.", file=path.name, value=study.id
                )
            studies[study.id] = study
    evidence = Evidence(
        studies,
        {one.id: one for one in _records(folder / "claims.toml", "claim", Claim)},
        {one.id: one for one in _records(folder / "conditions.toml", "condition", Condition)},
    )
    check_evidence(evidence)
    return evidence


def _records(path: Path, key: str, model: type[_Model]) -> list[_Model]:
    try:
        table = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        raise InputError(
            "is not there", "write it as docs/evidence.md says.", file=path.name
        ) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8", "save it as UTF-8.", file=path.name) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"is not valid TOML ({error})", "correct that line.", file=path.name
        ) from None
    unknown = set(table) - {key}
    if unknown:
        raise InputError(
            "is not known here",
            f"begin each record with [[{key}]].",
            file=path.name,
            value=", ".join(sorted(unknown)),
        )
    return [_record(path.name, key, one, model) for one in table.get(key, [])]


def _record(file: str, key: str, table: dict[str, Any], model: type[_Model]) -> _Model:
    try:
        return model.model_validate(table)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        first = min(faults, key=lambda one: one["type"] != "extra_forbidden")
        field = ", ".join(_steps(first["loc"], table)) or "the record"
        named = f"{key} '{table.get('id', 'without an id')}', {field}"
        value = first["input"]
        raise InputError(
            _problem(first["type"], first["msg"]),
            "fill in what docs/evidence.md lists; what was not read at its source stays out.",
            file=file,
            column=named,
            value=str(value)[:60] if isinstance(value, str | int | Decimal) else None,
        ) from None


def _problem(kind: str, message: str) -> str:
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return "is not known"
    return message.removeprefix("Value error, ")


def _steps(location: Iterable[int | str], table: Any) -> Iterable[str]:
    """Name a place in a record; a figure by its id instead of its number."""
    for step in location:
        try:
            table = table[step]
        except (KeyError, IndexError, TypeError):
            table = None
        if isinstance(step, int):
            named = table.get("id") if isinstance(table, dict) else None
            yield str(named or step + 1)
        else:
            yield step


def _named(known: Mapping[str, _Model], name: str, what: str) -> _Model:
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name.casefold(), known, n=3, cutoff=0.5)
    choices = near or list(known)
    raise LodoseError(f"There is no {what} '{name}'. Mend: choose one of: {', '.join(choices)}.")
