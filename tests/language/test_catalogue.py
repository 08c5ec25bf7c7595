"""Every sentence of the source has its translation, with the same names in braces."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import polib
import pytest

from lodose.diary import read_instruments
from lodose.verdict import Word
from lodose.verdict.retold import MESSAGES, pattern_of
from lodose.verdict.table import WORDS, sentences

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "src" / "lodose" / "locale"


def messages(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(ROOT / "tools" / "messages"), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(LOCALE, tmp_path / "locale")
    return tmp_path / "locale"


@pytest.mark.interface
def test_the_catalogues_are_whole_and_compiled() -> None:
    run = messages("--check")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.interface
@pytest.mark.parametrize(
    ("english", "german", "complaint"),
    [
        ("not known yet", "", "not translated: 'not known yet'"),
        ("of {number}", "von {zahl}", "other names in braces than in the source: 'of {number}'"),
        ("of {number}", "von", "other names in braces than in the source: 'of {number}'"),
        (" Another side: {names}.", "Andere: {names}.", "space at the beginning differs"),
        ("harms", "schadet sehr", "lodose.mo is not what lodose.po compiles to"),
    ],
)
def test_a_translation_that_is_missing_or_wrong_is_named(
    copied: Path, english: str, german: str, complaint: str
) -> None:
    path = copied / "de" / "LC_MESSAGES" / "lodose.po"
    text = path.read_text("utf-8")
    entry = polib.pofile(str(path)).find(english)
    assert entry is not None
    old = f'msgid "{english}"\nmsgstr "{entry.msgstr}"'
    assert old in text
    path.write_text(text.replace(old, f'msgid "{english}"\nmsgstr "{german}"'), "utf-8")
    run = messages("--check", "--locale", copied)
    assert run.returncode == 1
    assert complaint in run.stdout


@pytest.mark.interface
def test_a_new_sentence_is_taken_up_and_an_old_one_dropped(copied: Path) -> None:
    path = copied / "de" / "LC_MESSAGES" / "lodose.po"
    whole = path.read_bytes()
    po = polib.pofile(str(path), wrapwidth=99)
    harms = po.find("harms")
    assert harms is not None
    harms.msgid = "hinders"
    po.save()
    run = messages("--check", "--locale", copied)
    assert run.returncode == 1
    assert "not in the catalogue: 'harms'" in run.stdout
    assert "no longer in the source: 'hinders'" in run.stdout
    run = messages("--locale", copied)
    assert (run.returncode, run.stdout) == (1, "de: not translated: 'harms'\n")
    path.write_text(
        path.read_text("utf-8").replace(
            'msgid "harms"\nmsgstr ""', 'msgid "harms"\nmsgstr "schadet"'
        ),
        "utf-8",
    )
    assert messages("--locale", copied).returncode == 0
    assert path.read_bytes() == whole
    compiled = Path("de", "LC_MESSAGES", "lodose.mo")
    assert (copied / compiled).read_bytes() == (LOCALE / compiled).read_bytes()


def test_the_whole_table_the_words_and_the_instruments_are_in_it(german: polib.POFile) -> None:
    known = {entry.msgid for entry in german}
    assert {text for rows in sentences().values() for text in rows.values() if text} <= known
    assert set(WORDS) == set(Word)
    assert all(WORDS[word] == word.value for word in Word)
    assert {tool.label for tool in read_instruments().values()} <= known
    assert {tool.mcid_source for tool in read_instruments().values()} <= known


def test_the_seven_words_are_the_agreed_ones_and_nothing_is_said_that_must_not_be(
    german: polib.POFile,
) -> None:
    said = {entry.msgid: entry.msgstr for entry in german}
    assert [said[word.value] for word in Word] == [
        "hilft",
        "hilft wahrscheinlich",
        "kein bedeutsamer Unterschied",
        "hilft wahrscheinlich nicht genug",
        "schadet wahrscheinlich",
        "schadet",
        "noch nicht bekannt",
    ]
    for english, text in said.items():
        assert not re.search(r"responder|beweis|\bdu\b|\bdein", text, re.IGNORECASE), text
        if "prescriber" in english and "decides" in english:
            # The verb may stand first: "Darüber entscheidet Ihre Ärztin oder Ihr Arzt."
            doctor = r"(Ihre Ärztin oder Ihr|[Dd]ie Ärztin oder der|Meine Ärztin oder mein) Arzt"
            assert re.search(f"{doctor} entscheidet|entscheidet {doctor}", text), english
        assert '"' not in text, "German quotation marks"
        assert text.count("„") == text.count("“"), text


# What other rooms say, and where: every message must be one that the verdict can say again.
OTHER_ROOMS = {
    "trial/audit.py": {"message"},
    "diary/days.py": {"message"},
    "diary/reading.py": {"message"},
    "inference/randomisation.py": {"NoRandomisationError"},
    "inference/paired.py": {"TooFewPeriodsError"},
    "inference/arrays.py": {"NotEstimableError"},
    "inference/estimate.py": {"NotEstimableError"},
}
FILLERS = ("7", "2026-03-01", "active")
CALLS = {
    "_days": ("day", "days"),
    "_columns": ("Column 'a' holds", "Columns 'a', 'b' hold"),
    "_mg": ("4.5 mg",),
}


def said_elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Where a message stands, and ways in which it may read."""
    for name, makers in OTHER_ROOMS.items():
        tree = ast.parse((ROOT / "src" / "lodose" / name).read_text("utf-8"))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            local = {
                target.id: node.value
                for node in ast.walk(function)
                if isinstance(node, ast.Assign)
                for target in node.targets
                if isinstance(target, ast.Name) and target.id not in makers
            }
            for node in ast.walk(function):
                for text in texts(node, makers):
                    yield f"{name}, line {text.lineno}", readings(text, local)


def texts(node: ast.AST, makers: set[str]) -> Iterator[ast.expr]:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        if node.targets[0].id in makers and not isinstance(node.value, ast.Call):
            yield node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in makers:
            yield node.args[0]
        elif node.func.id == "Remark" and not isinstance(node.args[2], ast.Name):
            yield node.args[2]


def readings(node: ast.AST, local: dict[str, ast.expr]) -> list[str]:
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.FormattedValue):
        return readings(node.value, local)
    if isinstance(node, ast.JoinedStr):
        return ["".join(parts) for parts in product(*(readings(v, local) for v in node.values))]
    if isinstance(node, ast.IfExp):
        return [*readings(node.body, local), *readings(node.orelse, local)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
        return list(CALLS[node.func.id])
    if isinstance(node, ast.Name) and node.id in local:
        found = local[node.id]
        if isinstance(found, (ast.JoinedStr, ast.IfExp)):
            return readings(found, {k: v for k, v in local.items() if k != node.id})
    return list(FILLERS)


def test_every_message_of_other_rooms_can_be_said_again_and_none_is_listed_in_vain() -> None:
    patterns = {template: pattern_of(template) for template in MESSAGES}
    used: set[str] = set()
    places = list(said_elsewhere())
    assert len(places) >= 25
    for place, ways in places:
        # An inference's message ends without its full stop where it stands inside a sentence.
        found = {
            template
            for way in {*ways, *(way.rstrip(".") for way in ways)}
            for template, pattern in patterns.items()
            if pattern.fullmatch(way)
        }
        assert found, f"{place}: not in lodose.verdict.retold.MESSAGES: {ways[0]}"
        used |= found
    # A remark that goes on with a second sentence stands in two places of its function.
    assert {t for t in MESSAGES if t not in used} == {t for t in MESSAGES if "So it is in" in t}
