"""Tables and figures of docs/validity.md from docs/validity/*.json.

    python -m calibration.tables --write

The document's text is written by hand; what stands between its marks comes from here, so that no
figure can drift from the runs.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scipy.special import betaincinv

from calibration.studies import ONSETS, READY
from lodose.verdict.result import Probabilities
from lodose.verdict.rules import Cuts, decide

DOCUMENT = Path(__file__).parents[1] / "docs" / "validity.md"
FOLDER = DOCUMENT.parent / "validity"
BENEFIT = ("helps", "probably helps")
HARM = ("harms", "probably harms")
LITTLE = ("no meaningful difference", "unlikely to help enough")
OPEN = ("not known yet",)

PROTOTYPE_OPEN = {
    "3 x 28 d": (22, 11),
    "4 x 14 d": (34, 13),
    "6 x 7 d": (48, 29),
    "2 x 42 d": (28, 13),
}
"""Share of "not known yet" (%) at no effect and at 2 x MCID that was aimed for."""

Results = dict[str, Any]


def load(study: str) -> list[Results]:
    """Results of a study, a cell each; empty when it was not run."""
    path = FOLDER / f"{study}.json"
    return list(json.loads(path.read_text("utf-8")).values()) if path.exists() else []


def share(result: Results, words: tuple[str, ...], which: str = "words") -> float:
    """Share of trials that ended with one of the words."""
    return float(sum(result[which].get(word, 0) for word in words) / result["trials"])


def percent(value: float) -> str:
    """Percent with one decimal."""
    return f"{100 * value:.1f}"


def upper_bound(rate: float, trials: int) -> float:
    """Upper 97.5 % Clopper-Pearson bound."""
    hits = round(rate * trials)
    return 1.0 if hits == trials else float(betaincinv(hits + 1, trials - hits, 0.975))


def design_of(result: Results) -> str:
    """Name of the ready design of a cell."""
    place = (result["cell"]["pairs"], result["cell"]["days"])
    return next(name for name, design in READY.items() if design == place)


def table(head: list[str], rows: list[list[str]]) -> str:
    """Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def no_effect() -> str:
    """All 81 cells where the drug does nothing."""
    rows = []
    for r in load("no_effect"):
        c = r["cell"]
        first = r.get("first_run")
        again = (
            f"again with {r['trials']:,}; first {percent(share(first, BENEFIT))}" if first else ""
        )
        rows.append(
            [
                f"{c['phi']:g}", f"{c['shock_sd']:g}", f"{c['pairs']} x {c['days']}",
                percent(share(r, BENEFIT)), percent(share(r, HARM)),
                percent(share(r, OPEN)), percent(share(r, LITTLE)),
                percent(r["coverage"]), percent(r["paired_rejects"]),
                percent(r["day_level_rejects"]), again,
            ]
        )  # fmt: skip
    head = [
        "phi", "shock sd", "pairs x days", "false benefit", "false harm", "not known yet", "little",
        "coverage", "paired t rejects", "day-level t rejects", "",
    ]  # fmt: skip
    return table(head, rows)


def truth_by_verdict() -> str:
    """Truth x verdict, over all onsets, for each ready design."""
    rows = []
    results = load("truth")
    for name in READY:
        for benefit in (0.0, 0.5, 1.0, 2.0):
            cells = [r for r in results if design_of(r) == name and r["cell"]["benefit"] == benefit]
            if cells:
                rows.append([name, f"{benefit:g}", *_words(cells)])
    head = [
        "design", "true gain", "helps", "probably helps", "no meaningful difference",
        "unlikely to help enough", "probably harms", "harms", "not known yet",
    ]  # fmt: skip
    return table(head, rows)


def _words(cells: list[Results]) -> list[str]:
    words = (*BENEFIT, *LITTLE, *reversed(HARM), *OPEN)
    return [percent(sum(share(r, (word,)) for r in cells) / len(cells)) for word in words]


def by_onset(study: str, benefit: float, value: Callable[[Results], float]) -> str:
    """One figure for each ready design and true onset."""
    results = load(study)
    rows = []
    for name in READY:
        row = [name]
        for onset in ONSETS:
            cells = [
                r
                for r in results
                if design_of(r) == name
                and r["cell"]["benefit"] == benefit
                and r["cell"]["onset_days"] == onset
            ]
            row.append(percent(value(cells[0])) if cells else "–")
        rows.append(row)
    return table(["design", *(f"tau {onset:g} d" for onset in ONSETS)], rows)


def open_words() -> str:
    """Share of "not known yet", beside what was aimed for."""
    rows = []
    results = load("truth")
    for name in READY:
        here = [r for r in results if design_of(r) == name]
        none = [r for r in here if r["cell"]["benefit"] == 0.0]
        fast = [r for r in here if r["cell"]["benefit"] == 2.0 and r["cell"]["onset_days"] <= 3.0]
        aim = PROTOTYPE_OPEN.get(name, ("–", "–"))
        if none and fast:
            rows.append(
                [
                    name, str(aim[0]), percent(_mean(none, OPEN)),
                    percent(_mean(none, OPEN, "primary_words")), str(aim[1]),
                    percent(_mean(fast, OPEN)), percent(_mean(fast, OPEN, "primary_words")),
                ]
            )  # fmt: skip
    head = [
        "design", "no effect: aim", "as shipped", "without the slow-drug rule",
        "2 x MCID, tau up to 3 d: aim", "as shipped", "without the rule",
    ]  # fmt: skip
    return table(head, rows)


