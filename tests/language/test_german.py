"""A whole German verdict: nothing English left, nothing else changed."""

import gettext
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from html import unescape
from pathlib import Path
from typing import Any

import polib
import pypdf
import pytest
from conftest import TODAY, kinds, read
from rich.console import Console

import lodose.language
from lodose.language import speaking
from lodose.report import notebook_html, print_terminal
from lodose.report.charts import diary_chart, effect_chart, periods_chart
from lodose.report.drawing import WIDTHS, svg
from lodose.report.method import CENT
from lodose.report.pdf import _compiled, pdf_bytes, report_data
from lodose.report.sensitivity import sensitivity_chart
from lodose.trial import Protocol
from lodose.verdict import Verdict, to_dict

HOLE = re.compile(r"\{\w+[^}]*\}")
IN_BOTH = ("Lodose", "default", "compiled", "diary.csv")


def of_the_person(protocol: Protocol) -> list[str]:
    """What the person wrote: it stays in their own language."""
    texts = [protocol.question, protocol.treatment.active, protocol.treatment.comparator]
    texts += [text for outcome in protocol.outcomes for text in (outcome.label, outcome.name)]
    texts += [outcome.unit for outcome in protocol.outcomes if outcome.unit]
    texts += [medicine.name for medicine in protocol.medicines]
    texts += [re.sub(r",? ?\d+ to \d+$", "", text) for text in texts]
    texts += [text[:1].upper() + text[1:] for text in texts]
    return sorted(texts, key=len, reverse=True)


def without(text: str, pieces: list[str]) -> str:
    text = " ".join(text.replace("\xad", "").split())
    for piece in (*pieces, CENT, *IN_BOTH):
        text = text.replace(" ".join(piece.split()), " # ")
    return text


def english_sentences(german: polib.POFile) -> list[re.Pattern[str]]:
    """Every English sentence of the catalogue, whatever is filled in."""
    if not _SENTENCES:
        _SENTENCES.extend(_english_sentences(german))
    return _SENTENCES


_SENTENCES: list[re.Pattern[str]] = []


def _english_sentences(german: polib.POFile) -> Iterator[re.Pattern[str]]:
    said = " ".join(text for e in german for text in (e.msgstr, *e.msgstr_plural.values()))
    both = set(re.findall(r"\w+", HOLE.sub(" ", said)))
    for entry in german:
        for english in filter(None, (entry.msgid, entry.msgid_plural)):
            pieces = HOLE.split(english)
            if set(re.findall(r"\w+", " ".join(pieces))) <= both:
                continue  # "in {number}": a German sentence may hold these words too
            # A hole at either end needs nothing to match.
            kept = [" ".join(piece.split()) for piece in pieces if piece.strip()]
            whole = [rf"(?<!\w)(?=\S){re.escape(piece)}(?!\w)" for piece in kept]
            yield re.compile(".{1,90}?".join(whole))


def left_in_english(text: str, german: polib.POFile) -> list[str]:
    return [
        f"{pattern.pattern!r}: ...{text[max(0, found.start() - 30) : found.end() + 30]}..."
        for pattern in english_sentences(german)
        if (found := pattern.search(text))
    ]


def command(*arguments: str | Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "lodose", "verdict", *map(str, arguments)],
        capture_output=True,
        encoding=variables.get("PYTHONIOENCODING", "utf-8"),
        check=False,
        timeout=300,
        env={**os.environ, "COLUMNS": "100", **variables},
    )


def test_the_net_catches_english(german: polib.POFile) -> None:
    assert left_in_english("Only 8 periods have days written down: one unusual period", german)
    assert left_in_english("Schmerz 3 of 14", german)
    assert left_in_english("Page 1 of 5", german)
    assert not left_in_english("Nur 8 Phasen haben Einträge. Seite 1 von 5", german)


@pytest.mark.interface
def test_the_command_speaks_german_in_terminal_and_pdf(
    example: Path, german: polib.POFile, tmp_path: Path
) -> None:
    pdf = tmp_path / "report.pdf"
    day = ("--today", TODAY.isoformat())
    run = command(example / "diary.csv", *day, "--language", "de", "--pdf", pdf)
    assert run.returncode == 0, run.stderr
    plan = lodose.read_protocol(example / "protocol.toml")
    own = [*of_the_person(plan), str(pdf)]
    printed = without(run.stdout, own)
    assert "Ergebnis: " in printed
    assert "Ihre Ärztin oder Ihr Arzt entscheidet" in printed
    assert not left_in_english(printed, german)
    reader = pypdf.PdfReader(pdf)
    assert reader.trailer["/Root"]["/Lang"].startswith("de")
    assert reader.metadata is not None
    assert reader.metadata.title == "Behandlungsbericht"
    assert reader.pages[1].extract_text().startswith("Für die Ärztin oder den Arzt")
    text = without(" ".join(page.extract_text() for page in reader.pages), own)
    assert "Abbildung 1" in text
    assert not left_in_english(text, german)
    spoken = [str(e["/Alt"]) for e in pictures(reader)]
    assert spoken
    assert not left_in_english(without(" ".join(spoken), own), german)


