"""Axes, data rows and layers that the pictures are put together from."""

from datetime import date, timedelta

import altair as alt

from lodose.language import habits, translate
from lodose.report.captions import amount_of_mcid, better_way
from lodose.report.look import (
    ACTIVE,
    BAND,
    CHARACTER,
    COMPARATOR,
    INK,
    LINE,
    QUIET,
    SHADE,
    TEXT,
    ZONE,
    Layer,
    Row,
    drawn_from,
)
from lodose.report.means import mean_interval
from lodose.report.words import arm_names, gain, outcome_name, sentence_case, with_interval
from lodose.trial import Outcome
from lodose.verdict.numbers import decimals, general
from lodose.verdict.result import OutcomeAnswer, PeriodResult, PriorRow, Verdict


def moment(day: date) -> str:
    """Midnight in UTC, so that the picture does not depend on the machine's time zone."""
    return f"{day.isoformat()}T00:00:00Z"


def days_axis(dates: tuple[date, ...], width: int, *, room_for_cue: bool) -> alt.X:
    """Calendar days, with room at the right for the scale cue."""
    first, last = dates[0] - timedelta(days=1), dates[-1] + timedelta(days=1)
    if room_for_cue:
        last += timedelta(days=1 + round(len(dates) * (22 / (width - 60))))
    return alt.X(
        "day:T",
        title=None,
        scale=alt.Scale(type="utc", domain=[moment(first), moment(last)], nice=False),
        axis=alt.Axis(
            format=habits().axis, grid=False, labelOverlap=True, tickCount=8 if width >= 600 else 4
        ),
    )


def outcome_axis(answer: OutcomeAnswer, field: str) -> alt.Y:
    """The whole range of the outcome, so that a small difference looks small."""
    outcome = answer.outcome
    return alt.Y(
        f"{field}:Q",
        title=[outcome_name(outcome, 32), better_way(outcome)],
        scale=alt.Scale(
            domain=[float(outcome.minimum), float(outcome.maximum)],
            zero=False,  # said aloud, or a layer without a scale of its own brings zero back
            nice=False,
            clamp=True,
        ),
        # A fixed extent, since the width of the labels must not move the plot.
        axis=alt.Axis(grid=True, tickCount=5, format="~f", minExtent=28, maxExtent=28),
    )


def numbered(count: int, width: int) -> list[int]:
    """The period numbers that fit on the axis."""
    step = next(step for step in (1, 2, 3, 5, 10, 20, 50, 1000) if count / step * 22 < width - 60)
    return [n for n in range(1, count + 1) if n == 1 or n % step == 0]


def armed_points(base: Layer, verdict: Verdict, size: int, width: int) -> Layer:
    """Points whose arm shows in shape, fill and colour, with one legend for the three."""
    names = list(arm_names(verdict.protocol, 40).values())

    def scale(*values: str) -> alt.Scale:
        return alt.Scale(domain=names, range=list(values))

    legend = alt.Legend(
        title=None,
        orient="top",
        direction="vertical" if width < 600 else "horizontal",
        labelLimit=width - 60 if width < 600 else width // 2 - 40,
        symbolSize=80,
        offset=6,
    )
    points: Layer = base.mark_point(size=size, strokeWidth=1.6, opacity=1).encode(
        shape=alt.Shape("arm:N", scale=scale("circle", "diamond"), legend=legend),
        stroke=alt.Stroke("arm:N", scale=scale(ACTIVE, COMPARATOR), legend=legend),
        fill=alt.Fill("arm:N", scale=scale(ACTIVE, "#ffffff"), legend=legend),
    )
    return points


def day_rows(verdict: Verdict) -> list[Row]:
    """The recorded days, without any arm."""
    curve = verdict.primary.curve
    return [
        {"day": moment(day), "value": value}
        for day, value in zip(curve.dates, curve.observed, strict=True)
        if value is not None
    ]


def armed_day_rows(verdict: Verdict) -> list[Row]:
    """The recorded days within a period, each with the name of its arm."""
    names = arm_names(verdict.protocol, 40)
    arms = {
        moment(period.start + timedelta(days=offset)): names[period.arm]
        for period in verdict.primary.periods
        for offset in range((period.end - period.start).days + 1)
    }
    return [row | {"arm": arms[row["day"]]} for row in day_rows(verdict) if row["day"] in arms]


