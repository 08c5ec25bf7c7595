"""A whole trial by HTTP, day by day on a moving clock, to an answer anybody can work out again."""

import datetime as dt
import json
import random
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import translation

from lodose.server.accounts.actions import set_time_zone
from lodose.server.answers.compute import subject_of
from lodose.server.audit.chain import verify
from lodose.server.audit.models import Chain
from lodose.server.records.bridge import diary_of
from lodose.server.records.disclosure import DisclosedPeriod, disclose_schedule
from lodose.server.records.models import CheckIn, LifeEvent, Medicine, Person, Trial, TrialPeriod
from lodose.server.records.schedules import Wish, last_day_of, latest_trial, start_schedule
from server_support.examples import make_example, read_example
from server_support.people import check_in, make_person, signed_in, suits

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

FIRST = dt.date(2026, 2, 16)  # the clocks of Berlin and St John's change in these 16 weeks
DAY = dt.timedelta(days=1)
# Days of the trial, counted from 1.
MISSED, JUST_BEFORE, JUST_AFTER, CORRECTED, ILL = {17, 34, 112}, {11, 22}, {13, 26}, {29, 58}, 50


@contextmanager
def at(person: Person, day: dt.date, hour: int = 20, minute: int = 0) -> Iterator[Client]:
    """A browser of the person while their own clock shows that moment."""
    zone = ZoneInfo(person.time_zone)
    moment = dt.datetime.combine(day, dt.time(hour, minute), zone).astimezone(dt.UTC)
    with patch("django.utils.timezone.now", return_value=moment):
        yield signed_in(person)


def answers(period: TrialPeriod, chance: random.Random) -> dict[str, Any]:
    """What somebody types of a day whose pain is 2 points lower under treatment."""
    usual = 4 if period.arm == "active" else 6
    typed: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "outcome-pain": str(usual + chance.choice((-1, 0, 0, 1))),
    }
    if chance.random() < 0.8:
        typed["outcome-sleep"] = str(chance.randint(2, 8))
    if chance.random() < 0.9:
        planned = {"dose": "planned", "planned_micrograms": "4500"}
        typed |= planned if period.arm == "active" else {"dose": "none"}
    if chance.random() < 0.7:
        felt = {"side_effect": ["nausea"], "side_effect-nausea": "mild"}
        typed |= felt if chance.random() < 0.2 else {"no_side_effects": "1"}
    return typed


