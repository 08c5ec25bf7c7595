"""A trusted phone records and corrects today, and reads nothing."""

import datetime as dt
import json
import re
import uuid
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from lodose.server.accounts.models import TrustedDevice
from lodose.server.audit.models import Event
from lodose.server.records.clock import today_of
from lodose.server.records.models import CheckIn, Person, Trial, TrialPeriod
from server_support.people import check_in, make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def trusted_phone(person: Person) -> Client:
    """A browser that holds the device's cookie and no session."""
    browser = signed_in(person)
    assert browser.post("/today/device/").status_code == 302
    del browser.cookies[settings.SESSION_COOKIE_NAME]
    return browser


def send(browser: Client, **fields: Any) -> Any:
    as_json = fields.pop("as_json", False)
    named = {name.replace("outcome_", "outcome-"): value for name, value in fields.items()}
    named.setdefault("id", str(uuid.uuid4()))
    headers = {"Accept": "application/json"} if as_json else {}
    return browser.post("/today/", named, headers=headers)


def page_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_cookie_is_strict_and_its_trust_is_an_event() -> None:
    person = make_person()
    browser = signed_in(person)
    browser.post("/today/device/")
    cookie = browser.cookies[settings.DEVICE_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["path"] == "/today/"
    assert cookie["max-age"] == 90 * 86_400
    assert bool(cookie["secure"]) == settings.SESSION_COOKIE_SECURE
    device = TrustedDevice.objects.get(user=person.user)
    assert cookie.value not in (device.token_hash, str(device.pk))
    assert Event.objects.filter(chain_id=person.chain_id, kind="device-trusted").exists()
    browser.post("/today/device/")
    assert TrustedDevice.objects.count() == 1


def test_a_trusted_phone_checks_in_and_reads_nothing_of_the_record() -> None:
    person = make_person()
    check_in(
        person,
        today_of(person) - dt.timedelta(days=1),
        outcomes={"pain": "9"},
        side_effects=[["itchy feet", 2]],
        note="yesterday's words",
    )
    phone = trusted_phone(person)
    form = page_of(phone.get("/today/"))
    assert 'id="outcome-pain"' in form
    for private in ("itchy feet", "yesterday's words", " checked", "?day="):
        assert private not in form
    sent = send(phone, outcome_pain="4", note="secret words", red_flag="liver")
    assert sent.status_code == 302
    stored = CheckIn.objects.get(person=person, day=today_of(person))
    assert (stored.outcomes, stored.source) == ({"pain": "4"}, "device")
    receipt = page_of(phone.get(sent.headers["Location"]))
    assert "Saved with the server" in receipt
    assert "This can be your liver" in receipt
    assert "secret words" not in receipt


def test_a_correction_from_a_phone_starts_empty_and_keeps_what_it_leaves_open() -> None:
    person = make_person()
    check_in(person, outcomes={"pain": "9", "sleep": "1"}, note="from my desk")
    phone = trusted_phone(person)
    page = page_of(phone.get("/today/?correct=1"))
    assert "What you leave open here stays as it was." in page
    assert "from my desk" not in page
    assert " checked" not in page
    sent = send(phone, form="correction", outcome_pain="3")
    stored = CheckIn.objects.get(person=person)
    assert (stored.outcomes, stored.note) == ({"pain": "3", "sleep": "1"}, "from my desk")
    assert stored.versions.get().content["outcomes"] == {"pain": "9", "sleep": "1"}
    receipt = page_of(phone.get(sent.headers["Location"]))
    assert "from my desk" not in receipt


def test_everything_else_asks_a_trusted_phone_to_sign_in() -> None:
    person = make_person()
    earlier = today_of(person) - dt.timedelta(days=1)
    old = check_in(person, earlier).check_in
    phone = trusted_phone(person)
    for address in ("/diary/", "/answer/", "/treatment/", "/more/", "/account/", "/home/"):
        assert phone.get(address).headers["Location"].startswith("/accounts/login/"), address
    for address in ("skip/", "skip/undo/", "pause/", "resume/"):
        sent = phone.post(f"/today/{address}")
        assert sent.headers["Location"].startswith("/accounts/login/"), address
    receipt = phone.get(f"/today/receipt/{old.pk}/")
    assert receipt.headers["Location"].startswith("/accounts/login/")
    before = send(phone, day=earlier.isoformat(), outcome_pain="1")
    assert before.status_code == 422
    assert CheckIn.objects.get(pk=old.pk).revision == 1
    absent = phone.get(f"/today/receipt/{uuid.uuid4()}/")
    assert absent.status_code == receipt.status_code == 302


def test_the_receipt_of_one_phone_is_not_another_ones() -> None:
    person = make_person()
    first, second = trusted_phone(person), trusted_phone(person)
    sent = send(first, outcome_pain="4")
    second.cookies["receipt"] = first.cookies["receipt"].value
    assert first.get(sent.headers["Location"]).status_code == 200
    assert second.get(sent.headers["Location"]).status_code == 302
    first.cookies["receipt"] = "forged"
    assert first.get(sent.headers["Location"]).status_code == 302


def test_an_entry_from_before_midnight_still_arrives_by_a_trusted_phone() -> None:
    person = make_person()
    phone = trusted_phone(person)
    yesterday = today_of(person) - dt.timedelta(days=1)
    written = dt.datetime.combine(yesterday, dt.time(20), dt.UTC).isoformat()
    common = {"day": yesterday.isoformat(), "source": "offline", "as_json": True}
    sent = send(phone, outcome_pain="4", written_at=written, **common)
    assert sent.status_code == 200
    assert not CheckIn.objects.get(person=person).late
    # Sent again it changes nothing; another entry for a day that is over corrects nothing.
    first = CheckIn.objects.get(person=person)
    again = send(phone, id=str(first.pk), outcome_pain="4", written_at=written, **common)
    assert again.json()["outcome"] == "unchanged"
    assert send(phone, outcome_pain="9", written_at=written, **common).status_code == 401
    assert CheckIn.objects.get(person=person).outcomes == {"pain": "4"}
    # Written today about yesterday: that is not today's entry.
    now = timezone.now().isoformat()
    assert send(phone, outcome_pain="5", written_at=now, **common).status_code == 422


@pytest.mark.parametrize("end", ["revoked", "expired", "inactive", "forgotten", "unknown"])
def test_a_phone_whose_trust_has_ended_is_asked_to_sign_in(end: str) -> None:
    person = make_person()
    phone = trusted_phone(person)
    assert phone.get("/today/").status_code == 200
    if end == "revoked":
        TrustedDevice.objects.update(revoked_at=timezone.now())
    elif end == "expired":
        TrustedDevice.objects.update(expires_at=timezone.now())
    elif end == "inactive":
        person.user.is_active = False
        person.user.save()
    elif end == "forgotten":
        phone.post("/today/device/end/")
        assert TrustedDevice.objects.get().revoked_at is not None
    else:
        phone.cookies[settings.DEVICE_COOKIE_NAME] = "x" * 43
    assert phone.get("/today/").status_code == 302
    assert send(phone, outcome_pain="4").headers["Location"].startswith("/accounts/login/")
    assert send(phone, outcome_pain="4", as_json=True).status_code == 401
    assert phone.get("/today/token/").status_code == 401
    assert CheckIn.objects.count() == 0


def test_a_sealed_trial_is_as_sealed_on_a_trusted_phone() -> None:
    person = make_person()
    trial = Trial.objects.create(person=person, sealed=True, plan={"outcomes": []})
    day = today_of(person)
    TrialPeriod.objects.create(trial=trial, number=1, first_day=day, last_day=day, kit="K-1")
    phone = trusted_phone(person)
    page = page_of(phone.get("/today/"))
    assert "Kit K-1" in page
    assert not re.search(r"\bm[gL]\b", page)
    assert send(phone, dose="other", dose_mg="3").status_code == 422


def test_forms_of_a_trusted_phone_need_their_token() -> None:
    person = make_person()
    secret = trusted_phone(person).cookies[settings.DEVICE_COOKIE_NAME].value
    strict = Client(enforce_csrf_checks=True)
    strict.cookies[settings.DEVICE_COOKIE_NAME] = secret
    assert send(strict, outcome_pain="4").status_code == 403
    token = strict.get("/today/token/").json()["token"]
    fields = {"id": str(uuid.uuid4()), "outcome-pain": "4"}
    sent = strict.post("/today/", fields, headers={"X-CSRFToken": token})
    assert sent.status_code == 302
    assert CheckIn.objects.count() == 1


def test_a_phone_that_asks_for_json_gets_json() -> None:
    person = make_person()
    browser = signed_in(person)
    entry = str(uuid.uuid4())
    made = send(browser, id=entry, outcome_pain="4", as_json=True, source="offline")
    again = send(browser, id=entry, outcome_pain="4", as_json=True, source="offline")
    assert (made.json()["state"], made.json()["outcome"]) == ("server", "made")
    assert again.json()["outcome"] == "unchanged"
    assert browser.get(made.json()["receipt"]).status_code == 200
    wrong = send(browser, outcome_pain="44", as_json=True)
    assert wrong.status_code == 422
    assert wrong.json()["problems"]["pain"].startswith("44 is outside")
    assert CheckIn.objects.count() == 1


def test_the_token_names_the_account_without_saying_whose_it_is() -> None:
    mira, noor = make_person("mira"), make_person("noor")
    first = signed_in(mira).get("/today/token/").json()
    second = signed_in(noor).get("/today/token/").json()
    assert first["account"] != second["account"]
    assert first["account"] == trusted_phone(mira).get("/today/token/").json()["account"]
    assert f'data-account="{first["account"]}"' in page_of(signed_in(mira).get("/today/"))
    for known in (str(mira.pk), str(mira.user_id), "mira"):
        assert known not in json.dumps(first)


def test_the_worker_keeps_only_what_anybody_may_see() -> None:
    worker = Client().get("/service-worker.js")
    script = worker.content.decode()
    assert worker.headers["Content-Type"] == "text/javascript"
    assert worker.headers["Cache-Control"] == "no-cache"
    files = json.loads(re.search(r"const FILES = (\[.*\]);", script)[1])  # type: ignore[index]
    pages = json.loads(re.search(r"const PAGES = (\[.*\]);", script)[1])  # type: ignore[index]
    assert pages == ["/red-flags/", "/today/offline/", "/no-connection/"]
    for name in files:
        assert finders.find(name.removeprefix(settings.STATIC_URL)), name
    for address in pages:
        assert Client().get(address).status_code == 200


def test_the_first_pages_of_a_phone_carry_no_name_of_a_drug() -> None:
    manifest = Client().get("/manifest.webmanifest")
    assert manifest.headers["Content-Type"] == "application/manifest+json"
    offline = Client().get("/today/offline/").content.decode()
    title = re.search(r"<title>(.*?)</title>", offline, re.S)
    for text in (manifest.content.decode(), title and title[1]):
        assert text
        assert not re.search(r"naltrexone|LDN|dose|pain", text, re.I)
