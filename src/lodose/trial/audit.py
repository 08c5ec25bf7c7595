"""The audit: a diary held against its protocol, before anybody computes anything."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from lodose.diary import DailyEntry, Diary, Remark
from lodose.diary.model import RemarkKind
from lodose.trial.parts import Outcome, Period
from lodose.trial.protocol import Protocol

_DAY = dt.timedelta(days=1)


FEWEST_CONTRADICTIONS = 2  # a single missed capsule is normal, also where nothing else is written


@dataclass(frozen=True, slots=True)
class DoseAgreement:
    """How many days of an arm with a recorded dose could be days of that arm."""

    arm: Literal["active", "comparator"]
    days: int
    agreeing: int

    @property
    def broken(self) -> bool:
        """Whether fewer than half of the days agree, and not by one missed dose alone."""
        return 2 * self.agreeing < self.days and self.days - self.agreeing >= FEWEST_CONTRADICTIONS


@dataclass(frozen=True, slots=True)
class Audit:
    """What the audit found.

    Parameters
    ----------
    remarks : tuple of Remark
        What was noticed while reading the diary, then what the protocol brings to light.
    days_planned : int
        Days inside the periods.
    days_observed : int
        Of them, days on which the primary outcome was recorded.
    missing_days : int
        Days inside the periods, up to today, on which it was not.
    longest_gap : int
        Most such days in a row.
    adherence : float, optional
        Of the days with a recorded and a scheduled dose, the fraction on which they agree;
        None where there is no such day.
    doses_recorded : int
        Days inside the periods with a recorded dose.
    dose_agreement : tuple of DoseAgreement
        For each arm with a recorded dose: whether the doses fit the arm, scheduled or not.
    """

    remarks: tuple[Remark, ...]
    days_planned: int
    days_observed: int
    missing_days: int
    longest_gap: int
    adherence: float | None
    doses_recorded: int
    dose_agreement: tuple[DoseAgreement, ...] = ()

    @property
    def errors(self) -> tuple[Remark, ...]:
        """Remarks of severity "error": no answer should be built before they are mended."""
        return tuple(remark for remark in self.remarks if remark.severity == "error")


def audit(diary: Diary, protocol: Protocol, *, today: dt.date) -> Audit:
    """Hold a diary against its protocol.

    Parameters
    ----------
    diary : Diary
        From ``read_diary``, or from ``scan_diary`` to have every fault listed.
    protocol : Protocol
        What was planned.
    today : datetime.date
        Days after it are in the future. Given by the caller, so that the same call always
        has the same answer.
    """
    placed = [(entry, protocol.period_index(entry.date)) for entry in diary.entries]
    inside = [(e, protocol.periods[index]) for e, index in placed if index is not None]
    observed = {e.date for e, _ in inside if protocol.primary_outcome in e.outcomes}
    gaps = list(_gaps(protocol, observed, today))
    remarks = [
        *diary.issues,
        *_future(diary, today),
        *_slips(diary),
        *_outcomes_absent(diary, protocol),
        *(remark for outcome in protocol.outcomes for remark in _values(diary, outcome)),
        *(remark for e, period in inside for remark in _against_schedule(e, period, protocol)),
        *_outside(placed, protocol),
        *_long_gaps(gaps, protocol.long_gap_days),
        *_empty_periods(protocol, observed, today),
    ]
    doses = [(e, period) for e, period in inside if e.dose_micrograms is not None]
    comparable = [(e, p) for e, p in doses if p.dose_micrograms is not None]
    agreeing = sum(e.dose_micrograms == p.dose_micrograms for e, p in comparable)
    return Audit(
        remarks=tuple(remarks),
        days_planned=sum(period.days for period in protocol.periods),
        days_observed=len(observed),
        missing_days=sum(length for _, length in gaps),
        longest_gap=max((length for _, length in gaps), default=0),
        adherence=agreeing / len(comparable) if comparable else None,
        doses_recorded=len(doses),
        dose_agreement=tuple(_agreements(doses, protocol)),
    )


def _agreements(
    doses: list[tuple[DailyEntry, Period]], protocol: Protocol
) -> Iterator[DoseAgreement]:
    arms: tuple[Literal["active", "comparator"], ...] = ("active", "comparator")
    for arm in arms:
        here = [(entry, period) for entry, period in doses if period.arm == arm]
        if here:
            against = sum(contradicts_arm(entry, period, protocol) for entry, period in here)
            yield DoseAgreement(arm, len(here), len(here) - against)


def contradicts_arm(entry: DailyEntry, period: Period, protocol: Protocol) -> bool:
    """Whether the dose of a day speaks against the arm of its period, scheduled or not.

    Where the comparator is another dose of the drug, a dose that only the other arm has.
    """
    taken = entry.dose_micrograms
    if taken is None:
        return False
    if not protocol.treatment.comparator_has_dose:
        return (taken == 0) == (period.arm == "active")
    own = {p.dose_micrograms for p in protocol.periods if p.arm == period.arm}
    other = {p.dose_micrograms for p in protocol.periods if p.arm != period.arm}
    if taken == 0:
        return period.arm == "active" or (0 not in own and None not in own)
    return taken in other - own


def _at(
    entry: DailyEntry, severity: Literal["error", "warning", "note"], kind: RemarkKind, message: str
) -> Remark:
    return Remark(severity, kind, message, entry.source_line or None, entry.date)


def _future(diary: Diary, today: dt.date) -> Iterator[Remark]:
    for entry in diary.entries:
        if entry.date > today:
            message = f"{entry.date} is after today, {today}. Correct the date."
            yield _at(entry, "error", "future-date", message)


def _slips(diary: Diary) -> Iterator[Remark]:
    """Find days where the file's own count of days and the calendar part ways."""
    counted = [(entry, entry.study_day) for entry in diary.entries if entry.study_day is not None]
    for (earlier, earlier_count), (later, later_count) in pairwise(counted):
        by_calendar = (later.date - earlier.date).days
        by_count = later_count - earlier_count
        if by_calendar != by_count:
            message = (
                f"Study day {later_count} is {later.date}, {by_calendar} calendar "
                f"{_days(by_calendar)} after study day {earlier_count} ({earlier.date}): the "
                "count of days slips here. The calendar dates are used; check both."
            )
            yield _at(later, "warning", "study-day-slip", message)


