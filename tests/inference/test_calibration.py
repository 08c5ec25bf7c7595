"""The posterior is right as often as it says, on diaries drawn from the priors.

A small version of `python -m benchmarks.calibration`, with its own seed.
"""

import numpy as np
import pytest
from benchmarks.calibration import chi_square, coverage, places


@pytest.mark.calibration
@pytest.mark.parametrize("periods", [4, 8])
def test_truth_lies_anywhere_in_the_posterior(periods: int) -> None:
    place = places(300, periods, seed=20260101)
    assert chi_square(place)[1] > 0.001
    for level in (0.5, 0.8, 0.95):
        assert abs(coverage(place, level)[1]) < 3.3


def test_a_wrong_posterior_is_caught() -> None:
    """What the check is worth: an interval a third too narrow goes red."""
    z = np.random.default_rng(1).normal(size=300)
    from scipy.special import ndtr

    narrow = ndtr(1.5 * z)
    assert chi_square(narrow)[1] < 0.001
    assert abs(coverage(narrow, 0.8)[1]) > 3.3
