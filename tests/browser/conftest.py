"""A real browser against a live server, for every test that needs one.

``phone`` and ``desktop`` are open pages; ``sign_in(page, user)`` gives one a session. Chromium is
taken from ``LODOSE_CHROMIUM``, else /usr/bin/chromium. Without it these tests fail: a missing
browser must not look like a passing page.
"""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from lodose.server.accounts.models import User
from lodose.server.records.models import Person

CHROMIUM = os.environ.get("LODOSE_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}

OpenPage = Callable[..., Page]
SignIn = Callable[[Page, User | Person], None]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    # Playwright's own loop runs in this thread, which Django takes for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def open_page(browser: Browser, live_server: Any) -> Iterator[OpenPage]:
    """Open a page in a context of its own: ``open_page(PHONE, java_script_enabled=False)``."""
    contexts: list[BrowserContext] = []

    def open_one(size: dict[str, Any] | None = None, **options: Any) -> Page:
        context = browser.new_context(
            **{"base_url": live_server.url, "locale": "en-GB", **(size or PHONE), **options}
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    """A page of 390 x 844 that is touched."""
    return open_page(PHONE)


@pytest.fixture
def desktop(open_page: OpenPage) -> Page:
    """A page of 1280 x 900."""
    return open_page(DESKTOP)


@pytest.fixture
def sign_in(live_server: Any) -> SignIn:
    """Give a page the session of an account, without walking through the sign-in form."""

    def give(page: Page, who: User | Person) -> None:
        client = Client()
        user = who.user if isinstance(who, Person) else who
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        session = client.session  # as if the password had just been given
        session["account_authentication_methods"] = [
            {"method": "password", "at": time.time(), "username": user.username}
        ]
        session.save()
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": live_server.url,
                }
            ]
        )

    return give
