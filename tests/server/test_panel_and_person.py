"""What a prescriber sees: who needs attention, one record in one screen, nobody else's."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lodose.server.accounts.models import Role, User
from lodose.server.audit.models import Event
from lodose.server.care.models import Seen
from lodose.server.care.summary import summary_of
from lodose.server.records.clock import today_of
from lodose.server.records.models import (
    DoseStep,
    Laboratory,
    LifeEvent,
    Medicine,
    Pause,
    Person,
    Trial,
    TrialPeriod,
)
from server_support.people import check_in, let_in, make_account, make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def ago(person: Person, days: int) -> dt.date:
    """The person's calendar day so many days ago."""
    return today_of(person) - dt.timedelta(days=days)


def page_of(user: User, path: str) -> str:
    """The text of a page that must be there."""
    answer = signed_in(user).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def make_trial(
    person: Person, *, first: int, days: int, sealed: bool = False, **fields: Any
) -> Trial:
    """A trial of two periods that began so many days ago."""
    trial = Trial.objects.create(person=person, sealed=sealed, plan={"outcomes": []})
    start = ago(person, first)
    for number in (1, 2):
        begin = start + dt.timedelta(days=(number - 1) * days)
        TrialPeriod.objects.create(
            trial=trial,
            number=number,
            first_day=begin,
            last_day=begin + dt.timedelta(days=days - 1),
            kit=f"K-{number}" if sealed else "",
            arm="" if sealed else ("active", "control")[number - 1],
            dose_micrograms=None if sealed else 4500 * (2 - number),
        )
    return trial


@pytest.fixture
def prescriber() -> User:
    return make_account(Role.PRESCRIBER, "dr")


@pytest.fixture
def person(prescriber: User) -> Person:
    mira = make_person("mira")
    mira.share_missed_days = True
    mira.started_at = timezone.now() - dt.timedelta(days=60)
    mira.save()
    let_in(mira, prescriber)
    check_in(mira)
    return mira


def test_the_panel_lists_whom_let_in_and_nobody_else(prescriber: User, person: Person) -> None:
    stranger = make_person("noor")
    let_in(stranger, make_account(Role.PRESCRIBER, "other"))
    text = page_of(prescriber, "/panel/")
    assert str(person.pk) in text
    assert str(stranger.pk) not in text
    assert "noor" not in text
    browser = signed_in(prescriber)
    assert browser.get(f"/people/{person.pk}/").status_code == 200
    absent = browser.get(f"/people/{uuid.uuid4()}/")
    forbidden = browser.get(f"/people/{stranger.pk}/")
    assert absent.status_code == forbidden.status_code == 404
    item = {"item": "missed:2026-01-01:0"}
    assert browser.post(f"/people/{stranger.pk}/seen/", item).status_code == 404


def test_the_panel_without_people_says_how_they_come(prescriber: User) -> None:
    assert "Nobody has let you in yet" in page_of(prescriber, "/panel/")


@pytest.mark.parametrize("role", [Role.PHARMACIST, Role.RESEARCHER, Role.ADMINISTRATOR])
def test_other_roles_have_no_panel(role: Role, person: Person) -> None:
    for browser in (signed_in(make_account(role)), signed_in(person)):
        assert browser.get("/panel/").status_code == 404
        assert browser.get(f"/people/{person.pk}/").status_code == 404
        assert browser.post(f"/people/{person.pk}/seen/", {"item": "x"}).status_code == 404
    for path in ("/panel/", f"/people/{person.pk}/"):
        assert Client().get(path).headers["Location"].startswith("/accounts/login/")


def test_the_most_pressing_comes_first(prescriber: User) -> None:
    people = {name: make_person(name) for name in ("calm", "dose", "opioid", "severe", "flag")}
    for each in people.values():
        let_in(each, prescriber)
        check_in(each, ago(each, 1))
    DoseStep.objects.create(
        person=people["dose"], kind="step", from_day=ago(people["dose"], 0), dose_micrograms=3000
    )
    Medicine.objects.create(person=people["opioid"], name="tramadol", opioid=True)
    check_in(people["severe"], side_effects=[["nausea", 3]])
    check_in(people["flag"], red_flags=["liver"])
    text = page_of(prescriber, "/panel/")
    places = [text.index(f"/people/{people[name].pk}/") for name in reversed(people)]
    assert places == sorted(places)
    assert text.count('class="severe"') == 3


