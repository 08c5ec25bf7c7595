"""Each resource by HTTP: what works, and what is refused without a trace."""

import datetime as dt
import io
import uuid
import zipfile
from typing import Any

import pytest
from django.test import Client

from lodose.server.accounts.actions import trust_device
from lodose.server.accounts.models import Role, User
from lodose.server.audit.chain import verify
from lodose.server.audit.models import Chain
from lodose.server.care.models import Grant
from lodose.server.records.clock import today_of
from lodose.server.records.models import (
    CheckIn,
    DoseStep,
    Laboratory,
    LifeEvent,
    Medicine,
    Person,
    Trial,
)
from server_support.people import check_in, let_in, make_account, make_person, suits
from server_support.programs import Program, open_trial

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def yesterday_of(person: Person) -> str:
    return (today_of(person) - dt.timedelta(days=1)).isoformat()


def is_problem(answer: Any, status: int) -> dict[str, str]:
    """The answer is an error in the one shape; return its fields."""
    assert answer.status_code == status, answer.content
    problem = answer.json()
    assert set(problem) == {"problem", "fields", "mend"}
    assert problem["problem"]
    fields: dict[str, str] = problem["fields"]
    return fields


def chain_holds(person: Person) -> bool:
    return verify(Chain.objects.get(pk=person.chain_id)) == []


def test_laboratory() -> None:
    person = make_person()
    program, day = Program(person), yesterday_of(person)
    assert "crp" in {each["id"] for each in program.get("/laboratory/analytes").json()}
    given = {"day": day, "analyte": "crp", "value": "4,5", "unit": "mg/L", "upper_limit": "5"}
    made = program.post("/laboratory", given)
    assert made.status_code == 201
    assert (made.json()["value"], made.json()["upper_limit"]) == ("4.5", "5")
    fields = is_problem(program.post("/laboratory", given | {"unit": "g/L"}), 422)
    assert list(fields) == ["unit"]
    assert list(is_problem(program.post("/laboratory", given | {"value": "9000"}), 422)) == [
        "value"
    ]
    as_typed = program.post("/laboratory", given | {"value": "9000", "as_typed": True})
    assert as_typed.status_code == 201
    address = f"/laboratory/{made.json()['id']}"
    assert list(is_problem(program.put(address, given), 422)) == ["reason"]
    changed = program.put(address, given | {"value": "<5", "reason": "mistyped"})
    assert changed.json()["below_detection"]
    assert program.post(f"{address}/removal", {"reason": "not mine"}).status_code == 200
    is_problem(program.post(f"{address}/removal", {"reason": "again"}), 404)
    assert program.get("/laboratory").json()["count"] == 1
    assert Laboratory.objects.count() == 2  # the one that was taken out is kept
    assert chain_holds(person)


def test_medicines() -> None:
    person = make_person()
    program = Program(person)
    made = program.post("/medicines", {"name": "Tramadol 50 mg", "first_day": yesterday_of(person)})
    assert made.status_code == 201
    assert made.json()["opioid"]
    assert list(is_problem(program.post("/medicines", {"name": "tramdol"}), 422)) == ["opioid"]
    said = program.post("/medicines", {"name": "tramdol", "opioid": False})
    assert said.status_code == 201
    assert list(is_problem(program.post("/medicines", {"name": " "}), 422)) == ["name"]
    address = f"/medicines/{made.json()['id']}"
    changed = program.put(address, {"name": "ibuprofen", "reason": "wrong box"})
    assert not changed.json()["opioid"]
    assert program.post(f"{address}/removal", {"reason": "never taken"}).status_code == 200
    assert [each["name"] for each in program.get("/medicines").json()["items"]] == ["tramdol"]
    assert Medicine.objects.count() == 2
    assert chain_holds(person)


