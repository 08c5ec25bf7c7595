"""The private calendar feed reminds of the talk before a step, and never says of what."""

import datetime as dt

import pytest
from django.test import Client

from lodose.server.accounts.models import Role, User
from lodose.server.records.clock import today_of
from lodose.server.records.models import Person
from lodose.server.records.reminders import Schedule, choose_schedule, feed_mark, make_feed
from server_support.people import let_in, make_account, make_person, signed_in, suits
from server_support.plans import in_plan, told
from server_support.programs import open_trial

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def feed_of(person: Person) -> str:
    """The calendar as a phone reads it, without any session."""
    secret = make_feed(person, feed_mark(person))
    return Client().get(f"/calendar/{secret}.ics").content.decode()


@pytest.fixture
def person() -> Person:
    made = make_person()
    choose_schedule(made, Schedule("daily", dt.time(20)))
    return made


def talk(person: Person, days: int) -> str:
    return f"DTSTART;VALUE=DATE:{today_of(person) + dt.timedelta(days=days):%Y%m%d}"


def test_the_talk_comes_on_the_day_from_which_the_step_may_be_asked(person: Person) -> None:
    assert "Talk about" not in feed_of(person)
    in_plan(person, 1000, days=4)
    read = feed_of(person)
    assert read.count("SUMMARY:Talk about the next step") == 1
    assert talk(person, 10) in read
    assert "SUMMARY:Check-in" in read
    for word in ("naltrexone", "mg", "mL", "capsule", "Lodose", "lodose", "1000", "plan"):
        assert word not in read


@pytest.mark.parametrize(("dose", "days"), [(4500, 4), (1000, 15), (2250, 4)])
def test_without_a_step_to_come_there_is_no_talk(person: Person, dose: int, days: int) -> None:
    in_plan(person, dose, days=days, product=None)
    read = feed_of(person)
    assert "Talk about" not in read
    assert "SUMMARY:Check-in" in read


def test_an_operation_ends_it_only_once_the_pause_is_decided(person: Person) -> None:
    doctor: User = make_account(Role.PRESCRIBER)
    let_in(person, doctor)
    in_plan(person, 1000, days=4)
    surgery = today_of(person) + dt.timedelta(days=12)
    told(signed_in(person), surgery=surgery.isoformat())
    assert talk(person, 10) in feed_of(person), "told is not decided"
    begins = (surgery - dt.timedelta(days=3)).isoformat()
    decided = {"do": "decide", "answer": "yes", "from_day": begins, "reason": ""}
    page = f"/people/{person.pk}/plan/"
    assert signed_in(doctor).post(page, decided).status_code == 302
    read = feed_of(person)
    assert "Talk about" not in read
    assert "SUMMARY:Check-in" in read, "the diary goes on"


def test_a_running_schedule_holds_the_steps(person: Person) -> None:
    in_plan(person, 1000, days=4)
    suits(person)
    open_trial(person)
    assert "Talk about" not in feed_of(person)
