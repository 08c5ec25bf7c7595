"""Somebody with fibromyalgia takes codeine cough syrup: stopped, and told not to change it."""

import datetime as dt
import html
import io
import re
from typing import Any

import pypdf
import pytest

from lodose.language import full_date, short_date
from lodose.screening import Facts, Medicine, rules, screen
from lodose.server.accounts.models import Role, User
from lodose.server.audit.chain import verify
from lodose.server.audit.models import Chain, Event
from lodose.server.care.attention import attention_of
from lodose.server.records import medicines
from lodose.server.records.before_models import Raised, RuleOverride, Screened
from lodose.server.records.clock import today_of
from lodose.server.records.models import DoseStep, Person
from lodose.server.records.models import Medicine as MedicineRow
from lodose.server.records.screening import screened
from server_support.people import check_in, let_in, make_account, make_person, signed_in
from server_support.programs import Program

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

CODEINE = "OPI-001-full-agonist"
COUGH = "OPI-009-antitussive-opioid"
REASON = "single dose for a tooth, no dependence, seen today"


@pytest.fixture
def person() -> Person:
    return make_person("mira")


@pytest.fixture
def prescriber(person: Person) -> User:
    account = make_account(Role.PRESCRIBER)
    let_in(person, account)
    return account


def text_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def tell_everything(person: Person) -> None:
    """Answer every part through the pages, with fibromyalgia and nothing else."""
    browser = signed_in(person)
    for part in (
        {"part": "lists", "medicines_whole": "on", "laboratory_whole": "on"},
        {
            "part": "health",
            "conditions": "fibromyalgia",
            "allergies_none": "on",
            "natural_products_none": "on",
        },
        {"part": "ahead", "planned_none": "on"},
        {"part": "about", "birth_year": "1980", "pregnancy": "no", "alcohol": "no"},
    ):
        assert browser.post("/screening/", part).status_code == 302


def add(person: Person, name: str, **more: str) -> Any:
    return signed_in(person).post("/diary/medicines/add/", {"name": name, **more}, follow=True)


def start(person: Person, **more: str) -> dict[str, str]:
    day = today_of(person).isoformat()
    agreed = {"agreed_with": "my doctor", "agreed_on": day}
    return {"kind": "start", "from_day": day, "dose_mg": "1.5", **agreed, **more}


def test_the_story(person: Person, prescriber: User) -> None:
    tell_everything(person)
    browser, desk = signed_in(person), signed_in(prescriber)
    page = text_of(browser.get("/screening/"))
    assert "Nothing that you told forbids it. That is not yet a yes" in page
    assert "Not answered yet" not in page
    # The syrup is entered in the diary: both learn it at once.
    page = text_of(add(person, "codeine cough syrup"))
    assert "Something that you told speaks against the treatment" in page
    assert "Do not stop your pain medicine for this; talk first." in page
    page = text_of(browser.get("/screening/"))
    assert "Do not start. Do not stop your pain medicine for this; talk first." in page
    assert "codeine cough syrup" in page
    refused = browser.post("/treatment/dose/", start(person, settled="on"))
    assert refused.status_code == 422
    assert "only their own account can decide otherwise" in text_of(refused)
    panel = text_of(desk.get("/panel/"))
    assert "Opioid pain medicine (codeine cough syrup)" in panel
    # The prescriber reads the interval with its source.
    address = f"/people/{person.pk}/screening/"
    page = text_of(desk.get(address))
    interval = next(each.interval for each in rules() if each.id == CODEINE)
    assert interval is not None
    assert f"7 to 10 days without any opioid ({interval.source})" in page
    assert "fibromyalgia" not in page.split("Fired by")[1].split("</dd>")[0]
    # Each contraindication is decided by itself, with a reason.
    assert desk.post(address, {"rule": CODEINE, "reason": "no"}).status_code == 422
    assert not RuleOverride.objects.exists()
    for rule in (CODEINE, COUGH):
        assert desk.post(address, {"rule": rule, "reason": REASON}).status_code == 302
    page = text_of(browser.get("/screening/"))
    assert f"Decided by prescriber on {full_date(today_of(person))}: {REASON}" in page
    assert REASON in text_of(desk.get(address))
    assert "speaks against the treatment" not in text_of(browser.get("/treatment/")).replace(
        "what speaks against the treatment", ""
    )
    assert browser.post("/treatment/dose/", start(person)).status_code == 302
    # A new opioid ends the decision by itself, and is raised to both.
    page = text_of(add(person, "oxycodone 5 mg"))
    assert "oxycodone 5 mg" in page.split("speaks against the treatment")[1]
    assert RuleOverride.objects.get(rule=CODEINE).withdrawn_at is not None
    assert RuleOverride.objects.get(rule=COUGH).withdrawn_at is None
    assert "oxycodone 5 mg" in text_of(desk.get("/panel/"))
    step = start(person, kind="step", dose_mg="3")
    assert browser.post("/treatment/dose/", step).status_code == 422
    assert browser.post("/treatment/stop/", {"reason": "enough"}).status_code == 302
    kinds = set(Event.objects.filter(chain_id=person.chain_id).values_list("kind", flat=True))
    assert {"screening-changed", "rule-overridden", "override-withdrawn"} <= kinds
    assert verify(Chain.objects.get(pk=person.chain_id)) == []


