"""Periods start only where a prescriber confirmed five points, and while that stands."""

import datetime as dt
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from lodose.server.accounts.models import Role
from lodose.server.audit.models import Event
from lodose.server.records.before_models import Suitability
from lodose.server.records.clock import today_of
from lodose.server.records.models import LifeEvent, Medicine, Person, Trial
from lodose.server.records.suitability import standing
from lodose.trial.suitability import POINTS
from server_support.people import let_in, make_account, make_person, signed_in, suits

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

EVERY = dict.fromkeys(POINTS, "on")


def agreed(person: Person, **changed: str) -> dict[str, str]:
    return {"agreed_with": "my doctor", "agreed_on": today_of(person).isoformat()} | changed


def start(person: Person, browser: Client) -> Any:
    wish = {
        "design": "randomised-open",
        "length": "4x14",
        "first_day": today_of(person).isoformat(),
        "dose_mg": "4.5",
        "settled": "on",
    }
    return browser.post("/treatment/schedule/", wish | agreed(person))


def test_without_a_confirmation_no_schedule_starts_and_the_page_says_where() -> None:
    person = make_person()
    browser = signed_in(person)
    refused = start(person, browser)
    shown = refused.content.decode()
    assert refused.status_code == 422
    assert "a prescriber confirms that they suit. It was not confirmed yet." in shown
    assert 'href="/treatment/suits/"' in shown
    assert Trial.objects.count() == 0
    suits(person)
    assert start(person, browser).status_code == 302
    assert Trial.objects.count() == 1


def test_every_point_is_confirmed_with_a_prescriber_or_nothing_is() -> None:
    person = make_person()
    browser = signed_in(person)
    asked = browser.get("/treatment/suits/").content.decode()
    for point in POINTS.values():
        assert point.says in asked
        assert point.reason in asked
    assert "checked" not in asked, "nothing is ticked beforehand"
    for name in POINTS:
        without = {key: value for key, value in EVERY.items() if key != name}
        refused = browser.post("/treatment/suits/", without | agreed(person))
        assert refused.status_code == 422
        assert f"id_{name}" in refused.content.decode().partition("error-summary")[2]
    assert browser.post("/treatment/suits/", EVERY).status_code == 422
    assert Suitability.objects.count() == 0
    assert browser.post("/treatment/suits/", EVERY | agreed(person)).status_code == 302
    assert Suitability.objects.get().points == list(POINTS)
    assert "Confirmed with my doctor" in browser.get("/treatment/suits/").content.decode()
    assert Event.objects.filter(kind="suitability-confirmed").count() == 1
    assert browser.post("/treatment/suits/", {"do": "take-back"}).status_code == 302
    assert standing(person) is None
    assert start(person, browser).status_code == 422


def test_a_prescriber_confirms_by_their_account_and_nobody_elses() -> None:
    person = make_person()
    doctor, stranger = make_account(Role.PRESCRIBER, "doctor"), make_account(Role.PRESCRIBER, "no")
    let_in(person, doctor)
    page = f"/people/{person.pk}/suits/"
    assert signed_in(stranger).post(page, EVERY).status_code == 404
    assert signed_in(make_person("other")).get(page).status_code == 404
    browser = signed_in(doctor)
    assert browser.post(page, {"chronic": "on"}).status_code == 422
    assert browser.post(page, EVERY).status_code == 302
    row = Suitability.objects.get()
    assert (row.decided_by, row.agreed_with) == (doctor, "")
    own = signed_in(person).get("/treatment/suits/").content.decode()
    assert f"{doctor.shown_name} confirmed every point" in own


def test_after_three_months_it_is_asked_again() -> None:
    person = make_person()
    browser = signed_in(person)
    suits(person)
    later = timezone.now() + dt.timedelta(days=91)
    with patch("django.utils.timezone.now", return_value=later):
        assert standing(person) is not None
    later += dt.timedelta(days=1)
    with patch("django.utils.timezone.now", return_value=later):
        assert standing(person) is None
        refused = start(person, signed_in(person))
        assert "more than three months ago" in refused.content.decode()
    old = today_of(person) - dt.timedelta(days=92)
    sent = browser.post("/treatment/suits/", EVERY | agreed(person, agreed_on=old.isoformat()))
    assert sent.status_code == 422


@pytest.mark.parametrize(
    ("what", "days", "stops"),
    [("flare", 0, True), ("flare", 94, False), ("infection", 0, False)],
)
def test_a_flare_in_the_diary_asks_again_and_speaks_against_the_point(
    what: str, days: int, stops: bool
) -> None:
    person = make_person()
    suits(person)
    day = today_of(person) - dt.timedelta(days=days)
    LifeEvent.objects.create(person=person, day=day, what=what, days=3)
    browser = signed_in(person)
    assert (standing(person) is None) == stops
    sent = browser.post("/treatment/suits/", EVERY | agreed(person))
    assert sent.status_code == (422 if stops else 302)
    if stops:
        assert "The diary names a flare up to" in sent.content.decode()
        assert "The diary names a flare up to" in start(person, browser).content.decode()


@pytest.mark.parametrize("modifying", [True, False])
@pytest.mark.parametrize("field", ["first_day", "last_day"])
def test_a_change_of_disease_modifying_treatment_asks_again(modifying: bool, field: str) -> None:
    person = make_person()
    suits(person)
    medicine = Medicine.objects.create(
        person=person, name="methotrexate", disease_modifying=modifying, **{field: today_of(person)}
    )
    assert (standing(person) is None) == modifying
    Medicine.objects.filter(pk=medicine.pk).update(**{field: dt.date(2020, 1, 1)})
    assert standing(person) is not None
