"""Today's page by HTTP: what is sent is recorded, what is wrong is kept and named."""

import datetime as dt
import re
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.utils.formats import date_format

from lodose.server.accounts.models import Role
from lodose.server.audit.models import Event
from lodose.server.care.models import Seen
from lodose.server.records.clock import today_of
from lodose.server.records.models import (
    CheckIn,
    DoseStep,
    Outcome,
    Pause,
    Person,
    Trial,
    TrialPeriod,
)
from server_support.people import check_in, let_in, make_account, make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def send(browser: Client, **fields: Any) -> Any:
    """Send the form; ``outcome_pain`` stands for ``outcome-pain``."""
    named = {name.replace("outcome_", "outcome-"): value for name, value in fields.items()}
    named.setdefault("id", str(uuid.uuid4()))
    return browser.post("/today/", named)


def page_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def days_ago(person: Person, days: int) -> dt.date:
    return today_of(person) - dt.timedelta(days=days)


def events_of(person: Person) -> list[str]:
    events = Event.objects.filter(chain_id=person.chain_id).order_by("sequence")
    return list(events.values_list("kind", flat=True))


def plan_dose(person: Person, micrograms: int, strength: int | None = None) -> None:
    DoseStep.objects.create(
        person=person,
        kind="start",
        from_day=days_ago(person, 30),
        dose_micrograms=micrograms,
        micrograms_per_millilitre=strength,
    )


def seal(person: Person) -> None:
    trial = Trial.objects.create(person=person, sealed=True, plan={"outcomes": []})
    TrialPeriod.objects.create(
        trial=trial,
        number=1,
        first_day=days_ago(person, 3),
        last_day=days_ago(person, -3),
        kit="K-017",
    )


def test_everything_that_was_answered_is_recorded_and_read_back() -> None:
    person = make_person()
    plan_dose(person, 4500, 1000)
    browser = signed_in(person)
    assert "Taken as planned: 4.5 mg = 4.5 mL" in page_of(browser.get("/today/"))
    sent = send(
        browser,
        outcome_pain="6",
        outcome_sleep="3",
        dose="planned",
        planned_micrograms="4500",
        side_effect=["vivid dreams", "other-effect"],
        **{"side_effect-vivid dreams": "mild", "side_effect-other-effect": "severe"},
        other_effect="itchy feet",
        note="windy",
    )
    assert sent.status_code == 302
    stored = CheckIn.objects.get(person=person)
    assert stored.outcomes == {"pain": "6", "sleep": "3"}
    assert stored.dose_micrograms == 4500
    assert stored.side_effects == [["itchy feet", 3], ["vivid dreams", 1]]
    assert (stored.note, stored.source, stored.late) == ("windy", "page", False)
    receipt = page_of(browser.get(sent.headers["Location"]))
    for words in (
        "Saved with the server",
        "Nobody is watching this now.",
        "4.5 mg = 4.5 mL",
        "itchy feet, severe; vivid dreams, mild",
        "windy",
    ):
        assert words in receipt


def test_what_is_left_open_is_not_recorded_and_differs_from_none() -> None:
    person, other = make_person(), make_person("other")
    send(signed_in(person), outcome_pain="0")
    send(signed_in(other), no_side_effects="1")
    stored = CheckIn.objects.get(person=person)
    assert stored.outcomes == {"pain": "0"}
    assert (stored.side_effects, stored.dose_micrograms) == (None, None)
    assert CheckIn.objects.get(person=other).side_effects == []
    assert CheckIn.objects.get(person=other).outcomes == {}


