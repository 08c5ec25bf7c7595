"""The document shows what was measured, and nothing else."""

import json
from pathlib import Path
from typing import Any

from benchmarks.measure import Row, at_least, at_most, write

from benchmarks import tables

ROWS = [at_most("a fit", 2.5, 4, "ms", "a | b"), at_least("ratio", 34.2, 120), Row("draws", 12345)]


def result(folder: Path) -> dict[str, Any]:
    write("speed", "Speed", ROWS, seeds={"data": 7}, folder=folder)
    (folder / "speed_data.json").write_text(json.dumps({"seed": 1}))
    return tables.read(folder)


def test_a_result_is_rendered_between_its_marks_and_nowhere_else(tmp_path: Path) -> None:
    before = "# Figures\n<!-- result speed -->\nold\n<!-- /result speed -->\nend\n"
    document = tables.filled(before, result(tmp_path))
    assert document.startswith("# Figures\n<!-- result speed -->\n| what | bar | figure |")
    assert document.endswith("<!-- /result speed -->\nend\n")
    assert "old" not in document
    assert "| a fit | ≤ 4 | 2.5 ms | pass | a \\| b |" in document
    assert "| ratio | ≥ 120 | 34.2 | **miss** |  |" in document
    assert "| draws | – | 12,345 | – |  |" in document
    assert "seeds: data 7" in document
    assert tables.filled(document, result(tmp_path)) == document


def test_the_document_has_not_drifted_from_the_results() -> None:
    results = tables.read()
    document = tables.DOCUMENT.read_text("utf-8")
    assert results
    for name in results:
        assert f"<!-- result {name} -->" in document, f"docs/benchmarks.md has no place for {name}"
    assert tables.filled(document, results) == document, "run: python -m benchmarks.tables --write"
