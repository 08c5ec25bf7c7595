"""From a protocol and a diary to arrays by calendar day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from lodose.diary import Diary
from lodose.errors import InputError
from lodose.inference.paired import PeriodMean, period_means
from lodose.trial import Outcome, Protocol
from lodose.verdict.result import PeriodResult

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class DayTable:
    """What the schedule says about every calendar day from the first period on.

    Attributes
    ----------
    dates
        T consecutive days: from the protocol's first to its last, or to the diary's last day
        where the trial still runs.
    treatment
        (T,) 1 active, 0 comparator, as scheduled. On days between periods nothing is
        scheduled: 1 where the diary records the active treatment, otherwise 0; where the
        comparator is another dose of the drug, the active treatment is a dose that only it has.
    period, pair
        (T,) position of the period in the protocol and its pair; -1 for none.
    initial_treatment
        1 when the treatment was running at the start.
    """

    dates: tuple[date, ...]
    treatment: IntArray
    period: IntArray
    pair: IntArray
    initial_treatment: int


def day_table(diary: Diary, protocol: Protocol) -> DayTable:
    """Lay the schedule over the calendar."""
    last = min(protocol.last_day, max(diary.last_day, protocol.first_day))
    number = (last - protocol.first_day).days + 1
    dates = tuple(protocol.first_day + timedelta(days=day) for day in range(number))
    treatment = np.zeros(number, dtype=np.int64)
    period = np.full(number, -1, dtype=np.int64)
    pair = np.full(number, -1, dtype=np.int64)
    for day, on in enumerate(dates):
        index = protocol.period_index(on)
        if index is None:
            treatment[day] = _active_between_periods(diary, protocol, on)
            continue
        scheduled = protocol.periods[index]
        treatment[day] = int(scheduled.arm == "active")
        period[day] = index
        pair[day] = -1 if scheduled.pair is None else scheduled.pair
    running = int(protocol.treatment.running_at_start)
    return DayTable(dates, treatment, period, pair, running)


def _active_between_periods(diary: Diary, protocol: Protocol, on: date) -> bool:
    entry = diary.by_date.get(on)
    if entry is None:
        return False
    if entry.arm is not None:
        return entry.arm == "active"
    if not protocol.treatment.comparator_has_dose:
        return (entry.dose_micrograms or 0) > 0
    doses = {
        arm: {p.dose_micrograms for p in protocol.periods if p.arm == arm and p.dose_micrograms}
        for arm in ("active", "comparator")
    }
    return entry.dose_micrograms in doses["active"] - doses["comparator"]


def exposure_by_day(days: Mapping[date, float], table: DayTable, name: str) -> FloatArray:
    """(T,) an exposure from outside by calendar day.

    Raises
    ------
    InputError
        Where a day is missing or a value does not lie between 0 and 1.
    """
    missing = [day for day in table.dates if day not in days]
    if missing:
        raise InputError(
            f"has no exposure for {missing[0].isoformat()}",
            "give a value for every day of the trial.",
            column=name,
        )
    values = np.array([days[day] for day in table.dates], dtype=np.float64)
    if not ((values >= 0) & (values <= 1)).all():
        raise InputError("is no exposure", "give values from 0 to 1.", column=name)
    return values


def outcome_series(diary: Diary, table: DayTable, outcome: Outcome) -> FloatArray:
    """(T,) one outcome by calendar day; NaN where nothing was recorded or outside any period."""
    if outcome.name not in diary.outcome_names:
        return np.full(len(table.dates), np.nan)
    recorded = diary.series(outcome.name, table.dates)
    values = np.array([np.nan if value is None else value for value in recorded])
    return np.where(table.period >= 0, values, np.nan)


def means_by_period(
    series: FloatArray, table: DayTable, *, transition_days: int
) -> tuple[PeriodMean, ...]:
    """Period means with the days after each switch left out."""
    return period_means(
        series,
        table.treatment,
        table.period,
        pair=table.pair,
        transition_days=transition_days,
        initial_treatment=table.initial_treatment,
    )


def means_whatever_the_order(
    series: FloatArray, table: DayTable, *, transition_days: int
) -> tuple[PeriodMean, ...]:
    """Period means with the first days of every period left out, switch or no switch.

    For the randomisation test: which days count must not depend on the sequence that was drawn,
    or the other sequences would be laid over means that only this one has.
    """
    first = np.zeros(series.size, dtype=np.bool_)
    for period in np.unique(table.period[table.period >= 0]):
        first[np.flatnonzero(table.period == period)[:transition_days]] = True
    kept = np.where(first, np.nan, series)
    return means_by_period(kept, table, transition_days=0)


def period_results(
    diary: Diary, protocol: Protocol, table: DayTable, series: FloatArray
) -> tuple[PeriodResult, ...]:
    """Each period as it happened: all its days, transition days included.

    Periods that lie after the last day of the diary are not there yet and are left out.
    """
    means = {mean.period: mean for mean in means_by_period(series, table, transition_days=0)}
    results = []
    for index, scheduled in enumerate(protocol.periods):
        if index not in means:
            continue
        found = means[index]
        doses = [
            entry.dose_micrograms
            for entry in diary.entries
            if scheduled.start <= entry.date <= scheduled.end and entry.dose_micrograms is not None
        ]
        results.append(
            PeriodResult(
                number=index + 1,
                pair=scheduled.pair,
                arm=scheduled.arm,
                start=scheduled.start,
                end=scheduled.end,
                days=(scheduled.end - scheduled.start).days + 1,
                days_observed=found.days_observed,
                mean=_number_or_none(found.mean),
                sd=_number_or_none(found.sd),
                doses_recorded=len(doses),
                doses_taken=sum(dose > 0 for dose in doses),
            )
        )
    return tuple(results)


def _number_or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class MedicineChange:
    """A change of another medicine on a day of the trial."""

    medicine: str
    date: date
    disease_modifying: bool


def medicine_changes(protocol: Protocol, table: DayTable) -> tuple[MedicineChange, ...]:
    """Changes of other medicines inside the days that are analysed, in order of the date.

    A change on the first day counts: what it does builds up inside the trial.
    """
    found = [
        MedicineChange(medicine.name, change.date, medicine.disease_modifying)
        for medicine in protocol.medicines
        for change in medicine.changes
        if table.dates[0] <= change.date <= table.dates[-1]
    ]
    return tuple(sorted(found, key=lambda change: (change.date, change.medicine)))
