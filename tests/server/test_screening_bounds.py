"""What one record may hold, and laboratory values that only seem to be fine."""

from decimal import Decimal

import pytest

from lodose.server.records.clock import today_of
from lodose.server.records.entries import EntryError
from lodose.server.records.items import add_item
from lodose.server.records.medicines import MOST_MEDICINES, Taken, add_medicine
from lodose.server.records.models import Laboratory, Medicine
from lodose.server.records.screening import screened
from server_support.people import make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def test_no_list_of_medicines_is_longer_than_anybody_needs() -> None:
    person = make_person("mira")
    Medicine.objects.bulk_create(
        Medicine(person=person, name="ibuprofen", opioid=False) for _ in range(MOST_MEDICINES - 1)
    )
    add_medicine(person, Taken("ibuprofen"))
    with pytest.raises(EntryError) as caught:
        add_medicine(person, Taken("ibuprofen"))
    assert "Remove what is over first" in caught.value.problems["name"]
    answer = signed_in(person).post("/diary/medicines/add/", {"name": "ibuprofen"})
    assert answer.status_code == 422
    assert Medicine.objects.filter(person=person).count() == MOST_MEDICINES


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "limit", "fires", "asks"),
    [
        ("alt", "300", "U/L", "40", True, False),
        ("alt", "5", "µkat/L", "0.8", True, False),
        ("alt", "0.5", "µkat/L", "0.8", False, False),
        # A limit in U/L beside a value in µkat/L: 5 µkat/L are 300 U/L.
        ("alt", "5", "µkat/L", "40", False, True),
        ("bilirubin", "5", "mg/dL", "21", False, True),
        ("SGPT", "300", "IU/L", "40", True, False),
        ("GPT (ALT)", "300", "U/L", "40", True, False),
        ("Alanine aminotransferase", "300", "U/L", "40", True, False),
        ("SGOT", "300", "U/L", "", False, True),
        ("ALT/AST ratio", "300", "-", "40", False, False),
    ],
)
def test_a_liver_value_is_judged_or_asked_about(
    analyte: str, value: str, unit: str, limit: str, fires: bool, asks: bool
) -> None:
    person = make_person("mira")
    add_item(
        Laboratory(
            person=person,
            day=today_of(person),
            analyte=analyte,
            value=Decimal(value),
            unit=unit,
            upper_limit=Decimal(limit) if limit else None,
        )
    )
    found = screened(person)
    assert any("upper limit" in fact for each in found.findings for fact in each.fired_by) == fires
    assert any(each.kind == "laboratory" for each in found.unclear) == asks
