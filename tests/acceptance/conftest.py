"""The published diaries, read with Lodose's own reader, and the methods of their sources."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import stdtr, stdtrit

from lodose import read_diary
from lodose.diary import Diary
from lodose.trial import Protocol

DATA = Path(__file__).with_name("data")
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """A coefficient with its standard error and 95 % interval."""

    estimate: float
    error: float
    lower: float
    upper: float
    p: float
    phi: float = 0.0


def least_squares(y: Array, *columns: Array) -> list[Line]:
    """Ordinary least squares with an intercept; the lines of the columns."""
    X = np.column_stack([np.ones(y.size), *columns])
    return _lines(y, X, np.eye(y.size), 0.0)[1:]


def _lines(y: Array, X: Array, correlation: Array, phi: float) -> list[Line]:
    half = np.linalg.inv(np.linalg.cholesky(correlation))
    z, W = half @ y, half @ X
    inverse = np.linalg.inv(W.T @ W)
    beta = inverse @ W.T @ z
    freedom = y.size - X.shape[1]
    errors = np.sqrt(np.diag(inverse) * float((z - W @ beta) @ (z - W @ beta)) / freedom)
    t = float(stdtrit(freedom, 0.975))
    return [
        Line(b, e, b - t * e, b + t * e, float(2 * stdtr(freedom, -abs(b) / e)), phi)
        for b, e in zip(beta.tolist(), errors.tolist(), strict=True)
    ]


def restricted_likelihood(days: Array, y: Array, x: Array) -> Line:
    """Generalised least squares by REML, correlation phi^(days apart) as R's nlme corCAR1."""
    X = np.column_stack([np.ones(y.size), x])
    apart = np.abs(days[:, None] - days[None, :])

    def deviance(phi: float) -> float:
        half = np.linalg.inv(np.linalg.cholesky(phi**apart))
        z, W = half @ y, half @ X
        gram = W.T @ W
        beta = np.linalg.solve(gram, W.T @ z)
        residual = float((z - W @ beta) @ (z - W @ beta))
        freedom = y.size - X.shape[1]
        return float(
            freedom * np.log(residual)
            - 2 * np.log(np.diag(half)).sum()
            + np.linalg.slogdet(gram)[1]
        )

    found = minimize_scalar(
        deviance, bounds=(1e-4, 0.999), method="bounded", options={"xatol": 1e-9}
    )
    return _lines(y, X, found.x**apart, float(found.x))[1]


@pytest.fixture(scope="session")
def ols() -> Callable[..., list[Line]]:
    return least_squares


@pytest.fixture(scope="session")
def reml() -> Callable[..., Line]:
    return restricted_likelihood


@dataclass(frozen=True)
class Trial:
    """A diary with the protocol that its own columns tell."""

    diary: Diary
    protocol: Protocol

    def column(self, name: str) -> Array:
        """One value an entry, NaN where missing."""
        return np.array([entry.outcomes.get(name, np.nan) for entry in self.diary.entries])

    @property
    def days(self) -> Array:
        """Calendar day of each entry."""
        first = self.diary.first_day
        return np.array([float((entry.date - first).days) for entry in self.diary.entries])


def make_protocol(periods: list[dict[str, Any]], **more: Any) -> Protocol:
    return Protocol.model_validate(
        {
            "title": "Acceptance",
            "question": "Does it help?",
            "design": "randomised-blinded",
            "treatment": {"name": "drug", "active": "drug", "comparator": "placebo"},
            "periods": periods,
            **more,
        }
    )


def runs(diary: Diary, key: Callable[[Mapping[str, float]], Any]) -> list[tuple[Any, date, date]]:
    """Consecutive entries with the same key, with their first and last date."""
    found = []
    for value, group in groupby(diary.entries, key=lambda entry: key(entry.outcomes)):
        entries = list(group)
        found.append((value, entries[0].date, entries[-1].date))
    return found


def arm_of(active: float) -> str:
    return "active" if active else "comparator"


@pytest.fixture(scope="session")
def microdose() -> Trial:
    diary = read_diary(DATA / "lsd_microdose.csv")
    blocks = runs(diary, lambda o: (o.get("block"), o.get("pair"), o.get("active")))
    periods = [
        {"start": start, "end": end, "arm": arm_of(active), "pair": int(pair)}
        for (block, pair, active), start, end in blocks
        if block is not None
    ]
    protocol = make_protocol(
        periods,
        primary_outcome="mood_productivity",
        outcomes=[
            {"name": "mood_productivity", "minimum": 1, "maximum": 5, "better": "higher"},
            {"name": "morning_feel", "minimum": 1, "maximum": 4, "better": "higher"},
            {"name": "creativity", "minimum": 1, "maximum": 3, "better": "higher"},
        ],
        randomisation={"method": "within-pairs"},
        priors={"onset_at_once": 1},  # it acts within hours; blocks of 3 days cannot tell
    )
    return Trial(diary, protocol)


@pytest.fixture(scope="session")
def melatonin() -> Trial:
    """Several prompts a day, averaged by date; a period is a study day (one spans two dates)."""
    diary = read_diary(DATA / "melatonin_prompts.csv")
    periods = []
    for _, group in groupby(diary.entries, key=lambda entry: entry.study_day):
        entries = list(group)
        arm = arm_of(entries[0].outcomes["melatonin"])
        periods.append({"start": entries[0].date, "end": entries[-1].date, "arm": arm})
    protocol = make_protocol(
        periods,
        design="randomised-open",
        primary_outcome="mood",
        outcomes=[{"name": "mood", "minimum": 0, "maximum": 100, "better": "higher"}],
        randomisation={"method": "max-run", "max_run": 2},
        priors={"onset_at_once": 1},
    )
    return Trial(diary, protocol)


@pytest.fixture(scope="session")
def noopept() -> Trial:
    diary = read_diary(DATA / "noopept.csv")
    periods = [
        {"start": entry.date, "end": entry.date, "arm": arm_of(entry.outcomes["noopept"])}
        for entry in diary.entries
    ]
    protocol = make_protocol(
        periods,
        design="open-on-off",
        primary_outcome="mood_productivity",
        outcomes=[{"name": "mood_productivity", "minimum": 1, "maximum": 5, "better": "higher"}],
        priors={"onset_at_once": 1},
    )
    return Trial(diary, protocol)
