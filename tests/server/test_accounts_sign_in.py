"""The door: who gets in, how, and what an outsider learns by trying."""

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client, RequestFactory, override_settings

from lodose.server.accounts.actions import (
    invite_account,
    make_sign_in_link,
    open_account,
    set_active,
)
from lodose.server.accounts.invitations import (
    SESSION_KEY,
    InvitationSpentError,
    spend_invitation,
)
from lodose.server.accounts.models import AccountInvitation, Role, SignInLink, User, digest
from lodose.server.audit.chain import SERVER_CHAIN
from lodose.server.audit.models import Event
from lodose.server.records.models import Person
from server_support.people import PASSWORD, make_account, make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

NEW = {"password1": "a-quiet-new-lantern", "password2": "a-quiet-new-lantern"}


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def sign_in(name: str, password: str = PASSWORD) -> Client:
    browser = Client()
    browser.post("/accounts/login/", {"login": name, "password": password})
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/account/").status_code == 200


def events(kind: str) -> list[Event]:
    return list(Event.objects.filter(chain_id=SERVER_CHAIN, kind=kind))


def test_user_name_or_e_mail_opens_and_a_wrong_password_does_not() -> None:
    make_person("mira", email="mira@example.org")
    assert is_in(sign_in("mira"))
    assert is_in(sign_in("mira@example.org"))
    assert not is_in(sign_in("mira", "something else"))


def test_an_outsider_cannot_tell_a_wrong_password_from_an_unknown_name() -> None:
    make_person("mira", email="mira@example.org")
    closed = make_person("noor")
    set_active(closed.user, False)
    said = set()
    for name in ("mira", "nobody", "noor"):
        page = Client().post("/accounts/login/", {"login": name, "password": "wrong password"})
        said.add(page.content.decode().replace(name, "NAME").split("<main")[1].split("csrf")[0])
    assert len(said) == 1


def test_sign_in_gives_a_new_session_and_signing_out_ends_it() -> None:
    make_person("mira")
    browser = Client()
    browser.get("/join/unknown/")
    session = browser.session
    session["kept"] = "before"
    session.save()
    before = session.session_key
    browser.cookies["session"] = before
    browser.post("/accounts/login/", {"login": "mira", "password": PASSWORD})
    after = browser.cookies["session"].value
    assert after != before
    assert not Session.objects.filter(pk=before).exists()
    browser.post("/accounts/logout/")
    assert not Session.objects.filter(pk=after).exists()


@override_settings(SIGN_UP="invited")
def test_sign_up_needs_an_invitation_and_its_role_comes_from_the_link() -> None:
    refused = Client().post("/accounts/signup/", {"username": "mira", **NEW})
    assert b"by invitation" in refused.content
    assert not User.objects.exists()
    token = invite_account(None, Role.PRESCRIBER, "for the new colleague")
    browser = Client()
    assert browser.get(f"/join/{token}/").headers["Location"] == "/accounts/signup/"
    assert AccountInvitation.objects.get().used_at is None, "looking spends nothing"
    made = browser.post("/accounts/signup/", {"username": "mira", "role": "administrator", **NEW})
    assert made.status_code == 302, made.content.decode()
    assert User.objects.get().role == Role.PRESCRIBER
    invitation = AccountInvitation.objects.get()
    assert invitation.used_at is not None
    assert invitation.note == ""
    again = Client().get(f"/join/{token}/")
    assert again.status_code == 410
    assert b"does not work any more" in again.content


def test_one_link_opens_one_account_however_many_hold_it() -> None:
    token = invite_account(None, Role.PERSON)
    first, second = Client(), Client()
    first.get(f"/join/{token}/")
    second.get(f"/join/{token}/")
    assert second.get("/accounts/signup/").status_code == 200
    AccountInvitation.objects.update(note="x")
    assert first.post("/accounts/signup/", {"username": "first", **NEW}).status_code == 302
    late = second.post("/accounts/signup/", {"username": "second", **NEW})
    assert not User.objects.filter(username="second").exists()
    assert late.status_code in {200, 302}
    assert Person.objects.count() == 1


def test_two_who_send_the_form_in_the_same_moment_spend_the_link_once() -> None:
    token = invite_account(None, Role.PRESCRIBER)
    visitors = []
    for _ in range(2):  # both passed the check that the link still holds
        visitors.append(RequestFactory().post("/accounts/signup/"))
        visitors[-1].session = {SESSION_KEY: digest(token)}  # type: ignore[assignment]
    spent = spend_invitation(visitors[0])
    assert spent is not None
    assert spent.role == Role.PRESCRIBER
    with pytest.raises(InvitationSpentError):
        spend_invitation(visitors[1])


def test_an_invitation_shown_to_somebody_signed_in_is_not_spent() -> None:
    token = invite_account(None, Role.PERSON)
    page = signed_in(make_person("mira")).get(f"/join/{token}/")
    assert page.status_code == 200
    assert b"signed in already" in page.content
    assert AccountInvitation.objects.get().used_at is None


@override_settings(SIGN_UP="open")
def test_open_sign_up_makes_a_person_with_a_record_and_refuses_a_common_password() -> None:
    common = {"username": "mira", "password1": "password123", "password2": "password123"}
    refused = Client().post("/accounts/signup/", common)
    assert b"too common" in refused.content
    assert not User.objects.exists()
    short = {"username": "mira", "password1": "qzv8kd2", "password2": "qzv8kd2"}
    assert b"too short" in Client().post("/accounts/signup/", short).content
    assert Client().post("/accounts/signup/", {"username": "mira", **NEW}).status_code == 302
    assert Person.objects.get().user.role == Role.PERSON
    assert [event.details["role"] for event in events("account-opened")] == ["person"]


