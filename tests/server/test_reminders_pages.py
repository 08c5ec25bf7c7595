"""The private calendar feed and the page that says what comes next."""

import datetime as dt
import re
from typing import Any

import icalendar
import pytest
from django.test import Client
from django.utils import timezone

from lodose.server.accounts.models import Role
from lodose.server.audit.models import Event
from lodose.server.records.clock import today_of
from lodose.server.records.models import DoseStep, Pause, Person, Trial, TrialPeriod
from server_support.people import check_in, make_account, make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

DAILY = {"kind": "daily", "at": "23:59"}


def choose(person: Person, **typed: Any) -> Any:
    """Send the form."""
    return signed_in(person).post("/reminders/", DAILY | typed)


def make_feed(person: Person) -> str:
    """Make a private address on the page and return its path."""
    browser = signed_in(person)
    page = browser.get("/reminders/").content.decode()
    found = re.search(r'name="mark" value="([^"]+)"', page)
    assert found is not None
    shown = browser.post("/reminders/feed/", {"mark": found[1]}).content.decode()
    address = re.search(r'value="http://testserver(/calendar/[^"]+\.ics)"', shown)
    assert address is not None
    return address[1]


def days_in(path: str) -> list[dt.date]:
    """The days that a calendar is told of."""
    answer = Client().get(path)
    assert answer.status_code == 200
    return [event.start.date() for event in icalendar.Calendar.from_ical(answer.content).events]


def later(person: Person, days: int) -> dt.date:
    """The person's calendar day so many days from now."""
    return today_of(person) + dt.timedelta(days=days)


@pytest.fixture
def person() -> Person:
    return make_person("mira")


def test_a_calendar_is_told_of_sixty_days(person: Person) -> None:
    assert choose(person).status_code == 302
    path = make_feed(person)
    answer = Client().get(path)  # no account, no cookie
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in str(answer.headers)
    assert not answer.cookies
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert [event.start for event in calendar.events] == [
        dt.datetime.combine(later(person, days), dt.time(23, 59), dt.UTC) for days in range(60)
    ]
    for event in calendar.events:
        (alarm,) = event.alarms.times
        assert alarm.trigger == event.start
    assert len({event.uid for event in calendar.events}) == 60


def test_the_page_says_the_next_three_in_words_and_whether_a_calendar_asked(
    person: Person,
) -> None:
    def page() -> str:
        return signed_in(person).get("/reminders/").content.decode()

    assert "no reminders are chosen" in page()
    refused = signed_in(person).post("/reminders/feed/", {"mark": "none"})
    assert refused.status_code == 302
    assert not Person.objects.get().feed_hash
    choose(person)
    assert page().count(" 23:59") == 3
    assert "No calendar knows of them yet" in page()
    path = make_feed(person)
    assert "No calendar has asked for them yet" in page()
    Client().get(path)
    assert "A calendar last asked" in page()
    Pause.objects.create(person=person, first_day=later(person, 0))
    assert "are paused" in page()


def test_nothing_fires_on_a_paused_day_and_all_comes_back_after_it(person: Person) -> None:
    choose(person)
    path = make_feed(person)
    pause = Pause.objects.create(person=person, first_day=later(person, 0))
    assert days_in(path) == []
    pause.last_day = later(person, 4)
    pause.save()
    assert days_in(path)[0] == later(person, 5)
    pause.first_day = later(person, 3)
    pause.save()
    assert days_in(path)[:4] == [later(person, days) for days in (0, 1, 2, 5)]
    pause.delete()
    assert len(days_in(path)) == 60


def test_nothing_fires_for_a_day_that_is_done(person: Person) -> None:
    choose(person)
    path = make_feed(person)
    check_in(person)
    assert days_in(path)[0] == later(person, 1)


def test_nothing_fires_for_what_was_deleted(person: Person) -> None:
    choose(person)
    path = make_feed(person)
    assert signed_in(person).post("/reminders/end/").status_code == 302
    assert days_in(path) == []
    choose(person)
    person.user.is_active = False
    person.user.save()
    assert Client().get(path).status_code == 404
    person.user.delete()
    assert Client().get(path).status_code == 404


def test_reminders_end_with_the_trial_only_if_that_was_chosen(person: Person) -> None:
    trial = Trial.objects.create(person=person, plan={"outcomes": []})
    TrialPeriod.objects.create(
        trial=trial, number=1, first_day=later(person, -5), last_day=later(person, 6)
    )
    choose(person, ends_with_trial="on")
    path = make_feed(person)
    assert days_in(path)[-1] == later(person, 6)
    Trial.objects.update(status="stopped", ended_at=timezone.now() - dt.timedelta(days=1))
    assert days_in(path) == []
    assert "stop with your trial" in signed_in(person).get("/reminders/").content.decode()
    choose(person)
    assert len(days_in(path)) == 60


def test_every_two_weeks_and_weekdays_arrive_as_chosen(person: Person) -> None:
    first = later(person, 3)
    choose(person, kind="every", every_days="14", first_day=first.isoformat())
    path = make_feed(person)
    assert days_in(path) == [first + dt.timedelta(days=14 * number) for number in range(5)]
    choose(person, kind="weekdays", weekdays=["0", "6"])
    found = days_in(path)
    assert {day.weekday() for day in found} == {0, 6}
    assert len(found) in (16, 17, 18)


