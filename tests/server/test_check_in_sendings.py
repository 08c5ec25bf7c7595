"""Sendings in any order and any number come to one day."""

import datetime as dt
import itertools
import uuid
from unittest.mock import patch

import pytest
from django.utils import timezone

from lodose.server.records.clock import today_of
from lodose.server.records.models import CheckIn
from lodose.server.records.pauses import skip_day
from server_support.people import check_in, make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_what_a_phone_kept_comes_to_the_same_day_in_any_order(order: tuple[int, ...]) -> None:
    person = make_person()
    browser = signed_in(person)
    now = timezone.now()
    answers = (
        {"outcome-pain": "3", "note": "morning"},
        {"outcome-sleep": "4"},
        {"outcome-pain": "5", "no_side_effects": "1", "note": "evening"},
    )
    kept = [
        {
            "id": str(uuid.uuid4()),
            "source": "offline",
            "day": today_of(person).isoformat(),
            "written_at": (now - dt.timedelta(minutes=30 - number)).isoformat(),
        }
        | answer
        for number, answer in enumerate(answers)
    ]
    from lodose.server.records.red_flags import red_flag_ids

    flag = sorted(red_flag_ids())[0]
    kept[0]["red_flag"] = flag
    for number in (*order, *order):
        assert browser.post("/today/", kept[number]).status_code == 302
    day = CheckIn.objects.get(person=person)
    assert day.outcomes == {"pain": "5", "sleep": "4"}
    assert day.side_effects == []
    assert day.red_flags == [flag]
    assert set(day.note.split("\n")) == {"morning", "evening"}
    assert day.revision <= 3


def test_a_second_form_sent_twice_is_one_correction() -> None:
    person = make_person()
    browser = signed_in(person)
    browser.post("/today/", {"id": str(uuid.uuid4()), "outcome-pain": "3", "note": "a"})
    second = {"id": str(uuid.uuid4()), "outcome-sleep": "4", "note": "b"}
    for _ in range(3):
        assert browser.post("/today/", second).status_code == 302
    day = CheckIn.objects.get()
    assert (day.revision, day.outcomes, day.note) == (2, {"pain": "3", "sleep": "4"}, "a\nb")
    # Somebody who goes back and changes the answer is heard.
    browser.post("/today/", second | {"outcome-sleep": "6"})
    day.refresh_from_db()
    assert (day.revision, day.outcomes["sleep"]) == (3, "6")


def test_a_skipped_day_that_is_filled_later_is_late() -> None:
    person = make_person()
    now = timezone.now()
    yesterday = today_of(person) - dt.timedelta(days=1)
    with patch("django.utils.timezone.now", return_value=now - dt.timedelta(days=1)):
        skip_day(person, yesterday)
    assert not CheckIn.objects.get().late
    assert check_in(person, yesterday).check_in.late


def test_a_fast_clock_writes_no_later_than_it_arrives() -> None:
    made = check_in(
        make_person(), source="offline", written_at=timezone.now() + dt.timedelta(minutes=4)
    ).check_in
    assert made.written_at <= made.received_at
