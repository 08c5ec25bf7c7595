"""Who decides about the next step: the prescriber, by their account or as the person writes it."""

import datetime as dt
import io
import json
import re
import zipfile
from typing import Any

import pytest
from django.test import Client

from lodose.server.accounts.models import Role, User
from lodose.server.audit.chain import verify
from lodose.server.audit.models import Chain, Event
from lodose.server.records.before_models import ChosenPlan, HowItWent, RuleOverride
from lodose.server.records.clock import today_of
from lodose.server.records.everything import everything_of
from lodose.server.records.models import DoseStep, Medicine, Person
from lodose.server.records.plans import plan_of
from lodose.server.records.problems import DecisionError
from lodose.server.records.regimen import course_of
from lodose.server.records.regimen_proposals import Verdict, decide_proposal
from lodose.server.records.screening import rescreen
from server_support.people import let_in, make_account, make_person, signed_in
from server_support.plans import LIQUID, in_plan, plan_typed, told
from server_support.programs import sealed_trial

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


@pytest.fixture
def person() -> Person:
    return make_person(display_name="Synthetic person 1")


@pytest.fixture
def doctor(person: Person) -> User:
    made = make_account(Role.PRESCRIBER, "doctor")
    let_in(person, made)
    return made


def page(person: Person) -> str:
    return f"/people/{person.pk}/plan/"


def decide(browser: Client, person: Person, **typed: Any) -> Any:
    return browser.post(page(person), {"do": "decide", "answer": "yes", "reason": ""} | typed)


def test_a_prescriber_agrees_and_the_dose_follows_with_their_name(
    person: Person, doctor: User
) -> None:
    in_plan(person, 1000, product=LIQUID)
    told(signed_in(person))
    browser = signed_in(doctor)
    shown = browser.get(page(person)).content.decode()
    assert "Next step asked: Step up" in shown
    assert "Step up: 1 mg to 1.5 mg. 20 days at this step and nothing unsettled." in shown
    sent = decide(browser, person, reason="well tolerated")
    assert sent.status_code == 302, sent.content.decode()
    step = DoseStep.objects.get(kind="step")
    assert (step.dose_micrograms, step.decided_by, step.reason) == (1500, doctor, "well tolerated")
    assert step.micrograms_per_millilitre == 1000, "the day's check-in says mL too"
    assert plan_of(person, today_of(person)).dose_micrograms == 1500
    row = HowItWent.objects.get()
    assert (row.agreed, row.decided_by, row.step) == (True, doctor, step)
    kinds = list(
        Event.objects.filter(chain_id=person.chain_id)
        .exclude(kind="looked")
        .order_by("sequence")
        .values_list("kind", flat=True)
    )
    assert kinds[-2:] == ["dose-decided", "next-step-decided"]
    assert verify(Chain.objects.get(pk=person.chain_id)) == []
    own = signed_in(person).get("/treatment/next/").content.decode()
    assert "well tolerated" in own
    assert doctor.shown_name in own
    course = course_of(person)
    assert course is not None
    assert (course.at, [each.by for each in course.decisions]) == (2, [doctor.shown_name])


def test_a_refusal_is_kept_with_its_reason_and_changes_nothing(
    person: Person, doctor: User
) -> None:
    in_plan(person, 1000)
    told(signed_in(person))
    browser = signed_in(doctor)
    assert decide(browser, person, answer="no").status_code == 422
    assert HowItWent.objects.get().agreed is None
    assert decide(browser, person, answer="no", reason="two more weeks").status_code == 302
    row = HowItWent.objects.get()
    assert (row.agreed, row.decided_by, row.reason) == (False, doctor, "two more weeks")
    with pytest.raises(DecisionError, match="decided already"):
        decide_proposal(person, row, Verdict(agreed=True), decided_by=doctor)
    assert DoseStep.objects.count() == 1
    shown = browser.get(page(person)).content.decode()
    assert "not as proposed" in shown
    assert "No next step is asked about at present" in shown


def test_the_person_writes_down_what_was_agreed_and_with_whom(person: Person) -> None:
    in_plan(person, 1000)
    browser = signed_in(person)
    told(browser)
    typed = {"do": "decided", "answer": "yes", "reason": "", "agreed_with": "", "agreed_on": ""}
    assert browser.post("/treatment/next/", typed).status_code == 422
    assert DoseStep.objects.count() == 1
    today = today_of(person).isoformat()
    named = typed | {"agreed_with": "my doctor", "agreed_on": today}
    assert browser.post("/treatment/next/", named).status_code == 302
    step = DoseStep.objects.get(kind="step")
    assert (step.dose_micrograms, step.decided_by, step.agreed_with) == (1500, None, "my doctor")
    assert "agreed with my doctor on" in browser.get("/treatment/next/").content.decode()
    again = browser.post("/treatment/next/", named)
    assert again.status_code == 302
    assert DoseStep.objects.count() == 2, "sent twice, written once"


