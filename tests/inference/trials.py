"""Small made-up trials for the tests of the estimator."""

import numpy as np
from hypothesis import strategies as st

from lodose.inference import TrialArrays


def make_trial(
    seed: int,
    *,
    periods: int = 6,
    days: int = 5,
    effect: float = -1.0,
    missing: float = 0.1,
    initial_exposure: float = 0.0,
    columns: int = 0,
) -> TrialArrays:
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 2, size=periods // 2)
    arm = np.repeat(np.column_stack([first, 1 - first]).ravel(), days).astype(float)
    outcome = 5 + effect * arm + rng.normal(size=arm.size)
    outcome[rng.random(arm.size) < missing] = np.nan
    outcome[::days] = np.round(rng.normal(5, 1, size=periods), 1)  # every period has a record
    known = rng.normal(size=(arm.size, columns))
    return TrialArrays(
        outcome,
        arm,
        np.repeat(np.arange(periods), days),
        initial_exposure=initial_exposure,
        columns=known,
        column_prior_sd=np.ones(columns),
        column_names=[f"known {c}" for c in range(columns)],
    )


def trials() -> st.SearchStrategy[TrialArrays]:
    return st.builds(
        make_trial,
        st.integers(0, 2**32 - 1),
        periods=st.sampled_from([4, 6, 8]),
        days=st.integers(2, 6),  # one day a period leaves no freedom, and rounding decides
        effect=st.floats(-4, 4),
        missing=st.floats(0, 0.6),
        initial_exposure=st.sampled_from([0.0, 1.0]),
        columns=st.integers(0, 2),
    )