def test_a_decision_ends_with_the_access_of_whoever_made_it(
    person: Person, prescriber: User
) -> None:
    add(person, "tramadol")
    address = f"/people/{person.pk}/screening/"
    signed_in(prescriber).post(address, {"rule": "OPI-002-tramadol", "reason": REASON})
    assert not screened(person).findings[0].stops
    browser = signed_in(person)
    grant = person.grants.get(prescriber=prescriber)
    assert browser.post(f"/care/access/{grant.pk}/end/").status_code == 302
    assert screened(person).findings[0].stops
    assert browser.post("/treatment/dose/", start(person, settled="on")).status_code == 422
    event = Event.objects.filter(chain_id=person.chain_id, kind="override-withdrawn").get()
    assert event.details["why"] == "access ended"
    assert verify(Chain.objects.get(pk=person.chain_id)) == []


def test_the_prescriber_takes_a_decision_back(person: Person, prescriber: User) -> None:
    add(person, "tramadol")
    desk, address = signed_in(prescriber), f"/people/{person.pk}/screening/"
    desk.post(address, {"rule": "OPI-002-tramadol", "reason": REASON})
    kept = RuleOverride.objects.get()
    assert not screened(person).findings[0].stops
    assert desk.post(address, {"withdraw": "nonsense"}).status_code == 404
    assert desk.post(address, {"withdraw": str(kept.pk)}).status_code == 302
    assert desk.post(address, {"withdraw": str(kept.pk)}).status_code == 404
    assert screened(person).findings[0].stops
    assert Raised.objects.filter(person=person, settled_at=None).count() == 1


def test_a_decision_about_a_medicine_ends_when_it_is_changed(
    person: Person, prescriber: User
) -> None:
    add(person, "tramadol")
    signed_in(prescriber).post(
        f"/people/{person.pk}/screening/", {"rule": "OPI-002-tramadol", "reason": REASON}
    )
    item = MedicineRow.objects.get()
    changed = {"name": "tramadol", "dose": "100 mg", "reason": "more of it"}
    assert signed_in(person).post(f"/diary/medicines/{item.pk}/", changed).status_code == 302
    assert RuleOverride.objects.get().withdrawn_at is not None
    assert "100 mg" in text_of(signed_in(person).get("/diary/medicines/"))


def test_seen_is_told_to_the_person(person: Person, prescriber: User) -> None:
    add(person, "tramadol")
    item = next(each for each in attention_of([person])[person.pk] if each.is_urgent)
    assert item.kind == "contraindication"
    assert "seen by your care team" not in text_of(signed_in(person).get("/today/"))
    signed_in(prescriber).post(f"/people/{person.pk}/seen/", {"item": item.key})
    assert "seen by your care team" in text_of(signed_in(person).get("/today/"))


