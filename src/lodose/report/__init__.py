"""What a verdict looks like: charts, a PDF, the terminal and a notebook.

Everything here draws a :class:`lodose.verdict.result.Verdict` and computes none of it. Names are
imported when they are first used, so that a command that prints one line need not load the
drawing libraries.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lodose.report.charts import diary_chart, effect_chart, periods_chart
    from lodose.report.drawing import svg, write_charts
    from lodose.report.notebook import notebook_html
    from lodose.report.pdf import pdf_bytes, write_pdf
    from lodose.report.sensitivity import sensitivity_chart
    from lodose.report.terminal import print_audit, print_terminal

__all__ = [
    "diary_chart",
    "effect_chart",
    "notebook_html",
    "pdf_bytes",
    "periods_chart",
    "print_audit",
    "print_terminal",
    "sensitivity_chart",
    "svg",
    "write_charts",
    "write_pdf",
]

_HOMES = {
    "diary_chart": "charts",
    "effect_chart": "charts",
    "periods_chart": "charts",
    "svg": "drawing",
    "write_charts": "drawing",
    "notebook_html": "notebook",
    "pdf_bytes": "pdf",
    "write_pdf": "pdf",
    "print_audit": "terminal",
    "print_terminal": "terminal",
    "sensitivity_chart": "sensitivity",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
