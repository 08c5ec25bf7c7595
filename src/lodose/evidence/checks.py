"""What must hold between studies, claims and conditions: every number has its study."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from lodose.errors import InputError
from lodose.evidence.catalogue import Evidence
from lodose.evidence.numbers import numbers_in, plain
from lodose.evidence.schema import Certainty, Claim, Condition, Figure, Point, Study
from lodose.evidence.traces import (
    Sentence,
    check_traces,
    is_weak,
    sentences,
    sentences_of_claim,
    sentences_of_condition,
)

_PROSE = {"sentence", "id", "name", "citation", "part_of", "conditions", "read"}


def numbers_of(study: Study) -> set[str]:
    """Return every number that a study's record holds, and its year."""
    dumped = study.model_dump(exclude=_PROSE)
    found = set(numbers_in(" ".join(_texts(dumped))))
    if study.dose_micrograms:
        found |= {plain(str(Decimal(dose) / 1000)) for dose in study.dose_micrograms}
    found |= set(re.findall(r"\b(?:19|20)\d\d\b", study.citation.text))
    return found


def strong_numbers_of(study: Study) -> set[str]:
    """Return the numbers that were not read in the press or second-hand alone."""
    weak = [figure for figure in study.figures if figure.weak]
    strong = [figure for figure in study.figures if not figure.weak]
    return numbers_of(study) - _of_figures(weak) | _of_figures(strong) | _of_frame(study)


def check_evidence(evidence: Evidence) -> None:
    """Check all that lies between records.

    Raises
    ------
    InputError
        For the first fault.
    """
    for study in evidence.studies.values():
        _check_study(evidence, study)
    for claim in evidence.claims.values():
        _check_claim(evidence, claim)
    for condition in evidence.conditions.values():
        _check_condition(evidence, condition)


def check_origins(evidence: Evidence) -> None:
    """Check what each number of each text rests on.

    Raises
    ------
    InputError
        For the first number without an origin, or read in the press or second-hand alone beside a
        certainty above very low.
    """
    check_traces(texts_of(evidence), evidence.traces, evidence.studies)
    _check_bare(evidence)
    for claim in evidence.claims.values():
        best = _best(rating.certainty for rating in claim.ratings)
        _check_strength(evidence, sentences_of_claim(claim), best)
    for condition in evidence.conditions.values():
        best = condition.rating.certainty
        parts = [one for one in sentences_of_condition(condition) if one.part != "chances"]
        _check_strength(evidence, parts, best)


def _check_bare(evidence: Evidence) -> None:
    """Refuse a number where no source can stand beside it."""
    for sentence in texts_of(evidence):
        if sentence.part in {"name", "statement", "verdict"} and sentence.key in evidence.traces:
            raise InputError(
                "has no place for its source here",
                "say it in a point that cites a study.",
                column=f"{sentence.record}, {sentence.part}",
                value=evidence.traces[sentence.key][0].number,
            )


def texts_of(evidence: Evidence) -> Iterator[Sentence]:
    """Give every text that people are shown and whose numbers have an origin."""
    return sentences(
        evidence.studies.values(), evidence.claims.values(), evidence.conditions.values()
    )


def _check_strength(evidence: Evidence, asked: Iterable[Sentence], best: Certainty) -> None:
    for sentence in asked if best is not Certainty.VERY_LOW else ():
        for trace in evidence.traces.get(sentence.key, ()):
            if is_weak(evidence.studies[trace.study], trace):
                raise InputError(
                    "was read only in the press or second-hand",
                    "leave the number out, or read it at its source.",
                    column=f"{sentence.record}, {sentence.part}",
                    value=str(trace),
                )


def _check_study(evidence: Evidence, study: Study) -> None:
    where = f"study '{study.id}'"
    for condition in study.conditions:
        if condition not in evidence.conditions:
            raise InputError(
                "is no condition of conditions.toml",
                "correct it, or add a record for the condition.",
                column=f"{where}, conditions",
                value=condition,
            )
    if study.part_of and study.part_of not in evidence.studies:
        raise InputError(
            "is no study", "name the main study.", column=f"{where}, part_of", value=study.part_of
        )
    _traceable(f"{where}, sentence", study.sentence, numbers_of(study), study.id)


