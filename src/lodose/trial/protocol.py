"""The protocol: what was planned, fixed beforehand, with a hash that anybody can recompute."""

import datetime as dt
import hashlib
import zoneinfo
from bisect import bisect_right
from collections.abc import Mapping
from itertools import groupby, pairwise
from typing import Annotated, Any, Literal, Self

import rfc8785
from pydantic import Field, StrictBool, field_validator, model_validator

from lodose.diary.reading import RESERVED_COLUMNS
from lodose.errors import LodoseError
from lodose.trial.parts import (
    Blinding,
    Cuts,
    Event,
    Medicine,
    ModelSettings,
    Outcome,
    Period,
    PriorSettings,
    Randomisation,
    Treatment,
)
from lodose.trial.values import Name, Part, Text, Whole, canonical, fault

Design = Literal["randomised-blinded", "randomised-open", "open-on-off", "before-after"]


class Protocol(Part):
    """What is compared, measured and analysed, and how; see docs/protocol.md for each field.

    Examples
    --------
    >>> protocol = Protocol.model_validate({
    ...     "title": "Example",
    ...     "design": "before-after",
    ...     "primary_outcome": "pain",
    ...     "treatment": {"name": "LDN", "active": "4.5 mg", "comparator": "nothing"},
    ...     "outcomes": [{"name": "pain", "instrument": "pain-nrs"}],
    ...     "periods": [
    ...         {"start": "2026-01-01", "end": "2026-01-28", "arm": "comparator"},
    ...         {"start": "2026-01-29", "end": "2026-02-25", "arm": "active"},
    ...     ],
    ... })
    >>> protocol.primary.mcid, protocol.period_index(dt.date(2026, 2, 1))
    (Decimal('1'), 1)
    """

    schema_version: Literal[1] = 1
    title: Name
    question: Text = ""
    time_zone: Name = "UTC"
    synthetic: StrictBool = False
    notes: Text = ""
    design: Design
    primary_outcome: Name
    transition_days: Annotated[Whole, Field(ge=0, le=365)] = 0
    long_gap_days: Annotated[Whole, Field(ge=1, le=3650)] = 7
    treatment: Treatment
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1)]
    periods: Annotated[tuple[Period, ...], Field(min_length=2, max_length=2000)]
    randomisation: Randomisation = Randomisation()
    priors: PriorSettings = PriorSettings()
    cuts: Cuts = Cuts()
    model: ModelSettings = ModelSettings()
    events: tuple[Event, ...] = ()
    medicines: tuple[Medicine, ...] = ()
    blinding: Blinding = Blinding()

    @model_validator(mode="before")
    @classmethod
    def _fill_in_question(cls, given: Any) -> Any:
        if isinstance(given, Mapping) and not given.get("question"):
            treatment = given.get("treatment")
            if isinstance(treatment, Mapping) and isinstance(treatment.get("name"), str):
                return {**given, "question": f"Does {treatment['name']} help?"}
        return given

    @field_validator("time_zone")
    @classmethod
    def _check_time_zone(cls, name: str) -> str:
        if not _zone_exists(name):
            raise fault(
                "is not a time zone", "write a name such as 'Europe/Berlin', 'UTC' or 'Asia/Tokyo'."
            )
        return name

    @field_validator("outcomes")
    @classmethod
    def _check_outcome_names(cls, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        seen: set[str] = set()
        for outcome in outcomes:
            key = outcome.name.casefold()
            if key in seen:
                raise fault(
                    f"name '{outcome.name}' twice",
                    "give each outcome its own name (capitals do not tell names apart).",
                )
            if key in RESERVED_COLUMNS:
                raise fault(
                    f"name '{outcome.name}', a column of the diary with another meaning",
                    "choose another name for the outcome.",
                )
            seen.add(key)
        return outcomes

    @field_validator("periods")
    @classmethod
    def _check_periods(cls, periods: tuple[Period, ...]) -> tuple[Period, ...]:
        for number, (earlier, later) in enumerate(pairwise(periods), 1):
            if later.start <= earlier.end:
                raise fault(
                    f"overlap or are out of order: number {number} ends on {earlier.end}, "
                    f"number {number + 1} starts on {later.start}",
                    "list the periods in calendar order, each starting after the one before ends.",
                )
        for arm in ("active", "comparator"):
            if all(period.arm != arm for period in periods):
                raise fault(
                    f"hold no {arm} period", "plan at least one period of each arm to compare."
                )
        _check_pairs(periods)
        return periods

    @field_validator("events")
    @classmethod
    def _check_events(cls, events: tuple[Event, ...]) -> tuple[Event, ...]:
        seen = [(event.date, event.what) for event in events]
        for date, what in seen:
            if seen.count((date, what)) > 1:
                raise fault(
                    f"hold two of the kind '{what}' on {date}",
                    "list it once; its length is days.",
                )
        return events

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        names = [outcome.name for outcome in self.outcomes]
        if self.primary_outcome not in names:
            raise fault(
                f"has the primary outcome '{self.primary_outcome}', which is not among its "
                f"outcomes ({', '.join(names)})",
                "name one of the outcomes as primary_outcome.",
            )
        self._check_doses()
        self._check_design()
        self._check_guesses()
        return self

    def _check_doses(self) -> None:
        for number, period in enumerate(self.periods, 1):
            dose = period.dose_micrograms
            if period.arm == "active" and dose == 0:
                raise fault(
                    f"has dose_micrograms = 0 in period {number}, an active one",
                    "write the dose, or leave it out, or correct the arm.",
                )
            if period.arm == "comparator" and dose and not self.treatment.comparator_has_dose:
                raise fault(
                    f"has dose_micrograms = {dose} in period {number}, a comparator one",
                    "write 0, or correct the arm; if the comparator is another dose of the drug, "
                    "say so with comparator_has_dose = true under [treatment].",
                )

    def _check_design(self) -> None:
        method, arms = self.randomisation.method, self.sequence
        if self.design.startswith("randomised") == (method == "none"):
            raise fault(
                f"has the design '{self.design}' and the randomisation method '{method}'",
                "a randomised design needs [randomisation] method = 'within-pairs', 'listed' or "
                "'max-run'; any other design has none.",
            )
        if self.design == "before-after" and "AB" in arms:
            raise fault(
                "has the design 'before-after' but returns to the comparator",
                "list comparator periods first and active ones after, or choose 'open-on-off'.",
            )
        if method == "within-pairs" and any(period.pair is None for period in self.periods):
            raise fault(
                "was randomised within pairs but has periods without a pair",
                "give every period its pair number.",
            )
        if method == "listed" and arms not in self.randomisation.sequences:
            raise fault(
                f"has the sequence {arms}, which is not among its listed sequences",
                "correct the periods or the list (A is active, B is comparator).",
            )
        longest = max(len(list(run)) for _, run in groupby(arms))
        if self.randomisation.max_run is not None and longest > self.randomisation.max_run:
            raise fault(
                f"has {longest} periods of one arm in a row, more than max_run "
                f"{self.randomisation.max_run}",
                "correct the periods or max_run.",
            )

    def _check_guesses(self) -> None:
        numbers = [guess.period for guess in self.blinding.guesses]
        for number in numbers:
            if number > len(self.periods):
                raise fault(
                    f"has a guess about period {number} of {len(self.periods)}",
                    "periods count from 1 in the order of the protocol.",
                )
            if numbers.count(number) > 1:
                raise fault(
                    f"has two guesses about period {number}",
                    "keep the one made at the end of the period.",
                )

    @property
    def primary(self) -> Outcome:
        """The one outcome that may carry the verdict's word."""
        return self.outcome(self.primary_outcome)

    def outcome(self, name: str) -> Outcome:
        """Return the outcome of that name.

        Raises
        ------
        LodoseError
            If the protocol has no such outcome.
        """
        for outcome in self.outcomes:
            if outcome.name == name:
                return outcome
        known = ", ".join(outcome.name for outcome in self.outcomes)
        raise LodoseError(f"The protocol has no outcome '{name}'. It has: {known}.")

    @property
    def sequence(self) -> str:
        """Arms of the periods in order, A for active and B for comparator: "ABBA"."""
        return "".join("A" if period.arm == "active" else "B" for period in self.periods)

    @property
    def first_day(self) -> dt.date:
        """First day of the first period."""
        return self.periods[0].start

    @property
    def last_day(self) -> dt.date:
        """Last day of the last period."""
        return self.periods[-1].end

    def period_index(self, day: dt.date) -> int | None:
        """Return the position of the period that holds a day, counted from 0, or None."""
        index = bisect_right(self.periods, day, key=lambda period: period.start) - 1
        return index if index >= 0 and day <= self.periods[index].end else None

    def canonical_json(self) -> bytes:
        """Return RFC 8785 JSON of the protocol with every default filled in.

        Numbers with decimals are strings without trailing zeros, dates ISO 8601; comments,
        the order of keys and the spelling of defaults leave no trace.
        """
        return rfc8785.dumps(canonical(self.model_dump(mode="python")))

    @property
    def sha256(self) -> str:
        """SHA-256 of ``canonical_json()``, as 64 hexadecimal digits."""
        return hashlib.sha256(self.canonical_json()).hexdigest()

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Return the JSON Schema of the TOML file, for editors."""
        schema = cls.model_json_schema()
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _check_pairs(periods: tuple[Period, ...]) -> None:
    """Refuse a pair that is not two neighbouring periods, one of each arm."""
    done: set[int | None] = set()
    paired = [period for period in periods if period.pair is not None]
    for pair, group in groupby(paired, key=lambda period: period.pair):
        arms = sorted(period.arm for period in group)
        if pair in done:
            raise fault(
                f"of pair {pair} are not next to each other",
                "number the pairs in calendar order.",
            )
        done.add(pair)
        if arms != ["active", "comparator"]:
            raise fault(
                f"of pair {pair} are {', '.join(arms)}",
                "a pair has exactly one active and one comparator period.",
            )


def _zone_exists(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
