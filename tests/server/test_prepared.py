"""A prepared query gives what the model's own manager would have given."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from lodose.server.accounts.actions import open_account
from lodose.server.accounts.backends import Accounts
from lodose.server.accounts.models import Role, User
from lodose.server.accounts.sessions import SessionStore
from lodose.server.audit.models import Event
from lodose.server.prepared import Prepared, insert
from lodose.server.records.models import CheckIn, Person
from server_support.people import check_in, make_person, signed_in

pytestmark = pytest.mark.django_db


def columns(row: Model) -> dict[str, object]:
    return {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields}


def test_an_account_comes_with_its_record_in_one_statement(
    django_assert_num_queries: object,
) -> None:
    made = make_person("reader", time_zone="Asia/Kathmandu")
    made.reminder_schedule = {"kind": "daily"}
    made.save()
    account = str(made.user.pk)
    with django_assert_num_queries(1):  # type: ignore[operator]
        user = Accounts().get_user(account)
        assert user is not None
        person = user.person
        assert person.user is user
    assert columns(user) == columns(User.objects.get(pk=made.user.pk))
    assert columns(person) == columns(Person.objects.get(pk=made.pk))
    person.time_zone = "UTC"
    person.save()  # a row of this kind is saved like any other
    assert Person.objects.get(pk=made.pk).time_zone == "UTC"


def test_an_account_without_a_record_has_none() -> None:
    account = open_account("desk", role=Role.ADMINISTRATOR)
    user = Accounts().get_user(account.pk)
    assert user is not None
    with pytest.raises(Person.DoesNotExist):
        _ = user.person


@pytest.mark.parametrize("user_id", [uuid.uuid4(), "00000000-0000-0000-0000-000000000000"])
def test_nobody_is_found_under_an_unknown_id(user_id: object) -> None:
    assert Accounts().get_user(user_id) is None


def test_a_closed_account_is_nobody() -> None:
    person = make_person()
    browser = signed_in(person)
    assert browser.get("/today/").status_code == 200
    User.objects.filter(pk=person.user.pk).update(is_active=False)
    assert browser.get("/today/").status_code == 302


def test_a_session_is_found_until_it_expires() -> None:
    store = SessionStore()
    store["note"] = "kept"
    store.save()
    assert SessionStore(store.session_key)["note"] == "kept"
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert SessionStore(store.session_key).load() == {}
    assert SessionStore("no such session").load() == {}


def test_conditions_that_are_not_one_value_each_are_refused() -> None:
    with pytest.raises(TypeError, match="'session_key__contains' does not compare"):
        Prepared(Session, "session_key__contains")


def test_a_row_is_written_as_its_model_would_write_it() -> None:
    person = make_person()
    made = check_in(
        person, side_effects=[["nausea", 2]], note="“quoted”, 100 %", dose_micrograms=4500
    ).check_in
    assert columns(made) == columns(CheckIn.objects.get(pk=made.pk))
    event = Event.objects.latest("pk")
    event.pk, event.sequence = None, event.sequence + 1
    insert(event)
    assert columns(event) == columns(Event.objects.latest("pk"))
    event.sequence += 1
    event.save()
    assert Event.objects.filter(pk=event.pk, sequence=event.sequence).count() == 1
    event.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(event)
