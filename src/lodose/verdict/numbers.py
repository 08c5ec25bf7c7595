"""Numbers as a person and as a doctor read them, in the current language."""

import re
from datetime import date
from decimal import Decimal
from math import isfinite

from lodose.language import decimal, forms, full_date, habits, plural, translatable, translate
from lodose.trial import Outcome
from lodose.verdict.result import PeriodResult

MINUS = "\N{MINUS SIGN}"
WIDE_RANGE = 5  # above this range one decimal may do
WIDE_MCID = 20  # from this change on whole numbers may do
_SCALE = re.compile(r"[\s,(]+[\d.]+\s*(?:to|bis|-|\u2013)\s*[\d.]+\)?$")
THINGS = {
    "cycle": forms("{number} cycle", "{number} cycles"),
    "day": forms("{number} day", "{number} days"),
    "other way": forms("{number} other way", "{number} other ways"),
    "pair": forms("{number} pair", "{number} pairs"),
    "period": forms("{number} period", "{number} periods"),
    "reading": forms("{number} reading", "{number} readings"),
    "recorded day": forms("{number} recorded day", "{number} recorded days"),
    "thing": forms("{number} thing", "{number} things"),
    "week": forms("{number} week", "{number} weeks"),
}
"""What is counted in sentences."""

POINTS = translatable("points")


def decimals(outcome: Outcome) -> int:
    """Digits after the point for a difference on the outcome's scale.

    As many as tell a fifth of the change that matters; two at least on a short scale, and no
    fraction where tens or thousands matter.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> scales = [(0.001, 2), (0.1, 1), (1, 10), (30, 720), (2000, 40000)]
    >>> [decimals(SimpleNamespace(mcid=mcid, range=width)) for mcid, width in scales]
    [4, 2, 1, 0, 0]
    """
    mcid = Decimal(str(outcome.mcid))
    digits = 2 if outcome.range <= WIDE_RANGE else 1 if mcid < WIDE_MCID else 0
    while 5 * Decimal(1).scaleb(-digits) > mcid:
        digits += 1
    return digits


def doctors_decimals(outcome: Outcome) -> int:
    """One digit more than the person reads, two at least."""
    return max(2, decimals(outcome) + 1)


def plain(value: float | Decimal) -> str:
    """A number as short as it can be written, never with an exponent.

    Examples
    --------
    >>> plain(1.0), plain(12.5), plain(0.00001), plain(1200000)
    ('1', '12.5', '0.00001', '1200000')
    """
    number = float(value)
    if number == 0 or not isfinite(number):
        return f"{abs(number):.0f}" if number == 0 else f"{number}".replace("-", MINUS)
    text = f"{number:.0f}" if abs(number) >= 1e5 else f"{Decimal(f'{number:.6g}'):f}"
    return decimal(text.replace("-", MINUS))


def general(value: float | Decimal) -> str:
    """A number with up to six digits, as on an axis; large ones with an exponent."""
    return decimal(f"{float(value):g}")


def figure(value: float, digits: int) -> str:
    """A rounded number with a true minus sign and never a negative zero."""
    text = f"{value:.{digits}f}"
    return decimal(f"{0:.{digits}f}" if float(text) == 0 else text.replace("-", MINUS))


def amount(value: float | Decimal, outcome: Outcome, *, exact: bool = False) -> str:
    """A size with its unit: "1 point", "1.9 points", "12 min"."""
    size = abs(float(value))
    digits = decimals(outcome)
    text = plain(size) if exact else figure(size, digits)
    if outcome.unit:
        return f"{text} {unit_of(outcome)}"
    single = float(f"{size:.6g}") == 1 if exact else digits == 0 and round(size) == 1
    return in_points(text, single=single)


def in_points(text: str, *, single: bool) -> str:
    """A number, ready to print, with the name of a scale that has no unit."""
    template = translate("{number} point") if single else translate("{number} points")
    return template.format(number=text)


def unit_of(outcome: Outcome) -> str:
    """The unit of an outcome; plain points where it has none."""
    return translate(outcome.unit or POINTS)


def is_level(value: float, outcome: Outcome) -> bool:
    """Whether a difference rounds to none."""
    return float(f"{abs(value):.{decimals(outcome)}f}") == 0


def chance(probability: float) -> str:
    """A probability in words that never claim certainty.

    Examples
    --------
    >>> chance(0.87), chance(0.97), chance(0.9999), chance(0.0)
    ('about 9 in 10', 'about 97 in 100', 'more than 99 in 100', 'less than 1 in 100')
    """
    if probability > 0.99:
        return translate("more than 99 in 100")
    if probability < 0.01:
        return translate("less than 1 in 100")
    if probability >= 0.945 or probability < 0.055:
        hundredths = min(99, max(1, round(100 * probability)))
        return translate("about {number} in 100").format(number=hundredths)
    tenths = min(9, max(1, round(10 * probability)))
    return translate("about {number} in 10").format(number=tenths)


def probability_figure(probability: float) -> str:
    """A probability for the doctor: three decimals, never rounded to certainty."""
    if probability > 0.999:
        return decimal("> 0.999")
    if probability < 0.001:
        return decimal("< 0.001")
    return decimal(f"{probability:.3f}")


def p_figure(p: float) -> str:
    """A p value with up to five decimals, as exact as a count of sequences is.

    Examples
    --------
    >>> p_figure(0.125), p_figure(0.395866), p_figure(2.0**-20)
    ('0.125', '0.39587', '< 0.00001')
    """
    if p < 0.00001:
        return decimal("< 0.00001")
    return decimal(f"{p:.5f}".rstrip("0").rstrip("."))


def day(on: date) -> str:
    """A date in words."""
    return full_date(on)


def length_in_words(days: int) -> str:
    """Say how long a period is: "4 weeks", "1 week", "10 days"."""
    if days % 7 == 0 and days > 0:
        return count(days // 7, "week")
    return count(days, "day")


def window_length(periods: tuple[PeriodResult, ...]) -> str:
    """How long each treatment was tried: the usual length, or the range of lengths.

    Lengths are those of the periods with a day written down. A first pair that is a little
    longer does not make a range: nine in ten of one length are "the" length.
    """
    lengths = sorted(period.days for period in periods if period.days_observed > 0)
    if not lengths:
        return ""
    usual = lengths[len(lengths) // 2]
    if lengths.count(usual) >= 0.9 * len(lengths):
        return length_in_words(usual)
    shortest, longest = lengths[0], lengths[-1]
    if shortest % 7 == 0 and longest % 7 == 0:
        return from_to(f"{shortest // 7}", length_in_words(longest))
    return from_to(f"{shortest}", count(longest, "day"))


def from_to(low: str, high: str) -> str:
    """Two ends in words, since a dash beside a minus sign misleads."""
    return translate("{low} to {high}").format(low=low, high=high)


def count(number: int, thing: str) -> str:
    """``1 day``, ``2 days``: a key of `THINGS`."""
    return plural(*THINGS[thing], number)


def spoken(outcome: Outcome) -> str:
    """The outcome's label inside a sentence: no scale at its end, no capital it does not need.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> spoken(SimpleNamespace(label="Pain, 0 to 10")), spoken(SimpleNamespace(label="PEG score"))
    ('pain', 'PEG score')
    """
    label = translate(outcome.label)
    text = _SCALE.sub("", label) or label
    if habits().capital_nouns:
        return text
    if len(text) > 1 and text[0].isupper() and text[1].islower():
        return text[0].lower() + text[1:]
    return text


def upper_first(text: str) -> str:
    """A name at the start of a sentence."""
    return text[:1].upper() + text[1:]
