"""The server's sentences: all of them can be translated, and all of them are in German."""

import ast
import importlib.util
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import polib
import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.test import Client
from django.utils import translation

import lodose.server
from lodose.server.accounts.models import User
from lodose.server.operations.trust_page import _PAGES, _first_spoken
from lodose.server.records.models import Outcome
from lodose.server.records.outcomes import READY
from lodose.server.records.question_words import words_of
from server_support.people import check_in, make_person, signed_in

ROOT = Path(__file__).parents[2]
SERVER = Path(lodose.server.__file__).parent
GERMAN = SERVER / "locale" / "de" / "LC_MESSAGES" / "django.po"
GERMAN_OF_THE_LIBRARY = SERVER.parent / "locale" / "de" / "LC_MESSAGES" / "lodose.po"
TEMPLATES = sorted(path for path in SERVER.rglob("*") if path.suffix in {".html", ".txt"})
LETTERS = re.compile(r"[^\W\d_]{2}")
# Marks for programs, units, and a page outside Django that has a German one beside it.
NOT_WORDS = {
    "web/templates/mfa/webauthn/add_form.html": {"js_data"},
    "web/templates/web/diary_correct.html": {"mg"},
    "web/templates/web/today_form.html": {"mg"},
}
OUTSIDE_DJANGO = {"operations/trust.html", "operations/trust.de.html"}
# Where gettext is given something that is not written there: the table or words it comes from.
FROM_ELSEWHERE = {
    ("records/laboratory.py", "known.label"): "records/laboratory.toml",
    ("records/red_flags.py", "each.question"): "records/red_flags.toml",
    ("records/red_flags.py", "each.sign"): "records/red_flags.toml",
    ("records/red_flags.py", "each.title"): "records/red_flags.toml",
    ("records/red_flags.py", "text"): "action in records/red_flags.toml",
    ("records/side_effects.py", "name"): "COMMON in the same module",
    ("web/evidence.py", "title"): "_GROUPS in the same module",
    ("web/forms/receipt_page.py", "SEVERITY_WORDS[severity]"): "records/side_effects.py",
    ("web/views/diary/shared.py", "SEVERITY_WORDS[level]"): "records/side_effects.py",
    ("web/views/diary/item_forms.py", "each.label"): "records/laboratory.toml",
}


