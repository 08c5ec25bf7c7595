"""Laboratory values, other medicines and events, by HTTP."""

import html
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from lodose.screening import near, recognise
from lodose.server.accounts.models import Role
from lodose.server.audit.chain import verify
from lodose.server.audit.models import Chain, Event
from lodose.server.records.clock import today_of
from lodose.server.records.laboratory import analytes, convert
from lodose.server.records.models import Laboratory, LifeEvent, Medicine, Person
from server_support.people import make_account, make_person, signed_in


def crp(person: Person, **fields: str) -> dict[str, str]:
    given = {"day": str(today_of(person)), "analyte": "crp", "value": "4.2", "unit": "mg/L"}
    return given | fields


def kinds(person: Person) -> list[str]:
    events = Event.objects.filter(chain_id=person.chain_id).order_by("sequence")
    return list(events.values_list("kind", flat=True))[1:]


def text_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "expected"),
    [
        ("crp", "0.5", "mg/dL", "5"),
        ("crp", "5", "µg/mL", "5"),
        ("alt", "0.5", "µkat/L", "30"),
        ("creatinine", "1.0", "mg/dL", "88.4"),
        ("leucocytes", "6200", "/µL", "6.2"),
        ("leucocytes", "6.2", "10³/µL", "6.2"),
        ("haemoglobin", "13.5", "g/dL", "135"),
        ("calprotectin", "50", "mg/kg", "50"),
        ("tsh", "2.1", "µIU/mL", "2.1"),
    ],
)
def test_units_become_the_common_one(analyte: str, value: str, unit: str, expected: str) -> None:
    assert convert(Decimal(value), unit, analytes()[analyte]) == Decimal(expected)


def test_the_table_of_analytes_is_sound() -> None:
    for each in analytes().values():
        assert each.units[each.unit] == 1
        assert each.plausible[0] < each.plausible[1]


@pytest.mark.django_db
@pytest.mark.interface
def test_a_value_is_added_corrected_with_a_reason_and_removed() -> None:
    person = make_person()
    browser = signed_in(person)
    assert "No values yet" in text_of(browser.get("/diary/laboratory/"))
    sent = browser.post(
        "/diary/laboratory/add/", crp(person, value="0,9", unit="mg/dL", upper_limit="0.5")
    )
    assert sent.status_code == 302, text_of(sent)
    item = Laboratory.objects.get()
    page = text_of(browser.get("/diary/laboratory/"))
    assert "0.9 mg/dL" in page
    assert "= 9 mg/L" in page
    assert "above the limit that your laboratory gave" in page
    form = text_of(browser.get(f"/diary/laboratory/{item.pk}/"))
    assert 'value="0.9"' in form
    without = browser.post(f"/diary/laboratory/{item.pk}/", crp(person, value="<5"))
    assert without.status_code == 422
    changed = browser.post(
        f"/diary/laboratory/{item.pk}/", crp(person, value="<5", reason="wrong line")
    )
    assert changed.status_code == 302
    item.refresh_from_db()
    assert (item.value, item.below_detection, item.upper_limit) == (5, True, None)
    page = text_of(browser.get("/diary/laboratory/"))
    assert "below detection" in page
    assert "above the limit" not in page
    event = Event.objects.get(kind="laboratory-corrected")
    assert event.details is not None
    assert event.details["before"]["value"] == "0.9"
    assert event.details["reason"] == "wrong line"
    refused = browser.post(f"/diary/laboratory/{item.pk}/remove/", {"reason": " "})
    assert refused.status_code == 422
    gone = browser.post(f"/diary/laboratory/{item.pk}/remove/", {"reason": "not mine"})
    assert gone.status_code == 302
    assert "No values yet" in text_of(browser.get("/diary/laboratory/"))
    assert Laboratory.objects.get().removed_at is not None
    assert browser.get(f"/diary/laboratory/{item.pk}/").status_code == 404
    assert kinds(person) == ["laboratory-added", "laboratory-corrected", "laboratory-removed"]
    assert verify(Chain.objects.get(pk=person.chain_id)) == []


@pytest.mark.django_db
@pytest.mark.interface
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"unit": "µmol/L"}, "is not given in µmol/L. Choose one of: mg/L, mg/dL, µg/mL"),
        ({"unit": "other"}, "is not given in another unit"),
        ({"unit": ""}, "This field is required"),
        ({"value": "five"}, "“five” is not a number"),
        ({"value": "-1"}, "from 0 up"),
        ({"value": "0.0000001"}, "at most 5 decimals"),
        ({"value": "NaN"}, "from 0 up"),
        ({"value": "4200"}, "Did you mean 420 mg/L or 42 mg/L"),
        ({"value": "0.03"}, "0.3 mg/L or 3 mg/L or 0.03 mg/dL"),
        ({"value": "80", "unit": "mg/dL"}, "8 mg/dL or 0.8 mg/dL or 80 mg/L"),
        ({"value": "999999"}, "Look at the report again"),
        ({"upper_limit": "5000"}, "Did you mean 500 mg/L"),
        ({"day": "2199-01-01"}, "2199-01-01 has not come yet"),
        ({"day": "1950-01-01"}, "Check the year"),
        ({"day": ""}, "This field is required"),
        ({"analyte": "luck"}, "Select a valid choice"),
        ({"analyte": "other", "other_name": " "}, "Write what was measured"),
    ],
)
def test_a_value_that_cannot_be_or_is_likely_a_slip_is_asked_back(
    fields: dict[str, str], words: str
) -> None:
    person = make_person()
    answer = signed_in(person).post(
        "/diary/laboratory/add/", crp(person, note="kept words", **fields)
    )
    assert answer.status_code == 422
    asks_back = "far from what is usually measured" in text_of(answer)
    assert asks_back == ('type="checkbox" name="as_typed"' in answer.content.decode())
    assert words in text_of(answer)
    assert "kept words" in text_of(answer)
    assert not Laboratory.objects.exists()
    assert kinds(person) == []