def test_the_hour_is_the_persons_own(person: Person) -> None:
    Person.objects.update(time_zone="Asia/Kathmandu")
    choose(person, at="08:00")
    path = make_feed(person)
    calendar = icalendar.Calendar.from_ical(Client().get(path).content)
    assert {event.start.strftime("%H:%M %Z") for event in calendar.events} == {"02:15 UTC"}
    Person.objects.update(time_zone="Asia/Tokyo")  # they moved
    calendar = icalendar.Calendar.from_ical(Client().get(path).content)
    assert {event.start.strftime("%H:%M %Z") for event in calendar.events} == {"23:00 UTC"}


def test_a_day_keeps_its_identifier_and_an_unchanged_file_is_not_sent_again(
    person: Person,
) -> None:
    choose(person)
    path = make_feed(person)
    first = Client().get(path)
    assert Client().get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    choose(person, at="22:00")
    again = Client().get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200

    def identifiers(answer: Any) -> dict[dt.date, str]:
        events = icalendar.Calendar.from_ical(answer.content).events
        return {event.start.date(): str(event.uid) for event in events}

    assert identifiers(first) == identifiers(again)
    other = make_person("noor")
    choose(other)
    strangers = identifiers(Client().get(make_feed(other)))
    assert not set(strangers.values()) & set(identifiers(first).values())


def test_only_the_present_secret_opens_the_feed(person: Person, capsys: Any, caplog: Any) -> None:
    choose(person)
    first = make_feed(person)
    second = make_feed(person)
    nothing = Client().get("/nothing-here/")
    for path in (first, "/calendar/x.ics", "/calendar/.ics", f"/calendar/{'x' * 43}.ics"):
        answer = Client().get(path)
        assert answer.status_code == nothing.status_code == 404
        assert answer.headers["Cache-Control"] == nothing.headers["Cache-Control"]
    hashed = Person.objects.get().feed_hash
    assert Client().get(f"/calendar/{hashed}.ics").status_code == 404
    assert Client().get(second).status_code == 200
    assert Client().post(second).status_code == 405
    assert signed_in(person).post("/reminders/feed/end/").status_code == 302
    assert Client().get(second).status_code == 404
    assert signed_in(person).post("/reminders/feed/end/").status_code == 404
    secrets = [path.removeprefix("/calendar/").removesuffix(".ics") for path in (first, second)]
    kept = str(list(Event.objects.values())) + str(Person.objects.values().get())
    logged = "".join(capsys.readouterr()) + "".join(
        str(record.msg) for record in caplog.records if record.name.startswith("lodose")
    )
    assert not any(secret in kept + logged for secret in secrets)


def test_sending_the_form_twice_does_not_replace_the_address_that_was_shown(
    person: Person,
) -> None:
    choose(person)
    path = make_feed(person)
    signed_in(person).post("/reminders/feed/", {"mark": "none"})
    assert Client().get(path).status_code == 200


def test_no_word_of_the_feed_tells_anything(person: Person) -> None:
    person.user.display_name = "Mira Muster"
    person.user.save()
    DoseStep.objects.create(
        person=person, kind="start", from_day=later(person, 0), dose_micrograms=4500
    )
    choose(person)
    answer = Client().get(make_feed(person))
    text = answer.content.decode().lower() + str(answer.headers).lower()
    for telling in ("lodose", "naltrexone", "pain", "dose", "mira", "muster", " mg", "placebo"):
        assert telling not in text, telling
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert {str(event["SUMMARY"]) for event in calendar.events} == {"Check-in"}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"kind": "weekdays"}, "Choose one day of the week or more."),
        ({"kind": "weekdays", "weekdays": ["7"]}, "7"),
        ({"kind": "every", "first_day": "2026-01-01"}, "Write a number of days"),
        ({"kind": "every", "every_days": "14"}, "Choose the day of the first reminder."),
        ({"kind": "every", "every_days": "1", "first_day": "2026-01-01"}, "greater than or equal"),
        ({"kind": "every", "every_days": "61", "first_day": "2026-01-01"}, "less than or equal"),
        ({"kind": "every", "every_days": "14", "first_day": "2999-01-01"}, "more than a year"),
        ({"at": ""}, "required"),
        ({"at": "25:00"}, "valid time"),
        ({"kind": "hourly"}, "hourly"),
    ],
)
def test_what_would_never_fire_is_refused_and_what_was_chosen_before_stays(
    person: Person, typed: dict[str, Any], words: str
) -> None:
    choose(person, at="07:30")
    refused = choose(person, **typed)
    assert refused.status_code == 422
    assert words in refused.content.decode()
    kept = Person.objects.get()
    assert kept.reminder_time == dt.time(7, 30)
    assert kept.reminder_schedule["kind"] == "daily"


@pytest.mark.parametrize("path", ["/reminders/", "/reminders/feed/", "/reminders/feed/end/"])
def test_reminders_are_a_persons(path: str) -> None:
    prescriber = signed_in(make_account(Role.PRESCRIBER))
    assert prescriber.post(path, DAILY).status_code == 404
    assert Client().post(path).headers["Location"].startswith("/accounts/login/")
