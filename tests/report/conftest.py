"""Shared by the tests of the report: made-up verdicts, each built once."""

import sys
from pathlib import Path

import pytest

from lodose.verdict.result import Verdict

# The builders are plain modules beside the tests, used by a second process too.
sys.path.insert(0, str(Path(__file__).parent))

import make_verdict

KINDS = {
    "pain": make_verdict.pain_verdict,
    "many-blocks": make_verdict.many_blocks_verdict,
    "not-estimable": make_verdict.not_estimable_verdict,
    "before-after": make_verdict.before_after_verdict,
    "hostile": make_verdict.hostile_verdict,
    "long": make_verdict.long_verdict,
}


@pytest.fixture(scope="session")
def verdicts() -> dict[str, Verdict]:
    """Every kind of verdict by its name."""
    return {name: build() for name, build in KINDS.items()}


@pytest.fixture(scope="session", params=sorted(KINDS))
def any_verdict(request: pytest.FixtureRequest, verdicts: dict[str, Verdict]) -> Verdict:
    """Each kind of verdict in turn."""
    return verdicts[request.param]


@pytest.fixture(scope="session")
def pain(verdicts: dict[str, Verdict]) -> Verdict:
    """The common case: randomised, blinded, four pairs."""
    return verdicts["pain"]
