"""Shared by the tests of screening."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from lodose.screening import Screening, facts_from, screen

TODAY = date(2026, 5, 10)


@pytest.fixture
def screened() -> Callable[..., Screening]:
    """Screen a table of facts as on 10 May 2026."""

    def run(**table: Any) -> Screening:
        return screen(facts_from(table), on=TODAY)

    return run
