"""An opioid that is named among illnesses or plans is asked about, in several languages."""

import pytest

from lodose.screening.medicines import read
from lodose.screening.words import meanings


@pytest.mark.parametrize(
    "entered",
    [
        "Opioidabhängigkeit",
        "Heroinabhängigkeit",
        "toxicomanie aux opiacés",
        "on methadone",
        "chronic pain treated with morphine",
        "fibromyalgia opioid addicted",
        "back pain on fentanyl patch",
    ],
)
def test_it_is_asked_about(entered: str) -> None:
    _keys, unclear = meanings("condition", entered)
    assert [each.maybe_opioid for each in unclear] == [True]


@pytest.mark.parametrize(
    ("kind", "entered"),
    [
        ("condition", "low back pain"),
        ("condition", "Fibromyalgia, history of opioid dependence"),
        ("condition", "no opioid dependence"),
        ("condition", "migraine since 2010"),
        ("condition", "depression"),
        ("event", "knee replacement"),
        # An allergy is no reason to think that it is taken.
        ("allergy", "rash from morphine"),
    ],
)
def test_what_names_none_is_not(kind: str, entered: str) -> None:
    _keys, unclear = meanings(kind, entered)
    assert not any(each.maybe_opioid for each in unclear)


@pytest.mark.parametrize("hidden", ["\u200b", "\u00ad", "\u2060", "\ufeff"])
def test_signs_that_nobody_sees_hide_no_opioid(hidden: str) -> None:
    assert read(f"ibuprofen {hidden.join('tramadol')}").opioid
