"""Pages and API reach rows only through ``lodose.server.access`` and the rooms."""

import ast
from pathlib import Path

import pytest

SERVER = Path(__file__).parents[2] / "src" / "lodose" / "server"
FACES = sorted(
    path
    for folder in ("web", "api")
    for path in (SERVER / folder).rglob("*.py")
    if "migrations" not in path.parts
)


def managers_in(source: str) -> list[int]:
    """Lines on which a model's manager, or a way around it, is used."""
    wrong = {"objects", "_default_manager", "_base_manager", "raw"}
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in wrong
    ]


def shortcuts_in(source: str) -> list[str]:
    wrong = {"get_object_or_404", "get_list_or_404", "connection", "connections"}
    return [
        alias.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django")
        for alias in node.names
        if alias.name in wrong
    ]


@pytest.mark.parametrize("path", FACES, ids=lambda path: str(path.relative_to(SERVER)))
def test_no_page_and_no_route_fetches_rows_itself(path: Path) -> None:
    source = path.read_text("utf-8")
    assert managers_in(source) == []
    # Readiness asks the database itself, and reads no row.
    if path.name != "health.py":
        assert shortcuts_in(source) == []


def test_the_rule_would_see_a_breach() -> None:
    assert managers_in("rows = Person.objects.get(pk=1)") == [1]
    assert shortcuts_in("from django.shortcuts import get_object_or_404")
    assert len(FACES) > 10
