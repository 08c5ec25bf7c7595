"""Pools as they are shown and asked for: every method, prediction, each trial left out."""

import json
from dataclasses import replace
from decimal import Decimal
from math import exp, log

import pytest
from click.testing import Result
from typer.testing import CliRunner

from lodose.cli.main import app
from lodose.errors import LodoseError
from lodose.evidence import Evidence, read_evidence
from lodose.evidence.effects import risk_ratio, standardised_mean_difference
from lodose.evidence.pooling import pool
from lodose.evidence.pools import FUNNEL_FROM, pool_figures

pytestmark = pytest.mark.interface
SIDE_EFFECTS = ("final-2024#any-side-effect", "innova-2026#any-side-effect")


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["evidence", *arguments])


def many(count: int) -> tuple[Evidence, list[str], list[float]]:
    """The records with synthetic trials beside them, and what those found."""
    evidence = read_evidence()
    trial = evidence.study("final-2024")
    found = [round(-0.5 + 0.22 * (number % 5), 2) for number in range(count)]
    studies = dict(evidence.studies)
    for number, value in enumerate(found):
        centre = Decimal(str(value))
        figure = trial.figures[0].model_copy(
            update={
                "value": centre,
                "lower": centre - Decimal("0.588"),
                "upper": centre + Decimal("0.588"),
            }
        )
        name = f"synthetic-{number}"
        studies[name] = trial.model_copy(
            update={"id": name, "name": f"Synthetic {number}", "figures": (figure,)}
        )
    references = [f"synthetic-{number}#pain" for number in range(count)]
    return replace(evidence, studies=studies), references, found


def test_shares_of_people_are_pooled_as_risk_ratios() -> None:
    shown = run("--pool", SIDE_EFFECTS[0], "--pool", SIDE_EFFECTS[1], "--json")
    assert shown.exit_code == 0, shown.stderr
    found = json.loads(shown.stdout)
    effects = [risk_ratio(41, 49, 43, 50), risk_ratio(33, 48, 36, 50)]
    fixed = pool([one.estimate for one in effects], [one.se for one in effects], method="fixed")
    assert found["ratio"] is True
    assert found["rows"][2]["estimate"] == pytest.approx(exp(fixed.estimate))
    assert [row["place"] for row in found["rows"][:2]] == ["press", "abstract"]
    text = run("--pool", SIDE_EFFECTS[0], "--pool", SIDE_EFFECTS[1]).stdout
    for part in ("Ratio (95 %)", "Paule-Mandel", "DerSimonian-Laird", "Bayesian", "NCT04739995"):
        assert part in text


def test_means_of_groups_are_pooled_as_differences_plain_or_standardised() -> None:
    references = ["mischoulon-2017#main", "mischoulon-2017#second"]
    with pytest.raises(LodoseError, match="same people"):
        pool_figures(read_evidence(), references, label="Both scales")
    mixed = ["final-2024#pain-groups", "mischoulon-2017#main"]
    found = pool_figures(read_evidence(), mixed, label="Unlike scales", standardised=True)
    expected = standardised_mean_difference(6, 11.7, 7.7, 6, 17.8, 5.9)
    assert found.rows[1].estimate == pytest.approx(expected.estimate)
    plain = pool_figures(read_evidence(), mixed, label="Points")
    assert plain.rows[1].estimate == pytest.approx(11.7 - 17.8)
    shown = run("--pool", mixed[0], "--pool", mixed[1], "--standardised")
    assert shown.exit_code == 0
    assert "Effect (95 %)" in shown.stdout


@pytest.mark.parametrize("count", [2, 3, 9, 10])
def test_what_so_few_trials_cannot_say_is_said_and_not_drawn(count: int) -> None:
    evidence, references, found = many(count)
    shown = pool_figures(evidence, references, label="Synthetic trials")
    assert shown.funnel is (count >= FUNNEL_FROM)
    assert len(shown.limits) == (count < 3) + (count < FUNNEL_FROM)
    assert len(shown.without) == (count if count >= 3 else 0)
    errors = [0.588 / 1.959963984540054] * count
    random = pool(found, errors)
    way = next(one for one in shown.ways if one.label == "Random effects, REML")
    assert (way.prediction == "") is (count < 3)
    if random.prediction is not None:
        low, high = random.prediction
        assert way.prediction == f"{low:.2f} to {high:.2f}".replace("-", "−")
        left = pool(found[1:], errors[1:])
        assert shown.without[0].label == "Without Synthetic 0"
        assert shown.without[0].text.startswith(f"{left.estimate:.2f}".replace("-", "−"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--pool", SIDE_EFFECTS[0]), "One study is nothing to pool"),
        (("--pool", SIDE_EFFECTS[0], "--pool", "innova-2026#pain"), "differ in their sort"),
        (("--pool", SIDE_EFFECTS[0], "--pool", "nobody#pain"), "There is no study 'nobody'"),
        (("--pool", SIDE_EFFECTS[0], "--pool", "innova-2026#sleep"), "has no figure 'sleep'"),
        (("--pool", "smith-2007#improved", "--pool", "final-2024#pain"), "smith-2007"),
        (("--pool", SIDE_EFFECTS[0], "--claim", "pain"), "ask one thing at a time"),
        (("--pool", *SIDE_EFFECTS[:1], "--pool", SIDE_EFFECTS[1], "--tau-scale", "0"), "scale"),
        (("--trace",), "--trace needs check"),
    ],
)
def test_what_cannot_be_pooled_says_why(arguments: tuple[str, ...], said: str) -> None:
    shown = run(*arguments)
    assert shown.exit_code == 2, shown.stdout
    assert said in " ".join(shown.stderr.split())


def test_a_ratio_is_pooled_as_its_logarithm() -> None:
    found = pool_figures(read_evidence(), SIDE_EFFECTS, label="Any side effect")
    for row in found.rows:
        assert log(row.estimate) - log(row.lower) == pytest.approx(
            log(row.upper) - log(row.estimate), rel=0.2
        )
        assert row.lower < row.estimate < row.upper
