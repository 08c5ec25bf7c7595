"""From the doses of a diary to the exposure that the receptor model predicts."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lodose.errors import InputError

if TYPE_CHECKING:
    from lodose.diary import Diary
    from lodose.trial import Protocol

NAMES = ("naltrexon", "ldn")


def time_of_day(text: str) -> time:
    """Read the time at which the doses are swallowed: 21:00."""
    try:
        found = time.fromisoformat(text)
        if found.tzinfo is not None:
            raise ValueError(text)
        return found
    except ValueError:
        raise InputError(
            "is no time of day", "write it as 21:00.", column="--occupancy", value=text
        ) from None


def occupancy_by_day(
    diary: "Diary", protocol: "Protocol", at: time
) -> dict[str, dict[date, float]]:
    """Occupancy of mu receptors by calendar day, for each structure of the model.

    A day without a record of the dose counts as its period planned it: the exposure is needed for
    every day. What was taken on a day of the comparator is no naltrexone, unless the comparator
    is another dose of it.

    Raises
    ------
    InputError
        Where the plan is about another medicine, or no dose is known, neither from the diary nor
        from the plan.
    """
    from lodose.pharmacology import dose_log
    from lodose.pharmacology.answers import daily_exposure

    treatment = protocol.treatment
    name = treatment.drug or treatment.name
    if not any(known in name.casefold() for known in NAMES):
        raise InputError(
            f"is known for naltrexone alone, and this plan is about '{name}'",
            "leave it out.",
            column="--occupancy",
        )
    zone = ZoneInfo(protocol.time_zone)
    last = max(protocol.last_day, diary.last_day)
    days = [
        protocol.first_day + timedelta(days=number)
        for number in range((last - protocol.first_day).days + 1)
    ]
    taken = [
        (datetime.combine(day, at, zone), dose)
        for day in days
        if (dose := _dose_of(diary, protocol, day)) > 0
    ]
    if not taken:
        raise InputError(
            "cannot be worked out, because no dose is known",
            "write doses into the diary, or the dose of each period into the plan.",
            column="--occupancy",
        )
    history, start = dose_log(taken, confirmed=True)
    return daily_exposure(history, start, days)


def _dose_of(diary: "Diary", protocol: "Protocol", day: date) -> int:
    """Micrograms of naltrexone on a day, as recorded, else as planned."""
    entry = diary.by_date.get(day)
    index = protocol.period_index(day)
    if index is None:
        return (entry.dose_micrograms or 0) if entry is not None else 0
    period = protocol.periods[index]
    if period.arm == "comparator" and not protocol.treatment.comparator_has_dose:
        return 0
    if entry is not None and entry.dose_micrograms is not None:
        return entry.dose_micrograms
    return period.dose_micrograms or 0
