"""The plan, the next step and the checklist by the API: the same rules as on the pages."""

import uuid
from typing import Any

import pytest

from lodose.server.accounts.models import Role
from lodose.server.records.before_models import ChosenPlan, HowItWent
from lodose.server.records.clock import today_of
from lodose.server.records.models import DoseStep
from lodose.trial.suitability import POINTS
from server_support.people import let_in, make_account, make_person
from server_support.plans import in_plan
from server_support.programs import Program, sealed_trial

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

FINE = {"side_effects": "none", "sleep_suffers": False, "missed_days": 0, "opioid": False}


def problems(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.content
    return sorted(answer.json()["fields"])


def test_a_plan_is_kept_and_said_as_what_is_swallowed() -> None:
    person = make_person()
    program, today = Program(person), today_of(person).isoformat()
    assert [each["id"] for each in program.get("/plans").json() if each["default"]] == ["cautious"]
    wish = {
        "plan": "own",
        "steps": [{"dose_micrograms": 500, "days": 7}, {"dose_micrograms": 1500, "days": 0}],
        "product": {
            "micrograms_per_millilitre": 1000,
            "syringe_microlitres": 5000,
            "mark_microlitres": 100,
        },
        "agreed_with": "Practice",
        "agreed_on": today,
    }
    made = program.post("/treatment/plan", wish)
    assert made.status_code == 201, made.content
    plan = program.get("/treatment/plan").json()["plan"]
    assert [each["swallow"] for each in plan["steps"]] == ["0.5 mg = 0.5 mL", "1.5 mg = 1.5 mL"]
    assert plan["product"]["mark_microlitres"] == 100
    coarse = wish["product"] | {"mark_microlitres": 200}
    half = {"micrograms_per_millilitre": 1000}
    for product in (coarse, half, {"capsules_micrograms": [7000]}):
        assert problems(program.post("/treatment/plan", wish | {"product": product})) == ["product"]
    down = [{"dose_micrograms": 500, "days": 7}, {"dose_micrograms": 400, "days": 0}]
    assert problems(program.post("/treatment/plan", wish | {"steps": down})) == ["steps"]
    assert problems(program.post("/treatment/plan", wish | {"plan": "none"})) == ["plan"]
    assert ChosenPlan.objects.count() == 1


def test_the_next_step_is_decided_once_and_only_the_one_that_was_read() -> None:
    person = make_person()
    doctor = make_account(Role.PRESCRIBER)
    in_plan(person, 1000)
    program, prescriber = Program(person), Program(doctor)
    asked = program.post("/treatment/how-it-goes", FINE).json()["proposal"]
    assert (asked["move"], asked["asks"], asked["last_dose"]) == ("step up", True, None)
    place = f"/people/{person.pk}/plan"
    verdict = {"proposal": asked["id"], "agreed": True}
    assert prescriber.get(place).status_code == 404
    assert prescriber.post(f"{place}/decision", verdict).status_code == 404
    let_in(person, doctor)
    read = prescriber.get(place).json()["proposal"]
    assert read["text"].startswith("Step up: 1 mg to 1.5 mg.")
    other = verdict | {"proposal": str(uuid.uuid4())}
    assert prescriber.post(f"{place}/decision", other).status_code == 404
    assert problems(program.post("/treatment/decision", verdict)) == ["agreed_on", "agreed_with"]
    assert prescriber.post(f"{place}/decision", verdict).status_code == 201
    assert prescriber.post(f"{place}/decision", verdict).status_code == 404
    assert DoseStep.objects.get(kind="step").decided_by == doctor
    past = program.get("/treatment/plan").json()["past"]
    assert [(each["agreed"], each["who"]) for each in past] == [(True, doctor.shown_name)]


def test_while_a_trial_is_sealed_nothing_of_it_is_told_or_taken() -> None:
    person = make_person()
    in_plan(person, 1500)
    program = Program(person)
    program.post("/treatment/how-it-goes", FINE)
    sealed_trial(person)
    kept = program.get("/treatment/plan").json()
    assert kept == {"held": "sealed", "plan": None, "proposal": None, "past": []}
    row = HowItWent.objects.get()
    verdict = {"proposal": str(row.pk), "agreed": True, "agreed_with": "x", "agreed_on": None}
    assert program.post("/treatment/decision", verdict).status_code in {404, 422}
    assert problems(program.post("/treatment/how-it-goes", FINE)) == ["plan"]


def test_the_checklist_is_confirmed_whole_or_not_at_all() -> None:
    person = make_person()
    doctor = make_account(Role.PRESCRIBER)
    let_in(person, doctor)
    program, prescriber = Program(person), Program(doctor)
    today = today_of(person).isoformat()
    some = {"points": ["chronic"], "agreed_with": "Practice", "agreed_on": today}
    missing = sorted(set(POINTS) - {"chronic"})
    assert problems(program.post("/treatment/suitability", some)) == missing
    assert program.delete("/treatment/suitability").status_code == 404
    every = {"points": list(POINTS)}
    assert problems(program.post("/treatment/suitability", every)) == ["agreed_on", "agreed_with"]
    assert prescriber.post(f"/people/{person.pk}/suitability", every).status_code == 201
    kept = program.get("/treatment/suitability").json()
    assert (kept["stands"], kept["decided_by"]) == (True, doctor.shown_name)
    assert program.delete("/treatment/suitability").json()["stands"] is False
    assert prescriber.get(f"/people/{person.pk}/suitability").json()["why_not"] != ""
