"""The front page: honest from the first line, every claim with figures and a source."""

import re

import pytest
from django.test import Client
from pytest_django import Settings

from lodose.server.web.claims import read_claims
from server_support.people import make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

IDENTIFIER = re.compile(r"doi:10\.\d{4,}/\S+|PMID \d+|NCT\d{8}|DailyMed set [0-9a-f-]{36}")


def test_it_is_honest_before_it_says_anything_else(settings: Settings) -> None:
    settings.SIGN_UP = "open"
    shown = Client().get("/").content.decode()
    main = shown[shown.index("<main") :]
    first = main.index("no better than placebo on average")
    assert first < main.index("Only repeated, blinded periods") < main.index("<h2")
    assert "Whether some people truly gain is not known" in main
    assert "your prescriber, who decides" in main
    assert "/accounts/signup/" in main
    for word in ("proves", "responder", "miracle", "cure"):
        assert not re.search(rf"\b{word}", main, re.IGNORECASE)


def test_each_claim_says_what_is_known_how_sure_and_how_to_find_out() -> None:
    shown = Client().get("/").content.decode()
    assert shown.count('<section class="card"') == len(read_claims()) == 6
    assert shown.count("How sure (the project’s judgement):") == 6
    assert shown.count("How you would find out for yourself") == 6
    # Figures of the two largest trials, as published.
    assert "0.34 points (from 0.27 worse to 0.95 better, 99 women)" in shown
    assert "0.49 points in favour of placebo (98 women)" in shown


@pytest.mark.parametrize("claim", read_claims(), ids=lambda claim: claim.name)
def test_every_source_names_an_identifier(claim: object) -> None:
    sources = getattr(claim, "sources", ())
    assert sources
    for source in sources:
        assert IDENTIFIER.search(source), source


def test_its_title_names_no_drug_and_a_closed_server_offers_no_sign_up() -> None:
    shown = Client().get("/").content.decode()
    title = re.search(r"<title>(.*?)</title>", shown, re.DOTALL)
    assert title is not None
    assert "naltrexone" not in title[1].casefold()
    assert "/accounts/signup/" not in shown[shown.index("<main") :]
    assert "by invitation" in shown


def test_somebody_signed_in_goes_on() -> None:
    shown = signed_in(make_person()).get("/").content.decode()
    main = shown[shown.index("<main") :]
    assert "Go on" in main
    assert "/accounts/login/" not in main
