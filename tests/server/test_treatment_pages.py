"""Doses and periods by HTTP: typed once, asked back about, decided by somebody, stopped at once."""

import datetime as dt
import re
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from lodose.server.audit.chain import verify
from lodose.server.audit.models import Chain, Event
from lodose.server.records.clock import today_of
from lodose.server.records.models import DoseStep, Person, Trial
from lodose.server.records.plans import plan_of
from lodose.server.records.schedules import Wish, draw_periods, latest_trial, locked_hash
from lodose.server.web.views.treatment import FOUND
from server_support.people import make_person, signed_in, suits

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def typed(person: Person, **changed: Any) -> dict[str, Any]:
    today = today_of(person)
    return {
        "kind": "start",
        "from_day": today.isoformat(),
        "dose_mg": "4.5",
        "agreed_with": "my doctor",
        "settled": "on",
        "agreed_on": today.isoformat(),
    } | changed


def start_taking(person: Person, browser: Client, **changed: Any) -> None:
    sent = browser.post("/treatment/dose/", typed(person, **changed))
    assert sent.status_code == 302, sent.content.decode()


def test_a_dose_is_typed_in_mg_and_shown_in_mg_and_ml() -> None:
    person = make_person()
    browser = signed_in(person)
    start_taking(person, browser, strength="0.5", dose_mg="1,5")
    step = DoseStep.objects.get(person=person)
    assert (step.dose_micrograms, step.micrograms_per_millilitre) == (1500, 500)
    shown = browser.get("/treatment/").content.decode()
    assert "1.5 mg (3 mL of 0.5 mg/mL)" in shown
    assert "agreed with my doctor on" in shown
    assert Event.objects.filter(chain_id=person.chain_id, kind="dose-decided").count() == 1
    assert verify(Chain.objects.get(pk=person.chain_id)) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"dose_mg": "450"}, "more than any tablet holds. Did you mean 45 mg"),
        ({"dose_mg": "45"}, "Did you mean 4.5 mg"),
        ({"dose_mg": "6.001"}, "more than the usual low dose"),
        ({"dose_mg": "four"}, "is not a number"),
        ({"dose_mg": "nan"}, "cannot be a dose"),
        ({"dose_mg": "4.50001"}, "finer than a thousandth"),
        ({"dose_mg": "0"}, "above 0"),
        ({"dose_mg": ""}, "above 0"),
        ({"strength": "1000"}, "Check the label"),
        ({"agreed_with": ""}, "This field is required"),
        ({"agreed_on": "2999-01-01"}, "has not come yet"),
        ({"from_day": "2999-01-01"}, "more than a year ahead"),
        ({"kind": "step"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_what_was_typed_stays(
    changed: dict[str, str], told: str
) -> None:
    person = make_person()
    browser = signed_in(person)
    events = Event.objects.count()
    answered = browser.post("/treatment/dose/", typed(person, **changed))
    shown = answered.content.decode()
    assert answered.status_code == 422
    assert told in shown
    for value in changed.values():
        assert value in shown or value == "step"
    assert DoseStep.objects.count() == 0
    assert Event.objects.count() == events


def test_a_large_dose_is_kept_only_when_exactly_that_dose_is_confirmed() -> None:
    person = make_person()
    browser = signed_in(person)
    asked = browser.post("/treatment/dose/", typed(person, dose_mg="9")).content.decode()
    confirm = re.search(r'name="confirm" value="(\d+)"', asked)
    assert confirm is not None
    assert confirm[1] == "9000"
    other = browser.post("/treatment/dose/", typed(person, dose_mg="90", confirm="9000"))
    assert other.status_code == 422
    start_taking(person, browser, dose_mg="9", confirm="9000")
    assert DoseStep.objects.get().dose_micrograms == 9000


def test_decisions_follow_from_each_other_and_a_mistake_is_taken_back_with_a_reason() -> None:
    person = make_person()
    browser = signed_in(person)
    start_taking(person, browser)
    step = DoseStep.objects.get()
    address = f"/treatment/dose/{step.pk}/take-back/"
    assert browser.post(address, {"reason": " "}).status_code == 422
    other = signed_in(make_person("other"))
    assert other.post(address, {"reason": "mine"}).status_code == 404
    assert browser.post(address, {"reason": "mistyped"}).status_code == 302
    step.refresh_from_db()
    assert step.removed_at is not None
    assert "Nothing is taken at present" in browser.get("/treatment/").content.decode()
    start_taking(person, browser)
    start_taking(person, browser, kind="pause", dose_mg="")
    start_taking(person, browser, kind="restart", dose_mg="3")
    assert [each.kind for each in DoseStep.objects.filter(removed_at=None)] == [
        "start",
        "pause",
        "restart",
    ]


def test_a_stop_needs_nobodys_leave_and_ends_a_running_schedule() -> None:
    person = make_person()
    browser = signed_in(person)
    start_taking(person, browser)
    start_schedule(person, browser)
    assert browser.post("/treatment/stop/", {"reason": ""}).status_code == 302
    stop = DoseStep.objects.get(kind="stop")
    assert (stop.from_day, stop.agreed_with) == (today_of(person), "")
    assert Trial.objects.get().status == Trial.Status.STOPPED
    assert "Stopped" in browser.get("/treatment/").content.decode()


def wished(person: Person, **changed: Any) -> dict[str, Any]:
    today = today_of(person)
    return {
        "design": "randomised-open",
        "length": "4x14",
        "first_day": today.isoformat(),
        "dose_mg": "4.5",
        "agreed_with": "my doctor",
        "settled": "on",
        "agreed_on": today.isoformat(),
    } | changed


def start_schedule(person: Person, browser: Client, **changed: Any) -> Trial:
    suits(person)
    sent = browser.post("/treatment/schedule/", wished(person, **changed))
    assert sent.status_code == 302, sent.content.decode()
    return Trial.objects.get(person=person, status=Trial.Status.RUNNING)


def test_a_schedule_is_drawn_fixed_and_shown_with_its_hash() -> None:
    person = make_person()
    browser = signed_in(person)
    trial = start_schedule(person, browser)
    periods = list(trial.periods.all())
    assert len(periods) == 8
    assert {(each.last_day - each.first_day).days for each in periods} == {13}
    for one, other in zip(periods[::2], periods[1::2], strict=True):
        assert {one.arm, other.arm} == {"active", "comparator"}
        assert one.pair == other.pair
        assert {one.dose_micrograms, other.dose_micrograms} == {4500, 0}
    assert locked_hash(trial) == trial.protocol_hash
    shown = browser.get("/treatment/").content.decode()
    assert trial.protocol_hash in shown
    assert "fixed while a schedule runs" in shown
    again = browser.post("/treatment/schedule/", wished(person))
    assert again.status_code == 302
    assert Trial.objects.count() == 1
    # The check-in knows the dose of the day.
    assert plan_of(person, periods[0].first_day).dose_micrograms == periods[0].dose_micrograms


def test_the_order_follows_from_the_stored_seed_and_both_orders_come() -> None:
    person = make_person()
    trial = start_schedule(person, signed_in(person))
    wish = Wish("randomised-open", 4, 14, today_of(person), 4500)
    seed = int(trial.plan["notes"].rpartition(" ")[2].rstrip("."))
    drawn = [each.arm for each in draw_periods(wish, seed)]
    assert drawn == [each.arm for each in trial.periods.all()]
    firsts = {draw_periods(wish, seed)[0].arm for seed in range(20)}
    assert firsts == {"active", "comparator"}


def test_a_set_order_turns_round_so_that_a_drift_falls_on_both() -> None:
    person = make_person()
    trial = start_schedule(person, signed_in(person), design="open-on-off")
    arms = "".join("A" if each.arm == "active" else "B" for each in trial.periods.all())
    assert arms == "ABBAABBA"
    assert trial.plan["design"] == "open-on-off"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"first_day": "2020-01-01"}, "not in the past"),
        ({"first_day": "2999-01-01"}, "four months ahead"),
        ({"dose_mg": "45"}, "Did you mean 4.5 mg"),
        ({"length": "1x3"}, "Select a valid choice"),
        ({"design": "randomised-blinded"}, "Select a valid choice"),
        ({"agreed_with": ""}, "This field is required"),
    ],
)
def test_a_schedule_that_cannot_be_starts_nothing(changed: dict[str, str], told: str) -> None:
    person = make_person()
    suits(person)
    answered = signed_in(person).post("/treatment/schedule/", wished(person, **changed))
    assert answered.status_code == 422
    assert told in answered.content.decode()
    assert Trial.objects.count() == 0


