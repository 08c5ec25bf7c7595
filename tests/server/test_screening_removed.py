"""An opioid that is taken out of the list goes on stopping; a slip of the fingers does not."""

import datetime as dt
import html
from typing import Any

import pytest
from django.utils import timezone

from lodose.server.accounts.models import Role, User
from lodose.server.audit.chain import verify
from lodose.server.audit.models import Chain, Event
from lodose.server.records.before_models import BeforeStart, Raised
from lodose.server.records.clock import today_of
from lodose.server.records.models import DoseStep, Medicine, Person
from lodose.server.records.screening import screened, up_to_date
from lodose.server.spoken import said_day
from server_support.people import let_in, make_account, make_person, signed_in
from server_support.programs import Program

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

TITLE = "A medicine that may be an opioid was removed from the list"
REASON = "never taken, it was the syrup of the brother"


@pytest.fixture
def person() -> Person:
    made = make_person("mira")
    sent = signed_in(made).post(
        "/screening/", {"part": "lists", "medicines_whole": "on", "laboratory_whole": "on"}
    )
    assert sent.status_code == 302
    return made


@pytest.fixture
def prescriber(person: Person) -> User:
    account = make_account(Role.PRESCRIBER)
    let_in(person, account)
    return account


def said(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def listed(person: Person, name: str, *, hours: int = 5, **more: str) -> str:
    """Write a medicine into the list, as many hours ago; its address."""
    fields = {"name": name, **more}
    assert signed_in(person).post("/diary/medicines/add/", fields).status_code == 302
    item = Medicine.objects.get(person=person, name=name, removed_at=None)
    added = Event.objects.get(kind="medicine-added", details__item=str(item.pk))
    Event.objects.filter(pk=added.pk).update(at=added.at - dt.timedelta(hours=hours))
    return f"/diary/medicines/{item.pk}/"


def start(person: Person, **more: str) -> dict[str, str]:
    day = today_of(person).isoformat()
    agreed = {"agreed_with": "my doctor", "agreed_on": day, "settled": "on"}
    return {"kind": "start", "from_day": day, "dose_mg": "1.5", **agreed, **more}


def is_whole(person: Person) -> bool:
    return BeforeStart.objects.get(person=person).medicines_whole_at is not None


def test_removing_an_opioid_goes_on_stopping_and_the_list_is_asked_for_again(
    person: Person, prescriber: User
) -> None:
    browser, desk = signed_in(person), signed_in(prescriber)
    address = listed(person, "tramadol")
    # Without a reason nothing is removed.
    assert browser.post(f"{address}remove/", {"reason": " "}).status_code == 422
    assert is_whole(person)
    assert browser.post(f"{address}remove/", {"reason": "not mine"}).status_code == 302
    assert not is_whole(person)
    assert "medicines" in screened(person).not_asked
    refused = browser.post("/treatment/dose/", start(person))
    assert refused.status_code == 422
    assert f"Do not start or go on: {TITLE} (tramadol)" in said(refused)
    # To say that the list is whole ends nothing.
    browser.post("/screening/", {"part": "lists", "medicines_whole": "on"})
    assert is_whole(person)
    assert browser.post("/treatment/dose/", start(person)).status_code == 422
    assert not DoseStep.objects.exists()
    page = said(browser.get("/screening/"))
    day = said_day(today_of(person))
    assert TITLE in page
    assert "30 days" not in page
    assert f"removed from the list on {day}" not in page
    # The prescriber sees it, with the day, and decides.
    assert TITLE in said(desk.get("/panel/"))
    page = said(desk.get(f"/people/{person.pk}/screening/"))
    assert f"tramadol was removed from the list on {day}." in page
    sent = start(person, despite="OPI-removed", reason=REASON)
    assert desk.post(f"/people/{person.pk}/dose/", sent).status_code == 302
    event = Event.objects.get(chain_id=person.chain_id, kind="medicine-removed")
    details = event.details or {}
    assert details["reason"] == "not mine"
    assert details["content"]["name"] == "tramadol"
    assert details["whole_asked_again"] is True


def test_who_has_started_goes_no_step_on(person: Person) -> None:
    browser = signed_in(person)
    assert browser.post("/treatment/dose/", start(person)).status_code == 302
    address = listed(person, "tramadol")
    browser.post(f"{address}remove/", {"reason": "not mine"})
    refused = browser.post("/treatment/dose/", start(person, kind="step", dose_mg="3"))
    assert refused.status_code == 422
    assert f"Do not start or go on: {TITLE} (tramadol)" in said(refused)
    assert DoseStep.objects.count() == 1


def test_it_stops_for_a_while_and_not_for_ever(person: Person) -> None:
    address = listed(person, "cough medicine XY", opioid="yes")
    signed_in(person).post(f"{address}remove/", {"reason": "not mine"})
    for days, stops in ((29, True), (31, False)):
        at = timezone.now() - dt.timedelta(days=days)
        Medicine.objects.filter(person=person).update(removed_at=at)
        Event.objects.filter(kind="medicine-added").update(at=at - dt.timedelta(days=1))
        found = up_to_date(person)
        assert [each.rule.id for each in found.findings if each.stops] == ["OPI-removed"] * stops
        assert Raised.objects.filter(rule="OPI-removed", settled_at=None).exists() is stops
    assert signed_in(person).post("/treatment/dose/", start(person)).status_code == 302


def test_a_slip_only_asks_for_the_list_again(person: Person) -> None:
    address = listed(person, "tramadol", hours=0)
    signed_in(person).post(f"{address}remove/", {"reason": "typed wrongly"})
    assert not is_whole(person)
    assert screened(person).outcome.value != "do not start"
    assert signed_in(person).post("/treatment/dose/", start(person)).status_code == 302


def test_an_opioid_that_stands_in_the_list_again_stops_by_its_own_rule(person: Person) -> None:
    address = listed(person, "tramadol")
    signed_in(person).post(f"{address}remove/", {"reason": "not mine"})
    again = listed(person, "tramadol", hours=0)
    rules = {each.rule.id for each in screened(person).findings if each.stops}
    assert rules == {"OPI-002-tramadol"}
    # That it goes again at once makes no slip of the first one.
    signed_in(person).post(f"{again}remove/", {"reason": "typed wrongly"})
    rules = {each.rule.id for each in screened(person).findings if each.stops}
    assert rules == {"OPI-removed"}


@pytest.mark.parametrize("new", [{"name": "paracetamol"}, {"name": "Foobarol", "as_typed": "on"}])
def test_an_opioid_does_not_go_by_another_name(person: Person, new: dict[str, str]) -> None:
    address = listed(person, "tramadol")
    sent = signed_in(person).post(address, {"reason": "wrong name", **new})
    assert sent.status_code == 302, said(sent)
    assert not is_whole(person)
    fired = {each.rule.id: each.fired_by for each in screened(person).findings if each.stops}
    assert fired == {"OPI-removed": ("tramadol",)}
    assert signed_in(person).post("/treatment/dose/", start(person)).status_code == 422


def test_what_is_no_opioid_is_removed_and_nothing_is_asked(person: Person) -> None:
    address = listed(person, "paracetamol")
    signed_in(person).post(f"{address}remove/", {"reason": "over"})
    assert is_whole(person)
    assert signed_in(person).post("/treatment/dose/", start(person)).status_code == 302


def test_what_ended_long_ago_and_stopped_nothing_stops_nothing_when_it_goes(
    person: Person,
) -> None:
    last = (today_of(person) - dt.timedelta(days=900)).isoformat()
    address = listed(person, "tramadol", last_day=last, regular="no")
    signed_in(person).post(f"{address}remove/", {"reason": "over"})
    assert not is_whole(person)
    assert not [each for each in screened(person).findings if each.stops]


def test_a_program_is_held_to_it_too(person: Person) -> None:
    program = Program(person)
    item = listed(person, "tramadol").split("/")[-2]
    assert program.post(f"/medicines/{item}/removal", {"reason": ""}).status_code == 422
    assert is_whole(person)
    assert program.post(f"/medicines/{item}/removal", {"reason": "not mine"}).status_code == 200
    assert not is_whole(person)
    assert TITLE in str(program.get("/screening").json())


def test_the_chain_of_events_stays_whole(person: Person) -> None:
    """A new name leaves what stood there before as a row that was removed."""
    signed_in(person).post("/diary/medicines/add/", {"name": "tramadol"})
    item = Medicine.objects.get()
    address = f"/diary/medicines/{item.pk}/"
    change = {"name": "paracetamol", "reason": "typed wrongly"}
    assert signed_in(person).post(address, change).status_code == 302
    # As new as a slip, it leaves nothing.
    assert Medicine.objects.get().name == "paracetamol"
    assert not is_whole(person)
    assert verify(Chain.objects.get(pk=person.chain_id)) == []
