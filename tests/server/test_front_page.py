"""The front page: honest from the first line, every claim with figures and a source."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from lodose.evidence import read_evidence
from server_support.people import make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

CLAIMS = list(read_evidence().claims.values())


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


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_each_claim_says_what_is_known_how_sure_and_how_to_find_out(claim: object) -> None:
    shown = Client().get("/").content.decode()
    assert shown.count('<section class="card"') == len(CLAIMS) == 6
    parts = re.split(r'<section class="card"', shown)
    (part,) = [one for one in parts if f'id="claim-{claim.id}"' in one]  # type: ignore[attr-defined]
    for heading in (
        "What speaks for it",
        "What speaks against it",
        "How sure: the project’s judgement",
        "How you would find out for yourself",
    ):
        assert heading in part
    assert f'href="/evidence/claims/{claim.id}/"' in part  # type: ignore[attr-defined]
    assert re.search(r'href="https://(doi\.org|pubmed|clinicaltrials|dailymed)', part)


def test_the_figures_of_the_two_largest_trials_stand_there() -> None:
    shown = Client().get("/").content.decode()
    assert "FINAL, 99 women: 0.34 points less pain than on placebo" in shown
    assert "INNOVA, 98 women: 0.49 points more pain than on placebo" in shown
    assert 'href="/evidence/fibromyalgia/"' in shown
    assert 'href="/evidence/"' in shown


def test_a_visitor_costs_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = Client()
    with django_assert_num_queries(0):
        assert client.get("/").status_code == 200


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
