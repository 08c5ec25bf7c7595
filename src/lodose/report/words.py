"""Numbers and names as they are printed, the same in every form of the report."""

import unicodedata
from datetime import date
from textwrap import wrap

from lodose.trial import Outcome, Protocol
from lodose.verdict.numbers import plain
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
    return text.replace("-", MINUS)


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign always shown, unless it rounds to zero."""
    text = number(value, digits)
    return text if text.startswith(MINUS) or float(text) == 0 else f"+{text}"


def interval(lower: float, upper: float, digits: int = 1) -> str:
    """Two ends of an interval in words, since a dash beside a minus sign misleads."""
    return f"{number(lower, digits)} to {number(upper, digits)}"


def probability(value: float) -> str:
    """A probability with two decimals, never rounded to certainty."""
    if value > 0.99:
        return "> 0.99"
    if value < 0.01:
        return "< 0.01"
    return f"{value:.2f}"


def sentence_case(text: str) -> str:
    """Clean text that begins with a capital."""
    text = clean(text)
    return text[:1].upper() + text[1:]


def p_value(value: float) -> str:
    """A p value with three decimals, or below 0.001."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def span(start: date, end: date, *, year: bool = True) -> str:
    """Dates as ``3 Mar to 16 Mar 2031``; the year stands twice only where it changes."""
    first, last = f"{start.day} {_month(start)}", f"{end.day} {_month(end)}"
    if not year:
        return f"{first} to {last}"
    if start.year != end.year:
        first += f" {start.year}"
    return f"{first} to {last} {end.year}"


def _month(day: date) -> str:
    # Not strftime: its month names follow the machine's language.
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return names[day.month - 1]


def plural(count: int, thing: str) -> str:
    """``1 day``, ``2 days``."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def gain(estimate: Estimate, outcome: Outcome) -> Estimate:
    """Turn *active minus comparator* so that larger is better for the person."""
    if outcome.better == "higher":
        return estimate
    return Estimate(-estimate.mean, estimate.sd, -estimate.upper, -estimate.lower)


def unit(outcome: Outcome) -> str:
    """The unit of an outcome; plain points where it has none."""
    return clean(outcome.unit) or "points"


def amount(value: float, outcome: Outcome) -> str:
    """``1 point``, ``2.5 points``, ``10 mg/L``."""
    text = plain(value)
    name = unit(outcome)
    return f"{text} point" if name == "points" and text == "1" else f"{text} {name}"


def outcome_name(outcome: Outcome, length: int = 60) -> str:
    """The label of an outcome without a range at its end, since the range is printed beside it."""
    ends = f", {float(outcome.minimum):g} to {float(outcome.maximum):g}"
    return shortened(outcome.label.removesuffix(ends), length)


def with_interval(estimate: Estimate, digits: int) -> str:
    """``1.9 (0.8 to 3.0)``."""
    ends = interval(estimate.lower, estimate.upper, digits)
    return f"{number(estimate.mean, digits)} ({ends})"


def arm_names(protocol: Protocol, length: int = 60) -> dict[str, str]:
    """The person's names of the two arms, cut to a length; the plain words where they coincide."""
    active = shortened(protocol.treatment.active, length)
    comparator = shortened(protocol.treatment.comparator, length)
    if active == comparator:
        return {"active": "active", "comparator": "comparator"}
    return {"active": active, "comparator": comparator}
