"""What a study, a claim and a condition must say before anybody is shown them."""

import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)]
Identity = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Number = Annotated[Decimal, Field(allow_inf_nan=False)]


_SET_ID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class Place(StrEnum):
    """Where a figure was read."""

    FULL_TEXT = "full text"
    ABSTRACT = "abstract"
    REGISTRY = "registry"
    LABEL = "label"
    PRESS = "press"
    SECONDARY = "secondary"


WEAK_PLACES = frozenset({Place.PRESS, Place.SECONDARY})
"""Places that support no claim alone and no certainty above very low."""


class Certainty(StrEnum):
    """How sure the project is, in its own judgement."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very low"


class Design(StrEnum):
    """How a study was done."""

    PARALLEL = "randomised, parallel groups"
    CROSSOVER = "randomised, crossover"
    FIXED_ORDER = "placebo first for everybody, not randomised"
    BEFORE_AFTER = "before and after, no control group"
    REGISTER = "prescription register"
    CASES = "case reports"
    META_ANALYSIS = "meta-analysis"
    REVIEW = "review"
    LABORATORY = "laboratory"
    LABEL = "product label"
    UNDER_WAY = "planned or under way, no results"


RANDOMISED = frozenset({Design.PARALLEL, Design.CROSSOVER})
SUMMARIES = frozenset({Design.META_ANALYSIS, Design.REVIEW})


class Kind(StrEnum):
    """What sort of number a figure is."""

    MEAN_DIFFERENCE = "mean difference"
    STANDARDISED = "standardised mean difference"
    RISK_RATIO = "risk ratio"
    RATE_RATIO = "rate ratio"
    RISK_DIFFERENCE = "risk difference"
    SHARES = "shares of people"
    ARM_MEANS = "means of the groups"
    CHANGE = "change from before"
    TEST = "test of a difference"
    ESTIMATE = "estimate"
    EVENTS = "numbers of events"


CONTRASTS = frozenset(
    {
        Kind.MEAN_DIFFERENCE,
        Kind.STANDARDISED,
        Kind.RISK_RATIO,
        Kind.RATE_RATIO,
        Kind.RISK_DIFFERENCE,
    }
)
Versus = Literal[
    "placebo", "active drug", "placebo or active drug", "before", "lower use", "nothing"
]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Arm(_Record):
    """One group of a figure: how many people, and what was counted or measured in them."""

    n: int | None = Field(default=None, gt=0)
    events: int | None = Field(default=None, ge=0)
    percent: Number | None = None
    mean: Number | None = None
    sd: Number | None = None
    lower: Number | None = None
    upper: Number | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.events is None and self.percent is None and self.mean is None:
            raise ValueError("needs events, percent or mean")
        if self.events is not None and self.n is not None and self.events > self.n:
            raise ValueError("has more events than people; count people, not events")
        return self


class Figure(_Record):
    """One number of a study with its kind, its uncertainty and where it was read."""

    id: Identity
    label: Text
    kind: Kind
    versus: Versus
    place: Place
    value: Number | None = None
    lower: Number | None = None
    upper: Number | None = None
    se: Number | None = None
    p: Annotated[str, StringConstraints(pattern=r"^<?0?\.\d+$")] | None = None
    active: Arm | None = None
    comparator: Arm | None = None
    unit: str = ""
    better: Literal["lower", "higher"] | None = None
    harm: bool = False
    studies: int | None = Field(default=None, ge=2)
    uncertainty: Literal["reported", "not reported"] = "reported"
    note: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.value is None and self.active is None and self.comparator is None and not self.p:
            raise ValueError("holds no number; give value, active, comparator or p")
        if (self.lower is None) != (self.upper is None):
            raise ValueError("has one end of an interval; give lower and upper")
        if (
            self.value is not None
            and self.lower is not None
            and self.upper is not None
            and not self.lower <= self.value <= self.upper
        ):
            raise ValueError("lies outside its own interval; read the figure again")
        counted = any(
            arm is not None and (arm.n is not None or arm.lower is not None)
            for arm in (self.active, self.comparator)
        )
        known = self.lower is not None or self.se is not None or self.p or counted
        if not known and self.uncertainty == "reported":
            raise ValueError(
                "has no uncertainty; give lower and upper, se, p or the people in each group, "
                'or say uncertainty = "not reported"'
            )
        if self.kind in CONTRASTS and self.versus == "nothing":
            raise ValueError("is a comparison but names nothing it was compared with")
        return self

    @property
    def weak(self) -> bool:
        """Whether it was read only in the press or second-hand."""
        return self.place in WEAK_PLACES


class Citation(_Record):
    """A study as it can be looked up."""

    text: Text
    doi: Annotated[str, StringConstraints(pattern=r"^10\.\d{4,9}/\S+$")] | None = None
    pmid: Annotated[str, StringConstraints(pattern=r"^\d{6,9}$")] | None = None
    registry: tuple[
        Annotated[str, StringConstraints(pattern=r"^(NCT\d{8}|CTRI/\d{4}/\d{2}/\d{6})$")], ...
    ] = ()
    set_id: Annotated[str, StringConstraints(pattern=_SET_ID)] | None = None

    @model_validator(mode="after")
    def _can_be_looked_up(self) -> Self:
        if not (self.doi or self.pmid or self.registry or self.set_id):
            raise ValueError("has no DOI, PMID or registry number; without one it is left out")
        return self

    @property
    def identifier(self) -> str:
        """The shortest way to look it up."""
        if self.doi:
            return f"doi:{self.doi}"
        if self.pmid:
            return f"PMID {self.pmid}"
        return self.registry[0] if self.registry else f"DailyMed {self.set_id}"

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """Every identifier with the address where it is looked up, the shortest way first."""
        found = []
        if self.doi:
            found.append((f"doi:{self.doi}", f"https://doi.org/{_in_address(self.doi, '/:;()')}"))
        if self.pmid:
            found.append((f"PMID {self.pmid}", f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"))
        found += [(one, _registry_address(one)) for one in self.registry]
        if self.set_id:
            address = f"https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid={self.set_id}"
            found.append((f"DailyMed {self.set_id}", address))
        return tuple(found)

    def shown_for(self, place: Place) -> tuple[str, str]:
        """Return identifier and address beside a number: the registry's for one read there."""
        if place is Place.REGISTRY and self.registry:
            return self.registry[0], _registry_address(self.registry[0])
        return self.links[0]


