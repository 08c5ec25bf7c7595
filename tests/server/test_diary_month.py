"""The calendar and the picture of the diary, by HTTP."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from lodose.server.accounts.models import Role
from lodose.server.answers.diary_picture import diary_picture
from lodose.server.answers.models import Rendering
from lodose.server.records.clock import today_of
from lodose.server.records.models import Pause
from server_support.people import check_in, make_account, make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def cell(page: str, day: object) -> str:
    found = re.search(rf'<a class="day[^>]*href="{day}/".*?</a>', page)
    assert found, f"no cell for {day}"
    return found.group()


def test_calendar_says_what_became_of_each_day() -> None:
    person = make_person()
    today = today_of(person)
    first = today - timedelta(days=70)
    days = [first + timedelta(days=step) for step in range(5)]
    check_in(person, days[0])  # written today: after the day was over
    check_in(person, days[1], skipped=True, outcomes={})
    Pause.objects.create(person=person, first_day=days[2], last_day=days[2])
    browser = signed_in(person)
    text = "".join(
        browser.get(f"/diary/?month={month:%Y-%m}").content.decode()
        for month in {day.replace(day=1): 0 for day in days}
    )
    assert "day late" in cell(text, days[0])
    assert "recorded later" in cell(text, days[0])
    assert "day paused" in cell(text, days[1])
    assert ", skipped" in cell(text, days[1])
    assert "day paused" in cell(text, days[2])
    assert ", paused" in cell(text, days[2])
    assert "day missing" in cell(text, days[3])
    check_in(person)
    now = browser.get("/diary/").content.decode()
    assert "day done" in cell(now, today)
    assert 'aria-current="date"' in cell(now, today)
    assert now.count('aria-current="date"') == 1
    # A month that has not begun, and one that is none, are not there.
    assert browser.get("/diary/?month=2199-01").status_code == 404
    assert browser.get("/diary/?month=nonsense").status_code == 404


def test_an_empty_diary_shows_a_way_on() -> None:
    browser = signed_in(make_person())
    page = browser.get("/diary/").content.decode()
    assert "Your diary is empty" in page
    assert 'href="/today/"' in page
    assert "picture-" not in page
    assert browser.get("/diary/picture-720.svg").status_code == 404


def test_the_picture_is_drawn_once_and_holds_no_dose() -> None:
    person = make_person()
    today = today_of(person)
    for step in range(6):
        check_in(
            person,
            today - timedelta(days=step),
            outcomes={"pain": str(step)},
            dose_micrograms=4321,
        )
    browser = signed_in(person)
    page = browser.get("/diary/").content.decode()
    assert "/diary/picture-340.svg" in page
    assert "lowest 0, highest 5" in page
    drawn = browser.get("/diary/picture-720.svg")
    assert drawn.headers["Content-Type"] == "image/svg+xml"
    assert drawn.headers["Cache-Control"] == "no-store"
    text = drawn.content.decode()
    assert text.startswith("<svg ")
    assert "style=" not in text
    assert "4321" not in text
    assert "active" not in text.lower()
    assert Rendering.objects.get(person=person).content
    Rendering.objects.update(content=b"<svg>kept</svg>")
    assert diary_picture(person, 720) == "<svg>kept</svg>"
    check_in(person, today, outcomes={"pain": "9"}, reason="slip")
    assert browser.get("/diary/picture-720.svg").content != b"<svg>kept</svg>"
    assert Rendering.objects.filter(person=person).count() == 1
    assert browser.get("/diary/picture-99.svg").status_code == 404


def test_the_diary_is_the_persons_alone() -> None:
    assert signed_in(make_account(Role.PRESCRIBER)).get("/diary/").status_code == 404
    assert Client().get("/diary/").status_code == 302


def test_a_month_costs_the_same_however_much_is_written(
    django_assert_max_num_queries: Any,
) -> None:
    person = make_person()
    today = today_of(person)
    for step in range(40):
        check_in(person, today - timedelta(days=step))
    browser = signed_in(person)
    browser.get("/diary/")  # the session notes once that it was used
    with django_assert_max_num_queries(14):
        browser.get("/diary/")
