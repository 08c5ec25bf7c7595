"""A design that would miss a slow drug says so."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import lodose
from lodose.diary import Diary
from lodose.trial import Protocol
from lodose.verdict.limits import onset_limit, simulated_designs

TRUTH = Path(__file__).parents[2] / "docs" / "validity" / "truth.json"
LITTLE = ("no meaningful difference", "unlikely to help enough")


def test_the_figures_are_those_of_the_simulation() -> None:
    results = json.loads(TRUTH.read_text("utf-8")).values()
    found = 0
    for design in simulated_designs():
        for result in results:
            cell = result["cell"]
            place = (cell["pairs"], cell["days"], cell["benefit"])
            if place == (design.pairs, design.days, 2.0):
                share = sum(result["words"].get(word, 0) for word in LITTLE) / result["trials"]
                assert design.missed[cell["onset_days"]] == pytest.approx(share, abs=0.0005)
                found += 1
    assert found == 25


@pytest.mark.parametrize(
    ("arms", "days", "onset", "like"),
    [
        ("ABBAABBA", 14, 30.0, (4, 14)),
        ("ABBAABBAABBA", 14, 30.0, (6, 14)),
        ("ABBAABBAABBA", 7, 14.0, (6, 7)),
        ("ABBAABBA", 3, 14.0, (6, 7)),
        ("ABBAABBA", 20, 30.0, (4, 14)),
    ],
)
def test_short_periods_miss_a_slow_drug(
    protocol: Callable[..., Protocol], arms: str, days: int, onset: float, like: tuple[int, int]
) -> None:
    made = protocol(arms, days, priors={})
    limit = onset_limit(made)
    assert limit is not None
    assert (limit.onset_days, (limit.pairs, limit.days)) == (onset, like)
    assert limit.missed > 0.10


@pytest.mark.parametrize(("arms", "days"), [("ABBAAB", 28), ("ABBA", 42)])
def test_long_periods_have_nothing_to_say(
    protocol: Callable[..., Protocol], arms: str, days: int
) -> None:
    assert onset_limit(protocol(arms, days, priors={})) is None


def test_a_drug_that_acts_at_once_cannot_be_missed_for_slowness(
    protocol: Callable[..., Protocol],
) -> None:
    assert onset_limit(protocol("ABBAABBA", 7, priors={"onset_at_once": 1})) is None


def test_every_report_of_such_a_design_says_so(
    protocol: Callable[..., Protocol], diary: Callable[..., Diary]
) -> None:
    short = protocol("ABBAABBAABBA", 7, priors={})
    helped = lodose.verdict(diary(short, -3.0), short).wording
    assert any("10 % when the drug gains twice" in line for line in helped.doctor)
    assert not any("takes long to build up" in line for line in helped.uncertain)
    nothing = lodose.verdict(diary(short, 0.0, noise=1.0), short).wording
    assert any("about 1 in 10 would find little" in line for line in nothing.uncertain)
    long = protocol("ABBAAB", 28, priors={})
    said = lodose.verdict(diary(long, 0.0), long).wording
    assert not any("twice the MCID" in line and "simulation" in line for line in said.doctor)
