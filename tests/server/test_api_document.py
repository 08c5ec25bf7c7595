"""The OpenAPI document: kept in the repository, readable as a page, free of third parties."""

import ast
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from django.test import Client

from lodose.server.api.document import document, write

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def test_the_document_in_the_repository_is_that_of_the_code(tmp_path: Path) -> None:
    write(tmp_path / "openapi.json")
    kept = (ROOT / "docs" / "openapi.json").read_text("utf-8")
    assert kept == (tmp_path / "openapi.json").read_text("utf-8"), (
        "Mend: python -m lodose.server.api.document"
    )
    assert Client().get("/api/v1/openapi.json").json() == json.loads(kept)


def test_every_operation_and_every_field_is_described() -> None:
    described = document()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (method, path)
            guarded = bool(operation["x-scopes"])
            assert {"401", "403", "404"} <= set(operation["responses"]) or not guarded
            assert bool(operation.get("security")) == guarded
            for each in operation.get("parameters", ()):
                assert each.get("description"), (method, path, each["name"])
    for name, shape in described["components"]["schemas"].items():
        assert shape.get("description"), name
        for field, details in shape.get("properties", {}).items():
            assert details.get("description"), (name, field)


def test_no_two_shapes_share_a_name() -> None:
    # The document keys them by name: the second would take the place of the first.
    names = [
        node.name
        for path in (ROOT / "src/lodose/server/api").glob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef)
    ]
    assert len(names) > 50
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_the_page_names_every_operation_and_loads_nothing_from_elsewhere() -> None:
    answer = Client().get("/api/v1/")
    assert answer.status_code == 200
    page = answer.content.decode()
    for path in document()["paths"]:
        assert path in page
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "<script>" not in page
    assert "prescriber decides" in page


@pytest.mark.parametrize("path", ["docs", "redoc", "swagger"])
def test_pages_that_load_scripts_from_other_companies_are_off(path: str) -> None:
    assert Client().get(f"/api/v1/{path}").status_code == 404


def test_the_guide_names_what_there_is() -> None:
    guide = (ROOT / "docs" / "api.md").read_text("utf-8")
    paths = set(document()["paths"])
    for found in re.findall(r"/api/v1(/[a-z-]+)", guide):
        assert any(path.startswith(f"/api/v1{found}") for path in paths) or found == "/openapi"
