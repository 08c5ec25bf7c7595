"""The brief: written, looked at, taken along; the prescriber's copy alone has intervals."""

import datetime as dt
import io
import json
import re
import zipfile

import pypdf
import pytest

from lodose.server.accounts.models import Role, User
from lodose.server.audit.models import Event
from lodose.server.audit.words import say
from lodose.server.records.before_models import BriefWords
from lodose.server.records.brief import Written, brief_of, keep_written, written_by
from lodose.server.records.clock import today_of
from lodose.server.records.deletion import delete_everything
from lodose.server.records.everything import everything_of
from lodose.server.records.models import Medicine, Person, Trial, TrialPeriod
from lodose.server.records.problems import DecisionError
from lodose.server.records.regimen import PlanWish, choose_plan
from lodose.server.records.screening_answers import Told, tell
from server_support.people import let_in, make_account, make_person, signed_in
from server_support.programs import Program

pytestmark = [pytest.mark.django_db, pytest.mark.interface]
TIME = re.compile(r"\d+ to \d+ days|\d+ days without|not before")


@pytest.fixture
def person() -> Person:
    made = make_person("mira")
    Person.objects.filter(pk=made.pk).update(hopes="To walk for an hour.")
    return Person.objects.get(pk=made.pk)


@pytest.fixture
def prescriber(person: Person) -> User:
    account = make_account(Role.PRESCRIBER)
    let_in(person, account)
    return account


TYPED = {
    "condition": "fibromyalgia",
    "shown_name": "Synthetic person 3",
    "why": "Pain every day. #panic() *bold* <b>x</b>",
    "tried": "Warm water.",
    "questions": "What does it cost?\n\nMay I drive?",
}


def pages(content: bytes) -> list[str]:
    read = pypdf.PdfReader(io.BytesIO(content)).pages
    return [" ".join(page.extract_text().replace("\xad", "").split()) for page in read]


def told_everything(person: Person) -> None:
    """Every question answered, nothing against it."""
    tell(
        person,
        Told(
            birth_year=today_of(person).year - 44,
            conditions=("fibromyalgia",),
            allergies=(),
            natural_products=(),
            planned=(),
            pregnancy="no",
            alcohol=False,
            medicines_whole=True,
            laboratory_whole=True,
        ),
    )


