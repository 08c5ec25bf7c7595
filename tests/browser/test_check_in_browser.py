"""A day is recorded by thumb, by keyboard, without script; it is light and accessible."""

import datetime as dt
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Response

from lodose.server.accounts.models import Role
from lodose.server.records.clock import today_of
from lodose.server.records.models import CheckIn, DoseStep, Outcome, Person
from lodose.server.records.red_flags import red_flags
from server_support.people import PASSWORD, check_in, let_in, make_account, make_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
MOST_BYTES = 100_000
MOST_TAPS = 8
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def person_with_three_outcomes() -> Person:
    """Pain, sleep, tiredness; 3 mg of a liquid."""
    person = make_person("mira")
    Outcome.objects.create(person=person, name="fatigue", label="Tiredness", position=3)
    DoseStep.objects.create(
        person=person,
        kind="start",
        from_day=today_of(person) - dt.timedelta(days=20),
        dose_micrograms=3000,
        micrograms_per_millilitre=1000,
    )
    return person


class Thumb:
    """Taps what is really under a thumb, and counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    def tap(self, place: Locator) -> None:
        place.tap()
        self.taps += 1

    def rate(self, outcome: str, value: str) -> None:
        tile = self.page.locator(f"#outcome-{outcome}-{value}")
        self.tap(self.page.locator(f"#outcome-{outcome} label", has=tile))


@pytest.mark.smoke
def test_sign_in_check_in_receipt(phone: Page) -> None:
    person = make_person("mira")
    phone.goto("/today/")
    phone.locator("[name=login]").fill("mira")
    phone.locator("[name=password]").fill(PASSWORD)
    phone.locator("main form button").first.tap()
    phone.wait_for_url("**/today/")
    phone.locator("#outcome-pain").get_by_text("6", exact=True).tap()
    phone.get_by_text("None today").tap()
    phone.get_by_role("button", name="Save").tap()
    phone.get_by_text("Saved with the server").wait_for()
    assert phone.get_by_text("Nobody is watching this now.").is_visible()
    assert "/today/receipt/" in phone.url
    stored = CheckIn.objects.get(person=person)
    assert stored.outcomes == {"pain": "6"}
    assert stored.side_effects == []
    assert stored.dose_micrograms is None


def test_an_ordinary_day_takes_few_taps(phone: Page, sign_in: Any) -> None:
    person = person_with_three_outcomes()
    sign_in(phone, person)
    phone.goto("/today/")
    thumb = Thumb(phone)
    for outcome, value in (("pain", "6"), ("sleep", "10"), ("fatigue", "0")):
        thumb.rate(outcome, value)
    thumb.tap(phone.get_by_text("Taken as planned: 3 mg = 3 mL"))
    thumb.tap(phone.get_by_text("None today"))
    thumb.tap(phone.get_by_role("button", name="Save"))
    phone.get_by_text("Saved with the server").wait_for()
    assert thumb.taps == 6
    assert thumb.taps <= MOST_TAPS
    stored = CheckIn.objects.get(person=person)
    assert stored.outcomes == {"pain": "6", "sleep": "10", "fatigue": "0"}
    assert (stored.dose_micrograms, stored.side_effects) == (3000, [])


def test_a_bad_day_is_counted_too(phone: Page, sign_in: Any) -> None:
    person = person_with_three_outcomes()
    sign_in(phone, person)
    phone.goto("/today/")
    thumb = Thumb(phone)
    for outcome in ("pain", "sleep", "fatigue"):
        thumb.rate(outcome, "9")
    thumb.tap(phone.get_by_text("Not taken"))
    for effect, strength in (("nausea", "Severe"), ("headache", "Mild")):
        thumb.tap(phone.locator(".chip > label", has_text=effect))
        thumb.tap(phone.locator(".chip", has_text=effect).get_by_text(strength, exact=True))
    thumb.tap(phone.get_by_text("Yellow skin or eyes"))
    assert phone.get_by_text("Take no more of this medicine until a doctor").is_visible()
    thumb.tap(phone.locator("#note"))
    phone.keyboard.type("could not get up")
    thumb.tap(phone.get_by_role("button", name="Save"))
    phone.get_by_text("Saved with the server").wait_for()
    assert thumb.taps == 11
    stored = CheckIn.objects.get(person=person)
    assert stored.side_effects == [["headache", 1], ["nausea", 3]]
    assert stored.red_flags == ["liver"]
    assert stored.note == "could not get up"


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_a_whole_check_in_by_keyboard_alone(open_page: Any, sign_in: Any, script: bool) -> None:
    person = person_with_three_outcomes()
    page = open_page(DESKTOP, java_script_enabled=script)
    sign_in(page, person)
    page.goto("/today/")
    keys = page.keyboard

    def tab_to(selector: str) -> None:
        for _step in range(60):
            if page.locator(f"{selector}:focus").count():
                return
            keys.press("Tab")
        raise AssertionError(f"the keyboard never reaches {selector}")

    tab_to("[name=outcome-pain]")
    keys.press("Space")  # 0
    for _step in range(4):
        keys.press("ArrowRight")
    tab_to("[name=outcome-sleep]")
    keys.press("Space")
    tab_to("[name=dose]")
    keys.press("Space")
    tab_to("[name=side_effect][value=nausea]")
    keys.press("Space")
    tab_to("[name=side_effect-nausea]")
    keys.press("Space")
    keys.press("ArrowRight")
    tab_to("[name=red_flag][value=liver]")
    keys.press("Space")
    tab_to("#note")
    keys.type("typed")
    tab_to(".save-bar button")
    keys.press("Enter")
    page.get_by_text("Saved with the server").wait_for()
    stored = CheckIn.objects.get(person=person)
    assert stored.outcomes == {"pain": "4", "sleep": "0"}
    assert (stored.dose_micrograms, stored.note) == (3000, "typed")
    assert stored.side_effects == [["nausea", 2]]
    assert stored.red_flags == ["liver"]


def test_a_mistake_keeps_the_page_and_moves_to_what_is_wrong(phone: Page, sign_in: Any) -> None:
    person = person_with_three_outcomes()
    sign_in(phone, person)
    phone.goto("/today/")
    phone.locator("#outcome-pain").get_by_text("6", exact=True).tap()
    phone.locator(".chip > label", has_text="nausea").tap()
    phone.locator("#note").fill("kept words")
    phone.get_by_role("button", name="Save").tap()
    summary = phone.locator(".error-summary")
    summary.wait_for()
    assert "Say how strong “nausea” was." in summary.inner_text()
    assert phone.evaluate("document.activeElement.className") == "error-summary"
    assert phone.locator("#note").input_value() == "kept words"
    assert phone.locator("[name=outcome-pain][value='6']").is_checked()
    phone.locator(".chip", has_text="nausea").get_by_text("Mild", exact=True).tap()
    phone.get_by_role("button", name="Save").tap()
    phone.get_by_text("Saved with the server").wait_for()
    assert CheckIn.objects.get(person=person).note == "kept words"


def test_none_and_a_side_effect_exclude_each_other(phone: Page, sign_in: Any) -> None:
    sign_in(phone, make_person("mira"))
    phone.goto("/today/")
    none = phone.locator("[name=no_side_effects]")
    phone.get_by_text("None today").tap()
    phone.locator(".chip > label", has_text="nausea").tap()
    assert not none.is_checked()
    phone.get_by_text("None today").tap()
    assert none.is_checked()
    assert not phone.locator("[name=side_effect][value=nausea]").is_checked()


def test_millilitres_stand_beside_the_amount_while_it_is_typed(phone: Page, sign_in: Any) -> None:
    sign_in(phone, person_with_three_outcomes())
    phone.goto("/today/")
    phone.get_by_text("Another amount").tap()
    phone.locator("#dose_mg").fill("1,5")
    assert phone.locator("output[data-millilitres]").inner_text() == "= 1.5 mL"


@pytest.mark.parametrize("place", ["/red-flags/", "/today/"])
def test_every_red_flag_shows_what_to_do_without_script_and_network(
    open_page: Any, sign_in: Any, place: str
) -> None:
    page = open_page(PHONE, java_script_enabled=False)
    if place == "/today/":
        sign_in(page, make_person("mira"))
    page.goto(place)
    page.context.set_offline(True)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    for flag in red_flags():
        box = page.locator(f"[name=red_flag][value={flag.id}]")
        advice = page.locator(".reveal", has=box).locator(".revealed")
        assert not advice.is_visible()
        page.locator("label.choice", has=box).tap()
        assert advice.is_visible()
        shown = advice.inner_text()
        assert flag.title in shown
        for text in flag.action:
            assert text in shown
        page.locator("label.choice", has=box).tap()
        assert not advice.is_visible()
    # The browser asks for the tab's icon by itself, and late where the machine is busy.
    assert [each for each in requests if "/web/icon" not in each] == []
    assert CheckIn.objects.count() == 0


def test_without_script_a_day_is_saved_and_a_mistake_is_mended(
    open_page: Any, sign_in: Any
) -> None:
    person = person_with_three_outcomes()
    page = open_page(PHONE, java_script_enabled=False)
    sign_in(page, person)
    page.goto("/today/")
    page.locator("#outcome-pain").get_by_text("6", exact=True).tap()
    page.get_by_text("Another amount").tap()
    page.locator("#dose_mg").fill("two")
    page.get_by_role("button", name="Save").tap()
    assert page.locator("#dose_mg").input_value() == "two"
    page.locator("#dose_mg").fill("1.5")
    page.get_by_role("button", name="Save").tap()
    page.get_by_text("Saved with the server").wait_for()
    stored = CheckIn.objects.get(person=person)
    assert (stored.outcomes, stored.dose_micrograms) == ({"pain": "6"}, 1500)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page: Any, sign_in: Any, size: Any, scheme: str) -> None:
    person = person_with_three_outcomes()
    let_in(person, make_account(Role.PRESCRIBER))
    page = open_page(size, color_scheme=scheme)

    def check(where: str) -> None:
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
        assert found.violations_count == 0, f"{where}: {found.generate_report()}"

    page.goto("/red-flags/")
    page.locator("label.choice").first.click()
    check("red flags")
    page.goto("/today/offline/")
    check("offline")
    sign_in(page, person)
    page.goto("/today/")
    check("today")
    page.get_by_text("Another amount").click()
    page.locator(".chip > label", has_text="nausea").click()
    page.get_by_text("Something else").click()
    page.locator(".choice", has_text="Yellow skin").click()
    page.get_by_text("Another day, skip, pause").click()
    check("today, everything open")
    page.get_by_role("button", name="Save").click()
    page.locator(".error-summary").wait_for()
    check("today, with mistakes")
    page.goto("/today/")
    page.locator(".choice", has_text="Yellow skin").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved with the server").wait_for()
    check("receipt")
    page.goto("/today/")
    check("recorded")


def test_the_first_load_is_light_and_from_nobody_else(
    phone: Page, sign_in: Any, live_server: Any
) -> None:
    person = person_with_three_outcomes()
    for back in range(1, 5):
        effects = [[f"own effect number {back}", 1]]
        check_in(person, today_of(person) - dt.timedelta(days=back), side_effects=effects)
    sign_in(phone, person)
    sizes: dict[str, int] = {}

    def count(response: Response) -> None:
        sizes[response.url] = len(response.body())

    phone.on("response", count)
    phone.goto("/today/")
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.wait_for_load_state("networkidle")
    # What the worker and an installation fetch besides, whether or not it was counted already.
    worker = phone.request.get("/service-worker.js")
    sizes[worker.url] = len(worker.body())
    for address in ("/red-flags/", "/today/offline/", "/manifest.webmanifest"):
        extra = phone.request.get(address)
        sizes[extra.url] = len(extra.body())
    assert all(url.startswith(live_server.url) for url in sizes), sizes
    assert any(url.endswith("style.css") for url in sizes), sizes
    assert sum(sizes.values()) < MOST_BYTES, sizes
