"""People who stand in a plan."""

import datetime as dt
from typing import Any

from django.test import Client

from lodose.regimen import Capsules, Liquid, Product, Syringe
from lodose.server.records.before_models import ChosenPlan
from lodose.server.records.clock import today_of
from lodose.server.records.models import Person
from lodose.server.records.regimen import PlanWish, choose_plan
from lodose.server.records.treatment import Decision, decide_dose

CAPSULES = Capsules((500, 1500))
LIQUID = Liquid(1000, Syringe(5000, 100))


def in_plan(
    person: Person, dose: int, *, days: int = 20, product: Product | None = CAPSULES
) -> ChosenPlan:
    """The cautious plan, at a dose that was begun so many days ago."""
    day = today_of(person) - dt.timedelta(days=days)
    wish = PlanWish("cautious", product=product, agreed_with="Practice", agreed_on=day)
    chosen = choose_plan(person, wish)
    decide_dose(
        person,
        Decision(
            kind="start",
            from_day=day,
            dose_micrograms=dose,
            agreed_with="Practice",
            agreed_on=day,
            settled=True,
        ),
    )
    return chosen


def plan_typed(person: Person, **changed: Any) -> dict[str, Any]:
    """A plan as the page sends it."""
    return {
        "do": "choose",
        "plan": "cautious",
        "product": "capsules",
        "capsules": "0.5 mg; 1.5 mg",
        "time_of_day": "evening",
        "agreed_with": "my doctor",
        "agreed_on": today_of(person).isoformat(),
    } | changed


def told(browser: Client, **changed: Any) -> str:
    """Say how it goes, and return the page with what is proposed."""
    typed = {
        "do": "ask",
        "side_effects": "none",
        "sleep": "no",
        "missed_days": "0",
        "opioid": "no",
    } | changed
    sent = browser.post("/treatment/next/", typed)
    assert sent.status_code == 302, sent.content.decode()
    return browser.get("/treatment/next/").content.decode()