def _in_address(text: str, kept: str) -> str:
    """Return a text as it may stand in an address: what has a meaning there is escaped.

    Written out here, because nothing beside the server imports what can open a connection.
    """
    plain = re.compile(f"[A-Za-z0-9_.~{re.escape(kept)}-]")
    return "".join(
        one if plain.fullmatch(one) else "".join(f"%{byte:02X}" for byte in one.encode())
        for one in text
    )


def _registry_address(number: str) -> str:
    if number.startswith("NCT"):
        return f"https://clinicaltrials.gov/study/{number}"
    return f"https://trialsearch.who.int/Trial2.aspx?TrialID={_in_address(number, '/')}"


class Study(_Record):
    """One study, as it stands in ``studies/*.toml``."""

    id: Identity
    name: Text
    conditions: Annotated[tuple[Identity, ...], Field(min_length=1)]
    design: Design
    participants: int | None = Field(default=None, gt=0)
    participants_note: str = ""
    dose_micrograms: tuple[int, int] | None = None
    weeks: int | None = Field(default=None, gt=0)
    comparator: str = ""
    outcome: Text
    result: Literal["benefit", "no difference", "mixed", "harm", "none yet", "background"]
    sentence: Text
    verified: Text
    limits: Text
    citation: Citation
    read: Annotated[dict[Place, Text], Field(min_length=1)]
    read_again: tuple[Place, ...] = ()
    part_of: Identity | None = None
    figures: tuple[Figure, ...] = ()

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for figure in self.figures:
            if figure.place not in self.read:
                raise ValueError(
                    f"figure '{figure.id}' was read in the {figure.place.value}, but `read` does "
                    "not say where that was"
                )
        ids = [figure.id for figure in self.figures]
        if len(ids) != len(set(ids)):
            raise ValueError("two figures have the same id")
        if not set(self.read_again) <= set(self.read):
            raise ValueError("`read_again` names a place that `read` does not")
        if self.design is Design.UNDER_WAY:
            if self.result != "none yet":
                raise ValueError('has no results yet; say result = "none yet"')
        elif not self.figures and self.result not in ("background", "mixed", "no difference"):
            raise ValueError("says what was found but holds no figure")
        if self.dose_micrograms and not 0 < self.dose_micrograms[0] <= self.dose_micrograms[1]:
            raise ValueError("has a dose range that does not run from low to high")
        if self.citation.set_id and self.design is not Design.LABEL:
            raise ValueError("is cited by a label but is none; give DOI, PMID or registry number")
        return self

    @property
    def controlled(self) -> bool:
        """Whether it is a randomised trial with results."""
        return self.design in RANDOMISED

    @property
    def solid(self) -> bool:
        """Whether something of it was read at more than the press or second-hand."""
        return bool(set(self.read) - WEAK_PLACES)

    def figure(self, figure: str) -> Figure | None:
        """Return the figure of that name, if there is one."""
        return next((one for one in self.figures if one.id == figure), None)


class Rating(_Record):
    """The project's judgement of how sure one part of an answer is."""

    about: Text
    certainty: Certainty
    reason: Text


class Point(_Record):
    """One sentence for or against a claim, with the studies it rests on."""

    text: Text
    studies: Annotated[tuple[Identity, ...], Field(min_length=1)]


class Claim(_Record):
    """One of the six things that are said of low-dose naltrexone."""

    id: Identity
    statement: Text
    verdict: Text
    ratings: Annotated[tuple[Rating, ...], Field(min_length=1)]
    support: Annotated[tuple[Point, ...], Field(min_length=1)]
    opposition: Annotated[tuple[Point, ...], Field(min_length=1)]
    missing: Annotated[tuple[Text, ...], Field(min_length=1)]


class Pool(_Record):
    """Figures of several studies that may be put together."""

    label: Text
    unit: str = ""
    figures: Annotated[tuple[str, ...], Field(min_length=2)]
    tau_scale: Number


class ChancesSource(_Record):
    """Which figures say how many people improved."""

    improvement: Text
    shares: str
    placebo: str
    certainty: Certainty
    reason: Text


class Condition(_Record):
    """What was found for one condition, or for a topic such as safety."""

    id: Identity
    name: Text
    topic: bool = False
    found: Annotated[tuple[Point, ...], Field(min_length=1)]
    rating: Rating
    missing: Annotated[tuple[Text, ...], Field(min_length=1)]
    pools: tuple[Pool, ...] = ()
    chances: ChancesSource | None = None
