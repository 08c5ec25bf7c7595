"""The hash of a protocol: recomputed by other means, fixed by literal, blind to spelling."""

import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodose.trial import Protocol, read_protocol
from lodose.trial.values import canonical_decimal

VECTORS = json.loads(Path(__file__).with_name("hash_vectors.json").read_text("utf-8"))


@pytest.mark.spec
@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_vectors(vector: dict[str, Any], tmp_path: Path) -> None:
    """TOML -> canonical JSON -> SHA-256, each written out in hash_vectors.json.

    The content is ASCII with short keys and no floats, so that plain sorted JSON of the written
    out object is RFC 8785 JSON, made here without the library that the package uses.
    """
    path = tmp_path / "protocol.toml"
    path.write_text("\n".join(vector["toml"]), encoding="utf-8")
    protocol = read_protocol(path)
    independent = json.dumps(vector["canonical"], sort_keys=True, separators=(",", ":")).encode()
    assert protocol.canonical_json() == independent
    assert hashlib.sha256(independent).hexdigest() == vector["sha256"]
    assert protocol.sha256 == vector["sha256"]


def test_vectors_differ() -> None:
    smallest, respelt, *others = (vector["sha256"] for vector in VECTORS["vectors"])
    assert smallest == respelt
    assert len({smallest, *others}) == 1 + len(others) > 2


SPELLINGS: list[dict[str, Any]] = [
    {"schema_version": 1},
    {"transition_days": 0, "long_gap_days": 7, "notes": "", "synthetic": False},
    {"outcomes": [{"name": "pain", "instrument": "pain-nrs", "mcid": Decimal("1.00")}]},
    {"outcomes": [{"instrument": "pain-nrs", "step": "1.0", "maximum": 10.0, "name": "pain"}]},
    {"priors": {"onset_at_once": Decimal("0.30"), "autocorrelation": [2.0, Decimal("2")]}},
    {"priors": {"level_sd": Decimal("3E0")}, "cuts": {}},
    {"title": "  Example "},
    {"question": "Does LDN help?"},
    {"blinding": {"guesses": []}, "medicines": []},
]


@pytest.mark.spec
@pytest.mark.parametrize("changes", SPELLINGS)
def test_the_spelling_leaves_no_trace(plain: dict[str, Any], changes: dict[str, Any]) -> None:
    expected = Protocol.model_validate(plain).sha256
    turned = dict(reversed(list({**plain, **changes}.items())))
    assert Protocol.model_validate(turned).sha256 == expected


CHANGES: list[dict[str, Any]] = [
    {"title": "Another"},
    {"transition_days": 1},
    {"outcomes": [{"name": "pain", "instrument": "pain-nrs", "mcid": Decimal("1.01")}]},
    {"priors": {"onset_at_once": Decimal("0.31")}},
    {"cuts": {"mcid_probability": Decimal("0.81")}},
    {"synthetic": True},
    {"time_zone": "Europe/Berlin"},
    {"blinding": {"guesses": [{"period": 1, "guess": "unsure"}]}},
]


@pytest.mark.spec
@pytest.mark.parametrize("changes", CHANGES)
def test_any_change_of_content_changes_the_hash(
    plain: dict[str, Any], changes: dict[str, Any]
) -> None:
    changed = Protocol.model_validate({**plain, **changes})
    assert changed.sha256 != Protocol.model_validate(plain).sha256


def test_a_protocol_survives_json(plain: dict[str, Any]) -> None:
    protocol = Protocol.model_validate(plain)
    assert Protocol.model_validate_json(protocol.canonical_json()) == protocol
    assert Protocol.model_validate_json(protocol.model_dump_json()).sha256 == protocol.sha256


def test_the_json_schema_asks_only_for_what_has_no_default() -> None:
    schema = Protocol.json_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["required"] == [
        "title",
        "design",
        "primary_outcome",
        "treatment",
        "outcomes",
        "periods",
    ]
    assert schema["$defs"]["Outcome"]["required"] == ["name"]
    json.dumps(schema)


@pytest.mark.property
@given(st.decimals(-(10**9), 10**9, places=6))
def test_a_decimal_has_one_spelling_and_keeps_its_value(number: Decimal) -> None:
    text = canonical_decimal(number)
    assert Decimal(text) == number
    assert canonical_decimal(Decimal(text)) == text
    assert canonical_decimal(number * Decimal("1.000")) == text
    assert canonical_decimal(number * 0) == "0"  # also of a negative number
    assert "E" not in text
    assert not (("." in text) and text.endswith(("0", ".")))
    assert text != "-0"


@pytest.mark.property
@given(st.floats(0.001, 9.0))
def test_a_float_counts_as_its_shortest_spelling(size: float) -> None:
    size = float(f"{size:.6g}")
    table = {
        "title": "T",
        "design": "before-after",
        "primary_outcome": "pain",
        "treatment": {"name": "LDN", "active": "a", "comparator": "b"},
        "outcomes": [{"name": "pain", "instrument": "pain-nrs", "mcid": size}],
        "periods": [
            {"start": "2026-01-01", "end": "2026-01-14", "arm": "comparator"},
            {"start": "2026-01-15", "end": "2026-01-28", "arm": "active"},
        ],
    }
    assert Protocol.model_validate(table).primary.mcid == Decimal(repr(size))
