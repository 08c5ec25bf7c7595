"""Noopept and magtein, daily on and off: the linear model of the source."""

import numpy as np
import pytest

from lodose.inference import Priors, TrialArrays, fit
from lodose.inference.priors import OnsetPrior

pytestmark = pytest.mark.published


def test_two_factors_by_least_squares(noopept, ols) -> None:
    mood = noopept.column("mood_productivity")
    lines = ols(mood, noopept.column("noopept"), noopept.column("magtein"))
    assert [f"{line.estimate:.4f}" for line in lines] == ["0.0886", "0.2673"]
    assert [f"{line.error:.4f}" for line in lines] == ["0.2098", "0.2070"]


def test_the_full_model_with_the_second_factor_stays_within_a_quarter_sd(noopept) -> None:
    arrays = TrialArrays(
        noopept.column("mood_productivity"),
        noopept.column("noopept"),
        np.arange(len(noopept.diary)),
        columns=noopept.column("magtein")[:, None],
        column_prior_sd=[0.6],
        column_names=["magtein"],
    )
    at_once = Priors.for_range(1, 5, onset=OnsetPrior(at_once_weight=1.0))
    posterior = fit(arrays, at_once)
    assert abs(posterior.mean - 0.0886) < 0.25 * posterior.sd
