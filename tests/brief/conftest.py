"""Shared by the tests of the brief."""

from collections.abc import Callable
from typing import Any

import pytest
from brief_people import ON, WORDS, facts

from lodose.brief import Brief, make_brief
from lodose.regimen import Capsules, ready
from lodose.screening import Facts


@pytest.fixture
def brief_of() -> Callable[..., Brief]:
    """Make a brief for fibromyalgia with the cautious plan; anything may be given otherwise."""

    def make(told: Facts | None = None, **others: Any) -> Brief:
        given: dict[str, Any] = {
            "condition": "fibromyalgia",
            "plan": ready("cautious"),
            "product": Capsules((500, 1500)),
            "on": ON,
            **WORDS,
        }
        return make_brief(told if told is not None else facts(), **(given | others))

    return make
