"""Charts made into SVG, without scripts, inline styles or names that could collide."""

import json
import re
from collections import OrderedDict
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import altair as alt
import vl_convert

from lodose.language import SOURCE, current_language
from lodose.report.charts import diary_chart, effect_chart, periods_chart
from lodose.report.sensitivity import sensitivity_chart
from lodose.verdict.result import Verdict

WIDTHS = (340, 720)
_KEPT = 64
# Groups get roles without a name, which a screen reader would stumble over: the picture is one
# image with one label.
_ROLE_OF_A_PART = re.compile(r' (?:role="graphics-[a-z]+"|aria-roledescription="[^"]*")')
_drawn: "OrderedDict[str, str]" = OrderedDict()


def svg(chart: alt.LayerChart, width: int) -> str:
    """Draw a chart as SVG.

    Parameters
    ----------
    chart : altair.LayerChart
        One of the charts of :mod:`lodose.report.charts`, made for the same width.
    width : int
        Width of the picture in pixels.

    Returns
    -------
    str
        An ``<svg>`` element with the chart's description as its label. Its ids begin with a hash
        of the picture, so that several stand on one page; a picture is drawn once per process.
    """
    spec: dict[str, Any] = chart.to_dict(validate=False)
    spec["width"] = width
    # The label of the whole says it better than one per mark, and holds only what we wrote.
    spec.setdefault("config", {})["aria"] = False
    text = json.dumps(spec, sort_keys=True)
    key = sha256(text.encode()).hexdigest()
    if key in _drawn:
        _drawn.move_to_end(key)
        return _drawn[key]
    drawn = _prefixed(vl_convert.vegalite_to_svg(text), f"c{key[:10]}")
    drawn = _ROLE_OF_A_PART.sub("", drawn)
    if current_language() != SOURCE:  # the drawing library names the marks in English
        drawn = re.sub(r' aria-label="[^"]*"', "", drawn)
    drawn = _labelled(drawn, spec)
    _drawn[key] = drawn
    if len(_drawn) > _KEPT:
        _drawn.popitem(last=False)
    return drawn


def write_charts(verdict: Verdict, folder: Path | str) -> list[Path]:
    """Write the four pictures of a verdict as SVG files, each narrow and wide.

    Parameters
    ----------
    verdict : Verdict
        What to draw.
    folder : path
        Where to; made if it is not there.

    Returns
    -------
    list of Path
        The files written; their names hold no drug and no name.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    makers = {
        "diary": diary_chart,
        "periods": periods_chart,
        "effect": effect_chart,
        "sensitivity": sensitivity_chart,
    }
    written = []
    for name, make in makers.items():
        for width in WIDTHS:
            path = folder / f"{name}-{width}.svg"
            path.write_text(svg(make(verdict, width=width), width), encoding="utf-8")
            written.append(path)
    return written


def _prefixed(drawn: str, prefix: str) -> str:
    """Give every id, and every reference to one, a prefix of its own."""
    drawn = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', drawn)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", drawn)


def _labelled(drawn: str, spec: dict[str, Any]) -> str:
    """Label the picture as a whole for screen readers."""
    label = quoteattr(spec.get("description", ""))
    return drawn.replace("<svg ", f'<svg role="img" aria-label={label} ', 1)
