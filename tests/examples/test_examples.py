"""Each example can be written, read and audited; the synthetic ones are made again."""

import csv
import datetime as dt
import random
from math import log
from pathlib import Path
from statistics import fmean

import pytest

from lodose import examples
from lodose.diary import Diary, read_diary
from lodose.errors import LodoseError
from lodose.examples.synthetic import TRUTHS, diary_csv
from lodose.trial import Protocol, audit, read_protocol

TODAY = dt.date(2026, 6, 1)
SYNTHETIC = sorted(TRUTHS)


def _load(name: str, folder: Path) -> tuple[Diary, Protocol]:
    diary, protocol, _ = examples.write(name, folder)
    return read_diary(diary), read_protocol(protocol)


@pytest.mark.interface
@pytest.mark.parametrize("name", examples.names())
def test_every_example_can_be_written_read_and_audited(name: str, tmp_path: Path) -> None:
    paths = examples.write(name, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["diary.csv", "protocol.toml", "README.md"]
    protocol = read_protocol(paths[1])
    diary = read_diary(paths[0], protocol_outcomes=[o.name for o in protocol.outcomes])
    assert not audit(diary, protocol, today=TODAY).errors
    assert b"\r" not in b"".join(path.read_bytes() for path in paths)
    sentence = examples.describe(name)
    assert sentence.endswith(".")
    assert ("synthetic" in sentence) == protocol.synthetic == (name in TRUTHS)


def test_nothing_is_replaced_unless_asked(tmp_path: Path) -> None:
    mine = tmp_path / "diary.csv"
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(LodoseError, match=r"already holds diary\.csv.*--force"):
        examples.write("blank", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["diary.csv"]
    assert mine.read_text(encoding="utf-8") == "mine"
    examples.write("blank", tmp_path, force=True)
    assert mine.read_text(encoding="utf-8") != "mine"


def test_an_unknown_example_and_a_folder_that_is_a_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LodoseError, match="Did you mean 'microdose'"):
        examples.write("microdoze", tmp_path)
    with pytest.raises(LodoseError, match="There are: microdose"):
        examples.describe("../secrets")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(LodoseError, match="cannot be written to"):
        examples.write("blank", tmp_path / "file")


@pytest.mark.published
def test_the_self_experiment_is_the_published_one(tmp_path: Path) -> None:
    """42 blocks, 127 trial days of 175; OLS on all 127 days is the difference of means."""
    diary, protocol = _load("microdose", tmp_path)
    found = audit(diary, protocol, today=TODAY)
    assert (len(protocol.periods), found.days_planned, len(diary)) == (42, 127, 175)
    assert (found.days_observed, found.missing_days) == (127, 0)
    assert [remark.kind for remark in found.remarks] == ["outside-periods"]
    assert [period.days for period in protocol.periods] == [4] + [3] * 41
    assert {period.pair for period in protocol.periods} == set(range(21))
    assert protocol.primary.mcid == protocol.primary.range / 10
    arms: dict[str, list[float]] = {"active": [], "comparator": []}
    for entry in diary.entries:
        index = protocol.period_index(entry.date)
        assert entry.arm == (None if index is None else protocol.periods[index].arm)
        if index is not None:
            arms[protocol.periods[index].arm].append(entry.outcomes["mood_productivity"])
    assert round(fmean(arms["active"]) - fmean(arms["comparator"]), 4) == -0.1267


@pytest.mark.published
def test_the_guesses_have_the_published_log_score(tmp_path: Path) -> None:
    """Log score -13.4685 against -13.8629 for chance, over 20 guesses."""
    _, protocol = _load("microdose", tmp_path)
    score = 0.0
    for guess in protocol.blinding.guesses:
        assert guess.confidence is not None
        right = protocol.periods[guess.period - 1].arm == guess.guess
        p = float(guess.confidence)
        score += log(p if right or guess.guess == "unsure" else 1 - p)
    assert len(protocol.blinding.guesses) == 20
    # -13.46845 to seven digits, which the source gives as -13.4685.
    assert score == pytest.approx(-13.4685, abs=1e-4)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_a_synthetic_diary_is_made_again_to_the_byte(name: str, tmp_path: Path) -> None:
    random.seed(1)  # the global generator must not matter
    (diary, _, _) = examples.write(name, tmp_path)
    assert diary.read_bytes() == diary_csv(name).encode("utf-8")


def test_only_synthetic_diaries_are_made() -> None:
    with pytest.raises(LodoseError, match="no synthetic diary 'microdose'"):
        diary_csv("microdose")


@pytest.mark.parametrize("name", SYNTHETIC)
def test_a_synthetic_diary_says_so_wherever_it_is_read(name: str, tmp_path: Path) -> None:
    diary, protocol = _load(name, tmp_path)
    assert protocol.synthetic
    assert protocol.notes.startswith("Truth: ")
    assert "Synthetic" in protocol.title
    assert diary.entries[0].note == "synthetic diary"
    assert "SYNTHETIC" in (tmp_path / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SYNTHETIC)
def test_a_synthetic_diary_looks_like_a_persons(name: str, tmp_path: Path) -> None:
    diary, protocol = _load(name, tmp_path)
    found = audit(diary, protocol, today=TODAY)
    assert 0.05 < found.missing_days / found.days_planned < 0.20
    assert found.adherence is not None
    assert 0.9 < found.adherence <= 1.0
    doses = {entry.dose_micrograms for entry in diary.entries}
    assert doses == {0, 4500}
    assert any(entry.side_effects for entry in diary.entries)
    assert any(entry.side_effects == () for entry in diary.entries)
    with (tmp_path / "diary.csv").open(encoding="utf-8", newline="") as handle:
        rated = [row["pain"] for row in csv.DictReader(handle)]
    assert all(text == "" or text in map(str, range(11)) for text in rated)


def test_the_designs_are_the_four_that_a_protocol_knows(tmp_path: Path) -> None:
    designs = {name: _load(name, tmp_path / name)[1].design for name in SYNTHETIC}
    assert designs == {
        "ldn-before-after": "before-after",
        "ldn-helps": "randomised-blinded",
        "ldn-no-effect": "randomised-blinded",
        "ldn-open-label": "open-on-off",
    }
