"""A person's own pages: settings, devices, tokens, everything as one file; the administrator's."""

import io
import json
import re
import zipfile
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from lodose.server.accounts.actions import make_token, trust_device
from lodose.server.accounts.models import ApiToken, Role, SignInLink, TrustedDevice, User, digest
from lodose.server.audit.models import Event
from lodose.server.records.everything import rows_of
from lodose.server.records.models import DoseStep, Person, Trial, TrialPeriod
from server_support.people import (
    PASSWORD,
    check_in,
    let_in,
    make_account,
    make_person,
    signed_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def anew(browser: Client) -> Client:
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return browser


def test_every_page_of_a_person_is_theirs_and_no_other_roles() -> None:
    person = make_person()
    pages = ("more", "account/devices", "account/history", "account/download", "account/delete")
    for page in pages:
        assert signed_in(person).get(f"/{page}/").status_code == 200, page
        for role in (Role.PRESCRIBER, Role.ADMINISTRATOR, Role.RESEARCHER):
            user = User.objects.filter(role=role).first() or make_account(role)
            assert signed_in(user).get(f"/{page}/").status_code == 404, page
        unsigned = Client().get(f"/{page}/")
        assert unsigned.status_code == 302
        assert "/accounts/login/" in unsigned.headers["Location"]


def test_settings_are_kept_and_bad_ones_refused_with_what_was_typed() -> None:
    person = make_person("mira")
    browser = signed_in(person)
    good = {"display_name": "Mira", "language": "de", "time_zone": "Pacific/Auckland"}
    assert browser.post("/account/settings/", good).status_code == 302
    kept = Person.objects.select_related("user").get()
    assert (kept.user.display_name, kept.user.language) == ("Mira", "de")
    assert kept.time_zone == "Pacific/Auckland"
    bad = browser.post("/account/settings/", good | {"time_zone": "Mars/Base", "display_name": "M"})
    assert bad.status_code == 422
    assert b'value="M"' in bad.content
    kept.refresh_from_db()
    assert kept.time_zone == "Pacific/Auckland"
    assert User.objects.get().display_name == "Mira"


def test_a_device_is_listed_and_ended_by_its_owner_only() -> None:
    mira, noor = make_person("mira"), make_person("noor")
    trust_device(mira.user, "Phone, Firefox")
    device = TrustedDevice.objects.get()
    assert b"Phone, Firefox" in signed_in(mira).get("/account/devices/").content
    assert b"Phone, Firefox" not in signed_in(noor).get("/account/devices/").content
    assert signed_in(noor).post(f"/account/devices/{device.pk}/end/").status_code == 404
    device.refresh_from_db()
    assert device.revoked_at is None
    assert signed_in(mira).post(f"/account/devices/{device.pk}/end/").status_code == 302
    device.refresh_from_db()
    assert device.revoked_at is not None


def test_a_token_is_shown_once_kept_as_a_hash_and_ended_by_its_owner_only() -> None:
    mira, noor = make_person("mira"), make_person("noor")
    browser = anew(signed_in(mira))
    wanted = {"label": "export script", "scopes": ["read:diary"], "days": "30"}
    made = browser.post("/account/tokens/", wanted)
    secret = made.context["secret"]
    assert secret in made.content.decode()
    token = ApiToken.objects.get()
    assert (token.token_hash, token.scopes) == (digest(secret), ["read:diary"])
    listed = browser.get("/account/tokens/").content.decode()
    assert "export script" in listed
    assert secret not in listed
    assert signed_in(noor).post(f"/account/tokens/{token.pk}/end/").status_code == 404
    assert browser.post(f"/account/tokens/{token.pk}/end/").status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None


@pytest.mark.parametrize("scopes", [[], ["read:people"], ["everything"]])
def test_a_token_for_what_the_role_may_not_do_is_not_made(scopes: list[str]) -> None:
    browser = anew(signed_in(make_person()))
    answer = browser.post("/account/tokens/", {"label": "x", "scopes": scopes, "days": "30"})
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def archive(browser: Client) -> dict[str, bytes]:
    answer = browser.post("/account/download/")
    assert answer.status_code == 200
    name = answer.headers["Content-Disposition"]
    assert f'filename="data-{timezone.now():%Y-%m-%d}.zip"' in name
    with zipfile.ZipFile(io.BytesIO(answer.content)) as opened:
        return {each: opened.read(each) for each in opened.namelist()}


def test_the_archive_holds_everything_of_the_person_and_nothing_of_another() -> None:
    person, other = make_person("mira", email="mira@example.org"), make_person("noor")
    doctor = make_account(Role.PRESCRIBER, "doctor")
    check_in(person, outcomes={"pain": "4"}, note="first words")
    check_in(person, outcomes={"pain": "7"}, note="second words", reason="mistyped")
    check_in(other, note="of somebody else")
    let_in(person, doctor)
    secret = make_token(person.user, "script", ["read:diary"])
    files = archive(signed_in(person))
    assert {"README.txt", "diary.csv", "everything.json"} <= set(files)
    said = json.loads(files["everything.json"])
    assert said["check_ins"][0]["note"] == "second words"
    assert said["older_versions"][0]["content"]["note"] == "first words"
    assert said["care_team"][0]["name"] == "doctor"
    assert said["account"]["e_mail"] == "mira@example.org"
    assert [event["kind"] for event in said["what_happened"]][-1] == "downloaded"
    everything = b"".join(files.values())
    assert b"second words" in files["diary.csv"]
    for leak in ("of somebody else", secret, digest(secret), person.user.password):
        assert leak.encode() not in everything


def test_the_archive_of_a_person_without_an_entry_is_whole() -> None:
    files = archive(signed_in(make_person()))
    assert set(files) == {"README.txt", "everything.json"}


def test_a_sealed_trial_leaks_nothing_into_the_archive() -> None:
    person = make_person()
    check_in(person, dose_micrograms=4321)  # before the day was sealed
    check_in(person, dose_micrograms=4321, outcomes={"pain": "2"}, reason="mistyped")
    today = timezone.now().date()
    trial = Trial.objects.create(person=person, plan={"title": "x", "arms": "ARM"}, sealed=True)
    TrialPeriod.objects.create(
        trial=trial,
        number=1,
        first_day=today,
        last_day=today,
        kit="KIT-7",
        arm="active",  # should never be there: and even then
        dose_micrograms=4321,
    )
    DoseStep.objects.create(person=person, kind="start", from_day=today, dose_micrograms=4321)
    files = archive(signed_in(person))
    everything = b"".join(files.values())
    assert b"KIT-7" in everything
    # Hashes and numbers of rows may hold the four digits by chance: only by themselves they tell.
    assert not re.search(rb"(?<![0-9a-f-])4[.,]?321(?![0-9a-f-])", everything)
    for leak in (b'"active"', b"ARM", b'"arm": "'):
        assert leak not in everything, leak
    assert "report.pdf" not in files
    assert b"sealed" in files["README.txt"]
    Trial.objects.update(sealed=False, status="finished")
    (period,) = rows_of(person)["periods"]
    assert (period["arm"], period["dose_micrograms"]) == ("active", 4321), "after disclosure"


def administrator() -> Client:
    user = User.objects.filter(role=Role.ADMINISTRATOR).first()
    return signed_in(user or make_account(Role.ADMINISTRATOR, "boss"))


def test_the_administrator_sees_names_roles_and_days_and_nothing_of_health() -> None:
    person = make_person("mira", display_name="Synthetic person 1")
    check_in(person, note="a private note", outcomes={"pain": "7"})
    page = administrator().get("/administration/").content.decode()
    assert "Synthetic person 1" in page
    assert "never" in page
    for secret in ("a private note", "Pain", "naltrexone", str(person.pk)):
        assert secret not in page


@pytest.mark.parametrize("role", [Role.PERSON, Role.PRESCRIBER, Role.PHARMACIST, Role.RESEARCHER])
def test_nobody_else_administers(role: Role) -> None:
    other = make_person("other").user
    user = make_person("mira").user if role == Role.PERSON else make_account(role)
    browser = signed_in(user)
    assert browser.get("/administration/").status_code == 404
    assert browser.post("/administration/", {"role": "administrator"}).status_code == 404
    assert browser.post(f"/administration/{other.pk}/active/", {"active": "no"}).status_code == 404
    assert browser.post(f"/administration/{other.pk}/password/").status_code == 404
    other.refresh_from_db()
    assert other.is_active
    assert not SignInLink.objects.exists()


def test_an_invitation_is_shown_once_and_opens_an_account_with_its_role() -> None:
    browser = administrator()
    shown = browser.post("/administration/", {"role": "prescriber", "note": "ward 3"})
    link = shown.context["link"]
    assert "/join/" in link
    assert link not in browser.get("/administration/").content.decode()
    assert browser.post("/administration/", {"role": "king"}).status_code == 422
    assert Client().get(link.split("testserver")[1]).headers["Location"] == "/accounts/signup/"


def test_closing_an_account_ends_its_sessions_and_opening_it_lets_it_in_again() -> None:
    person = make_person("mira")
    session = signed_in(person)
    there = f"/administration/{person.user_id}/active/"
    administrator().post(there, {"active": "no"})
    assert session.get("/account/").status_code == 302
    administrator().post(there, {"active": "yes"})
    browser = Client()
    browser.post("/accounts/login/", {"login": "mira", "password": PASSWORD})
    assert browser.get("/account/").status_code == 200
    assert administrator().post(there, {"active": "maybe"}).status_code == 404
    own = User.objects.get(role=Role.ADMINISTRATOR)
    administrator().post(f"/administration/{own.pk}/active/", {"active": "no"})
    own.refresh_from_db()
    assert own.is_active, "nobody shuts themselves out"


def test_a_link_for_a_new_password_is_told_to_the_person() -> None:
    person = make_person("mira")
    shown = administrator().post(f"/administration/{person.user_id}/password/")
    assert "/enter/" in shown.context["link"]
    told = signed_in(person).get("/account/history/").content.decode()
    assert "A link that opens your account once was made" in told
    assert shown.context["link"].rsplit("/", 2)[1] not in str(
        list(Event.objects.values_list("details"))
    )


@pytest.mark.parametrize("role", [Role.PHARMACIST, Role.RESEARCHER])
def test_a_role_without_pages_is_told_so(role: Role) -> None:
    page = signed_in(make_account(role)).get("/home/")
    assert page.status_code == 200
    assert b"Nothing here yet" in page.content


def test_absent_and_forbidden_look_the_same_and_a_failure_repeats_nothing(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(make_person())
    absent, forbidden = browser.get("/no-such-page/"), browser.get("/administration/")
    assert absent.status_code == forbidden.status_code == 404
    shown = [
        page.content.decode().split("<main")[1].split("</main>")[0] for page in (absent, forbidden)
    ]
    assert shown[0] == shown[1]

    def fail(*_: object) -> None:
        raise ValueError("a private value")

    monkeypatch.setattr("lodose.server.web.views.own_data.everything_of", fail)
    browser.raise_request_exception = False
    failed = browser.post("/account/download/")
    assert failed.status_code == 500
    assert b"a private value" not in failed.content
    assert b"The fault is on this server" in failed.content
    assert "script-src 'self'" in failed.headers["Content-Security-Policy"]


def test_a_form_without_its_token_says_that_nothing_was_saved() -> None:
    person = make_person("mira")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person.user, backend="lodose.server.accounts.backends.Accounts")
    answer = browser.post("/account/settings/", {"display_name": "x"})
    assert answer.status_code == 403
    assert b"Nothing was saved" in answer.content


def test_the_privacy_page_says_where_how_long_and_how_to_be_rid_of_it(settings: Any) -> None:
    page = Client().get("/privacy/").content.decode()
    assert "Ask them when that is" in page
    settings.CONFIG = settings.CONFIG.model_copy(update={"backup_days": 35})
    browser = signed_in(make_person())
    assert "thrown away after 35 days" in Client().get("/privacy/").content.decode()
    assert "thrown away after 35 days" in browser.get("/account/delete/").content.decode()
    for words in ("Who sees it", "Backups", "Delete everything", "not encrypted"):
        assert words in page
