"""Deleting a person leaves nothing that could be joined to them, and takes nobody else along."""

import re
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client

from lodose.server.accounts.actions import make_sign_in_link, make_token, trust_device
from lodose.server.accounts.models import Role, User
from lodose.server.audit.chain import verify
from lodose.server.audit.models import Chain, Event
from lodose.server.audit.signing import sign_heads, verify_all
from lodose.server.care.models import Invitation, Seen
from lodose.server.records.before_models import ChosenPlan, HowItWent, Suitability
from lodose.server.records.models import (
    DoseStep,
    Laboratory,
    LifeEvent,
    Medicine,
    Person,
    Trial,
    TrialPeriod,
)
from server_support.people import PASSWORD, check_in, let_in, make_account, make_person, signed_in

pytestmark = pytest.mark.interface

WORDS = ("quiet-heron", "grey-otter", "heron@example.org", "note-of-mine", "hope-of-mine")


def fill(person: Person, doctor: User) -> None:
    """Write something of the person's own into every table that takes it."""
    Person.objects.filter(pk=person.pk).update(hopes="hope-of-mine", feed_hash="f" * 64)
    check_in(person, note="note-of-mine first")
    check_in(person, note="note-of-mine second", outcomes={"pain": "7"}, reason="note-of-mine why")
    day = "2026-03-01"
    Laboratory.objects.create(
        person=person, day=day, analyte="crp", value=5, unit="mg/L", note="note-of-mine"
    )
    Medicine.objects.create(person=person, name="note-of-mine medicine")
    LifeEvent.objects.create(person=person, day=day, what="flare", note="note-of-mine")
    DoseStep.objects.create(
        person=person, kind="start", from_day=day, dose_micrograms=1500, agreed_with="note-of-mine"
    )
    ChosenPlan.objects.create(person=person, plan="own", agreed_with="note-of-mine")
    HowItWent.objects.create(person=person, on=day, move="hold", reason="note-of-mine")
    Suitability.objects.create(person=person, agreed_with="note-of-mine", decided_by=doctor)
    trial = Trial.objects.create(person=person, plan={"title": "note-of-mine"}, sealed=True)
    TrialPeriod.objects.create(trial=trial, number=1, first_day=day, last_day=day, kit="KIT-1")
    let_in(person, doctor)
    Seen.objects.create(person=person, prescriber=doctor, item="note-of-mine")
    Invitation.objects.create(
        person=person, token_hash="a" * 64, note="note-of-mine", expires_at="2030-01-01T00:00Z"
    )
    trust_device(person.user, "note-of-mine phone")
    make_token(person.user, "note-of-mine script", ["read:diary"])
    make_sign_in_link(person.user, "demonstration")


def everything() -> str:
    """Every value of every table, as text."""
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            said += [f"{table}: {row}" for row in cursor.fetchall()]
    sessions = [str(session.get_decoded()) for session in Session.objects.all()]
    return "\n".join(said + sessions)


def delete(browser: Client, word: str = "delete") -> object:
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return browser.post("/account/delete/", {"word": word})


def person_to_delete() -> Person:
    cache.clear()
    return make_person("quiet-heron", display_name="grey-otter", email="heron@example.org")


@pytest.mark.django_db(transaction=True)
def test_nothing_of_the_person_is_left_in_any_table_and_the_chains_hold() -> None:
    person, doctor = person_to_delete(), make_account(Role.PRESCRIBER)
    other = make_person("other")
    check_in(other, note="stays")
    fill(person, doctor)
    sign_heads()
    browser, second = Client(), Client()
    for each in (browser, second):
        each.post("/accounts/login/", {"login": "quiet-heron", "password": PASSWORD})
    Client().post("/accounts/login/", {"login": "quiet-heron", "password": "wrong"})
    marks = [*WORDS, str(person.pk), person.pk.hex, str(person.user_id), person.user_id.hex]
    before = everything()
    assert all(mark in before for mark in WORDS)
    assert person.user_id.hex in before.replace("-", "")
    gone = delete(browser)
    assert gone.status_code == 302
    assert gone.headers["Location"] == "/farewell/"
    left = everything()
    assert [mark for mark in marks if mark in left] == []
    chain = Chain.objects.get(pk=person.chain_id)
    assert chain.salt is None
    assert chain.ended_at is not None
    assert verify(chain) == []
    assert verify_all() == []
    assert Event.objects.filter(chain_id=person.chain_id).last().kind == "deleted"  # type: ignore[union-attr]
    assert Person.objects.get().pk == other.pk
    assert "stays" in left
    for each in (browser, second):
        assert each.get("/account/").status_code == 302, "signed out everywhere"
    assert b"gone" in browser.get("/farewell/").content


@pytest.mark.django_db(transaction=True)
def test_the_file_of_the_database_holds_none_of_it_either() -> None:
    if connection.vendor != "sqlite":
        return  # PostgreSQL gives the space of deleted rows back in its own time: SECURITY.md
    name = connection.settings_dict["NAME"]
    person, doctor = person_to_delete(), make_account(Role.PRESCRIBER)
    fill(person, doctor)
    delete(signed_in(person))
    if "mode=memory" in str(name) or name == ":memory:":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete")
            assert cursor.fetchone() == (1,)
        content = connection.connection.serialize()
    else:
        files = Path(str(name)).parent.glob(Path(str(name)).name + "*")
        content = b"".join(path.read_bytes() for path in files)
    assert len(content) > 50_000
    marks = [*WORDS, person.user_id.hex, person.pk.hex]
    assert [mark for mark in marks if mark.encode() in content] == []


@pytest.mark.django_db
def test_the_care_team_loses_access_at_once() -> None:
    person, doctor = person_to_delete(), make_account(Role.PRESCRIBER)
    let_in(person, doctor)
    browser = signed_in(doctor)
    assert browser.get(f"/people/{person.pk}/").status_code == 200
    delete(signed_in(person))
    assert browser.get(f"/people/{person.pk}/").status_code == 404
    assert "grey-otter" not in browser.get("/panel/").content.decode()


@pytest.mark.django_db
def test_without_the_word_or_the_password_nothing_goes() -> None:
    person = person_to_delete()
    browser = signed_in(person)
    asked = browser.post("/account/delete/", {"word": "delete"})
    assert asked.status_code == 302
    assert "/accounts/reauthenticate/" in asked.headers["Location"]
    wrong = delete(browser, "yes")
    assert wrong.status_code == 422
    assert b"Nothing was deleted" in wrong.content
    assert Person.objects.filter(pk=person.pk).exists()
    assert browser.get("/account/delete/").status_code == 200


@pytest.mark.django_db
def test_the_page_says_what_stays_and_what_a_running_trial_loses() -> None:
    person, doctor = person_to_delete(), make_account(Role.PRESCRIBER)
    page = signed_in(person).get("/account/delete/").content.decode()
    assert "Backups" in page
    assert "clinic" not in page
    assert "blinded" not in page
    fill(person, doctor)
    page = signed_in(person).get("/account/delete/").content.decode()
    assert "clinic may have to keep" in page
    assert "blinded trial is running" in page
    assert re.search(r"your prescriber decides", page)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.PRESCRIBER, Role.ADMINISTRATOR])
def test_other_roles_have_no_such_page(role: Role) -> None:
    browser = signed_in(make_account(role))
    for page in ("/account/delete/", "/account/download/"):
        assert browser.get(page).status_code == 404