def test_what_is_written_is_kept_shown_and_stands_in_the_file(person: Person) -> None:
    browser = signed_in(person)
    first = browser.get("/brief/").content.decode()
    assert "To walk for an hour." in first  # the hopes, until something is written
    assert "What you tried is not written yet." in first
    assert "Questions of the safety check are open." in first
    assert browser.post("/brief/", TYPED).status_code == 302
    page = browser.get("/brief/").content.decode()
    assert "Fibromyalgia: may low-dose naltrexone be tried?" in page
    assert "NCT04739995" in page
    assert "What you tried is not written yet." not in page
    assert "<b>x</b>" not in page
    assert written_by(person).questions == ("What does it cost?", "May I drive?")
    answer = browser.get("/brief/brief.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="brief.pdf"'
    one, two = pages(answer.content)
    assert "Synthetic person 3" in one
    assert "Pain every day. #panic() *bold* <b>x</b>" in one
    assert "May I drive?" in one
    assert two.startswith("For the prescriber")
    event = Event.objects.get(chain_id=person.chain_id, kind="brief-written")
    assert say(event) == "You wrote what stands on the page for your visit."


def test_what_cannot_be_is_told_beside_its_field_and_nothing_is_written(person: Person) -> None:
    browser = signed_in(person)
    for field, text in (
        ("condition", "naltrexonitis"),
        ("why", "x" * 601),
        ("shown_name", "x" * 121),
        ("questions", "?\n" * 11),
    ):
        refused = browser.post("/brief/", TYPED | {field: text})
        assert refused.status_code == 422
        page = refused.content.decode()
        assert f'href="#id_{field}"' in page
        assert "Warm water." in page  # what was typed is kept
    assert not BriefWords.objects.exists()
    with pytest.raises(DecisionError):
        keep_written(person, Written(condition="safety"))


def test_a_plan_and_the_main_question_stand_in_it(person: Person) -> None:
    told_everything(person)
    choose_plan(person, PlanWish("cautious", agreed_with="Practice", agreed_on=today_of(person)))
    keep_written(person, Written("fibromyalgia", "Synthetic person 3", "Pain.", "Water."))
    made = brief_of(person, reader="person")
    assert made is not None
    assert made.outcome == "talk it through"
    assert made.missing == ()
    assert dict(made.plan)["Doses"].endswith("up to 4.5 mg")
    assert dict(made.judged)["Outcome"].startswith("Pain, 0 to 10: 1 or more lower")
    assert "PMID 15207508" in made.sources
    assert "up to 4.5 mg" in signed_in(person).get("/brief/").content.decode()


def test_codeine_stops_the_person_and_only_the_prescriber_reads_the_interval(
    person: Person, prescriber: User
) -> None:
    told_everything(person)
    today = today_of(person)
    Medicine.objects.create(
        person=person, name="codeine cough syrup", opioid=True, last_day=today - dt.timedelta(2)
    )
    browser = signed_in(person)
    page = browser.get("/brief/").content.decode()
    assert "Do not start. Do not stop your pain medicine for this; talk first." in page
    own = pages(browser.get("/brief/brief.pdf").content)
    read = json.dumps(browser.get("/api/v1/brief").json())
    for said in (page, *own, read):
        assert not TIME.search(said)
    earliest = today + dt.timedelta(days=8)
    opened = signed_in(prescriber).get(f"/people/{person.pk}/brief.pdf")
    assert opened.headers["Content-Disposition"] == 'attachment; filename="brief.pdf"'
    one, two = pages(opened.content)
    assert "Do not start." in one
    assert not TIME.search(one)
    assert "7 to 10 days" in two
    assert f"not before {earliest.day} {earliest:%B %Y} if dependence is excluded" in two
    looked = Event.objects.filter(chain_id=person.chain_id, kind="looked").latest("sequence")
    assert say(looked) == "prescriber opened the page for your visit."


def test_nobody_else_gets_it(person: Person, prescriber: User) -> None:
    address = f"/people/{person.pk}/brief.pdf"
    assert signed_in(prescriber).get("/brief/").status_code == 404
    assert signed_in(person).get(address).status_code == 404
    person.grants.update(withdrawn_at=dt.datetime.now(dt.UTC))
    assert signed_in(prescriber).get(address).status_code == 404


def test_while_a_schedule_is_sealed_there_is_none(person: Person, prescriber: User) -> None:
    today = today_of(person)
    trial = Trial.objects.create(person=person, plan={}, sealed=True)
    TrialPeriod.objects.create(
        trial=trial, number=1, first_day=today, last_day=today + dt.timedelta(7), kit="KIT-1"
    )
    browser = signed_in(person)
    page = browser.get("/brief/")
    assert page.status_code == 200
    assert "sealed" in page.content.decode()
    assert " mg" not in page.content.decode()
    for reader, address in (
        (browser, "/brief/brief.pdf"),
        (browser, "/api/v1/brief"),
        (browser, "/api/v1/brief.pdf"),
        (signed_in(prescriber), f"/people/{person.pk}/brief.pdf"),
    ):
        assert reader.get(address).status_code == 404


def test_in_german(person: Person) -> None:
    keep_written(person, Written("fibromyalgia"))
    answer = signed_in(person).get("/brief/brief.pdf", HTTP_ACCEPT_LANGUAGE="de")
    read = pypdf.PdfReader(io.BytesIO(answer.content))
    assert read.trailer["/Root"]["/Lang"].startswith("de")
    assert len(read.pages) == 2


def test_it_goes_along_with_everything_and_goes_with_the_account(person: Person) -> None:
    keep_written(person, Written("fibromyalgia", "Quiet heron", "grey-otter why"))
    archive = zipfile.ZipFile(io.BytesIO(everything_of(person)))
    (kept,) = json.loads(archive.read("everything.json"))["brief"]
    assert kept["why"] == "grey-otter why"
    delete_everything(person)
    assert not BriefWords.objects.exists()
    assert "grey-otter" not in str(list(Event.objects.values_list("details", flat=True)))


def test_programs_write_and_read_it(person: Person) -> None:
    program = Program(person, "read:diary", "write:diary")
    given = {"condition": "crohn", "why": "Cramps.", "questions": ["Cost?"]}
    kept = program.put("/brief/text", given)
    assert kept.status_code == 200
    assert program.get("/brief/text").json()["why"] == "Cramps."
    assert program.get("/brief").json()["question"].startswith("Crohn")
    assert program.get("/brief.pdf").headers["Content-Type"] == "application/pdf"
    refused = program.put("/brief/text", {"condition": "none-such"})
    assert refused.status_code == 422
    assert written_by(person).condition == "crohn"
