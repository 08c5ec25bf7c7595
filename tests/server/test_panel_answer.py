"""What a prescriber reads of a finished trial: the same answer and the same report."""

import pytest

from lodose.server.accounts.models import Role, User
from lodose.server.audit.models import Event
from lodose.server.records.models import Person, Trial
from server_support.examples import make_example
from server_support.people import let_in, make_account, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


@pytest.fixture
def prescriber() -> User:
    return make_account(Role.PRESCRIBER, "dr")


def test_the_answer_in_words_and_the_same_report_as_the_persons(prescriber: User) -> None:
    person, _ = make_example("mira", "ldn-no-effect")
    let_in(person, prescriber)
    browser = signed_in(prescriber)
    assert "Answer ready" in browser.get("/panel/").content.decode()
    text = browser.get(f"/people/{person.pk}/").content.decode()
    assert 'class="answer"' in text
    assert "has not opened this answer yet" in text
    Person.objects.update(answer_choice="with-doctor")
    text = browser.get(f"/people/{person.pk}/").content.decode()
    assert "wants to open this answer together with you" in text
    report = browser.get(f"/people/{person.pk}/report.pdf")
    assert report.headers["Content-Type"] == "application/pdf"
    assert report.headers["Content-Disposition"].startswith('attachment; filename="report-20')
    own = signed_in(person).get("/answer/report.pdf")
    assert own.content == report.content
    looked = Event.objects.filter(chain_id=person.chain_id, kind="looked").order_by("sequence")
    assert [(event.details or {})["what"] for event in looked] == [
        "panel",
        "record",
        "record",
        "report",
    ]


def test_a_sealed_trial_has_no_answer_and_no_report_even_after_its_end(prescriber: User) -> None:
    person, trial = make_example("mira", "ldn-no-effect", sealed=True)
    let_in(person, prescriber)
    browser = signed_in(prescriber)
    for _ in range(2):  # running past its last day, then ended
        panel = browser.get("/panel/").content.decode()
        text = browser.get(f"/people/{person.pk}/").content.decode().partition("<main")[2]
        assert "Answer ready" not in panel
        assert "Trial ended" in panel
        for telling in (" mg", "active", "placebo", 'class="answer"'):
            assert telling not in text, telling
        assert browser.get(f"/people/{person.pk}/report.pdf").status_code == 404
    assert Trial.objects.get(pk=trial.pk).status == Trial.Status.FINISHED