def period_layers(verdict: Verdict, x: alt.X, *, blinded: bool) -> list[Layer]:
    """Shading of the active periods, the lines between periods, and their numbers."""
    periods = verdict.primary.periods
    half = timedelta(hours=12)

    def edge(day: date, later: bool) -> str:
        noon = day if later else day - timedelta(days=1)
        return f"{noon.isoformat()}T{half.seconds // 3600}:00:00Z"

    rows = [
        {
            "day": edge(period.start, False),
            "end": edge(period.end, True),
            "middle": moment(period.start + (period.end - period.start) / 2),
            "number": str(period.number),
        }
        for period in periods
    ]
    layers = []
    if not blinded:
        shaded = [row for row, p in zip(rows, periods, strict=True) if p.arm == "active"]
        layers.append(drawn_from(shaded).mark_rect(color=SHADE).encode(x=x, x2=alt.X2("end:T")))
    layers.append(drawn_from(rows).mark_rule(color=LINE, strokeDash=[2, 2]).encode(x=x))
    step = 1 if len(periods) <= 16 else 5
    shown = [
        row for row, p in zip(rows, periods, strict=True) if p.number % step == 0 or p.number == 1
    ]
    layers.append(
        drawn_from(shown)
        .mark_text(fontSize=TEXT, color=QUIET, baseline="top")
        .encode(x=alt.X("middle:T"), y=alt.YValue(4), text=alt.Text("number:N"))
    )
    return layers


def fitted_layers(verdict: Verdict, x: alt.X, y: alt.Y) -> list[Layer]:
    """Draw the fitted curve over its 95 % band; nothing where nothing was fitted."""
    curve = verdict.primary.curve
    if not curve.mean:
        return []
    rows = [
        {"day": moment(day), "value": mean, "lower": lower, "upper": upper}
        for day, mean, lower, upper in zip(
            curve.dates, curve.mean, curve.lower, curve.upper, strict=True
        )
    ]
    base = drawn_from(rows)
    return [
        base.mark_area(color=BAND, opacity=0.28, clip=True).encode(
            x=x, y=alt.Y("lower:Q"), y2=alt.Y2("upper:Q")
        ),
        base.mark_line(color=INK, strokeWidth=1.6, clip=True).encode(x=x, y=y),
    ]


def mcid_layers(answer: OutcomeAnswer, x: alt.X, y: alt.Y) -> list[Layer]:
    """A bar as long as the smallest gain that matters, at the right edge, to see by."""
    outcome, dates = answer.outcome, answer.curve.dates
    middle = (float(outcome.minimum) + float(outcome.maximum)) / 2
    half = float(outcome.mcid) / 2
    place = moment(dates[-1] + timedelta(days=2))
    base = drawn_from([{"day": place, "value": middle - half, "top": middle + half}])
    return [
        base.mark_rule(color=INK, strokeWidth=3).encode(x=x, y=y, y2=alt.Y2("top:Q")),
        base.mark_text(angle=270, dy=11, fontSize=TEXT, color=INK, baseline="middle").encode(
            x=x,
            y=alt.YDatum(middle),
            text=alt.TextValue(amount_of_mcid(outcome)),
        ),
    ]


def mean_row(period: PeriodResult, names: dict[str, str]) -> Row:
    """One period's mean, with the ends of its interval."""
    lower, upper = mean_interval(period) or (period.mean, period.mean)
    return {
        "period": period.number,
        "pair": period.pair,
        "arm": names[period.arm],
        "value": period.mean,
        "lower": lower,
        "upper": upper,
    }


def gain_row(index: int, row: PriorRow, outcome: Outcome) -> Row:
    """One reading of the gain, with its numbers as text."""
    better = gain(row.effect, outcome)
    return {
        "row": index + 0.7,
        "value": better.mean,
        "lower": better.lower,
        "upper": better.upper,
        "primary": row.key == "primary",
        "text": f"{sentence_case(row.label)}: {with_interval(better, decimals(outcome))}",
    }


def zone_layers(
    ends: tuple[float, float], mcid: float, rows: int, axes: tuple[alt.X, alt.Y], width: int
) -> list[Layer]:
    """The stretch too small to matter, its borders, zero, and what each side is called."""
    (low, high), (x, y) = ends, axes
    zones = [(low, -mcid), (-mcid, mcid), (mcid, high)] if mcid else [(low, 0.0), (0.0, high)]
    size = general(mcid)
    wide = (
        translate("worse by at least {size}").format(size=size),
        translate("too small to matter"),
        translate("better by at least {size}").format(size=size),
    )
    short = (translate("worse"), translate("too small"), translate("better"))
    labels = []
    for index, (start, end) in enumerate(zones):
        place = index if mcid else 2 * index
        room = (end - start) / (high - low) * (width - 20)
        text = next((t for t in (wide[place], short[place]) if len(t) * CHARACTER < room), "")
        labels.append({"value": (start + end) / 2, "text": text, "row": 0})
    layers = []
    if mcid:
        layers.append(
            drawn_from([{"value": -mcid, "end": mcid, "row": 0, "foot": rows}])
            .mark_rect(color=ZONE)
            .encode(x=x, x2=alt.X2("end:Q"), y=y, y2=alt.Y2("foot:Q"))
        )
        layers.append(
            drawn_from([{"value": -mcid}, {"value": mcid}])
            .mark_rule(color=BAND, strokeDash=[4, 3])
            .encode(x=x)
        )
    layers.append(drawn_from([{"value": 0}]).mark_rule(color=INK).encode(x=x))
    layers.append(
        drawn_from(labels)
        .mark_text(fontSize=TEXT, color=QUIET, dy=-9)
        .encode(x=x, y=alt.YValue(0), text=alt.Text("text:N"))
    )
    return layers
