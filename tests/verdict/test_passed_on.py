"""What a protocol or a diary says must reach the model and the counts, not only be accepted."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pypdf import PdfReader
from rich.console import Console

import lodose
from lodose.diary import Diary, SideEffect
from lodose.inference import Posterior
from lodose.report import print_terminal, write_pdf
from lodose.trial import Protocol
from lodose.verdict import to_json
from lodose.verdict.analysis import analyse, resolution_of
from lodose.verdict.arrays import day_table
from lodose.verdict.harms import side_effect_counts

Maker = Callable[..., Any]


def posterior(plan: Protocol, entries: Diary) -> Posterior:
    (outcome,) = plan.outcomes
    found = analyse(
        entries, plan, day_table(entries, plan), outcome, engine="compiled", whole=False
    )
    assert found.posterior is not None
    return found.posterior


@pytest.mark.parametrize(("running", "exposure"), [(False, 0.0), (True, 1.0)])
def test_a_treatment_that_was_running_is_there_on_the_first_day(
    protocol: Maker, diary: Maker, running: bool, exposure: float
) -> None:
    priors = {"onset_at_once": 0, "onset_median_days": 5}
    plan = protocol("BAAB", treatment={"running_at_start": running}, priors=priors)
    found = posterior(plan, diary(plan, -2.0))
    assert found.arrays.initial_exposure == exposure
    # The trial begins on the comparator: what is there on its first day was there before.
    assert (found.fitted().exposure[0] > 0) == running


def test_the_prior_of_the_autocorrelation_reaches_the_fit(protocol: Maker, diary: Maker) -> None:
    means = []
    for given in ([2, 20], [20, 2]):
        plan = protocol("BAAB", priors={"onset_at_once": 1, "autocorrelation": given})
        found = posterior(plan, diary(plan, -2.0))
        assert found.priors.autocorrelation == tuple(float(each) for each in given)
        means.append(found.terms["autocorrelation"].mean)
    assert means[0] < means[1] - 0.3


def test_the_resolution_is_the_step_of_the_scale_or_the_smallest_gap(protocol: Maker) -> None:
    (outcome,) = protocol("AB").outcomes
    series = np.array([1.0, 4.0, np.nan, 4.25, 7.0])
    assert outcome.step == 1
    assert resolution_of(series, outcome) == 1.0
    stepless = outcome.model_copy(update={"step": None})
    assert resolution_of(series, stepless) == 0.25
    fine = np.array([1.0, 1.0001])
    assert resolution_of(fine, stepless) == float(outcome.range) / 1000
    assert resolution_of(np.array([3.0]), stepless) == float(outcome.range) / 1000


def test_the_step_reaches_the_fit(protocol: Maker, diary: Maker) -> None:
    scale = {"name": "pain", "minimum": 0, "maximum": 10, "better": "lower"}
    plan = protocol("BAAB", outcomes=[{**scale, "step": Decimal("0.5")}])
    assert posterior(plan, diary(plan, -2.0)).priors.resolution == 0.5


def test_the_worst_severity_of_a_side_effect_is_kept(protocol: Maker, diary: Maker) -> None:
    felt = {1: ("Nausea", 1), 3: ("nausea", 3), 5: (" nausea ", 2), 20: ("nausea", 1)}
    plan = protocol("ABBA")
    entries = diary(
        plan, side_effects=lambda day, arm: (SideEffect(*felt[day]),) if day in felt else ()
    )
    (count,) = lodose.verdict(entries, plan).side_effects
    assert (count.name, count.worst_severity) == ("nausea", 3)
    assert (count.active_days, count.comparator_days) == (3, 1)


def test_a_side_effect_written_twice_on_a_day_counts_once_at_its_worst(
    protocol: Maker, diary: Maker
) -> None:
    plan = protocol("ABBA")
    entries = diary(plan)
    twice = (SideEffect("nausea", 3), SideEffect("nausea", 1))
    changed = replace(entries.entries[0], side_effects=twice)
    (count,) = side_effect_counts(Diary((changed, *entries.entries[1:]), ("pain",)), plan)
    assert (count.active_days, count.worst_severity) == (1, 3)


def test_a_yes_or_no_has_a_verdict(protocol: Maker, diary: Maker) -> None:
    scale = {"name": "pain", "minimum": 0, "maximum": 1, "step": 1, "better": "lower"}
    plan = protocol("ABBAABBA", outcomes=[scale])
    rated = diary(plan, -0.6, level=0.8)
    entries = [
        replace(e, outcomes={"pain": float(e.outcomes["pain"] > 0.5)}) for e in rated.entries
    ]
    answer = lodose.verdict(Diary(tuple(entries), ("pain",)), plan).primary
    assert answer.effect is not None
    assert -1 < answer.effect.mean < -0.3


def test_notes_are_kept_and_not_printed(protocol: Maker, diary: Maker, tmp_path: Path) -> None:
    """docs/protocol.md says so."""
    plan = protocol("ABBAABBA", title="Canarytitle", notes="Canarynotes")
    entries = diary(plan, -2.5)
    written = replace(entries.entries[0], note="Canaryday")
    result = lodose.verdict(Diary((written, *entries.entries[1:]), ("pain",)), plan)
    paper = Console(file=StringIO(), record=True, width=200)
    print_terminal(result, paper)
    write_pdf(result, tmp_path / "report.pdf")
    pages = PdfReader(tmp_path / "report.pdf").pages
    printed = paper.export_text() + " ".join(page.extract_text() for page in pages)
    assert plan.question in printed
    assert "Canary" not in printed
    assert "Canarytitle" in to_json(result)
    assert "Canarynotes" in to_json(result)
    assert "Canaryday" not in to_json(result)


def test_two_spellings_of_a_side_effect_on_one_day_count_once_at_the_worse(
    protocol: Callable[..., Protocol], diary: Callable[..., Diary]
) -> None:
    made = protocol()
    felt = (SideEffect("Nausea", 3), SideEffect("NAUSEA", 1), SideEffect("nausea", 2))
    answer = lodose.verdict(diary(made, side_effects=lambda day, arm: felt), made)
    (found,) = answer.side_effects
    assert (found.worst_severity, found.active_days) == (3, 56)
