"""Numbers in medical texts outside the studies: red flags, rules, plans, the sentences around."""

import importlib.util
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from django.test import Client

import lodose
from lodose.evidence.numbers import numbers_in
from lodose.regimen import plans
from lodose.screening import rules
from lodose.server.records.red_flags import red_flags
from server_support.figures_walk import main_of

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

ROOT = Path(__file__).parents[2]
LEDGER = tomllib.loads((Path(__file__).parent / "medical_numbers.toml").read_text("utf-8"))
RULES = {one.id: one for one in rules()}
ROOMS = ("screening", "regimen", "brief", "evidence")
MEDICAL = re.compile(
    r"^(records/(screening|regimen|suitability|red_flags|contraindications|opioids|brief)"
    r"|web/evidence|web/views/(screening|regimen|suitability|brief)"
    r"|web/templates/web/(red_flags|screening|person_screening|person_stops|regimen|suitability"
    r"|brief|front|evidence))"
)
# What is asked, typed or counted: days back in the diary, examples of input, headings, 95 %.
NOT_FIGURES = re.compile(
    r"^\d\. |\b7-OH\b|\(95 %%?\)|\b100\b|^Write 1 to |lasts 1 to 366 days|give 1 to 366 days"
    r"|With its unit: .*|Each with its unit, .*|As on the label: .*|In mL, for example .*|^0 if you"
    r"|it is above 0 and at most  |write .*, as on the label: .*|write it in mL: .*"
    r"|write a number and its unit: .*|such as '1 mL/0.01 mL'|^liquid, +in 1 mL|PHQ-9"
    r"|(above|below) [01] is better"
)


def loaded(name: str) -> ModuleType:
    """A tool of this repository as a module."""
    path = ROOT / "tools" / name
    loader = SourceFileLoader(f"tool_{path.stem}", str(path))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[loader.name] = module
    loader.exec_module(module)
    return module


def of_rule(name: str) -> list[str]:
    """The numbers of a rule's texts that its own sources, judgement and trigger do not say."""
    rule = RULES[name]
    texts = " ".join((rule.title, rule.reason, rule.for_prescriber, rule.for_person))
    known = " ".join(one.place for one in rule.sources) + f" {rule.judgement} {rule.trigger}"
    known += f" {rule.interval}"
    said = dict.fromkeys(numbers_in(texts))
    return [one for one in said if one not in numbers_in(known)]


@pytest.mark.parametrize("name", RULES)
def test_every_number_of_a_rule_has_its_source(name: str) -> None:
    rule = RULES[name]
    rows = [one for one in LEDGER["rule"] if one["id"] == name]
    assert of_rule(name) == [number for one in rows for number in one["numbers"]]
    assert rule.sources or rule.judgement, "a rule without a source says that it is a judgement"
    for row in rows:
        if "source" in row:
            assert any(row["source"] in one.place for one in rule.sources), row
        else:
            assert row.get("not_a_figure") or row["judgement"] in rule.judgement, row


def test_every_line_of_the_ledger_is_of_a_rule_that_there_is() -> None:
    assert {one["id"] for one in LEDGER["rule"]} <= set(RULES)


@pytest.mark.parametrize("name", RULES)
def test_what_a_person_reads_of_a_rule_holds_no_number_but_an_age(name: str) -> None:
    """Hours and days around opioids are for the prescriber alone."""
    rule = RULES[name]
    ages = {str(one) for one in (rule.trigger.age_below, rule.trigger.age_from) if one is not None}
    assert set(numbers_in(f"{rule.title} {rule.for_person}")) <= ages


def test_what_a_person_reads_in_danger_holds_no_number() -> None:
    shown = main_of(Client().get("/red-flags/").content.decode()).text()
    for flag in red_flags():
        assert re.search(r"label|rules? [A-Z]{3}-\d{3}", flag.source), flag.id
        for words in (flag.sign, flag.question, flag.title, *flag.action):
            assert numbers_in(words) == [], words
        shown = shown.replace(" ".join(flag.source.split()), "")
    assert numbers_in(shown) == []


@pytest.mark.parametrize("plan", plans().values(), ids=lambda plan: plan.id)
def test_a_plans_name_says_its_own_steps_and_has_a_source(plan: object) -> None:
    label, steps = plan.label, plan.steps  # type: ignore[attr-defined]
    doses = [step.dose_ug for step in steps] + [plan.target_ug]  # type: ignore[attr-defined]
    gaps = [after - before for before, after in pairwise(doses)]
    known = {f"{one / 1000:g}" for one in (*doses, *gaps)}
    assert set(numbers_in(label)) <= known, label
    source = plan.source  # type: ignore[attr-defined]
    assert re.search(r"NCT\d{8}|PMID \d+|doi:10\.|https://|The project's judgement", source)


def spoken() -> Iterator[tuple[str, str]]:
    """Sentences with numbers of the server's medical pages and of the rooms behind them."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        tool = loaded("messages")
    finally:
        sys.path.remove(str(ROOT / "tools"))
    server = tool.server_sentences
    for (one, many), files in server.in_source().items():
        for name in dict.fromkeys(files):
            if MEDICAL.match(name):
                yield name, server.HOLE.sub(" ", f"{one} {many}")
    source = Path(lodose.__file__).parent
    for room in ROOMS:
        for path in sorted((source / room).rglob("*.py")):
            for one, many in tool.in_python(path):
                yield path.relative_to(source).as_posix(), tool.HOLE.sub(" ", f"{one} {many}")


def figures(text: str) -> list[str]:
    return numbers_in(NOT_FIGURES.sub(" ", text))


def test_every_sentence_with_a_number_says_where_it_comes_from() -> None:
    kept = {(one["file"], *one["numbers"]): one for one in LEDGER["sentence"]}
    found = {(name, *figures(text)): text for name, text in spoken() if figures(text)}
    assert {key: text for key, text in found.items() if key not in kept} == {}
    assert set(kept) - set(found) == set(), "no longer said: take it out of medical_numbers.toml"
    for one in LEDGER["sentence"]:
        assert one.get("not_a_figure") or (one["identifier"] and one["place"])
        rule = re.match(r"rule (\S+)", one.get("identifier", ""))
        assert rule is None or rule[1] in RULES