@pytest.mark.parametrize(
    ("fields", "anchor", "words"),
    [
        ({"outcome_pain": "11"}, "outcome-pain", "11 is outside 0 to 10"),
        ({"outcome_pain": "5", "dose": "other"}, "dose_mg", "Write how many mg"),
        (
            {"dose": "other", "dose_mg": "about 3"},
            "dose_mg",
            "“about 3” is not an amount in mg",
        ),
        ({"dose": "other", "dose_mg": "0.00001"}, "dose_mg", "at most three decimals"),
        ({"dose": "other", "dose_mg": "4500"}, "dose", "more than any tablet holds"),
        ({"dose": "none", "note": "n" * 2001}, "note", "2000 characters or fewer"),
        (
            {"dose": "other", "dose_mg": "3", "dose_at": "25:00"},
            "dose_at",
            "“25:00” is not a time",
        ),
        ({"side_effect": ["nausea"]}, "side_effects", "Say how strong “nausea” was."),
        (
            {"side_effect": ["other-effect"], "side_effect-other-effect": "mild"},
            "other_effect",
            "Write what it was",
        ),
        (
            {"no_side_effects": "1", "side_effect": ["nausea"], "side_effect-nausea": "mild"},
            "side_effects",
            "Take one of the two back",
        ),
        ({"red_flag": ["made-up"]}, "red_flags", "Choose from the signs"),
        ({}, "today-title", "Nothing is answered yet"),
        ({"outcome_pain": "5", "id": "not-an-id"}, "today-title", "Open the page again"),
        ({"outcome_pain": "5", "dose": "planned"}, "dose", "No dose is planned"),
    ],
)
def test_a_wrong_field_is_named_with_its_mend_and_everything_typed_is_kept(
    fields: dict[str, Any], anchor: str, words: str
) -> None:
    person = make_person()
    browser = signed_in(person)
    events = Event.objects.count()
    answer = send(browser, **{"outcome_sleep": "2", **fields} if fields else {})
    page = page_of(answer)
    assert answer.status_code == 422
    assert f'<li><a href="#{anchor}">' in page
    assert f'id="{anchor}"' in page
    assert words in page
    if fields:
        assert re.search(r'name="outcome-sleep" value="2"[^>]* checked', page)
    for kept in ("about 3", "0.00001", "4500", "25:00"):
        if kept in fields.values():
            assert f'value="{kept}"' in page
    assert CheckIn.objects.count() == 0
    assert Event.objects.count() == events


def test_yesterdays_answers_are_never_filled_in() -> None:
    person = make_person()
    check_in(
        person,
        days_ago(person, 1),
        outcomes={"pain": "7"},
        dose_micrograms=1500,
        side_effects=[["itchy feet", 2]],
        note="yesterday's words",
        red_flags=["liver"],
    )
    page = page_of(signed_in(person).get("/today/"))
    assert " checked" not in page
    assert "yesterday's words" not in page
    assert "1.5" not in page
    # What bothered lately is offered first, but not chosen.
    assert page.index("itchy feet") < page.index("vivid dreams")


def test_a_sealed_trial_shows_the_kit_and_never_mg() -> None:
    person = make_person()
    plan_dose(person, 4500, 1000)
    seal(person)
    browser = signed_in(person)
    page = page_of(browser.get("/today/"))
    assert "Kit K-017: one capsule" in page
    assert "One capsule taken" in page
    assert not re.search(r"\bm[gL]\b|4[.,]5|\b4500\b", page)
    refused = send(browser, dose="other", dose_mg="4.5", outcome_pain="5")
    assert refused.status_code == 422
    assert "In a blinded trial no dose is written down" in page_of(refused)
    sent = send(browser, kit_taken="yes", kit="K-017", outcome_pain="5")
    stored = CheckIn.objects.get(person=person)
    assert (stored.kit, stored.kit_taken, stored.dose_micrograms) == ("K-017", True, None)
    receipt = page_of(browser.get(sent.headers["Location"]))
    assert "one capsule taken" in receipt
    assert not re.search(r"\bm[gL]\b", receipt)


def test_without_questions_the_page_leads_to_the_start() -> None:
    person = make_person()
    Outcome.objects.filter(person=person).delete()
    page = page_of(signed_in(person).get("/today/"))
    assert 'href="/start/"' in page
    assert "data-check-in" not in page


def test_an_earlier_day_is_filled_in_late_and_only_so_far_back() -> None:
    person = make_person()
    browser = signed_in(person)
    day = days_ago(person, 2)
    assert f"?day={day.isoformat()}" in page_of(browser.get("/today/"))
    assert "It is marked as late." in page_of(browser.get(f"/today/?day={day.isoformat()}"))
    assert send(browser, day=day.isoformat(), outcome_pain="4").status_code == 302
    assert CheckIn.objects.get(person=person, day=day).late
    too_far = days_ago(person, settings.BACK_FILL_DAYS + 1).isoformat()
    tomorrow = days_ago(person, -1).isoformat()
    for wrong in (too_far, tomorrow):
        assert browser.get(f"/today/?day={wrong}").status_code == 404
        answer = send(browser, day=wrong, outcome_pain="4")
        assert answer.status_code == 422
        assert 'href="#today-title">Day:' in page_of(answer)
    assert send(browser, day="yesterday", outcome_pain="4").status_code == 422
    assert CheckIn.objects.count() == 1


