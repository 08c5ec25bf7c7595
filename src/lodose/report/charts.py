"""The pictures of a verdict, as Altair charts for a notebook, a page or the PDF.

Arms are told apart by shape, fill and shading as well as by colour, so that the pictures read in
grey and for people who see colours differently. A blinded picture is made from data that holds no
arm, because Vega writes every encoded field into the labels for screen readers.
"""

from typing import Any

import altair as alt

from lodose.language import translate
from lodose.report.captions import (
    PERIODS_KEY,
    better_by,
    diary_description,
    diary_key,
    effect_description,
    periods_description,
)
from lodose.report.layers import (
    armed_day_rows,
    armed_points,
    day_rows,
    days_axis,
    fitted_layers,
    gain_row,
    mcid_layers,
    mean_row,
    numbered,
    outcome_axis,
    period_layers,
    zone_layers,
)
from lodose.report.look import BAND, INK, TEXT, Layer, drawn_from, finish, sentence
from lodose.report.words import arm_names
from lodose.verdict.result import Verdict


def diary_chart(
    verdict: Verdict, *, blinded: bool = False, width: int = 720, key: bool = True
) -> alt.LayerChart:
    """Draw the recorded days, the periods and the fitted curve with its 95 % band.

    Parameters
    ----------
    verdict : Verdict
        What to draw; the primary outcome is shown.
    blinded : bool, default False
        Draw periods without saying which is which. The data of such a chart hold no arm, and no
        fitted curve either, since its steps would give the order away.
    width : int, default 720
        Width of the whole picture in pixels.
    key : bool, default True
        Say above the picture what its marks mean; off where a caption says it.

    Returns
    -------
    altair.LayerChart
        One picture; a sentence stands in it where nothing was recorded.
    """
    curve = verdict.primary.curve
    description = diary_description(verdict, blinded=blinded)
    if not any(value is not None for value in curve.observed):
        return sentence(translate("No day was recorded that could be drawn."), description, width)
    x = days_axis(curve.dates, width, room_for_cue=not blinded)
    y = outcome_axis(verdict.primary, "value")
    layers = period_layers(verdict, x, blinded=blinded)
    if blinded:
        days = drawn_from(day_rows(verdict))
        layers.append(days.mark_point(size=26, filled=True, color=INK, opacity=1).encode(x=x, y=y))
    else:
        layers += fitted_layers(verdict, x, y)
        layers.append(
            armed_points(drawn_from(armed_day_rows(verdict)), verdict, 30, width).encode(x=x, y=y)
        )
        layers += mcid_layers(verdict.primary, x, y)
    said = diary_key(verdict, blinded=blinded) if key else ""
    return finish(layers, description, width, 300 if width >= 600 else 330, said)


def periods_chart(verdict: Verdict, *, width: int = 720, key: bool = True) -> alt.LayerChart:
    """Draw the mean of each period with its 95 % interval, pairs joined.

    Parameters
    ----------
    verdict : Verdict
        What to draw; the primary outcome is shown.
    width : int, default 720
        Width of the whole picture in pixels.
    key : bool, default True
        Say above the picture what its marks mean; off where a caption says it.

    Returns
    -------
    altair.LayerChart
        The interval is Student's for independent days. Days resemble each other, so it is a lower
        bound of the uncertainty, and every caption says so.
    """
    answer = verdict.primary
    description = periods_description(verdict)
    names = arm_names(verdict.protocol, 40)
    rows = [mean_row(p, names) for p in answer.periods if p.mean is not None]
    if not rows:
        return sentence(translate("No period has a recorded day."), description, width)
    count = max(period.number for period in answer.periods)
    x = alt.X(
        "period:Q",
        title=translate("Period"),
        scale=alt.Scale(domain=[0.4, count + 0.6], nice=False),
        axis=alt.Axis(values=numbered(count, width), grid=False, format="d"),
    )
    y = outcome_axis(answer, "value")
    base = drawn_from(rows)
    joins = (
        drawn_from([row for row in rows if row["pair"] is not None])
        .mark_line(color=BAND, strokeWidth=1.3, strokeDash=[3, 3])
        .encode(x=x, y=y, detail=alt.Detail("pair:N"))
    )
    spans = base.mark_rule(strokeWidth=2, color=INK, clip=True).encode(
        x=x, y=alt.Y("lower:Q"), y2=alt.Y2("upper:Q")
    )
    points = armed_points(base, verdict, 90, width).encode(x=x, y=y)
    return finish(
        [joins, spans, points], description, width, 270, translate(PERIODS_KEY) if key else ""
    )


def effect_chart(verdict: Verdict, *, width: int = 720) -> alt.LayerChart:
    """Draw the gain under each prior as an interval, against zero and the smallest gain wanted.

    Parameters
    ----------
    verdict : Verdict
        What to draw; the primary outcome is shown, turned so that right is better.
    width : int, default 720
        Width of the whole picture in pixels.

    Returns
    -------
    altair.LayerChart
        Each interval has its numbers written over it.
    """
    answer = verdict.primary
    description = effect_description(verdict)
    if not answer.priors:
        said = translate("The effect could not be estimated: nothing to draw.")
        return sentence(said, description, width)
    rows = [gain_row(index, row, answer.outcome) for index, row in enumerate(answer.priors)]
    mcid = float(answer.outcome.mcid)
    low = min([row["lower"] for row in rows] + [-1.2 * mcid])
    high = max([row["upper"] for row in rows] + [1.8 * mcid])
    low, high = low - 0.04 * (high - low), high + 0.04 * (high - low)
    x = alt.X(
        "value:Q",
        title=better_by(answer.outcome),
        scale=alt.Scale(domain=[low, high], nice=False),
        axis=alt.Axis(grid=False, tickCount=6),
    )
    y = alt.Y("row:Q", scale=alt.Scale(domain=[len(rows), 0], nice=False), axis=None)
    base = drawn_from(rows)
    shade = alt.Color(
        "primary:N", scale=alt.Scale(domain=[True, False], range=[INK, BAND]), legend=None
    )
    layers = zone_layers((low, high), mcid, len(rows), (x, y), width)
    layers += [
        base.mark_rule(strokeWidth=3, strokeCap="round").encode(
            x=alt.X("lower:Q"), x2=alt.X2("upper:Q"), y=y, color=shade
        ),
        base.mark_point(size=110, filled=True, opacity=1).encode(x=x, y=y, color=shade),
        _row_text(base, y, stroke="#ffffff", strokeWidth=4, opacity=0.85),
        _row_text(base, y, color=INK),
    ]
    return finish(layers, description, width, 50 * len(rows) + 66, "")


def _row_text(base: Layer, y: alt.Y, **look: Any) -> Layer:
    # Drawn twice, first as a pale outline, so that lines behind it do not cross the numbers out.
    text: Layer = base.mark_text(
        align="left", baseline="bottom", dy=-9, fontSize=TEXT, **look
    ).encode(x=alt.XValue(8), y=y, text=alt.Text("text:N"))
    return text
