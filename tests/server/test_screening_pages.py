"""The questions before the start: each may stay open; what cannot be is asked back."""

import datetime as dt
import html
import io
from typing import Any

import pypdf
import pytest

from lodose.server.accounts.models import Role
from lodose.server.audit.models import Event
from lodose.server.records.before_models import BeforeStart, Screened
from lodose.server.records.clock import today_of
from lodose.server.records.models import DoseStep, Medicine, Person
from lodose.server.records.screening import facts_of, screened
from server_support.people import let_in, make_account, make_person, signed_in
from server_support.programs import Program

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


@pytest.fixture
def person() -> Person:
    return make_person("mira")


def text_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def laboratory(person: Person, **fields: str) -> dict[str, str]:
    given = {"day": str(today_of(person)), "analyte": "alt", "value": "30", "unit": "U/L"}
    return given | {"upper_limit": "40"} | fields


def test_whoever_told_nothing_reads_what_is_open(person: Person) -> None:
    page = text_of(signed_in(person).get("/screening/"))
    assert "Do not start yet. Some questions are open" in page
    for words in (
        "Which medicines do you take",
        "Are there blood tests of liver and kidney?",
        "Do you drink alcohol?",
        "How old are you?",
        "your prescriber decides",
    ):
        assert words in page
    assert facts_of(person).medicines is None
    assert facts_of(person).conditions is None
    assert not BeforeStart.objects.exists()


