"""The word above a report is no stronger than the design allows."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import lodose
from lodose.report import print_terminal
from lodose.report.notebook import notebook_html
from lodose.report.pdf import write_pdf
from lodose.verdict import Claim, Verdict, Word
from lodose.verdict.table import sentences

Maker = Callable[..., Any]


def shown(found: Verdict) -> str:
    page = io.StringIO()
    print_terminal(found, Console(file=page, width=100))
    return page.getvalue()


@pytest.mark.parametrize(
    ("effect", "design", "word", "said"),
    [
        (-2.5, "randomised-blinded", Word.HELPS, "helps"),
        (-2.5, "randomised-open", Word.HELPS, "better while on it"),
        (2.5, "open-on-off", Word.HARMS, "worse while on it"),
        (0.0, "open-on-off", Word.NO_MEANINGFUL_DIFFERENCE, "no meaningful difference seen"),
        (-2.5, "before-after", Word.NOT_KNOWN_YET, "changed since"),
    ],
)
def test_the_headline_is_bounded_by_the_design(
    protocol: Maker, diary: Maker, effect: float, design: str, word: Word, said: str
) -> None:
    plan = protocol("BA" if design == "before-after" else "ABBAABBA", 14, design=design)
    found = lodose.verdict(diary(plan, effect), plan)
    assert (found.word, found.wording.headline) == (word, said)
    assert f"Verdict: {said} (" in shown(found)
    assert f"<em>({said})</em>" in notebook_html(found)


def test_the_pdf_takes_the_same_headline(
    protocol: Maker, diary: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lodose.report import pdf

    plan = protocol("ABBA", 7, design="open-on-off")
    found = lodose.verdict(diary(plan, -2.5), plan)
    assert "better while on it" in str(pdf.report_data(found)["word"])
    write_pdf(found, tmp_path / "r.pdf")


def test_below_cause_no_headline_says_that_it_helps_or_harms() -> None:
    said = sentences()["headline"]
    assert set(said) == {*Word, "changed-since", "not-known"}
    assert not any("help" in text or "harm" in text for text in said.values())


def test_a_before_after_answer_with_faults_has_not_changed(protocol: Maker, diary: Maker) -> None:
    plan = protocol("BA", 14, design="before-after")
    made = diary(plan, -2.5)
    assert lodose.verdict(made, plan).claim is Claim.CHANGED_SINCE
    half = replace(made, entries=made.entries[:10])
    assert lodose.verdict(half, plan).wording.headline == "not known"
    bad = replace(made.entries[0], outcomes={"pain": 40.0})
    faulty = replace(made, entries=(bad, *made.entries[1:]))
    assert lodose.verdict(faulty, plan).wording.headline == "not known"