def test_events() -> None:
    person = make_person()
    program = Program(person)
    given = {"day": yesterday_of(person), "what": "infection", "days": 3}
    made = program.post("/events", given)
    assert made.status_code == 201
    assert list(is_problem(program.post("/events", given), 422)) == ["day"]
    assert list(is_problem(program.post("/events", given | {"what": "party"}), 422)) == ["what"]
    address = f"/events/{made.json()['id']}"
    changed = program.put(address, given | {"days": 5, "reason": "it went on"})
    assert changed.json()["days"] == 5
    assert program.post(f"{address}/removal", {"reason": "a mistake"}).status_code == 200
    assert program.get("/events").json() == {"items": [], "count": 0, "page": 1, "pages": 0}
    assert LifeEvent.objects.count() == 1


def test_questions_are_chosen_and_fixed_while_a_trial_runs() -> None:
    person = make_person()
    program = Program(person)
    ready = [each["name"] for each in program.get("/outcomes/ready").json()]
    assert "tiredness" in ready
    own = {"label": "Steps up the stairs", "better": "higher"}
    chosen = {"ready": ["pain", "tiredness"], "own": [own], "primary": own["label"], "mcid": "2"}
    kept = program.put("/outcomes", chosen)
    assert kept.status_code == 200, kept.content
    questions = kept.json()["questions"]
    assert [each["name"] for each in questions] == ["pain", "tiredness", "steps-up-the-stairs"]
    assert [each["mcid"] for each in questions if each["primary"]] == ["2"]
    assert list(is_problem(program.put("/outcomes", {"primary": "pain"}), 422)) == ["outcomes"]
    unknown = program.put("/outcomes", {"ready": ["hair"], "primary": "hair"})
    assert list(is_problem(unknown, 422)) == ["ready"]
    open_trial(person)
    assert list(is_problem(program.put("/outcomes", chosen), 422)) == ["outcomes"]
    assert program.get("/outcomes").json()["locked"]


def test_pauses() -> None:
    program = Program(make_person())
    assert program.post("/pauses", {"reason": "holiday"}).status_code == 201
    is_problem(program.post("/pauses", {}), 409)
    assert program.get("/treatment").json()["paused"]["reason"] == "holiday"
    assert program.get("/pauses").json()["count"] == 1
    assert program.delete("/pauses/current").status_code == 200
    is_problem(program.delete("/pauses/current"), 404)


def test_decisions_about_the_dose() -> None:
    person = make_person()
    program, today = Program(person), today_of(person).isoformat()
    start = {"kind": "start", "from_day": today, "dose_micrograms": 1500}
    assert set(is_problem(program.post("/treatment/dose-steps", start), 422)) == {
        "agreed_with",
        "agreed_on",
    }
    assert not DoseStep.objects.exists()
    agreed = start | {"agreed_with": "Practice", "agreed_on": today, "settled": True}
    large = agreed | {"dose_micrograms": 45_000}
    asked = is_problem(program.post("/treatment/dose-steps", large), 422)
    assert list(asked) == ["confirmed_micrograms"]
    made = program.post("/treatment/dose-steps", agreed | {"micrograms_per_millilitre": 1000})
    assert made.status_code == 201
    assert made.json()["dose_micrograms"] == 1500
    state = program.get("/treatment").json()
    assert state["current"]["id"] == made.json()["id"]
    assert "step" in state["may_follow"]
    assert list(is_problem(program.post("/treatment/dose-steps", agreed), 422)) == ["kind"]
    removal = f"/treatment/dose-steps/{made.json()['id']}/removal"
    assert list(is_problem(program.post(removal, {}), 422)) == ["reason"]
    assert program.post(removal, {"reason": "wrong day"}).status_code == 200
    is_problem(program.post(removal, {"reason": "again"}), 404)
    program.post("/treatment/dose-steps", agreed)
    assert program.post("/treatment/stop", {}).json()["kind"] == "stop"
    assert [each["kind"] for each in program.get("/treatment/dose-steps").json()["items"]] == [
        "stop",
        "start",
    ]
    assert chain_holds(person)