@pytest.mark.parametrize("change", ["dose", "plan", "taken back", "told again"])
def test_what_is_out_of_date_is_not_offered_and_cannot_be_decided(
    person: Person, doctor: User, change: str
) -> None:
    in_plan(person, 1000)
    own, browser = signed_in(person), signed_in(doctor)
    told(own)
    today = today_of(person).isoformat()
    if change == "dose":
        typed = {"kind": "step", "from_day": today, "dose_mg": "2", "reason": ""}
        sent = browser.post(f"/people/{person.pk}/dose/", typed)
        assert sent.status_code == 302, sent.content.decode()
    elif change == "plan":
        assert own.post("/treatment/plan/", plan_typed(person)).status_code == 302
    elif change == "taken back":
        step = DoseStep.objects.get()
        own.post(f"/treatment/dose/{step.pk}/take-back/", {"reason": "mistyped"})
    else:
        told(own, missed_days="1")
    count = DoseStep.objects.count()
    assert "Next step asked" not in browser.get(page(person)).content.decode()
    assert decide(browser, person).status_code == 302
    assert DoseStep.objects.count() == count
    assert HowItWent.objects.filter(agreed__isnull=False).count() == 0


def test_before_an_operation_only_the_prescriber_reads_the_last_day_with_a_dose(
    person: Person, doctor: User
) -> None:
    in_plan(person, 1000)
    surgery = today_of(person) + dt.timedelta(days=40)
    told(signed_in(person), surgery=surgery.isoformat())
    browser = signed_in(doctor)
    shown = browser.get(page(person)).content.decode()
    last = surgery - dt.timedelta(days=4)
    said = f"{last.day} {last:%B} {last.year}"
    assert f"Last dose before the operation: {said} or earlier" in shown
    begins = last + dt.timedelta(days=1)
    assert f'value="{begins.isoformat()}"' in shown
    assert decide(browser, person, from_day=begins.isoformat()).status_code == 302
    pause = DoseStep.objects.get(kind="pause")
    assert (pause.from_day, pause.decided_by) == (begins, doctor)
    assert course_of(person).state == "taking"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("report", "kind", "dose"),
    [
        ({"side_effects": "too much"}, "step", 500),
        ({"missed_days": "9"}, "step", 500),
        ({"wants_to_stop": "on"}, "stop", 0),
        ({"side_effects": "bothersome"}, None, None),
        ({"sleep": "yes"}, None, None),
    ],
)
def test_each_move_becomes_the_decision_that_it_is(
    person: Person, doctor: User, report: dict[str, str], kind: str | None, dose: int | None
) -> None:
    in_plan(person, 1000)
    told(signed_in(person), **report)
    sent = decide(signed_in(doctor), person)
    assert sent.status_code == 302, sent.content.decode()
    written = list(DoseStep.objects.exclude(kind="start").values_list("kind", "dose_micrograms"))
    assert written == ([(kind, dose)] if kind else [])
    morning = ChosenPlan.objects.get().time_of_day == "morning"
    assert morning == (report.get("sleep") == "yes")


def test_after_a_pause_it_begins_again_at_the_first_dose(person: Person, doctor: User) -> None:
    in_plan(person, 1500)
    own, browser = signed_in(person), signed_in(doctor)
    pause = {"kind": "pause", "from_day": today_of(person).isoformat(), "dose_mg": ""}
    assert browser.post(f"/people/{person.pk}/dose/", pause).status_code == 302
    assert "your prescriber decides how to begin again" in told(own)
    assert decide(browser, person).status_code == 302
    step = DoseStep.objects.get(kind="restart")
    assert (step.dose_micrograms, step.decided_by) == (500, doctor)


def test_given_up_once_the_step_above_is_not_proposed_again(person: Person, doctor: User) -> None:
    in_plan(person, 1500)
    told(signed_in(person), side_effects="too much")
    assert decide(signed_in(doctor), person).status_code == 302
    assert course_of(person).stepped_back == 1  # type: ignore[union-attr]
    assert "may be the highest dose that you tolerate" in told(signed_in(person))


