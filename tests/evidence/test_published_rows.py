"""Rows that others published, to their printed digits, and those that do not add up.

The rows are those of the abstracts that the studies cite, read in 2026.
"""

import csv
from math import exp
from pathlib import Path

import pytest

from lodose.errors import LodoseError
from lodose.evidence import read_evidence
from lodose.evidence.adding_up import Row, check_effect_size, check_row, doubts, same_figures
from lodose.evidence.contrasts import contrast_of, pool_contrasts
from lodose.evidence.effects import (
    risk_ratio,
    sd_of_mean_interval,
    se_of_interval,
    se_of_p,
    standardised_mean_difference,
)
from lodose.evidence.pooling import pool

pytestmark = pytest.mark.published


def rows() -> list[dict[str, str]]:
    with (Path(__file__).parent / "published_rows.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def as_row(line: dict[str, str]) -> Row:
    return Row(
        line["name"],
        line["estimate"],
        line["lower"],
        line["upper"],
        p=line["p"] or None,
        ratio=line["ratio"] == "yes",
        studies=int(line["studies"]) if line["studies"] else None,
    )


@pytest.mark.parametrize("line", rows(), ids=lambda line: line["name"])
def test_a_published_row_adds_up_or_the_program_says_that_it_does_not(
    line: dict[str, str],
) -> None:
    found = check_row(as_row(line))
    assert (found.fits, len(found.faults)) == (line["fits"], int(line["faults"])), found


def test_the_two_rows_of_hegde_are_told_apart() -> None:
    """One fits no way of working; the other fits 2 studies with 1 degree of freedom."""
    overall, active = (
        next(as_row(line) for line in rows() if line["name"] == name)
        for name in ("Hegde, all comparators", "Hegde, against another medicine")
    )
    assert check_row(overall).faults == (
        "Hegde, all comparators: the interval −0.96 to 0.74 means p of about 0.8, but p = 0.31 is "
        "printed.",
    )
    found = check_row(active)
    assert found.studies == 2
    assert "agree only if 2 studies were pooled with a Hartung-Knapp interval" in found.remark
    # The same by pooling two studies that lie so far apart; the middle of the interval is 0.665.
    error = se_of_interval(-4.69, 6.02, critical=12.706204736432095)
    assert round(error, 2) == 0.42
    two = pool([0.665 - error, 0.665 + error], [1.0, 1.0], hartung_knapp=True)
    assert (round(two.lower, 2), round(two.upper, 2)) == (-4.69, 6.02)
    assert round(pool([0.67 - error, 0.67 + error], [1.0, 1.0], hartung_knapp=True).p, 3) == 0.357


def test_what_does_not_add_up_is_said_beside_the_figure() -> None:
    evidence = read_evidence()
    said = {
        (study.id, figure.id)
        for study in evidence.studies.values()
        for figure in study.figures
        if doubts(study, figure)
    }
    assert said == {("hegde-2025", "pain"), ("hegde-2025", "pain-active")}


def test_two_outcomes_with_the_same_figures_are_named() -> None:
    long_covid = [as_row(line) for line in rows() if line["name"].startswith("Byambasuren")]
    (said,) = same_figures(long_covid)
    assert said.startswith("Byambasuren, pain and Byambasuren, function have exactly the same")


def test_final_gives_its_standard_deviations_error_and_p() -> None:
    assert round(sd_of_mean_interval(49, -1.7, -0.8), 3) == 1.607
    assert round(sd_of_mean_interval(50, -1.4, -0.5), 3) == 1.623
    assert round(se_of_interval(-0.95, 0.27), 3) == 0.311
    assert check_row(Row("FINAL", "-0.34", "-0.95", "0.27", p="0.27")).fits == "normal"


def test_final_and_innova_give_the_derived_pooling() -> None:
    evidence = read_evidence()
    references = ("final-2024#pain", "innova-2026#pain")
    contrasts = [contrast_of(*evidence.figure(one)) for one in references]
    assert round(contrasts[1].effect.se, 4) == round(se_of_p(0.49, 0.236), 4) == 0.4135
    fixed = pool_contrasts(contrasts, method="fixed")
    assert [round(x, 2) for x in (fixed.estimate, fixed.lower, fixed.upper)] == [-0.04, -0.53, 0.45]
    assert (round(fixed.q, 2), round(100 * fixed.i2)) == (2.57, 61)
    random = pool_contrasts(contrasts, method="dl")
    assert [round(x, 2) for x in (random.estimate, random.lower, random.upper)] == [
        0.03,
        -0.78,
        0.84,
    ]
    assert round(random.tau2, 3) == 0.211
    assert round(random.se, 3) == 0.413


@pytest.mark.parametrize(
    ("counts", "printed"),
    [
        ((41, 49, 43, 50), (0.97, 0.82, 1.15)),
        ((33, 48, 36, 50), (0.95, 0.74, 1.24)),
        ((22, 49, 14, 50), (1.60, 0.93, 2.76)),
    ],
    ids=["FINAL, side effects", "INNOVA, side effects", "FINAL, 30 % less pain"],
)
def test_counts_give_the_derived_risk_ratios(
    counts: tuple[int, int, int, int], printed: tuple[float, float, float]
) -> None:
    effect = risk_ratio(*counts)
    ends = (effect.estimate, *effect.interval())
    assert tuple(round(exp(one), 2) for one in ends) == printed


def test_an_effect_size_that_does_not_follow_from_the_end_values_is_named() -> None:
    """Mischoulon 2017, 6 people a group; its printed d are of changes with unknown spread."""
    scales = {
        "HAM-D-17": ("0.62", (6, 11.7, 7.7), (6, 17.8, 5.9)),
        "HAM-D-28": ("1.15", (6, 12.0, 9.8), (6, 19.8, 6.6)),
        "MADRS-10": ("1.45", (6, 12.2, 8.4), (6, 22.8, 8.5)),
        "MADRS-15": ("1.49", (6, 13.2, 8.8), (6, 26.0, 10.0)),
        "CGI-S": ("1.22", (6, 3.0, 1.1), (6, 4.0, 0.6)),
    }
    found = {name: check_effect_size(name, *row) for name, row in scales.items()}
    assert all(found.values())
    assert found["HAM-D-17"] == (
        "HAM-D-17: the end values give an effect size of 0.89, but 0.62 is printed; that may be of "
        "the changes, whose spread was not published."
    )
    assert check_effect_size("HAM-D-17", "0.89", *scales["HAM-D-17"][1:]) is None
    g = standardised_mean_difference(6, 11.7, 7.7, 6, 17.8, 5.9)
    assert round(g.estimate, 2) == -0.82  # 0.89 times 1 - 3/39


def test_a_change_since_before_is_not_pooled_with_a_comparison() -> None:
    evidence = read_evidence()
    before = contrast_of(*evidence.figure("irwin-2024#score"))
    placebo = contrast_of(*evidence.figure("final-2024#pain"))
    with pytest.raises(LodoseError, match="irwin-2024 is a change since before without a control"):
        pool_contrasts([before, placebo])
    pooled = contrast_of(*evidence.figure("ologunowa-2025#pain-before"))
    against = contrast_of(*evidence.figure("ologunowa-2025#pain"))
    with pytest.raises(LodoseError, match="Mend: pool only comparisons with one another"):
        pool_contrasts([pooled, against])
