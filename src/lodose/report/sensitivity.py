"""Does the answer stand up: the sensitivity table as a table, as a picture and in words."""

from typing import Any

import altair as alt

from lodose.language import translatable, translate
from lodose.report.captions import amount_of_mcid, better_by
from lodose.report.content import Table
from lodose.report.layers import zone_layers
from lodose.report.look import (
    BAND,
    CHARACTER,
    COMPARATOR,
    INK,
    TEXT,
    Layer,
    Row,
    drawn_from,
    finish,
    sentence,
)
from lodose.report.words import (
    NOTHING,
    clean,
    gain,
    interval,
    number,
    probability,
    sentence_case,
    unit,
    with_interval,
)
from lodose.verdict.numbers import count, decimals, general
from lodose.verdict.result import SensitivityRow, Verdict
from lodose.verdict.table import word_said

KEY = translatable(
    "One change at a time. Mark: best single value. Bar: 95 % interval. At the right: the word. "
    "Diamond: another answer than that of the primary analysis."
)
CAPTION = translatable("The same days, read with one thing changed at a time")
NOTE = translatable(
    "“(changed)”: another answer than that of the primary analysis; “(less firm)”: the same one, "
    "said less firmly."
)


def sensitivity_table(verdict: Verdict) -> Table:
    """Every row with what was changed; where a change could not be made, the reason."""
    answer = verdict.primary
    outcome = answer.outcome
    digits = decimals(outcome)
    rows = []
    for row in answer.sensitivity:
        what = sentence_case(row.label) + (f" ({clean(row.changed)})" if row.changed else "")
        if row.effect is None or row.probabilities is None:
            rows.append((what, NOTHING, NOTHING, NOTHING, _not_done(row)))
            continue
        better = gain(row.effect, outcome)
        rows.append(
            (
                what,
                number(better.mean, digits),
                interval(better.lower, better.upper, digits),
                probability(row.probabilities.benefit_at_least_mcid),
                word_with_mark(row),
            )
        )
    return Table(
        caption=translate(
            "The same days, read with one thing changed at a time ({unit}, better on the active "
            "treatment)"
        ).format(unit=unit(outcome)),
        head=(
            translate("Reading, with what was changed"),
            translate("Better by"),
            translate("95 % interval"),
            translate("P(gain ≥ {least})").format(least=general(outcome.mcid)),
            translate("Word"),
        ),
        rows=tuple(rows),
        empty=translate("Nothing could be estimated, so nothing could be read in another way."),
        note=translate(NOTE),
    )


def word_with_mark(row: SensitivityRow) -> str:
    """The word of a row; marked in words, not only by colour, where it differs."""
    word = word_said(row.word) if row.word else NOTHING
    if row.flips:
        return translate("{word} (changed)").format(word=word)
    return translate("{word} (less firm)").format(word=word) if row.weaker else word


def _not_done(row: SensitivityRow) -> str:
    return translate("not done: {reason}").format(reason=clean(row.skipped))


def sensitivity_description(verdict: Verdict) -> str:
    """Say in words what the picture shows."""
    outcome = verdict.primary.outcome
    done = [row for row in verdict.primary.sensitivity if row.effect is not None]
    if not done:
        return translate(
            "No picture: nothing could be estimated, so nothing could be read in another way."
        )
    said = []
    for row in done:
        assert row.effect is not None  # noqa: S101  for the type checker
        better = with_interval(gain(row.effect, outcome), decimals(outcome))
        said.append(f"{sentence_case(row.label)}: {better}, {word_with_mark(row)}")
    return translate(
        "How much better on the active treatment in {readings} of the same days, with 95 % "
        "intervals. {results}. The smallest gain that matters is {mcid}."
    ).format(
        readings=count(len(done), "reading"), results="; ".join(said), mcid=amount_of_mcid(outcome)
    )


