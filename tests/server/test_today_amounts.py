"""What a slip of the hand writes into the check-in: refused or asked back, never guessed."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client

from lodose.server.records.models import CheckIn, Outcome
from server_support.people import make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def send(browser: Client, **fields: str) -> Any:
    """Send today's form; `outcome_pain` stands for the field `outcome-pain`."""
    named = {name.replace("outcome_", "outcome-"): text for name, text in fields.items()}
    return browser.post("/today/", {"id": str(uuid.uuid4()), **named})


def page_of(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "yesterday", "2026-13-01"]
)
def test_a_phone_with_an_impossible_clock_is_believed_nothing(moment: str) -> None:
    person = make_person(time_zone="America/New_York")
    sent = signed_in(person).post(
        "/today/",
        {
            "id": str(uuid.uuid4()),
            "source": "offline",
            "written_at": moment,
            "outcome-pain": "4",
            "note": "a\x00b",
        },
    )
    assert sent.status_code == 302, sent.content.decode()
    entry = CheckIn.objects.get(person=person)
    assert abs(entry.received_at - entry.written_at) < dt.timedelta(minutes=1)
    assert entry.note == "ab"


@pytest.mark.parametrize("typed", ["4_5", "1e1", "+4", "4.5555", ".", "٤", "123456"])
def test_an_amount_that_is_no_plain_number_is_refused(typed: str) -> None:
    person = make_person()
    answer = send(signed_in(person), outcome_pain="4", dose="other", dose_mg=typed)
    assert answer.status_code == 422
    assert not CheckIn.objects.filter(person=person).exists()


def test_a_large_amount_is_asked_back_and_may_be_confirmed() -> None:
    person = make_person()
    browser = signed_in(person)
    asked = send(browser, outcome_pain="4", dose="other", dose_mg="45")
    assert asked.status_code == 422
    assert "45 mg is a large amount" in page_of(asked)
    assert 'name="dose_again" value="45"' in page_of(asked)
    other = send(browser, outcome_pain="4", dose="other", dose_mg="44", dose_again="45")
    assert other.status_code == 422, "the box confirms the amount beside it and no other"
    sent = send(browser, outcome_pain="4", dose="other", dose_mg="45", dose_again="45")
    assert sent.status_code == 302
    assert CheckIn.objects.get(person=person).dose_micrograms == 45_000


@pytest.mark.parametrize("typed", ["1e-900000", "0." + "1" * 40, "1e900000"])
def test_a_rating_with_endless_digits_is_refused(typed: str) -> None:
    person = make_person()
    Outcome.objects.filter(person=person, name="sleep").update(step=None)
    assert send(signed_in(person), outcome_sleep=typed).status_code == 422
    assert not CheckIn.objects.filter(person=person).exists()
