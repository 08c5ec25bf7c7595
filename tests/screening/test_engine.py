"""What a screening finds, for whom it says what, and who may decide otherwise."""

import json
import re
from datetime import date
from typing import Any

import pytest

from lodose.errors import InputError
from lodose.language import speaking
from lodose.screening import Outcome, rules, view
from lodose.screening.facts import facts_from
from lodose.screening.questions import QUESTIONS
from lodose.screening.views import DECIDES, HEADLINES, STOP

TODAY = date(2026, 5, 10)
DATES = re.compile(
    r"\d{4}-\d{2}|\d{1,2}[./]\d{1,2}[./]|\b(?:January|February|March|April|May \d|June|July|August|"
    r"September|October|November|December)\b|\b\d+\s*(?:to\s*\d+\s*)?(?:days?|weeks?|hours?|months?)\b"
)
NOTHING_OPEN: dict[str, Any] = {
    "age": 40,
    "medicines": [],
    "natural_products": [],
    "conditions": ["fibromyalgia"],
    "allergies": [],
    "labs": [{"name": "eGFR", "value": 90}],
    "events": [],
    "pregnancy": "no",
    "alcohol": False,
}
CODEINE: dict[str, Any] = {
    "conditions": ["fibromyalgia"],
    "medicines": [{"name": "codeine cough syrup", "last_dose": "2026-05-08"}],
}


def texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner)]
    return [str(value)]


def test_somebody_with_codeine_cough_syrup_is_stopped_and_told_not_to_change_it(screened) -> None:
    found = screened(**CODEINE)
    assert found.outcome is Outcome.STOP
    person = view(found, "person")
    assert person["headline"] == STOP
    assert "Do not stop your pain medicine for this; talk first." in person["headline"]
    prescriber = view(found, "prescriber")
    rule = next(each for each in prescriber["findings"] if each["rule"].startswith("OPI-001"))
    assert rule["interval"]["not_before"] == "2026-05-18"
    assert "not before 18 May 2026 if dependence is excluded" in rule["interval"]["says"]
    assert rule["interval"]["source"] in rule["sources"]


def test_somebody_without_anything_is_not_told_yes(screened) -> None:
    found = screened(**NOTHING_OPEN)
    assert found.outcome is Outcome.TALK
    assert (found.unclear, found.not_asked) == ((), ())
    person = view(found, "person")
    assert "not yet a yes" in person["headline"]
    assert "your prescriber decides" in person["decides"]


@pytest.mark.parametrize("missing", [*NOTHING_OPEN])
def test_silence_is_never_taken_for_no(screened, missing: str) -> None:
    rest = {name: value for name, value in NOTHING_OPEN.items() if name != missing}
    found = screened(**rest)
    assert found.outcome is Outcome.ASK
    assert found.not_asked == (missing.replace("_", " "),)
    assert view(found, "person")["not_asked"] == [QUESTIONS[missing.replace("_", " ")]]


def test_an_unknown_name_is_never_silently_fine(screened) -> None:
    for name, told in (
        ("tramdol", "Did you mean tramadol, Tramal or something else?"),
        ("Foobarin", "'Foobarin' was not understood. It is not taken for harmless."),
        ("cough syrup", "may hold an opioid"),
    ):
        found = screened(**NOTHING_OPEN | {"medicines": [{"name": name}]})
        assert found.outcome is Outcome.ASK
        assert told in view(found, "person")["not_understood"][0]
    for field in ("conditions", "allergies", "products"):
        found = screened(**NOTHING_OPEN | {field: ["fibromialgiitis maxima"]})
        assert found.outcome is Outcome.ASK
        assert found.unclear[0].entered == "fibromialgiitis maxima"
    assert screened(**NOTHING_OPEN | {"conditions": ["no depression"]}).unclear
    assert screened(**NOTHING_OPEN | {"events": [{"kind": "wedding"}]}).unclear


