"""The compiled pieces against dense algebra, and the cache that keeps them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodose.inference import kernel_cache, kernels
from lodose.inference.reference import noise_covariance


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.floats(0, 0.99),
    st.floats(0, 2),
    st.floats(0.05, 2),
    st.floats(0, 0.8),
)
def test_whitening_is_the_inverse_root_of_the_covariance(
    seed: int, phi: float, drift: float, noise: float, missing: float
) -> None:
    rng = np.random.default_rng(seed)
    observed = rng.random(30) >= missing
    observed[rng.integers(0, 30)] = True
    design = rng.normal(size=(30, 4))
    count = int(observed.sum())
    white = np.empty((count, 4))
    half_log_det = kernels.whiten(phi, drift, noise, observed, design, white, np.empty(4))
    v = noise_covariance(np.flatnonzero(observed).astype(float), phi, drift, noise)
    x = design[observed]
    np.testing.assert_allclose(white.T @ white, x.T @ np.linalg.solve(v, x), rtol=1e-7, atol=1e-9)
    assert half_log_det == pytest.approx(0.5 * np.linalg.slogdet(v)[1], abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 4), st.floats(0, 20))
def test_taking_out_the_periods(seed: int, rows: int, periods: int, ratio: float) -> None:
    rng = np.random.default_rng(seed)
    fixed, onsets = 3, 2
    white = rng.normal(size=(rows, fixed + periods + onsets))
    gram = np.empty((fixed + periods, white.shape[1]))
    square = np.empty(onsets)
    kernels.gram_matrix(white, fixed + periods, gram, square)
    reduced, reduced_square = np.empty((fixed, fixed + onsets)), np.empty(onsets)
    half_log_det = kernels.reduce_periods(
        gram, square, fixed, periods, ratio,
        np.empty((periods, fixed + onsets)), reduced, reduced_square, np.zeros((periods, periods)),
    )  # fmt: skip
    z = white[:, fixed : fixed + periods]
    omega = np.eye(rows) + ratio**2 * z @ z.T
    rest = np.delete(white, np.s_[fixed : fixed + periods], axis=1)
    dense = rest.T @ np.linalg.solve(omega, rest)
    upper = np.triu_indices(fixed)
    np.testing.assert_allclose(reduced[upper], dense[upper], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(reduced[:, fixed:], dense[:fixed, fixed:], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(reduced_square, np.diag(dense)[fixed:], rtol=1e-6, atol=1e-6)
    assert half_log_det == pytest.approx(0.5 * np.linalg.slogdet(omega)[1], abs=1e-8)


def run(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment,
    )
    return done.stdout.strip()


FIT = """
import numpy as np
from lodose.inference import TrialArrays, fit
arm = np.repeat([0, 1, 1, 0], 7)
print(repr(fit(TrialArrays(6 - arm + np.sin(np.arange(28)), arm, np.repeat(range(4), 7))).mean))
"""


def test_the_cache_is_optional_and_its_folder_is_named_by_the_sources(tmp_path: Path) -> None:
    kept = run(FIT, LODOSE_CACHE_DIR=str(tmp_path))
    folders = list(tmp_path.glob("kernels-*"))
    assert len(folders) == 1
    assert list(folders[0].rglob("*.nbi"))
    assert run(FIT, LODOSE_CACHE_DIR=str(tmp_path)) == kept
    assert list(tmp_path.glob("kernels-*")) == folders
    a_file = tmp_path / "not a folder"
    a_file.touch()
    assert run(FIT, LODOSE_CACHE_DIR=str(a_file)) == kept


def test_a_changed_source_gets_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for source in Path(kernel_cache.__file__).parent.glob("*.py"):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    before = kernel_cache.cache_folder().name
    monkeypatch.setattr(kernel_cache, "__file__", str(tmp_path / "kernel_cache.py"))
    kernel_cache.source_hash.cache_clear()
    assert kernel_cache.cache_folder().name == before
    with (tmp_path / "kernels.py").open("a") as changed:
        changed.write("\n# changed\n")
    kernel_cache.source_hash.cache_clear()
    assert kernel_cache.cache_folder().name != before
    monkeypatch.undo()
    kernel_cache.source_hash.cache_clear()
