"""The first visit and the questions, which are fixed while a trial runs."""

from typing import Any

import pytest

from lodose.server.accounts.actions import open_account
from lodose.server.audit.models import Event
from lodose.server.records.clock import today_of
from lodose.server.records.entries import spelt
from lodose.server.records.models import Outcome, Person, Trial
from lodose.server.records.outcomes import READY, choose_outcomes
from lodose.server.records.problems import DecisionError
from server_support.examples import make_example
from server_support.people import make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def new_person(username: str = "new") -> Person:
    """An account that has not been set up."""
    return Person.objects.get(user=open_account(username))


def chosen(**changed: Any) -> dict[str, Any]:
    return {
        "time_zone": "Europe/Berlin",
        "hopes": "to walk to the lake again",
        "outcomes": ["pain", "sleep"],
        "primary": "pain",
        "mcid": "1,5",
    } | changed


def test_somebody_new_is_led_through_the_start_to_their_first_day() -> None:
    person = new_person()
    browser = signed_in(person)
    assert browser.get("/home/").headers["Location"] == "/start/"
    shown = browser.get("/start/").content.decode()
    assert "checked" not in shown[shown.index("<main") :]  # nothing is chosen for anybody
    assert "PMID 15207508" in shown
    assert browser.post("/start/", chosen()).headers["Location"] == "/today/"
    person.refresh_from_db()
    assert (person.time_zone, person.hopes) == ("Europe/Berlin", "to walk to the lake again")
    pain, sleep = Outcome.objects.filter(person=person)
    assert (pain.name, pain.instrument, pain.primary, str(pain.mcid)) == (
        "pain",
        "pain-nrs",
        True,
        "1.5000",
    )
    assert (sleep.name, sleep.better, sleep.primary) == ("sleep", "higher", False)
    assert browser.get("/home/").headers["Location"] == "/today/"
    kinds = Event.objects.filter(chain_id=person.chain_id).values_list("kind", flat=True)
    assert {"record-settled", "outcomes-chosen"} <= set(kinds)


def test_an_own_question_is_kept_as_it_was_worded() -> None:
    person = new_person()
    own = {
        "outcomes": ["sleep", "own"],
        "primary": "own",
        "own_label": "Stairs",
        "own_low": "impossible",
        "own_high": "easy",
        "own_better": "higher",
        "mcid": "",
    }
    assert signed_in(person).post("/start/", chosen(**own)).status_code == 302
    stairs = Outcome.objects.get(person=person, primary=True)
    assert (stairs.name, stairs.label, stairs.high_label) == ("stairs", "Stairs", "easy")
    assert stairs.mcid == 1


def test_the_change_that_matters_is_one_on_the_questions_own_scale() -> None:
    person = new_person()
    browser = signed_in(person)
    wide = Outcome.objects.create(
        person=person, name="steps", label="Steps", maximum=100, mcid=15, primary=True
    )

    def mcid(said: str) -> str | None:
        asked = {"outcomes": ["steps"], "primary": "steps", "mcid": said}
        sent = browser.post("/treatment/questions/", asked)
        wide.refresh_from_db()
        if sent.status_code == 422:
            assert "above 0 and below 100." in sent.content.decode()
            return None
        return None if wide.mcid is None else spelt(wide.mcid)

    assert mcid("15") == "15"
    assert mcid("99.5") == "99.5"
    assert mcid("100") is None
    assert mcid("") == "99.5"
    Outcome.objects.update(mcid=None)
    assert mcid("") == "10"


def own(label: str, better: str = "lower") -> dict[str, Any]:
    return {"own_label": label, "own_low": "low", "own_high": "high", "own_better": better}


def test_an_own_question_never_takes_over_the_days_of_another() -> None:
    person = new_person()
    browser = signed_in(person)

    def ask(names: list[str], primary: str, label: str, better: str = "lower") -> list[Outcome]:
        asked = {"outcomes": names, "primary": primary, "mcid": ""} | own(label, better)
        assert browser.post("/treatment/questions/", asked).status_code == 302
        return list(Outcome.objects.filter(person=person, archived_at=None))

    # Neither label leaves anything for a name in a file.
    (first,) = ask(["own"], "own", "元気")
    (second,) = ask(["own"], "own", "痛み")
    assert (first.label, second.label) == ("元気", "痛み")
    assert first.name != second.name
    # Both at once, the new one as the main question.
    kept, new = ask([second.name, "own"], "own", "眠り")
    assert (kept.name, new.label, new.primary) == (second.name, "眠り", True)
    # The same words again are the same question, with its days.
    (again,) = ask(["own"], "own", "元気")
    assert again.pk == first.pk
    # The other end is better: another question.
    (turned,) = ask(["own"], "own", "元気", "higher")
    assert (turned.label, turned.better) == ("元気", "higher")
    assert turned.pk != first.pk


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"outcomes": []}, "Choose at least one question"),
        ({"outcomes": ["pain", "sleep", "tiredness", "stiffness", "mood", "activity"]}, "5 qu"),
        ({"primary": "mood"}, "Choose one of the questions that you ask"),
        ({"primary": ""}, "Choose the main question"),
        ({"mcid": "much"}, "Write a number"),
        ({"mcid": "0"}, "above 0"),
        ({"mcid": "10"}, "below 10"),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"outcomes": ["own"], "primary": "own"}, "Your own question needs this"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_is_kept(changed: dict[str, Any], told: str) -> None:
    person = new_person()
    answered = signed_in(person).post("/start/", chosen(**changed))
    shown = answered.content.decode()
    assert answered.status_code == 422
    assert told in shown
    assert "to walk to the lake again" in shown
    person.refresh_from_db()
    assert person.time_zone == "UTC"
    assert Outcome.objects.count() == 0


def test_a_question_left_out_is_kept_and_can_come_back() -> None:
    person = make_person()
    browser = signed_in(person)
    questions = {"outcomes": ["pain"], "primary": "pain", "mcid": "2"}
    assert browser.post("/treatment/questions/", questions).status_code == 302
    assert Outcome.objects.get(person=person, name="sleep").archived_at is not None
    back = {"outcomes": ["pain", "sleep"], "primary": "sleep", "mcid": ""}
    assert browser.post("/treatment/questions/", back).status_code == 302
    assert [
        (each.name, each.primary)
        for each in Outcome.objects.filter(person=person, archived_at=None)
    ] == [("pain", False), ("sleep", True)]


def test_while_a_trial_runs_the_questions_are_fixed_and_the_page_says_why() -> None:
    probe = make_person("probe")
    person, trial = make_example(
        "running", "ldn-helps", first_day=today_of(probe), until=today_of(probe)
    )
    assert trial.status == Trial.Status.RUNNING
    browser = signed_in(person)
    shown = browser.get("/treatment/questions/").content.decode()
    assert "can get almost any answer" in shown
    answered = browser.post("/treatment/questions/", {"outcomes": ["mood"], "primary": "mood"})
    assert answered.status_code == 422
    with pytest.raises(DecisionError, match="fixed while a trial runs"):
        choose_outcomes(person, [READY[4]], primary="mood")
    assert set(person.outcomes.values_list("name", flat=True)) == {"pain", "sleep"}