@pytest.mark.parametrize(
    ("medicine", "not_before"),
    [
        ({"name": "codeine", "taken": "stopped", "last_dose": "2026-05-05"}, "2026-05-15"),
        ({"name": "methadone", "taken": "stopped", "last_dose": "2026-05-05"}, "2026-05-19"),
        ({"name": "fentanyl patch", "taken": "stopped", "last_dose": "2026-05-05"}, "2026-05-19"),
        ({"name": "codeine", "taken": "now", "last_dose": "2026-05-10"}, "2026-05-20"),
        ({"name": "codeine", "taken": "now", "last_dose": "2026-03-01"}, None),
        ({"name": "codeine", "taken": "now"}, None),
        ({"name": "methadone", "taken": "stopped"}, None),
    ],
)
def test_the_interval_is_counted_from_the_last_dose_with_the_longest_figure(
    screened, medicine: dict[str, Any], not_before: str | None
) -> None:
    found = screened(medicines=[medicine])
    assert found.outcome is Outcome.STOP
    dates = {each.not_before for each in found.findings if each.rule.interval}
    latest = max((day for day in dates if day), default=None)
    assert latest == (date.fromisoformat(not_before) if not_before else None)
    says = [
        each["interval"]["says"]
        for each in view(found, "prescriber")["findings"]
        if each["interval"]
    ]
    assert all(("no date" in text) == (not_before is None) for text in says)


def test_a_person_reads_no_date_and_no_number_of_days(screened) -> None:
    names = ["oxicodone", "tramadol", "methadone", "Subutex", "fentanyl patch", "kratom", "Euphon"]
    tables: list[dict[str, Any]] = [
        {"medicines": [{"name": name, "taken": taken, "last_dose": "2026-05-09"}]}
        for name in names
        for taken in ("now", "stopped")
    ]
    tables += [{"events": [{"kind": "surgery", "on": "2026-05-20"}]}, CODEINE, NOTHING_OPEN]
    for table in tables:
        for language in ("en", "de"):
            with speaking(language):
                shown = view(screened(**table), "person")
            for text in texts(shown):
                assert not DATES.search(text), text
            assert "not_before" not in json.dumps(shown)
        assert DATES.search(json.dumps(view(screened(**table), "prescriber")))
    for rule in rules():
        assert not DATES.search(rule.for_person), rule.id
        assert not DATES.search(rule.title), rule.id
    for text in (STOP, DECIDES, *HEADLINES.values(), *QUESTIONS.values()):
        assert not DATES.search(text), text


def test_every_text_for_the_person_leaves_the_decision_to_the_prescriber() -> None:
    for text in (STOP, DECIDES, *HEADLINES.values(), *(rule.for_person for rule in rules())):
        assert re.search(r"your prescriber (?:alone )?decide", text, re.IGNORECASE), text
        assert not re.search(r"responder|prove", text), text


def test_what_is_a_judgement_is_told_as_one(screened) -> None:
    found = screened(labs=[{"name": "ALT", "value": 500, "upper_limit": 40}])
    shown = {each["rule"][:7]: each for each in view(found, "prescriber")["findings"]}
    assert "convention" in shown["HEP-004"]["judgement"]
    patch = view(screened(medicines=[{"name": "fentanyl patch"}]), "prescriber")
    long_acting = next(each for each in patch["findings"] if each["rule"].startswith("OPI-005"))
    assert long_acting["interval"]["judgement"]
    assert "project's judgement" in long_acting["interval"]["says"]


