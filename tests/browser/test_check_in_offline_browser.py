"""A check-in made without network: kept encrypted, sent once, gone at sign-out."""

import datetime as dt
import json
import threading
from typing import Any

import pytest
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest
from django.test import Client
from playwright.sync_api import Page, Route

from lodose.server.records.clock import today_of
from lodose.server.records.models import CheckIn, CheckInVersion, DoseStep
from lodose.server.web.views import phone as phone_views
from server_support.people import make_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

# Everything that scripts may read on this phone, spelt out.
DUMP = """async () => {
  const spelt = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie];
  const text = (value) => {
    if (value instanceof ArrayBuffer) return new TextDecoder("latin1").decode(value);
    if (ArrayBuffer.isView(value)) return new TextDecoder("latin1").decode(value);
    if (value instanceof CryptoKey) return `key extractable=${value.extractable}`;
    if (!value || typeof value !== "object") return String(value);
    return Object.entries(value).map(([name, each]) => name + text(each)).join();
  };
  const wait = (request) => new Promise((done, fail) => {
    request.onsuccess = () => done(request.result); request.onerror = () => fail(request.error);
  });
  for (const { name } of await indexedDB.databases()) {
    const database = await wait(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const all = database.transaction(store).objectStore(store);
      const [keys, values] = [all.getAllKeys(), all.getAll()];
      spelt.push(store, ...(await wait(keys)).map(text), ...(await wait(values)).map(text));
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      spelt.push(request.url, await (await cache.match(request)).text());
    }
  }
  return spelt.join("\\n");
}"""


def until(page: Page, asynchronous: str) -> None:
    """Wait until a promise's value is true: Playwright's own wait takes the promise for true."""
    for _attempt in range(200):
        if page.evaluate(asynchronous):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never became true: {asynchronous}")


