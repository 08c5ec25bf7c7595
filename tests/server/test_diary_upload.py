"""A diary brought in from files: look, decide, and the same answer as from the files."""

import datetime as dt
import html
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import lodose
from lodose.diary import Diary, read_diary
from lodose.examples.catalogue import names as example_names
from lodose.examples.catalogue import write as write_example
from lodose.server.accounts.models import Role
from lodose.server.audit.chain import verify
from lodose.server.audit.models import Chain, Event
from lodose.server.records.bridge import diary_of, protocol_of, with_record
from lodose.server.records.models import CheckIn, CheckInVersion, Outcome, Person, Trial
from lodose.server.records.upload_files import LARGEST_DIARY
from lodose.trial import read_protocol
from server_support.people import check_in, make_account, make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

DIARY = "date,pain,dose_mg,side_effects,note\n2025-01-06,5,4.5,nausea:mild,first\n2025-01-07,4,,,\n"
PROTOCOL = """
title = "Example"
design = "before-after"
primary_outcome = "pain"
[treatment]
name = "LDN"
active = "4.5 mg"
comparator = "nothing"
[[outcomes]]
name = "pain"
instrument = "pain-nrs"
[[periods]]
start = 2025-01-01
end = 2025-01-06
arm = "comparator"
[[periods]]
start = 2025-01-07
end = 2025-01-20
arm = "active"
"""


def sent(diary: str | bytes, protocol: str | bytes | None = None) -> dict[str, Any]:
    def file(name: str, content: str | bytes) -> SimpleUploadedFile:
        return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)

    files = {"diary": file("diary.csv", diary)}
    if protocol is not None:
        files["protocol"] = file("protocol.toml", protocol)
    return files


def shown_form(page: str) -> dict[str, str]:
    """What the page would send, as a browser does: inputs with a value that are on."""
    main = page[page.index("<main") : page.index("</main>")]
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", main):
        given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if given.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        if "name" in given and given.get("type") != "file":
            fields[html.unescape(given["name"])] = html.unescape(given.get("value", ""))
    fields.pop("csrfmiddlewaretoken", None)
    return fields


def bring(browser: Client, files: dict[str, Any], **decided: str) -> Any:
    look = browser.post("/diary/upload/", files)
    assert look.status_code == 200, look.content.decode()
    return browser.post("/diary/upload/", shown_form(look.content.decode()) | decided)


def nothing_is_left(person: Person) -> None:
    assert not CheckIn.objects.exists()
    assert not Trial.objects.exists()
    kinds = set(Event.objects.filter(chain_id=person.chain_id).values_list("kind", flat=True))
    assert kinds <= {"record-opened"}


@pytest.mark.parametrize("name", [name for name in example_names() if name != "blank"])
def test_the_answer_over_the_record_is_the_answer_over_the_files(name: str, tmp_path: Path) -> None:
    write_example(name, tmp_path)
    person = make_person()
    Outcome.objects.filter(person=person).delete()
    files = sent((tmp_path / "diary.csv").read_bytes(), (tmp_path / "protocol.toml").read_bytes())
    extra = {"better-total_sleep_min": "higher"} if name == "microdose" else {}
    done = bring(signed_in(person), files, **extra)
    assert done.status_code == 302, done.content.decode()
    protocol = read_protocol(tmp_path / "protocol.toml")
    diary = read_diary(tmp_path / "diary.csv")
    trial = Trial.objects.get(person=person)
    bridged = with_record(protocol_of(trial), person)
    assert bridged.sha256 == protocol.sha256 == trial.protocol_hash
    assert diary_of(person).digest == without_arm(diary).digest
    if name != "microdose":  # the one example whose file says the arm beside each day
        assert diary_of(person).digest == diary.digest
    today = dt.date(2026, 1, 1)
    files_say = lodose.verdict(diary, protocol, today=today)
    record_says = lodose.verdict(diary_of(person), bridged, today=today)
    assert record_says.word == files_say.word
    assert record_says.primary.priors == files_say.primary.priors
    assert verify(Chain.objects.get(pk=person.chain_id)) == []


def without_arm(diary: Diary) -> Diary:
    entries = tuple(replace(entry, arm=None) for entry in diary.entries)
    return Diary(entries, diary.outcome_names)


