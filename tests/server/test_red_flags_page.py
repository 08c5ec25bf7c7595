"""What to do in danger: said first, to everybody, never with a number to act on."""

import re
import tomllib
import uuid
from typing import Any

import pytest
from django.test import Client

from lodose.server.records.models import CheckIn
from lodose.server.records.red_flags import FILE, red_flag_ids, red_flags
from server_support.people import make_person, signed_in

SIGNS = tomllib.loads(FILE.read_text("utf-8"))["sign"]
IDS = [each["id"] for each in SIGNS]


def page_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode()).replace("&#x27;", "'")


def test_every_danger_that_the_product_must_know_is_there() -> None:
    assert IDS == [
        "self-harm",
        "liver",
        "allergy",
        "withdrawal",
        "opioid-needed",
        "opioid-without-effect",
    ]
    assert red_flag_ids() == set(IDS)


@pytest.mark.parametrize("sign", SIGNS, ids=IDS)
def test_no_text_gives_a_date_a_dose_or_a_threshold(sign: dict[str, Any]) -> None:
    text = " ".join([sign["sign"], sign["question"], sign["title"], *sign["action"]])
    assert not re.search(r"\d", text)
    assert not re.search(r"responder|proves", text)
    assert re.search(r"label|product information", sign["source"])
    assert "http" not in sign["source"]


def test_the_two_sentences_that_must_stand_do_stand() -> None:
    by_id = {each["id"]: " ".join(each["action"]) for each in SIGNS}
    block = "Do not try to overcome the block: it can stop your breathing."
    for opioid in ("opioid-needed", "opioid-without-effect", "withdrawal"):
        assert block in by_id[opioid]
    assert (
        "Do not start. Do not stop your pain medicine for this; talk first."
        in by_id["opioid-needed"]
    )


@pytest.mark.django_db
def test_the_page_needs_no_account_and_says_what_to_do(settings: Any) -> None:
    page = page_of(Client().get("/red-flags/"))
    assert "In danger call your emergency number." in page
    for flag in red_flags():
        assert flag.question in page
        for text in flag.action:
            assert text in page
    settings.EMERGENCY_NUMBER = "112"
    page = page_of(Client().get("/red-flags/"))
    assert "In danger call 112." in page
    assert "Call 112 now" in page
    assert 'href="tel:112"' in page
    assert "your emergency number now" not in page
    assert "%(" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("flag_id", IDS)
def test_a_saved_red_flag_is_repeated_first_on_the_receipt(flag_id: str) -> None:
    person = make_person()
    browser = signed_in(person)
    sent = browser.post("/today/", {"id": str(uuid.uuid4()), "red_flag": flag_id})
    assert CheckIn.objects.get(person=person).red_flags == [flag_id]
    receipt = page_of(browser.get(sent.headers["Location"]))
    flag = next(each for each in red_flags() if each.id == flag_id)
    assert receipt.index(flag.action[0]) < receipt.index("Saved with the server")
