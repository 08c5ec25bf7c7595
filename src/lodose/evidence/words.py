"""How numbers, designs and certainties are said."""

from collections.abc import Mapping
from decimal import Decimal

from lodose.evidence.schema import Certainty, Design, Figure, Kind, Place, Study
from lodose.language import decimal, plural, thousands, translatable, translate

MINUS = "\N{MINUS SIGN}"
JUDGEMENT = translatable("the project's judgement")
DECIDES = translatable(
    "This is what studies found, and no advice: your prescriber decides with you whether to try."
)

CERTAINTIES: Mapping[Certainty, str] = {
    Certainty.HIGH: translatable("high"),
    Certainty.MODERATE: translatable("moderate"),
    Certainty.LOW: translatable("low"),
    Certainty.VERY_LOW: translatable("very low"),
}
PLACES: Mapping[Place, str] = {
    Place.FULL_TEXT: translatable("full text"),
    Place.ABSTRACT: translatable("abstract"),
    Place.REGISTRY: translatable("registry"),
    Place.LABEL: translatable("label"),
    Place.PRESS: translatable("press"),
    Place.SECONDARY: translatable("second-hand"),
}
DESIGNS: Mapping[Design, str] = {
    Design.PARALLEL: translatable("randomised, parallel groups"),
    Design.CROSSOVER: translatable("randomised, crossover"),
    Design.FIXED_ORDER: translatable("placebo first for everybody, not randomised"),
    Design.BEFORE_AFTER: translatable("before and after, no control group"),
    Design.REGISTER: translatable("prescription register"),
    Design.CASES: translatable("case reports"),
    Design.META_ANALYSIS: translatable("meta-analysis"),
    Design.REVIEW: translatable("review"),
    Design.LABORATORY: translatable("laboratory"),
    Design.LABEL: translatable("product label"),
    Design.UNDER_WAY: translatable("planned or under way, no results"),
}
KINDS: Mapping[Kind, str] = {
    Kind.MEAN_DIFFERENCE: translatable("mean difference"),
    Kind.STANDARDISED: translatable("standardised mean difference"),
    Kind.RISK_RATIO: translatable("risk ratio"),
    Kind.RATE_RATIO: translatable("rate ratio"),
    Kind.RISK_DIFFERENCE: translatable("difference of shares"),
    Kind.SHARES: translatable("share of people"),
    Kind.ARM_MEANS: translatable("means of the groups"),
    Kind.CHANGE: translatable("change since before"),
    Kind.TEST: translatable("test of a difference"),
    Kind.ESTIMATE: translatable("estimate"),
    Kind.EVENTS: translatable("number of events"),
}
AGAINST: Mapping[str, str] = {
    "placebo": translatable("{kind}, against placebo"),
    "active drug": translatable("{kind}, against another medicine"),
    "placebo or active drug": translatable("{kind}, against placebo or another medicine"),
    "before": translatable("{kind}, since before"),
    "lower use": translatable("{kind}, against people who took less of it"),
    "nothing": translatable("{kind}, without a comparison"),
}
UNITS: Mapping[str, str] = {
    "": "",
    "points": translatable("points"),
    "%": "%",
    "mg": "mg",
    "kPa": "kPa",
}


def number(value: Decimal | float, digits: int | None = None) -> str:
    """Write a number as the current language does; a Decimal keeps its printed digits."""
    text = f"{value:.{digits}f}" if digits is not None else f"{value:f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    return decimal(text.replace("-", MINUS))


def interval(lower: Decimal | float, upper: Decimal | float, digits: int | None = None) -> str:
    """Write both ends of an interval."""
    return translate("{lower} to {upper}").format(
        lower=number(lower, digits), upper=number(upper, digits)
    )


def figure_text(figure: Figure) -> str:
    """Write what a figure says: value, unit, interval, groups and p, as they were published."""
    parts = []
    unit = translate(UNITS.get(figure.unit, figure.unit))
    if figure.value is not None:
        parts.append(_with_unit(number(figure.value), unit))
    if figure.lower is not None and figure.upper is not None:
        parts.append(f"({interval(figure.lower, figure.upper)})")
    groups = _groups(figure, unit)
    if groups and figure.kind is not Kind.ESTIMATE:
        parts.append(groups)
    text = " ".join(parts)
    if figure.p:
        p = _p(figure.p)
        text = f"{text}, {p}" if text else p
    return text


def kind_text(figure: Figure) -> str:
    """Say what sort of number a figure is, and against what; a count of studies needs no word."""
    if figure.kind is Kind.ESTIMATE and figure.versus == "nothing":
        return ""
    kind = translate(KINDS[figure.kind])
    if figure.kind is Kind.CHANGE:
        return kind
    return translate(AGAINST[figure.versus]).format(kind=kind)


def _groups(figure: Figure, unit: str) -> str:
    said = []
    for arm in (figure.active, figure.comparator):
        if arm is None or (figure.value is not None and arm is figure.comparator):
            continue
        text = ""
        if arm.mean is not None:
            text = _with_unit(number(arm.mean), unit)
            if arm.lower is not None and arm.upper is not None:
                text = f"{text} ({interval(arm.lower, arm.upper)})"
        elif arm.events is not None and arm.n is not None:
            text = translate("{events} of {people}").format(events=arm.events, people=arm.n)
            if arm.percent is not None:
                text = f"{text} ({number(arm.percent)} %)"
        elif arm.events is not None:
            text = str(arm.events)
        elif arm.percent is not None:
            text = f"{number(arm.percent)} %"
        said.append(text)
    if len(said) == 2:
        return translate("{active} against {comparator}").format(active=said[0], comparator=said[1])
    return "".join(said)


def _p(printed: str) -> str:
    if printed.startswith("<"):
        return f"p < {decimal(printed[1:])}"
    return f"p = {decimal(printed)}"


def _with_unit(text: str, unit: str) -> str:
    return f"{text} {unit}".rstrip()


def dose(study: Study) -> str:
    """Write the doses of a study in milligrams; empty where it was not seen."""
    if study.dose_micrograms is None:
        return ""
    low, high = (number(Decimal(one) / 1000) for one in study.dose_micrograms)
    low, high = (_trimmed(text) for text in (low, high))
    if low == high:
        return f"{low} mg"
    return translate("{lower} to {upper}").format(lower=low, upper=f"{high} mg")


def _trimmed(text: str) -> str:
    mark = decimal(".")
    return text.rstrip("0").removesuffix(mark) if mark in text else text


def length(study: Study) -> str:
    """Write how long a study lasted; empty where it was not seen."""
    return plural("{number} week", "{number} weeks", study.weeks) if study.weeks else ""


def people(study: Study) -> str:
    """Write how many people took part."""
    return thousands(study.participants) if study.participants else ""
