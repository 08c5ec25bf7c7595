"""All three structures below each other with their bands, as SVG that is written by hand.

A page draws it anew for every dose that somebody tries: the drawing library of the reports takes
twenty times as long. Attributes only, no style, no script.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from lodose.language import translate
from lodose.pharmacology.arrays import FloatArray
from lodose.pharmacology.model import STRUCTURES

# The colours of lodose.report.look, which would load the drawing library.
_INK, _QUIET, _GRID, _PAPER = "#222222", "#55595e", "#e6e8eb", "#ffffff"
_COLOURS = {"M0": "#6b7178", "M1": "#0b4f8a", "M2": "#b8640a"}
_SHADES = {"M0": "#e4e6e8", "M1": "#dbe7f3", "M2": "#f6e7d6"}
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_LEFT, _RIGHT, _ABOVE, _HIGH, _BELOW = 40.0, 12.0, 24.0, 104.0, 40.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment that the picture names, in days after the last dose."""

    days: float
    words: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a day and a share stand."""

    width: float
    first: float
    last: float

    def x(self, days: float) -> float:
        along = (days - self.first) / (self.last - self.first)
        return _LEFT + along * (self.width - _LEFT - _RIGHT)

    def top(self, number: int) -> float:
        return _ABOVE + number * (_HIGH + _ABOVE)

    def y(self, number: int, share: float) -> float:
        return self.top(number) + _HIGH * (1.0 - share)

    @property
    def bottom(self) -> float:
        return self.top(len(STRUCTURES) - 1) + _HIGH


def three_structures(
    days: FloatArray,
    bands: Mapping[str, FloatArray],
    width: int,
    *,
    names: Mapping[str, str],
    marks: Sequence[Mark] = (),
) -> str:
    """Draw mu occupancy by every structure.

    Parameters
    ----------
    days : (T,) array
        Days from the last dose; negative before it.
    bands : mapping of str to (3, T) array
        Low end, middle and high end, 0 to 1, of each structure.
    width : int
        Pixels.
    names : mapping of str to str
        What is written above each panel.
    marks : sequence of Mark
        Moments after the last dose that get a line and words, such as an interval.

    Returns
    -------
    str
        An ``<svg>`` element that says in its label what it shows.
    """
    frame = _Frame(float(width), float(days[0]), float(days[-1]))
    high = frame.bottom + _BELOW + (16.0 * len(marks))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(description())}" '
        f'viewBox="0 0 {width} {high:.0f}" width="{width}" height="{high:.0f}" '
        f'font-family="{_FONT}" font-size="12">',
        f'<rect width="{width}" height="{high:.0f}" fill="{_PAPER}"/>',
    ]
    for number, name in enumerate(STRUCTURES):
        parts += _panel(frame, number, name, names[name], days, bands[name])
    parts += _days_axis(frame)
    parts += _marks(frame, marks)
    parts.append("</svg>")
    return "".join(parts)


def description() -> str:
    """Say in words what the picture shows."""
    return translate(
        "Occupancy of mu receptors in per cent by days from the last dose, by three structures "
        "below each other: M0 follows the blood, M1 is a slow biophase, M2 slow binding. Each "
        "line is the middle of 500 people, each band holds 90 of 100 of them."
    )


def _panel(
    frame: _Frame, number: int, name: str, title: str, days: FloatArray, band: FloatArray
) -> list[str]:
    parts = [
        f'<text x="{_LEFT:.0f}" y="{frame.top(number) - 8:.0f}" fill="{_INK}" '
        f'font-weight="bold">{escape(title)}</text>'
    ]
    right = frame.width - _RIGHT
    for share in (0.0, 0.5, 1.0):
        y = frame.y(number, share)
        parts.append(
            f'<path d="M{_LEFT} {y:.1f}H{right}" stroke="{_GRID}" fill="none"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="{_INK}">'
            f"{100 * share:.0f} %</text>"
        )
    low, middle, upper = (_points(frame, number, days, each) for each in band)
    around = "L".join([*upper, *low[::-1]])
    parts.append(f'<path d="M{around}Z" fill="{_SHADES[name]}"/>')
    parts.append(
        f'<path d="M{"L".join(middle)}" fill="none" stroke="{_COLOURS[name]}" '
        'stroke-width="1.8" stroke-linejoin="round"/>'
    )
    return parts


def _points(frame: _Frame, number: int, days: FloatArray, shares: FloatArray) -> list[str]:
    along = _LEFT + (days - frame.first) / (frame.last - frame.first) * (
        frame.width - _LEFT - _RIGHT
    )
    down = frame.top(number) + _HIGH * (1.0 - np.clip(shares, 0.0, 1.0))
    return [f"{x:.1f} {y:.1f}" for x, y in zip(along.tolist(), down.tolist(), strict=True)]


def _days_axis(frame: _Frame) -> list[str]:
    span = frame.last - frame.first
    fewest = 9 if frame.width < 500 else 16
    step = next(each for each in (1, 2, 7, 14, 28, 365) if span / each <= fewest)
    y = frame.bottom + 16
    parts = []
    for day in range(int(np.ceil(frame.first / step)) * step, int(frame.last) + 1, step):
        x = frame.x(day)
        said = str(day).replace("-", "\u2212")
        parts.append(
            f'<path d="M{x:.1f} {frame.bottom:.1f}v4" stroke="{_QUIET}" fill="none"/>'
            f'<text x="{x:.1f}" y="{y:.0f}" text-anchor="middle" fill="{_INK}">{said}</text>'
        )
    middle = (_LEFT + frame.width - _RIGHT) / 2
    parts.append(
        f'<text x="{middle:.0f}" y="{y + 16:.0f}" text-anchor="middle" fill="{_INK}">'
        f"{escape(translate('days from the last dose'))}</text>"
    )
    return parts


def _marks(frame: _Frame, marks: Sequence[Mark]) -> list[str]:
    """A line through all panels; its words stand below the axis, where nothing is hidden."""
    parts = [_line(frame, 0.0, "")]
    for number, mark in enumerate(sorted(marks, key=lambda each: each.days)):
        dashes = ' stroke-dasharray="4 3"' if number == 0 else ' stroke-dasharray="1 3"'
        y = frame.bottom + _BELOW + 16 * number + 8
        parts.append(_line(frame, mark.days, dashes))
        parts.append(
            f'<path d="M{_LEFT} {y - 4:.0f}h24" stroke="{_INK}" fill="none"{dashes}/>'
            f'<text x="{_LEFT + 30}" y="{y:.0f}" fill="{_INK}">{escape(mark.words)}</text>'
        )
    return parts


def _line(frame: _Frame, days: float, dashes: str) -> str:
    x = frame.x(days)
    return (
        f'<path d="M{x:.1f} {frame.top(0):.1f}V{frame.bottom:.1f}" stroke="{_INK}" '
        f'fill="none"{dashes}/>'
    )