@pytest.mark.django_db
@pytest.mark.interface
def test_an_unusual_value_can_be_insisted_on_and_other_things_measured() -> None:
    person = make_person()
    browser = signed_in(person)
    unusual = crp(person, value="612", as_typed="on")
    assert browser.post("/diary/laboratory/add/", unusual).status_code == 302
    other = crp(person, analyte="other", other_name="IL-6", other_unit="pg/mL", unit="other")
    assert browser.post("/diary/laboratory/add/", other).status_code == 302
    page = text_of(browser.get("/diary/laboratory/"))
    assert "612 mg/L" in page
    assert "IL-6" in page
    assert "4.2 pg/mL" in page


@pytest.mark.parametrize(
    ("name", "ingredient"),
    [
        ("Tramadol 50 mg", "tramadol"),
        ("TRAMADOL-HCl", "tramadol"),
        ("Oxycodon", "oxycodone"),
        ("Paracetamol/Codein", "codeine"),
        ("paracetamol with dihydrocodeine", "dihydrocodeine"),
        ("Méthadone", "methadone"),
        ("buprenorphine patch 5 µg/h", "buprenorphine"),
        ("naloxone/oxycodone", "oxycodone"),
        ("Kratom powder", "kratom"),
        ("7-OH", "kratom"),
        ("heroin", "diamorphine"),
        ("metadone", "methadone"),
        ("loperamide", "loperamide"),
        ("loperamide and codeine", "codeine"),
    ],
)
def test_an_opioid_is_recognised(name: str, ingredient: str) -> None:
    found = recognise(name)
    assert found is not None
    assert found.name == ingredient
    assert found.kind == ("gut" if name == "loperamide" else "opioid")


@pytest.mark.parametrize(
    "name",
    [
        "ibuprofen",
        "dextromethorphan",
        "naltrexone",
        "hydrocortisone",
        "methotrexate",
        "apomorphine",
        "",
    ],
)
def test_what_is_no_opioid_is_not_called_one(name: str) -> None:
    assert recognise(name) is None
    assert near(name) is None


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("tramdol", "tramadol"),
        ("oxycodn", "oxycodone"),
        ("morphne", "morphine"),
    ],
)
def test_a_slip_of_the_hand_is_asked_about(slip: str, meant: str) -> None:
    assert recognise(slip) is None
    found = near(slip)
    assert found is not None
    assert found.name == meant


@pytest.mark.django_db
@pytest.mark.interface
def test_an_opioid_brings_its_warning_at_once_and_never_a_date() -> None:
    person = make_person()
    browser = signed_in(person)
    page = browser.post(
        "/diary/medicines/add/", {"name": "Tramadol 50 mg", "opioid": "no"}, follow=True
    )
    words = text_of(page)
    assert "Do not start. Do not stop your pain medicine for this; talk first." in words
    assert "Do not try to overcome the block: it can stop your breathing." in words
    warning = words[words.index("callout danger") : words.index("Red flags: what to do now")]
    assert not any(word in warning for word in ("day", "hour", "week", "%", "interval"))
    assert Medicine.objects.get().opioid is True  # whatever was said of it
    asked = browser.post("/diary/medicines/add/", {"name": "tramdol", "note": "kept words"})
    assert asked.status_code == 422
    assert "Did you mean tramadol?" in text_of(asked)
    assert "kept words" in text_of(asked)
    assert Medicine.objects.count() == 1
    for said, opioid in (("no", False), ("yes", True)):
        browser.post("/diary/medicines/add/", {"name": "tramdol", "opioid": said})
        assert Medicine.objects.filter(name="tramdol", opioid=opioid).exists()
    brand = {"name": "A strong brand", "opioid": "yes"}
    assert browser.post("/diary/medicines/add/", brand).status_code == 302
    assert Medicine.objects.get(name="A strong brand").opioid is True


@pytest.mark.django_db
@pytest.mark.interface
def test_a_medicine_of_the_gut_is_a_caution_and_no_alarm() -> None:
    person = make_person()
    browser = signed_in(person)
    page = text_of(browser.post("/diary/medicines/add/", {"name": "Loperamid"}, follow=True))
    assert "May work less: Loperamid" in page
    assert "Do not start" not in page
    assert Medicine.objects.get().opioid is False


