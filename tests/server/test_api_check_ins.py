"""Check-ins by programs: made once, corrected with a reason, nobody else's."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lodose.server.records.clock import today_of
from lodose.server.records.models import CheckIn, CheckInVersion, Person
from server_support.people import check_in, make_person, signed_in
from server_support.programs import Program, open_trial, sealed_trial

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def content(person: Person, **changes: Any) -> dict[str, Any]:
    return {
        "day": today_of(person).isoformat(),
        "outcomes": {"pain": "6", "sleep": "3"},
        "dose_micrograms": 4500,
        "dose_at": "21:30",
        "side_effects": [{"name": "headache", "severity": 2}],
        "note": "a long walk",
    } | changes


def moment_in(answer: Any, name: str) -> dt.datetime:
    return dt.datetime.fromisoformat(answer.json()["check_in"][name])


def in_milliseconds(moment: dt.datetime) -> dt.datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def test_a_check_in_sent_twice_is_made_once() -> None:
    person = make_person()
    program, address = Program(person), f"/check-ins/{uuid.uuid4()}"
    made = program.put(address, content(person))
    again = program.put(address, content(person))
    assert (made.status_code, again.status_code) == (201, 200), made.content
    assert (made.json()["outcome"], again.json()["outcome"]) == ("made", "unchanged")
    kept = CheckIn.objects.get(person=person)
    assert kept.source == "api"
    assert kept.dose_micrograms == 4500
    assert kept.side_effects == [["headache", 2]]
    assert made.json()["check_in"] == again.json()["check_in"] == program.get(address).json()
    assert moment_in(made, "received_at") == in_milliseconds(kept.received_at)


def test_the_same_id_with_other_content_is_a_conflict() -> None:
    person = make_person()
    program, address = Program(person), f"/check-ins/{uuid.uuid4()}"
    program.put(address, content(person))
    other = program.put(address, content(person, note="something else"))
    assert other.status_code == 409
    assert CheckIn.objects.get().note == "a long walk"
    yesterday = today_of(person) - dt.timedelta(days=1)
    other_day = program.put(address, content(person, day=yesterday.isoformat()))
    assert other_day.status_code == 409
    assert CheckIn.objects.count() == 1


def test_a_day_that_has_an_entry_is_a_conflict_and_a_skipped_one_is_filled() -> None:
    person = make_person()
    program, today = Program(person), today_of(person)
    check_in(person)
    taken = program.put(f"/check-ins/{uuid.uuid4()}", content(person))
    assert taken.status_code == 409
    assert taken.json()["fields"]["check_in"] == str(CheckIn.objects.get().pk)
    yesterday = (today - dt.timedelta(days=1)).isoformat()
    assert program("PUT", f"/days/{yesterday}/skip").status_code == 200
    assert program("PUT", f"/days/{yesterday}/skip").status_code == 409
    filled = program.put(f"/check-ins/{uuid.uuid4()}", content(person, day=yesterday))
    assert filled.status_code == 200
    assert filled.json()["outcome"] == "corrected"
    assert not filled.json()["check_in"]["skipped"]


def test_a_correction_keeps_the_old_value_and_is_made_once() -> None:
    person = make_person()
    program, first = Program(person), uuid.uuid4()
    program.put(f"/check-ins/{first}", content(person))
    address = f"/check-ins/{first}/corrections/{uuid.uuid4()}"
    corrected = {"outcomes": {"pain": "2"}, "reason": "mistyped"}
    made = program.put(address, corrected)
    again = program.put(address, corrected)
    other = program.put(address, corrected | {"note": "another"})
    assert [each.status_code for each in (made, again, other)] == [201, 200, 409], made.content
    assert CheckIn.objects.get().outcomes == {"pain": "2"}
    assert CheckInVersion.objects.count() == 1
    versions = program.get(f"/check-ins/{first}/versions").json()
    assert [each["reason"] for each in versions] == ["mistyped"]
    assert versions[0]["content"]["outcomes"] == {"pain": "6", "sleep": "3"}
    # What was sent first is still known, though it no longer stands.
    assert program.put(f"/check-ins/{first}", content(person)).status_code == 200
    assert program.put(f"/check-ins/{first}", content(person, note="no")).status_code == 409
    # And a second correction does not make the first unknown.
    second = f"/check-ins/{first}/corrections/{uuid.uuid4()}"
    assert program.put(second, {"outcomes": {"pain": "3"}, "reason": "again"}).status_code == 201
    assert program.put(address, corrected).status_code == 200
    assert CheckIn.objects.get().outcomes == {"pain": "3"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"outcomes": {"pain": "11"}}, "pain"),
        ({"outcomes": {"pain": "6.5"}}, "pain"),
        ({"outcomes": {"hair": "1"}}, "hair"),
        ({"outcomes": {"pain": 6}}, "outcomes.pain"),
        ({"dose_micrograms": 4.5}, "dose_micrograms"),
        ({"dose_micrograms": "4500"}, "dose_micrograms"),
        ({"dose_micrograms": -1}, "dose_micrograms"),
        ({"kit_taken": True}, "kit_taken"),
        ({"dose_at": "25:00"}, "dose_at"),
        ({"side_effects": [{"name": "headache", "severity": 4}]}, "side_effects.0.severity"),
        ({"red_flags": ["nothing"]}, "red_flags"),
        ({"note": "\x00"}, "note"),
        ({"note": "x" * 2001}, "note"),
        ({"day": 0}, "day"),
        ({"day": "2026-02-30"}, "day"),
        ({"day": "9999-12-31"}, "day"),
        ({"written_at": "2026-03-01T10:00:00"}, "written_at"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_bad_input_names_the_field_and_writes_nothing(changes: dict[str, Any], field: str) -> None:
    person = make_person()
    answer = Program(person).put(f"/check-ins/{uuid.uuid4()}", content(person, **changes))
    assert answer.status_code == 422
    problem = answer.json()
    assert set(problem) == {"problem", "fields", "mend"}
    assert list(problem["fields"]) == [field]
    assert problem["problem"]
    assert problem["mend"]
    assert not CheckIn.objects.exists()


def test_what_is_no_json_is_said_so() -> None:
    program = Program(make_person())
    for body in (b"{", b"\xff", b"[" * 100_000, b""):
        answer = program.client.put(
            f"/api/v1/check-ins/{uuid.uuid4()}",
            body,
            content_type="application/json",
            headers=program.headers,
        )
        assert answer.status_code == 422, body[:10]
        assert set(answer.json()) == {"problem", "fields", "mend"}
    huge = program.client.put(
        f"/api/v1/check-ins/{uuid.uuid4()}",
        b" " * 3_000_000,
        content_type="application/json",
        headers=program.headers,
    )
    assert huge.status_code == 413


def test_the_list_is_bounded_by_days_and_comes_in_parts() -> None:
    person = make_person()
    today = today_of(person)
    for back in range(60):
        check_in(person, today - dt.timedelta(days=back))
    program = Program(person)
    first = program.get("/check-ins").json()
    second = program.get("/check-ins?page=2").json()
    assert (first["count"], first["pages"]) == (60, 2)
    assert (len(first["items"]), len(second["items"])) == (50, 10)
    assert first["items"][0]["day"] == today.isoformat()
    assert program.get("/check-ins?page=3").json()["items"] == []
    begin = (today - dt.timedelta(days=4)).isoformat()
    until = (today - dt.timedelta(days=2)).isoformat()
    between = program.get(f"/check-ins?first={begin}&last={until}").json()
    assert between["count"] == 3
    assert program.get("/check-ins?first=yesterday").status_code == 422
    assert program.get("/check-ins?page=0").status_code == 422


def test_anothers_check_in_and_one_that_is_not_there_look_the_same() -> None:
    mira, noor = make_person("mira"), make_person("noor")
    other = check_in(noor).check_in
    program = Program(mira)
    pairs = [
        ("GET", "/check-ins/{}", None),
        ("GET", "/check-ins/{}/versions", None),
        ("PUT", "/check-ins/{}/corrections/" + str(uuid.uuid4()), {"reason": "x"}),
    ]
    for method, path, body in pairs:
        forbidden = program(method, path.format(other.pk), body)
        absent = program(method, path.format(uuid.uuid4()), body)
        assert forbidden.status_code == absent.status_code == 404
        assert forbidden.content == absent.content
        assert dict(forbidden.headers) == dict(absent.headers)
    other.refresh_from_db()
    assert other.revision == 1
    # An id that is taken in another's record says no more than one taken in the own.
    check_in(mira, today_of(mira) - dt.timedelta(days=1))
    own_taken = program.put(f"/check-ins/{CheckIn.objects.get(person=mira).pk}", content(mira))
    others = program.put(f"/check-ins/{other.pk}", content(mira))
    assert own_taken.status_code == others.status_code == 409
    assert own_taken.content == others.content


def test_in_a_sealed_trial_the_kit_stands_in_place_of_the_dose() -> None:
    person = make_person()
    sealed_trial(person)
    program = Program(person)
    plan = program.get(f"/days/{today_of(person)}/plan").json()
    assert plan["sealed"]
    assert plan["kit"] == "K-102"
    assert plan["dose_micrograms"] is None
    address = f"/check-ins/{uuid.uuid4()}"
    told = program.put(address, content(person))
    assert told.status_code == 422
    assert list(told.json()["fields"]) == ["dose_micrograms"]
    sent = content(person, kit_taken=True, dose_micrograms=None, dose_at=None)
    kept = program.put(address, sent)
    assert kept.status_code == 201
    assert kept.json()["check_in"]["kit"] == "K-102"
    assert program.put(address, sent).status_code == 200


def test_a_dose_written_before_the_trial_was_sealed_is_told_no_more() -> None:
    person = make_person()
    made = check_in(person, dose_micrograms=4500, dose_at=dt.time(21, 0)).check_in
    program = Program(person)
    assert program.get(f"/check-ins/{made.pk}").json()["dose_micrograms"] == 4500
    sealed_trial(person)
    hidden = program.get(f"/check-ins/{made.pk}").json()
    assert hidden["dose_micrograms"] is None
    assert hidden["dose_at"] is None


def test_days_months_and_files_of_the_diary() -> None:
    person = make_person()
    program, today = Program(person), today_of(person)
    assert program.get("/diary.csv").status_code == 404
    assert program.get("/diary.svg").status_code == 404
    check_in(person)
    month = program.get(f"/months/{today:%Y-%m}").json()
    assert {"day": today.isoformat(), "state": "done", "skipped": False} in month["days"]
    assert program.get("/months/2026-13").status_code == 422
    file = program.get("/diary.csv")
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert today.isoformat() in file.content.decode()
    picture = program.get("/diary.svg?width=340")
    assert picture.content.startswith(b"<svg")
    assert program.get("/diary.svg?width=9000").status_code == 422
    skipped = today - dt.timedelta(days=1)
    assert program("PUT", f"/days/{skipped}/skip").status_code == 200
    assert program.delete(f"/days/{skipped}/skip").status_code == 200
    assert program.delete(f"/days/{skipped}/skip").status_code == 404
    tomorrow = today + dt.timedelta(days=1)
    assert program("PUT", f"/days/{tomorrow}/skip").status_code == 422


def test_red_flags_are_open_to_everybody() -> None:
    listed = Client().get("/api/v1/red-flags")
    assert listed.status_code == 200
    assert {"self-harm", "liver"} <= {each["id"] for each in listed.json()}


def test_queries_of_a_check_in_and_of_the_list_are_bounded(
    django_assert_max_num_queries: Any,
) -> None:
    person = make_person()
    open_trial(person)
    program = Program(person)
    program.get("/account")  # writes the day of the last use
    address = f"/check-ins/{uuid.uuid4()}"
    with django_assert_max_num_queries(24) as made:
        assert program.put(address, content(person)).status_code == 201
    with django_assert_max_num_queries(20):
        assert program.put(address, content(person)).status_code == 200
    writes = [each["sql"] for each in made if each["sql"].startswith(("INSERT", "UPDATE"))]
    assert len(writes) == 3, writes  # the entry, its event, the head of the chain
    for back in range(1, 30):
        check_in(person, today_of(person) - dt.timedelta(days=back))
    with django_assert_max_num_queries(6):
        assert len(program.get("/check-ins").json()["items"]) == 30


def test_moments_carry_their_zone() -> None:
    person = make_person(time_zone="Asia/Tokyo")
    program = Program(person)
    moment = timezone.now() - dt.timedelta(minutes=30)
    sent = content(person, written_at=moment.isoformat())
    made = program.put(f"/check-ins/{uuid.uuid4()}", sent)
    assert moment_in(made, "written_at") == in_milliseconds(moment)
    assert moment_in(made, "received_at").tzinfo is not None


def test_with_a_session_a_change_needs_the_csrf_token_and_with_a_token_it_does_not() -> None:
    person = make_person()
    address, body = f"/api/v1/check-ins/{uuid.uuid4()}", content(person)
    assert Program(person).get("/check-ins").status_code == 200
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person.user, backend="lodose.server.accounts.backends.Accounts")
    assert browser.get("/api/v1/check-ins").status_code == 200
    bare = browser.put(address, body, content_type="application/json")
    assert bare.status_code == 403
    assert set(bare.json()) == {"problem", "fields", "mend"}
    assert not CheckIn.objects.exists()
    browser.get("/today/")
    token = browser.cookies["csrftoken"].value
    sent = browser.put(
        address, body, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert sent.status_code == 201
    assert signed_in(person).get("/api/v1/check-ins").json()["count"] == 1