def test_only_a_prescriber_overrides_with_a_reason_that_is_kept(screened) -> None:
    found = screened(**NOTHING_OPEN | {"conditions": ["acute hepatitis"]})
    decided = found.overridden(
        "HEP-001", role="prescriber", by="Dr Example", reason="Values normal since March", on=TODAY
    )
    assert (found.outcome, decided.outcome) == (Outcome.STOP, Outcome.TALK)
    kept = view(decided, "prescriber")["findings"][0]["override"]
    assert kept == {"by": "Dr Example", "reason": "Values normal since March", "on": "2026-05-10"}
    assert "Values normal" not in json.dumps(view(decided, "person"))
    whole: dict[str, Any] = {"role": "prescriber", "by": "Dr Example", "reason": "A good reason"}
    for wrong, told in (
        ({"role": "person"}, "may not override"),
        ({"role": "pharmacist"}, "may not override"),
        ({"by": " "}, "name the prescriber"),
        ({"reason": "ok"}, "no reason"),
    ):
        with pytest.raises(InputError, match=told):
            found.overridden("HEP-001", **whole | wrong, on=TODAY)
    for rule in ("OPI-001", "HEP-00", "DRV-001"):
        with pytest.raises(InputError, match="name one of: HEP-001"):
            found.overridden(rule, **whole, on=TODAY)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"medicines": [{"name": "codeine", "last_dose": "2026-05-11"}]}, "later than the day"),
        ({"medicines": [{"name": "codeine", "last_dose": "2026-02-30"}]}, "medicines.0.last_dose"),
        ({"medicines": [{"name": ""}]}, "medicines.0.name"),
        ({"events": [{"kind": "surgery", "on": "2026-05-09"}]}, "before the day"),
        ({"age": 140}, "age"),
        ({"labs": [{"name": "ALT", "value": 80}]}, "upper limit"),
        ({"labs": [{"name": "eGFR", "value": 900}]}, "not possible"),
        ({"labs": [{"name": "ALT", "value": -1, "upper_limit": 40}]}, "labs.0.value"),
        ({"labs": [{"name": "CRP", "value": 1}]}, "labs.0.name"),
        ({"medicine": []}, "medicine"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    screened, table: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError) as error:
        screened(**table)
    assert told in str(error.value)
    assert "Mend:" in str(error.value)


def test_what_was_taken_for_what_is_told_to_the_prescriber(screened) -> None:
    found = screened(medicines=[{"name": "co-codamol 30/500"}])
    assert view(found, "prescriber")["understood"] == [
        {
            "entered": "co-codamol 30/500",
            "ingredients": ["codeine", "paracetamol"],
            "long_acting": False,
        }
    ]


def test_a_stopped_opioid_asks_whether_it_was_regular_and_when(screened) -> None:
    found = screened(medicines=[{"name": "oxycodone", "taken": "stopped"}])
    assert {"regular", "last dose"} <= set(found.not_asked)
    facts = facts_from({"medicines": [{"name": "oxycodone", "taken": "stopped"}]})
    assert facts.medicines is not None
    assert facts.medicines[0].regular is None


def test_several_illnesses_in_one_line_are_all_read(screened) -> None:
    for text, rules_fired, unclear in (
        ("fibromyalgia and depression", {"PSY-001"}, []),
        ("Diabetic neuropathy, liver cirrhosis; fibromyalgia", {"HEP-003"}, []),
        ("fibromyalgia, wobbly knees", set(), ["wobbly knees"]),
        ("history of opioid dependence", {"OPI-012"}, []),
        ("hepatic failure, no depression", {"HEP-001"}, ["no depression"]),
        ("none", set(), []),
    ):
        found = screened(**NOTHING_OPEN | {"conditions": [text]})
        fired = {"-".join(each.rule.id.split("-")[:2]) for each in found.findings}
        assert fired - {"PLN-003", "DRV-001"} == rules_fired, text
        assert [each.entered for each in found.unclear] == unclear, text


def test_a_brand_is_told_with_what_is_in_it(screened) -> None:
    found = screened(medicines=[{"name": "Nurofen Plus"}, {"name": "codeine"}, {"name": "none"}])
    opioid = next(each for each in found.findings if each.rule.id.startswith("OPI-001"))
    assert opioid.fired_by == ("Nurofen Plus (codeine)", "codeine")
    assert not found.unclear
