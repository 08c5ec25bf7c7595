"""Shared by the tests of the languages: catalogues, makers of trials, finished examples."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import polib
import pytest

import lodose
from lodose import read_diary, read_protocol
from lodose.diary import SideEffect
from lodose.examples.catalogue import names, write
from lodose.language import speaking
from lodose.planning import LEFT_OUT, cycles_to_settle
from lodose.verdict import Verdict

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 6, 1)
EXAMPLES = [name for name in names() if name != "blank"]


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"language_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def makers() -> ModuleType:
    """Makers of small trials, the same that the tests of the verdict use."""
    return _module(ROOT / "tests" / "verdict" / "conftest.py")


@pytest.fixture(scope="session")
def german() -> polib.POFile:
    return polib.pofile(str(ROOT / "src/lodose/locale/de/LC_MESSAGES/lodose.po"))


@pytest.fixture(scope="session", params=EXAMPLES)
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of each example in turn."""
    folder = tmp_path_factory.mktemp(request.param)
    write(request.param, folder)
    return folder


@pytest.fixture(scope="session")
def helps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one example."""
    folder = tmp_path_factory.mktemp("helps")
    write("ldn-helps", folder)
    return folder


@pytest.fixture(scope="session")
def in_language(makers: ModuleType) -> Callable[[str, str], Verdict]:
    """Build a verdict by its kind in a language."""

    def build(kind: str, language: str) -> Verdict:
        with speaking(language):
            return dict(_kinds(makers))[kind]()

    return build


def kinds() -> list[str]:
    """Trials that bring about sentences that the examples do not."""
    return ["everything", "faulty", "few", "constant", "open", "left-out", "slow"]


def _kinds(makers: ModuleType) -> Iterator[tuple[str, Callable[[], Verdict]]]:
    def made(
        arms: str = "ABBAABBA", days: int = 14, diary: dict[str, Any] | None = None, **more: Any
    ) -> Verdict:
        plan = makers.make_protocol(arms, days, **more)
        return lodose.verdict(makers.make_diary(plan, **(diary or {})), plan, today=TODAY)

    first = makers.FIRST

    def everything() -> Verdict:
        return made(
            diary={"effect": -1.5, "noise": 1.2, "side_effects": _felt},
            model={"weekday": True, "rebound": True, "tolerance": True},
            events=[{"date": first + timedelta(days=20), "what": "flare", "days": 5}],
            medicines=[
                {
                    "name": "methotrexate",
                    "disease_modifying": True,
                    "changes": [{"date": first - timedelta(days=30), "what": "started"}],
                },
                {
                    "name": "ibuprofen",
                    "disease_modifying": False,
                    "changes": [{"date": first + timedelta(days=40), "what": "stopped"}],
                },
            ],
            priors={"onset_at_once": 0.3},
            blinding={
                "guesses": [
                    {"period": 1, "guess": "active", "reason": "side effects", "confidence": 0.8},
                    {"period": 2, "guess": "comparator", "reason": "side effects"},
                    {"period": 3, "guess": "unsure"},
                ]
            },
        )

    def faulty() -> Verdict:
        plan = makers.make_protocol()
        return lodose.verdict(makers.make_diary(plan, -2.0), plan, today=plan.first_day)

    def opened() -> Verdict:
        plan = makers.make_protocol("ABBA", 7)
        diary = makers.make_diary(plan, 0.0, noise=2.5)
        found = lodose.verdict(diary, plan, today=TODAY)
        return replace(found, planning=cycles_to_settle(diary, plan, simulations=5))

    yield "everything", everything
    yield "faulty", faulty
    yield "few", lambda: made("AB", 14, diary={"effect": -2.0})
    yield "constant", lambda: made(diary={"noise": 0.0})
    yield "open", opened
    yield "left-out", lambda: replace(made("ABBA", 7, diary={"noise": 2.5}), planning=LEFT_OUT)
    yield "slow", lambda: made(days=7, diary={"effect": 0.0}, priors={"onset_at_once": 0.1})


def _felt(day: int, arm: str) -> tuple[SideEffect, ...] | None:
    if day % 3 == 2:
        return None
    return (SideEffect("vivid dreams", 2), SideEffect("itchy ears", 1)) if arm == "active" else ()


def read(folder: Path) -> Verdict:
    plan = read_protocol(folder / "protocol.toml")
    return lodose.verdict(read_diary(folder / "diary.csv"), plan, today=TODAY)
