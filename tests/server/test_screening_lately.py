"""An opioid that ended lately: from day to day nothing changes that would tell an interval."""

import datetime as dt
import html
from dataclasses import replace
from typing import Any

import pytest

from lodose.language import full_date
from lodose.screening import rules
from lodose.server.accounts.models import Role
from lodose.server.audit.models import Event
from lodose.server.records import medicines
from lodose.server.records.before_models import Raised, RuleOverride, Screened
from lodose.server.records.clock import today_of
from lodose.server.records.models import DoseStep, Medicine, Person
from lodose.server.records.screening import override_rule, screened
from lodose.server.records.screening_answers import tell, told_by
from lodose.server.records.treatment import Decision, decide_dose
from server_support.people import let_in, make_account, make_person, signed_in
from server_support.programs import Program

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

REASON = "two doses after a tooth, no dependence, seen today"
# Every kind of opioid, with its own interval.
NAMES = ("codeine", "tramadol", "methadone", "buprenorphine", "fentanyl patch", "kratom")
DAYS = (1, 6, 7, 8, 9, 10, 11, 13, 14, 15, 30)


def said(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def back(person: Person, days: int) -> None:
    """Move the last dose: as many days have gone by since."""
    last = today_of(person) - dt.timedelta(days=days)
    Medicine.objects.filter(person=person).update(last_day=last)


def _written(person: Person) -> list[int]:
    """Events of the record beside those of the programs that these tests read with."""
    events = Event.objects.filter(chain_id=person.chain_id).exclude(kind__startswith="token-")
    return list(events.values_list("sequence", flat=True))


@pytest.mark.parametrize("name", NAMES)
def test_what_a_person_reads_is_the_same_on_every_day(name: str) -> None:
    person = make_person("mira")
    yesterday = today_of(person) - dt.timedelta(days=1)
    medicines.add_medicine(person, medicines.Taken(name, last_day=yesterday, regular=False))
    written = set(_written(person))
    raised = list(Raised.objects.values_list("pk", "rule", "settled_at"))
    kept = Screened.objects.get(person=person).fired
    told = set()
    for days in DAYS:
        back(person, days)
        Program(person).get("/screening")
        page = said(signed_in(person).get("/screening/"))
        told.add(page.split('id="result"')[1].split("</section>")[0])
        brief = Program(person).get("/brief").json()
        told.add(str([brief["headline"], brief["findings"], brief["page_two"]["fired"]]))
    assert len(told) == 2
    # Nothing was raised anew and nothing was written on any of these days.
    assert list(Raised.objects.values_list("pk", "rule", "settled_at")) == raised
    assert set(_written(person)) == written
    assert Screened.objects.get(person=person).fired == kept


@pytest.mark.parametrize("days", [3, 20])
def test_the_prescriber_reads_the_interval_with_its_source(days: int) -> None:
    person, prescriber = make_person("mira"), make_account(Role.PRESCRIBER)
    let_in(person, prescriber)
    last = today_of(person) - dt.timedelta(days=days)
    medicines.add_medicine(person, medicines.Taken("tramadol", last_day=last, regular=False))
    page = said(signed_in(prescriber).get(f"/people/{person.pk}/screening/"))
    interval = next(each.interval for each in rules() if each.id == "OPI-002-tramadol")
    assert interval is not None
    day = full_date(last + dt.timedelta(days=interval.days_max))
    assert f"7 to 10 days without any opioid ({interval.source}): not before {day}" in page
    assert "No number of days rules out dependence." in page


def test_another_opioid_that_is_taken_still_stops_by_its_own_rule() -> None:
    person, prescriber = make_person("mira"), make_account(Role.PRESCRIBER)
    last = today_of(person) - dt.timedelta(days=4)
    medicines.add_medicine(person, medicines.Taken("tramadol", last_day=last, regular=True))
    medicines.add_medicine(person, medicines.Taken("tramadol drops"))
    stops = {each.rule.id: each.fired_by for each in screened(person).findings if each.stops}
    assert stops == {"OPI-lately": ("tramadol",), "OPI-002-tramadol": ("tramadol drops",)}
    fired = {each.rule.id for each in screened(person).findings}
    assert "OPI-012-loss-of-tolerance" in fired
    # A decision holds as the days go by, and ends when it was taken again.
    override_rule(person, "OPI-lately", by=prescriber, reason=REASON)
    item = Medicine.objects.get(name="tramadol")
    item.person = person
    Medicine.objects.filter(pk=item.pk).update(last_day=last - dt.timedelta(days=9))
    assert {each.rule.id for each in screened(person).findings if each.stops} == {
        "OPI-002-tramadol"
    }
    newer = medicines.Taken("tramadol", last_day=last + dt.timedelta(days=2), regular=True)
    medicines.change_medicine(item, newer, reason="took one more")
    assert RuleOverride.objects.get(rule="OPI-lately").withdrawn_at is not None


def test_the_last_dose_of_what_is_taken_now_changes_nothing_for_the_person() -> None:
    person = make_person("mira")
    item = medicines.add_medicine(person, medicines.Taken("codeine"))
    told = set()
    for days in DAYS:
        last = today_of(person) - dt.timedelta(days=days)
        Medicine.objects.filter(pk=item.pk).update(last_dose=last)
        told.add(Program(person).get("/screening").content)
    assert len(told) == 1


@pytest.mark.parametrize(
    "what", ["a stop", "a pause", "a lower dose", "a later stop", "a later lower dose"]
)
def test_no_dose_comes_back_by_taking_a_decision_back(what: str) -> None:
    """Beside an opioid a dose begins again by a decision of its own only."""
    person = make_person("mira")
    browser, today = signed_in(person), today_of(person)
    agreed: Any = {"agreed_with": "my doctor", "agreed_on": today, "settled": True}

    def decide(kind: str, micrograms: int, ahead: int) -> None:
        day = today + dt.timedelta(days=ahead)
        decide_dose(person, Decision(kind, day, micrograms, **agreed))

    decide("start", 3000, 0)
    kind, micrograms, ahead = {
        "a stop": ("stop", 0, 0),
        "a pause": ("pause", 0, 0),
        "a lower dose": ("step", 1500, 0),
        "a later stop": ("stop", 0, 5),
        "a later lower dose": ("step", 1500, 5),
    }[what]
    decide(kind, micrograms, ahead)
    last = DoseStep.objects.get(person=person, kind=kind)
    medicines.add_medicine(person, medicines.Taken("codeine"))
    address = f"/treatment/dose/{last.pk}/take-back/"
    refused = browser.post(address, {"reason": "a mistake"})
    assert refused.status_code == 422
    assert "only their own account can decide otherwise" in said(refused)
    answer = Program(person).post(f"/treatment/dose-steps/{last.pk}/removal", {"reason": "no"})
    assert answer.status_code == 422
    last.refresh_from_db()
    assert last.removed_at is None
    # A stop is never refused, whatever lower dose was planned for later.
    decide("stop", 0, 0)
    Medicine.objects.filter(person=person).delete()
    if what == "a stop":
        assert browser.post(address, {"reason": "a mistake"}).status_code == 302


def test_an_opioid_named_among_the_illnesses_stops_a_start() -> None:
    person, prescriber = make_person("mira"), make_account(Role.PRESCRIBER)
    let_in(person, prescriber)
    tell(person, replace(told_by(person), conditions=("chronic pain treated with morphine",)))
    day = today_of(person).isoformat()
    sent = {"kind": "start", "from_day": day, "dose_mg": "1.5", "settled": "on"}
    agreed = {"agreed_with": "my doctor", "agreed_on": day}
    for browser, path in (
        (signed_in(person), "/treatment/dose/"),
        (signed_in(prescriber), f"/people/{person.pk}/dose/"),
    ):
        refused = browser.post(path, sent | agreed)
        assert refused.status_code == 422
        assert "An opioid is named here: chronic pain treated with morphine" in said(refused)
    tell(person, replace(told_by(person), conditions=("chronic pain",)))
    assert signed_in(person).post("/treatment/dose/", sent | agreed).status_code == 302