def test_an_open_schedule() -> None:
    person = make_person()
    program, today = Program(person), today_of(person).isoformat()
    wish = {
        "design": "randomised-open",
        "pairs": 2,
        "days": 14,
        "first_day": today,
        "dose_micrograms": 4500,
        "agreed_with": "Practice",
        "settled": True,
        "agreed_on": today,
    }
    assert list(is_problem(program.post("/trials", wish), 422)) == ["suits"]
    suits(person)
    past = program.post("/trials", wish | {"first_day": yesterday_of(person)})
    assert list(is_problem(past, 422)) == ["first_day"]
    assert list(is_problem(program.post("/trials", wish | {"pairs": 99}), 422)) == ["pairs"]
    assert not Trial.objects.exists()
    made = program.post("/trials", wish)
    assert made.status_code == 201
    trial = made.json()
    assert len(trial["periods"]) == 4
    assert {each["arm"] for each in trial["periods"]} == {"active", "comparator"}
    assert len(trial["protocol_hash"]) == 64
    is_problem(program.post("/trials", wish), 422)
    assert program.get("/trials").json()["items"] == [trial]
    assert program.get(f"/trials/{trial['id']}").json() == trial
    file = program.get(f"/trials/{trial['id']}/protocol.toml")
    assert file.headers["Content-Type"] == "application/toml"
    assert b"randomised-open" in file.content
    is_problem(program.get("/answer"), 409)
    is_problem(program.put(f"/trials/{trial['id']}/guesses/1", {"guess": "unsure"}), 422)
    assert list(is_problem(program.post(f"/trials/{trial['id']}/stop", {"reason": " "}), 422)) == [
        "reason"
    ]
    stopped = program.post(f"/trials/{trial['id']}/stop", {"reason": "moved house"})
    assert stopped.json()["status"] == "stopped"
    is_problem(program.get("/answer"), 409)  # ended, but no day was recorded
    other = Program(make_person("noor"))
    forbidden = other.get(f"/trials/{trial['id']}")
    assert forbidden.content == other.get(f"/trials/{uuid.uuid4()}").content
    assert forbidden.status_code == 404


def test_without_a_trial_there_is_no_answer() -> None:
    program = Program(make_person())
    for path in ("/answer", "/answer/report.pdf", "/answer/charts/effect.svg"):
        is_problem(program.get(path), 404)
    assert program.get("/answer/stage").json()["stage"] == "nothing"
    kept = program.put("/answer/opening", {"choice": "with-doctor"})
    assert kept.json()["opening"] == "with-doctor"
    assert list(is_problem(program.put("/answer/opening", {"choice": "never"}), 422)) == ["choice"]


def test_the_care_team() -> None:
    person, prescriber = make_person(), make_account(Role.PRESCRIBER)
    program, invitation = Program(person), uuid.uuid4()
    made = program.put(f"/care/invitations/{invitation}", {"note": "surgery"})
    assert made.status_code == 201
    link = made.json()["link"]
    is_problem(program.put(f"/care/invitations/{invitation}", {}), 409)
    listed = program.get("/care/invitations").json()
    assert [each["note"] for each in listed] == ["surgery"]
    assert link.rpartition("/join/")[2] not in str(listed)
    browser = Client()
    browser.force_login(prescriber, backend="lodose.server.accounts.backends.Accounts")
    assert browser.post(link).status_code == 302
    assert Program(prescriber).get(f"/people/{person.pk}").status_code == 200
    looks = program.get("/care/looks").json()["items"]
    assert "record" in {each["what"] for each in looks}
    assert program.get("/history").json()["count"] > 1
    [access] = program.get("/care/access").json()
    other = Program(make_person("noor"))
    forbidden = other.delete(f"/care/access/{access['id']}")
    assert forbidden.content == other.delete(f"/care/access/{uuid.uuid4()}").content
    assert Grant.objects.filter(withdrawn_at=None).count() == 1
    assert program.delete(f"/care/access/{access['id']}").status_code == 200
    is_problem(Program(prescriber).get(f"/people/{person.pk}"), 404)
    second = uuid.uuid4()
    program.put(f"/care/invitations/{second}", {})
    assert program.delete(f"/care/invitations/{second}").status_code == 200
    is_problem(program.delete(f"/care/invitations/{second}"), 404)
    assert program.put("/care/missed-days", {"share": True}).json() == {"share": True}
    assert program.get("/care/missed-days").json() == {"share": True}
    assert list(is_problem(program.put("/care/missed-days", {"share": "yes"}), 422)) == ["share"]