def live_through(person: Person, trial: Trial) -> None:
    """Make every check-in of a trial as its days go by, some late, some never."""
    chance = random.Random(5)
    for period in trial.periods.all():
        for offset in range((period.last_day - period.first_day).days + 1):
            day = period.first_day + offset * DAY
            number = (day - FIRST).days + 1
            typed = answers(period, chance) | {"day": day.isoformat()}
            if number in MISSED:
                continue
            written = (day, 20, 0)
            if number in JUST_BEFORE:
                written = (day, 23, 59)
            if number in JUST_AFTER:
                written = (day + DAY, 0, 1)
            with at(person, *written) as browser:
                for _ in range(2):  # as from a phone that got no answer the first time
                    assert browser.post("/today/", typed).status_code == 302
                if number in CORRECTED:
                    changed = {"outcome-pain": "5", "reason": "wrong line", "id": str(uuid.uuid4())}
                    sent = browser.post(f"/diary/{day}/correct/", changed)
                    assert sent.status_code == 302
                if number == ILL:
                    what = {"day": day.isoformat(), "what": "infection", "days": "4"}
                    assert browser.post("/diary/events/add/", what).status_code == 302


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Pacific/Apia"])
def test_a_trial_of_112_days_and_the_command_line_come_to_one_answer(
    zone: str, tmp_path: Path
) -> None:
    person = make_person(time_zone=zone)
    with at(person, FIRST, 8) as browser:
        wish = {
            "design": "randomised-open",
            "length": "4x14",
            "first_day": FIRST.isoformat(),
            "dose_mg": "4.5",
            "agreed_with": "my doctor",
            "settled": "on",
            "agreed_on": FIRST.isoformat(),
        }
        suits(person)
        assert browser.post("/treatment/schedule/", wish).status_code == 302
    trial = Trial.objects.get()
    live_through(person, trial)
    made = {(each.day - FIRST).days + 1: each for each in CheckIn.objects.all()}
    assert set(made) == set(range(1, 113)) - MISSED
    assert {number for number, each in made.items() if each.late} == JUST_AFTER
    assert {number for number, each in made.items() if each.revision > 1} == CORRECTED
    assert verify(Chain.objects.get(pk=person.chain_id)) == []
    last = FIRST + 111 * DAY
    with at(person, last, 23, 59) as browser:
        assert "Your answer comes on" in browser.get("/answer/").content.decode()
        assert browser.get("/answer/diary.csv").status_code == 404
    with at(person, last + DAY, 0, 0) as browser:
        browser.post("/answer/choice/", {"choice": "now"})
        assert "109 of 112 days were recorded." in browser.get("/answer/").content.decode()
        page_says = browser.get("/answer/report.json").json()
        for name in ("diary.csv", "protocol.toml"):
            (tmp_path / name).write_bytes(browser.get(f"/answer/{name}").content)
    command = [sys.executable, "-m", "lodose", "verdict", str(tmp_path / "diary.csv"), "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr
    command_says = json.loads(ran.stdout)
    assert page_says["word"] == command_says["word"] == "helps"
    page_says["provenance"].pop("diary_source")
    command_says["provenance"].pop("diary_source")
    assert page_says == command_says
    assert page_says["protocol"]["events"][0]["what"] == "infection"


def test_a_stopped_trial_keeps_its_last_day_wherever_the_person_travels() -> None:
    person = make_person(time_zone="Pacific/Auckland")
    wish = Wish("open-on-off", 2, 14, FIRST, 4500, "my doctor", FIRST, settled=True)
    stopped = FIRST + 20 * DAY
    with at(person, FIRST, 8):
        suits(person)
        start_schedule(person, wish)
    with at(person, stopped, 1) as browser:  # still the day before in most of the world
        check_in(person, stopped - DAY)
        check_in(person, stopped)
        sent = browser.post("/treatment/schedule/end/", {"reason": "moving"})
        assert sent.status_code == 302
    set_time_zone(person, "America/Los_Angeles")
    with at(person, stopped + 3 * DAY):
        trial = latest_trial(person)
        assert trial is not None
        assert last_day_of(trial) == stopped
        assert subject_of(trial).diary.last_day == stopped


def test_missing_is_never_zero_on_the_way_into_a_file() -> None:
    person = make_person()
    with at(person, FIRST) as browser:
        browser.post("/today/", {"id": str(uuid.uuid4()), "outcome-sleep": "0"})
        row = browser.get("/diary/diary.csv").content.decode("utf-8-sig").splitlines()[1]
        assert row == f"{FIRST},,0,,,"
        said = {"outcome-pain": "0", "dose": "none", "no_side_effects": "1"}
        browser.post("/today/", {"id": str(uuid.uuid4()), **said})
        row = browser.get("/diary/diary.csv").content.decode("utf-8-sig").splitlines()[1]
        assert row == f"{FIRST},0,0,0,none,"


def disclosed(days: dict[int, tuple[bool | None, str]]) -> dict[int, int | None]:
    """Doses by day of a blinded trial after disclosure; given: whether taken, and which kit."""
    person, trial = make_example("blind", "ldn-helps", sealed=True)
    CheckIn.objects.filter(person=person).delete()
    first = trial.periods.all()[0].first_day
    for number, (taken, kit) in days.items():
        check_in(person, first + (number - 1) * DAY, kit_taken=taken, kit=kit, source="upload")
    _, protocol = read_example("ldn-helps")
    assert {entry.dose_micrograms for entry in diary_of(person).entries} == {None}
    arms = [
        DisclosedPeriod(number, each.arm, each.dose_micrograms if each.arm == "active" else None)
        for number, each in enumerate(protocol.periods, 1)
    ]
    found = latest_trial(person)
    assert found is not None
    disclose_schedule(found, arms)
    subject = subject_of(Trial.objects.get())
    by_day = {(each.date - first).days + 1: each.dose_micrograms for each in subject.diary.entries}
    return {number: by_day[number] for number in days}


def test_a_capsule_becomes_a_dose_once_the_kits_are_known() -> None:
    _, protocol = read_example("ldn-helps")
    starts = [(each.start - protocol.first_day).days + 1 for each in protocol.periods]
    active = next(number for number, each in enumerate(protocol.periods) if each.arm == "active")
    other = next(number for number, each in enumerate(protocol.periods) if each.arm != "active")
    held = protocol.periods[active].dose_micrograms
    a, b = starts[active], starts[other]
    found = disclosed(
        {
            a: (True, f"K-{active + 1:02}"),
            a + 1: (True, ""),  # no code written: that of the period
            a + 2: (False, ""),
            a + 3: (None, ""),
            a + 4: (True, f"K-{other + 1:02}"),  # the wrong box
            a + 5: (True, "K-77"),  # a box that nobody knows
            b: (True, f"K-{other + 1:02}"),
            b + 1: (False, ""),
            b + 2: (None, ""),
        }
    )
    assert found == {
        a: held,
        a + 1: held,
        a + 2: 0,
        a + 3: None,
        a + 4: 0,
        a + 5: None,
        b: 0,
        b + 1: 0,
        b + 2: None,
    }


def test_what_is_written_about_other_years_neither_changes_nor_breaks_an_answer() -> None:
    person, _ = make_example("helped", "ldn-helps")
    trial = latest_trial(person)
    assert trial is not None
    before = subject_of(trial).key
    medicine = Medicine.objects.create(
        person=person, name="levothyroxine", first_day=dt.date(1949, 1, 1)
    )
    taken = subject_of(trial)
    assert taken.key != before
    assert [(each.name, each.changes) for each in taken.protocol.medicines] == [
        ("levothyroxine", ())
    ]
    # It ends long after the trial: the answer is the one that was read.
    for last_day in (dt.date(2101, 1, 1), dt.date.max):
        Medicine.objects.filter(pk=medicine.pk).update(last_day=last_day)
        assert subject_of(trial).key == taken.key
    LifeEvent.objects.create(person=person, day=dt.date(1971, 1, 1), what="other", days=32767)
    signed_in(person).post("/answer/choice/", {"choice": "now"})
    assert signed_in(person).get("/answer/").status_code == 200


def test_a_new_trial_does_not_take_the_earlier_answer_away() -> None:
    person, trial = make_example("helped", "ldn-helps")
    browser = signed_in(person)
    assert "Answers of earlier periods" not in browser.get("/answer/").content.decode()
    start = dt.date(2026, 11, 1)
    with at(person, start) as browser:
        latest_trial(person)
        suits(person)
        start_schedule(
            person, Wish("open-on-off", 2, 14, start, 4500, "my doctor", start, settled=True)
        )
        listed = browser.get("/answer/").content.decode()
        assert "Your answer comes on" in listed
        assert "Helps" not in listed
        assert f"/answer/{trial.pk}/" in listed
        assert '<p class="answer">Helps</p>' in browser.get(f"/answer/{trial.pk}/").content.decode()
        report = browser.get(f"/answer/{trial.pk}/report.pdf")
        assert report.content.startswith(b"%PDF")
        newest = Trial.objects.exclude(pk=trial.pk)
        for address in (f"/answer/{newest[0].pk}/", f"/answer/{newest[0].pk}/report.pdf"):
            assert browser.get(address).status_code == 404
        # No page speaks of a dose while something is sealed.
        newest.update(sealed=True)
        assert f"/answer/{trial.pk}/" not in browser.get("/answer/").content.decode()
        assert browser.get(f"/answer/{trial.pk}/").status_code == 404
    stranger = signed_in(make_person("stranger"))
    assert stranger.get(f"/answer/{trial.pk}/").status_code == 404


def test_somebody_who_flew_back_into_the_last_day_reads_the_same_answer() -> None:
    person, _ = make_example("helped", "ldn-helps")
    trial = latest_trial(person)
    assert trial is not None
    with at(person, last_day_of(trial), 12):
        back = subject_of(trial)
    assert back.key == subject_of(trial).key
    with at(person, last_day_of(trial) - DAY, 12):
        assert subject_of(trial).key == back.key


def test_periods_without_any_day_have_no_answer_and_say_so() -> None:
    person = make_person()
    with at(person, FIRST, 8):
        suits(person)
        start_schedule(
            person, Wish("open-on-off", 2, 14, FIRST, 4500, "my doctor", FIRST, settled=True)
        )
    with at(person, FIRST + 56 * DAY) as browser:
        shown = browser.get("/answer/").content.decode()
        assert "No day of these periods was recorded." in shown
        assert browser.get("/answer/report.pdf").status_code == 404


def test_an_answer_is_named_by_everything_that_it_depends_on() -> None:
    person, _ = make_example("helped", "ldn-helps")
    trial = latest_trial(person)
    assert trial is not None
    keys = {"as it is": subject_of(trial).key}
    with translation.override("de"):
        keys["in German"] = subject_of(trial).key
    with patch("lodose.__version__", "99.0"):
        keys["newer"] = subject_of(trial).key
    first = CheckIn.objects.filter(person=person).order_by("day")[0]
    check_in(person, first.day, outcomes={"pain": "10"}, source="upload")
    keys["corrected"] = subject_of(trial).key
    LifeEvent.objects.create(person=person, day=first.day, what="flare", days=2)
    keys["with an event"] = subject_of(trial).key
    assert len(set(keys.values())) == len(keys), keys


def test_a_plan_that_was_changed_behind_the_persons_back_is_called_so() -> None:
    person, _ = make_example("helped", "ldn-helps")
    browser = signed_in(person)
    browser.post("/answer/choice/", {"choice": "now"})
    told = "The plan is not the one that was fixed at the start"
    assert told not in browser.get("/answer/").content.decode()
    trial = Trial.objects.get()
    trial.plan["transition_days"] = 4
    trial.save()
    assert told in browser.get("/answer/").content.decode()


def test_a_day_without_the_main_question_counts_neither_before_nor_in_the_answer() -> None:
    person = make_person()
    with at(person, FIRST, 8):
        suits(person)
        start_schedule(
            person, Wish("open-on-off", 2, 14, FIRST, 4500, "my doctor", FIRST, settled=True)
        )
    for number, answered in enumerate(("outcome-sleep", "outcome-pain", "outcome-sleep")):
        with at(person, FIRST + number * DAY) as browser:
            browser.post("/today/", {"id": str(uuid.uuid4()), answered: "4"})
    with at(person, FIRST + 2 * DAY) as browser:
        assert "1 of 3 days so far are recorded." in browser.get("/answer/").content.decode()
    with at(person, FIRST + 56 * DAY) as browser:
        browser.post("/answer/choice/", {"choice": "now"})
        assert "1 of 56 days were recorded." in browser.get("/answer/").content.decode()


def test_a_skipped_day_is_no_day_of_the_diary() -> None:
    person = make_person()
    with at(person, FIRST) as browser:
        browser.post("/today/", {"id": str(uuid.uuid4()), "outcome-pain": "4"})
    with at(person, FIRST + DAY) as browser:
        assert browser.post("/today/skip/", {"day": (FIRST + DAY).isoformat()}).status_code == 302
    assert CheckIn.objects.count() == 2
    assert [entry.date for entry in diary_of(person).entries] == [FIRST]