def test_by_the_api_it_is_the_same(person: Person, prescriber: User) -> None:
    mine, theirs = Program(person), Program(prescriber)
    told = {"conditions": ["fibromyalgia"], "birth_year": 1980, "medicines_whole": True}
    assert mine.put("/before-start", told).json()["conditions"] == ["fibromyalgia"]
    assert mine.get("/before-start").json()["allergies"] is None
    assert mine.post("/medicines", {"name": "codeine cough syrup"}).status_code == 201
    said = mine.get("/screening").json()
    assert said["outcome"] == "do not start"
    assert not {"interval", "not_before", "on"} & set(said)
    found = theirs.get(f"/people/{person.pk}/screening").json()
    assert found["findings"][0]["interval"]["days_max"] == 10
    urgent = theirs.get("/people").json()["items"][0]["open"][0]
    assert urgent["kind"] == "contraindication"
    overrides = f"/people/{person.pk}/screening/overrides"
    refused = theirs.post(overrides, {"rule": CODEINE, "reason": "no"})
    assert refused.status_code == 422
    assert set(refused.json()["fields"]) == {"reason"}
    made = theirs.post(overrides, {"rule": CODEINE, "reason": REASON})
    assert made.status_code == 201
    override = next(each["override"] for each in made.json()["findings"] if each["override"])
    assert override["reason"] == REASON
    assert theirs.post(f"{overrides}/{override['id']}/withdrawal", {}).status_code == 200
    assert theirs.post(f"{overrides}/{override['id']}/withdrawal", {}).status_code == 404
    # Nobody overrides for themselves, and a stranger finds nothing.
    assert mine.post(overrides, {"rule": CODEINE, "reason": REASON}).status_code in {403, 404}
    stranger = Program(make_account(Role.PRESCRIBER, "stranger"))
    assert stranger.get(f"/people/{person.pk}/screening").status_code == 404
    assert stranger.post(overrides, {"rule": CODEINE, "reason": REASON}).status_code == 404


def test_a_check_in_that_names_an_opioid_stops_it_and_its_correction_lets_go(
    person: Person, prescriber: User
) -> None:
    tell_everything(person)
    made = check_in(person, red_flags=["opioid-needed"])
    assert Screened.objects.get(person=person).outcome == "do not start"
    page = text_of(signed_in(person).get(f"/today/receipt/{made.check_in.pk}/"))
    assert "A sign of an opioid" in page
    panel = text_of(signed_in(prescriber).get("/panel/"))
    assert "Red flag" in panel
    assert "A sign of an opioid" not in panel  # said once
    check_in(person, red_flags=[], reason="ticked by mistake")
    assert Screened.objects.get(person=person).outcome == "talk it through"
    assert not Raised.objects.filter(settled_at=None).exists()


def test_who_answers_nothing_says_that_it_is_settled(person: Person) -> None:
    browser = signed_in(person)
    page = text_of(browser.get("/treatment/dose/"))
    assert "Questions that are open" in page
    assert "I settled the open questions with my prescriber" in page
    refused = browser.post("/treatment/dose/", start(person))
    assert refused.status_code == 422
    assert 'href="#id_settled"' in refused.content.decode()
    assert 'value="1.5"' in refused.content.decode()
    assert not DoseStep.objects.exists()
    assert browser.post("/treatment/dose/", start(person, settled="on")).status_code == 302
    event = Event.objects.get(chain_id=person.chain_id, kind="dose-decided")
    assert "allergies" in (event.details or {})["settled_with_prescriber"]
    # A change of the dose afterwards asks nothing again.
    step = start(person, kind="step", dose_mg="3")
    assert browser.post("/treatment/dose/", step).status_code == 302


def test_what_may_be_an_opioid_stops_until_it_is_named_or_answered(
    person: Person, prescriber: User
) -> None:
    item = MedicineRow.objects.create(person=person, name="cough syrup")
    for browser, path in (
        (signed_in(person), "/treatment/dose/"),
        (signed_in(prescriber), f"/people/{person.pk}/dose/"),
    ):
        refused = browser.post(path, start(person, settled="on"))
        assert refused.status_code == 422
        assert "This may be an opioid: cough syrup" in text_of(refused)
    medicines.change_medicine(
        item, medicines.Taken("cough syrup", opioid=False), reason="asked the pharmacist"
    )
    sent = signed_in(person).post("/treatment/dose/", start(person, settled="on"))
    assert sent.status_code == 302


def test_no_day_on_which_a_start_is_no_longer_refused_tells_an_interval(
    person: Person, prescriber: User
) -> None:
    """What ended beyond the interval still needs the prescriber's own account."""
    tell_everything(person)
    today = today_of(person)
    for name, back in (("codeine", 11), ("fentanyl patch", 15), ("methadone", 20)):
        last = (today - dt.timedelta(days=back)).isoformat()
        add(person, name, last_day=last, regular="no")
        assert screened(person).outcome.value == "do not start", name
    page = text_of(signed_in(person).get("/screening/"))
    assert "An opioid until lately" in page
    assert "30 days" not in page
    desk = signed_in(prescriber)
    assert "for 30 days after the last dose" in text_of(desk.get(f"/people/{person.pk}/screening/"))
    sent = start(person, despite="OPI-lately", reason=REASON)
    assert desk.post(f"/people/{person.pk}/dose/", sent).status_code == 302
    assert screened(person, on=today + dt.timedelta(days=40)).outcome.value == "talk it through"


