"""Finds the sentences of the server (src/lodose/server) for ``tools/messages``.

They stand in calls of gettext and its kin in Python, in translate and blocktranslate tags of
templates, and under some keys of tables. Sentences of the two frameworks that their own German
lacks, and that people here can meet, are named in ``BORROWED``.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parents[1] / "src" / "lodose" / "server"
ONE_FORM = {"gettext", "gettext_lazy", "gettext_noop"}
TWO_FORMS = {"ngettext", "ngettext_lazy"}
# With a context a sentence has a second key; none is needed so far, and nothing here could keep it.
UNKNOWN_FORMS = {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}
TABLES = {
    "records/laboratory.toml": {"label"},
    "records/red_flags.toml": {"sign", "question", "title", "action"},
}
TEMPLATES = {".html", ".txt"}
TEXT = r"""u?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
IN_TEMPLATE = re.compile(rf"\b(?:n?gettext|_)\(\s*({TEXT})(?:\s*,\s*({TEXT}))?", re.DOTALL)
HOLE = re.compile(r"%\((\w+)\)(?:\.\d+)?[sdf]|\{(\w+)\}|%[sdf]")
TAG = re.compile(r"</?\w+[^>]*>")
# Attributes that are words for people.
SPOKEN = re.compile(r'(aria-label|title|alt|placeholder)="[^"]*"')

Found = dict[tuple[str, str], list[str]]
"""Sentences with their plural ("" for none), and the files that say them."""


def in_source() -> Found:
    """Find every sentence, in the order of files and lines."""
    found: Found = {}
    for name, keys in TABLES.items():
        for text in leaves(tomllib.loads((SOURCE / name).read_text("utf-8")), keys):
            found.setdefault((text, ""), []).append(name)
    for path in sorted(SOURCE.rglob("*")):
        name = path.relative_to(SOURCE).as_posix()
        if path.suffix == ".py":
            sentences = in_python(path)
        elif path.suffix in TEMPLATES:
            sentences = in_template(path)
        else:
            continue
        for sentence in sentences:
            found.setdefault(sentence, []).append(name)
    for text in BORROWED:
        found.setdefault((text, ""), []).append("of the frameworks")
    return joined(found)


def joined(found: Found) -> Found:
    """A sentence that stands alone in one place and has a plural in another is one entry."""
    plurals = {one: (one, many) for one, many in found if many}
    whole: Found = {}
    for key, files in found.items():
        whole.setdefault(plurals.get(key[0], key), []).extend(files)
    return whole


def leaves(value: Any, keys: set[str], key: str = "") -> Iterator[str]:
    """Texts of a table under some keys."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, keys, name)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, keys, key)
    elif isinstance(value, str) and value and key in keys:
        yield value


def aliases(tree: ast.Module) -> dict[str, str]:
    """What a module calls the functions of gettext."""
    return {
        name.asname or name.name: name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
    }


def in_python(path: Path) -> Iterator[tuple[str, str]]:
    """Sentences that a module marks, in the order of their lines."""
    for call, kind in gettext_calls(path):
        if kind in UNKNOWN_FORMS:
            raise SystemExit(f"{path.name}, line {call.lineno}: {kind} is not known here")
        if kind in ONE_FORM:
            yield from ((text, "") for text in literals(call.args[0], path))
        elif kind in TWO_FORMS:
            one, many = (text for each in call.args[:2] for text in literals(each, path))
            yield one, many


def gettext_calls(path: Path) -> list[tuple[ast.Call, str]]:
    """Calls of gettext and its kin, with the function that is meant."""
    tree = ast.parse(path.read_text("utf-8"))
    known = aliases(tree)
    calls = [
        (node, known[node.func.id])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in known
    ]
    return sorted(calls, key=lambda call: (call[0].lineno, call[0].col_offset))


def literals(node: ast.expr, path: Path) -> list[str]:
    """The texts that an argument may be; none where it is not written out here."""
    if isinstance(node, ast.IfExp):
        return [*literals(node.body, path), *literals(node.orelse, path)]
    if isinstance(node, ast.JoinedStr | ast.BinOp):
        place = f"{path.name}, line {node.lineno}"
        raise SystemExit(f"{place}: translate the template, then fill it in")
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def in_template(path: Path) -> Iterator[tuple[str, str]]:
    """Sentences of a template, in their order."""
    source = path.read_text("utf-8")
    if "{%" not in source:
        return
    for found in IN_TEMPLATE.finditer(templatize(source, origin=str(path))):
        one, many = (ast.literal_eval(text) if text else "" for text in found.groups())
        yield one, many


def complaints(source: str, text: str) -> Iterator[str]:
    """What a translation must keep and does not: placeholders and tags."""
    if holes(text) != holes(source):
        yield f"other placeholders than in the source: {source!r} -> {text!r}"
    if tags(text) != tags(source):
        yield f"other tags than in the source: {source!r} -> {text!r}"
    if '"' in TAG.sub("", text) or text.count("„") != text.count("“"):
        yield f"not German quotation marks: {text!r}"


def holes(text: str) -> list[str]:
    """Placeholders of a sentence."""
    return sorted({found.group(0) for found in HOLE.finditer(text.replace("%%", ""))})


def tags(text: str) -> list[str]:
    """HTML tags of a sentence; what they say to people may differ."""
    return sorted(SPOKEN.sub(r"\1", tag) for tag in TAG.findall(text))


# Sentences of Django and allauth without German of their own, as they stand there.
BORROWED: tuple[str, ...] = ()
