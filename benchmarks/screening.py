"""How long does a screening of a person with 30 medicines take?

    python -m benchmarks.screening

Two lists: names that are known, and names with a slip in each, which need the fuzzy search.
"""

import statistics
import time
from datetime import date

from lodose.screening import Facts, Medicine, screen

RUNS = 200
TODAY = date(2026, 5, 10)
KNOWN = (
    *("ibuprofen 400", "pantoprazole", "metformin 500", "ramipril", "bisoprolol", "duloxetine"),
    *("pregabalin", "amitriptyline 10 mg", "vitamin D", "magnesium", "L-Thyroxin 75", "melatonin"),
    *("azathioprine", "prednisolone", "methotrexate", "folic acid", "atorvastatin", "amlodipine"),
    *("co-codamol 30/500", "Tramadol retard 100", "Imodium", "cetirizine", "salbutamol", "zinc"),
    *("apixaban", "sertraline", "baclofen", "omeprazole", "paracetamol", "codeine linctus"),
)


def milliseconds(names: tuple[str, ...]) -> list[float]:
    facts = Facts(
        age=60,
        medicines=tuple(Medicine(name=name) for name in names),
        conditions=("fibromyalgia", "hashimoto", "depression"),
    )
    screen(facts, on=TODAY)  # the tables are read once
    found = []
    for _ in range(RUNS):
        start = time.perf_counter()
        screen(facts, on=TODAY)
        found.append(1000 * (time.perf_counter() - start))
    return found


def main() -> None:
    slips = tuple(name.replace("a", "ea", 1) for name in KNOWN)
    for label, names in (("known", KNOWN), ("with a slip", slips)):
        times = milliseconds(names)
        print(
            f"{len(names)} medicines, {label}: median {statistics.median(times):.2f} ms, "
            f"slowest of {RUNS}: {max(times):.2f} ms"
        )


if __name__ == "__main__":
    main()
