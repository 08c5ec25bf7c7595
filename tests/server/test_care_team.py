"""A person lets a prescriber in by a link, sees who looked, and sends them away."""

import datetime as dt
import re
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from lodose.server.accounts.models import Role
from lodose.server.audit.chain import verify
from lodose.server.audit.models import Chain, Event
from lodose.server.care import actions
from lodose.server.care.models import Grant, Invitation
from lodose.server.records.models import Person
from server_support.people import let_in, make_account, make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def invite(person: Person, **typed: str) -> str:
    """Make an invitation on the page and return the path of its link."""
    page = signed_in(person).post("/care/invite/", {"id": str(uuid.uuid4()), **typed})
    assert page.status_code == 200
    found = re.search(r'value="http://testserver(/join/care/[^"]+)"', page.content.decode())
    assert found is not None
    return found[1]


def kinds(person: Person) -> list[str]:
    """The kinds of the events in the person's chain, which must hold."""
    chain = Chain.objects.get(pk=person.chain_id)
    assert verify(chain) == []
    return list(chain.events.order_by("sequence").values_list("kind", flat=True))


def test_invite_accept_panel_and_page() -> None:
    person, prescriber = make_person("mira"), make_account(Role.PRESCRIBER, "dr")
    link, browser = invite(person), signed_in(prescriber)
    assert "mira" in browser.get(link).content.decode()
    assert not Grant.objects.exists()  # looking is not accepting
    accepted = browser.post(link)
    assert accepted.status_code == 302
    assert accepted.headers["Location"] == f"/people/{person.pk}/"
    assert browser.get(f"/people/{person.pk}/").status_code == 200
    assert f"/people/{person.pk}/" in browser.get("/panel/").content.decode()
    team = signed_in(person).get("/care/").content.decode()
    assert "dr" in team
    assert "your record" in team
    assert kinds(person)[1:] == ["care-invited", "care-joined", "looked"]


def test_a_link_that_does_not_hold_looks_the_same_whatever_happened_to_it() -> None:
    person = make_person()
    browser = signed_in(make_account(Role.PRESCRIBER, "dr"))
    spent, expired, withdrawn = invite(person), invite(person), invite(person)
    signed_in(make_account(Role.PRESCRIBER, "other")).post(spent)
    first, second, third = Invitation.objects.order_by("created_at")
    assert first.used_at is not None
    Invitation.objects.filter(pk=second.pk).update(expires_at=timezone.now())
    signed_in(person).post(f"/care/invitations/{third.pk}/end/")
    unknown = "/join/care/" + "x" * 43 + "/"
    for ask in (browser.get, browser.post):
        answers = {
            (
                answer.status_code,
                answer.content.decode().partition("<main")[2].partition("</main")[0],
            )
            for answer in map(ask, (spent, expired, withdrawn, unknown))
        }
        assert len(answers) == 1
        assert answers.pop()[0] == 404
    assert Grant.objects.count() == 1


def test_who_is_no_prescriber_reads_guidance_and_nobodys_name() -> None:
    person = make_person("mira")
    link = invite(person)
    unknown = "/join/care/" + "x" * 43 + "/"
    visitors = [
        Client(),
        signed_in(person),
        signed_in(make_person("other")),
        signed_in(make_account(Role.RESEARCHER)),
        signed_in(make_account(Role.ADMINISTRATOR)),
    ]
    for visitor in visitors:
        page, same = visitor.get(link), visitor.get(unknown)
        assert page.status_code == same.status_code == 200
        assert "prescriber" in page.content.decode()
        assert "mira" not in page.content.decode()
        assert visitor.post(link).status_code == 403
    assert f"?next={link}" in Client().get(link).content.decode()
    assert not Grant.objects.exists()
    assert signed_in(make_account(Role.PRESCRIBER)).post(link).status_code == 302


def test_withdrawn_access_ends_at_once_and_is_not_another_persons_to_end() -> None:
    person, other = make_person(), make_person("other")
    prescriber = make_account(Role.PRESCRIBER, "dr")
    grant = let_in(person, prescriber)
    browser = signed_in(prescriber)
    assert browser.get(f"/people/{person.pk}/").status_code == 200
    assert signed_in(other).post(f"/care/access/{grant.pk}/end/").status_code == 404
    assert browser.post(f"/care/access/{grant.pk}/end/").status_code == 404
    assert browser.get(f"/people/{person.pk}/").status_code == 200
    assert signed_in(person).post(f"/care/access/{grant.pk}/end/").status_code == 302
    assert browser.get(f"/people/{person.pk}/").status_code == 404
    assert str(person.pk) not in browser.get("/panel/").content.decode()
    assert signed_in(person).post(f"/care/access/{grant.pk}/end/").status_code == 404
    assert "Access that ended" in signed_in(person).get("/care/").content.decode()
    # Who was sent away may be let in again.
    assert browser.post(invite(person)).status_code == 302
    assert browser.get(f"/people/{person.pk}/").status_code == 200


