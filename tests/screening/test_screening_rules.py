"""Every rule has a case that fires it and a near miss that does not."""

import tomllib
from importlib.resources import files
from typing import Any

import pytest

from lodose.errors import InputError
from lodose.screening import Screening, Severity, rules
from lodose.screening.rules import parse

NOW = "2026-05-10"


def taken(name: str, **more: Any) -> dict[str, Any]:
    return {"medicines": [{"name": name, **more}]}


def stopped(name: str, last: str, **more: Any) -> dict[str, Any]:
    return taken(name, taken="stopped", last_dose=last, **more)


def lab(name: str, value: float, limit: float | None = None) -> dict[str, Any]:
    row = {"name": name, "value": value} | ({"upper_limit": limit} if limit else {})
    return {"labs": [row]}


def event(kind: str, on: str | None = None) -> dict[str, Any]:
    return {"events": [{"kind": kind} | ({"on": on} if on else {})]}


# rule: what fires it, and what is nearest to it without firing it.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "OPI-001": (taken("oxicodone 10 mg"), stopped("oxycodone", "2026-05-09", regular=False)),
    "OPI-002": (taken("Tramadol retard 100"), stopped("tramadol", "2026-04-09", regular=False)),
    "OPI-003": (stopped("methadone", "2026-04-10"), stopped("methadone", "2026-04-09")),
    "OPI-004": (stopped("Subutex", "2026-04-10"), stopped("Subutex", "2026-04-09")),
    "OPI-005": (stopped("fentanyl patch", "2026-04-26"), stopped("fentanyl spray", "2026-04-26")),
    "OPI-006": (stopped("codeine", "2026-04-10"), stopped("codeine", "2026-04-09")),
    "OPI-007": ({"natural_products": ["kratom tea"]}, {"natural_products": ["valerian"]}),
    "OPI-008": (taken("Imodium"), taken("psyllium")),
    "OPI-009": (taken("codeine linctus"), taken("codeine tablets")),
    "OPI-010": (taken("dextromethorphan"), taken("noscapine")),
    "OPI-011": (
        {"conditions": ["opioid use disorder"]},
        {"conditions": ["history of opioid use disorder"]},
    ),
    "OPI-012": (
        stopped("oxycodone", "2026-01-01", regular=True),
        stopped("oxycodone", "2026-01-01", regular=False),
    ),
    "OPI-013": (event("opioid on top of naltrexone"), event("surgery")),
    "OPI-014": (taken("Mysimba"), taken("naltrexone 4.5 mg")),
    "PLN-001": (event("surgery", "2026-06-09"), event("surgery", "2026-06-10")),
    "PLN-002": (event("accident"), event("dentist")),
    "HEP-001": ({"conditions": ["acute hepatitis"]}, {"conditions": ["cirrhosis"]}),
    "HEP-002": (lab("ALT", 121, 40), lab("ALT", 120, 40)),
    "HEP-003": ({"conditions": ["Cirrhosis (Child-Pugh A)"]}, {"conditions": ["liver failure"]}),
    "HEP-004": (lab("AST", 201, 40), lab("AST", 200, 40)),
    "REN-001": (lab("eGFR", 29.9), lab("eGFR", 30)),
    "ALL-001": ({"allergies": ["naloxone"]}, {"allergies": ["penicillin"]}),
    "PSY-001": ({"conditions": ["depression"]}, {"conditions": ["anxiety"]}),
    "INT-001": (taken("thioridazine"), taken("olanzapine")),
    "INT-002": (taken("amitriptyline 25"), taken("duloxetine 60 mg")),
    "INT-003": (taken("disulfiram"), taken("metformin")),
    "INT-004": (taken("acamprosate"), taken("pregabalin")),
    "INT-005": (taken("clonidine"), taken("bisoprolol")),
    "INT-007": (
        taken("L-Thyroxin 75") | {"conditions": ["Hashimoto"]},
        taken("L-Thyroxin 75") | {"conditions": ["diabetes"]},
    ),
    "INT-008": (taken("azathioprine"), taken("mesalazine")),
    "INT-009": ({"conditions": ["kidney transplant"]}, {"conditions": ["severe kidney disease"]}),
    "REP-001": ({"pregnancy": "planning"}, {"pregnancy": "no"}),
    "REP-002": ({"pregnancy": "breastfeeding"}, {"pregnancy": "pregnant"}),
    "AGE-001": ({"age": 17}, {"age": 18}),
    "AGE-002": ({"age": 65}, {"age": 64}),
    "ALC-001": ({"alcohol": True}, {"alcohol": False}),
    "MS-001": (
        {"conditions": ["multiple sclerosis", "spasticity"]},
        {"conditions": ["multiple sclerosis"]},
    ),
    "QUAL-001": ({"products": ["slow release capsule"]}, {"products": ["capsule"]}),
}
ALWAYS = {"PLN-003", "DRV-001"}


def short(rule_id: str) -> str:
    return "-".join(rule_id.split("-")[:2])


def fired(found: Screening) -> set[str]:
    return {short(each.rule.id) for each in found.findings}


def test_every_rule_has_its_cases() -> None:
    assert {short(rule.id) for rule in rules()} == set(CASES) | ALWAYS


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_fires_on_its_case_and_not_on_the_near_miss(screened, rule: str) -> None:
    case, near_miss = CASES[rule]
    hit = next(each for each in screened(**case).findings if short(each.rule.id) == rule)
    assert hit.fired_by
    assert all(fact for fact in hit.fired_by)
    assert rule not in fired(screened(**near_miss))


def test_what_goes_with_every_start_is_always_told(screened) -> None:
    assert fired(screened()) == ALWAYS


def test_the_most_severe_comes_first(screened) -> None:
    found = screened(
        age=70,
        medicines=[{"name": "ibuprofen"}, {"name": "azathioprine"}, {"name": "co-codamol"}],
        conditions=["depression"],
    )
    ranks = [each.rule.severity.rank for each in found.findings]
    assert ranks == sorted(ranks)
    assert {each.rule.severity for each in found.findings} == set(Severity)


def table() -> dict[str, Any]:
    text = (files("lodose.screening") / "rules.toml").read_text("utf-8")
    return tomllib.loads(text)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("reason", None, "reason"),
        ("sources", [], "sources"),
        ("verified", False, "verified"),
        ("severity", "severe", "severity"),
        ("basis", "hearsay", "basis"),
        ("prescriber", None, "prescriber"),
        ("person", "Do not start.", "prescriber decides"),
        ("trigger", {}, "nothing that could fire"),
        ("trigger", {"conditions": ["measles"]}, "unknown condition 'measles'"),
        ("trigger", {"group": ["tramadol"]}, "trigger"),
        ("id", "OPI-002-tramadol", "twice"),
    ],
)
def test_an_incomplete_rule_is_refused_with_its_name(field: str, value: Any, told: str) -> None:
    whole = table()
    assert len(parse(whole)) == len(rules())
    rule = next(row for row in whole["rule"] if row["id"] == "OPI-003-methadone")
    if value is None:
        del rule[field]
    else:
        rule[field] = value
    with pytest.raises(InputError, match=told) as error:
        parse(whole)
    assert ("OPI-003" if field != "id" else "OPI-002") in str(error.value)
    assert "Mend:" in str(error.value)
