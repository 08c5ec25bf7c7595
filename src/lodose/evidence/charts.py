"""Pictures of the evidence: forest and funnel plots, and 100 people as icons.

Drawn by the same machinery as the pictures of a verdict, so that they look alike and carry no
script and no style. A table with the same numbers stands beside each.
"""

from pathlib import Path

import altair as alt

from lodose.evidence.chances import Chances, icon_array, share_sentence
from lodose.evidence.pages import ConditionPage
from lodose.evidence.pools import PoolRow, ShownPool
from lodose.language import translate
from lodose.report.drawing import WIDTHS, svg
from lodose.report.look import (
    ACTIVE,
    BAND,
    COMPARATOR,
    INK,
    TEXT,
    Layer,
    Row,
    drawn_from,
    finish,
)
from lodose.report.words import wrapped

_LINE = 16


def forest_chart(pool: ShownPool, *, width: int = 720) -> alt.LayerChart:
    """Draw each trial with its 95 % interval and, below, every way of putting them together.

    Trials are squares, the larger the more they weigh; poolings are diamonds. The axis says
    which side is better.
    """
    narrow = width < 600
    rows = [_forest_row(row, number, narrow) for number, row in enumerate(pool.rows)]
    base = drawn_from(rows)
    order = [row["label"] for row in rows]
    scale = alt.Scale(type="log") if pool.ratio else alt.Scale(zero=True)
    x = alt.X("estimate:Q", title=_axis_title(pool), scale=scale, axis=alt.Axis(grid=False))
    y = alt.Y(
        "label:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelLimit=0, labelExpr="split(datum.label, '\\n')", ticks=False),
    )
    middle = drawn_from([{"estimate": 1.0 if pool.ratio else 0.0}])
    lines = base.mark_rule(color=INK, strokeWidth=1.5).encode(
        x=alt.X("lower:Q", title=_axis_title(pool), scale=scale), x2="upper:Q", y=y
    )
    squares = (
        base.transform_filter("!datum.pooled")
        .mark_square(color=ACTIVE, opacity=1)
        .encode(x=x, y=y, size=alt.Size("size:Q", legend=None, scale=None))
    )
    diamonds = (
        base.transform_filter("datum.pooled")
        .mark_point(shape="diamond", filled=True, color=COMPARATOR, opacity=1, size=130)
        .encode(x=x, y=y)
    )
    layers: list[Layer] = [
        middle.mark_rule(color=BAND, strokeDash=[4, 3]).encode(x=x),
        lines,
        squares,
        diamonds,
    ]
    lines_each = max(str(row["label"]).count("\n") for row in rows) + 1
    height = (_LINE * lines_each + 12) * len(rows) + 60
    # Beside names on a narrow picture a title has no room; the caption says it.
    return finish(layers, forest_description(pool), width, height, "" if narrow else pool.label)


def funnel_chart(pool: ShownPool, *, width: int = 720) -> alt.LayerChart:
    """Draw each trial's effect against its standard error, precise trials at the top.

    The dashed lines hold 95 of 100 trials if all had the same effect. With few trials a funnel
    says little, and the picture says so.
    """
    from math import log

    trials = [row for row in pool.rows if not row.pooled]
    centre = next(row for row in pool.rows if row.pooled).estimate
    rows: list[Row] = []
    for row in trials:
        ends = [log(one) if pool.ratio else one for one in (row.lower, row.upper)]
        rows.append(
            {"label": row.label, "estimate": row.estimate, "error": (ends[1] - ends[0]) / 3.92}
        )
    deepest = 1.15 * max(row["error"] for row in rows)
    sides = [_funnel_side(centre, deepest, side, pool.ratio) for side in (-1, 1)]
    scale = alt.Scale(type="log") if pool.ratio else alt.Scale(zero=False)
    x = alt.X("estimate:Q", title=_axis_title(pool), scale=scale, axis=alt.Axis(grid=False))
    y = alt.Y(
        "error:Q",
        title=translate("Standard error"),
        scale=alt.Scale(reverse=True, domain=[0, deepest], nice=False),
    )
    base = drawn_from(rows)
    layers: list[Layer] = [
        *(
            drawn_from(side).mark_line(color=BAND, strokeDash=[4, 3]).encode(x=x, y=y)
            for side in sides
        ),
        drawn_from([{"estimate": centre}]).mark_rule(color=BAND).encode(x=x),
        base.mark_point(filled=True, color=ACTIVE, opacity=1, size=90).encode(x=x, y=y),
        base.mark_text(color=INK, fontSize=TEXT, dy=-12).encode(x=x, y=y, text="label:N"),
    ]
    return finish(layers, funnel_description(pool), width, 260, pool.label)


