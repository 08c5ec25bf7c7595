"""What a person is shown of a claim, a condition and a study, in the current language.

Every number on a page comes from a figure of a study, and stands beside that study's identifier
and the place where it was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lodose.evidence.adding_up import doubts
from lodose.evidence.catalogue import Evidence
from lodose.evidence.pools import ShownPool, pool_of
from lodose.evidence.schema import (
    SUMMARIES,
    WEAK_PLACES,
    Condition,
    Design,
    Figure,
    Place,
    Point,
    Rating,
    Study,
)
from lodose.evidence.traces import place_of
from lodose.evidence.words import (
    CERTAINTIES,
    DECIDES,
    DESIGNS,
    JUDGEMENT,
    PLACES,
    dose,
    figure_text,
    kind_text,
    length,
    people,
)
from lodose.language import listing, translatable, translate

NO_TRIAL = translatable("No controlled trial of this was found.")


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A figure as text, with the study, its identifier and where it was read.

    ``doubt`` says what does not add up in it; ``reference`` is how a pool names it.
    """

    reference: str

    label: str
    text: str
    kind: str
    note: str
    doubt: str
    harm: bool
    study: str
    study_name: str
    identifier: str
    url: str
    place: str


@dataclass(frozen=True, slots=True)
class ShownStudy:
    """A study as it is listed.

    ``group`` is ``controlled``, ``summaries``, ``under way`` or ``others``; ``links`` are all its
    identifiers with their addresses.
    """

    id: str
    name: str
    design: str
    controlled: bool
    group: str
    people: str
    people_note: str
    dose: str
    length: str
    comparator: str
    outcome: str
    sentence: str
    limits: str
    verified: str
    citation: str
    identifier: str
    links: tuple[tuple[str, str], ...]
    read: tuple[str, ...]
    read_where: tuple[str, ...]
    figures: tuple[ShownFigure, ...]


@dataclass(frozen=True, slots=True)
class ShownSource:
    """A study that a sentence rests on, and where the sentence's numbers of it were read."""

    study: str
    name: str
    identifier: str
    url: str
    read: str


@dataclass(frozen=True, slots=True)
class ShownNumber:
    """A number of a sentence and the one figure that it rests on."""

    number: str
    reference: str
    identifier: str
    place: str


@dataclass(frozen=True, slots=True)
class ShownPoint:
    """A sentence with its sources, and the origin of each of its numbers in their order."""

    text: str
    sources: tuple[ShownSource, ...]
    numbers: tuple[ShownNumber, ...]


@dataclass(frozen=True, slots=True)
class ShownRating:
    """How sure the project is of one thing, and why; sources where the reason holds numbers."""

    heading: str
    about: str
    certainty: str
    reason: str
    sources: tuple[ShownSource, ...]


@dataclass(frozen=True, slots=True)
class ListedCondition:
    """A condition or topic in the list of all.

    ``group`` is ``controlled``, ``uncontrolled`` or ``topic``.
    """

    id: str
    name: str
    group: str
    trials: int
    studies: int
    about: str
    certainty: str
    sources: tuple[ShownSource, ...]


@dataclass(frozen=True, slots=True)
class ConditionPage:
    """Everything known about a condition."""

    id: str
    name: str
    controlled: bool
    warning: str
    found: tuple[ShownPoint, ...]
    rating: ShownRating
    missing: tuple[ShownPoint, ...]
    pools: tuple[ShownPool, ...]
    has_chances: bool
    studies: tuple[ShownStudy, ...]
    closing: str


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """One of the six claims, weighed."""

    id: str
    statement: str
    verdict: str
    ratings: tuple[ShownRating, ...]
    support: tuple[ShownPoint, ...]
    opposition: tuple[ShownPoint, ...]
    missing: tuple[ShownPoint, ...]
    closing: str


def listed_conditions(evidence: Evidence) -> list[ListedCondition]:
    """Return all conditions and topics, in the order of conditions.toml."""
    return [_listed(evidence, one) for one in evidence.conditions.values()]


def _listed(evidence: Evidence, condition: Condition) -> ListedCondition:
    studies = evidence.studies_of(condition.id)
    trials = {one.part_of or one.id for one in studies if one.controlled}
    group = "controlled" if trials else "uncontrolled"
    return ListedCondition(
        id=condition.id,
        name=translate(condition.name),
        group="topic" if condition.topic else group,
        trials=len(trials),
        studies=len(studies),
        about=translate(condition.rating.about),
        certainty=translate(CERTAINTIES[condition.rating.certainty]),
        sources=sources_of(evidence, (f"condition {condition.id}", "rating")),
    )


def condition_page(evidence: Evidence, condition_id: str) -> ConditionPage:
    """Return what is shown of a condition."""
    condition = evidence.condition(condition_id)
    controlled = bool(evidence.controlled_studies_of(condition.id))
    record = f"condition {condition.id}"
    return ConditionPage(
        id=condition.id,
        name=translate(condition.name),
        controlled=controlled,
        warning="" if controlled or condition.topic else translate(NO_TRIAL),
        found=_points(evidence, record, "found", condition.found),
        rating=_rating(evidence, (record, "rating"), condition.rating),
        missing=_missing(evidence, record, condition.missing),
        pools=tuple(pool_of(evidence, pool) for pool in condition.pools),
        has_chances=condition.chances is not None,
        studies=tuple(shown_study(one) for one in evidence.studies_of(condition.id)),
        closing=translate(DECIDES),
    )