def test_seen_is_read_by_the_person_and_leaves_the_panel_of_that_prescriber_only(
    prescriber: User, person: Person
) -> None:
    colleague = make_account(Role.PRESCRIBER, "colleague")
    let_in(person, colleague)
    check_in(person, side_effects=[["nausea", 3]])
    assert "Not yet seen" in page_of(person.user, "/care/")
    text = page_of(prescriber, "/panel/")
    key = text.partition('name="item" value="')[2].partition('"')[0]
    assert key.startswith("severe-side-effect:")
    browser = signed_in(prescriber)
    assert browser.post(f"/people/{person.pk}/seen/", {"item": "opioid:1"}).status_code == 404
    assert browser.get(f"/people/{person.pk}/seen/").status_code == 405
    assert not Seen.objects.exists()
    for _ in range(2):  # pressed twice
        assert browser.post(f"/people/{person.pk}/seen/", {"item": key}).status_code == 302
    assert Seen.objects.count() == 1
    assert Event.objects.filter(kind="attention-seen").count() == 1
    assert "Severe side effect" not in page_of(prescriber, "/panel/")
    assert "Severe side effect" in page_of(prescriber, f"/people/{person.pk}/")
    assert "Severe side effect" in page_of(colleague, "/panel/")
    team = page_of(person.user, "/care/")
    assert "Seen by dr on" in team
    assert "Not yet seen" not in team
    # Corrected to say more, it is new.
    check_in(person, side_effects=[["nausea", 3], ["rash", 3]])
    assert "Severe side effect" in page_of(prescriber, "/panel/")


def test_missed_days_count_only_where_shown_expected_and_in_a_row(
    prescriber: User, person: Person
) -> None:
    def panel() -> str:
        return page_of(prescriber, "/panel/")

    person.check_ins.all().delete()
    check_in(person, ago(person, 4))
    assert "3 expected days in a row" in panel()
    check_in(person, ago(person, 2), outcomes={}, skipped=True)
    assert "expected day" not in panel()
    person.check_ins.filter(skipped=True).delete()
    Person.objects.update(share_missed_days=False)
    assert "expected day" not in panel()
    record = page_of(prescriber, f"/people/{person.pk}/")
    assert "no check-in" not in record
    assert "expected day" not in record
    Person.objects.update(share_missed_days=True)
    assert "no check-in" in page_of(prescriber, f"/people/{person.pk}/")
    Pause.objects.create(person=person, first_day=ago(person, 2), last_day=ago(person, 2))
    assert "expected day" not in panel()  # two left
    check_in(person, ago(person, 5))
    person.check_ins.filter(day=ago(person, 4)).delete()
    assert "3 expected days in a row" in panel()  # behind the pause the run goes on
    Pause.objects.create(person=person, first_day=ago(person, 0))
    assert "expected day" not in panel()  # while it lasts nothing is missed


def test_what_ends_is_announced(prescriber: User, person: Person) -> None:
    trial = make_trial(person, first=11, days=14)
    assert "Period 1 of 2 ends on" in page_of(prescriber, "/panel/")
    TrialPeriod.objects.update(first_day=ago(person, 9), last_day=ago(person, 2))
    assert "Answer ready" in page_of(prescriber, "/panel/")
    trial.status, trial.ended_at = Trial.Status.STOPPED, timezone.now()
    trial.save()
    assert "Trial stopped early" in page_of(prescriber, "/panel/")
    trial.status = Trial.Status.FINISHED
    trial.save()
    assert "Answer ready" in page_of(prescriber, "/panel/")
    TrialPeriod.objects.update(arm="")
    text = page_of(prescriber, "/panel/")
    assert "Answer ready" not in text
    assert "Trial ended" in text


def test_the_number_of_queries_does_not_grow_with_the_people(
    prescriber: User, person: Person, django_assert_num_queries: Any
) -> None:
    browser = signed_in(prescriber)
    make_trial(person, first=3, days=14)
    check_in(person, side_effects=[["nausea", 3]])
    browser.get("/panel/")
    with django_assert_num_queries(14):
        browser.get("/panel/")
    for number in range(29):
        each = make_person(f"person-{number:02}")
        let_in(each, prescriber)
        check_in(each, side_effects=[["nausea", 3]])
        make_trial(each, first=3, days=14)
        Medicine.objects.create(person=each, name="codeine", opioid=True)
    browser.get("/panel/")  # the day's first look writes one event for each person on the page
    with django_assert_num_queries(14):
        page = browser.get("/panel/")
    assert page.content.decode().count('<tr class="severe">') == 20  # the first page
    assert "person-07" in page_of(prescriber, "/panel/?q=SON-07")
    assert "person-08" not in page_of(prescriber, "/panel/?q=SON-07")
    assert "No name matches" in page_of(prescriber, "/panel/?q=nobody")
    assert page_of(prescriber, "/panel/?page=2").count("/seen/") > 0


def test_a_record_in_one_screen(prescriber: User, person: Person) -> None:
    person.hopes = "Walk to the river again"
    person.save()
    DoseStep.objects.create(
        person=person,
        kind="start",
        from_day=ago(person, 20),
        dose_micrograms=1500,
        micrograms_per_millilitre=1000,
        agreed_with="Surgery",
        agreed_on=ago(person, 21),
    )
    check_in(
        person,
        outcomes={"pain": "7", "sleep": "3"},
        dose_micrograms=1500,
        side_effects=[["vivid dreams", 3]],
        note="Bad <night>",
    )
    Laboratory.objects.create(
        person=person, day=ago(person, 5), analyte="CRP", value="4.20", unit="mg/L"
    )
    Medicine.objects.create(person=person, name="tramadol", opioid=True)
    Medicine.objects.create(person=person, name="ibuprofen", removed_at=timezone.now())
    LifeEvent.objects.create(person=person, day=ago(person, 2), what="flare")
    text = page_of(prescriber, f"/people/{person.pk}/")
    for words in (
        "Walk to the river again",
        "1.5 mg (1.5 mL of 1 mg/mL)",
        "vivid dreams, severe",
        "Bad &lt;night&gt;",
        "CRP 4.2 mg/L",
        "tramadol",
        "Flare",
        "agreed with Surgery on",
        "there are no messages",
    ):
        assert words in text, words
    assert "ibuprofen" not in text
    looked = Event.objects.filter(chain_id=person.chain_id, kind="looked")
    assert [event.details["what"] for event in looked] == ["record"]  # type: ignore[index]


