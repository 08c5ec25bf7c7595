"""Spec tables on every engine: tests/inference/spec/README.md says where the answers come from."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lodose.inference import OnsetPrior, Priors, Rule, TrialArrays, fit

TABLES = sorted((Path(__file__).parent / "spec").glob("*.toml"))
PLAIN = Rule("plain", 16, 16, 41, 12, 8, boxed=False)
SAMPLING_ERRORS = 5.0
TOLERANCE = 0.004  # of the quadrature itself, in posterior sd


def read(path: Path) -> tuple[TrialArrays, Priors, dict[str, float]]:
    spec: dict[str, Any] = tomllib.loads(path.read_text())
    rows = [[c.strip() for c in line.split("|")] for line in spec["table"].strip().splitlines()[1:]]
    given = dict(spec.get("priors", {}))
    onset = OnsetPrior(**given.pop("onset", {}))
    if "autocorrelation" in given:
        given["autocorrelation"] = tuple(given["autocorrelation"])
    column = spec.get("column")
    arrays = TrialArrays(
        [np.nan if row[3] == "." else float(row[3]) for row in rows],
        [row[1] == "on" for row in rows],
        [-1 if row[2] == "-" else int(row[2]) for row in rows],
        initial_exposure=spec.get("initial_exposure", 0.0),
        columns=None if column is None else np.array(column, dtype=float)[:, None],
        column_prior_sd=None if column is None else [spec["column_prior_sd"]],
        column_names=() if column is None else ("flare",),
    )
    return arrays, Priors(onset=onset, **given), spec["expected"]


@pytest.mark.spec
@pytest.mark.parametrize("engine", ["compiled", "reference"])
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_engine_gives_the_expected_answer(path: Path, engine: str) -> None:
    arrays, priors, expected = read(path)
    posterior = fit(arrays, priors, engine=engine, rule=PLAIN if engine == "reference" else None)
    allowed = (SAMPLING_ERRORS * expected["error"] + TOLERANCE) * expected["sd"]
    assert posterior.mean == pytest.approx(expected["mean"], abs=allowed)
    assert posterior.sd == pytest.approx(expected["sd"], abs=allowed)
    below = expected["probability_below_zero"]
    assert posterior.probability_below(0) == pytest.approx(below, abs=0.004)
    assert posterior.log_evidence == pytest.approx(expected["log_evidence"], abs=0.02)


def test_the_tables_are_there() -> None:
    assert len(TABLES) >= 6