def _outcomes_absent(diary: Diary, protocol: Protocol) -> Iterator[Remark]:
    for outcome in protocol.outcomes:
        if outcome.name in diary.outcome_names:
            continue
        primary = outcome.name == protocol.primary_outcome
        yield Remark(
            "error" if primary else "warning",
            "outcome-absent",
            f"The diary has no column '{outcome.name}', "
            f"{'the primary' if primary else 'an'} outcome of the protocol.",
        )


def _values(diary: Diary, outcome: Outcome) -> Iterator[Remark]:
    low, high = float(outcome.minimum), float(outcome.maximum)
    for entry in diary.entries:
        value = entry.outcomes.get(outcome.name)
        if value is None:
            continue
        if not low <= value <= high:
            message = (
                f"{entry.date}: {outcome.name} is {value:g}, outside the range {low:g} to "
                f"{high:g}. Correct the value or the protocol's range."
            )
            yield _at(entry, "error", "out-of-range", message)
        # The mean of several entries may well fall between two steps.
        elif entry.entries == 1 and _off_step(value, outcome):
            message = (
                f"{entry.date}: {outcome.name} is {value:g}, which falls between the steps of "
                f"{outcome.step} of its scale."
            )
            yield _at(entry, "warning", "off-step", message)


def _off_step(value: float, outcome: Outcome) -> bool:
    if outcome.step is None:
        return False
    steps = (Decimal(repr(value)) - outcome.minimum) / outcome.step
    return abs(steps - steps.to_integral_value()) > Decimal("1e-9")


def _against_schedule(entry: DailyEntry, period: Period, protocol: Protocol) -> Iterator[Remark]:
    if entry.arm is not None and entry.arm != period.arm:
        message = (
            f"{entry.date}: the diary says {entry.arm}, the schedule {period.arm}. Find out "
            "which is right: the analysis goes by the schedule."
        )
        yield _at(entry, "error", "arm-differs", message)
    planned, taken = period.dose_micrograms, entry.dose_micrograms
    if planned is not None and taken is not None and planned != taken:
        message = (
            f"{entry.date}: {_mg(taken)} recorded, {_mg(planned)} scheduled ({period.arm} period)."
        )
        yield _at(entry, "warning", "dose-differs", message)
    elif taken is not None and contradicts_arm(entry, period, protocol):
        message = f"{entry.date}: {_mg(taken)} recorded in a period on {period.arm}."
        yield _at(entry, "warning", "dose-differs", message)


def _outside(placed: list[tuple[DailyEntry, int | None]], protocol: Protocol) -> Iterator[Remark]:
    outside = [entry for entry, index in placed if index is None]
    if outside:
        message = (
            f"{len(outside)} {_days(len(outside))} with an entry lie outside every period (the "
            f"first is {outside[0].date}) and are not analysed."
        )
        yield _at(outside[0], "note", "outside-periods", message)
    for entry in outside:
        if entry.arm is not None:
            message = (
                f"{entry.date}: the diary says {entry.arm}, but the schedule has no period there."
            )
            yield _at(entry, "warning", "arm-outside-periods", message)
    if len(outside) == len(placed):
        message = (
            f"No entry lies inside a period of the protocol ({protocol.first_day} to "
            f"{protocol.last_day}). Check that diary and protocol belong together."
        )
        yield _at(placed[0][0], "error", "no-day-in-periods", message)


def _gaps(
    protocol: Protocol, observed: set[dt.date], today: dt.date
) -> Iterator[tuple[dt.date, int]]:
    """Yield first day and length of every run of unrecorded days inside the periods.

    A run goes on from one period into the next where no day lies between them.
    """
    start: dt.date | None = None
    last: dt.date | None = None
    for day in _planned_days(protocol, today):
        if start is not None and last is not None and (day - last > _DAY or day in observed):
            yield start, (last - start).days + 1
            start = None
        if day not in observed:
            start = start or day
            last = day
    if start is not None and last is not None:
        yield start, (last - start).days + 1


def _planned_days(protocol: Protocol, today: dt.date) -> Iterator[dt.date]:
    for period in protocol.periods:
        for offset in range(period.days):
            day = period.start + offset * _DAY
            if day <= today:
                yield day


def _long_gaps(gaps: list[tuple[dt.date, int]], limit: int) -> Iterator[Remark]:
    for start, length in gaps:
        if length >= limit:
            message = (
                f"No primary outcome for {length} days in a row, {start} to "
                f"{start + (length - 1) * _DAY}."
            )
            yield Remark("warning", "long-gap", message, None, start)


def _empty_periods(protocol: Protocol, observed: set[dt.date], today: dt.date) -> Iterator[Remark]:
    for number, period in enumerate(protocol.periods, 1):
        days = (period.start + offset * _DAY for offset in range(period.days))
        if period.start <= today and not any(day in observed for day in days):
            message = (
                f"Period {number} ({period.start} to {period.end}, {period.arm}) has no primary "
                "outcome at all."
            )
            yield Remark("warning", "empty-period", message, None, period.start)


def _mg(micrograms: int) -> str:
    return f"{Decimal(micrograms) / 1000} mg"


def _days(count: int) -> str:
    return "day" if count == 1 else "days"