def test_it_ends_early_only_with_a_reason_and_the_dose_is_held_while_it_runs() -> None:
    person = make_person()
    browser = signed_in(person)
    start_schedule(person, browser)
    assert browser.post("/treatment/dose/", typed(person)).status_code == 302
    assert DoseStep.objects.count() == 0
    assert browser.post("/treatment/schedule/end/", {"reason": ""}).status_code == 422
    assert browser.post("/treatment/schedule/end/", {"reason": "moved"}).status_code == 302
    trial = Trial.objects.get()
    assert (trial.status, trial.end_reason) == (Trial.Status.STOPPED, "moved")
    assert browser.post("/treatment/schedule/end/", {"reason": "x"}).status_code == 404
    assert "stopped early" in browser.get("/treatment/").content.decode()


def test_it_is_finished_on_reading_once_its_last_day_is_over() -> None:
    person = make_person()
    browser = signed_in(person)
    trial = start_schedule(person, browser)
    back = dt.timedelta(days=112)
    for period in trial.periods.all():
        period.first_day -= back
        period.last_day -= back
        period.save()
    shown = browser.get("/treatment/").content.decode()
    assert "The last schedule has ended" in shown
    trial.refresh_from_db()
    assert trial.status == Trial.Status.FINISHED
    assert Event.objects.filter(kind="trial-finished").count() == 1


