"""What is known: the six claims and the conditions, for everybody, without a token."""

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Path, Schema
from pydantic import Field

from lodose.server.api.doors import Doors
from lodose.server.web.evidence import (
    claims,
    conditions_listed,
    evidence_chances,
    evidence_claim,
    evidence_condition,
)

doors = Doors("Evidence")


class EvidenceSource(Schema):
    """A study that a sentence rests on."""

    study: str = Field(description="Id of the study.")
    name: str
    identifier: str = Field(description="DOI, PMID, registry or label number.")
    url: str = Field(description="Where the identifier is looked up.")
    read: str = Field(description="Where the sentence's numbers of it were read.")


class EvidenceNumber(Schema):
    """What one number of a sentence rests on."""

    number: str = Field(description="Without sign, commas and last zeros.")
    reference: str = Field(description="study.field or study#figure.field")
    identifier: str = Field(description="DOI, PMID, registry or label number.")
    place: str = Field(description="Where it was read.")


class EvidencePoint(Schema):
    """A sentence with its sources."""

    text: str = Field(description="The sentence.")
    sources: list[EvidenceSource] = Field(description="The studies that it cites.")
    numbers: list[EvidenceNumber] = Field(description="The origin of each of its numbers.")


class EvidenceRating(Schema):
    """How sure the project is of one thing, in its own judgement."""

    heading: str = Field(description="The project's judgement; no published rating.")
    about: str = Field(description="Of what.")
    certainty: str = Field(description="high, moderate, low or very low")
    reason: str
    sources: list[EvidenceSource] = Field(description="Where the reason holds numbers.")


class EvidenceClaim(Schema):
    """One of the six things that people say, weighed."""

    id: str
    statement: str = Field(description="What people say.")
    verdict: str = Field(description="What is known of it, in a line or two.")
    ratings: list[EvidenceRating] = Field(description="How sure, for each part.")
    support: list[EvidencePoint] = Field(description="The strongest that speaks for it.")
    opposition: list[EvidencePoint] = Field(description="The strongest that speaks against it.")
    missing: list[EvidencePoint] = Field(description="What is not known.")
    closing: str = Field(description="Who decides.")


class EvidenceListed(Schema):
    """A condition in the list of all."""

    id: str
    name: str
    group: str = Field(description="controlled, uncontrolled or topic")
    trials: int = Field(description="Controlled trials with results.")
    studies: int = Field(description="All studies of it here.")
    about: str = Field(description="What the certainty is of.")
    certainty: str = Field(description="high, moderate, low or very low")
    sources: list[EvidenceSource] = Field(description="Where the rating holds numbers.")


class EvidenceFigure(Schema):
    """A published figure."""

    reference: str = Field(description="study#figure, as a pool names it.")
    label: str
    text: str = Field(description="As published.")
    kind: str = Field(description="What sort of number it is, and against what.")
    note: str = Field(description="What belongs to it.")
    doubt: str = Field(description="What does not add up in it; empty where nothing is amiss.")
    harm: bool = Field(description="A side effect.")
    study: str = Field(description="Id of the study.")
    study_name: str = Field(description="What the study is called.")
    identifier: str = Field(description="DOI, PMID, registry or label number.")
    url: str = Field(description="Where the identifier is looked up.")
    place: str = Field(description="Where it was read.")


class EvidenceStudy(Schema):
    """A study with every figure that may be shown."""

    id: str
    name: str
    design: str = Field(description="How it was done.")
    controlled: bool = Field(description="A randomised trial with results.")
    group: str = Field(description="controlled, summaries, under way or others")
    people: str = Field(description="How many took part; empty where not seen.")
    people_note: str = Field(description="What that number is of.")
    dose: str = Field(description="In milligrams; empty where not seen.")
    length: str = Field(description="How long; empty where not seen.")
    comparator: str = Field(description="What it was compared with.")
    outcome: str = Field(description="What was measured.")
    sentence: str = Field(description="What it found, in one sentence.")
    limits: str = Field(description="What it cannot say.")
    verified: str = Field(description="What was checked at the source.")
    citation: str = Field(description="As published.")
    identifier: str = Field(description="DOI, PMID, registry or label number.")
    links: list[tuple[str, str]] = Field(description="Every identifier with its address.")
    read: list[str] = Field(description="Where it was read.")
    read_where: list[str] = Field(description="Which pages those were.")
    figures: list[EvidenceFigure] = Field(description="Every figure.")


