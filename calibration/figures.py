"""Figures of docs/validity.md as SVG, from docs/validity/*.json.

python -m calibration.figures
"""

import sys
from typing import Any

import altair as alt
import vl_convert

from calibration.tables import BENEFIT, FOLDER, design_of, load, share

WIDTH = 620
FONT = "Liberation Sans, Arial, sans-serif"


def no_effect() -> alt.TopLevelMixin:
    """Rates at no effect by method, a mark for each cell."""
    rows: list[dict[str, Any]] = []
    for r in load("no_effect"):
        c = r["cell"]
        place = {"phi": f"correlation {c['phi']:g}", "shock": f"shock {c['shock_sd']:g}"}
        for method, rate in (
            ("verdict: false benefit", share(r, BENEFIT)),
            ("paired t, p < .05", r["paired_rejects"]),
            ("day-level t, p < .05", r["day_level_rejects"]),
        ):
            rows.append({**place, "method": method, "percent": 100 * float(rate)})
    order = ["verdict: false benefit", "paired t, p < .05", "day-level t, p < .05"]
    marks = (
        alt.Chart(alt.Data(values=rows))
        .mark_point(filled=False, size=45, opacity=0.8)
        .encode(
            x=alt.X("percent:Q", title="percent of trials in which the drug does nothing"),
            y=alt.Y("method:N", sort=order, title=None, axis=alt.Axis(labelLimit=220)),
            shape=alt.Shape("phi:N", title=None),
            color=alt.Color(
                "shock:N", title=None, scale=alt.Scale(range=["#8a8f98", "#b45f06", "#004488"])
            ),
        )
    )
    bar = alt.Chart(alt.Data(values=[{"at": 5}])).mark_rule(strokeDash=[4, 3]).encode(x="at:Q")
    return (marks + bar).properties(width=WIDTH - 220, height=190)


def found() -> alt.TopLevelMixin:
    """Share of trials that find a gain of twice the MCID."""
    rows = [
        {
            "onset": r["cell"]["onset_days"],
            "percent": 100 * share(r, BENEFIT),
            "design": design_of(r),
        }
        for r in load("truth")
        if r["cell"]["benefit"] == 2.0
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("onset:Q", title="time constant of build-up, days"),
        y=alt.Y("percent:Q", title="percent told helps or probably helps"),
        color=alt.Color(
            "design:N",
            title=None,
            scale=alt.Scale(range=["#004488", "#b45f06", "#228833", "#aa3377", "#555555"]),
        ),
        shape=alt.Shape("design:N", title=None),
    )
    lines = base.mark_line(strokeWidth=1.5) + base.mark_point(filled=True, size=60)
    return lines.properties(width=WIDTH - 180, height=280)


def main() -> int:
    """Write the figures."""
    for name, make in (("no_effect", no_effect), ("found", found)):
        chart = make().configure(font=FONT, background="white").configure_axis(
            labelFontSize=12, titleFontSize=12
        ).configure_legend(labelFontSize=12)  # fmt: skip
        svg = vl_convert.vegalite_to_svg(chart.to_dict())
        (FOLDER / f"{name}.svg").write_text(svg, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
