"""Every page as every role, on a phone in light and on a desk in the dark."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Page

from lodose.server.accounts.actions import open_account
from lodose.server.accounts.models import Role, User
from lodose.server.records.clock import today_of
from lodose.server.records.models import Medicine, Person
from server_support.addresses import address, routes
from server_support.crowd import Crowd, is_object, make_crowd
from server_support.examples import make_example
from server_support.looking import DESKTOP, PHONE, Watch, faults_of, sideways
from server_support.people import PASSWORD, check_in, let_in, make_person, signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]

VIEWS = {
    "phone-light": PHONE | {"color_scheme": "light"},
    "desktop-dark": DESKTOP | {"color_scheme": "dark"},
}
# Parameters that choose a view, where nobody's record is asked for.
VIEWED = {
    "name": "diary",
    "month": "2026-01",
    "number": "1",
    "day": "2026-01-01",
    "width": "340",
    "token": "a-token-that-nobody-made",
    "secret": "a-secret-that-nobody-made",
    "provider_id": "hospital",
    "claim": "pain",
    "condition": "fibromyalgia",
}
SINCE_TRIAL = dt.timedelta(days=20)

Account = User | Person | None
Role_ = Callable[[], tuple[Account, list[str]]]


@pytest.fixture(autouse=True)
def _fresh_limits(transactional_db: None) -> None:
    cache.clear()


def pages_for(account: Account, crowd: Crowd | None = None) -> list[str]:
    """Every address that gives this account a page; pages that only lead elsewhere are left out."""
    client = Client() if account is None else signed_in(account)
    found = []
    for template, names in sorted(set(routes())):
        if template.startswith(("api/", "^api")) or "(?P" in template or "<int:pk>" in template:
            continue
        if crowd is None and any(is_object(name, template) for name in names):
            continue
        values = crowd.values(names, template) if crowd else {name: VIEWED[name] for name in names}
        place = address(template, values)
        response = client.get(place)
        if response.status_code == 200 and "text/html" in response.headers["Content-Type"]:
            found.append(place)
    return found


def visitor() -> tuple[Account, list[str]]:
    pages = pages_for(None)
    assert {"/", "/privacy/", "/accounts/login/", "/accounts/signup/", "/red-flags/"} <= set(pages)
    return None, [*pages, "/no-such-page/"]


def full() -> tuple[Account, list[str]]:
    crowd = make_crowd()
    crowd.owner.refresh_from_db()
    Medicine.objects.create(person=crowd.owner, name="tramadol", opioid=True)
    pages = pages_for(crowd.owner, crowd)
    assert len(pages) > 40
    return crowd.owner, [*pages, "/today/?day=" + crowd.objects["day"]]


def finished() -> tuple[Account, list[str]]:
    person, _ = make_example("finished", "ldn-no-effect", opened=True)
    Medicine.objects.create(person=person, name="tramadol", opioid=True)
    pages = pages_for(person)
    assert {"/answer/", "/treatment/dose/", "/treatment/schedule/", "/diary/"} <= set(pages)
    newest = person.check_ins.latest("day").day
    return person, [*pages, f"/diary/?month={newest:%Y-%m}", f"/diary/{newest}/"]


def unopened() -> tuple[Account, list[str]]:
    person, _ = make_example("unopened", "ldn-helps")
    return person, ["/answer/"]


def new() -> tuple[Account, list[str]]:
    person = Person.objects.get(user=open_account("new", password=PASSWORD))
    pages = pages_for(person)
    assert {"/start/", "/diary/", "/answer/", "/treatment/", "/more/"} <= set(pages)
    return person, pages


def sealed() -> tuple[Account, list[str]]:
    probe = Person.objects.get(user=open_account("probe", password=PASSWORD))
    today = today_of(probe)
    person, _ = make_example(
        "sealed", "ldn-helps", sealed=True, first_day=today - SINCE_TRIAL, until=today
    )
    pages = pages_for(person)
    assert {"/today/", "/answer/", "/treatment/"} <= set(pages)
    return person, pages


def prescriber() -> tuple[Account, list[str]]:
    crowd = make_crowd()
    Medicine.objects.create(person=crowd.owner, name="tramadol", opioid=True)
    done, _ = make_example("finished", "ldn-no-effect")
    let_in(done, crowd.prescriber)
    Medicine.objects.create(person=done, name="tramadol", opioid=True)
    pages = pages_for(crowd.prescriber, crowd)
    assert {"/panel/", f"/people/{crowd.owner.pk}/"} <= set(pages)
    return crowd.prescriber, [
        *pages,
        f"/people/{done.pk}/",
        f"/people/{done.pk}/dose/",
        "/panel/?q=nobody-of-that-name",
    ]


def other(role: Role) -> Role_:
    def make() -> tuple[Account, list[str]]:
        crowd = make_crowd()
        account = crowd.others[role.value]
        pages = pages_for(account, crowd)
        assert "/account/" in pages
        return account, [*pages, "/no-such-page/"]

    return make


ROLES: dict[str, Role_] = {
    "visitor": visitor,
    "full record": full,
    "finished trial": finished,
    "answer unopened": unopened,
    "new": new,
    "sealed trial": sealed,
    "prescriber": prescriber,
    "administrator": other(Role.ADMINISTRATOR),
    "pharmacist": other(Role.PHARMACIST),
    "researcher": other(Role.RESEARCHER),
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_readable_quiet_and_told_by_no_title(
    role: str, view: str, open_page: Any, sign_in: Any, live_server: Any
) -> None:
    account, pages = ROLES[role]()
    page: Page = open_page(VIEWS[view])
    page.set_default_timeout(30_000)
    watch = Watch(page, live_server.url)
    if account is not None:
        sign_in(page, account)
    faults = []
    for place in pages:
        response = page.goto(place)
        expected = 404 if place == "/no-such-page/" else 200
        found = [] if response and response.status == expected else [f"not {expected}"]
        if not page.url.endswith(place):
            found.append(f"led to {page.url}")
        found += faults_of(page) + watch.read()
        faults += [f"{place}: {each}" for each in found]
    assert faults == [], "\n".join(faults)


GERMAN = (
    "/today/",
    "/diary/",
    "/answer/",
    "/treatment/",
    "/treatment/schedule/",
    "/more/",
    "/care/",
)


def test_german_fits_the_narrowest_phone(open_page: Any, sign_in: Any) -> None:
    person, _ = make_example("finished", "ldn-no-effect", opened=True)
    page: Page = open_page(PHONE, locale="de-DE")
    faults = []
    for place in ("/", "/red-flags/", "/accounts/login/", "/accounts/signup/", "/privacy/"):
        page.goto(place)
        assert page.locator("html").get_attribute("lang") == "de"
        faults += [f"{place}: {each}" for each in sideways(page)]
    sign_in(page, person)
    for place in GERMAN:
        page.goto(place)
        faults += [f"{place}: {each}" for each in sideways(page)]
    assert faults == []


def test_the_look_finds_what_is_wrong(open_page: Any, live_server: Any) -> None:
    page: Page = open_page(PHONE)
    watch = Watch(page, live_server.url)
    page.goto("/privacy/")
    page.route("http://elsewhere.example/**", lambda route: route.abort())
    page.evaluate(
        """() => {
          document.title = "Pain";
          const main = document.getElementById("main");
          main.append(document.createElement("h1"), document.createElement("input"));
          const wide = document.createElement("pre");
          wide.textContent = "x".repeat(400);
          wide.className = "nowrap";
          document.body.append(wide);
          const script = document.createElement("script");
          script.textContent = "1";
          main.append(script, Object.assign(new Image(), { src: "http://elsewhere.example/" }));
        }"""
    )
    page.wait_for_timeout(200)
    found = "\n".join(faults_of(page) + watch.read())
    for fault in (
        "2 headings",
        "title: 'Pain'",
        "no label",
        "axe label",
        "another host",
        "console",
    ):
        assert fault in found, (fault, found)
    page.evaluate("document.querySelector('h1').style.width = '60rem'")
    assert sideways(page)


Bad = tuple[str, dict[str, str], str]
# Address, what is typed into which field, and the field that is named as wrong.
BAD_INPUT: dict[str, Bad] = {
    "medicine": ("/diary/medicines/add/", {"dose": "two a day"}, "name"),
    "laboratory": (
        "/diary/laboratory/add/",
        {"value": "about five", "note": "kept words"},
        "analyte",
    ),
    "event": ("/diary/events/add/", {"note": "kept words", "day": "2999-01-01"}, "day"),
    "correction": ("/diary/DAY/correct/", {"dose_mg": "two"}, "dose"),
    "dose": ("/treatment/dose/", {"dose_mg": "many", "agreed_with": "my doctor"}, "dose_mg"),
    "schedule": ("/treatment/schedule/", {"dose_mg": "many"}, "dose_mg"),
    "safety": ("/screening/", {"birth_year": "1776"}, "birth_year"),
    "reminders": ("/reminders/", {"at": ""}, "at"),
    "password": ("/accounts/password/change/", {"oldpassword": "wrong"}, "password1"),
}
SECRETS = {"oldpassword"}


@pytest.mark.parametrize("form", BAD_INPUT)
def test_bad_input_is_kept_named_and_linked(
    form: str, open_page: Any, sign_in: Any, live_server: Any
) -> None:
    place, typed, wrong = BAD_INPUT[form]
    person = make_person("mira")
    day = check_in(person).check_in.day
    page: Page = open_page(PHONE)
    watch = Watch(page, live_server.url)
    sign_in(page, person)
    page.goto(place.replace("DAY", day.isoformat()))
    fields = page.locator("main form").filter(has=page.locator(f"[name^={wrong}]"))
    for name, value in typed.items():
        fields.locator(f"[name={name}]").fill(value)
    # The page itself has to say what is wrong, also where the browser would say it first.
    page.evaluate(
        "document.querySelectorAll('form').forEach((each) => { each.noValidate = true; })"
    )
    fields.locator("button").last.click()
    page.locator(".error-summary").wait_for()
    links = page.locator(".error-summary a")
    targets = [str(link.get_attribute("href")) for link in links.all()]
    assert any(wrong in target for target in targets), targets
    for target in targets:
        assert page.locator(target).count() == 1, target
    for name, value in typed.items():
        kept = page.locator(f"main [name={name}]").input_value()
        assert kept == ("" if name in SECRETS else value), name
    links.first.click()
    reached = page.evaluate("document.activeElement.id")
    assert reached, "the link of the summary leads to no field"
    assert faults_of(page) + watch.read() == []


def test_a_wrong_password_keeps_the_name_and_tells_nothing_else(open_page: Any) -> None:
    make_person("mira")
    page: Page = open_page(PHONE)
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill("mira")
    page.locator("[name=password]").fill("not it")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator(".error-summary").wait_for()
    assert page.locator("[name=login]").input_value() == "mira"
    assert faults_of(page) == []


def test_a_prescribers_bad_input_shows_the_warning_again(open_page: Any, sign_in: Any) -> None:
    crowd = make_crowd()
    crowd.owner.trials.all().delete()
    Medicine.objects.create(person=crowd.owner, name="tramadol", opioid=True)
    page: Page = open_page(DESKTOP)
    sign_in(page, crowd.prescriber)
    page.goto(f"/people/{crowd.owner.pk}/dose/")
    page.locator("[name=kind][value=step]").check()
    page.locator("[name=dose_mg]").fill("3")
    page.get_by_role("button", name="Save").click()
    summary = page.locator(".error-summary")
    summary.wait_for()
    assert "tramadol" in summary.inner_text()
    assert page.get_by_text("Contraindicated").is_visible()
    assert page.locator("[name=dose_mg]").input_value() == "3"
    assert faults_of(page) == []
