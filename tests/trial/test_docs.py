"""docs/protocol.md and docs/diary.md say what the code does."""

import io
import re
from pathlib import Path
from typing import Any, get_args

from lodose.diary import read_diary, read_instruments
from lodose.diary.model import RemarkKind
from lodose.diary.reading import RESERVED_COLUMNS
from lodose.trial import Protocol, read_protocol

DOCS = Path(__file__).parents[2] / "docs"
PROTOCOL = (DOCS / "protocol.md").read_text("utf-8")
DIARY = (DOCS / "diary.md").read_text("utf-8")


def _block(text: str, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert found
    return found.group(1)


def _example(folder: Path) -> Protocol:
    path = folder / "protocol.toml"
    path.write_text(_block(PROTOCOL, "toml"), encoding="utf-8")
    return read_protocol(path)


def test_the_full_example_is_valid_and_shows_the_defaults(tmp_path: Path) -> None:
    example = _example(tmp_path)
    smallest = {
        "title": "T",
        "design": "before-after",
        "primary_outcome": "pain",
        "treatment": {"name": "n", "active": "a", "comparator": "b"},
        "outcomes": [{"name": "pain", "instrument": "pain-nrs"}],
        "periods": [
            {"start": "2026-01-01", "end": "2026-01-02", "arm": "comparator"},
            {"start": "2026-01-03", "end": "2026-01-04", "arm": "active"},
        ],
    }
    defaults = Protocol.model_validate(smallest)
    assert example.priors == defaults.priors
    assert example.cuts == defaults.cuts
    assert example.long_gap_days == defaults.long_gap_days


def test_every_field_stands_in_the_example() -> None:
    schema = Protocol.json_schema()
    parts: list[dict[str, Any]] = [schema, *schema["$defs"].values()]
    example = _block(PROTOCOL, "toml")
    absent = [
        name
        for part in parts
        for name in part.get("properties", {})
        if not re.search(rf"\b{name}\b", example)
    ]
    assert not absent


def test_the_diary_of_the_docs_can_be_read() -> None:
    diary = read_diary(io.StringIO(_block(DIARY, "csv")))
    assert diary.outcome_names == ("pain", "sleep")
    assert [entry.dose_micrograms for entry in diary.entries] == [4500, 4500, 0]


def test_every_column_and_instrument_stands_in_the_docs() -> None:
    assert not [name for name in RESERVED_COLUMNS if f"`{name}`" not in DIARY]
    assert not [name for name in read_instruments() if f"`{name}`" not in DIARY]


def test_the_docs_list_exactly_the_kinds_of_remark_that_there_are() -> None:
    table = DIARY.split("| remark |")[1].split("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    documented = {kind for cell in cells for kind in re.findall(r"`([a-z-]+)`", cell)}
    assert documented == set(get_args(RemarkKind))
