"""For whom periods with and without a treatment can tell anything: points that a prescriber holds.

The first three are asked of every trial in one person (CENT 2015, item 2: why this design); the
other two keep a change that has another cause from being read as an effect.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from lodose.language import translatable

STANDS = timedelta(days=91)  # three months; also how long it must have been quiet


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the checklist.

    Attributes
    ----------
    says
        What is confirmed.
    reason
        Why it matters, in plain words.
    """

    says: str
    reason: str


POINTS = MappingProxyType(
    {
        "chronic": Point(
            translatable("The illness is chronic: it was there before and would be there after."),
            translatable(
                "An illness that goes by itself gets better in the last periods, whatever is taken."
            ),
        ),
        "stable": Point(
            translatable("It is stable: good and bad days, but no steady change over the months."),
            translatable("A steady change would fall on the periods and look like an effect."),
        ),
        "reversible": Point(
            translatable(
                "An effect would come within a period and go again in the next, and stopping for a "
                "while does no lasting harm."
            ),
            translatable("Otherwise a period without it still shows the effect of the one before."),
        ),
        "no-flare": Point(
            translatable("There was no flare in the last three months."),
            translatable(
                "After a flare people get better with or without a treatment, which looks like an "
                "effect."
            ),
        ),
        "unchanged": Point(
            translatable(
                "Treatment that changes the course of the illness was not changed in the last "
                "three months, and no change is planned."
            ),
            translatable("What such a change does would be read as the effect of this treatment."),
        ),
    }
)


def stands(confirmed_on: date, today: date) -> bool:
    """Whether a confirmation is still young enough.

    Examples
    --------
    >>> stands(date(2026, 1, 1), date(2026, 4, 2)), stands(date(2026, 1, 1), date(2026, 4, 3))
    (True, False)
    """
    return timedelta(0) <= today - confirmed_on <= STANDS
