"""Every route as every role against everybody's objects.

Absent and forbidden look the same, nobody reads another's words, and what each role may open is
written down in docs/access.md and nowhere wider.
"""

import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from server_support.addresses import address, routes
from server_support.crowd import MARKS, Crowd, is_object, make_crowd

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

ROLES = ("visitor", "person", "prescriber", "pharmacist", "researcher", "administrator")
DOCUMENT = Path(__file__).parents[2] / "docs" / "access.md"
# Third-party pages: sign-in, factors, sessions. They hold no objects of the records.
FOREIGN = ("accounts/",)


ROUTES = sorted({route for route in routes() if not route[0].startswith(FOREIGN)})
WITH_OBJECTS = [route for route in ROUTES if any(is_object(name, route[0]) for name in route[1])]


@pytest.fixture
def crowd() -> Crowd:
    return make_crowd()


def shape(response: HttpResponse, *values: str) -> tuple[int, str, str]:
    """What a visitor can tell an answer by: status, place, words; tokens and ids left out."""
    body = b"" if response.streaming else response.content
    text = body.decode("utf-8", "replace")
    for value in values:
        text = text.replace(value, "ID")
    text = re.sub(r"[A-Za-z0-9]{64}", "TOKEN", text)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", text)  # made anew for each form
    place = response.headers.get("Location", "")
    for value in values:
        place = place.replace(value, "ID")
    return response.status_code, place, text


@pytest.mark.parametrize("template", [route[0] for route in WITH_OBJECTS])
def test_absent_and_forbidden_look_the_same(template: str, crowd: Crowd) -> None:
    names = re.findall(r"<(?:\w+:)?(\w+)>", template)
    theirs, nobodys = crowd.values(names, template), crowd.absent(names, template)
    for role, client in crowd.strangers():
        if role == "administrator" and template.startswith("administration/"):
            continue  # accounts are theirs to look after
        for method in ("get", "post", "put", "patch", "delete"):
            call = getattr(client, method)
            forbidden = call(address(template, theirs))
            absent = call(address(template, nobodys))
            assert shape(forbidden, *theirs.values()) == shape(absent, *nobodys.values()), (
                f"{role} {method} {template}"
            )
            assert forbidden.status_code < 500


def test_nobody_reads_the_words_of_another(crowd: Crowd) -> None:
    for role, client in crowd.strangers():
        for template, names in ROUTES:
            values = crowd.values(names, template)
            text = shape(client.get(address(template, values)))[2]
            for mark in MARKS:
                assert mark not in text, f"{role} reads '{mark}' at /{template}"


def test_the_owner_does_read_them(crowd: Crowd) -> None:
    """Otherwise the test above could not fail."""
    client = Client()
    client.force_login(crowd.owner.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    text = "".join(
        shape(client.get(address(template, crowd.values(names, template))))[2]
        for template, names in ROUTES
    )
    assert {mark for mark in MARKS if mark not in text} == set()


def written_down() -> dict[str, set[str]]:
    """Which roles may open which address, as docs/access.md says."""
    table: dict[str, set[str]] = {}
    for line in DOCUMENT.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == len(ROLES) + 1 and cells[0].startswith("`/"):
            table[cells[0].strip("`")[1:]] = {
                role for role, cell in zip(ROLES, cells[1:], strict=True) if cell == "yes"
            }
    return table


def opened(crowd: Crowd) -> dict[str, set[str]]:
    """Which roles do open which address, with objects that are theirs to open."""
    table: dict[str, set[str]] = {}
    for template, names in ROUTES:
        place = address(template, crowd.values(names, template))
        table[template] = {
            role for role, client in crowd.insiders() if any(map(is_open, ask(client, place)))
        }
    return table


def ask(client: Client, place: str) -> Iterator[HttpResponse]:
    """Get an address, or where it is only sent to, send to it; what that changes is undone."""
    response = client.get(place)
    if response.status_code != 405:
        yield response
        return
    for method in {"POST", "PUT", "PATCH", "DELETE"} & set(response.headers["Allow"].split(", ")):
        with transaction.atomic():
            yield client.generic(method, place, "{}", content_type="application/json")
            transaction.set_rollback(True)


def is_open(response: HttpResponse) -> bool:
    if response.status_code in {301, 302, 303}:
        return not response.headers["Location"].startswith("/accounts/")
    return response.status_code in {200, 201, 204, 400, 409, 422}


def test_what_each_role_may_open_is_what_is_written_down(crowd: Crowd) -> None:
    found = opened(crowd)
    if os.environ.get("LODOSE_TEST_WRITE_ACCESS"):
        write_down(found)
    assert found == written_down(), "run with LODOSE_TEST_WRITE_ACCESS=1 and read the difference"


def write_down(found: dict[str, set[str]]) -> None:
    """Write the table of docs/access.md anew; what stands above it is kept."""
    kept = DOCUMENT.read_text("utf-8").partition("| address |")[0]
    rows = [f"| address | {' | '.join(ROLES)} |", "|---" * (len(ROLES) + 1) + "|"]
    for template, roles in sorted(found.items()):
        cells = " | ".join("yes" if role in roles else "" for role in ROLES)
        rows.append(f"| `/{template}` | {cells} |")
    DOCUMENT.write_text(kept + "\n".join(rows) + "\n", "utf-8")


def test_a_random_address_is_a_plain_404() -> None:
    assert Client().get(f"/{uuid.uuid4()}/").status_code == 404