@pytest.fixture(scope="module")
def sentences() -> ModuleType:
    """The part of tools/messages that finds the server's sentences."""
    path = ROOT / "tools" / "server_sentences.py"
    spec = importlib.util.spec_from_file_location("server_sentences", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(SERVER / "locale", tmp_path / "locale")
    return tmp_path / "locale"


def messages(locale: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(ROOT / "tools" / "messages"), "--check", "--locale", str(locale)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.interface
def test_the_catalogue_is_whole_and_compiled() -> None:
    run = messages(SERVER / "locale")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.interface
@pytest.mark.parametrize(
    ("english", "german", "complaint"),
    [
        ("Kept on this phone", "", "not translated"),
        ("since %(day)s", "seit", "other placeholders than in the source"),
        ("since %(day)s", "seit %(tag)s", "other placeholders than in the source"),
        ('Written <span data-slot="time"></span>.', "Geschrieben.", "other tags"),
        ("Kept on this phone", '"hier" aufbewahrt', "not German quotation marks"),
        ("Kept on this phone", "Hier aufbewahrt", "django.mo is not what django.po compiles to"),
        (" or ", "oder", "space at the beginning differs"),
    ],
)
def test_what_is_wrong_with_a_translation_is_named(
    copied: Path, english: str, german: str, complaint: str
) -> None:
    path = copied / "de" / "LC_MESSAGES" / "django.po"
    po = polib.pofile(str(path), wrapwidth=99)
    entry = po.find(english)
    assert entry is not None
    entry.msgstr = german
    po.save()
    run = messages(copied)
    assert run.returncode == 1
    assert complaint in run.stdout


@pytest.mark.interface
def test_a_fuzzy_and_an_unknown_sentence_are_named(copied: Path) -> None:
    path = copied / "de" / "LC_MESSAGES" / "django.po"
    po = polib.pofile(str(path), wrapwidth=99)
    fuzzy, gone = po.find("Kept on this phone"), po.find("Not found")
    assert fuzzy is not None
    assert gone is not None
    fuzzy.flags.append("fuzzy")
    gone.msgid = "Never said"
    po.save()
    said = messages(copied).stdout
    assert "not translated: 'Kept on this phone'" in said
    assert "not in the catalogue: 'Not found'" in said
    assert "no longer in the source: 'Never said'" in said


def test_what_gettext_is_given_is_written_there_or_comes_from_a_known_table(
    sentences: ModuleType,
) -> None:
    found = set()
    for path in sorted(SERVER.rglob("*.py")):
        for call, kind in sentences.gettext_calls(path):
            if kind in {*sentences.ONE_FORM, *sentences.TWO_FORMS} and not sentences.literals(
                call.args[0], path
            ):
                found.add((path.relative_to(SERVER).as_posix(), ast.unparse(call.args[0])))
    assert found == set(FROM_ELSEWHERE)


def test_no_module_calls_gettext_in_a_way_that_is_not_found() -> None:
    """Through the module (``translation.gettext``) a sentence would be missed."""
    for path in sorted(SERVER.rglob("*.py")):
        assert not re.search(r"\w\.n?p?gettext(_lazy|_noop)?\(", path.read_text("utf-8")), path


class Bare(HTMLParser):
    """Letters that a person reads or hears and no tag of translation stands around."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_data(self, data: str) -> None:
        self._look(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"aria-label", "title", "alt", "placeholder", "data-label"}:
                self._look(value or "")

    def _look(self, text: str) -> None:
        if LETTERS.search(text):
            self.found.add(" ".join(text.split()))


def bare_words(source: str) -> set[str]:
    """The words of a template outside of translate, blocktranslate and comments."""
    outside, until = [], ""
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            name = token.contents.split()[0]
            if not until and name in {"blocktranslate", "blocktrans", "comment"}:
                until = f"end{name}"
            elif name == until:
                until = ""
        elif token.token_type == TokenType.TEXT and not until:
            outside.append(token.contents)
    parser = Bare()
    parser.feed("".join(outside))
    return parser.found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_says_a_word_that_cannot_be_translated(path: Path) -> None:
    name = path.relative_to(SERVER).as_posix()
    if name in OUTSIDE_DJANGO:
        return  # see the last test
    allowed = NOT_WORDS.get(name, set())
    found = bare_words(path.read_text("utf-8"))
    assert {text for text in found if not any(mark in text for mark in allowed)} == set()


def test_the_check_of_templates_finds_words() -> None:
    source = '{% translate "Yes" %}<p title="No title">{{ a }} {% if b %}Bare{% endif %}</p>'
    assert bare_words(source) == {"No title", "Bare"}


def test_scripts_say_nothing_of_their_own() -> None:
    """What they show stands in templates of the page, where it can be translated."""
    for path in sorted((SERVER / "web" / "static" / "web").glob("*.js")):
        if path.name.endswith(".min.js"):
            continue
        source = re.sub(r"/\*.*?\*/|^\s*//.*?$", "", path.read_text("utf-8"), flags=re.S | re.M)
        said = re.findall(r"""(["'`])((?:\\.|(?!\1).)*)\1""", source)
        spoken = [text for _quote, text in said if re.search(r"[a-z]{2,} [a-z]{2,} [a-z]+", text)]
        assert spoken == [], path.name


# Warnings whose strength must not be lost on the way ---------------------------------------------
WARNINGS = {
    "Do not start. Do not stop your pain medicine for this; talk first.": (
        r"Beginnen Sie nicht( mit Naltrexon)?\. "
        r"Setzen Sie (dafür Ihr Schmerzmittel|Ihr Schmerzmittel dafür) nicht ab[;.] "
        r"[Ss]prechen Sie zuerst (darüber|mit Ihrer Ärztin oder Ihrem Arzt)\."
    ),
    "Do not try to overcome the block: it can stop your breathing.": (
        r"Versuchen Sie nicht, die Blockade zu überwinden: Das kann Ihre Atmung zum Stillstand "
        r"bringen\."
    ),
}


def test_warnings_are_as_strong_wherever_they_stand() -> None:
    entries = [*polib.pofile(str(GERMAN)), *polib.pofile(str(GERMAN_OF_THE_LIBRARY))]
    for english, german in WARNINGS.items():
        met = [entry for entry in entries if english in entry.msgid]
        assert len(met) >= 2
        for entry in met:
            assert re.search(german, entry.msgstr), entry.msgid


def test_german_is_polite_and_claims_nothing() -> None:
    for entry in polib.pofile(str(GERMAN)):
        for text in (entry.msgstr, *entry.msgstr_plural.values()):
            assert not re.search(r"\b(du|dein\w*|dich|dir)\b|responder|beweis", text, re.I), text
            assert not re.search(r"\b(112|144|911|999)\b", text), "no number is invented"


# What decides the language -----------------------------------------------------------------------
@pytest.mark.django_db
def test_ready_questions_fit_where_they_are_kept_and_are_read_in_any_language() -> None:
    person = make_person()
    for spoken, _name in settings.LANGUAGES:
        for choice in READY:
            with translation.override(spoken):
                assert len(str(choice.label)) <= 120
                assert max(len(str(choice.low_label)), len(str(choice.high_label))) <= 40
                kept = Outcome(
                    person=person,
                    name=choice.name,
                    label=str(choice.label),
                    question=str(choice.question),
                    low_label=str(choice.low_label),
                    high_label=str(choice.high_label),
                )
            for reader, _name in settings.LANGUAGES:
                with translation.override(reader):
                    words = words_of(kept)
                    assert words.label == str(choice.label)
                    assert words.question == str(choice.question)
                    assert words.low_label == str(choice.low_label)
                    assert words.high_label == str(choice.high_label)
    own = Outcome(person=person, name="pain", label="Pain in my knee")
    with translation.override("de"):
        assert words_of(own).label == "Pain in my knee"


@pytest.mark.django_db
@pytest.mark.interface
def test_browser_then_cookie_then_account_decide() -> None:
    person = make_person()
    client = signed_in(person)
    german = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
    assert '<html lang="en"' in client.get("/more/").content.decode()
    assert (
        '<html lang="en"'
        in client.get("/more/", headers={"Accept-Language": "fr"}).content.decode()
    )
    assert '<html lang="de"' in client.get("/more/", headers=german).content.decode()

    client.post("/language/", {"language": "en", "next": "/more/"}, headers=german)
    assert '<html lang="en"' in client.get("/more/", headers=german).content.decode()
    assert User.objects.get(pk=person.user.pk).language == "", (
        "the browser's choice, not the account's"
    )

    User.objects.filter(pk=person.user.pk).update(language="de")
    assert '<html lang="de"' in client.get("/more/").content.decode()
    client.post("/language/", {"language": "en", "next": "/more/"}, headers=german)
    assert '<html lang="en"' in client.get("/more/", headers=german).content.decode()
    client.post("/language/", {"language": "xx", "next": "/more/"}, headers=german)
    assert User.objects.get(pk=person.user.pk).language == "en"


@pytest.mark.django_db
@pytest.mark.interface
def test_programs_are_told_what_is_wrong_in_their_language() -> None:
    person = make_person()
    client = signed_in(person)
    place = "/api/v1/people/00000000-0000-0000-0000-000000000000/"
    english = client.get(place)
    german = client.get(place, headers={"Accept-Language": "de"})
    assert english.status_code == german.status_code == 404
    assert english.json()["problem"] == "Not there."
    assert german.json()["problem"] == "Nicht vorhanden."


@pytest.mark.django_db
@pytest.mark.interface
def test_what_a_phone_keeps_is_in_the_language_that_it_reads_now() -> None:
    client = Client()
    english = client.get("/service-worker.js").content.decode()
    german = client.get("/service-worker.js", headers={"Accept-Language": "de"}).content.decode()
    assert 'LANGUAGE = "en"' in english
    assert 'LANGUAGE = "de"' in german
    version = re.compile(r'VERSION = "(\w+)"')
    assert version.findall(english) != version.findall(german), "the old cache goes"
    assert '"Accept-Language": LANGUAGE' in german
    manifest = client.get("/manifest.webmanifest", headers={"Accept-Language": "de"}).json()
    assert (manifest["name"], manifest["lang"]) == ("Tagebuch", "de")


@pytest.mark.django_db
@pytest.mark.interface
def test_numbers_and_days_are_written_as_germans_do_and_sent_as_machines_do() -> None:
    person = make_person()
    client = signed_in(person)
    german = {"Accept-Language": "de"}
    written = check_in(person, dose_micrograms=1500)
    day = f"/diary/{written.check_in.day:%Y-%m-%d}/"
    page = client.get(day, headers=german).content.decode()
    assert "1,5 mg" in page
    assert "1.5 mg" not in page
    on = written.check_in.day
    months = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
    assert f"{on.day}. {months.split()[on.month - 1]} {on.year}" in page
    assert '"1.5"' in client.get(f"{day}correct/", headers=german).content.decode()
    answer = client.post(
        "/today/",
        {"outcome-pain": "11,5", "id": "0b9c1a52-5d2f-4c0e-9a53-1f1b8e0f6a77"},
        headers=german,
    )
    assert answer.status_code == 422
    assert "11,5 liegt außerhalb von 0 bis 10." in answer.content.decode()


def test_the_page_outside_django_speaks_the_browsers_language() -> None:
    assert _first_spoken("de-CH,de;q=0.9,en;q=0.8") == "de"
    assert _first_spoken("fr,de;q=0.5") == "de"
    assert _first_spoken("en-GB,de") == _first_spoken("") == _first_spoken("fr") == "en"
    pages = [_PAGES[language].substitute(origin="o", fingerprint="f") for language in ("en", "de")]
    tags = [re.findall(r"</?\w+", page) for page in pages]
    assert tags[0] == tags[1]