def sensitivity_chart(verdict: Verdict, *, width: int = 720, key: bool = True) -> alt.LayerChart:
    """Draw the gain in every reading as an interval, with its word at the right.

    Parameters
    ----------
    verdict : Verdict
        What to draw; the primary outcome is shown, turned so that right is better.
    width : int, default 720
        Width of the whole picture in pixels; below 600 names stand over the intervals.
    key : bool, default True
        Say above the picture what its marks mean; off where a caption says it.

    Returns
    -------
    altair.LayerChart
        Readings that could not be made are not drawn; the table beside it says why.
    """
    description = sensitivity_description(verdict)
    rows = _rows(verdict)
    if not rows:
        said = translate("Nothing could be read in another way.")
        return sentence(said, description, width)
    mcid = float(verdict.primary.outcome.mcid)
    low = min([row["lower"] for row in rows] + [-1.2 * mcid])
    high = max([row["upper"] for row in rows] + [1.2 * mcid])
    low, high = low - 0.04 * (high - low), high + 0.04 * (high - low)
    wide = width >= 600
    # Room for the names at the left and the words at the right, taken from the axis' own range.
    left = max(len(row["name"]) for row in rows) * CHARACTER + 14 if wide else 0.0
    right = max(len(row["word"]) for row in rows) * CHARACTER + 10 if wide else 0.0
    plot = width - 24 - left - right
    pixel = (high - low) / plot
    x = alt.X(
        "value:Q",
        title=better_by(verdict.primary.outcome),
        scale=alt.Scale(domain=[low - left * pixel, high + right * pixel], nice=False),
        axis=alt.Axis(grid=False, values=_ticks(low, high), format="~f"),
    )
    y = alt.Y("row:Q", scale=alt.Scale(domain=[len(rows), 0], nice=False), axis=None)
    base = drawn_from(rows)
    shade = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=["primary", "same", "changed"], range=[INK, BAND, COMPARATOR]),
        legend=None,
    )
    shape = alt.Shape(
        "kind:N",
        scale=alt.Scale(
            domain=["primary", "same", "changed"], range=["circle", "circle", "diamond"]
        ),
        legend=None,
    )
    layers = zone_layers((low, high), mcid, len(rows), (x, y), int(plot))
    layers += [
        base.mark_rule(strokeWidth=2.5, strokeCap="round").encode(
            x=alt.X("lower:Q"), x2=alt.X2("upper:Q"), y=y, color=shade
        ),
        base.mark_point(size=80, filled=True, opacity=1).encode(x=x, y=y, color=shade, shape=shape),
        *_texts(base, y, wide),
    ]
    height = (26 if wide else 44) * len(rows) + 66
    return finish(layers, description, width, height, translate(KEY) if key else "")


def _rows(verdict: Verdict) -> list[Row]:
    rows: list[Row] = []
    outcome = verdict.primary.outcome
    for row in verdict.primary.sensitivity:
        if row.effect is None:
            continue
        better = gain(row.effect, outcome)
        kind = "primary" if not rows else "changed" if row.flips else "same"
        rows.append(
            {
                "row": len(rows) + 0.5,
                "value": better.mean,
                "lower": better.lower,
                "upper": better.upper,
                "kind": kind,
                "name": sentence_case(row.label),
                "word": word_said(row.word) if row.word else NOTHING,
            }
        )
    return rows


def _texts(base: Layer, y: alt.Y, wide: bool) -> list[Layer]:
    """Names and words: beside the intervals, or over them where there is no room."""
    look: dict[str, Any] = {"fontSize": TEXT}
    look |= {"baseline": "middle"} if wide else {"baseline": "bottom", "dy": -7}
    # Over the intervals drawn twice, first as a pale outline that lines behind do not cross.
    outline = {"stroke": "#ffffff", "strokeWidth": 4, "opacity": 0.85}
    texts: list[Layer] = []
    sides: tuple[tuple[Any, Any, str], ...] = (("left", 4, "name"), ("right", "width", "word"))
    for more in ({"color": INK},) if wide else (outline, {"color": INK}):
        for side, place, name in sides:
            text = alt.Text(f"{name}:N")
            mark = base.mark_text(align=side, **look, **more)
            texts.append(mark.encode(x=alt.XValue(place), y=y, text=text))
    return texts


def _ticks(low: float, high: float) -> list[float]:
    """Round places on the axis, only where intervals are drawn."""
    step = next(
        size * 10.0**power
        for power in range(-4, 8)
        for size in (1, 2, 5)
        if (high - low) / (size * 10.0**power) <= 8
    )
    first, last = int(low // step) + 1, int(high // step)
    return [round(number * step, 6) for number in range(first, last + 1)]
