"""Second factors: encrypted, once only, forced where a role needs one, guarded when changed."""

import json
import re
import time
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
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from lodose.server.accounts.actions import make_token, open_account
from lodose.server.accounts.lookups import token_holder
from lodose.server.accounts.models import Role, User
from lodose.server.audit.models import Event
from server_support.people import PASSWORD, make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

# What the API says to everybody alike: its description, what to do in danger, what is known.
WITHOUT_DATA = {
    *("/api/v1/", "/api/v1/openapi.json", "/api/v1/red-flags"),
    *("/api/v1/evidence/claims", "/api/v1/evidence/conditions", "/api/v1/receptors/shape"),
}
FORCED = (Role.PRESCRIBER, Role.PHARMACIST, Role.RESEARCHER, Role.ADMINISTRATOR)


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def with_factor(user: User) -> str:
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def after_password(name: str) -> Client:
    browser = Client()
    browser.post("/accounts/login/", {"login": name, "password": PASSWORD})
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/account/").status_code == 200


def test_the_database_holds_no_secret_of_a_factor() -> None:
    user = make_person().user
    secret = with_factor(user)
    codes = RecoveryCodes.activate(user)
    seed = json.dumps(codes.generate_codes())
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        rows = str(cursor.fetchall())
    assert secret not in rows
    assert seed not in rows
    assert json.loads(rows.split("'")[1])["secret"].startswith("gAAAA"), "a Fernet token"
    assert TOTP(Authenticator.objects.get(type="totp")).validate_code(code_of(secret))


def test_a_factor_set_up_on_the_page_is_encrypted_too() -> None:
    person = make_person("mira")
    browser = after_password("mira")
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = browser.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert b"data:image/svg" in page.content
    done = browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert done.status_code == 302, done.content.decode()
    row = Authenticator.objects.get(user=person.user, type="totp")
    assert secret not in json.dumps(row.data)
    assert secret not in str(browser.session.items())


def test_a_code_opens_once() -> None:
    secret = with_factor(make_person("mira").user)
    first, second = after_password("mira"), after_password("mira")
    assert not is_in(first), "the password alone opens nothing"
    code = code_of(secret)
    first.post("/accounts/2fa/authenticate/", {"code": code})
    second.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_in(first)
    assert not is_in(second)


def test_a_recovery_code_opens_once() -> None:
    user = make_person("mira").user
    with_factor(user)
    code = RecoveryCodes.activate(user).generate_codes()[0]
    first, second = after_password("mira"), after_password("mira")
    first.post("/accounts/2fa/authenticate/", {"code": code})
    second.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_in(first)
    assert not is_in(second)


def test_guessing_codes_is_stopped() -> None:
    secret = with_factor(make_person("mira").user)
    browser = after_password("mira")
    for _ in range(5):
        browser.post("/accounts/2fa/authenticate/", {"code": "000000"})
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert not is_in(browser)


def test_factors_change_only_after_signing_in_anew() -> None:
    user = make_person("mira").user
    browser = after_password("mira")
    for page in ("totp/activate/", "webauthn/add/"):
        there = browser.get(f"/accounts/2fa/{page}")
        assert there.status_code == 302
        assert "/accounts/reauthenticate/" in there.headers["Location"]
    with_factor(user)
    stolen = signed_in(user)
    for page in ("totp/deactivate/", "recovery-codes/generate/", "recovery-codes/"):
        there = stolen.post(f"/accounts/2fa/{page}")
        assert there.status_code in {302, 405}
        assert "reauthenticate" in there.headers.get("Location", "reauthenticate")
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_a_token_is_made_only_after_signing_in_anew() -> None:
    browser = signed_in(make_person())
    wanted = {"label": "script", "scopes": ["read:diary"], "days": "90"}
    there = browser.post("/account/tokens/", wanted)
    assert there.status_code == 302
    assert "reauthenticate" in there.headers["Location"]
    assert not User.objects.get().tokens.exists()


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> list[str]:
    """Every address of the server, with something in each placeholder."""
    found: list[str] = []
    for each in patterns:
        route = str(each.pattern).removeprefix("^")
        if isinstance(each, URLResolver):
            found += addresses(each.url_patterns, before + route)
        else:
            found.append("/" + before + route)
    return found


def fill(address: str) -> str:
    uuid = "00000000-0000-4000-8000-000000000001"
    kinds = {"uuid": uuid, "int": "1", "str": "x", "slug": "x", "path": "x", "date": "2026-01-01"}
    filled = re.sub(r"<(?:(\w+):)?\w+>", lambda found: kinds.get(found[1] or "str", uuid), address)
    return re.sub(r"\(\?P<\w+>.*?\)", "x", filled).replace("\\", "").rstrip("$")


@pytest.mark.parametrize("role", FORCED)
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_its_factor_such_a_role_reaches_nothing(role: Role, method: str) -> None:
    user = open_account(role.value, role=role, password=PASSWORD)
    browser = signed_in(user)
    open_to_it = ("/accounts/", "/static/", "/health/", "/language/", "/red-flags/")
    pages = [fill(each) for each in addresses(get_resolver().url_patterns)]
    assert len(pages) > 60
    for page in pages:
        if page.startswith(open_to_it):
            continue
        answer = getattr(browser, method)(page)
        if page.startswith("/api/"):  # answers programs itself, without sending them to a page
            assert answer.status_code in {401, 403, 404, 405} or page in WITHOUT_DATA, page
            continue
        assert answer.status_code == 302, f"{method} {page} answered {answer.status_code}"
        assert answer.headers["Location"] == "/accounts/2fa/", page
    shown = browser.get("/accounts/2fa/")
    assert b"Set one up first" in shown.content


@pytest.mark.parametrize("role", FORCED)
def test_its_token_works_only_while_the_factor_is_there(role: Role) -> None:
    user = open_account(role.value, role=role, password=PASSWORD)
    secret = make_token(user, "script", ["read:people"])
    assert token_holder(secret) is None
    with_factor(user)
    holder = token_holder(secret)
    assert holder is not None
    assert holder.user == user
    assert holder.scopes == {"read:people"}
    Authenticator.objects.filter(user=user).delete()
    assert token_holder(secret) is None


def test_a_persons_own_token_ends_with_the_account_and_when_revoked() -> None:
    person = make_person()
    secret = make_token(person.user, "script", ["read:diary"])
    assert token_holder(secret) is not None
    assert token_holder("lodose_other") is None
    person.user.is_active = False
    person.user.save()
    assert token_holder(secret) is None


def test_changes_of_factors_are_in_the_chain_without_secrets(
    django_capture_on_commit_callbacks: Any,
) -> None:
    make_person("mira")
    browser = after_password("mira")
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = browser.get("/accounts/2fa/totp/activate/").context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    told = list(Event.objects.values_list("kind", "details"))
    assert ("factor-added", "totp") in [
        (kind, (details or {}).get("factor")) for kind, details in told
    ]
    assert secret not in str(told)
    assert code_of(secret) not in str(told)
