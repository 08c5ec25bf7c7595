"""What somebody could try, and what must not come of it."""

import datetime as dt
import uuid
from typing import Any
from unittest.mock import patch

import pytest
from allauth.account.signals import password_reset
from django.test import Client

from lodose.server.accounts.actions import (
    make_sign_in_link,
    set_time_zone,
    trust_device,
    use_sign_in_link,
)
from lodose.server.accounts.models import Role
from lodose.server.audit.chain import verify
from lodose.server.audit.models import Chain
from lodose.server.care.models import Invitation
from lodose.server.records.clock import today_of
from lodose.server.records.disclosure import DisclosedPeriod, commitment_of, disclose_schedule
from lodose.server.records.models import CheckIn, CheckInVersion, DoseStep, Person, Trial
from lodose.server.records.plans import plan_of
from lodose.server.records.problems import DecisionError
from lodose.server.records.schedules import last_day_of, latest_trial
from lodose.server.records.treatment import Decision, decide_dose, read_micrograms
from server_support.people import PASSWORD, check_in, let_in, make_account, make_person, signed_in
from server_support.programs import Program, open_trial, sealed_trial

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

DAY = dt.timedelta(days=1)


def decided(person: Person, kind: str, day: dt.date, micrograms: int = 0) -> DoseStep:
    decision = Decision(
        kind, day, micrograms, agreed_with="Practice", agreed_on=today_of(person), settled=True
    )
    return decide_dose(person, decision)


def doses(person: Person, *days: dt.date) -> list[int | None]:
    return [plan_of(person, day).dose_micrograms for day in days]


@pytest.mark.parametrize("who", ["person", "prescriber"])
def test_a_stop_by_the_api_ends_the_schedule_that_would_go_on_giving_the_dose(who: str) -> None:
    person, doctor = make_person(), make_account(Role.PRESCRIBER)
    let_in(person, doctor)
    trial = open_trial(person)
    today = today_of(person)
    assert doses(person, today) == [4500]
    path = "/treatment/dose-steps" if who == "person" else f"/people/{person.pk}/dose-steps"
    program = Program(person if who == "person" else doctor)
    late = program.post(path, {"kind": "stop", "from_day": (today + DAY).isoformat()})
    assert late.status_code == 422
    assert "ends it" in late.json()["fields"]["from_day"]
    assert doses(person, today) == [4500]
    assert program.post(path, {"kind": "stop", "from_day": today.isoformat()}).status_code == 201
    trial.refresh_from_db()
    assert trial.status == Trial.Status.STOPPED
    assert doses(person, today, today + DAY, today + 20 * DAY) == [0, 0, 0]
    assert verify(Chain.objects.get(pk=person.chain_id)) == []


@pytest.mark.parametrize("kind", ["stop", "pause"])
def test_a_stop_or_pause_takes_back_what_was_planned_for_later(kind: str) -> None:
    person = make_person()
    today = today_of(person)
    decided(person, "start", today - 9 * DAY, 1500)
    later = decided(person, "step", today + 5 * DAY, 3000)
    assert doses(person, today, today + 6 * DAY) == [1500, 3000]
    decided(person, kind, today)
    assert doses(person, today, today + 6 * DAY) == [0, 0]
    later.refresh_from_db()
    assert later.removed_at is not None
    assert verify(Chain.objects.get(pk=person.chain_id)) == []


def test_a_stop_that_a_later_decision_would_undo_is_refused() -> None:
    person = make_person()
    today = today_of(person)
    decided(person, "start", today - 9 * DAY, 1500)
    decided(person, "step", today - 2 * DAY, 3000)
    with pytest.raises(DecisionError, match="from today on"):
        decided(person, "stop", today - 5 * DAY)
    assert doses(person, today) == [3000]
    decided(person, "stop", today - 2 * DAY)
    assert doses(person, today) == [0]