def pictures(reader: pypdf.PdfReader) -> Iterator[pypdf.generic.DictionaryObject]:
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, pypdf.generic.ArrayObject):
            waiting.extend(element)
        elif isinstance(element, pypdf.generic.DictionaryObject):
            if element.get("/S") == "/Figure" and "/Alt" in element:
                yield element
            if "/K" in element:
                waiting.append(element["/K"])


@pytest.mark.interface
def test_english_is_the_default_and_a_language_that_is_not_spoken_is_refused(
    helps: Path, tmp_path: Path
) -> None:
    day = ("--today", TODAY.isoformat())
    plain, asked = (
        command(helps / "diary.csv", *day, *language) for language in ((), ("--language", "en"))
    )
    assert plain.returncode == 0
    assert plain.stdout == asked.stdout
    assert "Verdict: helps" in plain.stdout
    run = command(helps / "diary.csv", *day, "--language", "tlh", "--pdf", tmp_path / "a.pdf")
    assert run.returncode == 2
    assert "'tlh' is not spoken" in run.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.interface
def test_an_old_terminal_gets_german_that_it_can_print(helps: Path) -> None:
    day = ("--today", TODAY.isoformat())
    plain = command(helps / "diary.csv", *day, "--language", "de", PYTHONIOENCODING="ascii")
    assert plain.returncode == 0, plain.stderr
    assert plain.stdout.isascii()
    assert "Ihre Aerztin oder Ihr Arzt entscheidet" in " ".join(plain.stdout.split())
    assert '"Schmerz"' in plain.stdout
    assert "?" not in plain.stdout.replace("ease my pain?", "")
    western = command(helps / "diary.csv", *day, "--language", "de", PYTHONIOENCODING="latin-1")
    assert "Für die Ärztin oder den Arzt" in western.stdout


@pytest.mark.interface
def test_a_fault_of_the_diary_is_named_in_german(helps: Path, tmp_path: Path) -> None:
    run = command(helps / "diary.csv", "--today", "2010-01-01", "--language", "de")
    assert run.returncode == 2
    assert "liegt nach heute, 01.01.2010. Berichtigen Sie das Datum" in run.stderr
    assert "Berichtigen Sie es in der Datei oder im Plan" in run.stderr


def test_only_sentences_change_and_never_keys_words_or_numbers(helps: Path) -> None:
    english = to_dict(read(helps))
    with speaking("de"):
        german = to_dict(read(helps))
    changed = set(differences(english, german))
    assert english["word"] == german["word"]
    named = {re.sub(r"\d+", "#", place) for place in changed}
    allowed = re.compile(
        r"wording\.|reason$|primary\.not_estimable|also_measured\.#\.not_estimable|"
        r".*priors\.#\.(label|prior)$|primary\.sensitivity\.#\.(label|changed|skipped)$"
    )
    assert not [place for place in named if not allowed.match(place)]
    assert any(place.startswith("wording.") for place in named)
    json.dumps(german, allow_nan=False)


def differences(one: Any, two: Any, place: str = "") -> Iterator[str]:
    if isinstance(one, dict) and isinstance(two, dict):
        assert list(one) == list(two), place
        for key in one:
            yield from differences(one[key], two[key], f"{place}.{key}".lstrip("."))
    elif isinstance(one, list) and isinstance(two, list):
        assert len(one) == len(two), place
        for index, (left, right) in enumerate(zip(one, two, strict=True)):
            yield from differences(left, right, f"{place}.{index}")
    elif one != two:
        yield place


# --- every text comes through the catalogue: said in a made-up language nothing Latin is left


class _Everything(gettext.NullTranslations):
    """Answers every sentence of the catalogue in letters that English does not have."""

    def __init__(self, known: set[str]) -> None:
        super().__init__()
        self.known = known

    def gettext(self, message: str) -> str:
        return foreign(message) if message in self.known else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def foreign(message: str) -> str:
    pieces = re.split(r"(\{\w+[^}]*\})", message)
    return "".join(p if i % 2 else re.sub("[A-Za-z]", "ж", p) for i, p in enumerate(pieces))


