"""A small valid protocol to bend in tests."""

import copy
from typing import Any

import pytest

PLAIN: dict[str, Any] = {
    "title": "Example",
    "design": "randomised-blinded",
    "primary_outcome": "pain",
    "treatment": {"name": "LDN", "active": "4.5 mg naltrexone", "comparator": "placebo"},
    "outcomes": [{"name": "pain", "instrument": "pain-nrs"}],
    "periods": [
        {"start": "2026-01-01", "end": "2026-01-14", "arm": "active", "pair": 1},
        {"start": "2026-01-15", "end": "2026-01-28", "arm": "comparator", "pair": 1},
        {"start": "2026-02-01", "end": "2026-02-14", "arm": "comparator", "pair": 2},
        {"start": "2026-02-15", "end": "2026-02-28", "arm": "active", "pair": 2},
    ],
    "randomisation": {"method": "within-pairs"},
}


@pytest.fixture
def plain() -> dict[str, Any]:
    """Return a fresh copy that a test may change."""
    return copy.deepcopy(PLAIN)