def claim_page(evidence: Evidence, claim_id: str) -> ClaimPage:
    """Return what is shown of a claim."""
    claim = evidence.claim(claim_id)
    record = f"claim {claim.id}"
    return ClaimPage(
        id=claim.id,
        statement=translate(claim.statement),
        verdict=translate(claim.verdict),
        ratings=tuple(
            _rating(evidence, (record, f"rating {number}"), one)
            for number, one in enumerate(claim.ratings, start=1)
        ),
        support=_points(evidence, record, "support", claim.support),
        opposition=_points(evidence, record, "opposition", claim.opposition),
        missing=_missing(evidence, record, claim.missing),
        closing=translate(DECIDES),
    )


def shown_study(study: Study) -> ShownStudy:
    """Return what is shown of a study."""
    return ShownStudy(
        id=study.id,
        name=translate(study.name),
        design=translate(DESIGNS[study.design]),
        controlled=study.controlled,
        group=_group(study),
        people=people(study),
        people_note=translate(study.participants_note),
        dose=dose(study),
        length=length(study),
        comparator=translate(study.comparator),
        outcome=translate(study.outcome),
        sentence=translate(study.sentence),
        limits=translate(study.limits),
        verified=translate(study.verified),
        citation=study.citation.text,
        identifier=study.citation.identifier,
        links=study.citation.links,
        read=tuple(translate(PLACES[place]) for place in study.read),
        read_where=tuple(study.read.values()),
        figures=tuple(shown_figure(study, one) for one in study.figures),
    )


def _group(study: Study) -> str:
    if study.controlled:
        return "controlled"
    if study.design in SUMMARIES:
        return "summaries"
    return "under way" if study.design is Design.UNDER_WAY else "others"


def shown_figure(study: Study, figure: Figure) -> ShownFigure:
    """Return a figure as text."""
    identifier, url = study.citation.shown_for(figure.place)
    return ShownFigure(
        reference=f"{study.id}#{figure.id}",
        label=translate(figure.label),
        text=figure_text(figure),
        kind=kind_text(figure),
        note=translate(figure.note),
        doubt=doubts(study, figure),
        harm=figure.harm,
        study=study.id,
        study_name=translate(study.name),
        identifier=identifier,
        url=url,
        place=translate(PLACES[figure.place]),
    )


def sources_of(
    evidence: Evidence, key: tuple[str, str], studies: Sequence[str] = ()
) -> tuple[ShownSource, ...]:
    """Return the studies that a text cites, or those that its numbers rest on.

    Beside each stands where those numbers were read; where a text takes no number from a study,
    where the study was read.
    """
    traces = evidence.traces.get(key, ())
    named = dict.fromkeys([*studies, *(one.study for one in traces)])
    return tuple(
        _source(
            evidence.study(name),
            [place_of(evidence.study(name), one) for one in traces if one.study == name],
        )
        for name in named
    )


def numbers_of(evidence: Evidence, key: tuple[str, str]) -> tuple[ShownNumber, ...]:
    """Return the origin of each number of a text."""
    return tuple(
        ShownNumber(
            number=one.number,
            reference=one.reference,
            identifier=evidence.study(one.study).citation.shown_for(place)[0],
            place=translate(PLACES[place]),
        )
        for one in evidence.traces.get(key, ())
        for place in [place_of(evidence.study(one.study), one)]
    )


def _points(
    evidence: Evidence, record: str, part: str, points: Sequence[Point]
) -> tuple[ShownPoint, ...]:
    return tuple(
        _point(evidence, (record, f"{part} {number}"), point.text, point.studies)
        for number, point in enumerate(points, start=1)
    )


def _missing(evidence: Evidence, record: str, texts: Sequence[str]) -> tuple[ShownPoint, ...]:
    return tuple(
        _point(evidence, (record, f"missing {number}"), text)
        for number, text in enumerate(texts, start=1)
    )


def _point(
    evidence: Evidence, key: tuple[str, str], text: str, studies: Sequence[str] = ()
) -> ShownPoint:
    return ShownPoint(
        text=translate(text),
        sources=sources_of(evidence, key, studies),
        numbers=numbers_of(evidence, key),
    )


def _source(study: Study, places: Sequence[Place]) -> ShownSource:
    read = list(dict.fromkeys(places)) or [
        one for one in study.read if one not in WEAK_PLACES or not study.solid
    ]
    identifier, url = study.citation.shown_for(read[0])
    return ShownSource(
        study=study.id,
        name=translate(study.name),
        identifier=identifier,
        url=url,
        read=listing([translate(PLACES[place]) for place in read]),
    )


def _rating(evidence: Evidence, key: tuple[str, str], rating: Rating) -> ShownRating:
    return ShownRating(
        heading=translate(JUDGEMENT),
        about=translate(rating.about),
        certainty=translate(CERTAINTIES[rating.certainty]),
        reason=translate(rating.reason),
        sources=sources_of(evidence, key),
    )