@pytest.fixture
def made_up(german: polib.POFile, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {e.msgid for e in german} | {e.msgid_plural for e in german if e.msgid_plural}
    monkeypatch.setattr(lodose.language, "catalogue", lambda language: _Everything(known))


ALLOWED = re.compile(
    r"\b(Lodose|PMID|page|pages|default|compiled|screening|quick|true|csv|diary|mg|cm|exp|"
    r"Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|"
    r"[0-9a-f]{64})\b"
)


def latin_left(text: str, protocol: Protocol) -> list[str]:
    return re.findall(
        r"[A-Za-zÄÖÜäöüß]{3,}", ALLOWED.sub("", without(text, of_the_person(protocol)))
    )


def shown(verdict: Verdict) -> dict[str, str]:
    """Every text that the report shows, in each of its forms."""
    out = io.StringIO()
    print_terminal(verdict, Console(file=out, width=300))
    data = report_data(verdict)
    charts = data.pop("charts")
    forms = {"terminal": out.getvalue(), "pdf": " | ".join(strings(data))}
    forms["descriptions"] = " | ".join(chart["alt"] for chart in charts.values())
    pages = notebook_html(verdict) + verdict._repr_html_()
    assert 'lang="de"' in pages
    forms["notebook"] = unescape(re.sub(r"<[^>]+>", " ", pages))
    makers = (diary_chart, periods_chart, effect_chart, sensitivity_chart)
    for make in makers:
        for width in WIDTHS:
            drawn = svg(make(verdict, width=width), width)
            words = [
                *re.findall(r">([^<>]+)</text>", drawn),
                *re.findall(r"aria-\w+=\"([^\"]+)", drawn),
            ]
            forms[f"{make.__name__} {width}"] = " | ".join(words)
    blinded = svg(diary_chart(verdict, blinded=True), 720)
    forms["blinded"] = " | ".join(re.findall(r">([^<>]+)</text>", blinded))
    return forms


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in {"language", "region", "first", "arms"}:
                yield from strings(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


@pytest.mark.usefixtures("made_up")
def test_every_text_of_an_example_comes_through_the_catalogue(example: Path) -> None:
    with speaking("de"):
        verdict = read(example)
        for form, text in shown(verdict).items():
            assert not latin_left(text, verdict.protocol), form


@pytest.mark.usefixtures("made_up")
@pytest.mark.parametrize("kind", kinds())
def test_every_text_of_rarer_trials_comes_through_the_catalogue(
    in_language: Callable[[str, str], Verdict], kind: str
) -> None:
    verdict = in_language(kind, "de")
    with speaking("de"):
        for form, text in shown(verdict).items():
            assert not latin_left(text.replace("tchy ears", ""), verdict.protocol), form


@pytest.mark.parametrize("kind", kinds())
def test_rarer_trials_leave_no_english_either(
    in_language: Callable[[str, str], Verdict], kind: str, german: polib.POFile
) -> None:
    verdict = in_language(kind, "de")
    own = [*of_the_person(verdict.protocol), "tchy ears"]
    with speaking("de"):
        for form, text in shown(verdict).items():
            assert not left_in_english(without(text, own), german), form


def test_the_template_says_nothing_of_its_own(
    in_language: Callable[[str, str], Verdict],
) -> None:
    with speaking("de"):
        data = report_data(in_language("everything", "de"))
    for name, chart in data["charts"].items():
        data["charts"][name] = {"svg": "", "alt": chart["alt"]}

    def blank(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: blank(inner, name) for name, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [blank(inner, key) for inner in value]
        kept = key in {"language", "region", "first", "arms", "svg"} or not isinstance(value, str)
        return value if kept or not value else "7"

    made = _compiled(json.dumps(blank(data)), built_in_fonts_only=True)
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages)
    # The typesetter counts figures and tables, in the language of the document.
    assert not re.findall(r"[A-Za-z]{2,}", re.sub("Tabelle|Abbildung", "", text))


def test_what_english_says_does_not_depend_on_what_was_spoken_before(helps: Path) -> None:
    before = asdict(read(helps).wording), pdf_bytes(read(helps))
    with speaking("de"):
        pdf_bytes(read(helps))
    assert (asdict(read(helps).wording), pdf_bytes(read(helps))) == before
