"""The OpenAPI document, and a page that says the same in plain HTML.

``python -m lodose.server.api.document`` writes docs/openapi.json; a test holds the two equal.
"""

import json
import sys
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

PREFIX = "/api/v1/"


def document() -> dict[str, Any]:
    """Return the OpenAPI document as JSON values."""
    from lodose.server.api.application import api

    made: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=PREFIX)))
    return made


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show every operation, under the heading of its resource."""
    context = {"place": "account", "groups": _groups(document())}
    return render(request, "api/document.html", context)


def _groups(described: dict[str, Any]) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": operation["summary"],
                    "description": operation.get("description", ""),
                    "scopes": operation["x-scopes"],
                    "statuses": list(operation["responses"]),
                    "parameters": operation.get("parameters", []),
                    "fields": _fields(described, operation),
                }
            )
    return [{"title": title, "operations": found} for title, found in groups.items()]


def _fields(described: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of the body that an operation takes."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
    shape = described["components"]["schemas"].get(name, {})
    return [
        {
            "name": field,
            "required": field in shape.get("required", ()),
            "description": details.get("description", ""),
        }
        for field, details in shape.get("properties", {}).items()
    ]


def write(path: Path) -> None:
    """Write the document into a file."""
    text = json.dumps(document(), indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", "utf-8")


if __name__ == "__main__":  # pragma: no cover - run by whoever changes the API
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lodose.server.settings")
    django.setup()
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/openapi.json"))