def test_looking_writes_nothing_and_bringing_in_writes_once() -> None:
    person = make_person()
    browser = signed_in(person)
    look = browser.post("/diary/upload/", sent(DIARY, PROTOCOL))
    page = look.content.decode()
    assert look.status_code == 200
    assert "Nothing has been added yet" in page
    assert "2, from 6 January 2025 to 7 January 2025" in page
    nothing_is_left(person)
    done = browser.post("/diary/upload/", shown_form(page))
    assert done.status_code == 302
    assert done.headers["Location"] == "/diary/?month=2025-01"
    entry = CheckIn.objects.get(day=dt.date(2025, 1, 6))
    assert (entry.outcomes, entry.dose_micrograms) == ({"pain": "5"}, 4500)
    assert (entry.side_effects, entry.note, entry.source) == ([["nausea", 1]], "first", "upload")
    assert "2 days were added" in browser.get("/diary/").content.decode()
    assert Trial.objects.get().status == "finished"
    again = browser.post("/diary/upload/", shown_form(page))
    assert again.status_code == 422
    assert "already in your record" in again.content.decode()
    assert (CheckIn.objects.count(), Trial.objects.count()) == (2, 1)


@pytest.mark.parametrize(
    ("diary", "protocol", "words"),
    [
        (
            "date,pain\n2025-01-06,5,4\n2025-01-07,5\n",
            None,
            ["Line 2", "3 cells where the header has"],
        ),
        ("date,pain\n2025-01-06,5\n2025-13-01,x\n2025-01-08,y\n", None, ["Line 3", "Line 4", "y"]),
        ("date,pain\n2199-01-06,5\n", None, ["2199-01-06 is after today"]),
        (b"PK\x03\x04", None, ["is a spreadsheet or archive", "CSV UTF-8"]),
        ("day,pain\n1,5\n", None, ["has no column", "date"]),
        ("date,pain\n2025-01-06,55\n", None, ["Line 2", "2025-01-06", "55 is outside 0 to 10"]),
        (DIARY, "title = ", ["protocol.toml", "is not valid TOML"]),
        (DIARY, PROTOCOL.replace("2025-01-20", "2199-01-20"), ["Only a finished trial"]),
        (DIARY, PROTOCOL.replace('"active"\n', '"aktive"\n'), ["aktive", "periods 2, arm"]),
        (DIARY.replace("pain", "Pain"), None, ["is “pain” in your record"]),
        (f"date,pain,{'x' * 41}\n2025-01-06,5,5\n", None, ["more than 40 characters"]),
        ("date,pain\n2025-01-06,5\n" + "#" * LARGEST_DIARY, None, ["larger than 1000 kB"]),
        (
            DIARY.replace("pain", "ache"),
            PROTOCOL.replace('"pain"', '"ache"').replace(
                '"pain-nrs"', '"pain-nrs"\nmcid = 1.00001'
            ),
            ["more than 4 decimals"],
        ),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_left(
    diary: str | bytes, protocol: str | None, words: list[str]
) -> None:
    person = make_person()
    browser = signed_in(person)
    answer = browser.post("/diary/upload/", sent(diary, protocol))
    if answer.status_code == 200:  # the file is sound, but the record cannot take it
        answer = browser.post("/diary/upload/", shown_form(answer.content.decode()))
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422, page
    for word in words:
        assert word in page, page
    nothing_is_left(person)


def test_a_fault_at_the_last_day_takes_back_the_trial_and_every_question() -> None:
    person = make_person()
    days = "".join(f"2025-01-{day:02d},5,\n" for day in range(1, 20))
    diary = f"date,pain,note\n{days}2025-01-20,5,{'long ' * 500}\n"
    browser = signed_in(person)
    page = browser.post("/diary/upload/", sent(diary, PROTOCOL)).content.decode()
    answer = browser.post("/diary/upload/", shown_form(page))
    assert answer.status_code == 422
    assert "Write 2000 characters or fewer" in answer.content.decode()
    nothing_is_left(person)
    assert Outcome.objects.count() == 2


def test_days_already_written_stay_unless_chosen() -> None:
    person = make_person()
    browser = signed_in(person)
    days = [dt.date(2025, 1, day) for day in (6, 7, 8)]
    for day in days:
        check_in(person, day, outcomes={"pain": "9"})
    diary = "date,pain\n2025-01-06,1\n2025-01-07,2\n2025-01-08,9\n2025-01-09,4\n"
    look = browser.post("/diary/upload/", sent(diary)).content.decode()
    for day in days[:2]:
        assert f'name="replace-{day}"' in look
    assert f'name="replace-{days[2]}"' not in look  # it says the same
    form = shown_form(look)
    assert browser.post("/diary/upload/", form).status_code == 302
    assert _values() == ["9", "9", "9", "4"]
    chosen = browser.post("/diary/upload/", form | {f"replace-{days[0]}": "yes"})
    assert chosen.status_code == 302
    assert _values() == ["1", "9", "9", "4"]
    assert CheckInVersion.objects.get().content["outcomes"] == {"pain": "9"}
    assert browser.post("/diary/upload/", form | {"replace_all": "yes"}).status_code == 302
    assert _values() == ["1", "2", "9", "4"]


def _values() -> list[str]:
    return [each.outcomes["pain"] for each in CheckIn.objects.order_by("day")]


def test_a_column_that_nobody_knows_is_described_or_left_out() -> None:
    person = make_person()
    browser = signed_in(person)
    diary = "date,pain,steps\n2025-01-06,5,4000\n2025-01-07,5,6000\n"
    look = browser.post("/diary/upload/", sent(diary)).content.decode()
    assert "2 values in the file, from 4000 to 6000" in look
    form = shown_form(look)
    for wrong, problem in (
        ({}, "Say whether lower or higher is better"),
        ({"better-steps": "higher", "maximum-steps": "5000"}, "holds values from 4000 to 6000"),
        ({"better-steps": "higher", "minimum-steps": "many"}, "“many” is not a number"),
        ({"better-steps": "higher", "minimum-steps": "9999"}, "has to be below the highest"),
    ):
        answer = browser.post("/diary/upload/", form | wrong | {"label-steps": "My steps"})
        assert answer.status_code == 422
        assert problem in answer.content.decode()
        assert 'value="My steps"' in answer.content.decode()
        nothing_is_left(person)
    left_out = {name: value for name, value in form.items() if name != "keep-steps"}
    assert browser.post("/diary/upload/", left_out).status_code == 302
    assert CheckIn.objects.first().outcomes == {"pain": "5"}  # type: ignore[union-attr]
    kept = {"better-steps": "higher", "replace_all": "yes", "label-steps": "My steps"}
    look = browser.post("/diary/upload/", sent(diary)).content.decode()
    assert browser.post("/diary/upload/", shown_form(look) | kept).status_code == 302
    steps = Outcome.objects.get(name="steps")
    assert (steps.label, steps.better, steps.archived_at is None) == ("My steps", "higher", False)
    assert CheckIn.objects.first().outcomes == {  # type: ignore[union-attr]
        "pain": "5",
        "steps": "4000",
    }


def test_a_day_of_a_sealed_trial_takes_no_dose_and_another_trial_no_day() -> None:
    person = make_person()
    trial = Trial.objects.create(person=person, sealed=True, plan={"outcomes": []})
    day = dt.date(2025, 1, 6)
    trial.periods.create(number=1, first_day=day, last_day=day, kit="K-1")
    browser = signed_in(person)
    for files, words in (
        (sent(DIARY), "only the kit"),
        (sent(DIARY, PROTOCOL), "A day belongs to one trial"),
    ):
        look = browser.post("/diary/upload/", files).content.decode()
        answer = browser.post("/diary/upload/", shown_form(look))
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not CheckIn.objects.exists()


def test_the_second_step_trusts_nothing_that_it_is_sent() -> None:
    person = make_person()
    browser = signed_in(person)
    for form, words in (
        ({"diary_content": "not base64!"}, "did not arrive whole"),
        ({"diary_content": "PGI-", "diary_name": "<b>"}, "&lt;b&gt;"),
        ({}, "Choose a file"),
    ):
        answer = browser.post("/diary/upload/", form)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    nothing_is_left(person)
    prescriber = signed_in(make_account(Role.PRESCRIBER))
    assert prescriber.get("/diary/upload/").status_code == 404
    assert prescriber.post("/diary/upload/", sent(DIARY)).status_code == 404
    assert Client().get("/diary/upload/").status_code == 302


def test_a_request_beyond_the_servers_limit_is_refused_whole(tmp_path: Path) -> None:
    person = make_person()
    answer = signed_in(person).post("/diary/upload/", sent(b"date,pain\n" + b"x" * 3_000_000))
    assert answer.status_code == 422
    assert "larger than 1000 kB" in answer.content.decode()
    nothing_is_left(person)


def test_what_a_file_leaves_open_stays_when_it_replaces_a_day() -> None:
    person = make_person()
    day = dt.date(2025, 1, 6)
    check_in(
        person,
        day,
        outcomes={"pain": "9", "sleep": "3"},
        dose_micrograms=4500,
        side_effects=[["Nausea", 1]],
        note="two\nlines",
    )
    browser = signed_in(person)
    same = "date,pain,side_effects,note\n2025-01-06,9,nausea:mild,two lines\n"
    look = browser.post("/diary/upload/", sent(same)).content.decode()
    assert "replace-2025-01-06" not in look
    look = browser.post("/diary/upload/", sent("date,pain\n2025-01-06,1\n")).content.decode()
    done = browser.post("/diary/upload/", shown_form(look) | {"replace-2025-01-06": "yes"})
    assert done.status_code == 302
    now = CheckIn.objects.get()
    assert now.outcomes == {"pain": "1", "sleep": "3"}
    assert (now.dose_micrograms, now.note, now.source) == (4500, "two\nlines", "page")
    assert now.side_effects == [["Nausea", 1]]
