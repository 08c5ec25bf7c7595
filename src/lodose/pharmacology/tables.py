"""What was observed beside what the model says, as the tables of the command and of the docs."""

from collections.abc import Sequence
from typing import Any

from lodose.pharmacology.data import SCANS
from lodose.pharmacology.estimates import Estimates
from lodose.pharmacology.predict import Compared

_KINDS = {
    "cmax": "peak",
    "tmax": "time of peak",
    "auc": "AUC",
    "auc-0-24": "AUC",
    "half-life": "half-life",
    "absorption-half-life": "",
    "mu": "",
    "mu-of-early": "",
    "kappa": "",
    "delta": "",
}


def comparison_rows(rows: Sequence[Compared]) -> list[dict[str, Any]]:
    """Plain records, one for each observation."""
    return [
        {
            "id": each.observation.id,
            "what": _what(each),
            "unit": each.observation.unit,
            "observed": each.observation.value,
            "predicted": _figures(each.predicted),
            "by_structure": {name: _figures(one) for name, one in each.by_structure.items()},
            "stated_error": each.stated,
            "standard_errors_off": round(each.off, 2),
            "use": each.observation.use,
            "within": each.within,
            "source": each.observation.source,
        }
        for each in rows
    ]


def comparison(rows: Sequence[Compared]) -> str:
    """Say every observation in a line of a Markdown table; a miss is more than two errors off."""
    lines = [
        "| what | observed | model | ratio or difference | errors off | use | |",
        "|---|---:|---:|---:|---:|---|---|",
    ]
    for each in rows:
        seen = each.observation
        apart = (
            f"{each.predicted - seen.value:+.1f} points"
            if seen.quantity in SCANS
            else f"{each.fold:.2f}-fold"
        )
        lines.append(
            f"| {_what(each)} ({seen.source}) | {_figures(seen.value)} {seen.unit} "
            f"| {_figures(each.predicted)} | {apart} | {each.off:+.1f} | {seen.use} "
            f"| {'' if each.within else 'miss'} |"
        )
    return "\n".join(lines)


def chi_squares(found: Estimates) -> str:
    """Chi-square of plasma and of each structure, as a Markdown table."""
    lines = [
        "| part | observations | chi-square | estimates (standard error) |",
        "|---|---:|---:|---|",
    ]
    for block in found.block:
        values = ", ".join(
            f"{name} {_figures(value)} ({100 * error:.0f} %)"
            for name, value, error in zip(
                block.names, block.values, block.standard_errors, strict=True
            )
        )
        lines.append(f"| {block.id} | {block.observations} | {block.chi_square:.1f} | {values} |")
    return "\n".join(lines)


def _what(each: Compared) -> str:
    kind = _KINDS[each.observation.quantity]
    return f"{each.observation.what}, {kind}" if kind else each.observation.what


def _figures(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
