"""The one look that every picture has: colours, text, frame."""

from typing import Any, TypeAlias

import altair as alt

from lodose.language import SOURCE, current_language, habits
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
        .encode(text=alt.TextValue("\n".join(lines)))
    )
    return finish([mark], description, width, 80, "")


def finish(
    layers: list[Layer], description: str, width: int, height: int, key: str
) -> alt.LayerChart:
    """Put layers together in the one look that every picture has.

    All in one call: each further one on a chart would copy the whole chart again.
    """
    return alt.LayerChart(
        layer=layers,
        width=width,
        height=height,
        description=description,
        autosize=alt.AutoSizeParams(type="fit", contains="padding"),
        background="#ffffff",
        padding=6,
        config=alt.Config(
            font=FONT,
            locale=_locale(),
            lineBreak="\n",
            view=alt.ViewConfig(stroke=None),
            axis=alt.AxisConfig(
                labelFontSize=TEXT,
                titleFontSize=TEXT,
                titleFontWeight="normal",
                labelColor=INK,
                titleColor=INK,
                gridColor="#e6e8eb",
                domainColor=BAND,
                tickColor=BAND,
            ),
            legend=alt.LegendConfig(labelFontSize=TEXT, labelColor=INK),
        ),
        title=_title(key, width) if key else alt.Undefined,
    )


def _locale() -> Any:
    """How the numbers on the axes are written; nothing is said where it is Vega's own way."""
    if current_language() == SOURCE:
        return alt.Undefined
    signs = {"decimal": habits().decimal, "thousands": habits().thousands}
    return alt.Locale(number=alt.NumberLocale(**signs, grouping=[3], currency=["", ""]))


def _title(key: str, width: int) -> alt.TitleParams:
    """The key above a picture, in as many lines as its width needs."""
    return alt.TitleParams(
        text=wrapped(key, int((width - 20) / CHARACTER)),
        anchor="start",
        frame="group",
        fontSize=TEXT,
        fontWeight="normal",
        color=QUIET,
        lineHeight=16,
        offset=8,
    )
