"""Every address that the server answers, with its parameters."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def routes() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every address template with the names of its parameters."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, prefix + str(pattern.pattern))
            else:
                yield prefix + str(pattern.pattern)

    for template in walk(get_resolver().url_patterns, ""):
        yield template, tuple(re.findall(r"<(?:\w+:)?(\w+)>", template))


def address(template: str, values: dict[str, str]) -> str:
    """An address of a template."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], template)