def _check_claim(evidence: Evidence, claim: Claim) -> None:
    where = f"claim '{claim.id}'"
    best = _best(rating.certainty for rating in claim.ratings)
    points = [*claim.support, *claim.opposition]
    _check_points(evidence, where, points, best)
    every = _cited(evidence, where, points)
    known = set().union(*(numbers_of(study) for study in every))
    for rating in claim.ratings:
        _traceable(f"{where}, ratings", rating.reason, known, "any study of the claim")
    _traceable(f"{where}, verdict", claim.verdict, known, "any study of the claim")


def _check_condition(evidence: Evidence, condition: Condition) -> None:
    where = f"condition '{condition.id}'"
    _check_points(evidence, where, condition.found, condition.rating.certainty)
    cited = _cited(evidence, where, condition.found)
    known = set().union(*(numbers_of(study) for study in cited))
    _traceable(f"{where}, rating", condition.rating.reason, known, "the studies cited")
    uncontrolled = not evidence.controlled_studies_of(condition.id)
    if (
        uncontrolled
        and not condition.topic
        and condition.rating.certainty is not Certainty.VERY_LOW
    ):
        raise InputError(
            "is more than a condition without a controlled trial can have",
            'write "very low".',
            column=f"{where}, rating, certainty",
            value=condition.rating.certainty.value,
        )
    if condition.chances is not None:
        _, shares = evidence.figure(condition.chances.shares)
        _, placebo = evidence.figure(condition.chances.placebo)
        weak = shares.weak or placebo.weak
        if weak and condition.chances.certainty is not Certainty.VERY_LOW:
            raise InputError(
                "rests on a figure read in the press or second-hand",
                'write "very low", or read the figure at its source.',
                column=f"{where}, chances, certainty",
                value=condition.chances.certainty.value,
            )


def _check_points(
    evidence: Evidence, where: str, points: Sequence[Point], certainty: Certainty
) -> None:
    for number, point in enumerate(points, start=1):
        cited = _cited(evidence, f"{where}, point {number}", [point])
        every = set().union(*(numbers_of(study) for study in cited))
        _traceable(f"{where}, point {number}", point.text, every, ", ".join(point.studies))
        if not any(study.solid for study in cited):
            raise InputError(
                "rests on the press or on second-hand sources alone",
                "cite a study that was read at its abstract, register or full text.",
                column=f"{where}, point {number}",
                value=", ".join(point.studies),
            )
        strong = set().union(*(strong_numbers_of(study) for study in cited))
        weak = [one for one in numbers_in(point.text) if one not in strong]
        if weak and certainty is not Certainty.VERY_LOW:
            raise InputError(
                "was read only in the press or second-hand",
                "leave the number out, or read it at its source.",
                column=f"{where}, point {number}",
                value=weak[0],
            )


def _cited(evidence: Evidence, where: str, points: Iterable[Point]) -> list[Study]:
    found = []
    for point in points:
        for name in point.studies:
            if name not in evidence.studies:
                raise InputError(
                    "is no study",
                    "correct the id, or add a record to studies/.",
                    column=where,
                    value=name,
                )
            found.append(evidence.studies[name])
    return found


def _traceable(where: str, text: str, known: set[str], whose: str) -> None:
    for number in numbers_in(text):
        if number not in known:
            raise InputError(
                f"stands in no figure of {whose}",
                "add the figure with where it was read, or leave the number out.",
                column=where,
                value=number,
            )


def _best(certainties: Iterable[Certainty]) -> Certainty:
    order = list(Certainty)
    return min(certainties, key=order.index)


def _of_figures(figures: Iterable[Figure]) -> set[str]:
    return {
        number
        for figure in figures
        for number in numbers_in(" ".join(_texts(figure.model_dump(exclude={"id"}))))
    }


def _of_frame(study: Study) -> set[str]:
    frame = study.model_dump(exclude={*_PROSE, "figures"})
    found = set(numbers_in(" ".join(_texts(frame))))
    if study.dose_micrograms:
        found |= {plain(str(Decimal(dose) / 1000)) for dose in study.dose_micrograms}
    return found | set(re.findall(r"\b(?:19|20)\d\d\b", study.citation.text))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, BaseModel):
        yield from _texts(value.model_dump())
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
