"""The plan by HTTP: chosen, exact in capsules or millilitres, and the next step proposed."""

import datetime as dt
import re
from typing import Any

import pytest

from lodose.server.audit.chain import verify
from lodose.server.audit.models import Chain, Event
from lodose.server.records.before_models import ChosenPlan, HowItWent
from lodose.server.records.clock import today_of
from lodose.server.records.models import DoseStep
from lodose.server.records.regimen import course_of
from server_support.people import check_in, make_person, signed_in, suits
from server_support.plans import LIQUID, in_plan, plan_typed, told
from server_support.programs import open_trial, sealed_trial

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def test_a_ready_plan_shows_what_is_swallowed_at_each_step_exactly() -> None:
    person = make_person()
    browser = signed_in(person)
    asked = browser.get("/treatment/plan/").content.decode()
    assert "the cautious choice" in asked
    assert "NCT04270877" in asked
    assert browser.post("/treatment/plan/", plan_typed(person)).status_code == 302
    shown = browser.get("/treatment/plan/").content.decode()
    for step in (
        "0.5 mg = 1 x 0.5 mg",
        "1 mg = 2 x 0.5 mg",
        "3.5 mg = 2 x 1.5 mg and 1 x 0.5 mg",
        "4.5 mg = 3 x 1.5 mg",
    ):
        assert step in shown
    assert "agreed with my doctor on" in shown
    # 14 days at 0.5 mg, 14 at 1 mg, 2 at 1.5 mg.
    assert "2 of 1.5 mg, 42 of 0.5 mg (24 mg) for 30 days" in shown
    assert "(48 mg) for 45 days" in browser.get("/treatment/plan/?days=45").content.decode()
    assert DoseStep.objects.count() == 0, "a plan changes no dose"
    assert Event.objects.filter(chain_id=person.chain_id, kind="plan-chosen").count() == 1
    assert verify(Chain.objects.get(pk=person.chain_id)) == []


def test_a_liquid_is_always_said_in_mg_and_ml_and_kept_only_as_long_as_was_measured() -> None:
    person = make_person()
    browser = signed_in(person)
    liquid = {
        "product": "liquid",
        "liquid": "1 mg/mL",
        "syringe_holds": "5 mL",
        "syringe_mark": "0.1 mL",
    }
    assert browser.post("/treatment/plan/", plan_typed(person, **liquid)).status_code == 302
    shown = browser.get("/treatment/plan/").content.decode()
    assert "4.5 mg = 4.5 mL" in shown
    assert "24 mL (24 mg) for 30 days" in shown
    asked = {"days": "30", "made": "2026-05-01", "storage": "room", "formula": "ascorbic-1mg"}
    until = browser.get("/treatment/plan/", asked).content.decode()
    assert "Use it up to 31 May 2026, not later (PMID 9391680)" in until
    unknown = browser.get("/treatment/plan/", asked | {"formula": ""}).content.decode()
    assert "Ask the pharmacy that made it" in unknown
    assert "31 May 2026" not in unknown


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"capsules": "1.5 mg"}, "cannot be made exactly of 1.5 mg"),
        ({"capsules": "500 mg"}, "did you mean 500 micrograms (0.5 mg)?"),
        ({"capsules": "4.5 microgram"}, "did you mean 4.5 mg (4500 micrograms)?"),
        ({"capsules": "1.5"}, "is it 1.5 mg or 1.5 micrograms?"),
        ({"capsules": "1,500 micrograms"}, "can be read in two ways"),
        ({"capsules": ""}, "Write one strength or more"),
        (
            {
                "product": "liquid",
                "liquid": "1 mg/mL",
                "syringe_holds": "5 mL",
                "syringe_mark": "0.2 mL",
            },
            "choose 0.4 mg or 0.6 mg",
        ),
        ({"plan": "nobody"}, "Select a valid choice"),
        ({"plan": "own", "start": "0.5"}, "has no unit"),
        ({"plan": "own", "start": "0.5 mg", "step": "1 mg", "target": "9 mg"}, "is above 6 mg"),
        ({"plan": "own"}, "Write the first dose with its unit"),
        ({"agreed_with": ""}, "This field is required"),
    ],
)
def test_what_cannot_be_given_exactly_or_meant_is_asked_back(
    changed: dict[str, str], said: str
) -> None:
    person = make_person()
    browser = signed_in(person)
    sent = browser.post("/treatment/plan/", plan_typed(person, **changed))
    text = re.sub(r"&#x27;", "'", sent.content.decode())
    assert sent.status_code == 422
    assert said in text
    for typed in changed.values():
        assert typed in text or typed == "nobody"
    assert ChosenPlan.objects.count() == 0