def test_a_first_password_link_is_spent_by_the_button_only_and_once() -> None:
    user = open_account("mira")
    token = make_sign_in_link(user, "first-password")
    scanner = Client()
    moved = scanner.get(f"/enter/{token}/")
    assert moved.headers["Location"] == "/enter/"
    assert token not in str(scanner.session.items())
    page = scanner.get("/enter/")
    assert page.status_code == 200
    assert token.encode() not in page.content
    assert SignInLink.objects.get().used_at is None
    browser = Client()
    browser.get(f"/enter/{token}/")
    entered = browser.post("/enter/")
    assert entered.headers["Location"] == "/accounts/password/set/"
    browser.post("/accounts/password/set/", NEW)
    assert is_in(sign_in("mira", NEW["password1"]))
    assert scanner.post("/enter/").status_code == 410, "it works once"
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"sign-in-link-made", "sign-in-link-used", "password-set", "signed-in"} <= kinds


def test_a_first_password_link_ends_the_old_password_and_its_sessions() -> None:
    user = make_person("mira").user
    elsewhere = sign_in("mira")
    browser = Client()
    browser.get(f"/enter/{make_sign_in_link(user, 'first-password')}/")
    browser.post("/enter/")
    assert not is_in(elsewhere)
    assert not is_in(sign_in("mira"))


def test_a_link_does_not_pass_the_second_factor_nor_open_a_closed_account() -> None:
    doctor = make_account(Role.PRESCRIBER)
    browser = Client()
    browser.get(f"/enter/{make_sign_in_link(doctor, 'first-password')}/")
    assert browser.post("/enter/").headers["Location"] == "/accounts/2fa/authenticate/"
    assert not is_in(browser)
    closed = make_person("noor").user
    token = make_sign_in_link(closed, "first-password")
    set_active(closed, False)
    other = Client()
    other.get(f"/enter/{token}/")
    assert other.post("/enter/").status_code == 410
    assert not is_in(other)


def test_a_demonstration_link_works_in_a_demonstration_only() -> None:
    user = make_person("mira").user
    browser = Client()
    browser.get(f"/enter/{make_sign_in_link(user, 'demonstration')}/")
    assert browser.post("/enter/").status_code == 410
    assert not is_in(browser)
    with override_settings(DEMONSTRATION=True):
        browser.get(f"/enter/{make_sign_in_link(user, 'demonstration')}/")
        assert browser.post("/enter/").headers["Location"] == "/home/"
        assert is_in(browser)


def test_without_mail_a_forgotten_password_says_whom_to_ask() -> None:
    page = Client().get("/accounts/password/reset/")
    assert b"lodose account link" in page.content
    assert b"administrator" in page.content
    assert b'name="email"' not in Client().get("/accounts/password/reset/").content
    assert b"sends no mail" in signed_in(make_person()).get("/accounts/email/").content


def test_with_mail_a_reset_says_the_same_for_every_address(
    settings: object, mailoutbox: list[object]
) -> None:
    config = settings.CONFIG.model_copy(update={"email_url": "smtp://localhost"})  # type: ignore[attr-defined]
    settings.CONFIG = config  # type: ignore[attr-defined]
    person = make_person("mira", email="mira@example.org")
    elsewhere = sign_in("mira")
    shown = set()
    for address in ("mira@example.org", "nobody@example.org"):
        asked = Client().post("/accounts/password/reset/", {"email": address}, follow=True)
        shown.add(asked.content.decode().split("<main")[1].split("</main>")[0])
    assert len(shown) == 1
    link = next(
        word
        for word in str(mailoutbox[0].body).split()
        if "/password/reset/key/" in word  # type: ignore[attr-defined]
    )
    assert "naltrexone" not in str(mailoutbox[0].body)  # type: ignore[attr-defined]
    browser = Client()
    there = browser.get(link, follow=True).redirect_chain[-1][0]
    browser.post(there, NEW)
    assert is_in(sign_in("mira", NEW["password1"]))
    assert not is_in(elsewhere)
    assert person.user.username == "mira"


def test_too_many_wrong_passwords_stop_an_account_and_too_many_tries_an_address() -> None:
    make_person("mira")
    for _ in range(5):
        sign_in("mira", "wrong password")
    assert not is_in(sign_in("mira")), "the right password comes too late"
    make_person("noor")
    assert is_in(sign_in("noor")), "another account at the same address still opens"
    for each in range(12):
        sign_in(f"nobody-{each}", "wrong password")
    assert not is_in(sign_in("noor"))


def test_security_events_hold_no_secret_and_no_name() -> None:
    make_person("mira", email="mira@example.org")
    sign_in("mira", "a wrong password")
    sign_in("typed my password here", "x")
    sign_in("mira")
    told = str(list(Event.objects.values_list("kind", "details")))
    assert len(events("sign-in-failed")) == 2
    assert len(events("signed-in")) == 1
    for secret in (PASSWORD, "a wrong password", "typed my password", "mira", "127.0.0.1"):
        assert secret not in told
