"""How long a person waits for the answer page: worked out first, then from what is kept.

    python -m benchmarks.answer_page

Prints one line of JSON. A fresh SQLite database in a temporary folder holds the example
``ldn-helps``; the pages are asked for through Django's test client, so that middleware and
templates count and the network does not. ``cold`` is the first page of a process that was not
warmed up; ``first`` that of one that was (`lodose.server.answers.compute.warm_up`). Each figure is
given as waiting time and as processor time, since other work on the machine lengthens the former.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
CACHED_LOOKS = 30


def main() -> None:
    """Measure a cold and a warmed process and print both."""
    found: dict[str, object] = {"benchmark": "answer_page"}
    for name in ("cold", "warm"):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.answer_page", name],
            check=True,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        found |= json.loads(done.stdout.splitlines()[-1])
    print(json.dumps(found))


def measured(name: str) -> dict[str, float]:
    """Seconds of one process."""
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
        return _pages(name)


def _pages(name: str) -> dict[str, float]:
    from lodose.server.answers.compute import warm_up
    from server_support.examples import make_example
    from server_support.people import signed_in

    person, _ = make_example("synthetic", "ldn-helps", opened=True)
    browser = signed_in(person)
    browser.get("/treatment/")  # templates and addresses are loaded by whatever page comes first

    def ask(address: str) -> None:
        response = browser.get(address)
        if response.status_code != 200:
            raise RuntimeError(f"{address} answered {response.status_code}")

    if name == "cold":
        return timed("cold", lambda: ask("/answer/"))
    return (
        timed("warm_up", warm_up)
        | timed("first", lambda: ask("/answer/"))
        | timed("cached", lambda: ask("/answer/"), CACHED_LOOKS)
        | timed("report_cached", lambda: ask("/answer/report.pdf"), CACHED_LOOKS)
    )


def timed(name: str, work: Callable[[], None], times: int = 1) -> dict[str, float]:
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
    if sys.argv[1:]:
        print(json.dumps(measured(sys.argv[1])))
    else:
        main()
