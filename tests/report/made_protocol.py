"""Protocols for the made-up verdicts."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from lodose.trial import Protocol


def protocol(
    first_day: date,
    arms: Sequence[str],
    days: int,
    *,
    paired: bool = True,
    active: str = "4.5 mg naltrexone",
    comparator: str = "placebo",
    **changes: Any,
) -> Protocol:
    """A protocol of consecutive periods with the given arms."""
    plan: dict[str, Any] = {
        "title": "Pain diary",
        "question": "Does low-dose naltrexone help my pain?",
        "design": "randomised-blinded",
        "synthetic": True,
        "primary_outcome": "pain",
        "treatment": {
            "name": "low-dose naltrexone",
            "active": active,
            "comparator": comparator,
            "drug": "naltrexone",
        },
        "outcomes": [
            {"name": "pain", "label": "Pain", "instrument": "pain-nrs"},
            {
                "name": "sleep",
                "label": "Sleep quality",
                "minimum": 0,
                "maximum": 10,
                "better": "higher",
            },
        ],
        "periods": [
            {
                "start": first_day + timedelta(days=index * days),
                "end": first_day + timedelta(days=(index + 1) * days - 1),
                "arm": arm,
                **({"pair": index // 2 + 1} if paired else {}),
            }
            for index, arm in enumerate(arms)
        ],
    }
    if paired:
        plan["randomisation"] = {"method": "within-pairs"}
    return Protocol.model_validate(plan | changes)
