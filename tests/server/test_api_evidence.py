"""What is known through the API: the same as on the pages, without a token."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from lodose.evidence import read_evidence

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def test_the_claims_carry_the_origin_of_every_number(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        answer = Client().get("/api/v1/evidence/claims")
    assert answer.status_code == 200
    claims = answer.json()
    assert [one["id"] for one in claims] == list(read_evidence().claims)
    pain = Client().get("/api/v1/evidence/claims/pain").json()
    assert pain == claims[2]
    numbers = pain["opposition"][0]["numbers"]
    assert numbers[1]["reference"] == "final-2024#pain.value"
    assert numbers[1]["identifier"] == "doi:10.1016/S2665-9913(23)00278-3"
    assert numbers[1]["place"] == "abstract"
    assert "your prescriber decides" in pain["closing"]


def test_a_condition_has_every_study_figure_pool_and_the_chances() -> None:
    listed = Client().get("/api/v1/evidence/conditions").json()
    assert {one["id"] for one in listed} == set(read_evidence().conditions)
    for one in listed:
        page = Client().get(f"/api/v1/evidence/conditions/{one['id']}").json()
        assert len(page["studies"]) == one["studies"]
        for study in page["studies"]:
            assert study["links"]
            for figure in study["figures"]:
                assert figure["identifier"]
                assert figure["place"] in study["read"]
    fibromyalgia = Client().get("/api/v1/evidence/conditions/fibromyalgia").json()
    assert fibromyalgia["chances"]["active"]["in_100"] == 45
    assert len(fibromyalgia["pools"][0]["ways"]) == 7
    crohn = Client().get("/api/v1/evidence/conditions/crohn").json()
    assert crohn["chances"] is None


@pytest.mark.parametrize("address", ["claims/cure", "conditions/fibromyalgie"])
def test_what_is_not_known_is_not_there(address: str) -> None:
    answer = Client().get(f"/api/v1/evidence/{address}")
    assert answer.status_code == 404
    assert Client().post(f"/api/v1/evidence/{address}").status_code == 405
