"""No unverified number on a page: every page about evidence is walked, and a wrong one is seen."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client

from lodose.evidence import Evidence, read_evidence
from lodose.server.web import evidence as pages
from server_support.figures_walk import faults, main_of, numbers

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

EVIDENCE = read_evidence()
ADDRESSES = [
    "/",
    "/evidence/",
    *(f"/evidence/claims/{one}/" for one in EVIDENCE.claims),
    *(f"/evidence/{one}/" for one in EVIDENCE.conditions),
]


def page(address: str) -> str:
    response = Client().get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_number_has_its_record_its_identifier_and_its_place(address: str) -> None:
    assert faults(page(address), EVIDENCE) == []


def test_the_walk_reads_hundreds_of_numbers() -> None:
    assert sum(len(numbers(main_of(page(one)).text())) for one in ADDRESSES) > 1000


@pytest.mark.parametrize(
    ("address", "old", "new"),
    [
        # A sentence: another number, also one of the same study.
        ("/", "99 women: 0.34 points", "99 women: 0.35 points"),
        ("/evidence/claims/pain/", "99 women: 0.34 points", "99 women: 0.27 points"),
        ("/evidence/fibromyalgia/", "with 99 and 98 women", "with 98 and 99 women"),
        # A figure's row: another number of the same study, another place, no identifier.
        ("/evidence/fibromyalgia/", "41 of 49 (84 %)", "43 of 49 (84 %)"),
        ("/evidence/fibromyalgia/", "−0.34 points (−0.95", "−0.43 points (−0.95"),
        ("/evidence/fibromyalgia/", '">press, <a', '">abstract, <a'),
        ("/evidence/fibromyalgia/", '">press, <a', '"><a'),
        # What Lodose works out.
        ("/evidence/fibromyalgia/", "−0.04 (−0.53 to 0.45)", "−0.05 (−0.53 to 0.45)"),
        ("/evidence/fibromyalgia/", ">45</td>", ">46</td>"),
        ("/evidence/fibromyalgia/", "I² 61 %", "I² 16 %"),
        ("/evidence/fibromyalgia/", "0.03 (−5.21 to 5.27)", "0.03 (−0.21 to 0.27)"),
        # Sources beside a sentence.
        ("/evidence/claims/pain/", "https://doi.org/10.1016/", "https://doi.org/10.9999/"),
        # The list.
        ("/evidence/", 'data-label="Controlled trials">5<', 'data-label="Controlled trials">6<'),
        # A number that somebody puts beside nothing.
        ("/evidence/", "<h2>", "<p>It helps 70 % of people.</p><h2>"),
    ],
)
def test_a_page_that_is_changed_is_seen(address: str, old: str, new: str) -> None:
    shown = page(address)
    assert old in shown, f"{address} no longer says {old!r}"
    assert faults(shown.replace(old, new, 1), EVIDENCE) != []


@pytest.mark.parametrize("place", ["", " (full text)", " (press)"])
def test_a_sentence_without_its_place_is_seen(place: str) -> None:
    shown = page("/evidence/claims/pain/")
    start = shown.index("0.34 points less")
    changed = shown[:start] + shown[start:].replace(" (abstract)", place, 1)
    assert changed != shown
    found = faults(changed, EVIDENCE)
    assert found
    assert all("0.34 points less" in one for one in found)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Evidence], None]]:
    """Let the pages be written from other records."""

    def serve(evidence: Evidence) -> None:
        monkeypatch.setattr(pages, "read_evidence", lambda: evidence)
        for kept in (pages._claims, pages._condition, pages._written):
            kept.cache_clear()

    yield serve
    monkeypatch.undo()
    for kept in (pages._claims, pages._condition, pages._written):
        kept.cache_clear()


@pytest.mark.parametrize("field", ["value", "lower", "upper"])
def test_a_figure_changed_in_the_records_is_seen_on_the_page(
    served: Callable[[Evidence], None], field: str
) -> None:
    study = EVIDENCE.study("final-2024")
    figure = study.figures[0]
    spoilt = figure.model_copy(update={field: getattr(figure, field) - Decimal("0.01")})
    changed = study.model_copy(update={"figures": (spoilt, *study.figures[1:])})
    served(replace(EVIDENCE, studies={**EVIDENCE.studies, "final-2024": changed}))
    found = faults(page("/evidence/fibromyalgia/"), EVIDENCE)
    assert any("Pain, 0 to 10: change against placebo" in one for one in found), found


def test_a_sentence_changed_in_the_records_is_seen_on_the_page(
    served: Callable[[Evidence], None],
) -> None:
    claim = EVIDENCE.claim("pain")
    point = claim.opposition[0]
    wrong = point.model_copy(update={"text": re.sub("0.34", "0.43", point.text)})
    changed = claim.model_copy(update={"opposition": (wrong, *claim.opposition[1:])})
    served(replace(EVIDENCE, claims={**EVIDENCE.claims, "pain": changed}))
    assert faults(page("/evidence/claims/pain/"), EVIDENCE)
    assert faults(page("/"), EVIDENCE)
