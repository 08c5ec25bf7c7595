"""Small synthetic trials, made from a seed, for the verdict's tests."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from lodose.diary import DailyEntry, Diary, SideEffect
from lodose.trial import Protocol

FIRST = date(2025, 3, 3)
ARMS = "ABBAABBA"


def make_protocol(arms: str = ARMS, days: int = 14, **more: Any) -> Protocol:
    design = more.pop("design", "randomised-blinded")
    drawn = design.startswith("randomised")
    periods = [
        {
            "start": FIRST + timedelta(days=days * index),
            "end": FIRST + timedelta(days=days * (index + 1) - 1),
            "arm": "active" if letter == "A" else "comparator",
            **({"pair": index // 2} if drawn else {}),
        }
        for index, letter in enumerate(arms)
    ]
    treatment = {
        "name": "low-dose naltrexone",
        "active": "4.5 mg naltrexone",
        "comparator": "placebo",
        "drug": "naltrexone",
        **more.pop("treatment", {}),
    }
    return Protocol.model_validate(
        {
            "title": "Made up",
            "question": "Does low-dose naltrexone help my pain?",
            "synthetic": True,
            "design": design,
            "primary_outcome": "pain",
            "treatment": treatment,
            "outcomes": [{"name": "pain", "label": "Pain", "instrument": "pain-nrs"}],
            "periods": periods,
            "randomisation": {"method": "within-pairs" if drawn else "none"},
            "priors": {"onset_at_once": 1},
            **more,
        }
    )


def make_diary(
    protocol: Protocol,
    effect: float = 0.0,
    *,
    noise: float = 0.3,
    seed: int = 1,
    level: float = 5.0,
    side_effects: Callable[[int, str], tuple[SideEffect, ...] | None] = lambda day, arm: None,
    names: Sequence[str] = ("pain",),
) -> Diary:
    """Daily values around a level, the effect at once; nothing between the periods."""
    draw = np.random.default_rng(seed)
    entries = []
    for period in protocol.periods:
        for offset in range(period.days):
            on = period.start + timedelta(days=offset)
            day = (on - protocol.first_day).days
            value = level + effect * (period.arm == "active") + noise * draw.normal()
            value = float(np.clip(value, 0, 10))
            entries.append(
                DailyEntry(
                    on,
                    dict.fromkeys(names, value),
                    side_effects=side_effects(day, period.arm),
                    source_line=len(entries) + 2,
                )
            )
    return Diary(tuple(entries), tuple(names), "diary.csv")


@pytest.fixture
def protocol() -> Callable[..., Protocol]:
    return make_protocol


@pytest.fixture
def diary() -> Callable[..., Diary]:
    return make_diary
