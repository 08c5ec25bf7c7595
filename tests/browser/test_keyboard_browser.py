"""By keyboard alone, always seeing where one is; the check-in itself: test_check_in_browser."""

from typing import Any

import pytest
from playwright.sync_api import Page

from lodose.server.care.models import Seen
from lodose.server.records.clock import today_of
from lodose.server.records.models import DoseStep, Medicine
from server_support.crowd import make_crowd
from server_support.looking import DESKTOP, PHONE
from server_support.people import PASSWORD, check_in, make_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

MOST_STEPS = 80
# What has the focus shows it: an outline of its own or of the tile that stands for it.
SHOWN = """() => {
  const outlined = (each) => {
    const look = getComputedStyle(each);
    return look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2;
  };
  const at = document.activeElement;
  if (at === document.body || at.id === "main") return true;
  const box = at.getBoundingClientRect();
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const tile = at.closest("label");
  return inside && (outlined(at) || (tile !== null && outlined(tile)));
}"""


def tab_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Walk with the key until the selector has the focus; everything passed is seen."""
    for _step in range(MOST_STEPS):
        if page.locator(f"{selector}:focus").count():
            return
        page.keyboard.press(key)
        where = "document.activeElement.outerHTML.slice(0, 160)"
        assert page.evaluate(SHOWN), f"the focus does not show: {page.evaluate(where)}"
    raise AssertionError(f"the keyboard never reaches {selector}")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_signing_in_the_menu_and_signing_out(open_page: Any, size: Any) -> None:
    make_person("mira")
    page: Page = open_page(size)
    page.goto("/accounts/login/")
    tab_to(page, "[name=login]")
    page.keyboard.type("mira")
    tab_to(page, "[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today/")
    for place in ("/diary/", "/answer/", "/treatment/", "/more/"):
        tab_to(page, f".navigation a[href='{place}']")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{place}")
        assert page.locator(".navigation [aria-current=page]").get_attribute("href") == place
    tab_to(page, "main form[action$='/logout/'] button")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.rstrip("/").count("/") == 2)


def test_the_first_stop_skips_to_the_content(open_page: Any) -> None:
    page: Page = open_page(DESKTOP)
    page.goto("/red-flags/")
    page.keyboard.press("Tab")
    assert page.locator(".skip:focus").is_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_the_calendar_leads_to_a_day_and_its_correction(open_page: Any, sign_in: Any) -> None:
    person = make_person("mira")
    day = check_in(person).check_in.day
    page: Page = open_page(DESKTOP)
    sign_in(page, person)
    page.goto("/diary/")
    tab_to(page, f".calendar a[href='{day}/']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/diary/{day}/")
    tab_to(page, f"main a[href$='/{day}/correct/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/correct/")
    tab_to(page, "[name=reason]")
    page.keyboard.type("mistyped")
    tab_to(page, ".save-bar button")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/diary/{day}/")


def test_details_open_and_what_is_in_them_is_reached(open_page: Any, sign_in: Any) -> None:
    person = make_person("mira")
    day = today_of(person)
    DoseStep.objects.create(
        person=person, kind="start", from_day=day, dose_micrograms=1500, agreed_with="my doctor"
    )
    page: Page = open_page(DESKTOP)
    sign_in(page, person)
    page.goto("/treatment/")
    tab_to(page, "td summary")
    assert not page.locator("td [name=reason]").is_visible()
    page.keyboard.press("Enter")
    tab_to(page, "td [name=reason]")
    page.keyboard.type("mistyped")
    page.keyboard.press("Enter")
    page.get_by_text("Taken back.").wait_for()
    assert DoseStep.objects.get().removed_at is not None


def test_a_prescriber_marks_as_seen_and_reads_a_person(open_page: Any, sign_in: Any) -> None:
    crowd = make_crowd()
    Medicine.objects.create(person=crowd.owner, name="tramadol", opioid=True)
    page: Page = open_page(DESKTOP)
    sign_in(page, crowd.prescriber)
    page.goto("/panel/")
    tab_to(page, "table.people button[aria-label*='Opioid']")
    page.keyboard.press("Enter")
    page.get_by_text("Marked as seen.").wait_for()
    assert Seen.objects.filter(person=crowd.owner, item__startswith="opioid:").count() == 1
    tab_to(page, f"table.people a[href='/people/{crowd.owner.pk}/']")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Owner").wait_for()
    tab_to(page, "main section button")
    page.keyboard.press("Enter")
    page.get_by_text("Marked as seen.").wait_for()
    assert Seen.objects.filter(person=crowd.owner).count() == 2
