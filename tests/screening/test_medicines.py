"""Names of medicines as people type them, and what has to become of each."""

import csv
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodose.errors import LodoseError
from lodose.screening import near, recognise
from lodose.screening.medicines import build, index, read

TABLE = Path(__file__).with_name("medicines.csv")
ROWS = list(csv.DictReader(TABLE.read_text("utf-8").splitlines()))
OPIOIDS = [row for row in ROWS if row["kind"] != "vague" and row["expected"] in {"opioid", "ask"}]
OTHERS = [row for row in ROWS if row["expected"] in {"none", "unknown"}]


def outcome(entered: str) -> str:
    """Say "opioid" or "gut"; "ask" where it may be one; "unknown" or "none" where it is not."""
    found = recognise(entered)
    unclear = read(entered).unclear
    if found is not None:
        return found.kind
    if unclear is None:
        return "none"
    return "ask" if unclear.maybe_opioid else "unknown"


def test_there_are_two_hundred_of_every_kind() -> None:
    assert len(ROWS) >= 200
    assert len({row["entered"] for row in ROWS}) == len(ROWS)
    kinds = {row["kind"] for row in ROWS}
    assert kinds >= {"brand", "misspelling", "combination", "language", "strength", "form"}


@pytest.mark.spec
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["entered"])
def test_a_name_comes_out_as_the_table_says(row: dict[str, str]) -> None:
    assert outcome(row["entered"]) == row["expected"]
    reading = read(row["entered"])
    names = [each.name for each in reading.ingredients]
    if row["expected"] in {"ask", "unknown"}:
        assert reading.unclear is not None
        offered = [
            each.name
            for label in reading.unclear.offers
            for entry in index().entries.values()
            if entry.label == label
            for each in entry.ingredients
        ]
        assert not row["contains"] or row["contains"] in [*offered, *names]
    else:
        assert row["contains"] in names


def test_no_opioid_of_the_table_goes_unnoticed(screened) -> None:
    """Sensitivity: recognised, or asked about as a possible opioid, and never silently fine."""
    for row in OPIOIDS:
        found = screened(medicines=[{"name": row["entered"]}])
        stops = any(each.stops for each in found.findings)
        asked = any(each.maybe_opioid for each in found.unclear)
        assert stops or asked, row["entered"]


def test_nothing_else_of_the_table_is_taken_for_an_opioid(screened) -> None:
    for row in OTHERS:
        found = screened(medicines=[{"name": row["entered"]}])
        assert recognise(row["entered"]) is None, row["entered"]
        assert near(row["entered"]) is None, row["entered"]
        assert not any(each.rule.id.startswith("OPI-00") for each in found.findings)
        assert bool(found.unclear) == (row["expected"] == "unknown")
        assert not any(each.maybe_opioid for each in found.unclear)


def test_what_nobody_knows_is_told_and_near_names_are_offered() -> None:
    assert read("Foobarin 10 mg").unclear is not None
    assert read("ibuprofen + foobarin").unclear is not None
    assert read("").unclear is not None
    assert read("500 mg").unclear is not None
    unclear = read("Tramdol").unclear
    assert unclear is not None
    assert unclear.maybe_opioid
    assert unclear.offers[0] == "tramadol"
    hidden = read("ibuprofen and painkillers").unclear
    assert hidden is not None
    assert hidden.maybe_opioid
    for name in ("Hustensaft mit Codein", "codeine cough syrup", "fentanyl patch", "Actiq lozenge"):
        assert read(name).unclear is None, name
    harmless = read("ibuprofin plus").unclear
    assert harmless is not None
    assert (harmless.offers, harmless.maybe_opioid) == (("ibuprofen",), False)


def test_long_lasting_forms_and_cough_remedies_are_noticed() -> None:
    for name, long_acting, cough in (
        ("Tramadol retard 100", True, False),
        ("fentanyl patch", True, False),
        ("OxyContin", True, False),
        ("oxycodone", False, False),
        ("Hustensaft mit Codein", False, True),
        ("Euphon", False, True),
    ):
        reading = read(name)
        assert (reading.long_acting, reading.cough) == (long_acting, cough), name


def test_it_can_take_the_place_of_the_diarys_first_recogniser() -> None:
    """The same fields and the same answers, where that one had an answer."""
    for name, rule, kind in (
        ("Tramadol-HCl 50 mg", "OPI-002", "opioid"),
        ("paracetamol/codeine", "OPI-001", "opioid"),
        ("Loperamid", "OPI-008", "gut"),
        ("pholcodine", "OPI-009", "opioid"),
        ("Mitragyna speciosa", "OPI-007", "opioid"),
        ("loperamide and morphine", "OPI-001", "opioid"),
    ):
        found = recognise(name)
        assert found is not None
        assert (found.rule, found.kind) == (rule, kind)
    slip = near("tramdol")
    assert slip is not None
    assert slip.name == "tramadol"
    assert near("tramadol") is None


@pytest.mark.property
@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_and_nothing_unknown_is_passed_over(text: str) -> None:
    reading = read(text)
    assert reading.ingredients or reading.unclear is not None


@pytest.mark.property
@settings(deadline=None)
@given(st.sampled_from([row["entered"] for row in ROWS if row["expected"] == "opioid"]))
def test_case_and_accents_do_not_matter(entered: str) -> None:
    assert recognise(entered.upper()) == recognise(entered) == recognise(f"  {entered} 5 mg ")


def table() -> dict[str, Any]:
    return tomllib.loads((files("lodose.screening") / "medicines.toml").read_text("utf-8"))


def test_a_name_without_a_source_is_refused() -> None:
    whole = table()
    assert build(whole).entries.keys() == index().entries.keys()
    del whole["brand"][0]["source"]
    with pytest.raises(LodoseError, match="Valoron"):
        build(whole)
    whole = table()
    whole["brand"][0]["ingredients"] = ["unobtainium"]
    with pytest.raises(LodoseError, match="unobtainium"):
        build(whole)


def test_no_name_stands_for_two_things() -> None:
    from lodose.screening.medicines import key

    whole = table()
    seen: dict[str, str] = {}
    rows = [(name, "common") for name in whole["common"]["names"]]
    rows += [(name, row["group"]) for row in whole["class"] for name in row["names"]]
    rows += [
        (name, row["name"]) for row in whole["ingredient"] for name in (row["name"], *row["names"])
    ]
    rows += [
        (name, "+".join(row["ingredients"])) for row in whole["brand"] for name in row["names"]
    ]
    for name, meant in rows:
        assert seen.setdefault(key(name), meant) == meant, name


@pytest.mark.parametrize(
    ("entered", "treatment"),
    [
        ("naltrexone 4500 mcg", True),
        ("naltrexone 50000 micrograms", False),
        ("naltrexone 1.5.2026 mg", False),
        ("naltrexone since 1.5.2026, 3 mg", True),
    ],
)
def test_the_treatment_is_told_by_its_strength_and_a_date_is_none(
    entered: str, treatment: bool
) -> None:
    names = [each.name for each in read(entered).ingredients]
    assert ("low-dose naltrexone" in names) is treatment
    assert ("naltrexone" in names) is not treatment


def test_what_is_sold_with_an_opioid_too_is_known_without_one() -> None:
    for name in index().sold_with_opioids:
        assert read(name).unclear is None, name
        assert not read(name).opioid, name
        for sign in ("co {}", "{} comp", "{} 500/30", "{} #3"):
            assert outcome(sign.format(name)) in {"ask", "opioid"}, sign.format(name)
