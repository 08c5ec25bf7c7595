"""A hospital's accounts over OpenID Connect, against a small provider that runs in the test."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client

from lodose.server.accounts.actions import invite_account
from lodose.server.accounts.models import Role, User
from lodose.server.audit.models import Event
from lodose.server.records.models import Person
from server_support.people import PASSWORD, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

CLIENT = "lodose-client"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider(ThreadingHTTPServer):
    """Answers discovery, token, keys and user info; ``who`` is signed in there."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.who: dict[str, Any] = {}
        self.audience, self.lifetime = CLIENT, 300
        self.asked: list[dict[str, list[str]]] = []

    def id_token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": self.audience,
            "iat": now - 5,
            "exp": now + self.lifetime,
            **self.who,
        }
        return jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "one"})


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Provider

    def do_GET(self) -> None:
        url = self.server.url
        keys = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        self._say(
            {
                "/.well-known/openid-configuration": {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "userinfo_endpoint": f"{url}/userinfo",
                    "jwks_uri": f"{url}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                },
                "/keys": {"keys": [{**keys, "kid": "one", "use": "sig", "alg": "RS256"}]},
                "/userinfo": self.server.who,
            }[self.path]
        )

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.asked.append(parse_qs(self.rfile.read(length).decode()))
        token = self.server.id_token()
        self._say({"access_token": "one", "token_type": "Bearer", "id_token": token})

    def _say(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    cache.clear()
    running = Provider()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    given = {"oidc_server": running.url, "oidc_client": CLIENT, "oidc_name": "Hospital North"}
    settings.CONFIG = settings.CONFIG.model_copy(update=given)
    app = {
        "provider_id": "hospital",
        "name": "Hospital North",
        "client_id": CLIENT,
        "secret": "shh",
        "settings": {"server_url": running.url},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def through_the_hospital(browser: Client, process: str = "login") -> Any:
    """Go there and come back, as the browser would."""
    there = browser.get(f"/accounts/oidc/hospital/login/?process={process}")
    assert there.status_code == 302, there.content.decode()
    asked = parse_qs(urlsplit(there.headers["Location"]).query)
    assert asked["client_id"] == [CLIENT]
    assert asked["code_challenge_method"] == ["S256"]
    back = {"code": "a-code", "state": asked["state"][0]}
    return browser.get("/accounts/oidc/hospital/login/callback/", back, follow=True)


def is_in(browser: Client) -> bool:
    return browser.get("/accounts/sessions/").status_code == 200


def test_an_unknown_hospital_account_is_refused(provider: Provider) -> None:
    provider.who = {"sub": "stranger", "name": "Synthetic stranger"}
    browser = Client()
    page = through_the_hospital(browser)
    assert b"Accounts are opened by invitation" in page.content
    assert not is_in(browser)
    assert not User.objects.exists()


def test_an_invited_one_opens_an_account_with_the_role_of_the_link(provider: Provider) -> None:
    token = invite_account(None, Role.PRESCRIBER)
    provider.who = {"sub": "doctor-7", "name": "Synthetic doctor", "preferred_username": "doc"}
    browser = Client()
    browser.get(f"/join/{token}/")
    assert b"Hospital North" in browser.get("/accounts/signup/").content
    through_the_hospital(browser)
    assert is_in(browser)
    user = User.objects.get()
    assert (user.role, user.display_name) == (Role.PRESCRIBER, "Synthetic doctor")
    assert not user.has_usable_password()
    assert browser.get("/panel/").headers["Location"] == "/accounts/2fa/", "and its second factor"
    again = Client()
    through_the_hospital(again)
    assert is_in(again), "from now on it is known"
    assert User.objects.count() == 1
    assert provider.asked[0]["code_verifier"]


def test_an_invited_person_gets_a_record(provider: Provider) -> None:
    browser = Client()
    browser.get(f"/join/{invite_account(None, Role.PERSON)}/")
    provider.who = {"sub": "person-1", "name": "Synthetic person 1"}
    through_the_hospital(browser)
    assert Person.objects.get().user.role == Role.PERSON
    assert "hospital" not in str(list(Event.objects.values_list("details")))


def test_an_account_that_joins_its_hospital_account_signs_in_with_it(provider: Provider) -> None:
    person = make_person("mira")
    provider.who = {"sub": "mira-there", "email": "mira@example.org", "email_verified": True}
    browser = Client()
    browser.post("/accounts/login/", {"login": "mira", "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    through_the_hospital(browser, "connect")
    assert SocialAccount.objects.get().user == person.user
    other = Client()
    through_the_hospital(other)
    assert is_in(other)


def test_the_same_address_at_the_hospital_opens_nobodys_account(provider: Provider) -> None:
    make_person("mira", email="mira@example.org")
    provider.who = {"sub": "other", "email": "mira@example.org", "email_verified": True}
    browser = Client()
    through_the_hospital(browser)
    assert not is_in(browser)


@pytest.mark.parametrize("wrong", ["audience", "expired", "state"])
def test_an_answer_that_is_not_for_us_opens_nothing(provider: Provider, wrong: str) -> None:
    browser = Client()
    browser.get(f"/join/{invite_account(None, Role.PERSON)}/")
    provider.who = {"sub": "person-1"}
    if wrong == "audience":
        provider.audience = "another-client"
    elif wrong == "expired":
        provider.lifetime = -3600
    if wrong == "state":
        browser.get("/accounts/oidc/hospital/login/")
        back = {"code": "a-code", "state": "made-up"}
        page = browser.get("/accounts/oidc/hospital/login/callback/", back, follow=True)
    else:
        page = through_the_hospital(browser)
    assert b"did not work" in page.content
    assert not is_in(browser)
    assert not User.objects.exists()


def test_without_a_hospital_there_are_no_such_pages() -> None:
    for page in ("hospital/", "hospital/signup/", "oidc/hospital/login/"):
        assert Client().get(f"/accounts/{page}").status_code == 404
    assert b"Continue with" not in Client().get("/accounts/login/").content


def test_the_environment_configures_it(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LODOSE_")}
    given = {
        "LODOSE_DATA": str(tmp_path),
        "LODOSE_OIDC_SERVER": "https://id.hospital.example",
        "LODOSE_OIDC_CLIENT": "lodose",
        "LODOSE_OIDC_SECRET": "a secret",
        "LODOSE_OIDC_NAME": "Hospital North",
    }
    code = (
        "from lodose.server import settings\n"
        "app = settings.SOCIALACCOUNT_PROVIDERS['openid_connect']['APPS'][0]\n"
        "print(app['name'], app['client_id'], app['settings']['server_url'])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], env=kept | given, capture_output=True, text=True, check=True
    )
    assert run.stdout == "Hospital North lodose https://id.hospital.example\n"