class EvidenceRow(Schema):
    """A line of a forest plot."""

    label: str = Field(description="The trial, or the way of putting trials together.")
    text: str = Field(description="Effect and 95 % interval, as shown.")
    estimate: float = Field(description="The effect; ratios as ratios.")
    lower: float = Field(description="Lower end of the 95 % interval.")
    upper: float = Field(description="Upper end of the 95 % interval.")
    weight: float | None = Field(description="Share of the trial in the fixed effect.")
    identifier: str = Field(description="Empty where Lodose worked it out.")
    url: str = Field(description="Where the identifier is looked up.")
    place: str = Field(description="Where it was read; empty where Lodose worked it out.")
    pooled: bool = Field(description="Worked out by Lodose from all trials.")


class EvidenceWay(Schema):
    """One way of putting trials together."""

    label: str = Field(description="The method.")
    text: str = Field(description="Effect and 95 % interval.")
    spread: str = Field(description="Standard deviation between trials.")
    prediction: str = Field(description="Where a further trial may lie; empty where unknown.")


class EvidenceWithout(Schema):
    """All trials but one."""

    label: str = Field(description="Which trial is left out.")
    text: str = Field(description="Effect and 95 % interval of the others.")


class EvidencePool(Schema):
    """Trials put together by Lodose; not published."""

    label: str
    unit: str
    note: str = Field(description="That Lodose worked it out.")
    ratio: bool = Field(description="Effects are ratios.")
    better: str
    rows: list[EvidenceRow] = Field(description="What a forest plot draws.")
    scatter: str = Field(description="How far the trials lie apart.")
    studies: list[str] = Field(description="Ids of the trials.")
    ways: list[EvidenceWay] = Field(description="Every method.")
    without: list[EvidenceWithout] = Field(description="Each trial left out in turn.")
    limits: list[str] = Field(description="What so few trials cannot say.")
    funnel: bool = Field(description="A funnel plot would mean something.")


class EvidenceShare(Schema):
    """People in 100 who improved."""

    in_100: int = Field(description="People in 100.")
    lower: int = Field(description="Lower end of the 95 % interval.")
    upper: int = Field(description="Upper end of the 95 % interval.")
    people: int = Field(description="People counted.")
    name: str = Field(description="The study.")
    identifier: str = Field(description="DOI, PMID, registry or label number.")
    url: str = Field(description="Where the identifier is looked up.")
    place: str = Field(description="Where it was read.")


class EvidenceChances(Schema):
    """How many improved on it and on placebo; no prediction."""

    improvement: str = Field(description="What counts as improved.")
    active: EvidenceShare = Field(description="On it.")
    placebo: EvidenceShare = Field(description="On placebo, in the same trial.")
    other_placebo: EvidenceShare = Field(description="On placebo, in trials of other medicines.")
    difference: int = Field(description="More in 100 on it; worked out by Lodose.")
    difference_lower: int = Field(description="Lower end of the 95 % interval.")
    difference_upper: int = Field(description="Upper end of the 95 % interval.")
    certainty: str = Field(description="The project's judgement.")
    reason: str
    sentences: list[str] = Field(description="The same in words, and what it does not say.")


class EvidenceCondition(Schema):
    """All that is known here about a condition or a topic."""

    id: str
    name: str
    controlled: bool = Field(description="There is a controlled trial with results.")
    warning: str = Field(description="That there is none; empty otherwise.")
    found: list[EvidencePoint] = Field(description="What was found.")
    rating: EvidenceRating = Field(description="How sure.")
    missing: list[EvidencePoint] = Field(description="What is not known.")
    pools: list[EvidencePool] = Field(description="Trials put together.")
    chances: EvidenceChances | None = Field(description="Null where no trial counted both.")
    studies: list[EvidenceStudy] = Field(description="Every study.")
    closing: str = Field(description="Who decides.")


@doors.get("/evidence/claims", answers={200: list[EvidenceClaim]})
def list_claims(request: HttpRequest) -> Any:
    """List the six things that people say, with what studies found; nobody needs an account."""
    return claims()


@doors.get("/evidence/claims/{claim}", answers={200: EvidenceClaim})
def read_claim(request: HttpRequest, claim: Annotated[str, Path(description="Its id.")]) -> Any:
    """Read one of the six claims."""
    found = evidence_claim(claim)
    if found is None:
        raise Http404
    return found


@doors.get("/evidence/conditions", answers={200: list[EvidenceListed]})
def list_conditions(request: HttpRequest) -> Any:
    """List the conditions with how sure the project is; nobody needs an account."""
    return conditions_listed()


@doors.get("/evidence/conditions/{condition}", answers={200: EvidenceCondition})
def read_condition(
    request: HttpRequest, condition: Annotated[str, Path(description="Its id.")]
) -> Any:
    """Read what was found for a condition, with every study and every figure."""
    page = evidence_condition(condition)
    if page is None:
        raise Http404
    fields = {
        name: getattr(page, name) for name in EvidenceCondition.model_fields if name != "chances"
    }
    return {**fields, "chances": evidence_chances(condition)}
