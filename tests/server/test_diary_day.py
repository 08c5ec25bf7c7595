"""A day of the diary: read, corrected with a reason, written later."""

import datetime as dt
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lodose.server.audit.chain import verify
from lodose.server.audit.models import Chain
from lodose.server.records.clock import today_of
from lodose.server.records.models import CheckIn, CheckInVersion, Outcome, Person, Trial
from server_support.people import check_in, make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def correction(**fields: str) -> dict[str, str]:
    return {"id": str(uuid.uuid4()), "outcome-pain": "3", "reason": "slip of the thumb", **fields}


def seal(person: Person, day: Any) -> None:
    trial = Trial.objects.create(person=person, sealed=True, plan={"outcomes": []})
    trial.periods.create(number=1, first_day=day, last_day=day, kit="K-17")


def test_a_correction_keeps_the_old_value_with_its_reason() -> None:
    person = make_person()
    day = today_of(person)
    check_in(person, outcomes={"pain": "8"}, dose_micrograms=4500, note="first words")
    browser = signed_in(person)
    page = browser.get(f"/diary/{day}/").content.decode()
    assert "<dd>8</dd>" in page
    assert "4.5 mg" in page
    form = browser.get(f"/diary/{day}/correct/").content.decode()
    assert '<option value="8" selected>' in form
    assert "first words" in form
    sent = browser.post(
        f"/diary/{day}/correct/",
        correction(
            **{
                "dose_mg": "1,5",
                "dose_at": "21:30",
                "effects": "some",
                "effect-vivid dreams": "moderate",
                "note": "second words",
            }
        ),
    )
    assert sent.status_code == 302
    now = CheckIn.objects.get(person=person)
    assert (now.outcomes, now.dose_micrograms, now.note) == ({"pain": "3"}, 1500, "second words")
    assert now.side_effects == [["vivid dreams", 2]]
    assert (now.revision, now.source) == (2, "page")
    page = browser.get(f"/diary/{day}/").content.decode()
    for text in ("slip of the thumb", "first words", "second words", "1.5 mg at 21:30"):
        assert text in page
    assert "vivid dreams (moderate)" in page
    assert verify(Chain.objects.get(pk=person.chain_id)) == []


def test_without_a_reason_or_with_bad_values_nothing_is_written() -> None:
    person = make_person()
    day = today_of(person)
    check_in(person, outcomes={"pain": "8"})
    browser = signed_in(person)
    for bad, problem in (
        ({"reason": " "}, "Say why you change it"),
        ({"outcome-pain": "11"}, "11 is outside 0 to 10"),
        ({"dose_mg": "four"}, "“four” is not a number of mg"),
        ({"dose_mg": "0.0005"}, "at most three decimals"),
        ({"dose_mg": "450"}, "450 mg is more than any tablet holds"),
        ({"dose_at": "25:00"}, "“25:00” is not a time of day"),
        ({"effects": "some"}, "Name at least one side effect"),
        ({"effects": "none", "effect-nausea": "mild"}, "contradict each other"),
        ({"other_effect": "itching"}, "how bad it was"),
    ):
        answer = browser.post(f"/diary/{day}/correct/", correction(note="kept words") | bad)
        page = answer.content.decode()
        assert answer.status_code == 422, bad
        assert problem in page, bad
        assert "kept words" in page, bad
    assert CheckIn.objects.get(person=person).outcomes == {"pain": "8"}
    assert not CheckInVersion.objects.exists()


def test_a_missed_day_is_written_later_however_long_ago_but_never_before_it_comes() -> None:
    person = make_person()
    today = today_of(person)
    long_ago, tomorrow = today - timedelta(days=900), today + timedelta(days=1)
    browser = signed_in(person)
    shown = browser.get(f"/diary/{long_ago}/", follow=True)
    assert "Nothing is written for this day" in shown.content.decode()
    sent = browser.post(
        f"/diary/{long_ago}/correct/", {"id": str(uuid.uuid4()), "outcome-pain": "2"}
    )
    assert sent.status_code == 302
    made = CheckIn.objects.get(person=person)
    assert (made.day, made.late) == (long_ago, True)
    for address in (f"/diary/{tomorrow}/", f"/diary/{tomorrow}/correct/"):
        assert browser.get(address).status_code == 404
    assert browser.post(f"/diary/{tomorrow}/correct/", correction()).status_code == 404
    for address in ("/diary/2026-02-30/", "/diary/20260201/", "/diary/x/", "/diary/1850-01-01/"):
        assert browser.get(address).status_code == 404
    assert CheckIn.objects.count() == 1


