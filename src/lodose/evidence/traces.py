"""What each number of a sentence rests on: one field of one study, or of one of its figures.

``traces.toml`` holds a line per number, in the order of the sentence. `check_traces` refuses a
number without a line and a line whose field says another number, so that neither a sentence nor a
figure can change alone.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from lodose.errors import InputError
from lodose.evidence.numbers import numbers_in, plain, written
from lodose.evidence.schema import WEAK_PLACES, Claim, Condition, Figure, Place, Study

FILE = "traces.toml"
MEND = "run `lodose evidence check --trace` and read what it changed in traces.toml."
_ARM = ("n", "events", "percent", "mean", "sd", "lower", "upper")
_FIGURE = ("value", "lower", "upper", "se", "p", "studies", "label", "note")
_FRAME = ("participants", "participants_note", "weeks", "comparator", "outcome", "limits")
_PLACE_OF_FRAME = (Place.FULL_TEXT, Place.ABSTRACT, Place.LABEL, Place.REGISTRY)


@dataclass(frozen=True, slots=True)
class Trace:
    """A number and what it rests on.

    Attributes
    ----------
    number : str
        As it compares: without sign, commas and last zeros.
    study, figure : str
        Ids; ``figure`` is empty for what is said of the study as a whole, such as its people.
    field : str
        Such as ``value`` or ``active.percent``.
    """

    number: str
    study: str
    figure: str
    field: str

    @property
    def reference(self) -> str:
        """Where it stands: ``study.field`` or ``study#figure.field``."""
        return f"{self.study}#{self.figure}.{self.field}" if self.figure else self._of_study

    @property
    def _of_study(self) -> str:
        return f"{self.study}.{self.field}"

    def __str__(self) -> str:
        return f"{self.number}: {self.reference}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text that people are shown, with the studies that its numbers may come from."""

    record: str
    part: str
    text: str
    studies: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        """How `traces.toml` names it."""
        return self.record, self.part


Traces = Mapping[tuple[str, str], tuple[Trace, ...]]


def sentences_of_study(study: Study) -> Iterator[Sentence]:
    """Give the sentence that is written for a study; its other texts are parts of the record."""
    yield Sentence(f"study {study.id}", "sentence", study.sentence, (study.id,))


def sentences_of_condition(condition: Condition) -> Iterator[Sentence]:
    """Give every text of a condition."""
    record = f"condition {condition.id}"
    cited = tuple(dict.fromkeys(one for point in condition.found for one in point.studies))
    yield Sentence(record, "name", condition.name, cited)
    for number, point in enumerate(condition.found, start=1):
        yield Sentence(record, f"found {number}", point.text, point.studies)
    yield Sentence(record, "rating", f"{condition.rating.about}. {condition.rating.reason}", cited)
    for number, text in enumerate(condition.missing, start=1):
        yield Sentence(record, f"missing {number}", text, cited)
    for number, pool in enumerate(condition.pools, start=1):
        studies = tuple(one.partition("#")[0] for one in pool.figures)
        yield Sentence(record, f"pool {number}", pool.label, studies)
    if condition.chances is not None:
        asked = condition.chances
        studies = (asked.shares.partition("#")[0], asked.placebo.partition("#")[0])
        yield Sentence(record, "chances", f"{asked.improvement}. {asked.reason}", studies)


def sentences_of_claim(claim: Claim) -> Iterator[Sentence]:
    """Give every text of a claim."""
    record = f"claim {claim.id}"
    points = [*claim.support, *claim.opposition]
    cited = tuple(dict.fromkeys(one for point in points for one in point.studies))
    yield Sentence(record, "statement", claim.statement, cited)
    yield Sentence(record, "verdict", claim.verdict, cited)
    for part, listed in (("support", claim.support), ("opposition", claim.opposition)):
        for number, point in enumerate(listed, start=1):
            yield Sentence(record, f"{part} {number}", point.text, point.studies)
    for number, rating in enumerate(claim.ratings, start=1):
        yield Sentence(record, f"rating {number}", f"{rating.about}. {rating.reason}", cited)
    for number, text in enumerate(claim.missing, start=1):
        yield Sentence(record, f"missing {number}", text, cited)