def test_a_correction_starts_from_what_stood_there_and_keeps_it() -> None:
    person = make_person()
    browser = signed_in(person)
    send(browser, outcome_pain="6", outcome_sleep="4", dose="none", note="first")
    recorded = page_of(browser.get("/today/"))
    assert "Recorded: with the server since" in recorded
    assert "data-check-in" not in recorded
    page = page_of(browser.get("/today/?correct=1"))
    assert re.search(r'name="outcome-pain" value="6"[^>]* checked', page)
    assert re.search(r'name="dose" value="none" checked', page)
    assert 'name="form" value="correction"' in page
    send(browser, form="correction", outcome_pain="8", note="second")
    stored = CheckIn.objects.get(person=person)
    assert (stored.outcomes, stored.dose_micrograms) == ({"pain": "8"}, None)
    assert stored.versions.get().content["note"] == "first"


def test_a_form_that_began_empty_wipes_nothing_of_an_earlier_entry() -> None:
    person = make_person()
    browser = signed_in(person)
    send(browser, outcome_pain="6", outcome_sleep="4", no_side_effects="1", note="first")
    send(browser, form="new", outcome_pain="7", note="second", red_flag="liver")
    stored = CheckIn.objects.get(person=person)
    assert stored.outcomes == {"pain": "7", "sleep": "4"}
    assert (stored.side_effects, stored.note) == ([], "first\nsecond")
    assert stored.red_flags == ["liver"]


def test_a_mistake_on_a_form_that_began_empty_still_wipes_nothing() -> None:
    person = make_person()
    browser = signed_in(person)
    empty_form = {"form": "new", "id": str(uuid.uuid4())}
    send(browser, outcome_pain="6", outcome_sleep="4")
    wrong = page_of(send(browser, outcome_pain="77", **empty_form))
    assert 'name="form" value="new"' in wrong
    send(browser, outcome_pain="7", **empty_form)
    assert CheckIn.objects.get(person=person).outcomes == {"pain": "7", "sleep": "4"}


def test_times_are_those_of_the_persons_own_clock() -> None:
    person = make_person(time_zone="Pacific/Kiritimati")
    browser = signed_in(person)
    sent = send(browser, outcome_pain="6")
    received = CheckIn.objects.get(person=person).received_at
    local = received.astimezone(ZoneInfo("Pacific/Kiritimati"))
    shown = date_format(local, "DATETIME_FORMAT")
    assert shown in page_of(browser.get(sent.headers["Location"]))
    assert today_of(person) == local.date()


def test_the_form_says_how_long_its_plan_holds() -> None:
    person = make_person()
    browser = signed_in(person)
    assert "data-until" not in page_of(browser.get("/today/"))
    plan_dose(person, 3000)
    tomorrow = days_ago(person, -1)
    DoseStep.objects.create(person=person, kind="step", from_day=tomorrow, dose_micrograms=4500)
    today = today_of(person).isoformat()
    assert f'data-until="{today}"' in page_of(browser.get("/today/"))
    seal(person)
    assert f'data-until="{today}"' in page_of(browser.get("/today/"))
    DoseStep.objects.all().delete()
    end = days_ago(person, -3).isoformat()
    assert f'data-until="{end}"' in page_of(browser.get("/today/"))


def test_going_back_and_changing_an_answer_is_saved_and_sending_twice_is_not() -> None:
    person = make_person()
    browser = signed_in(person)
    same = str(uuid.uuid4())
    send(browser, id=same, outcome_pain="6")
    send(browser, id=same, outcome_pain="6")
    assert CheckIn.objects.get(person=person).revision == 1
    send(browser, id=same, outcome_pain="9")
    send(browser, id=same, outcome_pain="9")
    stored = CheckIn.objects.get(person=person)
    assert (stored.outcomes, stored.revision) == ({"pain": "9"}, 2)


def test_a_day_is_skipped_and_the_skip_undone() -> None:
    person = make_person()
    browser = signed_in(person)
    assert browser.post("/today/skip/").status_code == 302
    assert CheckIn.objects.get(person=person).skipped
    assert "This day is skipped." in page_of(browser.get("/today/"))
    assert browser.post("/today/skip/undo/").status_code == 302
    assert not CheckIn.objects.filter(person=person).exists()
    assert "data-check-in" in page_of(browser.get("/today/"))
    kinds = events_of(person)
    assert kinds[-2:] == ["day-skipped", "skip-undone"]
    check_in(person)
    browser.post("/today/skip/")
    browser.post("/today/skip/undo/")
    assert CheckIn.objects.filter(person=person, skipped=False).exists()
    assert browser.get("/today/skip/").status_code == 405
    assert browser.post("/today/skip/", {"day": "2020-01-01"}).status_code == 404


