"""Who may call what: every operation with every scope, every role, with and without a token."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lodose.server.accounts.actions import open_account, revoke_token, set_active
from lodose.server.accounts.models import ApiToken, Role
from lodose.server.accounts.scopes import SCOPES, scopes_of
from lodose.server.api.document import document
from server_support.people import let_in, make_account, make_person, signed_in
from server_support.programs import Program

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

# What each operation needs, written down a second time: a change here is a decision.
NEEDED: dict[str, tuple[str, ...]] = {
    "GET /check-ins": ("read:diary",),
    "GET /check-ins/{check_in}": ("read:diary",),
    "PUT /check-ins/{check_in}": ("write:diary",),
    "PUT /check-ins/{check_in}/corrections/{correction}": ("write:diary",),
    "GET /check-ins/{check_in}/versions": ("read:diary",),
    "GET /days/{day}/plan": ("read:diary",),
    "PUT /days/{day}/skip": ("write:diary",),
    "DELETE /days/{day}/skip": ("write:diary",),
    "GET /months/{month}": ("read:diary",),
    "GET /diary.csv": ("read:diary",),
    "GET /diary.svg": ("read:diary",),
    "GET /red-flags": (),
    "GET /evidence/claims": (),
    "GET /evidence/claims/{claim}": (),
    "GET /evidence/conditions": (),
    "GET /evidence/conditions/{condition}": (),
    "GET /before-start": ("read:diary",),
    "PUT /before-start": ("write:diary",),
    "GET /screening": ("read:diary",),
    "GET /brief": ("read:diary",),
    "GET /brief.pdf": ("read:diary",),
    "GET /brief/text": ("read:diary",),
    "PUT /brief/text": ("write:diary",),
    "GET /laboratory/analytes": ("read:diary",),
    "GET /laboratory": ("read:diary",),
    "POST /laboratory": ("write:diary",),
    "PUT /laboratory/{item}": ("write:diary",),
    "POST /laboratory/{item}/removal": ("write:diary",),
    "GET /medicines": ("read:diary",),
    "POST /medicines": ("write:diary",),
    "PUT /medicines/{item}": ("write:diary",),
    "POST /medicines/{item}/removal": ("write:diary",),
    "GET /events": ("read:diary",),
    "POST /events": ("write:diary",),
    "PUT /events/{item}": ("write:diary",),
    "POST /events/{item}/removal": ("write:diary",),
    "POST /uploads/preview": ("write:diary", "read:diary"),
    "POST /uploads": ("write:diary",),
    "GET /outcomes": ("read:diary",),
    "GET /outcomes/ready": ("read:diary",),
    "PUT /outcomes": ("write:diary",),
    "GET /pauses": ("read:treatment",),
    "POST /pauses": ("write:treatment",),
    "DELETE /pauses/current": ("write:treatment",),
    "GET /treatment": ("read:treatment",),
    "GET /treatment/dose-steps": ("read:treatment",),
    "POST /treatment/dose-steps": ("write:treatment",),
    "POST /treatment/dose-steps/{step}/removal": ("write:treatment",),
    "POST /treatment/stop": ("write:treatment",),
    "GET /plans": ("read:treatment",),
    "GET /treatment/plan": ("read:treatment",),
    "POST /treatment/plan": ("write:treatment",),
    "POST /treatment/how-it-goes": ("write:treatment",),
    "POST /treatment/decision": ("write:treatment",),
    "GET /treatment/suitability": ("read:treatment",),
    "POST /treatment/suitability": ("write:treatment",),
    "DELETE /treatment/suitability": ("write:treatment",),
    "GET /receptors/shape": (),
    "GET /receptors": ("read:people",),
    "GET /people/{person}/receptors": ("read:people",),
    "GET /people/{person}/plan": ("read:people",),
    "POST /people/{person}/plan": ("write:people",),
    "POST /people/{person}/plan/decision": ("write:people",),
    "GET /people/{person}/suitability": ("read:people",),
    "POST /people/{person}/suitability": ("write:people",),
    "GET /trials": ("read:treatment",),
    "POST /trials": ("write:treatment",),
    "GET /trials/{trial}": ("read:treatment",),
    "POST /trials/{trial}/stop": ("write:treatment",),
    "PUT /trials/{trial}/guesses/{number}": ("write:treatment",),
    "GET /trials/{trial}/protocol.toml": ("read:treatment",),
    "GET /answer/stage": ("read:answer",),
    "PUT /answer/opening": ("write:treatment",),
    "GET /answer": ("read:answer",),
    "GET /answer/charts/{name}.svg": ("read:answer",),
    "GET /answer/report.pdf": ("read:answer",),
    "GET /care/access": ("read:care",),
    "DELETE /care/access/{access}": ("write:care",),
    "GET /care/invitations": ("read:care",),
    "PUT /care/invitations/{invitation}": ("write:care",),
    "DELETE /care/invitations/{invitation}": ("write:care",),
    "GET /care/missed-days": ("read:care",),
    "PUT /care/missed-days": ("write:care",),
    "GET /care/looks": ("read:care",),
    "GET /care/attention": ("read:care",),
    "GET /history": ("read:care", "read:diary"),
    "GET /reminders": ("read:diary",),
    "PUT /reminders": ("write:diary",),
    "DELETE /reminders": ("write:diary",),
    "POST /reminders/feed": ("write:diary",),
    "DELETE /reminders/feed": ("write:diary",),
    "GET /account": ("read:account",),
    "PATCH /account": ("write:account",),
    "GET /account/devices": ("read:account",),
    "DELETE /account/devices/{device}": ("write:account",),
    "GET /account/tokens": ("read:account",),
    "DELETE /account/tokens/{token}": ("write:account",),
    "GET /everything.zip": (
        "read:diary",
        "read:answer",
        "read:treatment",
        "read:care",
        "read:account",
    ),
    "GET /people": ("read:people",),
    "GET /people/{person}": ("read:people",),
    "GET /people/{person}/report.pdf": ("read:people",),
    "GET /people/{person}/diary.svg": ("read:people",),
    "POST /people/{person}/seen": ("write:people",),
    "POST /people/{person}/dose-steps": ("write:people",),
    "GET /people/{person}/screening": ("read:people",),
    "GET /people/{person}/brief": ("read:people",),
    "GET /people/{person}/brief.pdf": ("read:people",),
    "POST /people/{person}/screening/overrides": ("write:people",),
    "POST /people/{person}/screening/overrides/{override}/withdrawal": ("write:people",),
}
GUARDED = {label: needed for label, needed in NEEDED.items() if needed}


def address(label: str) -> tuple[str, str]:
    """The operation's method and an address with ids of nobody."""
    method, path = label.split(" ")
    values = {
        "day": "2026-03-01",
        "month": "2026-03",
        "name": "diary",
        "number": "1",
    }
    parts = [
        part
        if not part.startswith("{")
        else values.get(part[1:].split("}")[0], str(uuid.uuid4())) + part.partition("}")[2]
        for part in path.split("/")
    ]
    return method, "/".join(parts)


