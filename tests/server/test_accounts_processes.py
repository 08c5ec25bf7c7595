"""Two processes over one database: what may happen once happens once."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

pytestmark = [pytest.mark.django_db(transaction=True)]

BEFORE = """
import json, sys
import django
django.setup()
from django.core.management import call_command
"""
PREPARE = """
from django.db import connection
if connection.vendor == "sqlite":
    call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from lodose.server.accounts.actions import open_account
from lodose.server.audit.chain import start_chain
user = open_account("mira", password="long enough for anybody")
secret = generate_totp_secret()
TOTP.activate(user, secret)
codes = RecoveryCodes.activate(user).generate_codes()
open_account("noor", password="long enough for anybody")
print(json.dumps({"secret": secret, "codes": codes, "chain": str(start_chain("person").pk)}))
"""
# Each waits until both are ready, so that they meet.
MEET = """
print("ready", flush=True)
given = json.loads(sys.stdin.readline())
"""
CODE = """
from allauth.mfa.models import Authenticator
row = Authenticator.objects.get(user__username="mira", type=given["type"])
print(json.dumps(row.wrap().validate_code(given["code"])))
"""
CHAIN = """
import uuid
from lodose.server.audit.chain import record
for number in range(100):
    record(uuid.UUID(given["chain"]), "settings-changed", {"number": number})
print(json.dumps(True))
"""
VERIFY = """
import uuid
from lodose.server.audit.chain import verify
from lodose.server.audit.models import Chain
chain = Chain.objects.get(pk=uuid.UUID(given["chain"]))
print(json.dumps([chain.length, len(verify(chain))]))
"""
SIGN_IN = """
from django.test import Client
browser = Client(HTTP_HOST="localhost")
for password in given["passwords"]:
    browser.post("/accounts/login/", {"login": "noor", "password": password})
print(json.dumps(browser.get("/account/").status_code == 200))
"""

Together = Callable[..., list[object]]


def database_url() -> str:
    """Address of the database of the tests where processes can share it; else a file's own."""
    if connection.vendor != "postgresql":
        return ""
    given = connection.settings_dict
    who = f"{quote(given['USER'])}:{quote(given['PASSWORD'])}"
    host = quote(given["HOST"], safe="")
    return f"postgresql://{who}@{host}:{given['PORT']}/{given['NAME']}"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LODOSE_")}
    return kept | {
        "LODOSE_DATA": str(tmp_path),
        "LODOSE_DEBUG": "true",  # static files as they lie, without being collected
        "LODOSE_DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "lodose.server.settings",
        "PYTHONWARNINGS": "error::RuntimeWarning",
    }


@pytest.fixture
def prepared(environment: dict[str, str]) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", BEFORE + PREPARE],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    made: dict[str, object] = json.loads(done.stdout)
    return made


@pytest.fixture
def together(environment: dict[str, str]) -> Together:
    """Run a script in processes of their own, at the same moment; return what each said."""

    def run(script: str, *given: dict[str, object]) -> list[object]:
        running = [
            subprocess.Popen(
                [sys.executable, "-c", BEFORE + MEET + script],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in given
        ]
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process, each in zip(running, given, strict=True):
            assert process.stdin is not None
            process.stdin.write(json.dumps(each) + "\n")
            process.stdin.flush()
        said = [process.communicate(timeout=60)[0] for process in running]
        assert [process.returncode for process in running] == [0] * len(running)
        return [json.loads(text) for text in said]

    return run


def code_of(secret: str) -> str:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    while int(time.time()) % 30 > 20:  # the code must not run out while the processes start
        time.sleep(1)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_a_code_is_taken_once_by_two_processes(
    prepared: dict[str, str], together: Together
) -> None:
    recovery = {"type": "recovery_codes", "code": prepared["codes"][0]}
    assert sorted(map(bool, together(CODE, recovery, recovery))) == [False, True]
    assert together(CODE, recovery | {"code": prepared["codes"][1]}) == [True]
    totp = {"type": "totp", "code": code_of(prepared["secret"])}
    assert sorted(map(bool, together(CODE, totp, totp))) == [False, True]


def test_wrong_passwords_in_one_process_count_in_the_other(
    prepared: dict[str, str], together: Together
) -> None:
    right = "long enough for anybody"
    assert together(SIGN_IN, {"passwords": [right]}) == [True]
    assert together(SIGN_IN, {"passwords": ["wrong password"] * 5}) == [False]
    assert together(SIGN_IN, {"passwords": [right]}) == [False]


def test_two_processes_leave_one_unbroken_chain(
    prepared: dict[str, str], together: Together
) -> None:
    chain = {"chain": prepared["chain"]}
    assert together(CHAIN, chain, chain) == [True, True]
    assert together(VERIFY, chain) == [[200, 0]]