def test_the_prescribers_own_steps_meet_their_last_dose_exactly() -> None:
    person = make_person()
    browser = signed_in(person)
    own = {
        "plan": "own",
        "start": "250 micrograms",
        "step": "0.5 mg",
        "target": "1 mg",
        "step_days": "10",
        "capsules": "0.25 mg",
    }
    sent = browser.post("/treatment/plan/", plan_typed(person, **own))
    assert sent.status_code == 302, sent.content.decode()
    assert ChosenPlan.objects.get().steps == [[250, 10], [750, 10], [1000, 0]]
    assert "1 mg = 4 x 0.25 mg" in browser.get("/treatment/plan/").content.decode()


def test_a_new_plan_ends_the_one_before_and_both_are_kept() -> None:
    person = make_person()
    browser = signed_in(person)
    browser.post("/treatment/plan/", plan_typed(person))
    browser.post("/treatment/plan/", plan_typed(person, plan="weekly-1mg", product="none"))
    assert [each.plan for each in ChosenPlan.objects.filter(ended_at=None)] == ["weekly-1mg"]
    assert ChosenPlan.objects.count() == 2
    shown = browser.get("/treatment/plan/").content.decode()
    assert "not known yet" in shown
    assert "How much is needed" not in shown


def test_the_treatment_page_shows_the_place_and_what_to_swallow() -> None:
    person = make_person()
    in_plan(person, 3500)
    shown = signed_in(person).get("/treatment/").content.decode()
    assert "Step 7 of 9" in shown
    assert "Today: 3.5 mg = 2 x 1.5 mg and 1 x 0.5 mg" in shown


@pytest.mark.parametrize(
    ("days", "dose", "report", "move", "said"),
    [
        (14, 1000, {}, "step up", "The next step would be 1.5 mg"),
        (13, 1000, {}, "stay", "Stay at 1 mg for now"),
        (20, 1000, {"side_effects": "bothersome"}, "hold", "Stay at 1 mg until it has settled"),
        (20, 1000, {"side_effects": "too much"}, "step back", "Going back to 0.5 mg"),
        (20, 500, {"side_effects": "too much"}, "stop", "before you take any more of it"),
        (20, 1000, {"sleep": "yes"}, "take it in the morning", "in the morning instead"),
        (20, 1000, {"missed_days": "1"}, "take it today or leave it out", "Never take two"),
        (20, 1000, {"missed_days": "7"}, "restart at the first dose", "so long a gap"),
        (20, 1000, {"wants_to_stop": "on"}, "stop", "no need to step down"),
        (20, 1000, {"opioid": "yes"}, "stop", "Do not try to overcome the block"),
        (20, 4500, {}, "stay at the target", "the dose that was aimed at"),
    ],
)
def test_what_is_proposed_follows_from_how_it_went(
    days: int, dose: int, report: dict[str, Any], move: str, said: str
) -> None:
    person = make_person()
    in_plan(person, dose, days=days)
    shown = told(signed_in(person), **report)
    assert said in shown
    assert "our prescriber decides" in shown
    assert HowItWent.objects.get().move == move
    assert DoseStep.objects.count() == 1, "nothing changes by itself"


