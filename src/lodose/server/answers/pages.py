"""An answer as plain values for a page: sentences, tables, pictures. No Django here."""

import re
from dataclasses import asdict
from typing import Any

from lodose.report.words import clean
from lodose.verdict.result import Claim, OutcomeAnswer, Verdict

WIDTHS = (340, 720)
_NUMBER = re.compile(r"[<>\u2212+\u2014]? ?\d|\u2014$")
SHORT = 26  # characters that a cell may hold without breaking
CHARTS = ("diary", "periods", "effect", "sensitivity")


def page_of(verdict: Verdict) -> dict[str, Any]:
    """Return what the page shows, in the language that is spoken."""
    from lodose.report import content, method
    from lodose.report.captions import (
        diary_description,
        effect_description,
        periods_description,
    )
    from lodose.report.sensitivity import sensitivity_description, sensitivity_table

    said, primary = verdict.wording, verdict.primary
    return {
        "word": verdict.word.value,
        "headline": content.headline(verdict),
        "synthetic": verdict.protocol.synthetic,
        "question": clean(verdict.protocol.question),
        "answer": clean(said.answer),
        "window": clean(said.window),
        "lines": content.three_lines(verdict),
        "chances_heading": content.chances_heading(verdict),
        "chances": [asdict(each) for each in content.chances(verdict)],
        "uncertain": [clean(line) for line in said.uncertain],
        "next_step": clean(said.next_step),
        "reason": clean(verdict.reason),
        "randomised_blinded": verdict.claim is Claim.CAUSED_BY,
        "days": {
            "planned": verdict.audit.days_planned,
            "recorded": verdict.audit.days_observed,
            "missing": verdict.audit.missing_days,
        },
        "primary": _outcome(primary),
        "also": [_outcome(each) for each in verdict.also_measured],
        "descriptions": {
            "diary": diary_description(verdict),
            "periods": periods_description(verdict),
            "effect": effect_description(verdict),
            "sensitivity": sensitivity_description(verdict),
        },
        "tables": {
            "periods": _table(content.period_table(verdict)),
            "priors": _table(content.prior_table(verdict)),
            "sensitivity": _table(sensitivity_table(verdict)),
            "side_effects": _table(content.side_effect_table(verdict)),
            "also": _table(content.also_measured_table(verdict)),
            "audit": _table(content.audit_table(verdict.audit)),
        },
        "side_effects": [asdict(each) for each in verdict.side_effects],
        "side_effects_asked": verdict.side_effects_asked,
        "terms": [{"kind": each.kind, "told": each.effect is not None} for each in primary.known],
        "allowed_for": [clean(line) for line in said.allowed_for],
        "doctor": [clean(line) for line in said.doctor],
        "remarks": content.audit_remarks(verdict.audit),
        "methods": method.methods(verdict),
        "provenance": method.provenance(verdict),
    }


def _outcome(answer: OutcomeAnswer) -> dict[str, Any]:
    from lodose.report.words import outcome_name

    return {
        "name": answer.outcome.name,
        "label": outcome_name(answer.outcome),
        "drawn": {
            "diary": any(value is not None for value in answer.curve.observed),
            "periods": any(period.mean is not None for period in answer.periods),
            "effect": bool(answer.priors),
            "sensitivity": any(row.effect is not None for row in answer.sensitivity),
        },
    }


def _table(table: Any) -> dict[str, Any]:
    """Return a table with the class of each column: numbers to the right, short text unbroken."""
    columns = list(zip(*table.rows, strict=True))
    classes = [
        " ".join(
            name
            for name, holds in (
                ("number", all(_NUMBER.match(cell) for cell in column)),
                ("nowrap", all(len(cell) <= SHORT for cell in column)),
            )
            if holds
        )
        for column in columns
    ]
    return {
        "caption": table.caption,
        "head": [*zip(table.head, classes, strict=False)] or [[each, ""] for each in table.head],
        "rows": [list(zip(row, classes, strict=True)) for row in table.rows],
        "empty": table.empty,
        "note": table.note,
    }


def draw_charts(verdict: Verdict) -> dict[str, str]:
    """Return every picture as SVG, narrow and wide: ``{"diary-340": "<svg ...", ...}``."""
    from lodose.report import diary_chart, effect_chart, periods_chart, sensitivity_chart, svg

    makers: dict[str, Any] = {
        "diary": diary_chart,
        "periods": periods_chart,
        "effect": effect_chart,
        "sensitivity": sensitivity_chart,
    }
    return {
        f"{name}-{width}": svg(makers[name](verdict, width=width), width)
        for name in CHARTS
        for width in WIDTHS
    }