def ready(page: Page) -> None:
    """Wait until the worker holds the shell and the questions are kept."""
    page.goto("/today/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(page, "phoneQueue.kept('form').then(Boolean)")


def answer(page: Page, pain: str = "7", note: str = "bad night, secret words") -> None:
    page.locator("#outcome-pain").get_by_text(pain, exact=True).tap()
    page.get_by_text("None today").tap()
    page.locator("#note").fill(note)
    page.get_by_role("button", name="Save").tap()


def entries_on(page: Page) -> int:
    return int(page.evaluate("window.phoneQueue.count()"))


def test_without_network_it_is_on_this_phone_and_later_with_the_server(
    phone: Page, sign_in: Any
) -> None:
    person = make_person("mira")
    sign_in(phone, person)
    ready(phone)
    phone.context.set_offline(True)
    answer(phone)
    phone.locator("[data-receipt=phone]").wait_for()
    assert phone.get_by_text("Nobody is watching this now.").is_visible()
    assert CheckIn.objects.count() == 0
    kept = phone.evaluate(DUMP)
    assert "entries" in kept, "the dump did not reach the queue"
    assert "extractable=false" in kept
    for secret in ("secret words", "outcome-pain", "Pain, 0 to 10"):
        assert secret not in kept
    phone.context.set_offline(False)
    phone.locator("[data-receipt=server]").wait_for()
    stored = CheckIn.objects.get(person=person)
    assert (stored.outcomes, stored.note) == ({"pain": "7"}, "bad night, secret words")
    assert stored.source == "offline"
    assert not stored.late
    assert entries_on(phone) == 0


def test_a_cold_start_without_network_asks_the_same_questions(phone: Page, sign_in: Any) -> None:
    person = make_person("mira")
    sign_in(phone, person)
    ready(phone)
    context = phone.context
    phone.close()
    context.set_offline(True)
    page = context.new_page()
    page.goto("/today/")
    page.get_by_text("No connection. What you save stays on this phone").wait_for()
    answer(page, pain="2")
    page.locator("[data-receipt=phone]").wait_for()
    page.goto("/red-flags/")
    page.get_by_text("Is your", exact=False).or_(page.locator(".choice")).first.wait_for()
    context.set_offline(False)
    page.goto("/today/")
    until(page, "phoneQueue.count().then((count) => count === 0)")
    assert CheckIn.objects.get(person=person).outcomes == {"pain": "2"}


def test_only_the_check_in_and_the_red_flags_stand_in_for_a_page(phone: Page, sign_in: Any) -> None:
    sign_in(phone, make_person("mira"))
    ready(phone)
    phone.context.set_offline(True)
    for address in ("/diary/", "/answer/", "/today/?day=2026-01-01", "/more/"):
        phone.goto(address)
        heading = phone.get_by_role("heading", level=1)
        assert heading.inner_text() == "No connection", address
        assert phone.locator("#outcome-pain").count() == 0
    for address in ("/today/", "/today/?from=home"):
        phone.goto(address)
        phone.locator("#outcome-pain").wait_for()
    phone.goto("/red-flags/")
    assert phone.locator("[name=red_flag]").count() > 0


def test_a_slow_page_is_waited_for_and_a_slow_check_in_is_not(
    phone: Page, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, answered = phone_views._worker_source(), BaseHandler.get_response
    assert "NETWORK_WAIT = 6000;" in source
    impatient = source.replace("NETWORK_WAIT = 6000;", "NETWORK_WAIT = 200;")
    monkeypatch.setattr(phone_views, "_worker_source", lambda: impatient)
    sign_in(phone, make_person("mira"))
    ready(phone)
    released = threading.Event()
    released.set()

    def hold(handler: BaseHandler, request: HttpRequest) -> Any:
        if request.path in {"/diary/", "/today/"}:
            released.wait(30)
        return answered(handler, request)

    monkeypatch.setattr(BaseHandler, "get_response", hold)
    released.clear()
    phone.goto("/today/")
    phone.get_by_text("No connection. What you save stays on this phone").wait_for()
    phone.evaluate("() => { window.left = true; location.href = '/diary/'; }")
    phone.wait_for_timeout(1000)  # five times as long as the worker waits for the check-in
    released.set()
    phone.wait_for_url("**/diary/")
    assert phone.get_by_role("heading", level=1).inner_text() == "Diary"


def test_a_phone_whose_plan_is_over_asks_for_no_dose(phone: Page, sign_in: Any) -> None:
    person = make_person("mira")
    tomorrow = today_of(person) + dt.timedelta(days=1)
    DoseStep.objects.create(person=person, kind="start", from_day=tomorrow, dose_micrograms=1500)
    sign_in(phone, person)
    ready(phone)
    phone.context.set_offline(True)
    phone.goto("/today/")
    phone.locator("#dose").wait_for()
    # The phone's own clock goes two days on.
    phone.clock.set_fixed_time(dt.datetime.now(dt.UTC) + dt.timedelta(days=2))
    phone.goto("/today/")
    phone.get_by_text("it does not ask for the dose").wait_for()
    assert phone.locator("#dose").count() == 0
    assert phone.locator("#outcome-pain").count() == 1


def test_a_lost_answer_is_sent_again_and_one_entry_results(phone: Page, sign_in: Any) -> None:
    person = make_person("mira")
    sign_in(phone, person)
    ready(phone)
    posts: list[str] = []

    def lose_the_answer(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        posts.append(route.request.url)
        if len(posts) < 3:
            route.fetch(max_redirects=0)  # the server writes; the phone never hears of it
            route.abort("connectionreset")
        else:
            route.continue_()

    phone.route("**/today/", lose_the_answer)
    answer(phone)
    phone.locator("[data-receipt=phone]").wait_for()
    while len(posts) < 2:
        phone.wait_for_timeout(20)
    assert entries_on(phone) == 1
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    phone.locator("[data-receipt=server]").wait_for()
    assert len(posts) == 3
    assert CheckIn.objects.filter(person=person).count() == 1
    assert CheckInVersion.objects.count() == 0


def test_another_account_does_not_send_what_is_not_its_own(phone: Page, sign_in: Any) -> None:
    mira, noor = make_person("mira"), make_person("noor")
    sign_in(phone, mira)
    ready(phone)
    phone.context.set_offline(True)
    answer(phone)
    phone.locator("[data-receipt=phone]").wait_for()
    phone.context.clear_cookies()
    sign_in(phone, noor)
    phone.context.set_offline(False)
    with phone.expect_response("**/today/token/"):
        phone.goto("/today/")
    phone.wait_for_timeout(300)
    assert CheckIn.objects.count() == 0
    assert entries_on(phone) == 1
    phone.context.clear_cookies()
    sign_in(phone, mira)
    phone.goto("/today/")
    until(phone, "phoneQueue.count().then((count) => count === 0)")
    assert CheckIn.objects.get().person == mira
    assert not CheckIn.objects.filter(person=noor).exists()


def test_signing_out_asks_first_and_clears_the_phone(phone: Page, sign_in: Any) -> None:
    person = make_person("mira")
    sign_in(phone, person)
    ready(phone)
    phone.route(
        "**/today/",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    answer(phone)
    phone.locator("[data-receipt=phone]").wait_for()
    phone.goto("/accounts/logout/")
    asked: list[str] = []

    def refuse(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    phone.once("dialog", refuse)
    phone.locator("form[action$='/accounts/logout/'] button").first.tap()
    phone.wait_for_timeout(300)
    assert "1 check-in" in asked[0].replace("There are 1", "1")
    assert entries_on(phone) == 1
    phone.once("dialog", lambda dialog: dialog.accept())
    with phone.expect_navigation():
        phone.locator("form[action$='/accounts/logout/'] button").first.tap()
    assert entries_on(phone) == 0
    assert phone.evaluate("window.phoneQueue.kept('form')") is None


def test_the_queue_is_bounded(phone: Page, sign_in: Any) -> None:
    sign_in(phone, make_person("mira"))
    ready(phone)
    outcome = phone.evaluate(
        """async () => {
          const add = (number) => phoneQueue.add({ id: `entry-${number}`, written_at: "" });
          for (let number = 0; number < phoneQueue.MOST; number += 1) await add(number);
          await add(0);
          return add(phoneQueue.MOST).then(() => "taken", (problem) => problem.message);
        }"""
    )
    assert outcome == "full"
    assert entries_on(phone) == 30


def test_the_manifest_is_neutral(phone: Page) -> None:
    manifest = json.loads(Client().get("/manifest.webmanifest").content)
    assert manifest["start_url"] == "/today/"
    assert "naltrexone" not in json.dumps(manifest).lower()
    phone.goto("/")
    for icon in manifest["icons"]:
        assert phone.request.get(icon["src"]).ok
