"""What is known, as everybody reads it: pages, pictures, links, no account and no query."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from lodose.evidence import read_evidence
from lodose.server.records.brief import Written, keep_written
from server_support.crowd import make_crowd
from server_support.people import make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

EVIDENCE = read_evidence()
PAGES = [
    "/evidence/",
    *(f"/evidence/claims/{one}/" for one in EVIDENCE.claims),
    *(f"/evidence/{one}/" for one in EVIDENCE.conditions),
]


def page(address: str) -> str:
    response = Client().get(address)
    assert response.status_code == 200, address
    text = response.content.decode()
    return text[text.index("<main") : text.index("</main>")]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_open_says_who_decides_and_keeps_the_policy(
    address: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = Client().get(address)
    assert response.status_code == 200
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    text = response.content.decode()
    assert "your prescriber decides" in text
    main = text[text.index("<main") :]
    assert not re.search(r"\sstyle=|<style|<script(?! src)|\son\w+=", main)
    title = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
    assert title is not None
    assert title[1].strip() == "What is known · Diary"
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids)), "an id stands twice"
    for url in re.findall(r'href="(https?://[^"]+)"', main):
        assert re.match(
            r"https://(doi\.org/10\.|pubmed\.ncbi\.nlm\.nih\.gov/\d+/$|clinicaltrials\.gov/study/NCT"
            r"|dailymed\.nlm\.nih\.gov/|trialsearch\.who\.int/)",
            url,
        ), url


@pytest.mark.parametrize(
    "address", ["/evidence/fibromyalgie/", "/evidence/claims/cure/", "/evidence/claims/"]
)
def test_what_is_not_known_is_not_there(address: str) -> None:
    assert Client().get(address).status_code == 404
    assert Client().post("/evidence/").status_code == 405


def test_every_role_reads_the_same() -> None:
    shown = set()
    for _role, client in make_crowd().insiders():
        text = client.get("/evidence/fibromyalgia/").content.decode()
        shown.add(text[text.index("<h1") : text.index("</main>")])
    assert len(shown) == 1


def test_the_list_groups_conditions_and_says_where_no_trial_is() -> None:
    main = page("/evidence/")
    controlled = main.index("Conditions with a controlled trial")
    without = main.index("Conditions without a controlled trial")
    topics = main.index("Beside single conditions")
    assert controlled < main.index('href="/evidence/crohn/"') < without
    assert without < main.index('href="/evidence/me-cfs/"') < topics
    assert topics < main.index('href="/evidence/safety/"')
    assert main.count("/evidence/claims/") == 6
    for one in EVIDENCE.conditions:
        assert f'href="/evidence/{one}/"' in main


def test_a_condition_without_a_trial_says_so_first() -> None:
    main = page("/evidence/me-cfs/")
    assert main.index("No controlled trial of this was found.") < main.index("What was found")
    assert "No controlled trial" not in page("/evidence/fibromyalgia/")


def test_a_condition_says_what_was_found_how_sure_what_is_missing_and_every_study() -> None:
    main = page("/evidence/fibromyalgia/")
    order = [
        "What was found",
        "How sure: the project’s judgement",
        "What is missing",
        "What are the chances?",
        "The trials put together",
        "Printed figures that do not add up",
        "Side effects that these studies counted",
        "Every study",
        "your prescriber decides",
    ]
    places = [main.index(each) for each in order]
    assert places == sorted(places)
    for study in EVIDENCE.studies_of("fibromyalgia"):
        card = main[main.index(f'id="study-{study.id}"') :].partition("</section>")[0]
        for identifier, url in study.citation.links:
            assert identifier in card
            assert url in card
        for figure in study.figures:
            assert figure.label in card.replace("&#x27;", "'")
            assert f"{figure.place.value}, <a" in card


def test_the_chances_are_icons_a_table_and_words() -> None:
    main = page("/evidence/fibromyalgia/")
    icons = re.findall(r'<svg [^>]*viewBox="0 0 200 200".*?</svg>', main, re.DOTALL)
    assert [one.count('r="7" fill="#0b4f8a"') for one in icons] == [45, 28, 31]
    assert "45 of 100 people improved on it; it may be 32 to 59." in main
    assert "very low" in main[main.index("What are the chances?") :]
    assert "does not say what will happen to you" in main
    crohn = page("/evidence/crohn/")
    assert "What are the chances?" not in crohn
    assert "both counts could be read. That is not so here." in crohn


def test_trials_put_together_show_every_way_and_where_each_was_read() -> None:
    main = page("/evidence/fibromyalgia/")
    part = main[main.index("The trials put together") : main.index("Printed figures")]
    assert part.count("<svg") == 2
    for width in (340, 720):
        assert re.search(rf'<svg [^>]*width="{width}"', part)
    for way in ("DerSimonian-Laird", "Paule-Mandel", "modified Hartung-Knapp", "Bayesian"):
        assert way in part
    assert "I² 61 % (0 to 91)" in part
    assert "−0.04 (−0.53 to 0.45)" in part
    assert 'clinicaltrials.gov/study/NCT04739995">NCT04739995</a>' in part.replace(
        '" rel="noopener noreferrer', ""
    )
    assert "so none is drawn" in part  # of a funnel
    assert "Worked out by Lodose; not published." in part


def test_a_claim_weighs_both_sides_and_shows_how_to_find_out() -> None:
    main = page("/evidence/claims/pain/")
    assert main.index("Strongest support") < main.index("Strongest opposition")
    assert "How you would find out for yourself" in main
    assert "0.34 points less pain" in main


def test_the_pages_are_linked_from_where_people_are() -> None:
    clients = dict(make_crowd().insiders())
    newcomer = signed_in(make_person())
    for client, address in ((clients["person"], "/more/"), (newcomer, "/start/")):
        text = client.get(address).content.decode()
        assert 'href="/evidence/"' in text[text.index("<main") : text.index("</main>")], address
    for client, address in ((Client(), "/privacy/"), (clients["prescriber"], "/panel/")):
        text = client.get(address).content.decode()
        assert 'href="/evidence/"' in text[text.index("<footer") :], address


def test_the_illness_that_a_person_named_is_linked() -> None:
    person = make_person()
    client = signed_in(person)
    assert "/evidence/crohn/" not in client.get("/more/").content.decode()
    keep_written(person, Written(condition="crohn"))
    main = client.get("/more/").content.decode()
    assert 'href="/evidence/crohn/">What is known: Crohn' in main