def test_before_an_operation_the_person_reads_neither_a_date_nor_a_number_of_days() -> None:
    person = make_person()
    in_plan(person, 1000)
    surgery = today_of(person) + dt.timedelta(days=40)
    shown = told(signed_in(person), surgery=surgery.isoformat())
    assert "Tell your prescriber and the team of your operation now" in shown
    text = re.sub(r"<[^>]+>", " ", shown.partition("proposal-title")[2].partition("</section>")[0])
    last = surgery - dt.timedelta(days=4)
    assert "Source:" not in text, "the page behind it names hours"
    for word in ("72", "hours", f"{last.day} {last:%B}", last.isoformat(), "4 days", "7 to 10"):
        assert word not in text
    opioid = told(signed_in(person), opioid="yes")
    text = re.sub(r"<[^>]+>", " ", opioid.partition("proposal-title")[2].partition("</section>")[0])
    assert re.search(r"\d+ (days|hours)", text) is None


def test_the_form_begins_with_what_the_diary_says_and_leaves_the_rest_open() -> None:
    person = make_person()
    in_plan(person, 1000)
    today = today_of(person)
    for back in (1, 2):
        day = today - dt.timedelta(days=back)
        effects = [["vivid dreams", 2]] if back == 1 else []
        check_in(person, day, dose_micrograms=0, side_effects=effects)
    check_in(person, today - dt.timedelta(days=3), dose_micrograms=1000)
    shown = signed_in(person).get("/treatment/next/").content.decode()
    assert 'name="missed_days" value="2"' in shown
    assert re.search(r'value="bothersome"[^>]* checked', shown)
    assert re.search(r'name="sleep" value="yes"[^>]* checked', shown)
    assert not re.search(r'name="opioid"[^>]* checked', shown), "an opioid is always asked"
    assert "vivid dreams" in shown


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"side_effects": ""}, "side_effects"),
        ({"opioid": ""}, "opioid"),
        ({"missed_days": "-1"}, "missed_days"),
        ({"surgery": "2020-01-01"}, "surgery"),
    ],
)
def test_what_cannot_be_about_how_it_went_is_refused_and_nothing_kept(
    typed: dict[str, str], field: str
) -> None:
    person = make_person()
    in_plan(person, 1000)
    content = {"side_effects": "none", "sleep": "no", "missed_days": "0", "opioid": "no"} | typed
    sent = signed_in(person).post("/treatment/next/", content)
    assert sent.status_code == 422
    assert f"id_{field}" in sent.content.decode().partition("error-summary")[2]
    assert HowItWent.objects.count() == 0


def test_without_a_plan_or_beside_it_nothing_is_proposed() -> None:
    person = make_person()
    browser = signed_in(person)
    assert "No plan is kept here yet" in browser.get("/treatment/next/").content.decode()
    in_plan(person, 2250, product=None)
    assert "at none of the steps" in browser.get("/treatment/next/").content.decode()
    content = {"side_effects": "none", "sleep": "no", "missed_days": "0", "opioid": "no"}
    assert browser.post("/treatment/next/", content).status_code == 422
    assert HowItWent.objects.count() == 0


@pytest.mark.parametrize("make", [open_trial, sealed_trial])
def test_while_a_schedule_holds_the_dose_no_plan_tells_one(make: Any) -> None:
    person = make_person()
    in_plan(person, 1500, product=LIQUID)
    browser = signed_in(person)
    told(browser)
    suits(person)
    make(person)
    for page in ("/treatment/plan/", "/treatment/next/"):
        shown = re.sub(r"<[^>]+>", " ", browser.get(page).content.decode())
        assert re.search(r"\d\s*(mg|mL)\b", shown) is None, shown
    assert browser.post("/treatment/plan/", plan_typed(person)).status_code == 422
    assert ChosenPlan.objects.count() == 1
    home = browser.get("/treatment/").content.decode()
    assert "Today: 1.5 mg" not in home
    assert course_of(person) is None


def test_the_check_in_says_the_capsules_and_never_those_of_a_blinded_trial() -> None:
    person = make_person()
    in_plan(person, 3500)
    browser = signed_in(person)
    shown = browser.get("/today/").content.decode()
    assert "Taken as planned: 3.5 mg" in shown
    assert "3.5 mg = 2 x 1.5 mg and 1 x 0.5 mg" in shown
    sealed_trial(person)
    shown = browser.get("/today/").content.decode()
    assert "one capsule" in shown
    assert (
        re.search(r"\d\s*mg", shown.partition('id="dose"')[2].partition("</fieldset>")[0]) is None
    )
