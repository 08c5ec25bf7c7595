"""How long a session lives, and how its owner ends it."""

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from server_support.people import PASSWORD, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def sign_in() -> Client:
    cache.clear()
    browser = Client()
    browser.post("/accounts/login/", {"login": "mira", "password": PASSWORD})
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/account/").status_code == 200


def later(browser: Client, seconds: int, *, used: bool) -> None:
    """Let time pass for a session: what it knows of the clock is moved back."""
    session = browser.session
    session["started"] -= seconds
    if not used:
        session["seen"] -= seconds
    session.save()


def test_a_quiet_session_ends_and_a_used_one_ends_in_any_case() -> None:
    make_person("mira")
    quiet, used = sign_in(), sign_in()
    for browser in (quiet, used):
        assert is_in(browser)
        later(browser, settings.SESSION_IDLE_SECONDS - 60, used=False)
        assert is_in(browser)
    later(quiet, settings.SESSION_IDLE_SECONDS + 60, used=False)
    later(used, settings.SESSION_IDLE_SECONDS + 60, used=True)
    assert not is_in(quiet)
    assert is_in(used)
    later(used, settings.SESSION_ABSOLUTE_SECONDS, used=True)
    assert not is_in(used)


def test_sessions_are_listed_and_the_others_ended() -> None:
    make_person("mira")
    here, elsewhere = sign_in(), sign_in()
    page = here.get("/accounts/sessions/").content.decode()
    assert page.count("127.0.0.1") == 2
    here.post("/accounts/sessions/")
    assert is_in(here)
    assert not is_in(elsewhere)
    assert Session.objects.filter(pk=elsewhere.cookies["session"].value).count() == 0


def test_a_new_password_ends_every_other_session() -> None:
    make_person("mira")
    here, elsewhere = sign_in(), sign_in()
    new = "a-quiet-new-lantern"
    changed = here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert changed.status_code == 302
    assert is_in(here)
    assert not is_in(elsewhere)
    refused = here.post(
        "/accounts/password/change/",
        {"oldpassword": "wrong", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert refused.status_code == 200
    assert b"current password" in refused.content


def test_the_cookie_of_a_session_is_kept_from_scripts_and_other_sites() -> None:
    make_person("mira")
    cookie = sign_in().cookies["session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["max-age"] or int(cookie["max-age"]) <= settings.SESSION_ABSOLUTE_SECONDS