def _mean(cells: list[Results], words: tuple[str, ...], which: str = "words") -> float:
    return sum(share(r, words, which) for r in cells) / len(cells)


def worth_of_helps() -> str:
    """Of those told "helps", how many truly gain an MCID, the four truths being equally likely."""
    rows = []
    results = load("truth")
    for name in READY:
        said = {
            benefit: _mean(cells, ("helps",))
            for benefit in (0.0, 0.5, 1.0, 2.0)
            if (
                cells := [
                    r for r in results if design_of(r) == name and r["cell"]["benefit"] == benefit
                ]
            )
        }
        if len(said) == 4:
            right = (said[1.0] + said[2.0]) / sum(said.values())
            rows.append([name, *(percent(said[b]) for b in said), percent(right)])
    head = ["design", "truth 0", "0.5", "1", "2", "of those told helps, gain 1 or more"]
    return table(head, rows)


def looks() -> str:
    """Repeated looks: the first answer stands."""
    rows = []
    for r in load("looks"):
        c = r["cell"]
        rows.append(
            [
                f"12 x {c['days']} d", f"{c['benefit']:g}", percent(share(r, BENEFIT)),
                percent(upper_bound(share(r, BENEFIT), r["trials"])), percent(share(r, HARM)),
                percent(share(r, LITTLE)), percent(share(r, OPEN)),
            ]
        )  # fmt: skip
    head = ["design", "true gain", "benefit said", "upper 97.5 %", "harm said", "little", "open"]
    return table(head, rows)


CUTS: dict[str, Cuts] = {
    "as shipped": Cuts(),
    "helps from P(gain of MCID) .70": Cuts(mcid_probability=0.70),
    "helps from .90": Cuts(mcid_probability=0.90),
    "benefit from P(gain) .90": Cuts(benefit_probability=0.90),
    "benefit from .975": Cuts(benefit_probability=0.975),
    "no difference from .80": Cuts(equivalence_probability=0.80),
    "no difference from .95": Cuts(equivalence_probability=0.95),
    "unlikely up to .05": Cuts(unlikely_probability=0.05),
    "unlikely up to .20": Cuts(unlikely_probability=0.20),
}


def cost_of_cuts() -> str:
    """What other cuts would say of the same trials (without the slow-drug rule)."""
    rows = []
    results = load("cuts")
    for name, cuts in CUTS.items() if results else ():
        for pairs, days in ((4, 14), (3, 28)):
            said = {
                r["cell"]["benefit"]: Counter(
                    decide(Probabilities(*p), cuts).value for p in r["probabilities"]
                )
                for r in results
                if (r["cell"]["pairs"], r["cell"]["days"]) == (pairs, days)
            }
            row = [name, f"{pairs} x {days} d"]
            for truth, words in COSTS.values():
                row.append(percent(sum(said[truth][w] for w in words) / said[truth].total()))
            rows.append(row)
    return table(["cut", "design", *COSTS], rows)


COSTS: dict[str, tuple[float, tuple[str, ...]]] = {
    "benefit said at 0": (0.0, BENEFIT),
    "helps at 0.5": (0.5, ("helps",)),
    "helps at 2": (2.0, ("helps",)),
    "benefit said at 2": (2.0, BENEFIT),
    "no difference at 1": (1.0, ("no meaningful difference",)),
    "little at 1": (1.0, LITTLE),
    "no difference at 0": (0.0, ("no meaningful difference",)),
    "open at 0": (0.0, OPEN),
}
"""What a cut may cost: the truth and the words that are counted."""


TABLES: dict[str, Callable[[], str]] = {
    "no_effect": no_effect,
    "truth": truth_by_verdict,
    "false_little": lambda: by_onset("truth", 2.0, lambda r: share(r, LITTLE)),
    "false_little_unguarded": lambda: by_onset(
        "truth", 2.0, lambda r: share(r, LITTLE, "primary_words")
    ),
    "found": lambda: by_onset("truth", 2.0, lambda r: share(r, BENEFIT)),
    "coverage": lambda: by_onset("truth", 2.0, lambda r: float(r["coverage"])),
    "coverage_mcid": lambda: by_onset("truth", 1.0, lambda r: float(r["coverage"])),
    "coverage_dropped": lambda: by_onset("dropped", 2.0, lambda r: float(r["coverage"])),
    "false_little_dropped": lambda: by_onset("dropped", 2.0, lambda r: share(r, LITTLE)),
    "open": open_words,
    "worth": worth_of_helps,
    "looks": looks,
    "cuts": cost_of_cuts,
}


def filled(document: str) -> str:
    """The document with every table between its marks made anew."""
    for name, make in TABLES.items():
        mark = re.compile(rf"(<!-- table {name} -->\n).*?(<!-- /table {name} -->)", re.DOTALL)
        body = make()
        document = mark.sub(lambda found, body=body: f"{found[1]}{body}\n{found[2]}", document)
    return document


def main(arguments: list[str] | None = None) -> int:
    """Print the document, or write it."""
    parser = argparse.ArgumentParser(prog="python -m calibration.tables", description=__doc__)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    text = filled(DOCUMENT.read_text("utf-8"))
    if options.write:
        DOCUMENT.write_text(text, "utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
