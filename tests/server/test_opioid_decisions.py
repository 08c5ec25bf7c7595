"""Beside an opioid no dose is decided: a prescriber may, with a reason; a person alone may not."""

import datetime as dt
from typing import Any

import pytest

from lodose.server.accounts.models import Role, User
from lodose.server.audit.models import Event
from lodose.server.records.before_models import RuleOverride
from lodose.server.records.clock import today_of
from lodose.server.records.models import DoseStep, Medicine, Person, Trial
from server_support.people import check_in, let_in, make_account, make_person, signed_in
from server_support.programs import Program

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


@pytest.fixture
def person() -> Person:
    return make_person("mira")


@pytest.fixture
def prescriber(person: Person) -> User:
    account = make_account(Role.PRESCRIBER)
    let_in(person, account)
    return account


def takes(person: Person, name: str = "tramadol 50 mg", **more: Any) -> Medicine:
    return Medicine.objects.create(person=person, name=name, opioid=True, **more)


RULE = "OPI-002-tramadol"


def typed(person: Person, **more: str) -> dict[str, str]:
    day = today_of(person).isoformat()
    return {"kind": "start", "from_day": day, "dose_mg": "1.5", **more}


def test_the_prescriber_is_warned_and_goes_on_only_with_a_reason_that_is_kept(
    person: Person, prescriber: User
) -> None:
    takes(person)
    browser, path = signed_in(prescriber), f"/people/{person.pk}/dose/"
    for shown in (f"/people/{person.pk}/", path):
        page = browser.get(shown).content.decode()
        assert "Contraindicated: do not start or go on" in page
        assert "<strong>Tramadol</strong>: tramadol 50 mg" in page
    refused = browser.post(path, typed(person))
    assert refused.status_code == 422
    page = refused.content.decode()
    assert 'href="#id_despite"' in page
    assert 'href="#id_reason"' in page
    assert 'value="1.5"' in page
    assert browser.post(path, typed(person, despite=RULE, reason=" ")).status_code == 422
    assert browser.post(path, typed(person, reason="rotation is planned")).status_code == 422
    assert not DoseStep.objects.exists()
    kept = browser.post(path, typed(person, despite=RULE, reason="rotation is planned"))
    assert kept.status_code == 302
    step = DoseStep.objects.get()
    assert (step.reason, step.decided_by) == ("rotation is planned", prescriber)
    event = Event.objects.get(chain_id=person.chain_id, kind="dose-decided")
    assert (event.details or {})["despite"] == [RULE]
    kept = RuleOverride.objects.get()
    assert (kept.rule, kept.fired_by, kept.by_name) == (RULE, ["tramadol 50 mg"], "prescriber")
    assert "rotation is planned" in signed_in(person).get("/treatment/").content.decode()


def test_a_pause_or_a_stop_needs_no_reason(person: Person, prescriber: User) -> None:
    browser, path = signed_in(prescriber), f"/people/{person.pk}/dose/"
    assert browser.post(path, typed(person)).status_code == 302
    takes(person)
    assert browser.post(path, typed(person, kind="pause", dose_mg="")).status_code == 302
    assert browser.post(path, typed(person, kind="stop", dose_mg="")).status_code == 302
    assert browser.get(path).content.decode().count("Contraindicated") == 1


def test_without_an_opioid_nothing_is_asked(person: Person, prescriber: User) -> None:
    long_ago = today_of(person) - dt.timedelta(days=200)
    takes(person, last_day=long_ago)
    Medicine.objects.create(person=person, name="ibuprofen")
    page = signed_in(prescriber).get(f"/people/{person.pk}/dose/").content.decode()
    assert "Contraindicated" not in page
    assert "despite" not in page


@pytest.mark.parametrize("how", ["listed", "ended lately", "ticked in a check-in"])
def test_a_person_alone_cannot_set_it_aside(person: Person, how: str) -> None:
    if how == "listed":
        takes(person)
    elif how == "ended lately":
        takes(person, last_day=today_of(person) - dt.timedelta(days=3))
    else:
        check_in(person, red_flags=["opioid-needed"])
    browser, day = signed_in(person), today_of(person).isoformat()
    agreed = {"agreed_with": "my doctor", "agreed_on": day}
    ticked = {"despite": RULE, "settled": "on", "reason": "I want to have it"}
    for path, sent in (
        ("/treatment/dose/", typed(person, **agreed, **ticked)),
        (
            "/treatment/schedule/",
            {
                "design": "randomised-open",
                "length": "4x14",
                "first_day": day,
                "dose_mg": "1.5",
                **agreed,
                **ticked,
            },
        ),
    ):
        assert (
            "Do not stop any other medicine for this; talk first"
            in browser.get(path).content.decode()
        )
        refused = browser.post(path, sent)
        assert refused.status_code == 422
        assert "Do not start or go on" in refused.content.decode()
    program = Program(person)
    refused = program.post(
        "/treatment/dose-steps",
        {"kind": "start", "from_day": day, "dose_micrograms": 1500, **agreed}
        | {"despite": [RULE], "settled": True, "reason": "I want to have it"},
    )
    assert refused.status_code == 422
    assert not DoseStep.objects.exists()
    assert not Trial.objects.exists()