def test_too_many_invitations_are_a_conflict() -> None:
    program = Program(make_person())
    answers = [program.put(f"/care/invitations/{uuid.uuid4()}", {}) for _ in range(11)]
    assert [each.status_code for each in answers] == [201] * 10 + [409]


def test_reminders_and_their_feed() -> None:
    person = make_person()
    program = Program(person)
    assert program.get("/reminders").json()["why_none"] == "not-chosen"
    is_problem(program.post("/reminders/feed", {"mark": "none"}), 409)
    every = {"kind": "every", "at": "20:00"}
    assert set(is_problem(program.put("/reminders", every), 422)) == {"every_days", "first_day"}
    kept = program.put(
        "/reminders", every | {"every_days": 14, "first_day": today_of(person).isoformat()}
    )
    assert kept.json()["schedule"]["every_days"] == 14
    assert len(kept.json()["coming"]) == 10
    assert program.put("/reminders", kept.json()["schedule"]).json() == kept.json()
    feed = program.post("/reminders/feed", {"mark": kept.json()["feed_mark"]})
    assert feed.status_code == 201
    calendar = Client().get(feed.json()["link"])
    assert calendar.content.startswith(b"BEGIN:VCALENDAR")
    is_problem(program.post("/reminders/feed", {"mark": "none"}), 409)
    assert program.delete("/reminders/feed").status_code == 200
    is_problem(program.delete("/reminders/feed"), 404)
    assert Client().get(feed.json()["link"]).status_code == 404
    assert program.delete("/reminders").json()["schedule"] is None


def test_the_account() -> None:
    person = make_person()
    program = Program(person)
    changed = program(
        "PATCH", "/account", {"name": "Synthetic person 3", "time_zone": "Asia/Tokyo"}
    )
    assert changed.json() == {
        "user_name": "person",
        "name": "Synthetic person 3",
        "role": "person",
        "language": "",
        "time_zone": "Asia/Tokyo",
        "hopes": "",
    }
    assert program("PATCH", "/account", {"hopes": "to garden"}).json()["hopes"] == "to garden"
    wrong = program("PATCH", "/account", {"language": "tlh", "time_zone": "Mars", "name": "x"})
    assert set(is_problem(wrong, 422)) == {"language", "time_zone"}
    assert User.objects.get().display_name == "Synthetic person 3"
    trust_device(person.user, "phone")
    [device] = program.get("/account/devices").json()["items"]
    assert program.delete(f"/account/devices/{device['id']}").status_code == 200
    is_problem(program.delete(f"/account/devices/{device['id']}"), 404)
    [token] = program.get("/account/tokens").json()["items"]
    assert program.secret not in str(token)
    other = Program(make_person("noor"))
    is_problem(other.delete(f"/account/tokens/{token['id']}"), 404)
    assert program.delete(f"/account/tokens/{token['id']}").status_code == 200
    is_problem(program.get("/account"), 401)


def test_a_prescriber_has_no_time_zone_to_change() -> None:
    program = Program(make_account(Role.PRESCRIBER))
    assert program.get("/account").json()["time_zone"] is None
    wrong = program("PATCH", "/account", {"time_zone": "Asia/Tokyo", "hopes": "x"})
    assert set(is_problem(wrong, 422)) == {"time_zone", "hopes"}
    is_problem(program.get("/account/devices"), 404)


def test_everything_is_one_archive() -> None:
    person = make_person()
    check_in(person, note="only here")
    answer = Program(person).get("/everything.zip")
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "only here" in archive.read("everything.json").decode()


