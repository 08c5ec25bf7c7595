"""Plans that were worked out before, in the user's cache folder.

A file's name is the hash of all that the plan depends on; it holds shares and the person's
variability, no day of any diary. A file that cannot be read, or was changed, counts as not there.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lodose.inference.kernel_cache import cache_folder, source_hash

FOLDER = "plans"
DECIDING = ("verdict/decision.py", "verdict/rules.py", "planning")


def key_of(parts: Mapping[str, Any]) -> str:
    """Hash of what a plan depends on, the engine and the rule that decides included."""
    digest = hashlib.sha256()
    home = Path(__file__).parents[1]
    for name in DECIDING:
        place = home / name
        for path in sorted(place.glob("*.py")) if place.is_dir() else [place]:
            digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    known = {**parts, "rule": digest.hexdigest(), "engine": source_hash(), "numpy": np.__version__}
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def read(key: str) -> dict[str, Any] | None:
    """What was kept under a key, or None."""
    try:
        content = json.loads(_path(key).read_text("utf-8"))
        plan = content["plan"]
        return plan if content["sha256"] == _seal(plan) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(key: str, plan: Mapping[str, Any]) -> None:
    """Keep a plan, readable by this user only; where the folder cannot be written, go without."""
    content = json.dumps({"sha256": _seal(plan), "plan": plan}, indent=1)
    path = _path(key)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content)
            Path(made).replace(path)
        except OSError:
            Path(made).unlink(missing_ok=True)
    except OSError:
        return


def _path(key: str) -> Path:
    return cache_folder().parent / FOLDER / f"{key}.json"


def _seal(plan: object) -> str:
    return hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()
