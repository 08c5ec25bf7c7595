"""Every kind of schedule agrees with a clock that is watched minute by minute."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodose.errors import LodoseError
from lodose.server.records.reminders import Schedule, moment_of, reminders
from server_support.reminder_oracle import expected

pytestmark = pytest.mark.property

# A zone and a day on which its clock changes: forwards and backwards, by half an hour, by two
# hours, at midnight, over a whole day, and twice in a month.
CHANGES = [
    ("Europe/Berlin", dt.date(2026, 3, 29)),
    ("Europe/Berlin", dt.date(2026, 10, 25)),
    ("America/New_York", dt.date(2026, 3, 8)),
    ("America/New_York", dt.date(2026, 11, 1)),
    ("Australia/Lord_Howe", dt.date(2026, 4, 5)),
    ("Australia/Lord_Howe", dt.date(2026, 10, 4)),
    ("Antarctica/Troll", dt.date(2026, 3, 29)),
    ("Antarctica/Troll", dt.date(2026, 10, 25)),
    ("Asia/Tehran", dt.date(2022, 3, 22)),
    ("Asia/Tehran", dt.date(2022, 9, 21)),
    ("Pacific/Apia", dt.date(2011, 12, 30)),
    ("Pacific/Apia", dt.date(2011, 9, 24)),
    ("Africa/Casablanca", dt.date(2026, 2, 15)),
    ("Africa/Casablanca", dt.date(2026, 3, 22)),
    ("Africa/Cairo", dt.date(2026, 4, 24)),
    ("America/Sao_Paulo", dt.date(2018, 11, 4)),
    ("Asia/Kathmandu", dt.date(1986, 1, 1)),
    ("Pacific/Kiritimati", dt.date(1995, 1, 1)),
]
ZONES = sorted({zone for zone, _ in CHANGES} | {"UTC", "Pacific/Chatham", "Asia/Kolkata"})
STRETCH = 9

minutes = st.builds(dt.time, st.integers(0, 23), st.integers(0, 59))
# Most clocks change between 0 and 3.
times = st.one_of(minutes, st.builds(dt.time, st.integers(0, 3), st.integers(0, 59)))


@st.composite
def stretches(draw: st.DrawFn) -> tuple[ZoneInfo, dt.date]:
    if draw(st.booleans()):
        name, change = draw(st.sampled_from(CHANGES))
        return ZoneInfo(name), change - dt.timedelta(days=draw(st.integers(0, STRETCH - 1)))
    day = draw(st.dates(dt.date(1980, 1, 1), dt.date(2036, 12, 31)))
    return ZoneInfo(draw(st.sampled_from(ZONES))), day


@st.composite
def schedules(draw: st.DrawFn, first: dt.date) -> Schedule:
    at, kind = draw(times), draw(st.sampled_from(["daily", "every", "weekdays"]))
    if kind == "weekdays":
        return Schedule(kind, at, weekdays=draw(st.frozensets(st.integers(0, 6), min_size=1)))
    if kind == "every":
        begin = first + dt.timedelta(days=draw(st.integers(-100, STRETCH)))
        return Schedule(kind, at, every_days=draw(st.integers(2, 60)), first_day=begin)
    return Schedule(kind, at)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), stretch=stretches())
def test_every_schedule_agrees_with_a_watched_clock(
    data: st.DataObject, stretch: tuple[ZoneInfo, dt.date]
) -> None:
    zone, first = stretch
    last = first + dt.timedelta(days=STRETCH - 1)
    schedule = data.draw(schedules(first))
    near = st.integers(-3, STRETCH + 2).map(lambda days: first + dt.timedelta(days=days))
    pauses = data.draw(st.lists(st.tuples(near, st.one_of(near, st.just(dt.date.max))), max_size=2))
    last_day = data.draw(st.one_of(near, st.just(dt.date.max)))
    found = [
        (each.day, each.at)
        for each in reminders(
            schedule,
            zone,
            first_day=first,
            days=STRETCH,
            left_out=pauses,
            last_day=last_day,
        )
    ]
    assert found == expected(schedule, zone, first, last, pauses, last_day)
    assert all(moment.utcoffset() == dt.timedelta(0) for _, moment in found)


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc"),
    [
        # 02:00 becomes 03:00: the next minute that exists, not an hour early and not never.
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00"),
        # Shown twice, meant once: the first time.
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30"),
        ("Europe/Berlin", "2026-10-26", "02:30", "2026-10-26T01:30"),
        ("Australia/Lord_Howe", "2026-10-04", "02:10", "2026-10-03T15:30"),
        ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45"),
        ("Antarctica/Troll", "2026-03-29", "01:30", "2026-03-29T01:00"),
        ("Asia/Tehran", "2022-03-22", "00:20", "2022-03-21T20:30"),
        ("Pacific/Apia", "2011-12-29", "08:00", "2011-12-29T18:00"),
        ("Pacific/Apia", "2011-12-30", "08:00", None),  # that Friday was left out
        ("Pacific/Apia", "2011-12-31", "00:00", "2011-12-30T10:00"),
    ],
)
def test_the_clock_changes_that_are_known(zone: str, day: str, at: str, utc: str | None) -> None:
    found = moment_of(dt.date.fromisoformat(day), dt.time.fromisoformat(at), ZoneInfo(zone))
    wanted = None if utc is None else dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    assert found == wanted


def test_every_two_weeks_comes_every_two_weeks_over_both_changes_and_a_pause() -> None:
    schedule = Schedule(
        "every", dt.time(19), every_days=14, first_day=dt.date(2026, 1, 5), ends_with_trial=False
    )
    found = list(
        reminders(
            schedule,
            ZoneInfo("Europe/Berlin"),
            first_day=dt.date(2026, 1, 1),
            days=365,
            left_out=[(dt.date(2026, 2, 1), dt.date(2026, 2, 3))],
        )
    )
    assert len(found) == 25  # 26 Mondays, of which 2 February is paused
    assert {each.day.weekday() for each in found} == {0}
    assert {each.at.astimezone(ZoneInfo("Europe/Berlin")).hour for each in found} == {19}
    assert {each.at.hour for each in found} == {17, 18}


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"kind": "fortnightly"}, "fortnightly"),
        ({"kind": "every", "every_days": 1, "first_day": dt.date(2026, 1, 1)}, "every 1 days"),
        ({"kind": "every", "every_days": 14}, "from None"),
        ({"kind": "weekdays"}, "weekdays"),
        ({"kind": "weekdays", "weekdays": frozenset({7})}, "7"),
        ({"kind": "daily", "at": dt.time(8, 0, 30)}, "08:00:30"),
    ],
)
def test_a_schedule_that_would_never_fire_is_an_error(wrong: dict[str, object], named: str) -> None:
    given = {"at": dt.time(8)} | wrong
    with pytest.raises(LodoseError, match=named):
        Schedule(**given)  # type: ignore[arg-type]
