"""Reminders: the same time on the wall through every change of the clock, and no medicine."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from lodose.errors import InputError
from lodose.language import speaking
from lodose.regimen import calendar, plans, ready

MADE = datetime(2026, 1, 1, tzinfo=UTC)
WHOLE: dict[str, Any] = {"start": date(2026, 3, 20), "at": time(21, 0), "made": MADE, "days": 300}
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]


def daily(ics: bytes) -> Any:
    return next(each for each in Calendar.from_ical(ics).walk("VEVENT") if "RRULE" in each)


@pytest.mark.parametrize("zone", ZONES)
def test_the_time_on_the_wall_stays_through_both_changes(zone: str) -> None:
    entry = daily(calendar(ready("cautious"), zone=zone, **WHOLE))
    first = entry["DTSTART"].dt
    assert first == datetime.combine(WHOLE["start"], WHOLE["at"], ZoneInfo(zone))
    assert entry["RRULE"]["COUNT"] == [300]
    assert entry["DTSTART"].params.get("TZID", "UTC") == zone
    # As a reader of the calendar unfolds it: by days on the wall, not by 24 hours.
    days = [first + timedelta(days=number) for number in range(300)]
    assert {day.astimezone(ZoneInfo(zone)).time() for day in days} == {WHOLE["at"]}


@pytest.mark.parametrize(
    ("zone", "at"), [("Europe/Berlin", time(2, 30)), ("America/New_York", time(1, 30))]
)
def test_a_time_that_is_left_out_or_comes_twice_is_refused(zone: str, at: time) -> None:
    with pytest.raises(InputError, match="when the clock changes"):
        calendar(ready("cautious"), zone=zone, **WHOLE | {"at": at})
    calendar(ready("cautious"), zone=zone, **WHOLE | {"at": at, "days": 2})


def test_no_medicine_no_dose_and_no_symptom_stands_in_it() -> None:
    for plan in plans().values():
        for language in ("en", "de"):
            with speaking(language):
                text = calendar(plan, zone="Europe/Berlin", **WHOLE).decode()
            assert not re.search(r"naltrex|ldn|opioid|\d mg|pain|dose|capsule", text, re.IGNORECASE)


def test_a_talk_stands_before_each_step_and_the_same_calendar_keeps_its_identities() -> None:
    plan = ready("uk-liquid")
    first = calendar(plan, zone="Europe/Berlin", **WHOLE)
    assert first == calendar(plan, zone="Europe/Berlin", **WHOLE)
    events = Calendar.from_ical(first).walk("VEVENT")
    talks = [each["DTSTART"].dt for each in events if "RRULE" not in each]
    assert talks == [WHOLE["start"] + timedelta(days=14 * number) for number in (1, 2, 3, 4)]
    identities = [str(each["UID"]) for each in events]
    assert len(set(identities)) == len(identities)
    assert "prescriber decides" in str(events[1]["DESCRIPTION"])


@pytest.mark.parametrize(
    "wrong", [{"zone": "Mars/Base"}, {"zone": ""}, {"days": 0}, {"days": 367}, {"zone": "../x"}]
)
def test_what_is_no_zone_or_no_length_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="Mend"):
        calendar(ready("cautious"), **{"zone": "UTC", **WHOLE, **wrong})
