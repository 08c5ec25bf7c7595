"""How long a prescriber waits for the page on receptors: a fresh dose first, then what is kept.

    python -m benchmarks.receptor_page

Prints one line of JSON. A fresh SQLite database in a temporary folder; the page is asked for
through Django's test client, so that middleware and templates count and the network does not.
``cold`` is the first page of a process, which loads the compiled kernels; ``fresh`` one with a dose
that nobody asked about before, its chart drawn in both widths; ``cached`` the same again;
``numbers`` is one curve with the band of 500 people and everything beside it, without the page.
Bars: numbers below 50 ms, fresh below 250 ms, cached below 50 ms. Waiting time and processor time
in seconds, since other work on the machine (its load stands beside them) lengthens the former.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
LOOKS = 30
BARS = {"numbers": 0.05, "fresh": 0.25, "cached": 0.05}


def main() -> None:
    """Measure and print."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory(prefix="lodose-benchmark-") as folder:
        os.environ["LODOSE_DATA"] = folder
        os.environ["LODOSE_DATABASE_URL"] = ""
        os.environ["DJANGO_SETTINGS_MODULE"] = "server_support.settings"
        sys.path.insert(0, str(ROOT / "tests" / "server"))
        import django

        django.setup()
        from django.core.management import call_command
        from django.test.utils import setup_test_environment

        setup_test_environment()
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        found: dict[str, object] = {"benchmark": "receptor_page", "load": os.getloadavg()}
        found |= _pages()
    found["within"] = {name: float(str(found[f"{name}_s"])) < bar for name, bar in BARS.items()}
    print(json.dumps(found))


def _pages() -> dict[str, float]:
    from lodose.server.accounts.models import Role
    from lodose.server.answers.receptor_numbers import worked_out
    from lodose.server.answers.receptors import Wish, asked_of
    from server_support.people import make_account, signed_in

    browser = signed_in(make_account(Role.PRESCRIBER))
    browser.get("/account/")  # templates and addresses are loaded by whatever page comes first
    doses: Iterator[int] = count(2000, 7)

    def ask(dose_ug: int) -> None:
        response = browser.get(f"/receptors/prescriber/?dose={dose_ug / 1000}+mg&surgery_days=4")
        if response.status_code != 200:
            raise RuntimeError(f"{dose_ug} answered {response.status_code}")

    return (
        timed("cold", lambda: ask(next(doses)))
        | timed("fresh", lambda: ask(next(doses)), LOOKS)
        | timed("cached", lambda: ask(2000), LOOKS)
        | timed("numbers", lambda: worked_out(asked_of(Wish(next(doses))), 500), LOOKS)
        | timed("person_first", lambda: browser.get("/receptors/"))
        | timed("person_cached", lambda: browser.get("/receptors/"), LOOKS)
    )


def timed(name: str, work: Callable[[], object], times: int = 1) -> dict[str, float]:
    """Median waiting and processor time, in seconds."""
    waited, worked = [], []
    for _ in range(times):
        begun, busy = time.perf_counter(), time.process_time()
        work()
        waited.append(time.perf_counter() - begun)
        worked.append(time.process_time() - busy)
    return {
        f"{name}_s": round(median(waited), 4),
        f"{name}_processor_s": round(median(worked), 4),
    }


if __name__ == "__main__":
    main()