def test_a_prescribers_people(django_assert_max_num_queries: Any) -> None:
    prescriber = make_account(Role.PRESCRIBER)
    people = [make_person(f"person-{number}") for number in range(6)]
    for person in people:
        let_in(person, prescriber)
        check_in(person)
    make_person("another")
    check_in(people[3], side_effects=[["headache", 3]])
    program = Program(prescriber)
    with django_assert_max_num_queries(40):
        panel = program.get("/people").json()
    assert panel["count"] == 6
    assert panel["items"][0]["id"] == str(people[3].pk)
    assert panel["items"][0]["urgent"]
    [item] = panel["items"][0]["open"]
    address = f"/people/{people[3].pk}"
    record = program.get(address).json()
    assert record["attention"][0]["key"] == item["key"]
    assert record["days"][0]["side_effects"] == [{"name": "headache", "severity": 3}]
    is_problem(program.post(f"{address}/seen", {"item": "nothing"}), 404)
    assert program.post(f"{address}/seen", {"item": item["key"]}).json() == {"first": True}
    assert program.post(f"{address}/seen", {"item": item["key"]}).json() == {"first": False}
    assert program.get("/people?q=person-3").json()["items"][0]["seen"] == 1
    own = Program(people[3]).get("/care/attention").json()
    assert own[0]["seen"][0]["name"] == prescriber.shown_name
    is_problem(program.get(f"{address}/report.pdf"), 404)
    assert program.get(f"{address}/diary.svg").content.startswith(b"<svg")


def test_a_prescriber_decides_a_dose_and_the_person_reads_who() -> None:
    prescriber, person = make_account(Role.PRESCRIBER), make_person()
    let_in(person, prescriber)
    program, today = Program(prescriber), today_of(person).isoformat()
    address = f"/people/{person.pk}/dose-steps"
    step = {"kind": "start", "from_day": today, "dose_micrograms": 3000}
    made = program.post(address, step)
    assert made.status_code == 201
    [own] = Program(person).get("/treatment/dose-steps").json()["items"]
    assert own["decided_by"] == prescriber.shown_name
    assert list(is_problem(program.post(address, step), 422)) == ["kind"]
    stranger = make_person("noor")
    is_problem(program.post(f"/people/{stranger.pk}/dose-steps", step), 404)
    assert not DoseStep.objects.filter(person=stranger).exists()


def test_a_diary_is_brought_in_from_a_file_all_or_nothing() -> None:
    person = make_person()
    check_in(person, dt.date(2026, 3, 1), outcomes={"pain": "2"})
    program = Program(person)
    diary = "date,pain,stairs,note\n2026-03-01,7,3,\n2026-03-02,6,4,tired\n"
    seen = program.post("/uploads/preview", {"diary": diary})
    assert seen.status_code == 200, seen.content
    assert seen.json()["new_days"] == 1
    assert seen.json()["unknown"] == ["stairs"]
    [conflict] = seen.json()["conflicts"]
    assert conflict["here"]["outcomes"] == {"pain": "2"}
    assert CheckIn.objects.count() == 1
    stairs = {
        "name": "stairs",
        "label": "Stairs",
        "minimum": "10",
        "maximum": "0",
        "better": "higher",
    }
    wrong = program.post("/uploads", {"diary": diary, "questions": [stairs]})
    assert list(is_problem(wrong, 422)) == ["stairs"]
    broken = program.post("/uploads", {"diary": diary + "2026-03-02,99,1,\n"})
    assert "2026-03-02" in is_problem(broken, 422)["diary"]
    assert CheckIn.objects.count() == 1
    stairs |= {"minimum": "0", "maximum": "20"}
    made = program.post(
        "/uploads", {"diary": diary, "questions": [stairs], "replace": ["2026-03-01"]}
    )
    assert made.status_code == 201, made.content
    assert made.json() == {"days": 1, "replaced": 1}
    assert CheckIn.objects.get(day=dt.date(2026, 3, 1)).outcomes == {"pain": "7", "stairs": "3"}
    assert chain_holds(person)