def test_a_skipped_day_may_still_be_written_down() -> None:
    person = make_person()
    browser = signed_in(person)
    browser.post("/today/skip/")
    send(browser, outcome_pain="3")
    stored = CheckIn.objects.get(person=person)
    assert (stored.skipped, stored.outcomes) == (False, {"pain": "3"})


def test_a_pause_begins_and_ends() -> None:
    person = make_person()
    browser = signed_in(person)
    browser.post("/today/pause/")
    browser.post("/today/pause/")
    assert Pause.objects.filter(person=person, last_day=None).count() == 1
    assert "Paused since" in page_of(browser.get("/today/"))
    Pause.objects.update(first_day=days_ago(person, 3))
    browser.post("/today/resume/")
    assert Pause.objects.get(person=person).last_day == days_ago(person, 1)
    assert "Paused since" not in page_of(browser.get("/today/"))
    browser.post("/today/resume/")
    kinds = events_of(person)
    assert kinds[-2:] == ["pause-started", "pause-ended"]


def test_the_receipt_says_who_has_seen_a_reported_problem() -> None:
    person = make_person()
    browser = signed_in(person)
    fields = {"side_effect": ["nausea"], "side_effect-nausea": "severe"}
    address = send(browser, **fields).headers["Location"]
    alone = page_of(browser.get(address))
    assert "No care team is connected here. Call your prescriber or pharmacist" in alone
    prescriber = make_account(Role.PRESCRIBER)
    let_in(person, prescriber)
    together = page_of(browser.get(address))
    assert "Not yet seen by your care team" in together
    assert "No care team is connected here" not in together
    day = today_of(person).isoformat()
    Seen.objects.create(person=person, prescriber=prescriber, item=f"severe-side-effect:{day}")
    assert "Not yet seen" not in page_of(browser.get(address))
    # A problem that is reported after the look was not seen with it.
    send(browser, red_flag="liver")
    assert "Not yet seen by your care team" in page_of(browser.get(address))


def test_a_quiet_day_says_nothing_of_a_care_team() -> None:
    person = make_person()
    browser = signed_in(person)
    receipt = page_of(browser.get(send(browser, outcome_pain="1").headers["Location"]))
    assert "Not yet seen" not in receipt
    assert "No care team" not in receipt


def test_only_a_person_has_a_today() -> None:
    prescriber = signed_in(make_account(Role.PRESCRIBER))
    assert prescriber.get("/today/").status_code == 404
    assert send(prescriber, outcome_pain="5").status_code == 404
    unsigned = Client()
    assert unsigned.get("/today/").headers["Location"] == "/accounts/login/?next=/today/"
    assert send(unsigned, outcome_pain="5").headers["Location"].startswith("/accounts/login/")
    for address in ("skip", "skip/undo", "pause", "resume", "device"):
        assert unsigned.post(f"/today/{address}/").headers["Location"].startswith("/accounts/")


def test_a_number_outside_zero_to_ten_is_typed() -> None:
    person = make_person()
    Outcome.objects.create(
        person=person, name="weight", label="Weight", minimum=30, maximum=250, step=None, unit="kg"
    )
    browser = signed_in(person)
    assert 'inputmode="decimal" autocomplete="off" id="outcome-weight-number"' in page_of(
        browser.get("/today/")
    )
    wrong = send(browser, outcome_weight="7")
    assert 'href="#outcome-weight-number">Weight: 7 is outside 30 to 250' in page_of(wrong)
    send(browser, outcome_weight="71,5")
    assert CheckIn.objects.get(person=person).outcomes == {"weight": "71.5"}


def test_saving_takes_few_queries_and_writes_no_session_and_no_cache(
    django_assert_num_queries: Any,
) -> None:
    person = make_person()
    browser = signed_in(person)
    browser.get("/today/")
    with django_assert_num_queries(10) as counted:
        assert send(browser, outcome_pain="5", no_side_effects="1").status_code == 302
    written = [query["sql"] for query in counted if not query["sql"].startswith("SELECT")]
    for statement in written:
        assert "session" not in statement
        assert "cache" not in statement
