"""A day is recorded by thumb, by keyboard, without script and without network."""

import pytest
from playwright.sync_api import Page

from lodose.server.records.models import CheckIn
from server_support.people import PASSWORD, make_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.mark.smoke
def test_sign_in_check_in_receipt(phone: Page) -> None:
    person = make_person("mira")
    phone.goto("/today/")
    phone.get_by_label("Login").or_(phone.locator("[name=login]")).first.fill("mira")
    phone.locator("[name=password]").fill(PASSWORD)
    phone.locator("main form button").first.tap()
    phone.wait_for_url("**/today/")
    phone.locator("#outcome-pain").get_by_text("6", exact=True).tap()
    phone.get_by_text("None today").tap()
    phone.get_by_role("button", name="Save").tap()
    phone.get_by_text("Saved with the server").wait_for()
    assert phone.get_by_text("Nobody is watching this now.").is_visible()
    stored = CheckIn.objects.get(person=person)
    assert stored.outcomes == {"pain": "6"}
    assert stored.side_effects == []
    assert stored.dose_micrograms is None
