"""The operating characteristics: the program does what it says, and the document follows it."""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from calibration.studies import STUDIES
from calibration.trials import Cell, day_p, first_pairs, judge, paired_p, simulate

from calibration import __main__ as program
from calibration import tables
from lodose.inference import TrialArrays


def test_the_document_has_not_drifted_from_the_runs() -> None:
    document = tables.DOCUMENT.read_text("utf-8")
    assert tables.filled(document) == document
    for name in tables.TABLES:
        assert f"<!-- table {name} -->\n|" in document, f"table {name} is empty or has no place"


def test_every_cell_of_every_study_was_run() -> None:
    for name, cells in STUDIES.items():
        kept = {str(result["cell"]): result for result in tables.load(name)}
        for cell in cells():
            wanted = {field: getattr(cell, field) for field in Cell.__slots__}
            wanted["looks"] = list(cell.looks)
            assert kept[str(wanted)]["trials"] >= 1000, f"{name}: {cell}"


def test_the_bars_of_the_document_hold() -> None:
    """False benefit and harm at no effect, one look and several."""
    for result in tables.load("no_effect"):
        assert not program.exceeds(result), result["cell"]
    for result in tables.load("looks"):
        if result["cell"]["benefit"] == 0:
            assert tables.share(result, tables.BENEFIT) <= 0.05


def test_clopper_pearson() -> None:
    """Against the table of Clopper and Pearson (1934) as the beta quantile gives it: 0 and n."""
    assert program.lower_bound(0, 1000) == 0.0
    assert program.lower_bound(1000, 1000) == pytest.approx(0.005 ** (1 / 1000))
    assert tables.upper_bound(0.0, 1000) == pytest.approx(1 - 0.025 ** (1 / 1000))


def test_a_cell_is_the_same_for_any_number_of_workers_and_any_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cell = Cell("test", 3, 7, benefit=2.0)
    with ProcessPoolExecutor(2) as pool:
        two = program.run_cell(pool, cell, 12, 5)
    monkeypatch.setattr(program, "CHUNK", 5)
    with ProcessPoolExecutor(1) as pool:
        one = program.run_cell(pool, cell, 12, 5)
    assert one == two
    assert sum(one["words"].values()) == 12


def test_a_run_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [Cell("test", 3, 7), Cell("test", 3, 7, benefit=2.0)]
    ran: list[Cell] = []
    monkeypatch.setattr(program, "FOLDER", tmp_path)
    monkeypatch.setitem(program.STUDIES, "test", lambda: iter(cells))

    def run(pool: object, cell: Cell, trials: int, seed: int) -> dict[str, object]:
        ran.append(cell)
        if len(ran) == 2:
            raise KeyboardInterrupt
        return {"words": {"helps": trials}, "trials": trials}

    monkeypatch.setattr(program, "run_cell", run)
    with pytest.raises(KeyboardInterrupt):
        program.run_study("test", None, 10, fresh=False)  # type: ignore[arg-type]
    program.run_study("test", None, 10, fresh=False)  # type: ignore[arg-type]
    assert ran == [cells[0], cells[1], cells[1]]


def test_the_tests_beside_keep_their_level_on_independent_days() -> None:
    cell = Cell("level", 4, 7, phi=0.0, shock_sd=0.0)
    diaries = [simulate(cell, 9, number) for number in range(400)]
    for p_value in (paired_p, day_p):
        rate = np.mean([p_value(arrays) < 0.05 for arrays in diaries])
        assert 0.02 < rate < 0.09, p_value.__name__


def test_looks_stop_at_the_first_answer() -> None:
    once = Cell("a", 6, 14, benefit=4.0, shock_sd=0.0)
    often = Cell("a", 6, 14, benefit=4.0, shock_sd=0.0, looks=(2, 6))
    assert judge(once, 3, 0)["word"] == judge(often, 3, 0)["word"] == "helps"
    part = first_pairs(simulate(once, 3, 0), 2)
    assert isinstance(part, TrialArrays)
    assert int(part.period.max()) == 3
