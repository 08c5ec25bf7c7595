"""Pictures of the curves; a person's has no scale, a prescriber's has all three structures."""

import altair as alt
import numpy as np

from lodose.language import translate
from lodose.pharmacology.arrays import FloatArray
from lodose.pharmacology.history import History
from lodose.pharmacology.model import STRUCTURES, simulate
from lodose.pharmacology.parameters import Parameters
from lodose.pharmacology.people import Population, population
from lodose.report.look import ACTIVE, BAND, COMPARATOR, INK, SHADE, Layer, Row, drawn_from, finish

_COLOURS = {"M0": BAND, "M1": ACTIVE, "M2": COMPARATOR}
_DASHES = {"M0": [2, 3], "M1": [1, 0], "M2": [7, 3]}
_POINTS = 240
_DAYS_AFTER = 10.0
_BUILT_UP = 0.55
_CLOSE = np.array([0.0, 0.5, 0.75, 1.0, 1.5, 2.5, 4.0, 7.0])


def chart_times(history: History, *, days_after: float = _DAYS_AFTER) -> FloatArray:
    """Times for a picture: from the first dose to some days after the last, close after doses."""
    even = _even(history, days_after)
    after = np.add.outer(np.unique(history.times_h), _CLOSE).ravel()
    return np.unique(np.concatenate([even, after]))


def _even(history: History, days_after: float) -> FloatArray:
    start = history.times_h[0] if history.times_h else 0.0
    return np.linspace(start, history.last_h + 24.0 * days_after, _POINTS)


def shape_chart(history: History, *, width: int = 720) -> alt.LayerChart:
    """Draw how the block builds up and fades, by the longest structure, without any scale."""
    times = _even(history, _DAYS_AFTER)
    curves = simulate(history, times)
    # A daily wave would invite reading hours off it: what is drawn is the day's mean, and the
    # two halves have their own widths, whatever the number of days.
    smooth = _daily(times, curves.m2)
    along = np.interp(times, [times[0], history.last_h, times[-1]], [0.0, _BUILT_UP, 1.0])
    rows: list[Row] = [
        {"x": float(at), "y": float(value)} for at, value in zip(along, smooth, strict=True)
    ]
    x = alt.X("x:Q", title=translate("time"), axis=_bare())
    y = alt.Y("y:Q", title=translate("block"), axis=_bare(), scale=alt.Scale(domain=[0, 1]))
    base = drawn_from(rows)
    layers: list[Layer] = [
        base.mark_area(color=SHADE, opacity=1).encode(x=x, y=y),
        base.mark_line(color=ACTIVE, strokeWidth=2.5).encode(x=x, y=y),
    ]
    return finish(layers, shape_description(), width, 220, "")


def shape_description() -> str:
    """Say in words what the picture for a person shows."""
    return translate(
        "The block builds up over days while the medicine is taken and fades slowly, over many "
        "days, when it is stopped. The picture has no scale, because nobody can read off it when "
        "an opioid would work."
    )


def occupancy_chart(
    history: History,
    *,
    people: int = 500,
    parameters: Parameters | None = None,
    width: int = 720,
    drawn: Population | None = None,
) -> alt.LayerChart:
    """Draw mu occupancy by all three structures with M1's 90 % band.

    Parameters
    ----------
    history : History
        What was swallowed.
    people : int
        How many are drawn for the band.
    drawn : Population, optional
        The people, where they were drawn before, at `chart_times(history)`.
    """
    times = chart_times(history)
    start = float(times[0])
    curves = simulate(history, times, parameters)
    crowd = drawn or population(people, history, times, parameters=parameters)
    low, _, high = crowd.quantiles("m1")
    band: list[Row] = [
        {"day": (float(at) - start) / 24.0, "low": 100.0 * float(one), "high": 100.0 * float(other)}
        for at, one, other in zip(times, low, high, strict=True)
    ]
    x = alt.X("day:Q", title=translate("days since the first dose"), axis=alt.Axis(grid=False))
    scale = alt.Scale(domain=[0, 100])
    y = alt.Y("mu:Q", title=translate("mu receptors occupied, %"), scale=scale)
    layers: list[Layer] = [
        drawn_from(band)
        .mark_area(color=SHADE, opacity=1)
        .encode(x=x, y=alt.Y("low:Q", title=translate("mu receptors occupied, %"), scale=scale),
                y2="high:Q"),
    ]  # fmt: skip
    for name in STRUCTURES:
        rows: list[Row] = [
            {"day": (float(at) - start) / 24.0, "mu": 100.0 * float(value)}
            for at, value in zip(times, curves.mu(name), strict=True)
        ]
        layers.append(
            drawn_from(rows)
            .mark_line(color=_COLOURS[name], strokeDash=_DASHES[name], strokeWidth=2)
            .encode(x=x, y=y)
        )
        # M0 is down at the end: its name stands at its last peak.
        middle = max(rows, key=lambda row: float(row["mu"])) if name == "M0" else rows[-1]
        layers.append(
            drawn_from([{**middle, "name": name}])
            .mark_text(align="right", dy=-8, color=INK)
            .encode(x=x, y=y, text="name:N")
        )
    return finish(layers, occupancy_description(), width, 300, _key())


def occupancy_description() -> str:
    """Say in words what the prescriber's picture shows."""
    return translate(
        "Occupancy of mu receptors in per cent by day, by three structures: M0 follows the blood, "
        "M1 is a slow biophase, M2 slow binding. The band holds 90 of 100 people by M1."
    )


def _key() -> str:
    return translate("M0 dotted · M1 line, with the band of 90 in 100 people · M2 dashed")


def _daily(times: FloatArray, values: FloatArray) -> FloatArray:
    """Mean over the day before each moment."""
    wide = max(1, round(24.0 / max(float(times[1] - times[0]), 1e-9)))
    padded = np.concatenate([np.zeros(wide - 1), values])
    found: FloatArray = np.convolve(padded, np.ones(wide) / wide, mode="valid")
    return found


def _bare() -> alt.Axis:
    return alt.Axis(labels=False, ticks=False, grid=False)
