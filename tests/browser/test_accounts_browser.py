"""The sign-in pages in a real browser: nothing against the content policy, passkeys that work."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Page, expect

from lodose.server.accounts.actions import (
    invite_account,
    make_sign_in_link,
    open_account,
    trust_device,
)
from lodose.server.accounts.models import Role
from server_support.people import PASSWORD, check_in, make_account, make_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

NEW = "a-quiet-new-lantern"


@pytest.fixture(autouse=True)
def _fresh_limits(transactional_db: None) -> None:
    cache.clear()


class Watch:
    """What the browser complains about; statuses that a page means are no complaint."""

    def __init__(self, page: Page) -> None:
        self.said: list[str] = []
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def _hear(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and "status of 4" not in text:
            self.said.append(text)


@pytest.fixture
def watched(phone: Page) -> Iterator[Page]:
    """A page that fails its test when the browser's console holds an error."""
    watch = Watch(phone)
    phone.set_default_timeout(30_000)  # the first page of a run loads the whole server
    yield phone
    assert watch.said == []


def sign_in(page: Page, name: str, password: str = PASSWORD, there: str = "") -> None:
    page.goto(f"{there}/accounts/login/")
    page.get_by_label("Login").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def sign_out(page: Page, there: str = "") -> None:
    page.goto(f"{there}/account/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile(r"://[^/]+/$"))


def confirm(page: Page) -> None:
    """Give the password again where it is asked for."""
    if "/reauthenticate/" in page.url:
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def with_virtual_authenticator(page: Page) -> Any:
    """Give the browser a platform authenticator that always says yes."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return tools


def test_a_passkey_is_made_and_signs_in(watched: Page, live_server: Any) -> None:
    person = make_person("mira")
    # Passkeys belong to a name: the numbers of an address have none.
    there = live_server.url.replace("127.0.0.1", "localhost")
    with_virtual_authenticator(watched)
    sign_in(watched, "mira", there=there)
    watched.goto(f"{there}/accounts/2fa/webauthn/add/")
    confirm(watched)
    watched.get_by_label("Name").fill("phone")
    watched.get_by_role("button", name="Add a passkey").click()
    watched.wait_for_url(re.compile("/accounts/2fa/"))
    expect(watched.locator("main")).not_to_contain_text("did not work")
    watched.wait_for_function("!location.pathname.endsWith('/add/')")
    assert Authenticator.objects.filter(user=person.user, type="webauthn").count() == 1
    sign_out(watched, there)
    watched.goto(f"{there}/accounts/login/")
    watched.get_by_role("button", name="Sign in with a passkey").click()
    watched.wait_for_url(re.compile("/today/|/start/"))
    watched.goto(f"{there}/account/")
    expect(watched.locator("main")).to_contain_text("mira")


def test_a_passkey_of_nobody_is_refused_in_words(watched: Page, live_server: Any) -> None:
    with_virtual_authenticator(watched)
    watched.goto(live_server.url.replace("127.0.0.1", "localhost") + "/accounts/login/")
    watched.get_by_role("button", name="Sign in with a passkey").click()
    expect(watched.get_by_role("alert")).to_contain_text("did not work")


def test_an_app_is_set_up_and_asked_for_with_recovery_codes(watched: Page) -> None:
    make_person("mira")
    sign_in(watched, "mira")
    watched.goto("/accounts/2fa/totp/activate/")
    confirm(watched)
    picture = watched.locator("img.qr")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    secret = watched.get_by_label("Authenticator secret").input_value()
    watched.get_by_label("Code").fill(code_of(secret))
    watched.get_by_role("button", name="Activate").click()
    expect(watched.get_by_role("heading", level=1)).to_have_text("Recovery Codes")
    codes = watched.get_by_label("Unused codes").input_value().split()
    assert len(codes) == 10
    sign_out(watched)
    sign_in(watched, "mira")
    assert "/accounts/2fa/authenticate/" in watched.url
    watched.get_by_label("Code").fill(codes[0])
    watched.get_by_role("button", name="Sign in").first.click()
    watched.goto("/account/")
    expect(watched.locator("main")).to_contain_text("mira")


def test_an_invited_prescriber_joins_and_is_led_to_the_second_factor(watched: Page) -> None:
    token = invite_account(None, Role.PRESCRIBER)
    watched.goto(f"/join/{token}/")
    watched.get_by_label("Username").fill("doctor")
    watched.get_by_label("Password", exact=True).fill(NEW)
    watched.get_by_label("Password (again)").fill(NEW)
    watched.get_by_role("button", name="Open the account").click()
    watched.goto("/panel/")
    assert "/accounts/2fa/" in watched.url
    expect(watched.locator("main")).to_contain_text("Set one up first")


def test_a_first_password_by_link(watched: Page) -> None:
    user = open_account("mira")
    watched.goto(f"/enter/{make_sign_in_link(user, 'first-password')}/")
    watched.get_by_role("button", name="Open my account").click()
    watched.get_by_label(re.compile("^(New )?Password$")).first.fill(NEW)
    watched.get_by_label(re.compile(r"again")).fill(NEW)
    watched.locator("main form button[type=submit]").first.click()
    sign_out(watched)
    sign_in(watched, "mira", NEW)
    watched.goto("/account/")
    expect(watched.locator("main")).to_contain_text("mira")


def test_everything_is_downloaded_and_deleted(watched: Page) -> None:
    person = make_person("mira")
    check_in(person, note="a note")
    sign_in(watched, "mira")
    watched.goto("/account/download/")
    with watched.expect_download() as waiting:
        watched.get_by_role("button", name="Download").click()
    assert re.fullmatch(r"data-\d{4}-\d\d-\d\d\.zip", waiting.value.suggested_filename)
    watched.goto("/account/delete/")
    watched.get_by_label(re.compile("Type")).fill("delete")
    watched.get_by_role("button", name="Delete everything for good").click()
    confirm(watched)
    if "/farewell/" not in watched.url:
        watched.get_by_label(re.compile("Type")).fill("delete")
        watched.get_by_role("button", name="Delete everything for good").click()
    expect(watched.get_by_role("heading", level=1)).to_have_text("Everything is deleted")
    watched.goto("/today/")
    assert "/accounts/login/" in watched.url


PUBLIC = ("accounts/login/", "accounts/signup/", "accounts/password/reset/", "join/x/", "privacy/")
PUBLIC_TOO = ("farewell/", "no-such-page/")
OWN = (
    "more/",
    "account/",
    "account/settings/",
    "account/devices/",
    "account/tokens/",
    "account/history/",
    "account/download/",
    "account/delete/",
    "accounts/password/change/",
    "accounts/sessions/",
    "accounts/logout/",
    "accounts/email/",
    "accounts/2fa/",
    "accounts/2fa/totp/deactivate/",
    "accounts/2fa/recovery-codes/",
    "accounts/2fa/recovery-codes/generate/",
    "accounts/2fa/webauthn/",
    "accounts/2fa/webauthn/add/",
    "accounts/reauthenticate/",
)


def check(page: Page, address: str) -> list[str]:
    """Open a page; return what breaks WCAG 2.2 AA or is wider than the screen."""
    page.goto(f"/{address}")
    confirm(page)
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    found = Axe().run(page, options=rules).response["violations"]
    faults = [f"{address}: {each['id']} {each['nodes'][0]['html'][:120]}" for each in found]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        faults.append(f"{address}: wider than the screen")
    if any(word in page.title().casefold() for word in ("naltrexone", "pain", "dose")):
        faults.append(f"{address}: {page.title()}")
    return faults


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_pages_are_accessible_and_quiet(size: str, request: pytest.FixtureRequest) -> None:
    page: Page = request.getfixturevalue(size)
    watch = Watch(page)
    person = make_person("mira")
    check_in(person)
    trust_device(person.user, "Phone, Firefox")
    faults = [fault for each in (*PUBLIC, *PUBLIC_TOO) for fault in check(page, each)]
    sign_in(page, "mira")
    faults += check(page, "accounts/2fa/totp/activate/")
    TOTP.activate(person.user, generate_totp_secret())
    RecoveryCodes.activate(person.user)
    faults += [fault for each in OWN for fault in check(page, each)]
    assert faults == []
    assert watch.said == []


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_administrators_pages_are_accessible_and_quiet(
    size: str, request: pytest.FixtureRequest
) -> None:
    page: Page = request.getfixturevalue(size)
    watch = Watch(page)
    make_person("mira", display_name="Synthetic person 1")
    boss = make_account(Role.ADMINISTRATOR, "boss")
    request.getfixturevalue("sign_in")(page, boss)
    faults = [fault for each in ("administration/", "account/") for fault in check(page, each)]
    page.goto("/administration/")
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The invitation")
    assert faults == []
    assert watch.said == []