INTERVALS = [
    ("co-codamol", "OPI-001"),
    ("tramadol", "OPI-002"),
    ("methadone", "OPI-003"),
    ("buprenorphine", "OPI-004"),
    ("fentanyl patch", "OPI-005"),
    ("oxycodone", "OPI-006"),
    ("kratom", "OPI-007"),
    ("codeine cough syrup", "OPI-009"),
]


def test_every_rule_with_an_interval_is_looked_at() -> None:
    with_interval = {rule.id[:7] for rule in rules() if rule.interval is not None}
    assert {rule for _, rule in INTERVALS} == with_interval


@pytest.mark.parametrize(("name", "rule"), INTERVALS)
def test_no_page_of_the_person_tells_when_an_opioid_would_be_out(
    person: Person, prescriber: User, name: str, rule: str
) -> None:
    today = today_of(person)
    last = today - dt.timedelta(days=3)
    stopped = {"last_day": last.isoformat(), "regular": "yes"} if rule == "OPI-006" else {}
    add(person, name, **(stopped or {"last_dose": last.isoformat()}))
    medicine = Medicine(name=name, last_dose=last, taken="stopped" if stopped else "now")
    found = screen(Facts(medicines=(medicine,)), on=today)
    fired = [each for each in found.findings if each.rule.interval is not None]
    assert rule in {each.rule.id[:7] for each in fired}
    told = set()
    for each in fired:
        interval = each.rule.interval
        assert interval is not None
        told |= {f"{interval.days_min} day", f"{interval.days_max} day", interval.source}
        told.add(f"{interval.days_min} to {interval.days_max}")
        day = each.not_before or last + dt.timedelta(days=interval.days_max)
        told |= {day.isoformat(), full_date(day), short_date(day)}
    told |= {"not before", "without any opioid", "interval"}
    browser = signed_in(person)
    pages = {
        path: text_of(browser.get(path))
        for path in (
            "/screening/",
            "/diary/medicines/",
            "/treatment/",
            "/treatment/dose/",
            "/treatment/schedule/",
            "/today/",
            "/account/history/",
        )
    }
    pages["api"] = Program(person).get("/screening").content.decode()
    card = pypdf.PdfReader(io.BytesIO(browser.get("/screening/card.pdf").content))
    pages["card"] = card.pages[0].extract_text() + str(card.metadata)
    for path, page in pages.items():
        # The lengths of periods on the form are days of something else.
        shown = page.split('name="design"')[0] if "schedule" in path else page
        words = re.sub(r"<(?:input|select|option)[^>]*>", "", shown)
        for each in told:
            assert each.casefold() not in words.casefold(), f"{path} tells {each}"
    # The prescriber does read it: the test above looks for the right words.
    desk = text_of(signed_in(prescriber).get(f"/people/{person.pk}/screening/"))
    assert "without any opioid" in desk
    assert any(each in desk for each in told if "day" in each)
    counted = [each.not_before for each in fired if each.not_before is not None]
    assert counted
    for day in counted:
        assert f"not before {full_date(day)} if dependence is excluded" in desk


def test_strangers_find_nothing(person: Person) -> None:
    add(person, "tramadol")
    address = f"/people/{person.pk}/screening/"
    for stranger in (
        make_person("other").user,
        make_account(Role.PRESCRIBER, "stranger"),
        make_account(Role.ADMINISTRATOR),
        person.user,
    ):
        assert signed_in(stranger).get(address).status_code == 404
        body = {"rule": "OPI-002-tramadol", "reason": REASON}
        assert signed_in(stranger).post(address, body).status_code == 404
    assert not RuleOverride.objects.exists()


def test_the_queries_of_a_screening_do_not_grow_with_the_medicines(
    person: Person, django_assert_max_num_queries: Any
) -> None:
    tell_everything(person)
    for number in range(30):
        MedicineRow.objects.create(person=person, name=f"ibuprofen {number}")
    with django_assert_max_num_queries(8):
        screened(person)
    browser = signed_in(person)
    with django_assert_max_num_queries(22):
        assert browser.get("/screening/").status_code == 200