def test_an_opioid_stops_the_next_step_until_the_prescriber_decides_with_a_reason(
    person: Person, doctor: User
) -> None:
    in_plan(person, 1000)
    told(signed_in(person))
    Medicine.objects.create(person=person, name="tramadol", opioid=True)
    rescreen(person)
    own = signed_in(person).post(
        "/treatment/next/",
        {
            "do": "decided",
            "answer": "yes",
            "agreed_with": "my doctor",
            "agreed_on": today_of(person).isoformat(),
        },
    )
    assert own.status_code == 422
    browser = signed_in(doctor)
    assert decide(browser, person).status_code == 422
    assert DoseStep.objects.count() == 1
    assert HowItWent.objects.get().agreed is None, "neither half is written"
    rules = re.findall(
        r'name="despite" value="([^"]+)"', browser.get(page(person)).content.decode()
    )
    assert rules
    sent = decide(browser, person, despite=rules, reason="ended long ago, wrongly listed")
    assert sent.status_code == 302, sent.content.decode()
    assert DoseStep.objects.get(kind="step").dose_micrograms == 1500


def test_a_prescriber_chooses_the_plan_by_their_account(person: Person, doctor: User) -> None:
    browser = signed_in(doctor)
    typed = plan_typed(person)
    del typed["agreed_with"], typed["agreed_on"]
    assert browser.post(page(person), typed | {"capsules": "500 mg"}).status_code == 422
    assert browser.post(page(person), typed).status_code == 302
    chosen = ChosenPlan.objects.get()
    assert (chosen.decided_by, chosen.agreed_with) == (doctor, "")
    assert doctor.shown_name in signed_in(person).get("/treatment/plan/").content.decode()


def test_nobody_else_reads_or_decides(person: Person) -> None:
    in_plan(person, 1000)
    told(signed_in(person))
    stranger = make_account(Role.PRESCRIBER, "stranger")
    for user in (stranger, make_person("other"), make_account(Role.ADMINISTRATOR)):
        browser = signed_in(user)
        assert browser.get(page(person)).status_code == 404
        assert decide(browser, person).status_code == 404
    assert signed_in(stranger).get("/treatment/next/").status_code == 404
    assert Client().get("/treatment/plan/").status_code == 302
    assert HowItWent.objects.get().agreed is None


def test_the_download_holds_it_all_and_no_dose_while_a_trial_is_sealed(person: Person) -> None:
    in_plan(person, 1500)
    told(signed_in(person))

    def rows() -> tuple[dict[str, Any], str]:
        archive = zipfile.ZipFile(io.BytesIO(everything_of(person)))
        text = archive.read("everything.json").decode()
        return json.loads(text), text

    kept, _text = rows()
    assert kept["chosen_plans"][0]["steps"][0] == [500, 14]
    assert kept["how_it_went"][0]["to_micrograms"] == 2000
    sealed_trial(person)
    kept, text = rows()
    assert kept["chosen_plans"][0].keys() & {"plan", "steps", "product"} == set()
    assert kept["how_it_went"][0].keys() & {"from_micrograms", "to_micrograms"} == set()
    assert "2000" not in text


def test_what_waits_is_on_the_panel_until_it_is_decided(person: Person, doctor: User) -> None:
    in_plan(person, 1000)
    browser = signed_in(doctor)
    assert "Next step asked" not in browser.get("/panel/").content.decode()
    told(signed_in(person))
    shown = browser.get("/panel/").content.decode()
    assert "Next step asked" in shown
    assert "Step up, since" in shown
    assert re.search(r"\d\s*mg", shown.partition("<main")[2]) is None
    decide(browser, person)
    assert "Next step asked" not in browser.get("/panel/").content.decode()
    told(signed_in(person), missed_days="1")
    assert "Next step asked" not in browser.get("/panel/").content.decode(), "nothing to decide"


def test_an_opioid_that_was_told_stays_urgent_whatever_is_told_after(
    person: Person, doctor: User
) -> None:
    in_plan(person, 1000)
    told(signed_in(person), opioid="yes")
    told(signed_in(person))
    shown = signed_in(doctor).get("/panel/").content.decode()
    assert "Opioid told" in shown
    assert "Next step asked" in shown


def test_an_opioid_that_was_told_stops_every_dose_until_the_prescriber_sets_it_aside(
    person: Person, doctor: User
) -> None:
    in_plan(person, 1000)
    assert "Do not try to overcome the block" in told(signed_in(person), opioid="yes")
    told(signed_in(person))
    step = {"do": "decided", "answer": "yes", "agreed_with": "my doctor"}
    step["agreed_on"] = today_of(person).isoformat()
    own = signed_in(person).post("/treatment/next/", step)
    assert own.status_code == 422
    assert "An opioid taken or needed, told with the next step" in own.content.decode()
    browser = signed_in(doctor)
    assert decide(browser, person).status_code == 422
    assert DoseStep.objects.count() == 1
    despite = {"despite": "OPI-sign", "reason": "one tablet, weeks ago, no dependence"}
    assert decide(browser, person, **despite).status_code == 302
    assert DoseStep.objects.count() == 2
    told(signed_in(person), opioid="yes")
    told(signed_in(person))
    assert not RuleOverride.objects.filter(withdrawn_at=None).exists(), "told anew, decided anew"