@pytest.mark.django_db
@pytest.mark.interface
def test_medicines_are_corrected_and_removed_and_faults_named() -> None:
    person = make_person()
    today = today_of(person)
    browser = signed_in(person)
    assert "No other medicines yet" in text_of(browser.get("/diary/medicines/"))
    for fields, words in (
        ({"name": " "}, "This field is required"),
        ({"name": "x", "first_day": str(today + timedelta(days=1))}, "has not come yet"),
        (
            {"name": "x", "first_day": str(today), "last_day": str(today - timedelta(days=1))},
            "The last day is before the first",
        ),
        ({"name": "x", "first_day": "soon"}, "Enter a valid date"),
        ({"name": "x", "first_day": "0026-01-01"}, "Check the year"),
        ({"name": "x", "last_dose": str(today + timedelta(days=1))}, "has not come yet"),
        (
            {"name": "x", "first_day": str(today), "last_dose": str(today - timedelta(days=1))},
            "The last dose is before the first day",
        ),
        (
            {"name": "x", "last_day": str(today - timedelta(days=1)), "last_dose": str(today)},
            "The last dose is after the last day",
        ),
    ):
        answer = browser.post("/diary/medicines/add/", fields)
        assert answer.status_code == 422
        assert words in text_of(answer)
    assert not Medicine.objects.exists()
    browser.post(
        "/diary/medicines/add/",
        {"name": "methotrexate", "dose": "15 mg a week", "disease_modifying": "on"},
    )
    item = Medicine.objects.get()
    assert item.disease_modifying
    changed = {"name": "methotrexate", "last_day": str(today), "reason": "stopped"}
    assert browser.post(f"/diary/medicines/{item.pk}/", changed).status_code == 302
    item.refresh_from_db()
    assert (item.last_day, item.disease_modifying) == (today, False)
    removed = browser.post(f"/diary/medicines/{item.pk}/remove/", {"reason": "never taken"})
    assert removed.status_code == 302
    assert kinds(person) == [
        "medicine-added",
        "screening-changed",
        "medicine-corrected",
        "medicine-removed",
        "screening-changed",
    ]


@pytest.mark.django_db
@pytest.mark.interface
def test_events_are_written_corrected_and_removed() -> None:
    person = make_person()
    today = today_of(person)
    browser = signed_in(person)
    assert "No events yet" in text_of(browser.get("/diary/events/"))
    flare = {"what": "flare", "day": str(today), "days": "4", "note": "after a cold"}
    assert browser.post("/diary/events/add/", flare).status_code == 302
    page = text_of(browser.get("/diary/events/"))
    assert "Flare of the illness" in page
    assert "after a cold" in page
    for fields, words in (
        (flare, "already written for that day"),
        (flare | {"what": "party"}, "Select a valid choice"),
        (flare | {"day": str(today + timedelta(days=1))}, "has not come yet"),
        (flare | {"what": "other", "days": "0"}, "greater than or equal to 1"),
        (flare | {"what": "other", "days": ""}, "This field is required"),
    ):
        answer = browser.post("/diary/events/add/", fields)
        assert answer.status_code == 422
        assert words in text_of(answer)
    item = LifeEvent.objects.get()
    longer = flare | {"days": "6", "reason": "it went on"}
    assert browser.post(f"/diary/events/{item.pk}/", longer).status_code == 302
    item.refresh_from_db()
    assert item.days == 6
    assert (
        browser.post(f"/diary/events/{item.pk}/remove/", {"reason": "no flare"}).status_code == 302
    )
    assert browser.post("/diary/events/add/", flare).status_code == 302  # free again
    assert kinds(person)[:3] == ["life-event-added", "life-event-corrected", "life-event-removed"]


@pytest.mark.django_db
@pytest.mark.interface
def test_anothers_items_are_not_there() -> None:
    mira, noor = make_person("mira"), make_person("noor")
    today = today_of(mira)
    hers = {
        "laboratory": Laboratory.objects.create(
            person=mira, day=today, analyte="crp", value=4, unit="mg/L", note="hers alone"
        ),
        "medicines": Medicine.objects.create(person=mira, name="hers alone"),
        "events": LifeEvent.objects.create(person=mira, day=today, what="flare", note="hers alone"),
    }
    for browser in (signed_in(noor), signed_in(make_account(Role.PRESCRIBER))):
        for place, item in hers.items():
            assert "hers alone" not in text_of(browser.get(f"/diary/{place}/"))
            for key in (item.pk, uuid.uuid4()):
                for address in (f"/diary/{place}/{key}/", f"/diary/{place}/{key}/remove/"):
                    assert browser.get(address).status_code == 404
                    assert browser.post(address, {"reason": "mine"}).status_code == 404
    for place in hers:
        assert "hers alone" in text_of(signed_in(mira).get(f"/diary/{place}/"))
    assert Event.objects.filter(chain_id=mira.chain_id).count() == 1
