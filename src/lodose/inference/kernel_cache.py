"""Compile kernels with a cache that notices every change of them.

numba's own file cache looks at one file only, so that a changed function elsewhere leaves a stale
answer behind, and it writes beside the package, which may be read-only. Here the cache lies in
the user's cache folder under a name made of the hash of all kernel sources and the versions; where
that folder cannot be written the kernels are compiled without a cache.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

COMPANIONS = ("batch.py", "paired.py", "randomisation.py", "sequences.py")
"""Beside the estimator, and no part of its answer."""


@lru_cache(maxsize=1)
def source_hash() -> str:
    """SHA-256 over the Python sources of the estimator: which engine made an answer."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.name in COMPANIONS:
            continue
        digest.update(path.name.encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def cache_folder() -> Path:
    """Folder of the compiled kernels of exactly this engine on exactly these versions."""
    import llvmlite
    import numba
    import numpy

    versions = "-".join(
        [numba.__version__, llvmlite.__version__, numpy.__version__, sys.version.split()[0]]
    )
    name = hashlib.sha256(f"{source_hash()}-{versions}".encode()).hexdigest()[:24]
    base = os.environ.get("LODOSE_CACHE_DIR") or _user_cache()
    return Path(base) / f"kernels-{name}"


def _user_cache() -> str:
    if sys.platform == "win32":
        root = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        root = str(Path.home() / "Library" / "Caches")
    else:
        root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return str(Path(root) / "lodose")


def compile_kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile `function` with numba, cached where a cache can be kept.

    ``parallel`` stays off: under numba's workqueue layer it aborts the process when called from
    several threads; cores are used through processes.
    """
    import numba

    # No fast-math: reordered sums depend on what was inlined, so that freshly compiled and cached
    # kernels would differ in the last bit. Strict sums cost 5 %.
    options = {"nogil": True, "fastmath": False, "error_model": "numpy"}
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return numba.njit(**options)(function)  # type: ignore[no-any-return]
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)  # read when a function is decorated, so set only here
    try:
        return numba.njit(cache=True, **options)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # numba found no place that it may write to
        return numba.njit(**options)(function)  # type: ignore[no-any-return]
    finally:
        numba.config.CACHE_DIR = before
