"""The report as a PDF for the person and the doctor, tagged for screen readers (PDF/UA-1)."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.resources import files
from math import ceil
from pathlib import Path
from typing import Any

import altair as alt
import typst

from lodose.language import SOURCE, current_language, habits, translate
from lodose.report import content, method
from lodose.report.captions import (
    PERIODS_KEY,
    diary_description,
    diary_key,
    effect_description,
    periods_description,
)
from lodose.report.charts import diary_chart, effect_chart, periods_chart
from lodose.report.drawing import svg
from lodose.report.look import FONT as SCREEN_FONT
from lodose.report.sensitivity import (
    KEY,
    sensitivity_chart,
    sensitivity_description,
    sensitivity_table,
)
from lodose.report.words import clean, span
from lodose.verdict.result import Verdict

WIDTH = 640
FONT = "Libertinus Serif"
_NO_GLYPH = "could not be displayed with font"
# Beyond Latin, Greek, Cyrillic, punctuation and the signs that the report itself uses.
_UNUSUAL = re.compile("[^\u0000-\u052f\u1e00-\u206f\u20a0-\u22ff\u2500-\u25ff]")


def pdf_bytes(verdict: Verdict) -> bytes:
    """Set a verdict as a tagged PDF.

    Parameters
    ----------
    verdict : Verdict
        What to report.

    Returns
    -------
    bytes
        A PDF/UA-1 document, byte for byte the same for the same verdict: no clock and no font of
        the machine goes into it. The exception is writing that the built-in fonts lack, such as
        Japanese: there the machine's fonts help out, and what they lack too becomes a box.
    """
    data = json.dumps(report_data(verdict), ensure_ascii=False)
    try:
        return _compiled(data, built_in_fonts_only=True)
    except typst.TypstError as error:
        if _NO_GLYPH not in str(error):
            raise
    try:
        return _compiled(data, built_in_fonts_only=False)
    except typst.TypstError as error:
        if _NO_GLYPH not in str(error):
            raise
    return _compiled(_UNUSUAL.sub("\N{WHITE SQUARE}", data), built_in_fonts_only=True)


def _compiled(data: str, *, built_in_fonts_only: bool) -> bytes:
    made: bytes = typst.compile(
        (files("lodose.report") / "templates" / "report.typ").read_bytes(),
        format="pdf",
        pdf_standards=["ua-1"],
        ignore_system_fonts=built_in_fonts_only,
        timestamp=datetime(2000, 1, 1, tzinfo=UTC),  # never the clock: same diary, same bytes
        sys_inputs={"report": data},
    )
    return made


def write_pdf(verdict: Verdict, path: Path | str) -> Path:
    """Write :func:`pdf_bytes` to a file and return its path."""
    path = Path(path)
    path.write_bytes(pdf_bytes(verdict))
    return path


def report_data(verdict: Verdict) -> dict[str, Any]:
    """Everything the template shows, as text ready to print."""
    wording, answer = verdict.wording, verdict.primary
    charts = _charts(verdict)
    dates = span(answer.periods[0].start, answer.periods[-1].end) if answer.periods else ""
    return {
        "language": current_language(),
        "region": habits().region,
        "size": _set_in().size,
        "title": translate(content.TITLE),
        "said": fixed_words(),
        "dates": dates,
        "synthetic": translate(content.SYNTHETIC) if verdict.protocol.synthetic else "",
        "footer": _footer(verdict),
        "question": clean(verdict.protocol.question),
        "word": content.headline(verdict),
        "answer": clean(wording.answer),
        "window": clean(wording.window),
        "lines": content.three_lines(verdict),
        "uncertain": [clean(sentence) for sentence in wording.uncertain],
        "nothing-uncertain": translate(
            "Nothing could be estimated, so everything remains uncertain."
        )
        if answer.effect is None
        else "",
        "planning": method.looking_ahead(verdict),
        "next-step": clean(wording.next_step),
        "chances-heading": content.chances_heading(verdict),
        "chances": [asdict(chance) for chance in content.chances(verdict)],
        "doctor": [clean(sentence) for sentence in wording.doctor],
        "charts": charts,
        # Without a curve the means of the periods are the first picture.
        "first": "diary" if charts["diary"]["svg"] or not charts["periods"]["svg"] else "periods",
        "captions": {
            "diary": diary_key(verdict),
            "periods": translate(PERIODS_KEY),
            "effect": translate(
                "The gain read in more than one way. Dot: best single value. Bar: 95 % interval."
            ),
            "sensitivity": translate(KEY),
        },
        "periods": asdict(content.period_table(verdict)),
        "priors": asdict(content.prior_table(verdict)),
        "sensitivity": asdict(sensitivity_table(verdict)),
        "allowed-for": [clean(sentence) for sentence in wording.allowed_for],
        "side-effects": asdict(content.side_effect_table(verdict)),
        "also-measured": asdict(content.also_measured_table(verdict)),
        "audit": asdict(content.audit_table(verdict.audit)),
        "remarks": content.audit_remarks(verdict.audit),
        "methods": method.methods(verdict),
        "provenance": method.provenance(verdict),
        "mono": [
            translate(name)
            for name in (method.ENGINE_HASH, method.PROTOCOL_HASH, method.DIARY_HASH)
        ],
    }


def fixed_words() -> dict[str, str]:
    """What the template says by itself: its headings and labels."""
    return {
        "page": translate("Page {page} of {pages}"),
        "what": translate("What"),
        "value": translate("Value"),
        "the-answer": translate("The answer:"),
        "uncertain": translate("What is uncertain"),
        "looking-ahead": translate("Looking ahead"),
        "next-step": translate("Next step"),
        "for-the-doctor": translate("For the doctor"),
        "each-period": translate("Each period"),
        "difference": translate("The difference"),
        "stands-up": translate("Does the answer stand up?"),
        "model-saw": translate("What else the model saw"),
        "in-numbers": translate("In numbers"),
        "side-effects": translate("Side effects"),
        "also-measured": translate("Also measured"),
        "diary": translate("The diary"),
        "no-remarks": translate("No remarks on the diary."),
        "methods": translate("Methods"),
        "provenance": translate("Where this answer comes from"),
    }


def _footer(verdict: Verdict) -> str:
    template = (
        translate(
            "Synthetic data · {title} · Lodose {version} · not a prescription: your prescriber "
            "decides"
        )
        if verdict.protocol.synthetic
        else translate("{title} · Lodose {version} · not a prescription: your prescriber decides")
    )
    version = clean(verdict.provenance.lodose_version)
    return template.format(title=translate(content.TITLE), version=version)


def _charts(verdict: Verdict) -> dict[str, dict[str, str]]:
    """The pictures and what they show in words; no picture where there is nothing to draw."""
    answer = verdict.primary
    drawn = {"diary": "", "periods": "", "effect": "", "sensitivity": ""}
    if any(value is not None for value in answer.curve.observed):
        drawn["diary"] = _drawn(diary_chart(verdict, width=WIDTH, key=False), _room(verdict))
    if any(period.mean is not None for period in answer.periods):
        drawn["periods"] = _drawn(periods_chart(verdict, width=WIDTH, key=False), 215)
    if answer.priors:
        drawn["effect"] = _drawn(effect_chart(verdict, width=WIDTH), 90 + 32 * len(answer.priors))
    readings = sum(row.effect is not None for row in answer.sensitivity)
    if readings:
        chart = sensitivity_chart(verdict, width=WIDTH, key=False)
        drawn["sensitivity"] = _drawn(chart, 66 + 22 * readings)
    said = {
        "diary": diary_description(verdict),
        "periods": periods_description(verdict),
        "effect": effect_description(verdict),
        "sensitivity": sensitivity_description(verdict),
    }
    return {name: {"svg": drawn[name], "alt": said[name]} for name in drawn}


def _room(verdict: Verdict) -> int:
    """Height of the first picture, from the length of the text that shares its page."""
    wording = verdict.wording
    ahead = method.looking_ahead(verdict)
    short = (verdict.protocol.question, wording.answer, *wording.uncertain, ahead)
    page = _set_in()
    lines = sum(ceil(len(text) / page.wide) for text in (*short, wording.next_step))
    lines += sum(ceil(len(text) / page.narrow) for _, text in content.three_lines(verdict))
    least = 120 if ahead else page.least
    return max(least, min(360, 295 - page.line * (lines - 22)))


@dataclass(frozen=True, slots=True)
class _Setting:
    """How large the text is set, how many characters a line then holds, what a picture needs."""

    size: float  # points
    wide: int
    narrow: int
    line: int  # pixels of the picture
    least: int


def _set_in() -> _Setting:
    """Other languages need more words for the same: smaller, so that the first page stays one."""
    if current_language() == SOURCE:
        return _Setting(size=10.3, wide=95, narrow=80, line=15, least=150)
    return _Setting(size=9.6, wide=96, narrow=82, line=15, least=120)


def _drawn(chart: alt.LayerChart, height: int) -> str:
    resized: alt.LayerChart = chart.properties(height=height)
    # Only a font that the typesetter carries gives the same page on every machine.
    return svg(resized, WIDTH).replace(f'font-family="{SCREEN_FONT}"', f'font-family="{FONT}"')