def test_an_invitation_is_withdrawn_by_its_person_only() -> None:
    person, other = make_person(), make_person("other")
    invite(person, note="Surgery by the river")
    (invitation,) = Invitation.objects.all()
    assert "Surgery by the river" in signed_in(person).get("/care/").content.decode()
    end = f"/care/invitations/{invitation.pk}/end/"
    assert signed_in(other).post(end).status_code == 404
    assert signed_in(person).get(end).status_code == 405
    assert signed_in(person).post(end).status_code == 302
    assert signed_in(person).post(end).status_code == 404
    assert "Surgery by the river" not in signed_in(person).get("/care/").content.decode()


def test_the_link_is_shown_once_and_only_its_hash_is_kept() -> None:
    person, form = make_person(), {"id": str(uuid.uuid4())}
    browser = signed_in(person)
    shown = browser.post("/care/invite/", form)
    assert 'class="qr"' in shown.content.decode()
    found = re.search("/join/care/([^/]+)/", shown.content.decode())
    assert found is not None
    again = browser.post("/care/invite/", form, follow=True)
    assert "/join/care/" not in again.content.decode()
    assert "shown once" in again.content.decode()
    (invitation,) = Invitation.objects.all()
    assert found[1] not in str(invitation.__dict__)
    assert found[1] not in str(list(Event.objects.values_list("details", flat=True)))
    until = invitation.expires_at - invitation.created_at
    assert dt.timedelta(days=13, hours=23) < until <= dt.timedelta(days=14)


def test_what_cannot_be_an_invitation_is_refused_and_what_was_typed_is_kept() -> None:
    person = make_person()
    browser = signed_in(person)
    long = browser.post("/care/invite/", {"id": str(uuid.uuid4()), "note": "y" * 81})
    assert long.status_code == 422
    assert "y" * 81 in long.content.decode()
    assert browser.post("/care/invite/", {"id": "nonsense"}).status_code == 404
    assert not Invitation.objects.exists()
    for _ in range(10):
        invite(person)
    eleventh = browser.post("/care/invite/", {"id": str(uuid.uuid4()), "note": "one more"})
    assert eleventh.status_code == 422
    assert "one more" in eleventh.content.decode()
    assert Invitation.objects.count() == 10


def test_missed_days_are_shown_only_where_the_person_says_so() -> None:
    person = make_person()
    let_in(person, make_account(Role.PRESCRIBER))
    browser = signed_in(person)
    assert not Person.objects.get().share_missed_days
    browser.post("/care/missed-days/", {"share": "yes"})
    assert Person.objects.get().share_missed_days
    browser.post("/care/missed-days/", {"share": "no"})
    assert not Person.objects.get().share_missed_days
    assert kinds(person)[-2:] == ["missed-days-shared", "missed-days-kept"]


def test_a_prescriber_who_has_access_does_not_spend_a_second_link() -> None:
    person, prescriber = make_person(), make_account(Role.PRESCRIBER, "dr")
    let_in(person, prescriber)
    link = invite(person)
    assert signed_in(prescriber).post(link).status_code == 302
    assert Grant.objects.count() == 1
    assert signed_in(make_account(Role.PRESCRIBER, "other")).post(link).status_code == 302
    assert Grant.objects.count() == 2


def test_of_two_who_accept_at_once_one_finds_the_link_spent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = make_person()
    link = invite(person)
    second, lock = signed_in(make_account(Role.PRESCRIBER, "second")), actions.lock_chain

    def somebody_is_first(chain_id: uuid.UUID) -> Chain:
        monkeypatch.setattr(actions, "lock_chain", lock)
        assert second.post(link).status_code == 302
        return lock(chain_id)

    first = signed_in(make_account(Role.PRESCRIBER, "first"))
    monkeypatch.setattr(actions, "lock_chain", somebody_is_first)
    assert first.post(link).status_code == 404
    (grant,) = Grant.objects.all()
    assert grant.prescriber.username == "second"


@pytest.mark.parametrize("role", [Role.PRESCRIBER, Role.PHARMACIST, Role.ADMINISTRATOR])
def test_the_care_page_is_a_persons(role: Role) -> None:
    assert signed_in(make_account(role)).get("/care/").status_code == 404
    assert Client().get("/care/").headers["Location"].startswith("/accounts/login/")
    assert signed_in(make_person()).get("/care/").status_code == 200
