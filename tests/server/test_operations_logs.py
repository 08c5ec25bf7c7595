"""A fault is told by kind and place; nothing of the visit stands in a log or on a page."""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from lodose.server.operations.logs import JsonLines

SECRETS = ("nausea-4711", "cookie-4712", "path-4713", "query-4714", "exception-4715", "local-4716")


def faulty(request: HttpRequest, token: str) -> HttpResponse:
    told = "local-4716"
    raise ValueError(f"exception-4715 {told} {request.POST['note']}")


def refused(request: HttpRequest) -> HttpResponse:
    logging.getLogger("lodose.test").warning("device refused: %s", "local-4716")
    return HttpResponse(status=403)


urlpatterns = [
    path("faulty/<str:token>/", faulty),
    path("refused/", refused),
    path("", include("lodose.server.urls")),
]
handler500 = "lodose.server.web.views.errors.failed"

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the server's own handler writes."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    yield out
    logging.getLogger().removeHandler(handler)


def test_a_fault_is_logged_by_kind_and_place_and_shown_without_either(lines: io.StringIO) -> None:
    browser = Client(raise_request_exception=False)
    browser.cookies["session"] = "cookie-4712"
    answer = browser.post("/faulty/path-4713/?q=query-4714", {"note": "nausea-4711"})
    assert answer.status_code == 500
    page = answer.content.decode()
    (line,) = [json.loads(each) for each in lines.getvalue().splitlines()]
    assert (line["fault"], line["status"], line["level"]) == ("ValueError", 500, "error")
    assert line["place"].startswith("faulty:")
    for secret in SECRETS:
        assert secret not in lines.getvalue()
        assert secret not in page
    for word in ("Traceback", "ValueError", "settings", "faulty"):
        assert word not in page


def test_arguments_of_a_message_are_not_written(lines: io.StringIO) -> None:
    Client().get("/refused/")
    (line,) = [json.loads(each) for each in lines.getvalue().splitlines()]
    assert line["event"] == "device refused: %s"
    assert "4716" not in lines.getvalue()


@pytest.mark.parametrize(
    "message", [ValueError("exception-4715"), "Application raised\nValueError: exception-4715"]
)
def test_an_exception_in_the_place_of_words_is_not_written(
    lines: io.StringIO, message: object
) -> None:
    logging.getLogger("anybody").error(message)
    (line,) = [json.loads(each) for each in lines.getvalue().splitlines()]
    assert "4715" not in lines.getvalue()
    assert line["event"] in {"ValueError", "Application raised"}


def in_a_server(code: str, data: Path, **variables: str) -> str:
    """What some lines say in a process with the real settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LODOSE_")}
    ran = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{code}"],
        capture_output=True,
        text=True,
        check=False,
        env={
            **kept,
            "DJANGO_SETTINGS_MODULE": "lodose.server.settings",
            "LODOSE_DATA": str(data),
            **variables,
        },
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_djangos_debug_pages_are_off_unless_our_own_setting_says_so(tmp_path: Path) -> None:
    code = "from django.conf import settings; print(settings.DEBUG)"
    assert in_a_server(code, tmp_path, DEBUG="1", DJANGO_DEBUG="True") == "False"
    assert in_a_server(code, tmp_path, LODOSE_DEBUG="true") == "True"


ADMIN = """
from django.core.management import call_command
from django.test import Client
from django.conf import settings
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from lodose.server.accounts.actions import open_account
settings.ALLOWED_HOSTS.append("testserver")
settings.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
call_command("migrate", verbosity=0)
call_command("createcachetable")
for role in ("person", "prescriber", "pharmacist", "researcher", "administrator"):
    user = open_account(role, role=role)
    TOTP.activate(user, generate_totp_secret())
    browser = Client()
    browser.force_login(user, backend="lodose.server.accounts.backends.Accounts")
    print(role, *[
        browser.get(f"/site-administration/{page}").status_code
        for page in ("", "accounts/user/", "accounts/user/add/", "records/checkin/", "login/")
    ])
print("nobody", Client().get("/site-administration/").status_code)
from django.apps import apps
if apps.is_installed("django.contrib.admin"):
    from django.contrib.admin import site as usual
    from lodose.server.operations.admin import site
    print(*[model.__name__ for model in site._registry], len(usual._registry))
"""


def test_djangos_admin_is_off_unless_asked_for(tmp_path: Path) -> None:
    said = in_a_server(ADMIN, tmp_path).splitlines()
    assert [line.split()[1:] for line in said[:5]] == [["404"] * 5] * 5
    assert said[5:] == ["nobody 404"]


def test_djangos_admin_is_for_administrators_and_registers_no_diary(tmp_path: Path) -> None:
    said = in_a_server(ADMIN, tmp_path, LODOSE_ADMIN_SITE="true").splitlines()
    assert said[4] == "administrator 200 200 403 404 302"
    for line in said[:4]:
        assert "200" not in line
    assert said[5:] == ["nobody 302", "User 0"]


def test_a_host_that_is_not_answered_is_not_written_down(lines: io.StringIO) -> None:
    assert Client(raise_request_exception=False).get("/", HTTP_HOST="nausea.example").status_code
    (line,) = [json.loads(each) for each in lines.getvalue().splitlines()]
    assert line["event"] == "DisallowedHost"
    assert "nausea" not in lines.getvalue()