def test_the_table_names_every_operation_and_its_scopes() -> None:
    described = {
        f"{method.upper()} {path.removeprefix('/api/v1')}": tuple(operation["x-scopes"])
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }
    assert described == NEEDED
    assert {scope for needed in NEEDED.values() for scope in needed} == set(SCOPES)


@pytest.mark.parametrize("scope", SCOPES)
def test_one_scope_opens_what_it_names_and_nothing_else(scope: str) -> None:
    owner = make_account(Role.PRESCRIBER) if "people" in scope else make_person().user
    program = Program(owner, scope)
    for label, needed in GUARDED.items():
        method, path = address(label)
        answer = program(method, path, {} if method in {"POST", "PUT", "PATCH"} else None)
        if needed == (scope,):
            assert answer.status_code not in {401, 403}, label
        else:
            assert answer.status_code == 403, label
            missing = next(each for each in needed if each != scope)
            assert missing in answer.json()["problem"], label
            assert set(answer.json()) == {"problem", "fields", "mend"}


@pytest.mark.parametrize("label", GUARDED)
def test_without_a_token_that_works_nothing_is_said(label: str) -> None:
    method, path = address(label)
    expired, revoked, closed = make_person("a"), make_person("b"), make_person("c")
    programs = {each.user.username: Program(each) for each in (expired, revoked, closed)}
    ApiToken.objects.filter(user=expired.user).update(
        expires_at=timezone.now() - dt.timedelta(seconds=1)
    )
    revoke_token(revoked.user, ApiToken.objects.get(user=revoked.user).pk)
    set_active(closed.user, False)
    sent: list[dict[str, str]] = [program.headers for program in programs.values()]
    secret = Program(make_person("d")).secret
    sent += [
        {},
        {"Authorization": "Bearer lodose_unknown"},
        {"Authorization": "Bearer"},
        {"Authorization": f"Basic {secret}"},
        {"Authorization": f"Bearer {secret} "},
        {"Authorization": f"Bearer {'x' * 5000}"},
    ]
    for headers in sent:
        answer = Client().generic(
            method, f"/api/v1{path}", "{}", content_type="application/json", headers=headers
        )
        assert answer.status_code == 401, headers
        assert set(answer.json()) == {"problem", "fields", "mend"}
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_wrong_token_is_not_made_good_by_a_cookie() -> None:
    browser = signed_in(make_person())
    assert browser.get("/api/v1/account").status_code == 200
    wrong = browser.get("/api/v1/account", headers={"Authorization": "Bearer lodose_x"})
    assert wrong.status_code == 401