def test_none_is_an_answer_and_silence_is_not(person: Person) -> None:
    browser = signed_in(person)
    health = {"part": "health", "conditions_none": "on", "allergies": "lactose\n penicillin "}
    assert browser.post("/screening/", health).status_code == 302
    told = facts_of(person)
    assert (told.conditions, told.allergies) == ((), ("lactose", "penicillin"))
    assert told.natural_products is None
    page = text_of(browser.get("/screening/"))
    assert "Do not start." in page
    assert "because of: lactose" in page
    assert "lactose\npenicillin" in page
    assert "Do you take kratom, 7-OH or any natural pain product?" in page
    # Another part leaves these answers as they are; an emptied field is open again.
    assert browser.post("/screening/", {"part": "about", "alcohol": "yes"}).status_code == 302
    assert facts_of(person).allergies == ("lactose", "penicillin")
    browser.post("/screening/", {"part": "health", "conditions_none": "on"})
    assert facts_of(person).allergies is None
    event = Event.objects.filter(kind="before-start-told").order_by("sequence").last()
    assert event is not None
    assert event.details is not None
    assert event.details["before"] == {"allergies": ["lactose", "penicillin"]}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"part": "about", "birth_year": "1776"}, "Check the year: 1776."),
        ({"part": "about", "birth_year": "soon"}, "Enter a whole number"),
        ({"part": "about", "pregnancy": "perhaps"}, "Select a valid choice"),
        (
            {"part": "health", "conditions": "asthma", "conditions_none": "on"},
            "You wrote something and ticked that there is none",
        ),
        ({"part": "health", "allergies": "x" * 201}, "200 characters or fewer in a line"),
        ({"part": "ahead", "kind_0": "surgery", "on_0": "2001-02-03"}, "2001-02-03 is over"),
        ({"part": "ahead", "kind_0": "surgery", "on_0": "2199-02-03"}, "Check the year"),
        ({"part": "ahead", "kind_0": "surgery", "on_0": "31 February"}, "Enter a valid date"),
        ({"part": "ahead", "on_0": "2199-02-03"}, "Choose what is planned for that day"),
        ({"part": "ahead", "kind_0": "surgery", "planned_none": "on"}, "ticked that"),
        ({"part": "ahead", "products": "magic"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_asked_back_and_nothing_is_written(
    person: Person, sent: dict[str, str], words: str
) -> None:
    answer = signed_in(person).post("/screening/", sent)
    assert answer.status_code == 422
    page = text_of(answer)
    assert words in page
    assert "There is something to correct" in page
    for name, value in sent.items():
        if name not in {"part", "pregnancy", "products"} and value != "on":
            assert value in page  # what was typed is kept
    assert not BeforeStart.objects.exists()
    assert not Event.objects.filter(kind="before-start-told").exists()


def test_an_unknown_part_is_not_there(person: Person) -> None:
    assert signed_in(person).post("/screening/", {"part": "luck"}).status_code == 404


def test_an_unknown_medicine_is_asked_back_then_kept_as_not_understood(person: Person) -> None:
    browser, address = signed_in(person), "/diary/medicines/add/"
    asked = browser.post(address, {"name": "ibuprfen", "note": "kept words"})
    assert asked.status_code == 422
    page = text_of(asked)
    assert "Did you mean ibuprofen" in page
    assert "kept words" in page
    assert 'type="checkbox" name="as_typed"' in page
    assert browser.post(address, {"name": "Zorblax"}).status_code == 422
    assert not Medicine.objects.exists()
    assert browser.post(address, {"name": "Zorblax", "as_typed": "on"}).status_code == 302
    for path in ("/diary/medicines/", "/screening/", "/treatment/dose/"):
        assert "'Zorblax' was not understood" in text_of(browser.get(path))
    asked = browser.post(address, {"name": "cough syrup"})
    assert asked.status_code == 422
    assert "“cough syrup” may hold an opioid" in text_of(asked)
    sent = Program(person).post("/medicines", {"name": "Zorblax forte"})
    assert (sent.status_code, list(sent.json()["fields"])) == (422, ["name"])
    kept = Program(person).post("/medicines", {"name": "Zorblax forte", "as_typed": True})
    assert (kept.status_code, kept.json()["opioid"]) == (201, None)


def test_laboratory_values_are_judged_by_their_own_limit(person: Person) -> None:
    browser, address = signed_in(person), "/diary/laboratory/add/"
    wrong = browser.post(address, laboratory(person, unit="mg/dL", note="kept words"))
    assert wrong.status_code == 422
    assert "is not given in mg/dL. Choose one of: U/L, µkat/L" in text_of(wrong)
    assert "kept words" in text_of(wrong)
    assert facts_of(person).labs is None
    assert browser.post(address, laboratory(person, value="30")).status_code == 302
    assert "raised" not in text_of(browser.get("/screening/"))
    assert browser.post(address, laboratory(person, value="250")).status_code == 302
    later = text_of(browser.get("/diary/laboratory/"))
    assert "Your liver values need an explanation first" in later
    assert "because of: ALT 250 (upper limit 40)" in text_of(browser.get("/screening/"))
    egfr = laboratory(person, analyte="egfr", value="22", unit="mL/min/1.73 m²", upper_limit="")
    assert browser.post(address, egfr).status_code == 302
    assert "because of: eGFR 22" in text_of(browser.get("/screening/"))
    ast = laboratory(person, analyte="ast", value="400", upper_limit="")
    assert browser.post(address, ast).status_code == 302
    page = text_of(browser.get("/screening/"))
    assert "'AST 400 U/L' cannot be judged without your laboratory's upper limit" in page


def test_what_lies_ahead_and_what_is_over(person: Person) -> None:
    today = today_of(person)
    soon = (today + dt.timedelta(days=9)).isoformat()
    sent = {"part": "ahead", "kind_0": "surgery", "on_0": soon, "kind_1": "childbirth"}
    assert signed_in(person).post("/screening/", sent).status_code == 302
    assert "Planned operation or procedure" in text_of(signed_in(person).get("/screening/"))
    later = today + dt.timedelta(days=30)
    assert [each.kind for each in facts_of(person).events or ()] == ["surgery", "childbirth"]
    found = screened(person, on=later)
    assert [each.fired_by for each in found.findings if each.rule.id == "PLN-001-surgery"] == [
        ("childbirth",)
    ]


def test_everything_is_screened_again_when_it_changes(person: Person) -> None:
    browser = signed_in(person)
    browser.post("/diary/medicines/add/", {"name": "tramadol"})
    kept = Screened.objects.get(person=person)
    assert kept.outcome == "do not start"
    assert kept.fired["OPI-002-tramadol"] == ["tramadol"]
    item = Medicine.objects.get()
    browser.post(f"/diary/medicines/{item.pk}/remove/", {"reason": "never taken"})
    kept.refresh_from_db()
    assert (kept.outcome, "OPI-002-tramadol" in kept.fired) == ("answer first", False)
    assert "speaks against the treatment (" not in text_of(browser.get("/today/"))


def test_the_card_for_the_wallet_tells_its_dose_and_nothing_by_its_name(person: Person) -> None:
    DoseStep.objects.create(
        person=person,
        kind="start",
        from_day=today_of(person),
        dose_micrograms=4500,
        agreed_with="Practice, telephone",
        agreed_on=today_of(person),
    )
    answer = signed_in(person).get("/screening/card.pdf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="card.pdf"'
    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    words = reader.pages[0].extract_text()
    assert "4.5 mg" in words
    assert "Practice, telephone" in words
    assert "naltrexone" not in str(reader.metadata).casefold()


def test_the_prescribers_page_says_what_each_rule_rests_on(person: Person) -> None:
    prescriber = make_account(Role.PRESCRIBER)
    let_in(person, prescriber)
    browser = signed_in(person)
    browser.post("/diary/medicines/add/", {"name": "fentanyl patch"})
    browser.post("/screening/", {"part": "health", "conditions": "cirhosis\ndepression"})
    page = text_of(signed_in(prescriber).get(f"/people/{person.pk}/screening/"))
    for words in (
        "Do not start: contraindications stand",
        "Opioid patch or slow-release opioid",
        "Fired by",
        "Basis",
        "The project's judgement",
        "Sources and rule",
        "How the medicines were understood",
        "fentanyl",
        "long-acting",
        "near: cirrhosis",
        "depression",
        "Not answered",
        "cirhosis; depression",
    ):
        assert words in page
    assert "looked at your safety check" in text_of(browser.get("/account/history/"))