@pytest.mark.parametrize(
    ("zone", "hour", "status"),
    [
        ("America/Los_Angeles", 7, Trial.Status.RUNNING),
        ("America/Los_Angeles", 8, Trial.Status.FINISHED),
        ("Pacific/Kiritimati", 9, Trial.Status.RUNNING),
        ("Pacific/Kiritimati", 10, Trial.Status.FINISHED),
    ],
)
def test_its_last_day_ends_at_the_persons_own_midnight(zone: str, hour: int, status: str) -> None:
    person = make_person(time_zone=zone)
    trial = start_schedule(person, signed_in(person))
    last = trial.periods.order_by("number").last()
    assert last is not None
    # Midnight behind the last day: 08:00 UTC in winter on one side, 10:00 the day before on
    # the other.
    last.last_day = dt.date(2026, 12, 10)
    last.save()
    trial.periods.exclude(pk=last.pk).update(last_day=dt.date(2026, 12, 1))
    day = 11 if zone.startswith("America") else 10
    moment = dt.datetime(2026, 12, day, hour, tzinfo=dt.UTC)
    with patch("django.utils.timezone.now", return_value=moment):
        found = latest_trial(person)
    assert found is not None
    assert found.status == status


def test_what_the_page_says_of_lengths_stands_in_the_documentation() -> None:
    text = (Path(__file__).parents[2] / "docs" / "validity.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) x (\d+) d \| (\d) \| (.+) \|$", text, re.MULTILINE)
    shares = {
        (int(pairs), int(days), gain): [float(cell) for cell in cells.split(" | ")]
        for pairs, days, gain, cells in rows
        if len(cells.split(" | ")) == 7
    }
    for name, total, helped, still_open in FOUND:
        pairs, days = (int(each) for each in re.findall(r"\d+", name)[:2])
        assert total == 2 * pairs * days
        assert abs(sum(shares[pairs, days, "2"][:2]) - helped) <= 0.51
        assert abs(shares[pairs, days, "0"][6] - still_open) <= 0.51
