"""The one look that every picture has: colours, text, frame."""

from typing import Any, TypeAlias

import altair as alt

from lodose.report.words import wrapped

Row: TypeAlias = dict[str, Any]
Layer: TypeAlias = alt.Chart

INK = "#222222"
QUIET = "#55595e"
LINE = "#c3c8ce"
ZONE = "#eceef0"
ACTIVE = "#0b4f8a"
COMPARATOR = "#b8640a"
SHADE = "#dbe7f3"
BAND = "#6b7178"

TEXT = 12
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
CHARACTER = 6.3  # pixels a character takes at 12 px, on the wide side


def drawn_from(rows: list[Row]) -> Layer:
    """A layer from plain rows; no table library comes in."""
    # A tuple, because Altair copies lists row by row each time a chart is touched.
    return alt.Chart(alt.InlineData(values=tuple(rows)))


def sentence(text: str, description: str, width: int) -> alt.LayerChart:
    """A picture that says in words why there is none."""
    lines = wrapped(text, int((width - 40) / CHARACTER))
    mark = (
        drawn_from([{}])
        .mark_text(fontSize=TEXT + 2, color=QUIET)
        .encode(text=alt.value("\n".join(lines)))
    )
    return finish([mark], description, width, 80, "")


def finish(
    layers: list[Layer], description: str, width: int, height: int, key: str
) -> alt.LayerChart:
    """Put layers together in the one look that every picture has."""
    chart = alt.layer(*layers)
    if key:
        chart = chart.properties(
            title=alt.TitleParams(
                text=wrapped(key, int((width - 20) / CHARACTER)),
                anchor="start",
                frame="group",
                fontSize=TEXT,
                fontWeight="normal",
                color=QUIET,
                lineHeight=16,
                offset=8,
            )
        )
    finished: alt.LayerChart = (
        chart.properties(
            width=width,
            height=height,
            description=description,
            autosize=alt.AutoSizeParams(type="fit", contains="padding"),
            background="#ffffff",
            padding=6,
        )
        .configure(font=FONT, lineBreak="\n")
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=TEXT,
            titleFontSize=TEXT,
            titleFontWeight="normal",
            labelColor=INK,
            titleColor=INK,
            gridColor="#e6e8eb",
            domainColor=BAND,
            tickColor=BAND,
        )
        .configure_legend(labelFontSize=TEXT, labelColor=INK)
    )
    return finished
