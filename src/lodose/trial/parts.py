"""The parts of a protocol, each checked by itself; what binds them is in ``protocol``."""

import difflib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, model_validator

from lodose.diary import Instrument, read_instruments
from lodose.trial.values import (
    Day,
    Exact,
    Micrograms,
    Name,
    NotNegative,
    OpenProbability,
    Part,
    Positive,
    Probability,
    Text,
    Whole,
    fault,
)

Arm = Literal["active", "comparator"]
_TENTH = Decimal("0.1")


def _filled_later(*names: str) -> Any:
    """Tell the JSON Schema that these fields may be left out: validation fills them in."""

    def change(schema: dict[str, Any]) -> None:
        schema["required"] = [name for name in schema.get("required", []) if name not in names]

    return change


class Treatment(Part):
    """What is compared with what."""

    name: Name
    active: Name
    comparator: Name
    drug: Text = ""
    running_at_start: StrictBool = False
    comparator_has_dose: StrictBool = False


class Outcome(Part):
    """Something measured every day, with its range, direction and the change that matters.

    ``mcid`` is the person's own: the smallest gain worth a daily capsule. ``mcid_default`` is
    the instrument's, or a tenth of the range; it stands in where the person names none.
    """

    model_config = ConfigDict(
        json_schema_extra=_filled_later(
            "label", "minimum", "maximum", "better", "mcid", "mcid_default"
        )
    )

    name: Name
    label: Name
    instrument: Name | None = None
    minimum: Exact
    maximum: Exact
    step: Positive | None = None
    better: Literal["lower", "higher"]
    mcid_default: Positive
    mcid: Positive
    unit: Text = ""

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, given: Any) -> Any:
        """Fill in what the instrument knows, then the defaults."""
        if not isinstance(given, Mapping):
            return given
        filled = dict(given)
        tool = _instrument(filled.get("instrument"))
        if tool is not None:
            for key in ("minimum", "maximum", "step", "better"):
                _agree(filled, key, getattr(tool, key), tool.name)
            filled.setdefault("label", tool.label)
            if tool.mcid is not None:
                filled.setdefault("mcid_default", tool.mcid)
        filled.setdefault("label", filled.get("name"))
        tenth = _tenth_of_range(filled)
        if tenth is not None:
            filled.setdefault("mcid_default", tenth)
        if "mcid_default" in filled:
            filled.setdefault("mcid", filled["mcid_default"])
        return filled

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.minimum >= self.maximum:
            raise fault(
                f"has minimum {self.minimum} that is not below maximum {self.maximum}",
                "correct minimum and maximum.",
            )
        width = self.maximum - self.minimum
        for key in ("mcid", "mcid_default", "step"):
            size = getattr(self, key)
            # A step as large as the range is a yes or no.
            if size is not None and (size > width if key == "step" else size >= width):
                raise fault(
                    f"has {key} {size}, {'larger than' if size > width else 'as large as'} the "
                    f"whole range of {width}",
                    f"write a smaller {key}, for example {width * _TENTH}.",
                )
        return self

    @property
    def range(self) -> Decimal:
        """Maximum minus minimum."""
        return self.maximum - self.minimum

    @property
    def mcid_default_source(self) -> str:
        """Where ``mcid_default`` comes from, in words."""
        tool = read_instruments().get(self.instrument or "")
        if tool is not None and tool.mcid == self.mcid_default:
            return f"{tool.mcid_source} {tool.identifier}"
        if self.mcid_default == self.range * _TENTH:
            return "a tenth of the range"
        return "stated in the protocol"


def _instrument(name: object) -> Instrument | None:
    if not isinstance(name, str):
        return None
    known = read_instruments()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean '{near[0]}'? " if near else ""
        raise fault(
            f"names an unknown instrument '{name}'",
            f"{hint}Known: {', '.join(known)}. Or leave it out and give the range yourself.",
        )
    return known[name]


