"""Every page in German for who prefers it: no sentence stays English, none is German in English."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import allauth
import django
import polib
import pytest
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

import lodose.server
from lodose.server.accounts.models import User
from lodose.server.records.models import CheckIn, Outcome
from server_support.crowd import Crowd, make_crowd

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

CATALOGUES = (
    Path(lodose.server.__file__).parent / "locale" / "de",
    Path(lodose.server.__file__).parents[1] / "locale" / "de",
    Path(allauth.__file__).parent / "locale" / "de",
    Path(django.__file__).parent / "conf" / "locale" / "de",
)
HOLE = re.compile(r"%\(\w+\)(?:\.\d+)?[sdfg]|\{\w+\}|%[sd]")
TAG = re.compile(r"</?\w+[^>]*>")
SPOKEN = {"aria-label", "title", "alt", "placeholder", "content"}
# Words that German does not have: what contains one was never put through the catalogue.
ENGLISH = re.compile(r"\b(the|and|your|you|not|this|of|is|are|from|has|have|or|on|to|it|no)\b")
# Made anew for each form, or the address of the page, or the language itself.
CHANGING = {"csrfmiddlewaretoken", "id", "next", "language", "viewport", "theme-color", "word"}
LETTER = re.compile(r"[^\W\d_]")
# Signing out by following a link would end the crawl; the API speaks JSON.
LEFT_OUT = ("accounts/logout/", "api/")


class Words(HTMLParser):
    """What a person reads or hears of a page; what is marked as English is left out."""

    VOID = frozenset(("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"))

    def __init__(self) -> None:
        super().__init__()
        self.language = ""
        self.pieces: list[str] = []
        self.silent: list[str] = []
        self.sent: set[tuple[str, ...]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang", "")
        self._note_what_is_sent(given)
        if tag in self.VOID:
            silent = bool(self.silent) or tag == "meta"
        else:
            starts = (
                tag in {"script", "style", "textarea"}
                or given.get("name") == "time_zone"  # hundreds of places
                or (tag != "html" and given.get("lang") == "en")
            )
            if self.silent or starts:
                self.silent.append(tag)
            silent = bool(self.silent)
        if not silent:
            self.pieces += [f" {given[name]} " for name in SPOKEN & set(given)]
            if tag not in {"a", "strong", "em", "code", "span"}:
                self.pieces.append(" ")

    def _note_what_is_sent(self, given: dict[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        numbers = [given.get(bound, "") for bound in ("min", "max", "step", "data-millilitres")]
        if name in CHANGING or (given.get("type", "") in {"text", ""} and LETTER.search(value)):
            value = ""
        if name:
            self.sent.add((name, value, *numbers))

    def handle_endtag(self, tag: str) -> None:
        if self.silent:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())


def words_of(response: HttpResponse) -> Words:
    words = Words()
    words.feed(response.content.decode())
    return words


def plain(text: str) -> str:
    return " ".join(TAG.sub("", text).replace("%%", "%").split())


@cache
def sentences(language: str) -> tuple[tuple[str, "re.Pattern[str]"], ...]:
    """Sentences of three words or more, the longest piece of each and what finds the whole."""
    found = {}
    for folder in CATALOGUES:
        for path in folder.glob("LC_MESSAGES/*.po"):
            for entry in polib.pofile(str(path)):
                english = [entry.msgid, entry.msgid_plural]
                german = [entry.msgstr, *entry.msgstr_plural.values()]
                if entry.obsolete or not any(german):
                    continue
                wanted, other = (english, german) if language == "en" else (german, english)
                for text in wanted:
                    if text and text not in other and len(HOLE.sub("", text).split()) >= 3:
                        found[plain(text)] = None
    patterns = []
    for text in found:
        pieces = HOLE.split(text)
        longest = max((piece.strip() for piece in pieces), key=len)
        if len(longest.split()) >= 2:
            whole = ".{0,120}?".join(map(re.escape, pieces))
            patterns.append((longest, re.compile(rf"(?<!\w){whole}(?!\w)")))
    return tuple(patterns)


def routes() -> Iterator[str]:
    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, prefix + str(pattern.pattern))
            else:
                yield prefix + str(pattern.pattern)

    for template in sorted(set(walk(get_resolver().url_patterns, ""))):
        if not template.startswith(LEFT_OUT) and "(?P" not in template:
            yield template.removesuffix("$").replace("^", "")


def address(template: str, crowd: Crowd) -> str:
    names = re.findall(r"<(?:\w+:)?(\w+)>", template)
    known = {"key": "a-key", "uidb36": "1", **crowd.objects}
    values = {**known, **crowd.values([name for name in names if name in crowd.objects], template)}
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values.get(found[1], "none"), template)


def pages(crowd: Crowd, language: str) -> Iterator[tuple[str, Words]]:
    """Every page of every role, with what was asked."""
    for role, client in crowd.insiders():
        for template in routes():
            response = client.get(
                address(template, crowd), headers={"Accept-Language": language}, follow=False
            )
            kind = response.headers.get("Content-Type", "")
            if kind.startswith("text/html") and not response.streaming:
                yield f"{role} /{template} {response.status_code}", words_of(response)


@pytest.fixture
def crowd() -> Crowd:
    """Everybody, with names and words of their own that are no English ones."""
    crowd = make_crowd()
    Outcome.objects.filter(name="pain").update(label="Schmerzen", mcid="1.5")
    CheckIn.objects.update(dose_micrograms=1500)
    for number, user in enumerate(User.objects.all()):
        user.username, user.display_name = f"konto{number}", f"Konto {number}"
        user.save()
    return crowd


def test_german_pages_speak_german_alone(crowd: Crowd) -> None:
    faults: dict[str, str] = {}
    asked = 0
    for place, words in pages(crowd, "de-DE,de;q=0.9,en;q=0.5"):
        asked += 1
        if not words.text:
            continue
        assert words.language == "de", place
        text = words.text
        for longest, pattern in sentences("en"):
            if longest in text and (found := pattern.search(text)):
                faults.setdefault(found.group(), place)
        for found in ENGLISH.finditer(text):
            around = text[max(0, found.start() - 40) : found.end() + 40]
            faults.setdefault(around, place)
    assert asked > 200
    assert faults == {}


def test_english_pages_speak_english_alone(crowd: Crowd) -> None:
    faults: dict[str, str] = {}
    for place, words in pages(crowd, "en-GB,en"):
        if words.text:
            assert words.language == "en", place
        for longest, pattern in sentences("de"):
            if longest in words.text and (found := pattern.search(words.text)):
                faults.setdefault(found.group(), place)
    assert faults == {}


def test_forms_send_the_same_in_every_language(crowd: Crowd) -> None:
    """A number that a machine reads keeps its point, whatever the page around it says."""
    english = {place: words.sent for place, words in pages(crowd, "en-GB,en")}
    german = {place: words.sent for place, words in pages(crowd, "de-DE,de")}
    assert english.keys() == german.keys()
    different = {
        place: (english[place] - german[place], german[place] - english[place])
        for place in english
        if english[place] != german[place]
    }
    assert different == {}
    assert any("1.5" in sent for words in german.values() for sent in words)
