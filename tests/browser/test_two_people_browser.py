"""Two people at once, each in a browser of their own, never see each other's words."""

from typing import Any

import pytest
from playwright.sync_api import Page

from lodose.server.records.clock import today_of
from lodose.server.records.models import CheckIn, LifeEvent, Medicine, Person
from server_support.examples import make_example
from server_support.people import PASSWORD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PLACES = (
    "/today/",
    "/diary/",
    "/diary/medicines/",
    "/diary/events/",
    "/answer/",
    "/treatment/",
    "/care/",
    "/account/",
    "/account/history/",
    "/account/settings/",
)


def make(name: str, example: str) -> Person:
    """A finished trial and a record full of words that carry the person's name."""
    person, _ = make_example(name, example, opened=True)
    person.user.display_name = f"{name}-called"
    person.user.save()
    Medicine.objects.create(person=person, name=f"{name}-medicine")
    LifeEvent.objects.create(
        person=person, day=today_of(person), what="flare", note=f"{name}-flare"
    )
    return person


def sign_in_by_form(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Login").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def write_today(page: Page, name: str) -> None:
    page.goto("/today/")
    page.locator("fieldset.rating").first.get_by_text("6", exact=True).tap()
    page.locator("#note").fill(f"{name}-note")
    page.get_by_role("button", name="Save").tap()
    page.locator("[data-receipt=server]").wait_for()


def everything_read(page: Page, person: Person) -> str:
    """All that the pages and the downloads of this browser say."""
    text = page.locator("main").inner_text()
    for place in (*PLACES, f"/diary/{today_of(person)}/"):
        response = page.goto(place)
        assert response
        assert response.status == 200, place
        assert place in page.url
        text += page.content()
    for place in ("/diary/diary.csv", "/answer/report.json"):
        answer = page.request.get(place)
        assert answer.ok, place
        text += answer.text()
    assert page.request.get("/answer/report.pdf").body().startswith(b"%PDF")
    return text


def test_each_reads_their_own_and_nothing_of_the_other(open_page: Any) -> None:
    people = {"mira": make("mira", "ldn-helps"), "noor": make("noor", "ldn-no-effect")}
    pages = {name: open_page() for name in people}
    for name, page in pages.items():
        page.set_default_timeout(30_000)
        sign_in_by_form(page, name)
    for name, page in pages.items():  # both are signed in while each writes
        write_today(page, name)
    read = {name: everything_read(pages[name], people[name]) for name in reversed(people)}
    for name, other in (("mira", "noor"), ("noor", "mira")):
        for mark in ("note", "medicine", "flare", "called"):
            assert f"{name}-{mark}" in read[name], mark
            assert f"{other}-{mark}" not in read[name], mark
        assert other not in read[name]
    assert '"word": "helps"' in read["mira"].replace('"word":"', '"word": "')
    assert '"word": "helps"' not in read["noor"].replace('"word":"', '"word": "')
    kept = {entry.person_id: entry.note for entry in CheckIn.objects.exclude(note="")}
    for name, person in people.items():
        assert kept[person.pk] == f"{name}-note"
    theirs = CheckIn.objects.get(person=people["noor"], note="noor-note")
    for place in (f"/today/receipt/{theirs.pk}/", f"/people/{people['noor'].pk}/"):
        answer = pages["mira"].request.get(place)
        assert answer.status == 404
        assert "noor" not in answer.text()


@pytest.mark.parametrize("way", ["back", "history", "forward"])
def test_after_signing_out_going_back_shows_nothing(open_page: Any, way: str) -> None:
    person = make("mira", "ldn-helps")
    page: Page = open_page()
    sign_in_by_form(page, "mira")
    write_today(page, "mira")
    for place in ("/diary/medicines/", f"/diary/{today_of(person)}/", "/account/"):
        response = page.goto(place)
        assert response
        assert "no-store" in response.headers["cache-control"], place
    assert page.evaluate("performance.getEntriesByType('navigation')[0].type") == "navigate"
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: url.rstrip("/").count("/") == 2)
    if way == "history":
        page.evaluate("history.go(-2)")
    else:
        page.go_back()
    if way == "forward":
        page.go_back()
        page.go_forward()
    page.wait_for_load_state()
    page.wait_for_url("**/accounts/login/**")
    assert "mira-" not in page.content()


def test_the_next_person_at_the_same_browser_starts_afresh(open_page: Any) -> None:
    make("mira", "ldn-helps")
    noor = make("noor", "ldn-no-effect")
    page: Page = open_page()
    sign_in_by_form(page, "mira")
    write_today(page, "mira")
    page.goto("/account/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: url.rstrip("/").count("/") == 2)
    sign_in_by_form(page, "noor")
    page.goto("/today/")
    assert page.locator("#note").input_value() == ""
    assert "mira" not in everything_read(page, noor)