@pytest.mark.parametrize("role", [role for role in Role if role != Role.PERSON])
def test_other_roles_find_nothing_of_a_person(role: Role) -> None:
    browser = signed_in(make_account(role))
    own = {"GET /account", "GET /account/tokens"} if scopes_of(role) else set()
    people = {label for label in NEEDED if "/people" in label}
    for label in (each for each in GUARDED if each.startswith("GET")):
        _method, path = address(label)
        status = browser.get(f"/api/v1{path}").status_code
        if label in own or (role == Role.PRESCRIBER and label in {"GET /people", "GET /receptors"}):
            assert status == 200, label
        elif role == Role.PRESCRIBER and label in people:
            assert status == 404, label
        else:
            assert status in {403, 404}, label


def test_a_person_has_no_panel_and_a_prescriber_only_who_let_them_in() -> None:
    mira, noor = make_person("mira"), make_person("noor")
    prescriber = make_account(Role.PRESCRIBER)
    let_in(mira, prescriber)
    program = Program(prescriber)
    assert program.get(f"/people/{mira.pk}").status_code == 200
    for suffix in ("", "/report.pdf", "/diary.svg"):
        forbidden = program.get(f"/people/{noor.pk}{suffix}")
        absent = program.get(f"/people/{uuid.uuid4()}{suffix}")
        assert forbidden.status_code == absent.status_code == 404
        assert forbidden.content == absent.content
    # A token that names scopes of another role has them not.
    from lodose.server.accounts.actions import make_token

    secret = make_token(mira.user, "too much", ["read:people"])
    answer = Client().get("/api/v1/people", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403


def test_a_prescriber_without_a_second_factor_is_told_so() -> None:
    bare = open_account("bare", role=Role.PRESCRIBER, password="long enough for anybody")
    answer = signed_in(bare).get("/api/v1/people")
    assert answer.status_code == 403
    assert "second factor" in answer.json()["problem"]
    # And a token made before the factor was taken away works no more.
    assert Program(bare).get("/people").status_code == 401


def test_the_last_use_is_written_once_a_day(django_assert_num_queries: Any) -> None:
    person = make_person()
    program = Program(person)
    assert ApiToken.objects.get().last_used_on is None
    with django_assert_num_queries(3):  # the token, its day, the record
        assert program.get("/account").status_code == 200
    assert ApiToken.objects.get().last_used_on == timezone.now().date()
    with django_assert_num_queries(2):
        assert program.get("/account").status_code == 200


def test_what_is_not_there_has_the_same_shape_everywhere() -> None:
    program = Program(make_person())
    unknown = program.get("/nothing/at/all")
    absent = program.get(f"/check-ins/{uuid.uuid4()}")
    assert unknown.status_code == absent.status_code == 404
    assert unknown.content == absent.content
    german = program.get("/nothing", **{"Accept-Language": "de"})
    assert set(german.json()) == {"problem", "fields", "mend"}


def test_an_unexpected_fault_says_nothing_of_what_was_sent(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from lodose.server.api import account

    def fail(*_arguments: Any) -> None:
        raise RuntimeError("a secret note")

    monkeypatch.setattr(account, "_account", fail)
    program = Program(make_person())
    program.client.raise_request_exception = False
    answer = program.get("/account")
    assert answer.status_code == 500
    assert set(answer.json()) == {"problem", "fields", "mend"}
    assert b"secret note" not in answer.content
    assert [record.levelname for record in caplog.records] == ["ERROR"]
