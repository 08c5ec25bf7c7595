"""The answer by HTTP: the real examples, a choice before each, nothing before the end."""

import datetime as dt
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from unittest.mock import patch

import pytest
from django.test import Client

import lodose
from lodose.server.answers.models import Rendering
from lodose.server.records.models import Person, Trial
from lodose.server.records.schedules import Wish, start_schedule
from server_support.examples import make_example, read_example
from server_support.people import check_in, make_person, signed_in, suits

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def page(browser: Client, address: str = "/answer/") -> str:
    response = browser.get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_it_opens_in_words_first_with_picture_and_report() -> None:
    person, trial = make_example("helped", "ldn-helps", opened=True)
    browser = signed_in(person)
    shown = page(browser)
    trial.refresh_from_db()
    assert trial.status == Trial.Status.FINISHED
    headline, picture = shown.index('<p class="answer">Helps</p>'), shown.index("<svg role=")
    assert headline < picture
    assert "96 of 112 days were recorded." in shown
    assert "vivid dreams: 13 of 46 days with the treatment, 6 of 50" in shown
    assert "your prescriber decides with you" in shown
    assert trial.protocol_hash in shown
    report = browser.get("/answer/report.pdf")
    assert report.content.startswith(b"%PDF")
    assert re.fullmatch(
        r'attachment; filename="report-\d{4}-\d\d-\d\d\.pdf"', report["Content-Disposition"]
    )
    assert browser.get("/answer/report.json").json()["word"] == "helps"


