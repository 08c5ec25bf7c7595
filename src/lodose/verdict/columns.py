"""Known columns of the model: what else happened, day by day.

Each is scaled and centred so that its coefficient can be read and the effect keeps its meaning:
active against comparator, on the average day of the week, once a rebound is over, in the middle of
the treatment time, on days without an event.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from lodose.trial import Outcome, Protocol
from lodose.verdict.arrays import DayTable, FloatArray, IntArray, MedicineChange

PRIOR_SHARE = 0.15
"""Prior sd of a coefficient as a share of the scale: as wide as the default prior of the effect."""

SATURDAY = 5


@dataclass(frozen=True, slots=True, eq=False)
class KnownColumn:
    """One known column.

    Attributes
    ----------
    kind
        ``"weekend"``, ``"rebound"``, ``"tolerance"``, ``"event"`` or ``"medicine"``.
    name
        Unique; the name of its coefficient.
    values
        (T,) by calendar day.
    """

    kind: str
    name: str
    values: FloatArray

    def told_by(self, series: FloatArray) -> bool:
        """Whether the recorded days can tell anything about the coefficient."""
        seen = self.values[np.isfinite(series)]
        return bool(seen.size) and bool(np.ptp(seen) > 0)


def known_columns(
    protocol: Protocol, table: DayTable, changes: tuple[MedicineChange, ...]
) -> tuple[KnownColumn, ...]:
    """Every known column that the protocol asks for, whether or not the days can tell about it."""
    settings = protocol.model
    found = []
    if settings.weekday:
        found.append(KnownColumn("weekend", "weekend", weekend(table.dates)))
    if settings.rebound:
        values = rebound(table.treatment, table.initial_treatment, float(settings.rebound_days))
        found.append(KnownColumn("rebound", "rebound", values))
    if settings.tolerance:
        found.append(KnownColumn("tolerance", "tolerance", tolerance(table)))
    for event in protocol.events:
        last = event.date + timedelta(days=event.days - 1)
        if last >= table.dates[0] and event.date <= table.dates[-1]:
            values = np.array([float(event.date <= on <= last) for on in table.dates])
            found.append(KnownColumn("event", f"{event.what} on {event.date}", values))
    for change in changes:
        # A step on the first day would be the level itself.
        if change.date > table.dates[0]:
            values = np.array([float(on >= change.date) for on in table.dates])
            found.append(KnownColumn("medicine", f"{change.medicine} from {change.date}", values))
    return tuple(found)


def prior_sd(outcome: Outcome) -> float:
    """Prior sd of a coefficient, in the outcome's unit."""
    return float(outcome.range) * PRIOR_SHARE


def weekend(dates: tuple[date, ...]) -> FloatArray:
    """(T,) 5/7 on Saturdays and Sundays, -2/7 on other days: a whole week sums to zero.

    One column and not six: its coefficient, weekend minus weekdays, is one that a person can
    read, and each of six would be less certain. Over periods of whole weeks neither takes anything
    from the effect.
    """
    return np.array([5 / 7 if on.weekday() >= SATURDAY else -2 / 7 for on in dates])


def rebound(treatment: IntArray, initial_treatment: int, fading_days: float) -> FloatArray:
    """(T,) 1 on the first day after stopping, fading as exp(-days / fading_days); 0 on treatment.

    Days before the treatment was ever taken are 0 too.
    """
    values = np.zeros(treatment.size)
    since = 0.0 if initial_treatment else np.inf  # days since the last one on treatment
    for day, arm in enumerate(treatment):
        since = 0.0 if arm else since + 1.0
        if not arm:
            values[day] = np.exp(-(since - 1.0) / fading_days)
    return values


def tolerance(table: DayTable) -> FloatArray:
    """(T,) how far through the treatment time an active day lies: -1/2 the first, 1/2 the last.

    0 on the comparator. The exposure counts as at once, since columns are known beforehand; days
    on treatment add up over all periods. Centred over the active days, so that the effect is the
    one in the middle of the treatment time and the coefficient its change from first to last day.
    """
    active = table.treatment == 1
    number = np.cumsum(active) - 1.0
    total = int(active.sum())
    if total < 2:
        return np.zeros(active.size)
    return np.where(active, number / (total - 1) - 0.5, 0.0)
