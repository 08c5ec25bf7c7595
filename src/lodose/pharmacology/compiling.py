"""Compile this room's kernels, with a cache that notices every change of any of them.

numba's own cache looks at one file only. Here its folder is named after a hash of all sources of
the room and the versions; where no folder can be written the kernels are compiled anew each time.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any


@lru_cache(maxsize=1)
def cache_folder() -> Path:
    """Folder of the compiled kernels of exactly these sources on exactly these versions."""
    import llvmlite
    import numba
    import numpy

    digest = hashlib.sha256()
    for version in (numba.__version__, llvmlite.__version__, numpy.__version__, sys.version):
        digest.update(version.encode())
    for name in ("compiling.py", "kernels.py", "chance.py", "crowd.py", "lanes.py"):
        path = Path(__file__).with_name(name)
        if path.exists():
            digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    base = os.environ.get("LODOSE_CACHE_DIR") or str(
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lodose"
    )
    return Path(base) / f"pharmacology-{digest.hexdigest()[:24]}"


def compile_kernel(function: Callable[..., Any], *, fused: bool = False) -> Callable[..., Any]:
    """Compile with numba; without the lock, so that threads use all cores.

    numba's own ``parallel`` stays off: its workqueue layer aborts the process when two threads
    call it. No fast-math: reordered sums would differ between a fresh and a cached kernel.
    `fused` lets a product and a sum become one instruction, which reorders nothing.
    """
    import numba

    options = {"nogil": True, "fastmath": {"contract"} if fused else False, "error_model": "numpy"}
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return numba.njit(**options)(function)  # type: ignore[no-any-return]
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)  # read when a function is decorated
    try:
        return numba.njit(cache=True, **options)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # numba found no place that it may write to
        return numba.njit(**options)(function)  # type: ignore[no-any-return]
    finally:
        numba.config.CACHE_DIR = before
