"""The thread from sign-in to a receipt, by HTTP."""

import uuid

import pytest
from django.test import Client

from lodose.server.records.models import CheckIn
from server_support.people import PASSWORD, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def test_sign_in_check_in_receipt() -> None:
    person = make_person("mira")
    browser = Client()
    page = browser.post("/accounts/login/", {"login": "mira", "password": PASSWORD})
    assert page.status_code == 302, page.content.decode()
    sent = browser.post("/today/", {"id": str(uuid.uuid4()), "outcome-pain": "6"})
    assert sent.status_code == 302
    assert browser.get(sent.headers["Location"]).status_code == 200
    assert CheckIn.objects.get(person=person).outcomes == {"pain": "6"}


def test_another_persons_receipt_is_not_there() -> None:
    mira, noor = make_person("mira"), make_person("noor")
    browser = Client()
    browser.post("/accounts/login/", {"login": "mira", "password": PASSWORD})
    sent = browser.post("/today/", {"id": str(uuid.uuid4()), "outcome-pain": "6"})
    other = Client()
    other.post("/accounts/login/", {"login": "noor", "password": PASSWORD})
    forbidden = other.get(sent.headers["Location"])
    absent = other.get(f"/today/receipt/{uuid.uuid4()}/")
    assert forbidden.status_code == absent.status_code == 404
    assert mira != noor