def _agree(filled: dict[str, Any], key: str, value: object, instrument: str) -> None:
    """Fill in a property of the instrument, or refuse one that contradicts it."""
    if value is None or filled.setdefault(key, value) == value:
        return
    given = filled[key]
    if not isinstance(value, str):
        try:
            if Decimal(str(given)) == value:
                return
        except InvalidOperation:
            return  # the field's own check names what is wrong with it
    raise fault(
        f"has {key} = {given}, but the instrument '{instrument}' has {key} = {value}",
        f"leave out {key}, or leave out the instrument and describe your own scale.",
    )


def _tenth_of_range(filled: Mapping[str, Any]) -> Decimal | None:
    try:
        width = Decimal(str(filled["maximum"])) - Decimal(str(filled["minimum"]))
    except (KeyError, InvalidOperation):
        return None
    if not width.is_finite():
        return None
    # A range that is empty or turned round is refused later, by its own name.
    return abs(width) * _TENTH or _TENTH


class Period(Part):
    """Consecutive calendar days on one arm; ``start`` and ``end`` both belong to it."""

    start: Day
    end: Day
    arm: Arm
    dose_micrograms: Micrograms | None = None
    pair: Whole | None = None
    kit: Name | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.end < self.start:
            raise fault(
                f"ends on {self.end}, before it starts on {self.start}",
                "correct start or end; both days belong to the period.",
            )
        return self

    @property
    def days(self) -> int:
        """Number of calendar days."""
        return (self.end - self.start).days + 1


class Randomisation(Part):
    """How the order of the arms was drawn; it decides which other orders were possible."""

    method: Literal["within-pairs", "listed", "max-run", "none"] = "none"
    max_run: Annotated[Whole, Field(ge=1, le=1000)] | None = None
    sequences: tuple[Annotated[str, Field(pattern=r"^[AB]+$", max_length=1000)], ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.method == "max-run") != (self.max_run is not None):
            raise fault(
                f"has method '{self.method}' and max_run {self.max_run}",
                "give max_run with the method 'max-run', and only with it.",
            )
        if (self.method == "listed") != bool(self.sequences):
            raise fault(
                f"has method '{self.method}' and {len(self.sequences)} sequences",
                'give sequences, as ["ABBA", "BAAB"], with the method \'listed\', and only '
                "with it.",
            )
        if len(set(self.sequences)) < len(self.sequences):
            raise fault("lists a sequence twice", "list each possible sequence once.")
        return self


def _between(least: str, most: str, zero: str, *, may_be_zero: bool = False) -> AfterValidator:
    """Refuse a number outside two bounds, and say what 0 means where it is given or allowed."""
    allowed = f", or 0: {zero}" if may_be_zero else ""

    def check(value: Decimal) -> Decimal:
        if (may_be_zero and value == 0) or Decimal(least) <= value <= Decimal(most):
            return value
        told = f" (0 would mean {zero})" if value == 0 else ""
        raise fault(
            f"is outside {least} to {most}{told}",
            f"write a number from {least} to {most}{allowed}.",
        )

    return AfterValidator(check)


def _limit(*, least: str = "0", most: str = "1", why: str) -> AfterValidator:
    """Refuse a number that would decide the answer before the diary is read."""

    def check(value: Decimal) -> Decimal:
        if value < Decimal(least):
            raise fault(f"is below {least}: {why}", f"write {least} or more.")
        if value > Decimal(most):
            raise fault(f"is above {most}: {why}", f"write {most} or less.")
        return value

    return AfterValidator(check)