def test_nothing_tells_the_arm_while_a_trial_is_sealed(prescriber: User, person: Person) -> None:
    DoseStep.objects.create(
        person=person, kind="start", from_day=ago(person, 40), dose_micrograms=4500
    )
    check_in(person, ago(person, 8), dose_micrograms=4500)
    make_trial(person, first=3, days=14, sealed=True)
    check_in(person, ago(person, 1), kit="K-1", kit_taken=True)
    summary = summary_of(person)
    assert {summary.dose, *(each.dose for each in (*summary.days, *summary.decisions))} == {""}
    record = page_of(prescriber, f"/people/{person.pk}/")
    assert "Kit K-1" in record
    assert "2 of 4 days so far" in record
    for text in (record, page_of(prescriber, "/panel/"), page_of(person.user, "/care/")):
        for telling in ("4.5", "4500", " mg", "active", "placebo", "control", "Answer ready"):
            assert telling not in text.partition("<main")[2], telling


def test_a_prescribers_decision_carries_their_name(prescriber: User, person: Person) -> None:
    browser, path = signed_in(prescriber), f"/people/{person.pk}/dose/"
    typed = {"kind": "start", "from_day": str(ago(person, 0)), "dose_mg": "45"}
    asked_back = browser.post(path, typed)
    assert asked_back.status_code == 422
    assert "4.5 mg" in asked_back.content.decode()
    assert 'value="45"' in asked_back.content.decode()
    assert not DoseStep.objects.exists()
    typed |= {"dose_mg": "1.5", "strength": "1", "reason": "as planned"}
    assert browser.post(path, typed).status_code == 302
    (step,) = DoseStep.objects.all()
    assert (step.decided_by, step.dose_micrograms) == (prescriber, 1500)
    text = page_of(prescriber, f"/people/{person.pk}/")
    assert "1.5 mg (1.5 mL of 1 mg/mL)" in text
    assert "as planned" in text
    assert "Dose plan changed by the person" not in text
    stop = {"kind": "stop", "from_day": str(ago(person, 0))}
    assert browser.post(path, stop).status_code == 302
    assert DoseStep.objects.count() == 2
    stranger = make_person("noor")
    assert browser.post(f"/people/{stranger.pk}/dose/", typed).status_code == 404
    assert signed_in(person).post(path, typed).status_code == 404
    assert DoseStep.objects.count() == 2


def test_no_dose_is_decided_while_a_trial_holds_it(prescriber: User, person: Person) -> None:
    make_trial(person, first=3, days=14, sealed=True)
    browser, path = signed_in(prescriber), f"/people/{person.pk}/dose/"
    assert "A trial is running" in browser.get(path).content.decode()
    typed = {"kind": "start", "from_day": str(ago(person, 0)), "dose_mg": "1.5"}
    assert browser.post(path, typed).status_code == 422
    assert not DoseStep.objects.exists()


def test_each_reading_is_kept_and_the_panel_once_a_day(prescriber: User, person: Person) -> None:
    def looked() -> list[str]:
        events = Event.objects.filter(chain_id=person.chain_id, kind="looked")
        return [(event.details or {})["what"] for event in events.order_by("sequence")]

    page_of(prescriber, "/panel/")
    assert looked() == []  # nothing of the record was on it
    check_in(person, side_effects=[["nausea", 3]])
    page_of(prescriber, "/panel/")
    page_of(prescriber, "/panel/")
    assert looked() == ["panel"]
    browser = signed_in(prescriber)
    picture = browser.get(f"/people/{person.pk}/picture-340.svg")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert looked() == ["panel", "picture"]
    page_of(prescriber, f"/people/{person.pk}/")
    assert f"/people/{person.pk}/picture-340.svg" in page_of(prescriber, f"/people/{person.pk}/")
    assert browser.get(f"/people/{person.pk}/picture-340.svg").status_code == 200
    assert looked() == ["panel", "picture", "record", "record"]
    assert browser.get(f"/people/{person.pk}/picture-341.svg").status_code == 404
    assert browser.get(f"/people/{person.pk}/report.pdf").status_code == 404  # there is none
    team = page_of(person.user, "/care/")
    assert "in their list of people" in team
    stranger = make_person("noor")
    check_in(stranger)
    for part in ("picture-340.svg", "report.pdf", "dose/"):
        assert browser.get(f"/people/{stranger.pk}/{part}").status_code == 404
        assert signed_in(person).get(f"/people/{person.pk}/{part}").status_code == 404
