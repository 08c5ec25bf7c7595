"""The synthetic people: every state is there, and nothing of a sealed schedule."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from lodose.server.accounts.models import Role, User
from lodose.server.audit.models import Chain, Event
from lodose.server.audit.signing import verify_all
from lodose.server.care.attention import KINDS, attention_of
from lodose.server.care.models import Grant
from lodose.server.operations.demonstration import fill
from lodose.server.records.models import CheckIn, Person, Trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def links() -> list[tuple[str, str, str]]:
    return fill()


def person(number: int) -> Person:
    return Person.objects.select_related("user").get(user__username=f"person-{number}")


def test_everybody_is_labelled_synthetic_and_every_chain_verifies(
    links: list[tuple[str, str, str]],
) -> None:
    assert Person.objects.count() == 12
    assert not Person.objects.filter(synthetic=False).exists()
    assert all(user.shown_name.startswith("Synthetic ") for user in User.objects.all())
    assert CheckIn.objects.filter(received_at__gt=timezone.now()).count() == 0
    assert Event.objects.filter(kind="check-in-made").count() == CheckIn.objects.count() > 400
    assert Chain.objects.count() == 13
    assert verify_all() == []
    Event.objects.filter(kind="dose-decided").update(kind="dose-undecided")
    assert verify_all() != []


def test_every_state_of_the_panel_occurs(links: list[tuple[str, str, str]]) -> None:
    shared = Grant.objects.filter(withdrawn_at=None).values_list("person", flat=True)
    people = list(Person.objects.filter(pk__in=shared))
    assert len(people) == 11
    attention = attention_of(people)
    kinds = {item.kind for items in attention.values() for item in items}
    # A sealed trial that has ended and was not opened yet comes with the pharmacist's pages.
    # An opioid that screening raised needs no second word, and nobody here told of one besides.
    assert kinds == set(KINDS) - {"trial-ended", "opioid", "opioid-told"}
    assert attention[person(9).pk] == []
    assert attention[person(10).pk] == [], "nothing is missed in a pause"
    assert not Grant.objects.filter(person=person(11)).exists()


def test_the_running_blinded_trial_holds_kits_and_no_arm(
    links: list[tuple[str, str, str]],
) -> None:
    trial = Trial.objects.get(sealed=True)
    assert trial.status == Trial.Status.RUNNING
    for period in trial.periods.all():
        assert (period.arm, period.dose_micrograms) == ("", None)
        assert period.kit
    entries = CheckIn.objects.filter(person=trial.person)
    assert entries.count() > 20
    assert all(entry.kit and entry.dose_micrograms is None for entry in entries)
    said = json.dumps([trial.plan, list(trial.person.check_ins.values("note"))])
    assert "Truth" not in said
    assert "helps" not in said


def test_one_finished_trial_helps_and_one_disappoints(links: list[tuple[str, str, str]]) -> None:
    from lodose.server.records.bridge import diary_of, protocol_of
    from lodose.verdict import verdict

    words = {}
    for number in (1, 2):
        trial = Trial.objects.get(person=person(number))
        protocol = protocol_of(trial)
        assert protocol.sha256 == trial.protocol_hash
        today = protocol.last_day
        words[number] = verdict(diary_of(trial.person, trial=trial), protocol, today=today).word
    assert words[1] == "helps"
    assert words[2] in {"unlikely to help enough", "no meaningful difference"}


def test_each_role_has_a_link_that_holds_as_long_as_the_demonstration(
    links: list[tuple[str, str, str]], settings: object
) -> None:
    settings.DEMONSTRATION = True  # type: ignore[attr-defined]
    assert {title for title, _words, _address in links} == set(Role.values)
    for title, _words, address in links:
        path = "/" + address.split("/", 3)[3]
        for _twice in range(2):
            browser = Client()
            shown = browser.get(path, follow=True)
            assert shown.status_code == 200
            entered = browser.post(path, follow=True)
            assert entered.status_code == 200
            assert entered.wsgi_request.user.role == title


def test_outside_a_demonstration_such_a_link_opens_nothing(
    links: list[tuple[str, str, str]],
) -> None:
    path = "/" + links[0][2].split("/", 3)[3]
    browser = Client()
    assert browser.post(path, follow=True).status_code == 410
