"""Side effects as counts of days, by arm, out of the days on which they were asked."""

from collections import defaultdict

from lodose.diary import Diary
from lodose.trial import Protocol
from lodose.verdict.result import SideEffectCount


def side_effect_counts(diary: Diary, protocol: Protocol) -> tuple[SideEffectCount, ...]:
    """Count the days with each side effect inside the periods of each arm.

    A day counts once for a side effect however often it was written; a day on which side
    effects were not asked counts in neither number. Names that differ only in case or spaces
    are one side effect.

    Returns
    -------
    tuple of SideEffectCount
        The most frequent on active treatment first. Empty when none was felt: see
        `days_asked` for whether anything was asked.
    """
    days: dict[str, dict[str, int]] = defaultdict(lambda: {"active": 0, "comparator": 0})
    worst: dict[str, int] = defaultdict(int)
    asked = days_asked(diary, protocol)
    for entry in diary.entries:
        index = protocol.period_index(entry.date)
        if index is None or entry.side_effects is None:
            continue
        arm = protocol.periods[index].arm
        felt: dict[str, int] = {}
        for effect in entry.side_effects:  # two spellings of one on a day: the worse counts
            name = " ".join(effect.name.casefold().split())
            felt[name] = max(felt.get(name, 0), effect.severity)
        for name, severity in felt.items():
            days[name][arm] += 1
            worst[name] = max(worst[name], severity)
    counts = [
        SideEffectCount(
            name=name,
            active_days=count["active"],
            active_days_asked=asked["active"],
            comparator_days=count["comparator"],
            comparator_days_asked=asked["comparator"],
            worst_severity=worst[name],
        )
        for name, count in days.items()
    ]
    return tuple(sorted(counts, key=lambda c: (-c.active_days, -c.comparator_days, c.name)))


def days_asked(diary: Diary, protocol: Protocol) -> dict[str, int]:
    """Count the days inside a period on which side effects were asked, by arm."""
    asked = {"active": 0, "comparator": 0}
    for entry in diary.entries:
        index = protocol.period_index(entry.date)
        if index is not None and entry.side_effects is not None:
            asked[protocol.periods[index].arm] += 1
    return asked