def test_another_time_zone_brings_no_answer_before_its_day() -> None:
    person = make_person(time_zone="Pacific/Pago_Pago")
    trial = open_trial(person)
    last = last_day_of(trial)
    half_past_midnight = dt.datetime.combine(last, dt.time(11, 30), dt.UTC)
    with patch("django.utils.timezone.now", return_value=half_past_midnight):
        set_time_zone(person, "Pacific/Kiritimati")
        assert today_of(person) == last + DAY
        found = latest_trial(person)
        assert found is not None
        assert found.status == Trial.Status.RUNNING
    with patch("django.utils.timezone.now", return_value=half_past_midnight + DAY):
        found = latest_trial(person)
        assert found is not None
        assert found.status == Trial.Status.FINISHED


def test_nor_the_arms_of_a_sealed_trial() -> None:
    person = make_person(time_zone="Pacific/Pago_Pago")
    trial = sealed_trial(person)
    Trial.objects.filter(pk=trial.pk).update(
        status=Trial.Status.FINISHED, plan=trial.plan | {"time_zone": "Pacific/Pago_Pago"}
    )
    last = last_day_of(trial)
    set_time_zone(person, "Pacific/Kiritimati")
    moment = dt.datetime.combine(last, dt.time(11, 30), dt.UTC)
    arms = [DisclosedPeriod(1, "active"), DisclosedPeriod(2, "comparator")]
    with (
        patch("django.utils.timezone.now", return_value=moment),
        pytest.raises(DecisionError, match="after the last day"),
    ):
        disclose_schedule(trial, arms, nonce=b"n" * 32)


def test_a_commitment_without_a_secret_is_none() -> None:
    arms = [DisclosedPeriod(1, "active"), DisclosedPeriod(2, "comparator")]
    for nonce in (b"", b"n" * 31):
        with pytest.raises(ValueError, match="32 random"):
            commitment_of(arms, nonce)
    assert commitment_of(arms, b"n" * 32) != commitment_of(arms, b"m" * 32)


def test_deleting_everything_takes_the_cookie_of_the_device_too() -> None:
    person = make_person()
    browser = Client()
    browser.post("/accounts/login/", {"login": person.user.username, "password": PASSWORD})
    browser.post("/today/device/")
    kept: Any = browser.cookies["device"]
    assert kept.value
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    gone: Any = browser.post("/account/delete/", {"word": "delete"}).cookies["device"]
    assert gone["max-age"] == 0
    assert gone["path"] == kept["path"], "a browser takes it for another cookie otherwise"


@pytest.mark.parametrize("way", ["link", "mail"])
def test_a_password_that_was_lost_takes_tokens_and_trusted_devices_along(way: str) -> None:
    person = make_person()
    program, secret = Program(person), trust_device(person.user, "phone")
    phone = Client()
    phone.cookies["device"] = secret
    assert program.get("/account").status_code == 200
    assert phone.get("/today/").status_code == 200
    if way == "link":
        assert use_sign_in_link(make_sign_in_link(person.user, "first-password")) is not None
    else:
        password_reset.send(sender=type(person.user), request=None, user=person.user)
    assert program.get("/account").status_code == 401
    assert phone.get("/today/").status_code == 302
    assert verify(Chain.objects.get(pk=person.chain_id)) == []


def test_a_nul_in_what_was_typed_is_left_out_since_postgresql_keeps_none() -> None:
    person = make_person()
    check_in(person)
    browser, day = signed_in(person), today_of(person).isoformat()
    browser.post("/care/invite/", {"id": str(uuid.uuid4()), "note": "sur\x00gery"})
    assert Invitation.objects.get(person=person).note == "surgery"
    typed = {"id": str(uuid.uuid4()), "note": "no\x00te", "reason": "wro\x00ng"}
    assert browser.post(f"/diary/{day}/correct/", typed).status_code == 302
    assert CheckInVersion.objects.get().reason == "wrong"
    assert CheckIn.objects.get().note == "note"


def test_an_underscore_for_a_point_is_no_dose_of_ten_times_as_much() -> None:
    with pytest.raises(ValueError, match="is not a number"):
        read_micrograms("4_5")
    assert read_micrograms("4,5") == read_micrograms("4.5") == 4500
