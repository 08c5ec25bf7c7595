"""The cycles that would settle an open answer, in every form of the report."""

import io
from dataclasses import replace

import pypdf
import pytest
from rich.console import Console

from lodose.planning import LEFT_OUT
from lodose.report import pdf_bytes, print_terminal
from lodose.report.notebook import notebook_html
from lodose.verdict import CycleChance, Planning, Verdict
from lodose.verdict.notebook import as_html

FOUND = Planning(
    "The chance is about 6 in 10 after two more cycles <56 days>. Your prescriber decides.",
    (
        CycleChance(1, 28, 0.31, 0.22, 0.41, 0.2, 0.1, 0.01),
        CycleChance(2, 56, 0.62, 0.52, 0.72, 0.4, 0.2, 0.02),
    ),
    simulations=100,
    seed=1,
    rule="screening",
)


def forms(verdict: Verdict) -> dict[str, str]:
    stream = io.StringIO()
    print_terminal(verdict, Console(file=stream, width=80))
    reader = pypdf.PdfReader(io.BytesIO(pdf_bytes(verdict)))
    found = {
        "terminal": stream.getvalue(),
        "pdf": " ".join(page.extract_text() for page in reader.pages),
        "html": notebook_html(verdict).replace("&lt;", "<").replace("&gt;", ">"),
        "short html": as_html(verdict).replace("&lt;", "<").replace("&gt;", ">"),
    }
    return {name: " ".join(text.split()) for name, text in found.items()}


@pytest.mark.parametrize("planning", [FOUND, LEFT_OUT], ids=["worked out", "left out"])
def test_every_form_says_what_lies_ahead_or_that_it_was_left_out(
    pain: Verdict, planning: Planning
) -> None:
    for name, text in forms(replace(pain, planning=planning)).items():
        assert planning.words in text, name
    without = forms(pain)
    for name, text in without.items():
        assert "Looking ahead" not in text, name


def test_the_doctor_reads_the_figures_with_their_error(pain: Verdict) -> None:
    text = forms(replace(pain, planning=FOUND))["pdf"]
    assert "1 cycle 0.31 (0.22 to 0.41; benefit 0.20, little 0.10, harm 0.01)" in text
    assert "From 100 trials continued from the posterior, rule screening, seed 1" in text