def sentences(
    studies: Iterable[Study], claims: Iterable[Claim], conditions: Iterable[Condition]
) -> Iterator[Sentence]:
    """Give every text that is shown and holds a number."""
    for study in studies:
        yield from sentences_of_study(study)
    for claim in claims:
        yield from sentences_of_claim(claim)
    for condition in conditions:
        yield from sentences_of_condition(condition)


def fields_of(study: Study) -> Iterator[tuple[Trace, str]]:
    """Give each number of a record with its place in it; text fields last."""
    for name in _FRAME:
        for number in numbers_in(str(getattr(study, name) or "")):
            yield Trace(number, study.id, "", name), name
    for dose in study.dose_micrograms or ():
        yield Trace(plain(str(Decimal(dose) / 1000)), study.id, "", "dose"), "dose"
    for year in re.findall(r"\b(?:19|20)\d\d\b", study.citation.text):
        yield Trace(year, study.id, "", "year"), "year"
    for figure in study.figures:
        yield from _of_figure(study, figure)


def _of_figure(study: Study, figure: Figure) -> Iterator[tuple[Trace, str]]:
    for name in _FIGURE:
        for number in numbers_in(written(getattr(figure, name))):
            yield Trace(number, study.id, figure.id, name), name
    for side in ("active", "comparator"):
        arm = getattr(figure, side)
        for name in _ARM if arm is not None else ():
            for number in numbers_in(written(getattr(arm, name))):
                yield Trace(number, study.id, figure.id, f"{side}.{name}"), f"{side}.{name}"


def place_of(study: Study, trace: Trace) -> Place:
    """Return where a number was read; for what is said of a study, the best place it was read."""
    figure = study.figure(trace.figure) if trace.figure else None
    if figure is not None:
        return figure.place
    return next((one for one in _PLACE_OF_FRAME if one in study.read), next(iter(study.read)))


def is_weak(study: Study, trace: Trace) -> bool:
    """Whether a number was read only in the press or second-hand."""
    return place_of(study, trace) in WEAK_PLACES


def read_traces(path: Path) -> Traces:
    """Read ``traces.toml``.

    Raises
    ------
    InputError
        Where it is missing or not in its form.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InputError("is not there", MEND, file=path.name) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot be read ({error})", MEND, file=path.name) from None
    found = {}
    for record, parts in table.items():
        for part, lines in parts.items():
            found[record, part] = tuple(_read_line(f"{record}, {part}", one) for one in lines)
    return found


def _read_line(where: str, line: str) -> Trace:
    matched = re.fullmatch(r"([\d.]+): ([a-z0-9-]+)(?:#([a-z0-9-]+))?\.([a-z_.]+)", line)
    if matched is None:
        raise InputError("is no line of traces.toml", MEND, column=where, value=line)
    return Trace(matched[1], matched[2], matched[3] or "", matched[4])


def check_traces(asked: Iterable[Sentence], traces: Traces, studies: Mapping[str, Study]) -> None:
    """Check that each number of each text has its line, and that its field says that number.

    Raises
    ------
    InputError
        For the first number that does not.
    """
    left = set(traces)
    for sentence in asked:
        left.discard(sentence.key)
        where = f"{sentence.record}, {sentence.part}"
        numbers = numbers_in(sentence.text)
        lines = traces.get(sentence.key, ())
        if [line.number for line in lines] != numbers:
            unmatched = _first_difference(numbers, [line.number for line in lines])
            raise InputError(
                "is not the number whose origin traces.toml keeps",
                MEND,
                column=where,
                value=unmatched,
            )
        for line in lines:
            _check_line(where, sentence, line, studies)
    if left:
        record, part = min(left)
        raise InputError("belongs to no text", MEND, file=FILE, column=f"{record}, {part}")


def _check_line(where: str, sentence: Sentence, line: Trace, studies: Mapping[str, Study]) -> None:
    if line.study not in sentence.studies:
        raise InputError(
            "comes from a study that the sentence does not cite", MEND, column=where, value=line
        )
    if not any(line == known for known, _ in fields_of(studies[line.study])):
        raise InputError(
            f"stands in no figure of {line.study} as {line.reference}",
            f"read the figure again and correct what is wrong; if the sentence is right, {MEND}",
            column=where,
            value=line.number,
        )


def _first_difference(numbers: Sequence[str], kept: Sequence[str]) -> str:
    for number, other in zip(numbers, kept, strict=False):
        if number != other:
            return number
    longer = numbers if len(numbers) > len(kept) else kept
    return longer[min(len(numbers), len(kept))]