def forest_description(pool: ShownPool) -> str:
    """Say in words what the forest plot shows."""
    said = "; ".join(f"{row.label}: {row.text}" for row in pool.rows)
    return translate("{title}. {rows}. {note}").format(title=pool.label, rows=said, note=pool.note)


def funnel_description(pool: ShownPool) -> str:
    """Say in words what the funnel plot shows, and that few trials show little."""
    trials = [row for row in pool.rows if not row.pooled]
    return translate(
        "{title}: {count} trials by effect and standard error. With fewer than 10 trials a funnel "
        "cannot show whether trials are missing."
    ).format(title=pool.label, count=len(trials))


def write_pool_charts(page: ConditionPage, folder: Path | str) -> list[Path]:
    """Write the forest and the funnel plot of every pool of a condition, narrow and wide."""
    written = []
    folder = _made(folder)
    for number, pool in enumerate(page.pools, start=1):
        for name, make in (("forest", forest_chart), ("funnel", funnel_chart)):
            for width in WIDTHS:
                path = folder / f"{name}-{number}-{width}.svg"
                path.write_text(svg(make(pool, width=width), width), encoding="utf-8")
                written.append(path)
    return written


def write_chances(found: Chances, folder: Path | str) -> list[Path]:
    """Write the people in 100 who improved, on it and on placebo."""
    written = []
    folder = _made(folder)
    for name, share in (
        ("people-active", found.active),
        ("people-placebo", found.placebo),
        ("people-placebo-elsewhere", found.other_placebo),
    ):
        path = folder / f"{name}.svg"
        label = share_sentence(share, on_placebo=share is not found.active)
        path.write_text(icon_array(share, label=label), encoding="utf-8")
        written.append(path)
    return written


def _made(folder: Path | str) -> Path:
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _forest_row(row: PoolRow, number: int, narrow: bool) -> Row:
    name = "\n".join(wrapped(row.label, 18 if narrow else 40)[:3])
    return {
        "label": f"{name}\n{row.text}",
        "estimate": row.estimate,
        "lower": row.lower,
        "upper": row.upper,
        "pooled": row.pooled,
        "size": 40 + 240 * (row.weight or 0),
        "number": number,
    }


def _axis_title(pool: ShownPool) -> list[str]:
    what = translate("Ratio") if pool.ratio else translate("Difference")
    if pool.unit:
        what = f"{what}, {pool.unit}"
    if pool.better == "lower":
        return [what, translate("left is better, right is worse")]
    if pool.better == "higher":
        return [what, translate("right is better, left is worse")]
    return [what]


def _funnel_side(centre: float, deepest: float, side: int, ratio: bool) -> list[Row]:
    """One edge of the funnel; curved where the axis is a ratio, so drawn in steps."""
    from math import exp

    steps = [deepest * step / 20 for step in range(21)]
    reach = [side * 1.959963984540054 * error for error in steps]
    ends = [centre * exp(one) if ratio else centre + one for one in reach]
    return [{"estimate": end, "error": error} for end, error in zip(ends, steps, strict=True)]
