"""Operating characteristics of the verdict, resumable.

    python -m calibration                     all studies, about half an hour on two cores
    python -m calibration truth --trials 200  one study, fewer trials
    python -m calibration --workers 1

Each cell's result is kept in docs/validity/STUDY.json as soon as it is there, with the hash of the
engine; a run that is broken off goes on where it stopped. Cells of "no effect" whose false-positive
rate is above 5 % beyond doubt (lower 99 % Clopper-Pearson bound) are run once more with 10,000
trials and a new seed.
"""

import argparse
import json
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from scipy.special import betaincinv

from calibration.studies import AGAIN, SEED, SEED_AGAIN, STUDIES, TRIALS
from calibration.trials import Cell, judge
from lodose.inference.kernel_cache import source_hash

FOLDER = Path(__file__).parents[1] / "docs" / "validity"
CHUNK = 125
BENEFIT_WORDS = ("helps", "probably helps")
HARM_WORDS = ("harms", "probably harms")


def chunk(task: tuple[Cell, int, int, int]) -> list[dict[str, Any]]:
    """Trials `first` to `last` of a cell."""
    cell, seed, first, last = task
    return [judge(cell, seed, number) for number in range(first, last)]


def summary(cell: Cell, rows: list[dict[str, Any]], seed: int) -> dict[str, Any]:
    """What is kept of a cell."""
    count = len(rows)
    return {
        "cell": {name: getattr(cell, name) for name in Cell.__slots__},
        "trials": count,
        "seed": seed,
        "words": Counter(str(row["word"]) for row in rows),
        "primary_words": Counter(str(row["primary_word"]) for row in rows),
        "coverage": sum(row["covered"] for row in rows) / count,
        "width": sum(row["width"] for row in rows) / count,
        "bias": sum(row["error"] for row in rows) / count,
        "paired_rejects": sum(row["paired_p"] < 0.05 for row in rows) / count,
        "day_level_rejects": sum(row["day_p"] < 0.05 for row in rows) / count,
        "engine": source_hash(),
    } | ({"probabilities": [row["probabilities"] for row in rows]} if cell.study == "cuts" else {})


def lower_bound(hits: int, trials: int) -> float:
    """Lower 99 % Clopper-Pearson bound of a rate (one-sided .995)."""
    return 0.0 if hits == 0 else float(betaincinv(hits, trials - hits + 1, 0.005))


def exceeds(result: dict[str, Any]) -> bool:
    """Whether false benefit or false harm is above 5 % beyond doubt."""
    return any(
        lower_bound(sum(result["words"].get(w, 0) for w in words), result["trials"]) > 0.05
        for words in (BENEFIT_WORDS, HARM_WORDS)
    )


def run_cell(pool: ProcessPoolExecutor, cell: Cell, trials: int, seed: int) -> dict[str, Any]:
    """All trials of a cell over the pool."""
    tasks = [(cell, seed, at, min(at + CHUNK, trials)) for at in range(0, trials, CHUNK)]
    rows = [row for part in pool.map(chunk, tasks) for row in part]
    return summary(cell, rows, seed)


def run_study(name: str, pool: ProcessPoolExecutor, trials: int, *, fresh: bool) -> None:
    """Run what is not there yet, keeping each cell as it comes."""
    path = FOLDER / f"{name}.json"
    kept: dict[str, Any] = {}
    if path.exists() and not fresh:
        kept = json.loads(path.read_text("utf-8"))
    cells = list(STUDIES[name]())
    for number, cell in enumerate(cells, 1):
        done = kept.get(cell.key)
        if done and done["trials"] >= trials:
            continue
        result = run_cell(pool, cell, trials, SEED)
        if name == "no_effect" and exceeds(result):
            result = run_cell(pool, cell, AGAIN, SEED_AGAIN) | {"first_run": result}
        kept[cell.key] = result
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(kept, indent=1, default=list) + "\n", "utf-8")
        words = ", ".join(f"{word} {count}" for word, count in result["words"].items())
        sys.stderr.write(f"{name} {number}/{len(cells)}: {words}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run the studies that were named, all of them otherwise."""
    parser = argparse.ArgumentParser(prog="python -m calibration", description=__doc__)
    parser.add_argument("studies", nargs="*", metavar="STUDY", help=", ".join(STUDIES))
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--fresh", action="store_true", help="forget what is there")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.studies) - set(STUDIES))
    if unknown:
        parser.error(f"no study named {', '.join(unknown)}; there are {', '.join(STUDIES)}")
    with ProcessPoolExecutor(options.workers) as pool:
        for name in options.studies or STUDIES:
            run_study(name, pool, options.trials, fresh=options.fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main())