def test_sending_twice_writes_one_version() -> None:
    person = make_person()
    day = today_of(person)
    check_in(person)
    browser = signed_in(person)
    form = correction()
    for _time in range(2):
        assert browser.post(f"/diary/{day}/correct/", form).status_code == 302
    assert CheckInVersion.objects.count() == 1


def test_an_archived_question_keeps_its_answer_and_an_odd_value_may_stay() -> None:
    person = make_person()
    day = today_of(person)
    check_in(person, outcomes={"pain": "8", "sleep": "4"})
    Outcome.objects.filter(person=person, name="sleep").update(archived_at=timezone.now())
    CheckIn.objects.update(outcomes={"pain": "7.5", "sleep": "4"})
    browser = signed_in(person)
    form = browser.get(f"/diary/{day}/correct/").content.decode()
    assert 'value="7.5"' in form
    sent = browser.post(
        f"/diary/{day}/correct/",
        correction(**{"outcome-pain": "7.5", "outcome-sleep": "4", "note": "new"}),
    )
    assert sent.status_code == 302
    assert CheckIn.objects.get().outcomes == {"pain": "7.5", "sleep": "4"}


def test_in_a_sealed_period_no_dose_is_shown_asked_or_taken() -> None:
    person = make_person()
    day = today_of(person)
    check_in(person, dose_micrograms=4321)
    seal(person, day)
    CheckInVersion.objects.create(
        check_in=CheckIn.objects.get(),
        entry_id=uuid.uuid4(),
        revision=1,
        content=_content(day, dose_micrograms=4321),
        kept_at=timezone.now(),
        reason="before",
    )
    browser = signed_in(person)
    for address in (f"/diary/{day}/", f"/diary/{day}/correct/"):
        page = browser.get(address).content.decode()
        assert "4.321" not in page
        assert " mg" not in page
    assert "K-17" in page
    refused = browser.post(f"/diary/{day}/correct/", correction(dose_mg="1.5"))
    assert refused.status_code == 422
    assert "only the kit" in refused.content.decode()
    taken = browser.post(f"/diary/{day}/correct/", correction(kit_taken="yes"))
    assert taken.status_code == 302
    assert CheckIn.objects.get().kit_taken is True
    assert "Kit K-17" in browser.get(f"/diary/{day}/").content.decode()


def _content(day: Any, **said: Any) -> dict[str, Any]:
    empty = {
        "day": day.isoformat(),
        "outcomes": {},
        "dose_micrograms": None,
        "dose_at": None,
        "kit": "",
        "kit_taken": None,
        "side_effects": None,
        "red_flags": [],
        "note": "",
        "skipped": False,
    }
    return empty | said


def test_an_entry_that_came_late_is_shown_as_such() -> None:
    person = make_person()
    now = timezone.now()
    check_in(person, outcomes={"pain": "2"}, written_at=now)
    check_in(
        person, outcomes={"pain": "9"}, written_at=now - timedelta(minutes=9), source="offline"
    )
    page = signed_in(person).get(f"/diary/{today_of(person)}/").content.decode()
    assert "Written earlier than the entry above" in page
    assert "Reason: late" not in page


def test_nobody_sees_or_changes_anothers_day() -> None:
    mira, noor = make_person("mira"), make_person("noor")
    day = today_of(mira)
    check_in(mira, outcomes={"pain": "8"}, note="hers alone")
    browser = signed_in(noor)
    page = browser.get(f"/diary/{day}/", follow=True).content.decode()
    assert "hers alone" not in page
    assert browser.post(f"/diary/{day}/correct/", correction()).status_code == 302
    assert CheckIn.objects.get(person=mira).outcomes == {"pain": "8"}
    assert CheckIn.objects.get(person=noor).outcomes == {"pain": "3"}


def test_times_are_those_of_the_persons_own_clock() -> None:
    person = make_person()
    Person.objects.filter(pk=person.pk).update(time_zone="Asia/Tokyo")
    person.refresh_from_db()
    check_in(person, day := today_of(person))
    CheckIn.objects.update(written_at=dt.datetime(2026, 3, 1, 20, 30, tzinfo=dt.UTC), late=False)
    page = signed_in(person).get(f"/diary/{day}/").content.decode()
    assert "2 March 2026, 05:30" in page
