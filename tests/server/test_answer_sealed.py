"""While a trial is sealed nothing that this server sends could tell an arm."""

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.test import Client

from lodose.server.answers.compute import answer_of, report_pdf
from lodose.server.answers.models import Rendering
from lodose.server.audit.models import Event
from lodose.server.records.bridge import ArmsSealedError
from lodose.server.records.disclosure import (
    DisclosedPeriod,
    commitment_of,
    disclose_schedule,
    period_to_guess,
    record_guess,
)
from lodose.server.records.models import DoseStep, Person, Trial
from lodose.server.records.plans import plan_of
from lodose.server.records.problems import DecisionError
from lodose.server.records.schedules import latest_trial, locked_hash, stop_trial
from server_support.examples import make_example, read_example
from server_support.people import make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

ADDRESSES = (
    "/answer/",
    "/answer/report.pdf",
    "/answer/report.json",
    "/treatment/",
    "/treatment/schedule/end/",
    "/treatment/stop/",
    "/treatment/questions/",
    "/treatment/dose/",
    "/treatment/schedule/",
)
# Words of an arm, a dose, and what the example calls its arms.
TELLING = re.compile(
    r"\bactive\b|comparator|placebo|naltrexone|\bmg\b|4\.5|4500|4,5|randomis|sequence|<svg role",
    re.IGNORECASE,
)


def today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def sealed_trial(username: str = "blind", days_ago: int = 30) -> tuple[Person, Trial]:
    first_day = today() - dt.timedelta(days=days_ago)
    person, trial = make_example(
        username, "ldn-helps", sealed=True, first_day=first_day, until=today()
    )
    # What was taken before the trial could tell as well.
    DoseStep.objects.create(
        person=person,
        kind="start",
        from_day=first_day - dt.timedelta(days=30),
        dose_micrograms=4500,
        agreed_with="my doctor",
        agreed_on=first_day - dt.timedelta(days=31),
    )
    return person, trial


def arms_of_example() -> list[DisclosedPeriod]:
    _, protocol = read_example("ldn-helps")
    return [
        DisclosedPeriod(number, each.arm, each.dose_micrograms)
        for number, each in enumerate(protocol.periods, 1)
    ]


def sent_by(browser: Client) -> Iterator[tuple[str, str]]:
    """Everything that is sent for the pages of this room: status, headers, body."""
    for address in ADDRESSES:
        response = browser.get(address)
        headers = "\n".join(f"{name}: {value}" for name, value in response.items())
        body = response.content.decode("latin-1")
        yield address, f"{response.status_code}\n{headers}\n{body}"


def test_nothing_that_is_sent_could_tell() -> None:
    person, _ = sealed_trial()
    browser = signed_in(person)
    for address, sent in sent_by(browser):
        found = TELLING.search(sent)
        assert found is None, f"{address}: …{sent[max(0, found.start() - 80) : found.end() + 40]}…"
    assert browser.get("/answer/report.pdf").status_code == 404
    assert browser.get("/answer/report.json").status_code == 404
    assert "of 31 days so far are recorded" in browser.get("/answer/").content.decode()
    assert "K-03" in browser.get("/treatment/").content.decode()
    assert Rendering.objects.count() == 0


def test_the_crawl_would_see_a_leak() -> None:
    person, trial = sealed_trial()
    trial.periods.update(arm="active", dose_micrograms=4500)
    Trial.objects.filter(pk=trial.pk).update(sealed=False)
    assert any(TELLING.search(sent) for _, sent in sent_by(signed_in(person)))


def test_no_answer_is_computed_and_two_orders_look_the_same() -> None:
    person, trial = sealed_trial()
    with pytest.raises(ArmsSealedError):
        answer_of(trial)
    assert report_pdf(person) is None
    # A trial stopped early stays sealed until the list comes.
    stop_trial(trial, "moved away")
    with pytest.raises(ArmsSealedError):
        answer_of(trial)
    assert "still sealed" in signed_in(person).get("/answer/").content.decode()
    # Its kits are asked for no more, from the next day on.
    assert plan_of(person, today()).kit == "K-03"
    assert plan_of(person, today() + dt.timedelta(days=1)).kit == ""


def test_a_guess_is_asked_once_when_a_period_has_ended_and_before_disclosure() -> None:
    person, trial = sealed_trial()
    browser = signed_in(person)
    shown = browser.get("/treatment/").content.decode()
    assert "Period 1 has ended" in shown
    early = browser.post("/treatment/guess/", {"period": "3", "guess": "yes"})
    assert early.status_code == 422
    assert browser.post("/treatment/guess/", {"period": "1"}).status_code == 422
    sent = {"period": "1", "guess": "yes", "confidence": "0.8", "reason": "benefit"}
    assert browser.post("/treatment/guess/", sent).status_code == 302
    first = trial.periods.get(number=1)
    assert (first.guess, first.guess_confidence, first.guess_reason) == (
        "active",
        Decimal("0.80"),
        "benefit",
    )
    assert browser.post("/treatment/guess/", sent).status_code == 422
    browser.post("/treatment/guess/", {"period": "2", "guess": "unsure", "confidence": "0.8"})
    second = trial.periods.get(number=2)
    assert (second.guess, second.guess_confidence) == ("unsure", None)
    assert "has ended" not in browser.get("/treatment/").content.decode()
    assert Event.objects.filter(kind="period-guessed").count() == 2
    open_trial = make_person("open")
    assert signed_in(open_trial).post("/treatment/guess/", sent).status_code == 404


def test_the_arms_come_after_the_last_day_all_at_once_and_only_as_fixed() -> None:
    person, trial = sealed_trial(days_ago=200)
    arms, nonce = arms_of_example(), b"n" * 32
    Trial.objects.filter(pk=trial.pk).update(commitment=commitment_of(arms, nonce))
    browser = signed_in(person)
    assert "still sealed" in browser.get("/answer/").content.decode()
    turned = [
        DisclosedPeriod(each.number, "active" if each.arm == "comparator" else "comparator")
        for each in arms
    ]
    for wrong, secret, told in (
        (arms[:-1], nonce, "every period once"),
        ([*arms[:-1], DisclosedPeriod(8, "gold")], nonce, "not in the plan"),
        (turned, nonce, "hash differs"),
        (arms, b"another", "hash differs"),
    ):
        with pytest.raises(DecisionError, match=told):
            disclose_schedule(trial, wrong, nonce=secret)
    assert set(trial.periods.values_list("arm", flat=True)) == {""}
    record_guess(trial, 1, "active", confidence=Decimal("0.8"))
    opened = disclose_schedule(trial, arms, nonce=nonce)
    assert opened.protocol_hash == locked_hash(opened) != ""
    with pytest.raises(DecisionError, match="not sealed"):
        disclose_schedule(trial, arms, nonce=nonce)
    with pytest.raises(DecisionError, match="not asked about"):
        record_guess(trial, 2, "active")
    assert period_to_guess(opened, today()) is None
    browser.post("/answer/choice/", {"choice": "now"})
    assert "Helps" in browser.get("/answer/").content.decode()


def test_disclosure_before_the_end_is_refused() -> None:
    _, trial = sealed_trial()
    with pytest.raises(DecisionError, match="after the last day"):
        disclose_schedule(trial, arms_of_example())
    person, last_day = sealed_trial("last", days_ago=111)
    assert latest_trial(person) is not None
    with pytest.raises(DecisionError, match="after the last day"):
        disclose_schedule(last_day, arms_of_example())
