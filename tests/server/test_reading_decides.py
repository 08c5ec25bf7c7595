"""Every page that advises about the treatment says that the prescriber decides."""

import html
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from server_support.people import check_in, make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

# Pages about whether, how much and how long, by the beginning of their address: a new one is found.
ABOUT_TREATMENT = (*("treatment/", "answer/", "screening/", "evidence/", "brief/", "red-flags/"),)
# Reached without a plan or periods they only say so; what they propose is held sentence by
# sentence in tests/language/test_reading_age.py. The daily questions are no advice.
NO_ADVICE = {"regimen-next", "questions"}
LEAST = {"treatment", "dose", "treatment-stop", "schedule", "answer", "screening", "evidence"}
DECIDES = re.compile(r"[Yy]our prescriber decides")


def addresses(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    """Every address of the server with its name."""
    for each in resolver.url_patterns:
        here = before + str(each.pattern)
        if isinstance(each, URLPattern):
            yield here, each.name or ""
        else:
            yield from addresses(each, here)


def pages(browser: Client) -> dict[str, str]:
    """What every page about the treatment says that opens without more in its address."""
    found = {}
    for path, name in addresses(get_resolver()):
        if not path.startswith(ABOUT_TREATMENT) or "<" in path or name in NO_ADVICE:
            continue
        shown = browser.get(f"/{path}")
        if shown.status_code == 200 and "html" in shown.headers["Content-Type"]:
            words = html.unescape(re.sub(r"<[^>]+>", " ", shown.content.decode()))
            found[name] = re.sub(r"\s+", " ", words)
    return found


def test_no_page_advises_without_saying_who_decides() -> None:
    person = make_person()
    check_in(person)
    found = pages(signed_in(person))
    assert set(found) >= LEAST
    silent = [name for name, words in found.items() if not DECIDES.search(words)]
    assert not silent, f"say that the prescriber decides on: {silent}"
