"""Requests made from the API's own document: no fault, and every answer as the document says.

``make test`` makes a few requests of each operation, always the same ones.
``LODOSE_TEST_FUZZ_EXAMPLES=100`` makes more, and others each time (``make test-all``).

Each request runs inside a savepoint that is taken back, so that no example sees what another
wrote.
"""

import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lodose.server.accounts.actions import trust_device
from lodose.server.accounts.models import Role
from lodose.server.api import care
from lodose.server.api.problems import conflict
from lodose.server.care.actions import invite
from lodose.server.care.attention import attention_of
from lodose.server.records.clock import today_of
from lodose.server.wsgi import application
from server_support.diary_items import add_one_of_each
from server_support.people import check_in, let_in, make_account, make_person
from server_support.programs import Program, open_trial, sealed_trial

pytestmark = [pytest.mark.django_db, pytest.mark.property]

EXAMPLES = int(os.environ.get("LODOSE_TEST_FUZZ_EXAMPLES", "5"))
SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
OPERATIONS = {each.ok().label: each.ok() for each in SCHEMA.get_all_operations()}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DAYS = {"day", "first", "last", "first_day", "last_day", "from_day", "agreed_on"}


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Keep the test's connection, and with it its transaction, over all requests.

    A server closes a connection that is in a transaction when a request begins; Django's own test
    client keeps it from doing so, and schemathesis calls the application without that client.
    """
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


class World:
    """A record with one of everything, and whoever calls."""

    def __init__(self, caller: str) -> None:
        self.person = make_person()
        add_one_of_each(self.person)
        self.entry = check_in(self.person, side_effects=[["headache", 3]], red_flags=["liver"])
        check_in(self.person, outcomes={"pain": "2"}, reason="mistyped")
        prescriber = make_account(Role.PRESCRIBER)
        self.grant = let_in(self.person, prescriber)
        trial = sealed_trial(self.person) if caller == "sealed" else open_trial(self.person)
        trust_device(self.person.user, "phone")
        caller_user = prescriber if caller == "prescriber" else self.person.user
        self.program = Program(caller_user)
        invitation = uuid.uuid4()
        invite(self.person, invitation)
        self.known = {
            "check_in": self.entry.check_in.pk,
            "trial": trial.pk,
            "access": self.grant.pk,
            "person": self.person.pk,
            "device": self.person.user.devices.get().pk,
            "token": caller_user.tokens.get().pk,
            "invitation": invitation,
            "step": self.person.dose_steps.get().pk,
            "day": today_of(self.person).isoformat(),
            "month": f"{today_of(self.person):%Y-%m}",
            "number": 1,
        }

    def item(self, path: str) -> Any:
        rows: dict[str, Any] = {
            "laboratory": self.person.laboratory,
            "medicines": self.person.medicines,
            "events": self.person.life_events,
        }
        return rows[path.split("/")[3]].get().pk

    def make_real(self, case: Any, draw: Any) -> None:
        """Name what is there instead of what is not, and days near today, half of the time."""
        for name in case.path_parameters or {}:
            if draw(st.booleans()):
                known = self.item(case.path) if name == "item" else self.known.get(name)
                if known is not None:
                    case.path_parameters[name] = str(known)
        body = case.body
        if isinstance(body, dict):
            for name in DAYS & set(body):
                if draw(st.booleans()):
                    body[name] = self.known["day"]
            if "item" in body and draw(st.booleans()):
                items = attention_of([self.person])[self.person.pk]
                body["item"] = draw(st.sampled_from([each.key for each in items]))


def fuzz(operation: Any, world: World, headers: dict[str, str]) -> None:
    cases = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if any(True for _ in operation.iter_parameters()) or operation.body:
        cases |= operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=EXAMPLES < 20,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, data=st.data())
    def send(case: Any, data: Any) -> None:
        world.make_real(case, data.draw)
        with transaction.atomic():
            case.call_and_validate(headers=headers, checks=CHECKS)
            transaction.set_rollback(True)

    send()


def pairs() -> list[tuple[str, str]]:
    """Each operation as whoever may use it; what other roles get is in the scopes' matrix."""
    return [
        (label, caller)
        for label in OPERATIONS
        for caller in ("person", "sealed", "prescriber")
        if (("/people" in label) == (caller == "prescriber") or "/account" in label)
        # What a sealed trial changes is what is read, and what is said of days and doses.
        and (
            caller != "sealed" or EXAMPLES > 20 or label.startswith("GET") or "/check-ins" in label
        )
    ]


@pytest.mark.parametrize(("label", "caller"), pairs())
def test_every_answer_is_as_the_document_says(label: str, caller: str) -> None:
    world = World(caller)
    fuzz(OPERATIONS[label], world, world.program.headers)


def broken(*_arguments: Any, **_named: Any) -> Any:
    raise RuntimeError


def in_the_way(*_arguments: Any, **_named: Any) -> Any:
    raise conflict("not foreseen there")


@pytest.mark.parametrize(
    ("fault", "seen"), [(broken, "Server error"), (in_the_way, "Undocumented status code")]
)
def test_a_breach_would_be_seen(monkeypatch: pytest.MonkeyPatch, fault: Any, seen: str) -> None:
    world = World("person")
    monkeypatch.setattr(care, "events_of", fault)
    with pytest.raises(FailureGroup, match=seen):
        fuzz(OPERATIONS["GET /api/v1/care/looks"], world, world.program.headers)
