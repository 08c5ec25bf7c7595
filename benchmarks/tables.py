"""The figures as tables: in the terminal, and in docs/benchmarks.md between two marks.

    python -m benchmarks.tables            print them all
    python -m benchmarks.tables --write    put them into docs/benchmarks.md

Every ``benchmarks/results/*.json`` with ``title`` and ``rows`` is rendered; a row holds ``what``,
``figure``, ``unit``, ``bar``, ``passed`` and ``note``. The document holds a pair of marks for each
file, and only what stands between them is written.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from benchmarks.measure import RESULTS

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def read(folder: Path = RESULTS) -> dict[str, dict[str, Any]]:
    """All results that hold rows, by file name without its ending."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        content = json.loads(path.read_text("utf-8"))
        if isinstance(content, dict) and "rows" in content and "title" in content:
            found[path.stem] = content
    return found


def shown(figure: float | str | None) -> str:
    """A figure to three digits, thousands set apart."""
    if figure is None or isinstance(figure, str):
        return figure or "–"
    if figure == 0 or 1e-3 <= abs(figure) < 1000:
        return f"{figure:.3g}"
    return f"{figure:,.0f}" if abs(figure) >= 1000 else f"{figure:.2g}"


def outcome(row: dict[str, Any]) -> str:
    """Pass, MISS, or nothing where no bar was set."""
    passed = row.get("passed")
    if passed is None:
        return "–"
    return "pass" if passed else "**miss**"


def markdown(result: dict[str, Any]) -> str:
    """One result as a table, with what a reader needs to compare it."""
    lines = ["| what | bar | figure | | how |", "|---|---|---|---|---|"]
    for row in result["rows"]:
        figure = f"{shown(row['figure'])} {row.get('unit') or ''}".strip()
        cells = (row["what"], row.get("bar") or "–", figure, outcome(row), row.get("note") or "")
        lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    seeds = ", ".join(f"{name} {seed}" for name, seed in (result.get("seeds") or {}).items())
    facts = [f"Measured {result['measured']}"] if "measured" in result else []
    machine = result.get("machine") or {}
    if machine:
        packages = ", ".join(f"{k} {v}" for k, v in machine.get("packages", {}).items())
        facts.append(f"{machine['cores']} cores ({machine['processor']})")
        facts.append(f"Python {machine['python']}, {packages}")
        facts.append(f"engine {machine['engine'][:12]}")
    if seeds:
        facts.append(f"seeds: {seeds}")
    if facts:
        lines += ["", "; ".join(facts) + "."]
    return "\n".join(lines)


def filled(document: str, results: dict[str, dict[str, Any]]) -> str:
    """The document with every result between its marks."""
    for name, result in results.items():
        marks = re.compile(rf"(<!-- result {name} -->\n).*?(<!-- /result {name} -->)", re.DOTALL)
        table = markdown(result)
        document = marks.sub(lambda found, table=table: f"{found[1]}{table}\n{found[2]}", document)
    return document


def main(arguments: list[str] | None = None) -> int:
    """Print or write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put them into docs/benchmarks.md")
    options = parser.parse_args(arguments)
    results = read()
    if options.write:
        DOCUMENT.write_text(filled(DOCUMENT.read_text("utf-8"), results), "utf-8")
        return 0
    for result in results.values():
        print(f"\n{result['title']}")
        for row in result["rows"]:
            figure = f"{shown(row['figure'])} {row.get('unit') or ''}".strip()
            verdict = outcome(row).replace("**miss**", "MISS")
            print(f"  {verdict:5s} {row['what']:75s} {row.get('bar') or '':>8s}  {figure}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
