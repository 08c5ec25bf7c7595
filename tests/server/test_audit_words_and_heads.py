"""The chain as its owner reads it, its signed heads, and many writers at once."""

import re
from pathlib import Path

import pytest

import lodose.server
from lodose.server.access import access_person
from lodose.server.accounts.models import Role
from lodose.server.audit.chain import record, verify
from lodose.server.audit.models import Chain, Event, SignedHead
from lodose.server.audit.signing import public_key, sign_heads, verify_all
from lodose.server.audit.words import WORDS
from server_support.people import check_in, let_in, make_account, make_person, signed_in

SERVER = Path(lodose.server.__file__).parent


@pytest.mark.django_db
def test_who_looked_and_what_was_changed_in_plain_words() -> None:
    person, doctor = make_person(), make_account(Role.PRESCRIBER, "doctor")
    check_in(person, note="a note of my own")
    check_in(person, outcomes={"pain": "7"}, reason="mistyped")
    let_in(person, doctor)
    access_person(doctor, person.pk, looked_at="report")
    page = signed_in(person).get("/account/history/").content.decode()
    for words in (
        "Your record was opened.",
        "You made the check-in of",
        "was corrected: “mistyped”. The old one is kept.",
        "doctor opened the report of your answer.",
    ):
        assert words in page, words
    assert "a note of my own" not in page
    looks = signed_in(person).get("/account/history/?only=looks").content.decode()
    assert "doctor opened" in looks
    assert "corrected" not in looks


@pytest.mark.django_db
def test_nobody_else_reads_the_list_and_it_is_paged() -> None:
    person, other = make_person(), make_person("other")
    for _ in range(70):
        record(person.chain_id, "settings-changed", {})
    page = signed_in(person).get("/account/history/?page=2").content.decode()
    assert page.count("You changed your settings.") == 30
    assert "Page 2 of 3" in page
    assert (
        "You changed your settings."
        not in signed_in(other).get("/account/history/").content.decode()
    )
    assert signed_in(make_account(Role.PRESCRIBER)).get("/account/history/").status_code == 404


def test_every_kind_that_is_written_into_a_persons_chain_has_words() -> None:
    written = set()
    for path in SERVER.rglob("*.py"):
        text = path.read_text("utf-8")
        written |= set(re.findall(r'add_event\(\s*chain,\s*"([a-z-]+)"', text))
        written |= set(re.findall(r'\brecord\(\s*[\w.]*chain_id,\s*"([a-z-]+)"', text))
        for named in re.findall(r'f"\{(_KINDS)\[', text):
            kinds = re.search(named + r" = \{(.*?)\}", text, re.DOTALL)
            assert kinds is not None
            written |= {f"{each}-added" for each in re.findall(r': "([a-z-]+)"', kinds[1])}
    assert len(written) > 5
    assert written - set(WORDS) - {"deleted"} == set()


@pytest.mark.django_db
def test_a_signed_head_shows_what_the_chains_themselves_cannot() -> None:
    person = make_person()
    check_in(person)
    head = sign_heads()
    assert head.chains == Chain.objects.count()
    assert verify_all() == []
    check_in(person, outcomes={"pain": "7"})
    assert verify_all() == [], "what came later is no fault"
    # Somebody with the whole database drops the end of a chain and mends its head.
    Event.objects.filter(chain_id=person.chain_id, sequence__gt=1).delete()
    first = Event.objects.get(chain_id=person.chain_id)
    Chain.objects.filter(pk=person.chain_id).update(length=1, head=first.hash)
    assert verify(Chain.objects.get(pk=person.chain_id)) == []
    (fault,) = verify_all()
    assert "signed head" in fault.problem


@pytest.mark.django_db
def test_a_changed_signature_is_seen_and_the_key_is_the_servers_own() -> None:
    make_person()
    head = sign_heads()
    assert re.fullmatch(r"[0-9a-f]{64}", public_key())
    assert len(head.signature) == 128
    SignedHead.objects.update(chains=head.chains + 1)
    assert any("was changed" in fault.problem for fault in verify_all())