def test_nothing_on_the_page_is_blocked_by_the_content_policy() -> None:
    person, _ = make_example("helped", "ldn-helps", opened=True)
    shown = page(signed_in(person))
    assert " style=" not in shown
    assert "<style" not in shown
    assert not re.search(r"\son\w+=", shown)
    assert 'role="graphics-' not in shown
    ids = re.findall(r'\sid="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    for reference in re.findall(r"url\(#([^)]+)\)", shown):
        assert reference in ids


def test_before_every_answer_the_same_question_which_tells_nothing() -> None:
    asked = []
    for name in ("ldn-helps", "ldn-no-effect"):
        person, _ = make_example(name, name)
        asked.append(csrf_free(page(signed_in(person))))
        assert "now, or with your doctor" in asked[-1]
        assert "<svg role=" not in asked[-1]
    assert asked[0] == asked[1]
    assert not Rendering.objects.exists(), "it is worked out only when it is opened"


def test_the_choice_may_be_changed() -> None:
    person, _ = make_example("unhelped", "ldn-no-effect")
    browser = signed_in(person)
    assert browser.get("/answer/report.pdf").status_code == 302
    assert browser.get("/answer/report.json").status_code == 302
    assert browser.post("/answer/choice/", {"choice": "later"}).status_code == 422
    assert browser.post("/answer/choice/", {"choice": "with-doctor"}).status_code == 302
    assert "You chose to open it with your doctor" in page(browser)
    assert browser.get("/answer/report.pdf").status_code == 200
    browser.post("/answer/choice/", {"choice": "now"})
    opened = page(browser)
    assert "<svg role=" in opened
    # Its last day was not recorded; over it is all the same.
    assert "The trial is not over" not in opened
    assert "99 of 112 days were recorded." in opened
    assert "Close it again" in opened


def test_the_second_look_is_taken_from_what_is_kept_until_the_record_changes() -> None:
    person, trial = make_example("helped", "ldn-helps", opened=True)
    browser = signed_in(person)
    first = page(browser)
    keys = set(Rendering.objects.values_list("key", flat=True))
    assert len(keys) == 1
    Rendering.objects.filter(kind="en/page").update(made_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert csrf_free(page(browser)) == csrf_free(first)
    assert Rendering.objects.filter(made_at__year=2020).count() == 1
    day = trial.periods.order_by("number")[0].first_day
    check_in(person, day, outcomes={"pain": "9", "sleep": "6"}, reason="mistyped")
    page(browser)
    assert set(Rendering.objects.values_list("key", flat=True)).isdisjoint(keys)
    assert Rendering.objects.filter(made_at__year=2020).count() == 0


def csrf_free(text: str) -> str:
    return re.sub(r"(csrfmiddlewaretoken\" value|X-CSRFToken\": )[^>]*", "", text)


def test_the_answer_of_a_real_experiment_is_the_librarys_own() -> None:
    person, _ = make_example("author", "microdose")
    browser = signed_in(person)
    browser.post("/answer/choice/", {"choice": "now"})
    told = browser.get("/answer/report.json").json()
    expected = lodose.verdict(*read_example("microdose"))
    assert told["word"] == expected.word.value
    assert told["primary"]["effect"]["mean"] == pytest.approx(expected.primary.effect.mean)
    assert expected.wording.answer.split(".")[0] in page(browser)


def test_without_a_trial_the_page_says_how_an_answer_comes_about() -> None:
    browser = signed_in(make_person())
    shown = page(browser)
    assert "How an answer comes about" in shown
    assert browser.get("/answer/report.pdf").status_code == 404
    assert browser.get("/answer/report.json").status_code == 404


def test_while_an_open_trial_runs_there_is_no_interim() -> None:
    today = dt.datetime.now(dt.UTC).date()
    person, _ = make_example(
        "halfway",
        "ldn-helps",
        first_day=today - dt.timedelta(days=60),
        until=today,
        design="randomised-open",
    )
    browser = signed_in(person)
    shown = page(browser)
    assert "of 61 days so far are recorded" in shown
    assert "51 days to go" in shown
    assert "no earlier look" in shown
    assert "<svg role=" not in shown
    assert browser.get("/answer/report.pdf").status_code == 404
    assert Rendering.objects.count() == 0


def test_an_answer_is_nobody_elses() -> None:
    make_example("helped", "ldn-helps")
    other = signed_in(make_person("other"))
    assert "How an answer comes about" in page(other)
    assert other.get("/answer/report.pdf").status_code == 404
    assert Client().get("/answer/").status_code == 302
    assert Person.objects.count() == 2


def test_the_answer_speaks_the_readers_language_and_each_is_kept() -> None:
    person, _ = make_example("helped", "ldn-helps", opened=True)
    browser = signed_in(person)
    english = page(browser)
    german = browser.get("/answer/", headers={"Accept-Language": "de"}).content.decode()
    assert '<p class="answer">Hilft</p>' in german
    assert "The best estimate" in english
    assert "The best estimate" not in german
    kinds = set(Rendering.objects.values_list("kind", flat=True))
    assert {"en/page", "de/page", "en/pdf", "de/pdf"} <= kinds
    report = browser.get("/answer/report.pdf", headers={"Accept-Language": "de"})
    assert report.content != browser.get("/answer/report.pdf").content


def test_a_look_at_what_is_kept_asks_the_database_little(
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    person, _ = make_example("helped", "ldn-helps", opened=True)
    browser = signed_in(person)
    page(browser)
    with django_assert_max_num_queries(22):
        page(browser)
    with django_assert_max_num_queries(22):
        browser.get("/treatment/")


def test_a_schedule_planned_here_leads_to_an_answer_that_its_design_allows() -> None:
    person = make_person("planner")
    browser = signed_in(person)
    first = dt.date(2026, 1, 5)
    wish = Wish("randomised-open", 4, 14, first, 4500, "my doctor", first, settled=True)
    with patch("django.utils.timezone.now", return_value=dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)):
        suits(person)
        trial = start_schedule(person, wish)
    for period in trial.periods.all():
        usual = 3 if period.arm == "active" else 7
        for number in range(14):
            day = period.first_day + dt.timedelta(days=number)
            pain = usual + (number * 7 + period.number) % 3 - 1
            check_in(person, day, outcomes={"pain": str(pain)}, source="upload")
    browser.post("/answer/choice/", {"choice": "now"})
    shown = page(browser)
    assert "112 of 112 days were recorded." in shown
    assert trial.protocol_hash in shown
    told = browser.get("/answer/report.json").json()
    assert told["word"] == "helps"
    assert told["claim"] == "randomised-open"
    assert told["protocol"]["treatment"]["comparator"] == "no treatment"
    # Known treatment: the headline may not claim what only a blinded trial can.
    assert '<p class="answer">Helps</p>' not in shown