class PriorSettings(Part):
    """What is believed before the diary, on a 0 to 10 scale; scaled by range / 10 when used."""

    level_sd: Annotated[
        NotNegative, _between("0.5", "100", "that the usual level is known beforehand")
    ] = Decimal("3")
    trend_sd: Annotated[NotNegative, _between("0.05", "20", "no trend", may_be_zero=True)] = (
        Decimal("1.5")
    )
    autocorrelation: tuple[Positive, Positive] = (Decimal("2"), Decimal("2"))
    day_noise_sd: Annotated[
        NotNegative, _between("0.05", "20", "that days never differ by chance")
    ] = Decimal("1.5")
    day_drift_sd: Annotated[
        NotNegative, _between("0.05", "20", "no slow, correlated part", may_be_zero=True)
    ] = Decimal("1.5")
    period_sd: Annotated[
        NotNegative, _between("0.05", "20", "no differences between periods", may_be_zero=True)
    ] = Decimal("0.75")
    effect_mean: Exact = Decimal("0")
    effect_sd: Annotated[
        Positive,
        _limit(least="0.2", most="1e12", why="the diary could hardly change what is believed"),
    ] = Decimal("1.5")
    onset_at_once: Probability = Decimal("0.3")
    onset_median_days: Annotated[
        NotNegative, _between("0.2", "120", "at once, which is onset_at_once = 1")
    ] = Decimal("5")
    onset_log_sd: Annotated[
        NotNegative, _between("0.2", "2", "that the onset is known beforehand")
    ] = Decimal("1.0")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if abs(self.effect_mean) > self.effect_sd:
            raise fault(
                f"have effect_mean {self.effect_mean} further from 0 than effect_sd "
                f"{self.effect_sd}: that would all but decide the answer beforehand",
                "write an effect_mean nearer to 0, or a larger effect_sd.",
            )
        return self


class ModelSettings(Part):
    """What else the model sees, chosen beforehand; each is one known column with a small prior."""

    weekday: StrictBool = False
    rebound: StrictBool = False
    rebound_days: Annotated[Exact, Field(ge=1, le=365)] = Decimal("7")
    tolerance: StrictBool = False


class Event(Part):
    """Something that happened to the person on some days and may have changed the outcome."""

    date: Day
    what: Literal["flare", "infection", "surgery", "other"]
    days: Annotated[Whole, Field(ge=1, le=3650)] = 1
    note: Text = ""


class Cuts(Part):
    """Probabilities at which the verdict changes its word, fixed beforehand."""

    mcid_probability: Annotated[
        OpenProbability, _limit(least="0.5", why="'helps' would be said of what is unlikely")
    ] = Decimal("0.80")
    benefit_probability: Annotated[
        OpenProbability, _limit(least="0.8", why="'helps' or 'harms' would be said by chance")
    ] = Decimal("0.95")
    probable_mcid_probability: Annotated[
        OpenProbability, _limit(least="0.3", why="'probably' would be said of what is unlikely")
    ] = Decimal("0.5")
    equivalence_probability: Annotated[
        OpenProbability,
        _limit(least="0.7", why="'no meaningful difference' would be said by chance"),
    ] = Decimal("0.90")
    unlikely_probability: Annotated[
        OpenProbability, _limit(most="0.3", why="'unlikely' would be said of what is likely")
    ] = Decimal("0.10")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not (
            self.unlikely_probability
            < self.probable_mcid_probability
            <= self.mcid_probability
            <= self.benefit_probability
        ):
            raise fault(
                "are out of order",
                "keep unlikely_probability < probable_mcid_probability <= mcid_probability "
                "<= benefit_probability.",
            )
        # Otherwise two different words could both be true of one diary.
        if self.probable_mcid_probability <= 1 - self.equivalence_probability:
            raise fault(
                "let 'probably helps' and 'no meaningful difference' be true at once",
                "keep probable_mcid_probability above 1 - equivalence_probability.",
            )
        return self


class Change(Part):
    """A change of another medicine on a day."""

    date: Day
    what: Literal["started", "increased", "reduced", "stopped", "changed"]
    note: Text = ""


class Medicine(Part):
    """Another medicine taken during the trial."""

    name: Name
    disease_modifying: StrictBool
    changes: tuple[Change, ...] = ()


class Guess(Part):
    """Which arm the person took a period for, asked before it was disclosed.

    ``period`` counts from 1; ``confidence`` is the probability, as the person states it, that
    the guess is right; ``reason`` is what the guess rests on.
    """

    period: Annotated[Whole, Field(ge=1)]
    guess: Literal["active", "comparator", "unsure"]
    confidence: Probability | None = None
    reason: Literal["side effects", "benefit", "other"] | None = None


class Blinding(Part):
    """How well the blinding held."""

    guesses: tuple[Guess, ...] = ()
