"""Numbers and names as they are printed, the same in every form of the report."""

import unicodedata
from datetime import date
from textwrap import wrap

from lodose.language import decimal, short_date, translate
from lodose.trial import Outcome, Protocol
from lodose.verdict.numbers import from_to, general, in_points, plain, unit_of
from lodose.verdict.result import Estimate

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
NOTHING = "\N{EM DASH}"  # an empty cell; always explained in words beside the table


def clean(text: str) -> str:
    """Make text of a person safe to show: one line, no control characters.

    Escape sequences would reach the terminal, and marks that turn the direction of writing can
    make a line read as something else; neither has a place in a name or a note.
    """
    kept = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    kept = "".join(c for c in kept if unicodedata.category(c) not in {"Cf", "Cs", "Co", "Cn"})
    return " ".join(kept.split())


def shortened(text: str, length: int) -> str:
    """Clean text and cut it at a word if it is longer than ``length`` characters."""
    text = clean(text)
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    head, _, tail = cut.rpartition(" ")
    kept = head if head and len(tail) < length // 3 else cut
    return kept.rstrip(" ,;:") + "\N{HORIZONTAL ELLIPSIS}"


def wrapped(text: str, characters: int) -> list[str]:
    """Clean text in lines of at most ``characters`` characters."""
    return wrap(clean(text), characters) or [""]


def number(value: float | None, digits: int = 1) -> str:
    """A number with a true minus sign; an empty cell for a missing one."""
    if value is None:
        return NOTHING
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = f"{0:.{digits}f}"
    return decimal(text.replace("-", MINUS))


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign always shown, unless it rounds to zero."""
    text = number(value, digits)
    return f"+{text}" if float(f"{value:.{digits}f}") > 0 else text


def interval(lower: float, upper: float, digits: int = 1) -> str:
    """Two ends of an interval in words, since a dash beside a minus sign misleads."""
    return from_to(number(lower, digits), number(upper, digits))


def probability(value: float) -> str:
    """A probability with two decimals, never rounded to certainty."""
    if value > 0.99:
        return decimal("> 0.99")
    if value < 0.01:
        return decimal("< 0.01")
    return decimal(f"{value:.2f}")


def sentence_case(text: str) -> str:
    """Clean text that begins with a capital."""
    text = clean(text)
    return text[:1].upper() + text[1:]


def p_value(value: float) -> str:
    """A p value with three decimals, or below 0.001."""
    return decimal("< 0.001" if value < 0.001 else f"{value:.3f}")


def span(start: date, end: date, *, year: bool = True) -> str:
    """Dates as ``3 Mar to 16 Mar 2031``; the year stands twice only where it changes."""
    first = short_date(start, year=year and start.year != end.year)
    return from_to(first, short_date(end, year=year))


def gain(estimate: Estimate, outcome: Outcome) -> Estimate:
    """Turn *active minus comparator* so that larger is better for the person."""
    if outcome.better == "higher":
        return estimate
    return Estimate(-estimate.mean, estimate.sd, -estimate.upper, -estimate.lower)


def unit(outcome: Outcome) -> str:
    """The unit of an outcome; plain points where it has none."""
    return clean(unit_of(outcome))


def amount(value: float, outcome: Outcome) -> str:
    """``1 point``, ``2.5 points``, ``10 mg/L``."""
    text = plain(value)
    if clean(outcome.unit) in ("", "points"):
        return in_points(text, single=text == "1")
    return f"{text} {unit(outcome)}"


def outcome_name(outcome: Outcome, length: int = 60) -> str:
    """The label of an outcome without a range at its end, since the range is printed beside it."""
    low, high = float(outcome.minimum), float(outcome.maximum)
    label = translate(outcome.label).removesuffix(f", {low:g} to {high:g}")
    label = label.removesuffix(f", {from_to(general(low), general(high))}")
    return shortened(label, length)


def with_interval(estimate: Estimate, digits: int) -> str:
    """``1.9 (0.8 to 3.0)``."""
    ends = interval(estimate.lower, estimate.upper, digits)
    return f"{number(estimate.mean, digits)} ({ends})"


def arm_names(protocol: Protocol, length: int = 60) -> dict[str, str]:
    """The person's names of the two arms, cut to a length; the plain words where they coincide."""
    active = shortened(protocol.treatment.active, length)
    comparator = shortened(protocol.treatment.comparator, length)
    if active == comparator:
        return {"active": translate("active"), "comparator": translate("comparator")}
    return {"active": active, "comparator": comparator}
